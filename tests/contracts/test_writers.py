"""What every writer promises, asked of each one in the registry, on every sample that it can write into."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from provenance.contracts import Edit, Tag, Writer
from provenance.errors import ProvenanceError
from provenance.essence import hash_essence
from provenance.media_type import sniffed
from provenance.model import Essence, Origin
from provenance.writers import WRITERS
from provenance.writing import splice

GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
TAG = Tag(
    Origin.AI_GENERATED, GENERATED, "Generator", "2", 'a <harbour> & "fog"\n— no boats', "Props", "AI", "Generator",
    "xmp.did:1", "xmp.iid:2", "xmp.did:0", "xmp.iid:0",
)  # fmt: skip

pytestmark = pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.NAME)


def writable(writer: Writer, samples: Path) -> list[Path]:
    files = (path for folder in ("stills", "clips") for path in sorted((samples / folder).iterdir()))
    return [path for path in files if path.is_file() and writer.can_write(kind_of(path.read_bytes()))]


def kind_of(data: bytes) -> str:
    return sniffed(data[:65536])


def changed(data: bytes, edits: tuple[Edit, ...]) -> bytes:
    target = io.BytesIO()
    splice(io.BytesIO(data), target, edits)
    return target.getvalue()


def tagged(writer: Writer, data: bytes, tag: Tag = TAG) -> bytes | None:
    """The bytes with the tag in them, or None where the writer refuses."""
    try:
        return changed(data, writer.edits(io.BytesIO(data), kind_of(data), tag))
    except ProvenanceError:
        return None


def essence(tmp_path: Path, data: bytes) -> Essence | None:
    path = tmp_path / "any.bin"
    path.write_bytes(data)
    return hash_essence(path, kind_of(data))


def pixels(data: bytes) -> bytes | None:
    if not kind_of(data).startswith("image/"):
        return None
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGBA").tobytes()


def test_meets_the_protocol_with_a_name_of_its_own_and_a_version(writer: Writer) -> None:
    assert isinstance(writer, Writer)
    assert re.fullmatch(r"[a-z0-9_]{2,30}", writer.NAME)
    assert re.fullmatch(r"\d+(\.\d+)*", writer.VERSION)
    assert [other.NAME for other in WRITERS].count(writer.NAME) == 1


def test_writes_into_several_samples_and_claims_no_unknown_format(writer: Writer, samples: Path) -> None:
    written = [path for path in writable(writer, samples) if tagged(writer, path.read_bytes())]

    assert len(written) >= 10
    assert not writer.can_write("application/octet-stream")


def test_keeps_essence_and_decoded_pixels(writer: Writer, samples: Path, tmp_path: Path) -> None:
    for path in writable(writer, samples):
        old = path.read_bytes()
        new = tagged(writer, old)
        if new is not None:
            assert new != old, path
            assert essence(tmp_path, new) == essence(tmp_path, old), path
            assert pixels(new) == pixels(old), path


def test_a_second_writing_changes_nothing(writer: Writer, samples: Path) -> None:
    for path in writable(writer, samples):
        new = tagged(writer, path.read_bytes())
        if new is not None:
            assert writer.edits(io.BytesIO(new), kind_of(new), TAG) == (), path


def test_takes_back_only_what_it_wrote(writer: Writer, samples: Path) -> None:
    for path in writable(writer, samples):
        old = path.read_bytes()
        new = tagged(writer, old)
        if new is None:
            continue
        assert writer.erasures(io.BytesIO(old), kind_of(old)) == (), path
        back = changed(new, writer.erasures(io.BytesIO(new), kind_of(new)))
        assert writer.erasures(io.BytesIO(back), kind_of(back)) == (), path
        assert b"harbour" not in back, path
        assert b"provenance: origin" not in back, path


def test_reads_its_source_and_never_writes_to_it(writer: Writer, samples: Path) -> None:
    for path in writable(writer, samples):
        with path.open("rb") as file:
            try:
                edits = writer.edits(file, kind_of(path.read_bytes()), TAG)
            except ProvenanceError:
                continue
        assert all(edit.offset >= 0 and edit.length >= 0 for edit in edits)


@given(name=st.sampled_from(["captured.jpg", "ai_generated.png", "ai_xmp.webp", "ai_xmp.tif"]), data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files_raise_only_errors_of_ours(writer: Writer, samples: Path, name: str, data: st.DataObject) -> None:
    content = bytearray((samples / "stills" / name).read_bytes())
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, min(len(content) - 1, 4_000)))] = data.draw(st.integers(0, 255))
    damaged = bytes(content[: data.draw(st.integers(0, len(content)))])
    kind = kind_of((samples / "stills" / name).read_bytes())

    for attempt in (
        lambda: writer.edits(io.BytesIO(damaged), kind, TAG),
        lambda: writer.erasures(io.BytesIO(damaged), kind),
    ):
        try:
            edits = attempt()
        except ProvenanceError:
            continue
        assert changed(damaged, edits) is not None


@given(text=st.text(max_size=300), tool=st.text(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_are_written_and_taken_back(writer: Writer, samples: Path, text: str, tool: str) -> None:
    data = (samples / "stills" / "undeclared.png").read_bytes()
    tag = Tag(Origin.AI_EDITED, GENERATED, tool=tool, prompt=text, contributor=text, parent_document=text)

    new = tagged(writer, data, tag)

    assert new is not None
    assert writer.edits(io.BytesIO(new), "image/png", tag) == ()
    assert changed(new, writer.erasures(io.BytesIO(new), "image/png")) == data
