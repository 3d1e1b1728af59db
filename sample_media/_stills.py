"""The stills: one picture each, and one thing it says about its origin (or fails to say)."""

import io

import _marks as marks
import _pictures as pictures
from _containers import jpeg, png, tiff, webp
from _signing import CAMERA, GENERATOR, PRODUCTION, Claim, Ingredient, Notary, action
from PIL import Image

JPEG, PNG = "image/jpeg", "image/png"
EMPTY = "http://c2pa.org/digitalsourcetype/empty"
MODEL = ("Sample Image Model", "3")
PAINT = ("Sample Paint", "1.4")
CAMERA_TOOL = (f"{marks.MAKE} {marks.MODEL}", "2.10")

Files = dict[str, bytes]


def build(notary: Notary) -> Files:
    files = {**_captured(notary), **_generator_texts(), **_declared(), **_signed_ai(notary)}
    files |= _composites(notary, files) | _stripped(files) | _conflicts()
    return {f"stills/{name}": data for name, data in files.items()}


def _captured(notary: Notary) -> Files:
    shot = Claim(CAMERA, CAMERA_TOOL, [action("c2pa.created", "digitalCapture")])
    ours = Claim(PRODUCTION, PAINT, [action("c2pa.created", "digitalCapture")])
    plate = jpeg(pictures.photo(12), exif=marks.camera_exif(2))
    return {
        "captured.jpg": jpeg(pictures.photo(10), exif=marks.camera_exif(1)),
        "captured_weak.jpg": jpeg(pictures.photo(11), exif=marks.weak_exif()),
        "captured_signed.jpg": notary.embed(shot, "captured_signed.jpg", plate, JPEG),
        "captured_says_production.jpg": notary.embed(
            ours, "captured_says_production.jpg", jpeg(pictures.photo(13)), JPEG
        ),
    }


def _generator_texts() -> Files:
    return {
        "ai_a1111.png": png(pictures.dream(20), {"parameters": marks.a1111(20260301)}),
        "ai_comfyui.png": png(pictures.dream(21), marks.comfyui_generated()),
        "comfyui_resize_only.png": png(pictures.drawing(22), marks.comfyui_resized()),
        "ai_invoke.png": png(pictures.dream(23), marks.invoke()),
        "ai_novelai.png": png(pictures.dream(24), marks.novelai()),
        "ai_usercomment.jpg": jpeg(pictures.dream(25), exif=marks.comment_exif(marks.a1111(20260302))),
    }


def _declared() -> Files:
    """Unsigned declarations in XMP, as attributes and as elements in turn."""

    def says(code: str, *, elements: bool = False) -> bytes:
        return marks.xmp(marks.source_type(code), elements=elements)

    screen = {**marks.source_type("screenCapture"), "exif:UserComment": "Screenshot"}
    return {
        "ai_xmp.jpg": jpeg(pictures.dream(30), xmp=marks.xmp(marks.generated_xmp("ai_xmp.jpg"))),
        "ai_xmp.png": png(pictures.dream(31), xmp=marks.xmp(marks.generated_xmp("ai_xmp.png"), elements=True)),
        "ai_xmp.webp": webp(pictures.dream(32), marks.xmp(marks.generated_xmp("ai_xmp.webp"))),
        "ai_xmp.tif": tiff(pictures.dream(33), marks.xmp(marks.generated_xmp("ai_xmp.tif"), elements=True)),
        "undeclared.png": png(pictures.drawing(34)),
        "human_made.png": png(pictures.drawing(35), xmp=says("digitalCreation")),
        "enhanced.jpg": jpeg(pictures.photo(36), xmp=says("algorithmicallyEnhanced", elements=True)),
        "procedural.png": png(pictures.fractal(), xmp=says("algorithmicMedia")),
        "screenshot.png": png(pictures.window(), xmp=marks.xmp(screen)),
        "derived.jpg": jpeg(
            pictures.dream(30).crop((30, 10, 310, 168)).resize(pictures.STILL, Image.Resampling.LANCZOS),
            xmp=marks.xmp(marks.ids("derived.jpg"), derived_from="ai_xmp.jpg"),
        ),
    }


def _signed_ai(notary: Notary) -> Files:
    made = Claim(GENERATOR, MODEL, [action("c2pa.created", "trainedAlgorithmicMedia", agent=MODEL)])
    mixed = Claim(PRODUCTION, PAINT, [action("c2pa.created", "composite", agent=PAINT)])
    comp = pictures.inset(pictures.photo(42), pictures.drawing(43), (190, 60), (100, 80))
    return {
        "ai_generated.png": notary.embed(made, "ai_generated.png", png(pictures.dream(40)), PNG),
        "composite_source.jpg": notary.embed(mixed, "composite_source.jpg", jpeg(comp), JPEG),
    }


def _composites(notary: Notary, files: Files) -> Files:
    plate = Ingredient("captured_signed.jpg", files["captured_signed.jpg"], JPEG, "parentOf")
    fill = [
        action("c2pa.opened", of=plate.name),
        action("c2pa.edited", "compositeWithTrainedAlgorithmicMedia", agent=MODEL),
    ]
    filled = pictures.inset(pictures.photo(12), pictures.dream(45), (24, 20), (130, 110))

    element = Ingredient("ai_generated.png", files["ai_generated.png"], PNG, "componentOf")
    painting = pictures.inset(pictures.drawing(46), pictures.dream(40), (90, 30), (140, 110))
    precomp = notary.embed(
        _placed(element, "digitalCreation"), "matte_painting.jpg", jpeg(painting), JPEG
    )  # lives only inside composite_deep.jpg: its manifest is the level between
    matte = Ingredient("matte_painting.jpg", precomp, JPEG, "componentOf")
    shot = pictures.inset(pictures.photo(47), painting, (130, 20), (170, 120))
    return {
        "ai_edited.jpg": notary.embed(Claim(GENERATOR, PAINT, fill, [plate]), "ai_edited.jpg", jpeg(filled), JPEG),
        "composite_deep.jpg": notary.embed(_placed(matte, EMPTY), "composite_deep.jpg", jpeg(shot), JPEG),
    }


def _placed(part: Ingredient, canvas: str) -> Claim:
    """A person's comp: nothing in its own manifest says AI, only what it is made of does."""
    steps = [action("c2pa.created", canvas, agent=PAINT), action("c2pa.placed", of=part.name)]
    return Claim(PRODUCTION, PAINT, steps, [part])


def _stripped(files: Files) -> Files:
    with Image.open(io.BytesIO(files["ai_generated.png"])) as signed:
        pixels = Image.frombytes("RGB", signed.size, signed.convert("RGB").tobytes())
    return {"stripped.png": png(pixels), "stripped.jpg": jpeg(pixels)}


def _conflicts() -> Files:
    trained, capture = marks.source_type("trainedAlgorithmicMedia"), marks.source_type("digitalCapture")
    return {
        "conflict.jpg": jpeg(pictures.photo(50), exif=marks.camera_exif(3), xmp=marks.xmp(trained)),
        "conflict_capture_xmp.png": png(
            pictures.dream(51), {"parameters": marks.a1111(20260303)}, xmp=marks.xmp(capture)
        ),
    }
