"""Who writes the Originator of a broadcast wave: recorders, and workstations. Anchored names, never substrings.

EBU Tech 3285, section 2.3. To add a device, add a row. Forms seen in files or in makers' manuals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Maker:
    """One maker: its name, and how its devices sign, from the start of the Originator."""

    name: str
    pattern: re.Pattern[str]


def _maker(name: str, pattern: str) -> Maker:
    return Maker(name, re.compile(pattern, re.IGNORECASE))


RECORDERS: Final[tuple[Maker, ...]] = (
    _maker("Sound Devices", r"Sound ?Dev(?:ices)?:?.*|SoundDev:.*|MixPre-\d+\w*|Scorpio|8(?:33|88)|SL-?\d+.*"),
    _maker("Zoom", r"ZOOM (?:Handy Recorder|F\d|H\d|R\d|M\d|MicTrak|FieldTrack|Corporation|LiveTrak).*|ZOOM"),
    _maker("Tascam", r"TASCAM\b.*|DR-?\d\w*.*|(?:HD-P|HS-P|DA-)\d\w*.*|Portacapture.*"),
    _maker("Zaxcom", r"Zaxcom\b.*|(?:Deva|Nomad|Maxx|ZMT|ZFR)[ -]?\w{0,8}|Fusion[ -]?1\d"),
    _maker("Aaton", r"Aaton\b.*|Cantar\b.*|Cantar ?X\d.*"),
    _maker("Nagra", r"NAGRA\b.*"),
    _maker("Fostex", r"FOSTEX\b.*|(?:PD-?[246]\d*|FR-?2\w*|UR-?2)"),
    _maker("HHB", r"HHB\b.*|PortaDrive.*"),
    _maker("Sonosax", r"SONOSAX\b.*|SX-R4\+?.*"),
    _maker("Roland", r"(?:Roland|EDIROL) R-\d+\w*.*|R-(?:4|09|26|44|88)\w*"),
    _maker("Marantz", r"(?:Marantz )?PMD ?\d{3}\w*.*|Marantz\b.*"),
    _maker("Sony", r"SONY (?:PCM|ICD|MZ|AXS|PXW|DWR)\b.*|PCM-(?:D|M|A)\d+\w*.*"),
    _maker("Olympus", r"OLYMPUS\b.*|LS-(?:3|5|7|1[0-4]|100|P\d)\w*"),
    _maker("Tentacle Sync", r"Tentacle(?: Sync)?\b.*"),
    _maker("Lectrosonics", r"Lectrosonics\b.*|(?:PDR|SPDR|MTCR)\b.*"),
    _maker("Deity", r"Deity\b.*|PR-2\b.*"),
    _maker("RØDE", r"R(?:Ø|O)DE(?: Microphones| Wireless| Wireless PRO|Caster| NT).*"),
    _maker("DJI", r"DJI Mic\b.*"),
    _maker("Yamaha", r"YAMAHA (?:POCKETRAK|PR7|C24).*|POCKETRAK.*"),
    _maker("Korg", r"KORG MR-?\d+.*|MR-?(?:1|2|1000)\b"),
    _maker("M-Audio", r"M-?Audio MicroTrack.*|MicroTrack\b.*"),
    _maker("Boom Recorder", r"Boom ?Recorder\b.*"),
    _maker("Metacorder", r"Metacorder\b.*|Gallery Metacorder.*"),
    _maker("Wildlife Acoustics", r"Wildlife Acoustics\b.*|Song Meter.*"),
    _maker("AudioMoth", r"AudioMoth\b.*"),
    _maker("Stagetec", r"Stage ?Tec\b.*"),
    _maker("JoeCo", r"JoeCo\b.*|BlackBox Recorder.*"),
    _maker("Apple Voice Memos", r"com\.apple\.VoiceMemos.*"),
)
WORKSTATIONS: Final[tuple[Maker, ...]] = (
    _maker("Pro Tools", r"Pro ?Tools\b.*|Digidesign\b.*|Avid (?:Technology|Pro Tools).*"),
    _maker("Nuendo", r"Nuendo\b.*"),
    _maker("Cubase", r"Cubase\b.*|Steinberg\b.*"),
    _maker("WaveLab", r"WaveLab\b.*"),
    _maker("Logic Pro", r"Logic(?: Pro| Express)?(?: X)?(?: \d[\w.]*)?"),
    _maker("REAPER", r"REAPER\b.*|Cockos\b.*"),
    _maker("Adobe Audition", r"Adobe Audition\b.*|Cool Edit Pro.*"),
    _maker("Ableton Live", r"Ableton\b.*"),
    _maker("Sequoia", r"(?:Magix )?(?:Sequoia|Samplitude)\b.*"),
    _maker("Pyramix", r"Pyramix\b.*|Merging Technologies.*"),
    _maker("Fairlight", r"Fairlight\b.*|DaVinci Resolve.*"),
    _maker("Digital Performer", r"Digital Performer\b.*|MOTU\b.*"),
    _maker("Studio One", r"(?:PreSonus )?Studio One\b.*"),
    _maker("SADiE", r"SADiE\b.*"),
    _maker("Sound Forge", r"(?:Sony |Sonic Foundry |MAGIX )?Sound Forge\b.*"),
    _maker("Bitwig", r"Bitwig\b.*"),
    _maker("FL Studio", r"FL Studio\b.*|Fruity ?Loops.*"),
    _maker("Reason", r"Propellerhead\b.*|Reason Studios.*"),
    _maker("Cakewalk", r"Cakewalk\b.*|SONAR\b.*"),
    _maker("Ardour", r"Ardour\b.*|Mixbus\b.*"),
    _maker("Soundminer", r"Soundminer\b.*"),
)


def recorder_of(originator: str) -> str | None:
    """The maker of the recorder that signed, or None."""
    return _maker_of(RECORDERS, originator)


def workstation_of(originator: str) -> str | None:
    """The workstation that signed, or None."""
    return _maker_of(WORKSTATIONS, originator)


def _maker_of(makers: tuple[Maker, ...], originator: str) -> str | None:
    name = originator.strip()
    return next((maker.name for maker in makers if maker.pattern.fullmatch(name)), None)
