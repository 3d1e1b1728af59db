"""ComfyUI, and the services that store its graphs: the graph is parsed, and only what it ran counts."""

from __future__ import annotations

import re
from typing import Final

from provenance.marks.comfy_graph import Graph, graph_details, judge_graph, parse_graph
from provenance.marks.grammar import Found, Parsed, Row, Text, Texts, member, parse_nested
from provenance.marks.stable_diffusion import COMMENTS
from provenance.model import Origin, Strength

FAMILY: Final = "ComfyUI"

_CLAIMS: Final = (Origin.AI_GENERATED, Origin.AI_EDITED, Origin.ENHANCED, None)
_LABEL: Final = re.compile(r"(?:prompt|workflow):\s*", re.IGNORECASE)
_EDITS: Final = re.compile(r"img2img|inpaint|outpaint", re.IGNORECASE)
_KEYS: Final = ("prompt", "workflow", "Make", "Model", *COMMENTS)


def graph_in(text: Text) -> Graph | None:
    """The graph in a text: plain, behind `prompt:` or `workflow:`, or as a member of that name."""
    labelled = _LABEL.match(text.raw)
    value = Text(text.raw[labelled.end() :]).json if labelled else text.json
    if not isinstance(value, dict):
        return None
    if ("prompt" in value or "workflow" in value) and not isinstance(value.get("nodes"), list):
        return parse_graph(parse_nested(value.get("prompt"))) or parse_graph(parse_nested(value.get("workflow")))
    return parse_graph(value)


def _graph(text: Text, texts: Texts) -> Found | None:
    graph = graph_in(text)
    if graph is None:
        return None
    if not graph.executed and _ran_another(text, texts):
        return None  # what was executed is known, so what merely lay on the canvas says nothing
    origin, strength = judge_graph(graph)
    said = {**dict(graph_details(graph)), "graph": "executed" if graph.executed else "canvas only"}
    return Found(said, _CLAIMS.index(origin), strength)


def _ran_another(text: Text, texts: Texts) -> bool:
    others = (texts[key.lower()] for key in _KEYS if key.lower() in texts)
    return any(_is_executed(other) for other in others if other is not text)


def _is_executed(text: Text) -> bool:
    if "executed" not in text.memo:
        graph = graph_in(text)
        text.memo["executed"] = graph is not None and graph.executed
        text.forget()
    return text.memo["executed"]


def _civitai(text: Text, texts: Texts) -> Found | None:
    extra = parse_nested(text.object.get("extraMetadata"))
    if parse_graph(text.json) is None or not isinstance(extra, dict):
        return None
    said = {ours: extra.get(theirs) for ours, theirs in
            (("prompt", "prompt"), ("negative_prompt", "negativePrompt"), ("seed", "seed"))}  # fmt: skip
    return Found(said, 1 if _EDITS.search(str(extra.get("workflowId", ""))[:200]) else 0)


def _tensorart(text: Text, texts: Texts) -> Found | None:
    value = text.object
    if not ("prompt" in value and ("models" in value or "baseModel" in value)):
        return None
    said = {"model": member(value, "baseModel.modelFileName") or member(value, "baseModel.label"),
            "seed": value.get("seed"), "prompt": value.get("prompt"),
            "negative_prompt": value.get("negativePrompt")}  # fmt: skip
    edited = bool(value.get("image") or value.get("initImage")) or str(value.get("mode", "")).lower() == "img2img"
    return Found(said, int(edited))


TABLE: Final = (
    Row(
        "civitai.graph", "Civitai", "EXIF UserComment", (*COMMENTS, "prompt"),
        Parsed("a ComfyUI graph with a member `extraMetadata`; an edit where its workflow is img2img", _civitai),
        (Origin.AI_GENERATED, Origin.AI_EDITED), Strength.TOOL_SIGNATURE, "civitai.com downloads; measured on 3 files",
    ),
    Row(
        "tensorart.generation_data", "TensorArt", "PNG text", ("generation_data",),
        Parsed("JSON with `prompt` and `models` or `baseModel`; an edit where it has an input image", _tensorart),
        (Origin.AI_GENERATED, Origin.AI_EDITED), Strength.TOOL_SIGNATURE, "enslo/sd-metadata detect.ts; measured",
    ),
    Row(
        "comfyui.graph", "ComfyUI",
        "PNG text; EXIF of WebP (even Make and Model); MP4 and MOV keys; Matroska, Vorbis, ID3 tags", _KEYS,
        Parsed(
            "a graph in JSON: AI where a generative node was executed, an edit where a latent was made from loaded "
            "media, enhanced where it only upscales, else nothing; a canvas without the executed graph is a hint",
            _graph,
        ),
        _CLAIMS, Strength.TOOL_SIGNATURE,
        "ComfyUI nodes.py, ComfyUI-VideoHelperSuite nodes.py; measured on 112 files",
    ),
)  # fmt: skip
