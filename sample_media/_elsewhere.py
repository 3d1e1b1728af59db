"""Stills and documents that speak in other places than EXIF and XMP of a JPEG: trailers, IPTC records, comments,
pixels, and the headers of production formats. None of them is signed.
"""

import io
import json
import struct

import _marks as marks
import _pictures as pictures
from _containers import jpeg
from PIL import Image

Files = dict[str, bytes]


def build() -> Files:
    packet = marks.xmp(marks.generated_xmp("ai_xmp.psd"))
    files = {
        "ai_samsung.jpg": jpeg(pictures.photo(60), exif=marks.camera_exif(4)) + _samsung_trailer(),
        "ai_iptc_credit.jpg": _with_iptc(jpeg(pictures.photo(61), exif=marks.camera_exif(5)), "Apple Photos Clean Up"),
        "ai_stealth.png": _stealth(pictures.dream(62), marks.a1111(20260304)),
        "ai_comment.gif": _with_comment(pictures.dream(63), marks.a1111(20260305)),
        "ai_xmp.psd": _photoshop(pictures.dream(64).resize((64, 36)), packet),
        "ai_xmp.svg": _svg(marks.xmp(marks.generated_xmp("ai_xmp.svg"), elements=True)),
        "ai_xmp.pdf": _pdf(marks.xmp(marks.generated_xmp("ai_xmp.pdf"))),
        "plate.exr": _exr(pictures.photo(65).resize((32, 18))),
    }
    return {f"stills/{name}": data for name, data in files.items()}


def _samsung_trailer() -> bytes:
    """A block PEg_Info that says which generative edit was made, and the directory that finds it from the end."""
    text = json.dumps({"genImageVersion": "v1", "connectorType": "srvg", "genAIType": 8}, separators=(",", ":"))
    name = b"PEg_Info"
    block = struct.pack("<HHI", 0, 0x0D91, len(name)) + name + text.encode()
    directory = b"SEFH" + struct.pack("<IIHHII", 107, 1, 0, 0x0D91, len(block), len(block))
    return block + directory + struct.pack("<I", len(directory)) + b"SEFT"


def _with_iptc(data: bytes, credit: str) -> bytes:
    """Photoshop's segment with one IPTC record, behind the JFIF header."""
    record = b"\x1c\x02\x00\x00\x02\x00\x04" + b"\x1c\x02\x6e" + struct.pack(">H", len(credit)) + credit.encode()
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record + bytes(len(record) % 2)
    body = b"Photoshop 3.0\0" + resource
    split = 4 + struct.unpack(">H", data[4:6])[0]
    return data[:split] + b"\xff\xed" + struct.pack(">H", 2 + len(body)) + body + data[split:]


def _stealth(picture: Image.Image, text: str) -> bytes:
    """The text in the lowest bit of alpha, from the top down, column by column, as the extension writes it."""
    data = text.encode("utf-8")
    whole = b"stealth_pnginfo" + struct.pack(">I", 8 * len(data)) + data
    hidden = picture.convert("RGBA")
    for place, bit in enumerate(byte >> shift & 1 for byte in whole for shift in range(7, -1, -1)):
        at = divmod(place, hidden.height)
        red, green, blue, _ = hidden.getpixel(at)  # type: ignore[misc]  # four bands, as converted above
        hidden.putpixel(at, (red, green, blue, 254 | bit))
    buffer = io.BytesIO()
    hidden.save(buffer, "PNG", compress_level=9)
    return buffer.getvalue()


def _with_comment(picture: Image.Image, text: str) -> bytes:
    buffer = io.BytesIO()
    picture.resize((160, 90)).convert("P", palette=Image.Palette.WEB).save(buffer, "GIF")
    data, plain = text.encode("ascii"), buffer.getvalue()
    pieces = [data[at : at + 255] for at in range(0, len(data), 255)]
    comment = b"!\xfe" + b"".join(bytes((len(piece),)) + piece for piece in pieces) + b"\0"
    return plain[:-1] + comment + plain[-1:]


def _photoshop(picture: Image.Image, packet: bytes) -> bytes:
    """A flat picture, uncompressed, with its packet as image resource 1060."""
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, picture.height, picture.width, 8, 3)
    resource = b"8BIM" + struct.pack(">HHI", 1060, 0, len(packet)) + packet + bytes(len(packet) % 2)
    planes = b"".join(band.tobytes() for band in picture.convert("RGB").split())
    return head + struct.pack(">II", 0, len(resource)) + resource + struct.pack(">IH", 0, 0) + planes


def _svg(packet: bytes) -> bytes:
    inner = packet[packet.index(b"<x:xmpmeta") : packet.index(b"<?xpacket end")].strip()
    return (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<svg xmlns="http://www.w3.org/2000/svg" width="160" height="90" viewBox="0 0 160 90">\n<metadata>\n'
        + inner
        + b'\n</metadata>\n<rect width="160" height="90" fill="#1b2a49"/>\n'
        b'<circle cx="80" cy="40" r="22" fill="#f2c14e"/>\n'
        b"</svg>\n"
    )


def _pdf(packet: bytes) -> bytes:
    """One empty page; the catalog names the metadata."""
    stream = b"<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n" % len(packet) + packet + b"\nendstream"
    parts = (
        b"<</Type/Catalog/Pages 2 0 R/Metadata 4 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 160 90]/Resources<<>>>>",
        stream,
    )
    out, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + part + b"\nendobj\n"
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 5\n" + table + tail


def _exr(picture: Image.Image) -> bytes:
    """One part, scan lines, uncompressed half floats; the camera's attributes as a colour tool passes them on."""
    width, height = picture.size
    window = struct.pack("<iiii", 0, 0, width - 1, height - 1)
    channels = b"".join(name + b"\0" + struct.pack("<iB3xii", 1, 0, 1, 1) for name in (b"B", b"G", b"R")) + b"\0"
    said = (
        ("cameraMake", "string", marks.MAKE.encode()), ("cameraModel", "string", marks.MODEL.encode()),
        ("channels", "chlist", channels), ("compression", "compression", b"\0"), ("dataWindow", "box2i", window),
        ("displayWindow", "box2i", window), ("lineOrder", "lineOrder", b"\0"),
        ("pixelAspectRatio", "float", struct.pack("<f", 1)), ("screenWindowCenter", "v2f", struct.pack("<ff", 0, 0)),
        ("screenWindowWidth", "float", struct.pack("<f", 1)), ("software", "string", b"Sample Grade 1.4"),
    )  # fmt: skip
    head = b"\x76\x2f\x31\x01" + struct.pack("<I", 2)
    for name, kind, value in said:
        head += name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<i", len(value)) + value
    head += b"\0"
    line = 8 + 3 * 2 * width
    offsets = struct.pack(f"<{height}Q", *(len(head) + 8 * height + y * line for y in range(height)))
    bands = [band.tobytes() for band in picture.convert("RGB").split()]
    rows = b"".join(
        struct.pack("<ii", y, line - 8)
        + b"".join(
            struct.pack(f"<{width}e", *(v / 255 for v in band[y * width : (y + 1) * width])) for band in bands[::-1]
        )
        for y in range(height)
    )
    return head + offsets + rows
