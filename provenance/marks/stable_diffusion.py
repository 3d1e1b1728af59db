"""Text that Stable Diffusion's web interfaces write: A1111, Forge and its kin, SD.Next, and who copied them."""

from __future__ import annotations

from typing import Final

from provenance.marks.grammar import Found, Object, Parsed, Pattern, Row, Text, Texts, When, raw_of
from provenance.marks.parameters import parse_parameters
from provenance.model import Origin, Strength

FAMILY: Final = "Stable Diffusion interfaces"

COMMENTS: Final = (
    "parameters", "Comment", "UserComment", "ImageDescription", "XPComment", "Description",
    "stealth_pnginfo", "stealth_pngcomp", "stealth_rgbinfo", "stealth_rgbcomp",
)  # fmt: skip
"""Where tools write free text: PNG chunks, EXIF, GIF and video comments, alpha channels."""

_AI: Final = (Origin.AI_GENERATED, Origin.AI_EDITED)
_SIGNED: Final = Strength.TOOL_SIGNATURE


def _parameters(text: Text, texts: Texts) -> Found | None:
    found = parse_parameters(text.raw)
    if found is None:
        return None
    values = found.values
    tool = "Fooocus" if raw_of(texts, "fooocus_scheme") == "a1111" else found.tool
    said = {
        "tool": tool, "version": values.get("Version"), "model": values.get("Model") or values.get("Pipeline"),
        "seed": values.get("Seed"), "prompt": found.prompt, "negative_prompt": found.negative,
    }  # fmt: skip
    return Found(said, _AI.index(found.origin))


def _easy_fields(text: Text, texts: Texts) -> Found | None:
    if not text.raw or len(text.raw) > 400:
        return None
    said = {"model": text.raw, "seed": raw_of(texts, "seed"), "prompt": raw_of(texts, "prompt"),
            "negative_prompt": raw_of(texts, "negative_prompt") or raw_of(texts, "negative prompt")}  # fmt: skip
    return Found(said, 1 if "prompt_strength" in texts or "prompt strength" in texts else 0)


TABLE: Final = (
    Row(
        "a1111.parameters", "", "PNG text; EXIF of JPEG, WebP, AVIF; GIF comment; alpha channel", COMMENTS,
        Parsed(
            "prompt, `Negative prompt: …`, then a paragraph `Steps: <n>, …` with two known names (Sampler, CFG scale, "
            "Seed, Size, Model, Version, Pipeline …); an edit where it names img2img, a mask, or Denoising strength "
            "without Hires",
            _parameters,
        ),
        _AI, _SIGNED, "Forge modules/images.py, SD.Next modules/image/save.py; measured on 81 files",
    ),
    Row(
        "a1111.extras", "A1111 extras", "PNG text", ("postprocessing", "extras"),
        Pattern(r"(?:Postprocess |Upscale|GFPGAN|CodeFormer)(?s:.*)"),
        (Origin.ENHANCED,), _SIGNED, "stable-diffusion-webui modules/postprocessing.py",
    ),
    Row(
        "fooocus.json", "Fooocus", "PNG text; EXIF UserComment", COMMENTS,
        Object(
            (When("base_model"), When("prompt")),
            (("version", ("version",)), ("model", ("base_model",)), ("seed", ("seed",)), ("prompt", ("prompt",)),
             ("negative_prompt", ("negative_prompt",))),
        ),
        (Origin.AI_GENERATED,), _SIGNED, "Fooocus modules/meta_parser.py; measured",
    ),
    Row(
        "fooocus.scheme", "Fooocus", "PNG text; EXIF MakerNote", ("fooocus_scheme",), Pattern("fooocus|a1111"),
        (Origin.AI_GENERATED,), Strength.HEURISTIC, "Fooocus modules/meta_parser.py; measured",
        name_only=True,
    ),
    Row(
        "fooocus.software", "Fooocus", "EXIF Software", ("Software",), Pattern(r"Fooocus v?(?P<version>\d[\w.]{0,20})"),
        (Origin.AI_GENERATED,), Strength.HEURISTIC, "Fooocus modules/meta_parser.py",
        name_only=True,
    ),
    Row(
        "ruinedfooocus.json", "RuinedFooocus", "PNG text", COMMENTS,
        Object(
            (When("software", "RuinedFooocus"),),
            (("version", ("version",)), ("model", ("base_model_name",)), ("seed", ("seed",)),
             ("prompt", ("Prompt", "prompt")), ("negative_prompt", ("Negative", "negative_prompt"))),
        ),
        (Origin.AI_GENERATED,), _SIGNED, "github.com/runew0lf/RuinedFooocus; measured",
    ),
    Row(
        "stability_matrix.parameters", "Stability Matrix", "PNG text", ("parameters-json",),
        Object(
            (When("PositivePrompt"), When("Seed"), When("Sampler")),
            (("model", ("ModelName",)), ("seed", ("Seed",)), ("prompt", ("PositivePrompt",)),
             ("negative_prompt", ("NegativePrompt",))),
        ),
        (Origin.AI_GENERATED,), _SIGNED, "StabilityMatrix.Core Models/GenerationParameters.cs; measured",
    ),
    Row(
        "stability_matrix.project", "Stability Matrix", "PNG text", ("smproj",),
        Object(
            (When("ProjectType", "TextToImage|ImageToImage|Inpainting|ImageToVideo|FluxTextToImage|Wan\\w*"),
             When("State")),
            edited=(When("ProjectType", "ImageToImage|Inpainting"),),
        ),
        _AI, Strength.HEURISTIC, "StabilityMatrix.Core Models/Inference; measured",
        name_only=True,
    ),
    Row(
        "diffusers.space", "diffusers", "PNG text", COMMENTS,
        Object(
            (When("prompt"), When("num_inference_steps")),
            (("model", ("Model", "model")), ("seed", ("seed",)), ("prompt", ("prompt",)),
             ("negative_prompt", ("negative_prompt",))),
        ),
        (Origin.AI_GENERATED,), _SIGNED, "Hugging Face Spaces; measured on 2 files",
    ),
    Row(
        "diffusers.space_model", "diffusers", "PNG text", COMMENTS,
        Object(
            (When("prompt"), When("Model hash")),
            (("model", ("Model", "model")), ("seed", ("seed",)), ("prompt", ("prompt",)),
             ("negative_prompt", ("negative_prompt",))),
        ),
        (Origin.AI_GENERATED,), _SIGNED, "Hugging Face Spaces (`resolution`: `832 x 1216`); measured on 2 files",
    ),
    Row(
        "huggingface.job", "Hugging Face job", "PNG text", ("hf-job-id",),
        Pattern(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"),
        (Origin.AI_GENERATED,), Strength.HEURISTIC, "remove-ai-watermarks docs/supported-signals.md",
    ),
    Row(
        "easy_diffusion.json", "Easy Diffusion", "EXIF UserComment", COMMENTS,
        Object(
            (When("use_stable_diffusion_model"),),
            (("model", ("use_stable_diffusion_model",)), ("seed", ("seed",)), ("prompt", ("prompt",)),
             ("negative_prompt", ("negative_prompt",))),
            edited=(When("prompt_strength"),),
        ),
        _AI, _SIGNED, "easydiffusion/utils/save_utils.py (prompt_strength stands there only with an initial image)",
    ),
    Row(
        "easy_diffusion.fields", "Easy Diffusion", "PNG text, one chunk a field",
        ("use_stable_diffusion_model", "Stable Diffusion model"),
        Parsed("the name of a model; an edit where `prompt_strength` stands beside it",
               _easy_fields),
        _AI, _SIGNED, "easydiffusion/utils/save_utils.py",
    ),
)  # fmt: skip
