"""The label for generated content that Chinese law asks for: GB 45438-2025, TC260-PG-20257A."""

from __future__ import annotations

from typing import Final

from provenance.model import Origin, Strength
from provenance.readers._signature import Signature, details, load_json

_AIGC_FIELDS: Final = frozenset(
    {"ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2",
     "ServiceProvider", "ServiceUser"}
)  # fmt: skip
_PRODUCERS: Final = {
    "91110102MACQD9K640": "Doubao", "doubao": "Doubao", "9144030008867405X2": "Jimeng",
    "91440101MA9Y9T4H7A": "Qwen", "91110108335469089C": "Kling", "91440300708461136T": "Tencent Yuanbao",
    "91110000802100433B": "Baidu", "91340100MAEB4N8H76": "RunningHub", "91110105MACJ6K1C8A": "LibLib",
}  # fmt: skip


def aigc_signature(value: object) -> Signature | None:
    """A TC260 label (GB 45438-2025) in parsed JSON: Label 1 is generated, 2 and 3 are possibly so.

    At least one other field of the standard must be filled: anyone may call something AIGC. A label without
    a number we know is a question.
    """
    if isinstance(value, dict) and isinstance(value.get("AIGC"), dict | str):
        inner = value["AIGC"]
        value = inner if isinstance(inner, dict) else load_json(inner)
    if not isinstance(value, dict) or not any(value.get(name) for name in _AIGC_FIELDS):
        return None
    label = str(value.get("Label", value.get("AIGCLabel", "")))
    origin = Origin.AI_GENERATED if label == "1" else Origin.MAYBE_AI
    producer = str(value.get("ContentProducer", value.get("ServiceProvider", "")))
    tool = next((name for code, name in _PRODUCERS.items() if code in producer), producer)
    said = {"tool": tool, "label": label, "producer": producer, "produce_id": value.get("ProduceID")}
    return Signature(tool, origin, details(said), Strength.DECLARED)
