"""Generators by the names they sign with: claim generators, software agents and signers of C2PA manifests.

Needed because some producers declare no digital source type (Bing, Dreamina, Firefly of 2023). A name counts only
where a whole name begins with it: substrings hit camera files by the dozen (`imagen` in ImageNumber).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from provenance.marks.grammar import Found, Parsed, Row, Text, Texts
from provenance.model import Origin, Strength

FAMILY: Final = "Names in content credentials"
KEYS: Final = ("claim_generator", "claim_generator_info", "softwareAgent")

_NAME_LIMIT: Final = 200
_RAW: Final = "remove-ai-watermarks constants.py"


@dataclass(frozen=True, slots=True)
class Name:
    """One family of names.

    Args:
        slug: of the row.
        tool: what we call it.
        pattern: the beginning of the name, in lower case, `_` as a blank; a word must end behind it.
        source: where it is seen.
        claims: AI where only generators sign so.
        signer: the organisation of a certificate that signs nothing but generated media; empty where none.
    """

    slug: str
    tool: str
    pattern: str
    source: str
    claims: Origin | None = Origin.AI_GENERATED
    signer: str = ""


NAMES: Final = (
    Name("adobe", "Adobe Firefly", r"(?:adobe )?firefly", "measured on 3 files"),
    Name("chatgpt", "ChatGPT", r"chatgpt", "measured on 11 files"),
    Name("gpt_image", "GPT image", r"gpt-4o|gpt-image", "measured"),
    Name("sora", "Sora", r"(?:openai )?sora", "measured"),
    Name("openai", "OpenAI", r"openai", "measured", signer=r"openai(?: opco, llc)?(?:, microsoft)?"),
    Name("dalle", "DALL-E", r"dall[-·•. ]?e", "C2PA of DALL-E 3"),
    Name("amazon_bedrock", "Amazon Bedrock", r"amazon bedrock", "measured"),
    Name("amazon", "Amazon image model", r"(?:amazon )?titan image generator|amazon nova (?:canvas|reel)", "measured"),
    Name("bing", "Bing Image Creator",
         r"(?:microsoft )?bing image creator|image creator (?:from|by) (?:microsoft )?(?:designer|bing)", _RAW),
    Name("microsoft", "Microsoft Designer", r"microsoft designer|mai-image", _RAW),
    Name("microsoft_rai", "Microsoft Responsible AI", r"microsoft responsible ai", _RAW),
    Name("google", "Google generative AI",
         r"google (?:generative ai|gemini|imagen|veo)|gemini|imagen|nano banana|veo", "measured on 7 files"),
    Name("samsung", "Samsung Galaxy AI", r"photo assist|sketch to image|generative edit", "measured on 1 file"),
    Name("midjourney", "Midjourney", r"midjourney", "c2pa.org members"),
    Name("runway", "Runway", r"runway(?:ml)?", _RAW),
    Name("stability", "Stability AI", r"stability ai|stable (?:diffusion|image|video)", _RAW,
         signer=r"stability ai(?: ltd\.?| limited)?"),
    Name("bfl", "Black Forest Labs", r"black forest labs|flux(?:\.| )(?:1|2|pro|dev|schnell|kontext)",
         "measured on 2 files", signer=r"black forest labs(?: inc\.?| gmbh)?"),
    Name("ideogram", "Ideogram", r"ideogram", _RAW),
    Name("leonardo", "Leonardo.Ai", r"leonardo(?: |\.)ai", _RAW),
    Name("luma", "Luma AI", r"luma (?:ai|dream machine|uni|ray)|dream machine", _RAW),
    Name("pika", "Pika", r"pika(?: labs)?", _RAW),
    Name("kling", "Kling", r"kling(?: ai)?", _RAW),
    Name("minimax", "MiniMax", r"hailuo|minimax", _RAW),
    Name("dreamina", "Dreamina", r"dreamina|jimeng|seedream|seedance", _RAW + " (declares no source type)"),
    Name("volcengine", "Volcengine", r"volcengine|byteplus|北京火山引擎科技有限公司", _RAW,
         signer=r"byteplus pte\. ltd\.|北京火山引擎科技有限公司"),
    Name("bria", "Bria", r"bria(?: ai)?", _RAW, signer=r"bria(?: ai| artificial intelligence ltd\.?)?"),
    Name("fal", "fal.ai", r"fal[-.]ai", _RAW, signer=r"fal[-.]ai|features and labels,? inc\.?"),
    Name("krea", "Krea", r"krea(?: ai)?", _RAW),
    Name("higgsfield", "Higgsfield", r"higgsfield", _RAW, signer=r"higgsfield(?: ai)?(?:,? inc\.?)?"),
    Name("canva", "Canva Magic Media", r"(?:canva )?magic media", _RAW),
    Name("tiktok", "TikTok Ads", r"tiktok (?:ads? toolbox|symphony)", _RAW),
    Name("elevenlabs", "ElevenLabs", r"eleven ?labs", _RAW, signer=r"eleven ?labs(?:,? inc\.?)?"),
    Name("suno", "Suno", r"suno", _RAW, signer=r"suno(?:,? inc\.?| content credentials)?"),
    Name("udio", "Udio", r"udio", "lead only: no file seen"),
    Name("synthesia", "Synthesia", r"synthesia", _RAW),
    Name("heygen", "HeyGen", r"heygen", _RAW),
    Name("xai", "xAI Grok", r"xai grok|grok", _RAW),
    Name("meta", "Meta AI", r"meta ai|imagine with meta", "iptc.org, announcement of Meta"),
    Name("topaz", "Topaz", r"topaz(?: labs)?(?: (?:photo|video|gigapixel|image).*)?", "enlarges and cleans",
         Origin.ENHANCED),
)  # fmt: skip

_DESCRIPTIONS: Final = re.compile(
    r"(?:ai[ -]generated (?:image|video|audio|media)"
    r"|(?:created|generated|made) (?:by|with|using) (?:google )?(?:generative )?ai"
    r"|edited (?:by|with|using) (?:google )?(?:generative )?ai)\.?"
)


_BEGINNINGS: Final = tuple((re.compile(rf"(?:{name.pattern})(?:[\s/,(.:-].*)?", re.DOTALL), name) for name in NAMES)
_SIGNERS: Final = tuple((re.compile(name.signer), name.tool) for name in NAMES if name.signer)


def generator(name: str) -> str | None:
    """The tool behind a claim generator or software agent, or None where it is no known generator of AI."""
    found = _named(name)
    return found.tool if found is not None and found.claims is Origin.AI_GENERATED else None


def generating_signer(organisation: str) -> str | None:
    """The generator behind the organisation of a certificate, where it signs nothing but what it generated."""
    plain = _plain(organisation)
    return next((tool for pattern, tool in _SIGNERS if pattern.fullmatch(plain)), None)


def says_generated(description: str) -> bool:
    """True for the fixed sentences with which producers describe an action of generative AI."""
    return bool(_DESCRIPTIONS.fullmatch(description.strip().casefold()[:_NAME_LIMIT]))


def _named(name: str) -> Name | None:
    plain = _plain(name)
    return next((known for pattern, known in _BEGINNINGS if pattern.fullmatch(plain)), None)


def _plain(name: str) -> str:
    return name.strip().replace("_", " ").casefold()[:_NAME_LIMIT]


def _row(name: Name) -> Row:
    def find(text: Text, texts: Texts) -> Found | None:
        return Found() if _named(text.raw) is name else None

    about = f"begins with `{name.pattern}`" + (f"; or the signer is `{name.signer}`" if name.signer else "")
    keys = (*KEYS, "signer") if name.signer else KEYS
    return Row(
        f"c2pa.{name.slug}", name.tool, "C2PA manifest", keys, Parsed(about, find), (name.claims,),
        Strength.TOOL_SIGNATURE, name.source,
    )  # fmt: skip


TABLE: Final = tuple(_row(name) for name in NAMES)
