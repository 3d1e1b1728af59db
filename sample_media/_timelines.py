"""One cut in three exchange formats: a plate, a clip that a model made, and a third that is not used."""

import json

RATE = 25
PLATE, MADE, SPARE = "../clips/plate.mp4", "../clips/ai_clip.mp4", "../clips/stripped_clip.mp4"
HOUR = 3_600 * RATE

Files = dict[str, bytes]


def build() -> Files:
    texts = {"reel.otio": _otio(), "reel.xml": _fcp7(), "reel.edl": _edl()}
    return {f"timelines/{name}": text.encode() for name, text in texts.items()}


def _otio() -> str:
    def time(frames: int) -> dict[str, object]:
        return {"OTIO_SCHEMA": "RationalTime.1", "rate": RATE, "value": frames}

    def span(start: int, length: int) -> dict[str, object]:
        return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(start), "duration": time(length)}

    def clip(name: str, path: str, start: int, length: int, enabled: bool = True) -> dict[str, object]:
        file = {"OTIO_SCHEMA": "ExternalReference.1", "target_url": path, "available_range": span(0, 50)}
        return {
            "OTIO_SCHEMA": "Clip.2", "name": name, "source_range": span(start, length), "enabled": enabled,
            "media_references": {"DEFAULT_MEDIA": file}, "active_media_reference_key": "DEFAULT_MEDIA",
        }  # fmt: skip

    members = [clip("plate", PLATE, 0, 25), clip("made", MADE, 10, 25), clip("spare", SPARE, 0, 25, enabled=False)]
    track = {"OTIO_SCHEMA": "Track.1", "name": "V1", "kind": "Video", "children": members}
    stack = {"OTIO_SCHEMA": "Stack.1", "children": [track]}
    cut = {"OTIO_SCHEMA": "Timeline.1", "name": "reel", "global_start_time": time(HOUR), "tracks": stack}
    return json.dumps(cut, indent=1) + "\n"


def _fcp7() -> str:
    rate = f"<rate><timebase>{RATE}</timebase><ntsc>FALSE</ntsc></rate>"

    def clip(number: int, name: str, path: str, first: int, enabled: str = "TRUE") -> str:
        start = (number - 1) * 25
        return (
            f'<clipitem id="clip-{number}"><name>{name}</name><enabled>{enabled}</enabled>{rate}'
            f"<start>{start}</start><end>{start + 25}</end><in>{first}</in><out>{first + 25}</out>"
            f'<file id="file-{number}"><name>{path.rpartition("/")[2]}</name><pathurl>{path}</pathurl>{rate}'
            f"<duration>50</duration></file></clipitem>\n"
        )

    clips = clip(1, "plate", PLATE, 0) + clip(2, "made", MADE, 10) + clip(3, "spare", SPARE, 0, "FALSE")
    timecode = f"<timecode>{rate}<frame>{HOUR}</frame><displayformat>NDF</displayformat></timecode>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n<xmeml version="5"><sequence id="sequence-1">'
        f"<name>reel</name>{rate}{timecode}<media><video><track>\n{clips}</track></video></media></sequence></xmeml>\n"
    )


def _edl() -> str:
    return (
        "TITLE: reel\nFCM: NON-DROP FRAME\n* FRAME RATE: 25\n\n"
        "001  AX       V     C        00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n"
        f"* FROM CLIP NAME: plate\n* FROM FILE: {PLATE}\n"
        "002  AX       V     C        00:00:00:10 00:00:01:10 01:00:01:00 01:00:02:00\n"
        f"* FROM CLIP NAME: made\n* FROM FILE: {MADE}\n"
    )
