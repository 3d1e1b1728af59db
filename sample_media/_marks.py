"""What the samples say about themselves: XMP packets, camera EXIF, and the texts that generators leave.

Nobody is named and nothing is real: the maker is "Sample Optics", the models are "sample".
"""

import json
import uuid
from xml.sax.saxutils import escape, quoteattr

from _containers import exif_block, ratio_field, raw_field, short_field, text_field

WHEN = "2026-03-02T09:30:00Z"
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
MAKE, MODEL = "Sample Optics", "SO-1 Mark II"

_NAMESPACES = {
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "dcterms": "http://purl.org/dc/terms/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
}
PROMPT = "wide shot of a lighthouse above the clouds at dawn, film grain"
_NEGATIVE = "text, watermark"

_Steps = dict[str, tuple[str, dict[str, object]]]


def source_type(code: str) -> dict[str, str]:
    return {"Iptc4xmpExt:DigitalSourceType": SOURCE_TYPES + code}


def ids(name: str) -> dict[str, str]:
    """Document and instance id of a sample, derived from its name so that they never change."""
    return {
        "xmpMM:DocumentID": f"xmp.did:{uuid.uuid5(uuid.NAMESPACE_URL, 'sample-media/document/' + name)}",
        "xmpMM:InstanceID": f"xmp.iid:{uuid.uuid5(uuid.NAMESPACE_URL, 'sample-media/instance/' + name)}",
    }


def generated_xmp(name: str) -> dict[str, str]:
    """The IPTC 2025.1 way of declaring a generated picture, without a prompt writer."""
    return {
        **source_type("trainedAlgorithmicMedia"),
        "Iptc4xmpExt:AISystemUsed": "Sample Image Model",
        "Iptc4xmpExt:AISystemVersionUsed": "3",
        "Iptc4xmpExt:AIPromptInformation": PROMPT,
        **ids(name),
    }


def xmp(properties: dict[str, str], *, elements: bool = False, derived_from: str = "") -> bytes:
    """A packet with the properties as attributes, or as elements: writers in the field do either."""
    used = sorted({name.split(":")[0] for name in properties} | ({"xmpMM"} if derived_from else set()))
    spaces = "".join(f' xmlns:{prefix}="{_NAMESPACES[prefix]}"' for prefix in used)
    attributes = "" if elements else "".join(f"\n   {k}={quoteattr(v)}" for k, v in properties.items())
    body = "".join(f"\n   <{k}>{escape(v)}</{k}>" for k, v in properties.items()) if elements else ""
    if derived_from:
        source = ids(derived_from)
        body += (
            '\n   <xmpMM:DerivedFrom xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#"'
            f'\n    stRef:documentID="{source["xmpMM:DocumentID"]}"'
            f'\n    stRef:instanceID="{source["xmpMM:InstanceID"]}"/>'
        )
    return packet(f'<rdf:Description rdf:about=""{spaces}{attributes}>{body}\n  </rdf:Description>')


def packet(description: str, doctype: str = "") -> bytes:
    text = (
        f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n{doctype}'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f"  {description}\n </rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    )
    return text.encode("utf-8")


def bomb() -> bytes:
    """Billion laughs: 16 levels of 10 would be 10 million gigabytes to whoever expands entities."""
    levels = "".join(
        f'<!ENTITY lol{level} "{f"&lol{level - 1};" * 10}">\n' if level else '<!ENTITY lol0 "lol">\n'
        for level in range(17)
    )
    spaces = f'xmlns:Iptc4xmpExt="{_NAMESPACES["Iptc4xmpExt"]}"'
    return packet(
        f'<rdf:Description rdf:about="" {spaces}>'
        "<Iptc4xmpExt:DigitalSourceType>&lol16;</Iptc4xmpExt:DigitalSourceType></rdf:Description>",
        doctype=f"<!DOCTYPE x [\n{levels}]>\n",
    )


def camera_exif(number: int) -> bytes:
    """A complete, consistent record of one exposure; the number tells one shot from the next."""
    taken = f"2026:03:02 09:{30 + number:02d}:00"
    maker_note = b"Sample Optics\0\0\0" + b"SO-1 Mark II body 0001 shot %04d\0" % number
    return exif_block(
        [
            text_field(0x010F, MAKE),
            text_field(0x0110, MODEL),
            short_field(0x0112, 1),
            ratio_field(0x011A, 72, 1),
            ratio_field(0x011B, 72, 1),
            short_field(0x0128, 2),
            text_field(0x0131, "SO-1 Mark II Ver.2.10"),
            text_field(0x0132, taken),
        ],
        [
            ratio_field(0x829A, 1, 250),  # ExposureTime
            ratio_field(0x829D, 56, 10),  # FNumber
            short_field(0x8822, 2),  # ExposureProgram: normal
            short_field(0x8827, 100 * 2 ** (number % 4)),  # ISO
            raw_field(0x9000, b"0232"),
            text_field(0x9003, taken),
            text_field(0x9004, taken),
            text_field(0x9011, "+00:00"),
            ratio_field(0x920A, 35, 1),  # FocalLength
            raw_field(0x927C, maker_note),
            raw_field(0xA300, b"\x03"),  # FileSource: digital camera
            raw_field(0xA301, b"\x01"),  # SceneType: directly photographed
            short_field(0xA405, 35),
            text_field(0xA434, "Sample Prime 35mm f/1.8"),
        ],
    )


def weak_exif() -> bytes:
    return exif_block([text_field(0x010F, MAKE), text_field(0x0110, MODEL)])


def comment_exif(text: str) -> bytes:
    """UserComment as A1111 writes it: the UNICODE code, then big-endian UTF-16."""
    return exif_block([], [raw_field(0x9286, b"UNICODE\0" + text.encode("utf-16-be"))])


def a1111(seed: int, size: str = "320x180") -> str:
    return (
        f"{PROMPT}\nNegative prompt: {_NEGATIVE}\n"
        f"Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 6.5, Seed: {seed}, Size: {size}, "
        "Model hash: 0a1b2c3d4e, Model: sample-model-v3, Version: v1.10.1"
    )


def comfyui_generated() -> dict[str, str]:
    """The executed graph of a text-to-image run, and the canvas it was drawn on."""
    steps: _Steps = {
        "3": ("KSampler", {"seed": 20260302, "steps": 28, "cfg": 6.5, "sampler_name": "euler",
                           "scheduler": "normal", "denoise": 1.0, "model": ["4", 0], "positive": ["6", 0],
                           "negative": ["7", 0], "latent_image": ["5", 0]}),
        "4": ("CheckpointLoaderSimple", {"ckpt_name": "sample-model-v3.safetensors"}),
        "5": ("EmptyLatentImage", {"width": 320, "height": 180, "batch_size": 1}),
        "6": ("CLIPTextEncode", {"text": PROMPT, "clip": ["4", 1]}),
        "7": ("CLIPTextEncode", {"text": _NEGATIVE, "clip": ["4", 1]}),
        "8": ("VAEDecode", {"samples": ["3", 0], "vae": ["4", 2]}),
        "9": ("SaveImage", {"filename_prefix": "sample", "images": ["8", 0]}),
    }  # fmt: skip
    return _graph(steps)


def comfyui_resized() -> dict[str, str]:
    """A graph that only loads, scales and saves: it went through ComfyUI, no model touched it."""
    steps: _Steps = {
        "1": ("LoadImage", {"image": "plate.png", "upload": "image"}),
        "2": ("ImageScale", {"image": ["1", 0], "upscale_method": "lanczos", "width": 320, "height": 180,
                             "crop": "disabled"}),
        "3": ("SaveImage", {"filename_prefix": "resized", "images": ["2", 0]}),
    }  # fmt: skip
    return _graph(steps)


def _graph(steps: _Steps) -> dict[str, str]:
    executed = {key: {"inputs": inputs, "class_type": kind} for key, (kind, inputs) in steps.items()}
    nodes = [
        {"id": int(key), "type": kind, "pos": [40 + 220 * int(key), 80], "mode": 0, "order": order}
        for order, (key, (kind, _)) in enumerate(steps.items())
    ]
    canvas = {"last_node_id": len(nodes), "nodes": nodes, "links": [], "groups": [], "version": 0.4}
    return {"prompt": json.dumps(executed), "workflow": json.dumps(canvas)}


def invoke() -> dict[str, str]:
    record = {
        "app_version": "5.6.0",
        "generation_mode": "txt2img",
        "positive_prompt": PROMPT,
        "negative_prompt": _NEGATIVE,
        "width": 320,
        "height": 180,
        "seed": 20260302,
        "steps": 28,
        "cfg_scale": 6.5,
        "scheduler": "euler",
        "model": {"key": "sample", "name": "sample-model-v3", "base": "sdxl", "type": "main"},
    }
    return {"invokeai_metadata": json.dumps(record)}


def novelai() -> dict[str, str]:
    comment = {
        "prompt": PROMPT,
        "steps": 28,
        "height": 180,
        "width": 320,
        "scale": 5.0,
        "seed": 20260302,
        "noise_schedule": "karras",
        "sampler": "k_euler_ancestral",
        "request_type": "PromptGenerateRequest",
        "uc": _NEGATIVE,
    }
    return {
        "Title": "NovelAI generated image",
        "Description": PROMPT,
        "Software": "NovelAI",
        "Source": "NovelAI Diffusion V4.5 4BDE2A90",
        "Comment": json.dumps(comment),
    }
