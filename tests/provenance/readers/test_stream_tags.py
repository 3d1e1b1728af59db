"""Matroska, WebM and Flash: tags wherever the index says they lie, and without an index."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

import pytest

from provenance.contracts import Source
from provenance.model import Origin, Reading
from provenance.readers import stream_tags

GRAPH = json.dumps({"3": {"class_type": "KSampler", "inputs": {"seed": 7}}})
LABEL = json.dumps({"Label": "1", "ContentProducer": "someone"})
EBML = bytes.fromhex("1a45dfa3874282847765626d")
SEGMENT, TAGS, CLUSTER, INFO = (bytes.fromhex(text) for text in ("18538067", "1254c367", "1f43b675", "1549a966"))
OPEN = b"\x01" + b"\xff" * 7
"""A length that says: until the next element of this level."""


def element(number: bytes | str, *parts: bytes) -> bytes:
    body = b"".join(parts)
    key = bytes.fromhex(number) if isinstance(number, str) else number
    return key + b"\x08" + len(body).to_bytes(4, "big") + body


def tags(**texts: str) -> bytes:
    simple = (
        element("67c8", element("45a3", name.encode()), element("4487", text.encode())) for name, text in texts.items()
    )
    return element(TAGS, element("7373", element("63c0"), *simple))


def index(target: bytes, at: int) -> bytes:
    return element(
        "114d9b74",
        element("bf", bytes(4)),
        element("4dbb", element("53ab", target), element("53ac", at.to_bytes(4, "big"))),
    )


def file(*parts: bytes) -> bytes:
    return EBML + element(SEGMENT, *parts)


def told(tmp_path: Path, content: bytes) -> Reading:
    path = tmp_path / "clip"
    path.write_bytes(content)
    assert stream_tags.accepts(path, content[:65536])
    return stream_tags.read(Source(path, content[:65536], len(content)))


def amf(name: str, text: str) -> bytes:
    return struct.pack(">H", len(name)) + name.encode() + b"\x02" + struct.pack(">H", len(text)) + text.encode()


def flash(*pairs: tuple[str, str]) -> bytes:
    said = b"\x02\0\x0aonMetaData\x08\0\0\0\x02\0\x08duration\0" + struct.pack(">d", 2.0)
    said += b"".join(amf(name, text) for name, text in pairs) + b"\0\0\x09"
    return b"FLV\x01\x01\0\0\0\x09\0\0\0\0" + b"\x12" + len(said).to_bytes(3, "big") + bytes(7) + said + bytes(4)


LIVE = CLUSTER + OPEN + element("a3", bytes(40))
HOLD = element(CLUSTER, bytes(500))
INDEX = len(index(TAGS, 0))
CLIPS = {
    "in front": file(tags(PROMPT=GRAPH), HOLD),
    "behind, by index": file(index(TAGS, INDEX + len(HOLD)), HOLD, tags(prompt=GRAPH)),
    "behind, without index": file(HOLD, HOLD, tags(PROMPT=GRAPH)),
    "behind open clusters": EBML + SEGMENT + OPEN + 2 * LIVE + tags(PROMPT=GRAPH),
    "in a comment": file(tags(COMMENT=json.dumps({"prompt": json.loads(GRAPH)})), HOLD),
    "label": file(tags(AIGC=LABEL), HOLD),
    "flash": flash(("encoder", "Lavf"), ("AIGC", LABEL)),
}


@pytest.mark.parametrize("content", CLIPS.values(), ids=CLIPS)
def test_reads_what_a_generator_wrote(tmp_path: Path, content: bytes) -> None:
    said = told(tmp_path, content)

    assert [mark.claims for mark in said.marks] == [Origin.AI_GENERATED]
    assert (said.faults, said.unchecked) == ((), ())


def test_the_program_that_muxed_is_a_fact_and_no_mark(tmp_path: Path) -> None:
    said = told(tmp_path, file(element(INFO, element("4d80", b"Lavf60"), element("5741", b"HandBrake")), HOLD))

    assert (said.marks, dict(said.facts)) == ((), {"muxing_app": "Lavf60", "writing_app": "HandBrake"})


def test_an_index_that_lies_is_a_fault(tmp_path: Path) -> None:
    said = told(tmp_path, file(index(TAGS, INDEX), HOLD, tags(PROMPT=GRAPH)))

    assert [fault.code for fault in said.faults] == ["matroska.index"]


def test_what_lies_behind_too_many_clusters_is_named_as_unchecked(tmp_path: Path) -> None:
    said = told(tmp_path, file(element(CLUSTER, b"\0") * 2_500, tags(PROMPT=GRAPH)))

    assert said.marks == ()
    assert [gap.what for gap in said.unchecked] == ["tags behind the media"]


def test_a_large_file_is_read_by_its_index(tmp_path: Path) -> None:
    size = 1 << 31
    cluster = CLUSTER + b"\x08" + size.to_bytes(4, "big")
    front = index(TAGS, INDEX + len(cluster) + size)
    path = tmp_path / "large.mkv"
    path.write_bytes(EBML + SEGMENT + OPEN + front + cluster)
    os.truncate(path, path.stat().st_size + size)
    with path.open("ab") as out:
        out.write(tags(PROMPT=GRAPH))

    said = stream_tags.read(Source(path, EBML, path.stat().st_size))

    assert [mark.claims for mark in said.marks] == [Origin.AI_GENERATED]
