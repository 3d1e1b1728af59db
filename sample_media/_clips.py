"""The clips and tones: two seconds of picture, one second of sound, each marked as its container allows."""

import io
import math
import struct
import wave
from collections.abc import Iterable
from typing import Any, cast

import _marks as marks
import _pictures as pictures
import av
from _containers import bmff_with_udta_xmp, bmff_with_xmp_box, riff_with_chunk
from _signing import GENERATOR, Claim, Notary, action
from PIL import Image

VIDEO_MODEL = ("Sample Video Model", "2")
# Without bitexact the muxer writes its version and the encoder picks its arithmetic by processor.
_MUXER = {"fflags": "+bitexact"}
_ENCODER = {"flags": "+bitexact", "threads": "1", "dct": "int", "idct": "simple", "b": "260000"}
_RATE, _SOUND_RATE = 24, 16_000
_CAMERA_KEYS = {
    "com.apple.quicktime.make": marks.MAKE,
    "com.apple.quicktime.model": marks.MODEL,
    "com.apple.quicktime.software": "2.10",
    "com.apple.quicktime.creationdate": "2026-03-02T09:30:00+0000",
}

Files = dict[str, bytes]


def build(notary: Notary) -> Files:
    trained = marks.xmp(marks.source_type("trainedAlgorithmicMedia"))
    created = action("c2pa.created", "trainedAlgorithmicMedia", agent=VIDEO_MODEL)
    made = Claim(GENERATOR, VIDEO_MODEL, [created])
    signed = notary.embed(made, "ai_clip.mp4", clip(pictures.dream(62, (256, 90)), "mp4"), "video/mp4")
    files = {
        "plate.mp4": clip(pictures.photo(60, (256, 90)), "mp4"),
        "plate_camera.mov": clip(pictures.photo(61, (256, 90)), "mov", _CAMERA_KEYS),
        "ai_clip.mp4": signed,
        "ai_clip_xmp.mp4": bmff_with_xmp_box(clip(pictures.dream(63, (256, 90)), "mp4"), trained),
        "ai_clip_udta.mov": bmff_with_udta_xmp(clip(pictures.dream(64, (256, 90)), "mov"), trained),
        "stripped_clip.mp4": _remux(signed),
        "tone.wav": tone([(440.0, 1.0)]),
        "tone_ai.wav": riff_with_chunk(tone([(330.0, 0.5), (415.3, 0.3), (494.0, 0.2)]), b"_PMX", trained),
    }
    return {f"clips/{name}": data for name, data in files.items()}


def clip(wide: Image.Image, kind: str, keys: dict[str, str] | None = None) -> bytes:
    """Two seconds of a pan over a picture in a container by its FFmpeg name, with metadata under its own keys."""
    buffer = io.BytesIO()
    options = {**_MUXER, "movflags": "use_metadata_tags"} if keys and kind in ("mov", "mp4") else _MUXER
    with av.open(buffer, "w", format=kind, options=options) as container:
        container.metadata.update(keys or {})
        # mpeg4 is part of every FFmpeg build; h264 is not.
        stream = cast(Any, container.add_stream("mpeg4", rate=_RATE, options=_ENCODER))
        stream.width, stream.height, stream.pix_fmt = *pictures.CLIP, "yuv420p"
        for picture in pictures.pan(wide):
            container.mux(stream.encode(cast(Any, av.VideoFrame).from_image(picture)))
        container.mux(stream.encode())
    return buffer.getvalue()


def _remux(clip: bytes) -> bytes:
    """What every editing tool does first: the same streams in a new box, every mark gone."""
    buffer = io.BytesIO()
    with (
        av.open(io.BytesIO(clip), "r") as source,
        av.open(buffer, "w", format="mp4", options=_MUXER) as target,
    ):
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)
    return buffer.getvalue()


def tone(partials: Iterable[tuple[float, float]]) -> bytes:
    """One second of sound as a WAV file: (pitch in Hz, share) of each partial."""
    voices = list(partials)
    samples = bytearray()
    for number in range(_SOUND_RATE):
        time = number / _SOUND_RATE
        fade = min(1.0, time * 20, (1 - time) * 20)
        level = sum(share * math.sin(math.tau * pitch * time) for pitch, share in voices)
        samples += struct.pack("<h", round(12_000 * fade * level))
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_SOUND_RATE)
        sound.writeframes(bytes(samples))
    return buffer.getvalue()
