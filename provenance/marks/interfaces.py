"""Other programs that people run to generate: InvokeAI, NovelAI, SwarmUI, Draw Things, Replicate."""

from __future__ import annotations

import re
from typing import Final

from provenance.marks.grammar import (
    Found,
    Object,
    Parsed,
    Pattern,
    Row,
    Text,
    Texts,
    When,
    member,
    parse_nested,
    raw_of,
)
from provenance.marks.stable_diffusion import COMMENTS
from provenance.model import Origin, Strength

FAMILY: Final = "Other generating programs"

_AI: Final = (Origin.AI_GENERATED, Origin.AI_EDITED)
_EDITS: Final = re.compile(r"img2img|image.?to.?image|inpaint|infill|outpaint", re.IGNORECASE)
_DREAM: Final = re.compile(r'"(?P<prompt>.*)" (?P<rest>-s ?\d+ .*-S ?(?P<seed>\d+).*)', re.DOTALL)
_DREAM_LIMIT: Final = 20_000
_NODES: Final = 5_000


def _invokeai(text: Text, texts: Texts) -> Found | None:
    value = text.object
    image = value.get("image")
    if isinstance(image, dict) and "model_weights" in value:  # version 2: "sd-metadata"
        value = {**value, **image, "generation_mode": image.get("type", "txt2img")}
    mode = value.get("generation_mode")
    if not isinstance(mode, str) and not ("positive_prompt" in value and "seed" in value):
        return None
    said = {
        "version": value.get("app_version"),
        "model": member(value, "model.name") or member(value, "model.model_name") or value.get("model_weights"),
        "seed": value.get("seed"),
        "prompt": value.get("positive_prompt") or value.get("prompt"),
        "negative_prompt": value.get("negative_prompt"),
        "mode": mode,
    }
    return Found(said, 1 if isinstance(mode, str) and _EDITS.search(mode[:200]) else 0)


def _invokeai_graph(text: Text, texts: Texts) -> Found | None:
    nodes = member(text.object, "nodes")
    if isinstance(nodes, list):  # the editor's form, in which a node stands under "data"
        nodes = {str(number): member(node, "data") for number, node in enumerate(nodes[:_NODES])}
    if not isinstance(nodes, dict):
        return None
    kinds = {str(node.get("type")) for node in list(nodes.values())[:_NODES] if isinstance(node, dict)}
    if not any(re.fullmatch(r"(?:\w+_)?denoise(?:_latents)?(?:_meta)?|t2l", kind) for kind in kinds):
        return None
    return Found(claim=1 if any(re.fullmatch(r"(?:\w+_)?i2l|\w*vae_encode|l2l", kind) for kind in kinds) else 0)


def _dream(text: Text, texts: Texts) -> Found | None:
    match = _DREAM.fullmatch(text.raw) if len(text.raw) <= _DREAM_LIMIT else None
    if match is None:
        return None
    said = {"prompt": match["prompt"], "seed": match["seed"]}
    return Found(said, 1 if re.search(r"\s-I ", " " + match["rest"]) else 0)


def _novelai(text: Text, texts: Texts) -> Found | None:
    outer = value = text.object
    inner = parse_nested(outer.get("Comment"))
    if isinstance(inner, dict):
        value = inner
    named = raw_of(texts, "software").startswith("NovelAI") or outer.get("Software") == "NovelAI"
    if not ("signed_hash" in value or (named and "steps" in value and "sampler" in value)):
        return None
    said = {
        "model": raw_of(texts, "source") or outer.get("Source"), "seed": value.get("seed"),
        "prompt": raw_of(texts, "description") or outer.get("Description") or value.get("prompt"),
        "negative_prompt": value.get("uc"), "mode": value.get("request_type"),
    }  # fmt: skip
    return Found(said, 1 if _EDITS.search(str(value.get("request_type", ""))[:200]) else 0)


def _novelai_name(text: Text, texts: Texts) -> Found | None:
    if not re.fullmatch(r"NovelAI(?: Diffusion V[\d.]+ [0-9A-F]{8})?", text.raw[:80]):
        return None
    return Found({"model": raw_of(texts, "source")})


def _swarmui(text: Text, texts: Texts) -> Found | None:
    params = member(text.object, "sui_image_params")
    if not isinstance(params, dict):
        return None
    said = {ours: params.get(theirs) for ours, theirs in (
        ("version", "swarm_version"), ("model", "model"), ("seed", "seed"), ("prompt", "prompt"),
        ("negative_prompt", "negativeprompt"))}  # fmt: skip
    return Found(said, 1 if "initimage" in params else 0)


def _draw_things(text: Text, texts: Texts) -> Found | None:
    value = text.object
    named = "Draw Things" in (raw_of(texts, "software"), raw_of(texts, "creatortool"))
    if not named or not {"c", "scale", "steps"} <= value.keys():
        return None
    power = value.get("strength", 1)
    said = {ours: value.get(theirs) for ours, theirs in (
        ("model", "model"), ("seed", "seed"), ("prompt", "c"), ("negative_prompt", "uc"))}  # fmt: skip
    return Found(said, 1 if isinstance(power, int | float) and power < 1 else 0)


TABLE: Final = (
    Row(
        "swarmui.parameters", "SwarmUI", "PNG text; EXIF UserComment", COMMENTS,
        Parsed("JSON with `sui_image_params`; an edit where that has `initimage`", _swarmui),
        _AI, Strength.TOOL_SIGNATURE, "SwarmUI src/Media/ImageFile.cs; measured on 15 files",
    ),
    Row(
        "novelai.comment", "NovelAI", "PNG text; EXIF UserComment; alpha channel", COMMENTS,
        Parsed("JSON with `signed_hash`, or `steps` and `sampler` beside Software `NovelAI`; an edit where "
               "`request_type` says Img2Img or Inpaint", _novelai),
        _AI, Strength.TOOL_SIGNATURE, "github.com/NovelAI/novelai-image-metadata; measured on 7 files",
    ),
    Row(
        "novelai.software", "NovelAI", "PNG text; EXIF Software", ("Software",),
        Parsed("`NovelAI`, or with its model and hash", _novelai_name),
        (Origin.AI_GENERATED,), Strength.TOOL_SIGNATURE, "github.com/NovelAI/novelai-image-metadata; measured",
        name_only=True,
    ),
    Row(
        "novelai.source", "NovelAI", "PNG text", ("Source",),
        Pattern(r"(?P<model>NovelAI Diffusion V\d[\d.]{0,8} [0-9A-F]{8})"),
        (Origin.AI_GENERATED,), Strength.TOOL_SIGNATURE, "github.com/NovelAI/novelai-image-metadata; measured",
        name_only=True,
    ),
    Row(
        "novelai.title", "NovelAI", "PNG text", ("Title",), Pattern("NovelAI generated image"),
        (Origin.AI_GENERATED,), Strength.TOOL_SIGNATURE, "github.com/NovelAI/novelai-image-metadata; measured",
        name_only=True,
    ),
    Row(
        "invokeai.metadata", "InvokeAI", "PNG text", ("invokeai_metadata", "sd-metadata"),
        Parsed("JSON with `generation_mode`, or `positive_prompt` and `seed`, or (version 2) `image` and "
               "`model_weights`; an edit where the mode is img2img, inpaint or outpaint", _invokeai),
        _AI, Strength.TOOL_SIGNATURE, "InvokeAI image_files_disk.py; measured on 5 files",
    ),
    Row(
        "invokeai.graph", "InvokeAI", "PNG text", ("invokeai_graph", "invokeai_workflow"),
        Parsed("JSON whose nodes hold a denoising one; an edit where another makes latents of an image",
               _invokeai_graph),
        _AI, Strength.HEURISTIC, "InvokeAI image_files_disk.py; measured",
        name_only=True,
    ),
    Row(
        "invokeai.dream", "InvokeAI", "PNG text", ("Dream",),
        Parsed('`"prompt" -s 50 … -S 123 …`; an edit where it has `-I`', _dream),
        _AI, Strength.TOOL_SIGNATURE, "InvokeAI version 1, ldm/dream/pngwriter.py",
    ),
    Row(
        "draw_things.json", "Draw Things", "PNG text; XMP exif:UserComment", COMMENTS,
        Parsed("JSON with `c`, `scale`, `steps` beside Software or CreatorTool `Draw Things`; an edit where "
               "`strength` is below 1", _draw_things),
        _AI, Strength.TOOL_SIGNATURE, "Draw Things ImageConverter.swift:1988",
    ),
    Row(
        "draw_things.name", "Draw Things", "PNG text; XMP CreatorTool", ("Software", "CreatorTool"),
        Pattern("Draw Things"), (Origin.AI_GENERATED,), Strength.HEURISTIC, "Draw Things ImageConverter.swift:1988",
        name_only=True,
    ),
    Row(
        "replicate.media_provenance", "", "EXIF and XMP comments, PNG text", (*COMMENTS, "media_provenance"),
        Object(
            (When("description", r"MediaProvenance \(v.*"), When("provider")),
            (("tool", ("provider",)), ("model", ("model",)), ("prompt", ("input.prompt",)), ("seed", ("input.seed",)),
             ("negative_prompt", ("input.negative_prompt",))),
        ),
        (Origin.AI_GENERATED,), Strength.TOOL_SIGNATURE, "github.com/zeke/media-provenance",
    ),
)  # fmt: skip
