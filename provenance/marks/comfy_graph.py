"""ComfyUI graphs: what an executed graph or a saved canvas says about where the pixels came from.

A graph alone proves nothing (graphs also resize, blend and save photographs): a generative node must be in
it. The rule was checked on 112 real graphs; names of service nodes are those of ComfyUI's comfy_api_nodes
(https://github.com/comfyanonymous/ComfyUI/tree/master/comfy_api_nodes).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Final

from provenance.model import Origin, Strength

NODES: Final = 20_000
"""Nodes of a graph that are looked at."""

CLASSES: Final = 1_000
"""Different classes of nodes that are looked at; the largest graph seen has under a hundred."""

_CLASS_LENGTH: Final = 120
_OFF: Final = frozenset({2, 4})
"""Modes of muted and bypassed nodes."""
_DEPTH: Final = 8
_INPUTS: Final = 20

_SERVICES: Final = (
    ("Runway", r"runway\w*node\w*"),
    ("Luma", r"luma\w*node\w*"),
    ("Moonvalley", r"moonvalley\w*node\w*"),
    ("Kling", r"kling\w*node\w*|kling\w*(?:i2v|effect)\w*"),
    ("Pika", r"pika\w*(?:node|v?2_2)\w*|pikadditions|pikaswaps|pikaffects"),
    ("Google Veo", r"veo\d*\w*node\w*"),
    ("Google Gemini", r"gemini(?:image|\d|nanobanana)\w*node\w*|geminiimage\w*"),
    ("Ideogram", r"ideogram(?:v\d\w*|\w*node\w*)"),
    ("Recraft", r"recraft\w*(?:node|image|inpaint|background|vector)\w*"),
    ("OpenAI", r"openai(?:dalle|gptimage|video)\w*"),
    ("Black Forest Labs", r"flux\d?(?:pro|max|flex|kontext(?:pro|max))\w*node\w*|bfl\w*node\w*"),
    ("Stability AI", r"stability\w+"),
    ("MiniMax", r"minimax\w*node\w*|hailuo\w*node\w*"),
    ("Vidu", r"vidu\w*node\w*"),
    ("PixVerse", r"pixverse\w*node\w*"),
    ("ByteDance", r"bytedance\w*node\w*|seed(?:ream|ance)\w*node\w*"),
    ("Wan", r"wan\w*api"),
    ("LTX", r"ltxvapi\w*"),
    ("Tripo", r"tripo\w*(?:text|image|multiview)tomodel\w*"),
    ("Rodin", r"rodin3d_\w*"),
    ("Meshy", r"meshy\w*(?:textto|imageto|multiimageto)\w*"),
    ("xAI Grok", r"grok(?:image|video)\w*node\w*"),
    ("HeyGen", r"heygen\w*node\w*"),
    ("ElevenLabs", r"elevenlabs(?:text|voice|sound|speechto?speech)\w*"),
)
_SERVICE: Final = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _SERVICES)
_GENERATES: Final = re.compile(
    r"sampler(?!select)|texttovideo|texttoimage|txt2|imagetovideo|img2|firstlastframe|texttoaudio|^echo",
    re.IGNORECASE,
)
_NOT_GENERATIVE: Final = re.compile(
    r"resampler|upscale(?!latent)|removebackground|removevideobackground|vectorize|concepts|reference(?!video)|chat"
    r"|preprocess|img2(?:tag|txt|text|prompt)|uploadasset|inputfiles|(?:template|controls|style|config|loader)(?:node)?$",
    re.IGNORECASE,
)
_LOADS_MEDIA: Final = re.compile(r"Load(?:Image|Video|Audio)|VHS_Load", re.IGNORECASE)
_EDITS_MEDIA: Final = re.compile(
    r"VAEEncode|\w*Inpaint|ReferenceLatent|\w*ImageEdit|\w*Kontext|LoadVideo", re.IGNORECASE
)
_UPSCALES: Final = re.compile(r"ImageUpscaleWithModel|Topaz\w*(?:Enhance|Upscale)", re.IGNORECASE)
_MODEL_KEYS: Final = ("ckpt_name", "unet_name", "model_name", "model")
_MEDIA_KEYS: Final = ("image", "video", "audio", "file")

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Graph:
    """A parsed graph.

    Args:
        classes: of its live nodes, each once.
        nodes: by their number, where they were executed; a canvas names none.
        executed: true for the graph that ran, false for the canvas that was saved with it.
    """

    classes: tuple[str, ...]
    nodes: Mapping[str, Json] = field(default_factory=dict)
    executed: bool = True


def parse_graph(value: object) -> Graph | None:
    """The graph in a parsed JSON value (API form or canvas form), or None where it holds none."""
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("nodes"), list):
        live = _told_once(_canvas_classes(value))
        return Graph(live, executed=False) if live else None
    some = list(value.items())[:NODES]
    api = {str(key): node for key, node in some if isinstance(node, dict) and isinstance(node.get("class_type"), str)}
    return Graph(_told_once(str(node["class_type"]) for node in api.values()), api) if api else None


def _told_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(name[:_CLASS_LENGTH] for name in names), CLASSES))


def _canvas_classes(value: Json) -> Iterator[str]:
    """Classes of the nodes that are not switched off, with those inside subgraphs that are in use."""
    waiting, inside, count = [value.get("nodes")], _subgraphs(value), 0
    while waiting:
        nodes = waiting.pop()
        for node in nodes[:NODES] if isinstance(nodes, list) else []:
            count += 1
            if count > NODES:
                return
            if isinstance(node, dict) and isinstance(node.get("type"), str) and node.get("mode") not in _OFF:
                yield str(node["type"])
                waiting.append(inside.pop(str(node["type"]), None))


def _subgraphs(value: Json) -> dict[str, object]:
    """The nodes of each subgraph by its id, which is the type of the node that stands for it."""
    definitions = value.get("definitions")
    known = definitions.get("subgraphs") if isinstance(definitions, dict) else None
    known = known[:NODES] if isinstance(known, list) else []
    return {str(one.get("id")): one.get("nodes") for one in known if isinstance(one, dict)}


def judge_graph(graph: Graph) -> tuple[Origin | None, Strength]:
    """What a graph claims, and how far it can be believed. None where it does not generate."""
    strength = Strength.TOOL_SIGNATURE if graph.executed else Strength.HEURISTIC
    if not any(generates(name) for name in graph.classes):
        return (Origin.ENHANCED if _any(_UPSCALES, graph.classes) else None), strength
    from_media = _any(_LOADS_MEDIA, graph.classes) and _any(_EDITS_MEDIA, graph.classes)
    return (Origin.AI_EDITED if from_media else Origin.AI_GENERATED), strength


@lru_cache(maxsize=4 * CLASSES)
def generates(name: str) -> bool:
    """True for the class of a node that makes pixels or sound out of a model."""
    if len(name) > _CLASS_LENGTH or _NOT_GENERATIVE.search(name):
        return False
    return bool(_GENERATES.search(name)) or service(name) is not None


def service(name: str) -> str | None:
    """The service that a node asks, or None where it works on the machine itself."""
    return next((tool for tool, pattern in _SERVICE if pattern.fullmatch(name)), None)


def graph_details(graph: Graph) -> Iterator[tuple[str, object]]:
    """What an executed graph tells for the record of use: service, model, seed, prompts, files that went in."""
    live = [name for name in graph.classes if generates(name)]
    yield "service", next((tool for name in live if (tool := service(name))), None)
    inputs = [node["inputs"] for node in graph.nodes.values() if isinstance(node.get("inputs"), dict)]
    yield "model", next(_texts(inputs, _MODEL_KEYS), None)
    yield "seed", next(_texts(inputs, ("seed", "noise_seed")), None)
    yield "prompt", _followed(graph, "positive") or next(_texts(inputs, ("text", "prompt", "prompt_text")), None)
    yield "negative_prompt", _followed(graph, "negative") or next(_texts(inputs, ("negative_prompt",)), None)
    loaded = [node["inputs"] for node in graph.nodes.values()
              if _LOADS_MEDIA.match(str(node["class_type"])) and isinstance(node.get("inputs"), dict)]  # fmt: skip
    yield "inputs", ", ".join(name for name, _ in zip(_texts(loaded, _MEDIA_KEYS), range(_INPUTS), strict=False))


def _followed(graph: Graph, name: str) -> str | None:
    """The text that a generative node was given as its positive or negative prompt, through the wires."""
    for node in graph.nodes.values():
        wires = node.get("inputs")
        if isinstance(wires, dict) and name in wires and generates(str(node["class_type"])):
            return _text_at(graph, wires[name], name)
    return None


def _text_at(graph: Graph, wire: object, name: str) -> str | None:
    for _ in range(_DEPTH):
        if not (isinstance(wire, list) and wire):
            return str(wire) if isinstance(wire, str) and wire.strip() else None
        node = graph.nodes.get(str(wire[0]))
        inputs = node.get("inputs") if node is not None else None
        if not isinstance(inputs, dict):
            return None
        wire = next((inputs[key] for key in ("text", "text_g", "prompt", name, "conditioning", "string", "value")
                     if inputs.get(key)), None)  # fmt: skip
    return None


def _texts(inputs: Iterable[object], keys: tuple[str, ...]) -> Iterator[str]:
    for node in inputs:
        for key in keys:
            value = node.get(key) if isinstance(node, dict) else None
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                yield str(value)


def _any(pattern: re.Pattern[str], classes: Iterable[str]) -> bool:
    return any(pattern.match(name) for name in classes)
