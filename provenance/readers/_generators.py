"""How generators sign their work in text: one row per grammar, shared by PNG text, EXIF and XMP.

To add a generator, add a row to GRAMMARS: the keys it writes to, and a function that gives a Signature only
for text that follows its grammar. Never search for names inside text: ``imagen`` is in ImageNumber,
``udio`` in audio.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from provenance.model import Origin, Strength, bounded
from provenance.readers._a1111 import parse_parameters
from provenance.readers._aigc import aigc_signature
from provenance.readers._comfy_graph import graph_details, judge_graph, parse_graph
from provenance.readers._signature import Signature, details, load_json, parse_nested, parse_object, pick

Texts = Mapping[str, str]
"""All texts of one file by lower-case key, for grammars that need a second one to be sure."""

_UUID: Final = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_EDIT_MODES: Final = re.compile(r"img2img|inpaint|outpaint", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """A signature with the key and the raw text it came from."""

    key: str
    value: str
    signature: Signature


@dataclass(frozen=True, slots=True)
class Grammar:
    """One way in which a tool signs. `keys` are lower-case; `read` gives None where the text is another."""

    keys: frozenset[str]
    read: Callable[[str, Texts], Signature | None]


def recognise(texts: Iterable[tuple[str, str]]) -> tuple[Statement, ...]:
    """The statements in the (key, text) pairs of one file: for each text the first grammar that fits and
    claims AI, else the first that fits, so that no grammar hides the claim of another."""
    pairs = [(key, text.strip("\0 \r\n\t")) for key, text in texts]
    by_key = {key.lower(): text for key, text in reversed(pairs)}
    found = []
    for key, text in pairs:
        read = (grammar.read(text, by_key) for grammar in GRAMMARS if key.lower() in grammar.keys)
        fitting = [signature for signature in read if signature is not None]
        if fitting:
            best = next((s for s in fitting if s.origin is not None and s.origin.is_ai), fitting[0])
            found.append(Statement(key, bounded(text), best))
    return tuple(found)


# ── one function per tool ────────────────────────────────────────────────────────────────────────────────


def _a1111(text: str, _: Texts) -> Signature | None:
    found = parse_parameters(text)
    if found is None:
        return None
    prompts = {"prompt": found.prompt, "negative_prompt": found.negative}
    said = {"tool": found.tool, **prompts} | pick(
        found.values, model="Model Pipeline", seed="Seed", version="Version"
    )
    return Signature(found.tool, found.origin, details(said))


def _upscaled(text: str, _: Texts) -> Signature | None:
    if not re.match(r"(?:Postprocess |Upscale|GFPGAN|CodeFormer)", text):
        return None
    return Signature("A1111 extras", Origin.ENHANCED, details({"tool": "A1111 extras"}))


def _comfyui(text: str, texts: Texts) -> Signature | None:
    body = re.sub(r"^(?:prompt|workflow):\s*", "", text, count=1, flags=re.IGNORECASE)
    value = load_json(body)
    if isinstance(value, dict) and ("prompt" in value or "workflow" in value) and "nodes" not in value:
        value = parse_nested(value.get("prompt")) or parse_nested(value.get("workflow"))
    graph = parse_graph(value)
    if graph is None:
        return None
    origin, strength = judge_graph(graph)
    said = {"tool": "ComfyUI", **dict(graph_details(graph)),
               "graph": "executed" if graph.executed else "canvas only"}  # fmt: skip
    return Signature("ComfyUI", origin, details(said), strength)


def _civitai(text: str, _: Texts) -> Signature | None:
    value = parse_object(text)
    extra = parse_nested(value.get("extraMetadata"))
    if parse_graph(value) is None or not isinstance(extra, dict):
        return None
    said = {"tool": "Civitai"} | pick(
        extra, prompt="prompt", negative_prompt="negativePrompt", seed="seed"
    )
    workflow = str(extra.get("workflowId", ""))
    edited = _EDIT_MODES.search(workflow)
    return Signature("Civitai", Origin.AI_EDITED if edited else Origin.AI_GENERATED, details(said))


def _swarmui(text: str, _: Texts) -> Signature | None:
    params = parse_object(text).get("sui_image_params")
    if not isinstance(params, dict):
        return None
    origin = Origin.AI_EDITED if "initimage" in params else Origin.AI_GENERATED
    said = {"tool": "SwarmUI"} | pick(
        params, model="model", seed="seed", prompt="prompt", negative_prompt="negativeprompt",
        version="swarm_version",
    )  # fmt: skip
    return Signature("SwarmUI", origin, details(said))


def _invokeai(text: str, _: Texts) -> Signature | None:
    value = parse_object(text)
    image = value.get("image")
    if isinstance(image, dict) and "model_weights" in value:
        value = {**value, **image, "generation_mode": image.get("type", "txt2img")}
    mode = value.get("generation_mode")
    if not isinstance(mode, str) and not ("positive_prompt" in value and "seed" in value):
        return None
    model = value.get("model")
    said = {"tool": "InvokeAI", "mode": mode} | pick(
        value, prompt="positive_prompt prompt", negative_prompt="negative_prompt", seed="seed",
        version="app_version", model="model_weights",
    )  # fmt: skip
    if isinstance(model, dict):
        said["model"] = model.get("name") or model.get("model_name")
    edited = isinstance(mode, str) and _EDIT_MODES.search(mode)
    return Signature("InvokeAI", Origin.AI_EDITED if edited else Origin.AI_GENERATED, details(said))


def _dream(text: str, _: Texts) -> Signature | None:
    match = re.fullmatch(r'"(?P<prompt>.*)" (?P<rest>-s ?\d+ .*-S ?(?P<seed>\d+).*)', text, re.DOTALL)
    if match is None:
        return None
    origin = Origin.AI_EDITED if re.search(r"\s-I ", " " + match["rest"]) else Origin.AI_GENERATED
    said = {"tool": "InvokeAI", "prompt": match["prompt"], "seed": match["seed"]}
    return Signature("InvokeAI", origin, details(said))


def _fooocus(text: str, texts: Texts) -> Signature | None:
    value = parse_object(text)
    if value.get("software") == "RuinedFooocus":
        tool = "RuinedFooocus"
    elif "base_model" in value and "prompt" in value:
        tool = "Fooocus"
    else:
        return None
    said = {"tool": tool} | pick(
        value, model="base_model base_model_name", seed="seed", prompt="prompt Prompt",
        negative_prompt="negative_prompt Negative", version="version",
    )  # fmt: skip
    return Signature(tool, Origin.AI_GENERATED, details(said))


def _diffusers_space(text: str, _: Texts) -> Signature | None:
    value = parse_object(text)
    if "prompt" not in value or not {"num_inference_steps", "Model", "Model hash"} & value.keys():
        return None
    said = {"tool": "diffusers"} | pick(
        value, model="Model model", seed="seed", prompt="prompt", negative_prompt="negative_prompt"
    )
    return Signature("diffusers", Origin.AI_GENERATED, details(said))


def _novelai(text: str, texts: Texts) -> Signature | None:
    value = parse_object(text)
    outer = value
    inner = parse_nested(value.get("Comment"))
    if isinstance(inner, dict):
        value = inner
    named = texts.get("software", "").startswith("NovelAI") or outer.get("Software") == "NovelAI"
    if not ("signed_hash" in value or (named and "steps" in value and "sampler" in value)):
        return None
    edited = _EDIT_MODES.search(str(value.get("request_type", "")))
    said = {"tool": "NovelAI", "model": texts.get("source") or outer.get("Source"),
               "prompt": texts.get("description") or outer.get("Description")}  # fmt: skip
    said |= pick(value, seed="seed", negative_prompt="uc")
    return Signature("NovelAI", Origin.AI_EDITED if edited else Origin.AI_GENERATED, details(said))


def _novelai_name(text: str, texts: Texts) -> Signature | None:
    if not re.fullmatch(r"NovelAI(?: Diffusion V[\d.]+ [0-9A-F]{8})?", text):
        return None
    said = {"tool": "NovelAI", "model": texts.get("source")}
    return Signature("NovelAI", Origin.AI_GENERATED, details(said))


def _easy_diffusion(text: str, _: Texts) -> Signature | None:
    value = parse_object(text)
    if "use_stable_diffusion_model" not in value:
        return None
    said = {"tool": "Easy Diffusion"} | pick(
        value, model="use_stable_diffusion_model", seed="seed", prompt="prompt",
        negative_prompt="negative_prompt",
    )  # fmt: skip
    return Signature("Easy Diffusion", Origin.AI_GENERATED, details(said))


def _easy_diffusion_field(text: str, texts: Texts) -> Signature | None:
    said = {"tool": "Easy Diffusion", "model": text} | pick(
        texts, seed="seed", prompt="prompt", negative_prompt="negative_prompt"
    )
    return Signature("Easy Diffusion", Origin.AI_GENERATED, details(said))


def _draw_things(text: str, texts: Texts) -> Signature | None:
    value = parse_object(text)
    named = "Draw Things" in (texts.get("software"), texts.get("creatortool"))
    if not named or not {"c", "scale", "steps"} <= value.keys():
        return None
    power = value.get("strength", 1)
    edited = isinstance(power, int | float) and power < 1
    said = {"tool": "Draw Things"} | pick(
        value, prompt="c", negative_prompt="uc", seed="seed", model="model"
    )
    return Signature("Draw Things", Origin.AI_EDITED if edited else Origin.AI_GENERATED, details(said))


def _dreamina(text: str, _: Texts) -> Signature | None:
    value = parse_object(text)
    info, data = value.get("aigc_info"), parse_nested(value.get("data"))
    if not isinstance(info, dict) or not isinstance(data, dict):
        return None
    generated = data.get("exportType") == "generation" or str(info.get("aigc_label_type")) == "1"
    tool = str(data.get("product") or info.get("source_info") or "Dreamina")
    return Signature(tool, Origin.AI_GENERATED if generated else None, details({"tool": tool}))


def _aigc(text: str, _: Texts) -> Signature | None:
    return aigc_signature(load_json(text.removeprefix("AIGC")))


def _media_provenance(text: str, _: Texts) -> Signature | None:
    value = parse_object(text)
    if not str(value.get("description", "")).startswith("MediaProvenance (v"):
        return None
    said: dict[str, object] = {"tool": value.get("provider")} | pick(value, model="model")
    given = value.get("input")
    if isinstance(given, dict):
        said["prompt"] = given.get("prompt")
    return Signature(str(value.get("provider", "")), Origin.AI_GENERATED, details(said))


def _midjourney(text: str, texts: Texts) -> Signature | None:
    match = re.fullmatch(rf"(?P<prompt>.*?)\s*Job ID: (?P<job>{_UUID})", text, re.DOTALL | re.IGNORECASE)
    if match is None:
        return None
    version = re.search(r" --v (\S+)", match["prompt"])
    said = {"tool": "Midjourney", "prompt": match["prompt"], "job": match["job"],
               "version": version[1] if version else None}  # fmt: skip
    return Signature("Midjourney", Origin.AI_GENERATED, details(said))


def _grok(text: str, texts: Texts) -> Signature | None:
    signed = re.fullmatch(r"Signature: [A-Za-z0-9+/=]{64,}", text)
    if signed is None or not re.fullmatch(_UUID, texts.get("artist", ""), re.IGNORECASE):
        return None
    return Signature("xAI Grok", Origin.AI_GENERATED, details({"tool": "xAI Grok"}))


def _exact(tool: str, *values: str) -> Callable[[str, Texts], Signature | None]:
    """A grammar that is one exact value."""
    signature = Signature(tool, Origin.AI_GENERATED, (("tool", tool),))
    return lambda text, _: signature if text in values else None


def _pattern(tool: str, pattern: str, strength: Strength) -> Callable[[str, Texts], Signature | None]:
    """A grammar that is one anchored pattern."""
    signature = Signature(tool, Origin.AI_GENERATED, (("tool", tool),), strength)
    return lambda text, _: signature if re.fullmatch(pattern, text) else None


_COMMENTS: Final = frozenset(
    {"parameters", "comment", "usercomment", "imagedescription", "xpcomment", "description"}
)
GRAMMARS: Final[tuple[Grammar, ...]] = (
    Grammar(frozenset({"aigc"}) | _COMMENTS, _aigc),
    Grammar(_COMMENTS, _swarmui),
    Grammar(_COMMENTS, _novelai),
    Grammar(_COMMENTS, _fooocus),
    Grammar(_COMMENTS | {"prompt"}, _civitai),
    Grammar(_COMMENTS | {"prompt", "workflow", "make", "model"}, _comfyui),
    Grammar(_COMMENTS, _easy_diffusion),
    Grammar(_COMMENTS, _draw_things),
    Grammar(_COMMENTS, _dreamina),
    Grammar(_COMMENTS, _media_provenance),
    Grammar(_COMMENTS, _diffusers_space),
    Grammar(_COMMENTS, _a1111),
    Grammar(frozenset({"postprocessing", "extras"}), _upscaled),
    Grammar(frozenset({"invokeai_metadata", "sd-metadata"}), _invokeai),
    Grammar(frozenset({"dream"}), _dream),
    Grammar(frozenset({"use_stable_diffusion_model"}), _easy_diffusion_field),
    Grammar(frozenset({"software"}), _novelai_name),
    Grammar(frozenset({"description"}), _midjourney),
    Grammar(frozenset({"imagedescription", "usercomment"}), _grok),
    Grammar(frozenset({"make"}), _exact("Ideogram", "Ideogram AI")),
    Grammar(frozenset({"make", "software"}), _exact("Aphrodite AI", "Aphrodite AI")),
    Grammar(frozenset({"software", "creatortool"}), _exact("Reve", "reve.com")),
    Grammar(frozenset({"source"}), _exact("Luma", "Luma AI")),
    Grammar(frozenset({"hf-job-id"}), _pattern("Hugging Face job", _UUID, Strength.HEURISTIC)),
)
