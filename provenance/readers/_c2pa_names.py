"""Generators by the names they sign with: claim generators and software agents of C2PA manifests.

Needed because some producers declare no digital source type (Bing, Firefly of 2023). A name counts only
where a whole name begins with it: substrings hit camera files by the dozen (`imagen` in ImageNumber).
"""

from __future__ import annotations

import re
from typing import Final

_NAMES: Final[tuple[tuple[str, str], ...]] = (
    (r"(?:adobe )?firefly", "Adobe Firefly"),
    (r"chatgpt", "ChatGPT"),
    (r"gpt-4o|gpt-image", "GPT image"),
    (r"(?:openai )?sora", "Sora"),
    (r"openai", "OpenAI"),
    (r"dall[-·•. ]?e", "DALL-E"),
    (r"amazon bedrock", "Amazon Bedrock"),
    (r"(?:amazon )?titan image generator|amazon nova (?:canvas|reel)", "Amazon image model"),
    (r"(?:microsoft )?bing image creator", "Bing Image Creator"),
    (r"image creator (?:from|by) (?:microsoft )?(?:designer|bing)", "Bing Image Creator"),
    (r"microsoft responsible ai", "Microsoft Responsible AI"),
    (r"microsoft designer|mai-image", "Microsoft Designer"),
    (r"google (?:generative ai|gemini|imagen|veo)", "Google generative AI"),
    (r"gemini|imagen|nano banana|veo", "Google generative AI"),
    (r"midjourney", "Midjourney"),
    (r"runway(?:ml)?", "Runway"),
    (r"stability ai|stable (?:diffusion|image|video)", "Stability AI"),
    (r"black forest labs|flux[. ](?:1|2|pro|dev|schnell|kontext)", "Black Forest Labs"),
    (r"ideogram", "Ideogram"),
    (r"leonardo(?: |\.)ai", "Leonardo.Ai"),
    (r"luma (?:ai|dream machine|uni|ray)|dream machine", "Luma AI"),
    (r"pika(?: labs)?", "Pika"),
    (r"kling(?: ai)?", "Kling"),
    (r"hailuo|minimax", "MiniMax"),
    (r"dreamina|jimeng|seedream|seedance", "Dreamina"),
    (r"volcengine|byteplus|北京火山引擎科技有限公司", "Volcengine"),
    (r"bria(?: ai)?", "Bria"),
    (r"fal[-.]ai", "fal.ai"),
    (r"krea(?: ai)?", "Krea"),
    (r"higgsfield", "Higgsfield"),
    (r"elevenlabs", "ElevenLabs"),
    (r"suno", "Suno"),
    (r"udio", "Udio"),
    (r"synthesia", "Synthesia"),
    (r"heygen", "HeyGen"),
    (r"xai grok|grok", "Grok"),
    (r"meta ai|imagine with meta", "Meta AI"),
)
_GENERATORS: Final = tuple(
    (re.compile(rf"(?:{pattern})(?:[\s/,(.:-].*)?", re.DOTALL), tool) for pattern, tool in _NAMES
)
_DESCRIPTIONS: Final = re.compile(
    r"(?:ai[ -]generated (?:image|video|audio|media)"
    r"|(?:created|generated|made) (?:by|with|using) (?:google )?(?:generative )?ai"
    r"|edited (?:by|with|using) (?:google )?(?:generative )?ai)\.?"
)


def generator(name: str) -> str | None:
    """The tool behind a claim generator or software agent, or None where it is no known generator."""
    plain = name.strip().replace("_", " ").casefold()[:200]
    return next((tool for pattern, tool in _GENERATORS if pattern.fullmatch(plain)), None)


def says_generated(description: str) -> bool:
    """True for the fixed sentences with which producers describe an action of generative AI."""
    return bool(_DESCRIPTIONS.fullmatch(description.strip().casefold()))
