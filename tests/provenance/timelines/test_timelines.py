"""All timelines alike: recognised by content, read or refused in our words, within bounds; and the real ones."""

from __future__ import annotations

import json
import random
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provenance.contracts import ProjectReader
from provenance.errors import CouldNotLook, UnreadableMedia
from provenance.model import ProjectFile
from provenance.timelines import TIMELINES, ale, cmx3600, fcp7_xml, fcpxml, otio, read_project
from provenance.timelines._xml import LARGEST
from tests.provenance.timelines.reading import codes, project, written

SECONDS_AT_MOST = 5.0
EVENT = "001  A001 V     C        01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00\n"
SMALL = {
    "a.otio": json.dumps(
        {
            "OTIO_SCHEMA": "Timeline.1",
            "name": "t",
            "tracks": {
                "OTIO_SCHEMA": "Stack.1",
                "children": [
                    {
                        "OTIO_SCHEMA": "Track.1",
                        "kind": "Video",
                        "children": [
                            {
                                "OTIO_SCHEMA": "Clip.1",
                                "name": "a",
                                "metadata": {"reel": "A001"},
                                "source_range": {
                                    "OTIO_SCHEMA": "TimeRange.1",
                                    "start_time": {"OTIO_SCHEMA": "RationalTime.1", "rate": 24, "value": 10},
                                    "duration": {"OTIO_SCHEMA": "RationalTime.1", "rate": 24, "value": 10},
                                },
                                "media_reference": {"OTIO_SCHEMA": "ExternalReference.1", "target_url": "/a.mov"},
                                "effects": [{"OTIO_SCHEMA": "LinearTimeWarp.1", "time_scalar": 2}],
                            },
                            {
                                "OTIO_SCHEMA": "Transition.1",
                                "in_offset": {"OTIO_SCHEMA": "RationalTime.1", "rate": 24, "value": 1},
                            },
                        ],
                    }
                ],
            },
        }
    ),
    "a.xml": "<xmeml version='4'><sequence id='s'><name>n</name><rate><timebase>25</timebase></rate><media><video>"
    "<track><clipitem><name>a</name><start>0</start><end>5</end><in>0</in><out>5</out><file id='f'><pathurl>file:///a"
    "</pathurl></file></clipitem></track></video></media></sequence></xmeml>",
    "a.fcpxml": "<fcpxml version='1.9'><resources><format id='r1' frameDuration='1/25s'/><asset id='a' src='file:///a'"
    " duration='9s' format='r1'/></resources><project name='p'><sequence format='r1'><spine><asset-clip ref='a'"
    " duration='1s'><timeMap><timept time='0s' value='0s'/><timept time='2s' value='1s'/></timeMap></asset-clip>"
    "</spine></sequence></project></fcpxml>",
    "a.edl": f"TITLE: t\nFCM: NON-DROP FRAME\n{EVENT}M2   A001   048.0   01:00:00:00\n* FROM CLIP NAME: a\n",
    "a.ale": "Heading\nFIELD_DELIM\tTABS\nFPS\t24\n\nColumn\nName\tStart\tEnd\n\nData\na\t01:00:00:00\t01:00:01:00\n",
}


@pytest.mark.parametrize("reader", TIMELINES, ids=lambda one: str(one.NAME))
def test_readers_keep_their_contract(reader: ProjectReader) -> None:
    assert isinstance(reader, ProjectReader)
    assert reader.NAME
    assert reader.VERSION
    assert len({one.NAME for one in TIMELINES}) == len(TIMELINES)


@pytest.mark.parametrize(
    ("name", "reader"),
    [("a.otio", otio), ("a.xml", fcp7_xml), ("a.fcpxml", fcpxml), ("a.edl", cmx3600), ("a.ale", ale)],
)
def test_exactly_one_reader_accepts_whatever_the_name(tmp_path: Path, name: str, reader: ProjectReader) -> None:
    for other in (name, "renamed.txt", "noname", "wrong.mov"):
        path = written(tmp_path, other, SMALL[name])
        head = path.read_bytes()

        assert [one for one in TIMELINES if one.accepts(path, head)] == [reader]


@pytest.mark.parametrize(
    "content",
    [b"", b"plain text", b"<svg/>", b'{"prompt": {}}', b"PK\3\4other", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1Word"],
)
def test_other_files_are_no_timelines(tmp_path: Path, content: bytes) -> None:
    assert read_project(written(tmp_path, "other.bin", content)) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["a.xml", "a.fcpxml"])
def test_xml_in_any_encoding(tmp_path: Path, name: str, encoding: str) -> None:
    made = f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?>{SMALL[name]}".encode(encoding)

    assert len(project(tmp_path, name, made).cuts[0].clips) == 1


def test_a_refusal_names_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "a.otio", "{")

    with pytest.raises(UnreadableMedia) as caught:
        read_project(path)

    assert caught.value.path == path


# ── bad input ────────────────────────────────────────────────────────────────────────────────────────────

BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


@pytest.mark.parametrize(
    "declared",
    [BOMB, '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "<!DOCTYPE x [<!ENTITY % p 'x'>]>"],
)
@pytest.mark.parametrize("name", ["a.xml", "a.fcpxml"])
def test_declared_entities_are_refused(tmp_path: Path, name: str, declared: str) -> None:
    made = SMALL[name].replace("name='p'", "name='&i;'").replace("<name>n", "<name>&i;")

    with pytest.raises(UnreadableMedia, match=r"timeline\.entities"):
        read_project(written(tmp_path, name, declared + made))


@pytest.mark.parametrize("doctype", ["<!DOCTYPE xmeml>", '<!DOCTYPE xmeml SYSTEM "http://example.com/x.dtd">'])
def test_a_document_type_alone_is_no_harm_and_never_fetched(tmp_path: Path, doctype: str) -> None:
    assert project(tmp_path, "a.xml", doctype + SMALL["a.xml"]).faults == ()


def test_an_entity_that_is_nowhere_declared_is_refused(tmp_path: Path) -> None:
    made = '<!DOCTYPE xmeml SYSTEM "x.dtd">' + SMALL["a.xml"].replace("<name>n", "<name>&who;")

    with pytest.raises(UnreadableMedia, match=r"timeline\.broken"):
        read_project(written(tmp_path, "a.xml", made))


@pytest.mark.parametrize("name", ["a.xml", "a.fcpxml", "a.otio"])
def test_truncated_documents_are_refused_and_never_half_believed(tmp_path: Path, name: str) -> None:
    for length in range(60, len(SMALL[name]) - 1, 7):
        with pytest.raises(UnreadableMedia, match=r"timeline\.broken"):
            read_project(written(tmp_path, name, SMALL[name][:length]))


@pytest.mark.parametrize(
    ("name", "opening", "closing"),
    [("a.xml", "<sequence>", "</sequence>"), ("a.fcpxml", "<clip>", "</clip>")],
)
def test_endless_nesting_is_refused(tmp_path: Path, name: str, opening: str, closing: str) -> None:
    root = "xmeml" if name == "a.xml" else "fcpxml"
    made = f"<{root} version='1'>{opening * 100_000}{closing * 100_000}</{root}>"

    with pytest.raises(UnreadableMedia, match="nested deeper"):
        read_project(written(tmp_path, name, made))


@pytest.mark.parametrize("name", ["a.xml", "a.otio", "a.edl"])
def test_a_file_above_the_limit_is_refused_in_words_before_it_is_read(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name, SMALL[name])
    with path.open("r+b") as file:
        file.truncate(LARGEST + 1)
    began = time.perf_counter()

    with pytest.raises(UnreadableMedia, match=r"too_large.*MiB: export"):
        read_project(path)

    assert time.perf_counter() - began < 1


def test_one_endless_text_is_refused(tmp_path: Path) -> None:
    made = "<xmeml version='4'><sequence><name>" + "x" * (20 << 20)

    with pytest.raises(UnreadableMedia, match="a single tag or text"):
        read_project(written(tmp_path, "a.xml", made))


def test_a_long_cut_costs_the_memory_of_its_clips_and_not_of_its_file(tmp_path: Path) -> None:
    clip = (
        "<clipitem><name>a</name><start>{0}</start><end>{1}</end><in>0</in><out>1</out><file id='f'/>"
        + "<filter><effect><effectid>blur</effectid><parameter><value>1</value></parameter></effect></filter>" * 40
        + "</clipitem>"
    )
    tracks = "".join(f"<track>{''.join(clip.format(i, i + 1) for i in range(50))}</track>" for _ in range(40))
    made = SMALL["a.xml"].replace("</video>", f"{tracks}</video>")
    path = written(tmp_path, "a.xml", made)

    tracemalloc.start()
    found = read_project(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert found is not None
    assert len(found.cuts[0].clips) == 2_001
    assert len(made) > 8_000_000
    assert peak < 12_000_000


def test_more_clips_than_anyone_cuts_are_refused(tmp_path: Path) -> None:
    made = "TITLE: t\n" + EVENT.replace(" V   ", " AA/V") * 70_000

    with pytest.raises(UnreadableMedia, match=r"timeline\.too_many"):
        read_project(written(tmp_path, "a.edl", made))


def test_faults_without_end_are_counted_and_not_kept(tmp_path: Path) -> None:
    odd = EVENT.replace(" C ", " Q ") * 3_000

    found = project(tmp_path, "a.edl", f"TITLE: t\n{EVENT}{odd}")

    assert len(found.faults) == 1_001
    assert codes(found)[-1] == "timeline.more_faults"


def test_times_with_ever_new_denominators_stay_cheap(tmp_path: Path) -> None:
    clips = "".join(f"<asset-clip ref='a' duration='{10**18 + i}/{10**18 - i}s'/>" for i in range(3_000))
    made = SMALL["a.fcpxml"].replace("<spine>", f"<spine>{clips}")
    began = time.perf_counter()

    project(tmp_path, "a.fcpxml", made)

    assert time.perf_counter() - began < SECONDS_AT_MOST


def test_cuts_that_all_lie_in_each_other_are_read_in_step_with_their_size(tmp_path: Path) -> None:
    mentions = [{"OTIO_SCHEMA": "SerializableObjectRef.1", "id": f"r{number}"} for number in range(120)]
    stacks = [{"OTIO_SCHEMA": "Stack.1", "OTIO_REF_ID": f"r{number}", "children": mentions} for number in range(120)]
    made = {"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": stacks}}
    began = time.perf_counter()

    found = project(tmp_path, "a.otio", json.dumps(made))

    assert "timeline.cycle" in codes(found)
    assert time.perf_counter() - began < SECONDS_AT_MOST


# ── garbage and mutations ────────────────────────────────────────────────────────────────────────────────


def read_safely(path: Path) -> ProjectFile | None:
    """Reads, lets our errors pass, and holds the clock."""
    began = time.perf_counter()
    try:
        return read_project(path)
    except CouldNotLook:
        return None
    finally:
        assert time.perf_counter() - began < SECONDS_AT_MOST


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=400) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(["a.otio", "a.xml", "a.xmeml", "a.fcpxml", "a.edl", "a.ale", "a.aaf", "a.otioz"]),
)
def test_garbage_raises_only_our_errors(tmp_path: Path, data: bytes, name: str) -> None:
    read_safely(written(tmp_path, name, data))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_in_the_place_of_any_other_is_read_or_named(tmp_path: Path, data: st.DataObject) -> None:
    root: Any = json.loads(SMALL["a.otio"])
    places: list[tuple[Any, Any]] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        for key in node if isinstance(node, dict) else range(len(node)):
            places.append((node, key))
            if isinstance(node[key], dict | list):
                waiting.append(node[key])
    node, key = data.draw(st.sampled_from(places))
    node[key] = data.draw(JSON | st.just(root["tracks"]["children"]))

    read_safely(written(tmp_path, "a.otio", json.dumps(_unrolled(root, 0))))


def _unrolled(node: Any, depth: int) -> Any:
    """A copy without circles."""
    if isinstance(node, dict):
        return {key: _unrolled(value, depth + 1) for key, value in node.items() if depth < 20}
    return [_unrolled(one, depth + 1) for one in node if depth < 20] if isinstance(node, list) else node


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(set(SMALL) - {"a.otio"})),
    st.integers(0, 10_000),
    st.integers(0, 30),
    st.text(st.sampled_from("0159-/s:;.'\"<>&AVDCMB \t\nx%"), max_size=12),
)
def test_small_files_with_a_part_replaced_raise_only_our_errors(
    tmp_path: Path, name: str, at: int, length: int, put: str
) -> None:
    content = SMALL[name]
    at %= len(content)

    read_safely(written(tmp_path, name, content[:at] + put + content[at + length :]))


# ── real ones ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def real(corpus: Path) -> list[Path]:
    found = sorted(path for path in (corpus / "timelines").rglob("*") if path.is_file())
    if not found:
        pytest.skip("the corpus holds no timelines")
    return found


def test_every_real_timeline_reads_or_is_refused_by_name(real: list[Path]) -> None:
    refused = []
    for path in real:
        try:
            found = read_project(path)
        except UnreadableMedia as error:
            refused.append((path.name, error.message))
            continue
        assert found is not None, path.name
        assert found.cuts or found.media, path.name

    assert len(real) >= 40
    assert len(refused) <= len(real) // 20, refused


def test_no_real_timeline_takes_long(real: list[Path]) -> None:
    for path in real:
        read_safely(path)


def test_every_clip_of_a_real_timeline_says_what_it_shows(real: list[Path]) -> None:
    clips = 0
    for found in filter(None, map(read_safely, real)):
        names = {cut.name for cut in found.cuts}
        for cut in found.cuts:
            assert cut.rate.fps > 0
            for clip in cut.clips:
                clips += 1
                assert clip.record.start <= clip.record.end
                assert clip.kind != "media" or clip.media
                assert (clip.kind == "cut") == bool(clip.cut)
                assert not clip.cut or clip.cut in names
                assert all(0 <= at < len(found.media) for at in clip.media)

    assert clips > 400


def mutate(data: bytearray, dice: random.Random) -> None:
    """One of the ways in which files break."""
    at = dice.randrange(min(len(data), 8_192)) if dice.random() < 0.5 else dice.randrange(len(data))
    ways: list[Callable[[], object]] = [
        lambda: data.__setitem__(at, data[at] ^ 1 << dice.randrange(8)),
        lambda: data.__delitem__(slice(at, None)),
        lambda: data.__setitem__(
            slice(at, at + 4), dice.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"))
        ),
        lambda: data.__delitem__(slice(at, at + dice.randrange(2_000))),
        lambda: data.__setitem__(slice(at, at), data[at : at + 2_000] * dice.randint(1, 9)),
    ]
    dice.choice(ways)()


def mutated(real: list[Path], folder: Path, count: int) -> None:
    dice = random.Random(20261201)
    small = [path for path in real if path.stat().st_size < 500_000]
    for _ in range(count):
        path = dice.choice(small)
        data = bytearray(path.read_bytes())
        mutate(data, dice)
        read_safely(written(folder, f"mutated{path.suffix}", bytes(data)))


def test_real_timelines_that_broke_raise_only_our_errors(real: list[Path], tmp_path: Path) -> None:
    mutated(real, tmp_path, 150)


@pytest.mark.full
@pytest.mark.timeout(900)
def test_thousands_of_broken_timelines_raise_only_our_errors(real: list[Path], tmp_path: Path) -> None:
    mutated(real, tmp_path, 5_000)
