"""ComfyUI graphs: what an executed graph or a saved canvas says about where the pixels came from.

A graph alone proves nothing (graphs also resize, blend and save photographs): a generative node must be in
it. Rule checked on 112 real graphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from provenance.model import Origin, Strength

_NODES: Final = 20_000
_OFF: Final = frozenset({2, 4})
"""Modes of muted and bypassed nodes."""

_GENERATES: Final = re.compile(
    r"sampler(?!select)|texttovideo|texttoimage|txt2|imagetovideo|img2|firstlastframe|texttoaudio|^echo"
    r"|^(?:runway|luma|moonvalley|kling|pika|veo|ideogram|recraft|openai(?:dalle|gptimage|video)"
    r"|gemini(?:image|\d)|flux|bfl|stability|minimax|vidu|pixverse)\w*node$",
    re.IGNORECASE,
)
_NOT_GENERATIVE: Final = re.compile(
    r"resampler|upscale(?!latent)|removebackground|vectorize|concepts|reference|chat|preprocess",
    re.IGNORECASE,
)
_LOADS_MEDIA: Final = re.compile(r"Load(?:Image|Video|Audio)|VHS_Load", re.IGNORECASE)
_EDITS_MEDIA: Final = re.compile(
    r"VAEEncode|\w*Inpaint|ReferenceLatent|\w*ImageEdit|\w*Kontext|LoadVideo", re.IGNORECASE
)
_UPSCALES: Final = re.compile(r"ImageUpscaleWithModel", re.IGNORECASE)
_MODEL_KEYS: Final = ("ckpt_name", "unet_name", "model_name", "model")


@dataclass(frozen=True, slots=True)
class Graph:
    """A parsed graph: the classes of its live nodes, their inputs, and whether it was executed."""

    classes: tuple[str, ...]
    inputs: tuple[Mapping[str, object], ...]
    executed: bool


def parse_graph(value: object) -> Graph | None:
    """The graph in a parsed JSON value (API form or canvas form), or None where it holds none."""
    if not isinstance(value, dict):
        return None
    nodes = value.get("nodes")
    if isinstance(nodes, list):
        live = [n for n in nodes[:_NODES] if isinstance(n, dict) and _is_live(n)]
        return Graph(tuple(str(n["type"]) for n in live), (), executed=False) if live else None
    api = [n for n in list(value.values())[:_NODES] if isinstance(n, dict) and "class_type" in n]
    if not api:
        return None
    inputs = tuple(n["inputs"] for n in api if isinstance(n.get("inputs"), dict))
    return Graph(tuple(str(n["class_type"]) for n in api), inputs, executed=True)


def judge_graph(graph: Graph) -> tuple[Origin | None, Strength]:
    """What a graph claims, and how far it can be believed. None where it does not generate."""
    strength = Strength.TOOL_SIGNATURE if graph.executed else Strength.HEURISTIC
    if not any(_generates(name) for name in graph.classes):
        return (Origin.ENHANCED if _any(_UPSCALES, graph.classes) else None), strength
    from_media = _any(_LOADS_MEDIA, graph.classes) and _any(_EDITS_MEDIA, graph.classes)
    return (Origin.AI_EDITED if from_media else Origin.AI_GENERATED), strength


def graph_details(graph: Graph) -> Iterator[tuple[str, str]]:
    """Model, seed and the first prompt of an executed graph, as (name, text) pairs."""
    wanted = {"model": _MODEL_KEYS, "seed": ("seed", "noise_seed"), "prompt": ("text", "prompt")}
    for name, keys in wanted.items():
        text = next(_texts(graph.inputs, keys), None)
        if text:
            yield name, text


def _texts(inputs: Iterable[Mapping[str, object]], keys: tuple[str, ...]) -> Iterator[str]:
    for node in inputs:
        for key in keys:
            value = node.get(key)
            if isinstance(value, str | int) and str(value).strip():
                yield str(value)


def _is_live(node: Mapping[str, object]) -> bool:
    return isinstance(node.get("type"), str) and node.get("mode") not in _OFF


def _generates(name: str) -> bool:
    return bool(_GENERATES.search(name)) and not _NOT_GENERATIVE.search(name)


def _any(pattern: re.Pattern[str], classes: Iterable[str]) -> bool:
    return any(pattern.match(name) for name in classes)
