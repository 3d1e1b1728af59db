"""Draws the pictures: every one from a fixed seed, so that no two assets look alike and none ever changes.

Only `Random.random` and `Random.randbytes` are used: their sequences are promised to stay the same between
Python versions, which is not true of `choice` or `shuffle`.
"""

import math
from collections.abc import Iterator
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

Colour = tuple[int, int, int]
Size = tuple[int, int]

STILL: Size = (320, 180)
CLIP: Size = (160, 90)
FRAME: Size = (64, 36)
CLIP_FRAMES = 48

# sky above, sky at the horizon, sun, farthest hills, nearest hills
_DAYLIGHT: tuple[tuple[Colour, Colour, Colour, Colour, Colour], ...] = (
    ((58, 110, 176), (222, 232, 236), (255, 250, 226), (134, 160, 182), (30, 62, 50)),
    ((44, 52, 104), (246, 164, 104), (255, 232, 176), (142, 106, 130), (38, 28, 44)),
    ((112, 160, 190), (248, 226, 190), (255, 246, 214), (170, 176, 160), (88, 76, 40)),
    ((70, 88, 110), (190, 202, 206), (240, 244, 240), (128, 146, 156), (34, 48, 60)),
    ((30, 90, 120), (250, 200, 170), (255, 240, 210), (110, 140, 150), (20, 60, 66)),
)
_NIGHT: tuple[tuple[Colour, Colour, Colour, Colour], ...] = (
    ((18, 10, 52), (214, 76, 156), (250, 200, 120), (40, 18, 70)),
    ((6, 26, 54), (54, 200, 190), (240, 130, 160), (8, 46, 66)),
    ((40, 8, 36), (252, 140, 84), (130, 210, 240), (66, 20, 46)),
)


def photo(seed: int, size: Size = STILL) -> Image.Image:
    """A landscape with a low sun and a little grain: what a camera might have seen."""
    random = Random(seed)
    top, horizon, sun, far, near = _DAYLIGHT[seed % len(_DAYLIGHT)]
    wide, high = size[0] * 2, size[1] * 2
    picture = _sky((wide, high), top, horizon)
    centre = (wide * _within(random, 0.08, 0.92), high * _within(random, 0.1, 0.45))
    _disc(picture, centre, round(high * _within(random, 0.05, 0.11)), sun)
    pen = ImageDraw.Draw(picture)
    layers, skyline = 3 + int(3 * random.random()), _within(random, 0.4, 0.72)
    for layer in range(layers):
        depth = layer / (layers - 1)
        base, swell = high * (skyline + (0.9 - skyline) * depth), high * _within(random, 0.03, 0.14)
        pen.polygon(_ridge(random, (wide, high), base, swell), fill=_mix(far, near, depth))
    _trees(pen, random, (wide, high), _mix(near, (0, 0, 0), 0.35))
    return _grain(picture.resize(size, Image.Resampling.LANCZOS), random)


def dream(seed: int, size: Size = STILL) -> Image.Image:
    """Floating islands under a ringed planet: what an image model might have made."""
    random = Random(seed)
    top, horizon, planet, land = _NIGHT[seed % len(_NIGHT)]
    wide, high = size[0] * 2, size[1] * 2
    picture = _sky((wide, high), top, horizon)
    pen = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y = random.random() * wide, random.random() * high * 0.6
        pen.ellipse((x, y, x + 2, y + 2), fill=(236, 232, 250))
    centre = (wide * _within(random, 0.12, 0.88), high * _within(random, 0.2, 0.5))
    _planet(picture, centre, high * _within(random, 0.12, 0.32), planet)
    islands = 2 + int(4 * random.random())
    for island in range(islands):
        x = wide * (island + _within(random, 0.2, 0.8)) / islands
        _island(pen, (x, high * _within(random, 0.35, 0.8)), wide * _within(random, 0.05, 0.13), land)
    ground, swell = high * _within(random, 0.76, 0.97), high * _within(random, 0.02, 0.09)
    pen.polygon(_ridge(random, (wide, high), ground, swell), fill=_mix(land, (0, 0, 0), 0.4))
    return picture.resize(size, Image.Resampling.LANCZOS)


def drawing(seed: int, size: Size = STILL) -> Image.Image:
    """A poster of flat shapes: what a person draws with ordinary tools."""
    random = Random(seed)
    picture = Image.new("RGB", (size[0] * 2, size[1] * 2), (244, 236, 220))
    pen = ImageDraw.Draw(picture)
    inks = ((214, 84, 62), (36, 92, 112), (238, 178, 66), (92, 132, 96), (52, 44, 60))
    for column in range(8):
        for row in range(4):
            x, y, side = column * size[0] // 4, row * size[1] // 2, size[0] // 4
            ink, turn = inks[int(random.random() * len(inks))], int(random.random() * 4) * 90
            if random.random() < 0.3:
                pen.ellipse((x + 12, y + 12, x + side - 12, y + size[1] // 2 - 12), fill=ink)
            else:
                pen.pieslice((x - side, y - side, x + side, y + side), turn, turn + 90, fill=ink)
    return picture.resize(size, Image.Resampling.LANCZOS)


def fractal(size: Size = STILL) -> Image.Image:
    """A Julia set: pure algorithm, no training data."""
    picture = Image.new("RGB", size)
    for y in range(size[1]):
        for x in range(size[0]):
            z = complex((x - size[0] / 2) / (size[1] / 2.4), (y - size[1] / 2) / (size[1] / 2.4))
            steps = 0
            while abs(z) < 4 and steps < 40:
                z, steps = z * z + complex(-0.78, 0.136), steps + 1
            picture.putpixel((x, y), (steps * 5 % 256, steps * steps // 7 % 256, 60 + steps * 4))
    return picture


def window(size: Size = STILL) -> Image.Image:
    """A desktop window with a timeline in it: what a screen grab shows."""
    random = Random(1101)
    picture = Image.new("RGB", size, (50, 62, 84))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((24, 16, size[0] - 24, size[1] - 16), 6, fill=(34, 36, 40))
    for light, ink in enumerate(((236, 96, 86), (244, 190, 78), (98, 196, 84))):
        pen.ellipse((32 + 12 * light, 22, 39 + 12 * light, 29), fill=ink)
    pen.rectangle((100, 36, 220, 92), fill=(14, 14, 16))
    pen.polygon(((148, 50), (148, 78), (174, 64)), fill=(210, 210, 214))
    for track in range(4):
        x = 34.0
        while x < size[0] - 60:
            length = 16 + 40 * random.random()
            ink = ((86, 128, 178), (96, 156, 120), (170, 120, 160), (190, 152, 90))[track]
            pen.rectangle((x, 102 + 14 * track, min(x + length, size[0] - 34), 112 + 14 * track), fill=ink)
            x += length + 2
    pen.line((166, 98, 166, 156), fill=(240, 90, 70))
    return picture


def inset(background: Image.Image, element: Image.Image, corner: tuple[int, int], size: Size) -> Image.Image:
    """A comp: the element keyed softly into the background."""
    picture = background.copy()
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).ellipse((4, 4, size[0] - 4, size[1] - 4), fill=255)
    soft = mask.filter(ImageFilter.GaussianBlur(5))
    picture.paste(element.resize(size, Image.Resampling.LANCZOS), corner, soft)
    return picture


def pan(wide: Image.Image, size: Size = CLIP) -> Iterator[Image.Image]:
    """The frames of a slow pan over a picture that is wider than the clip."""
    step = (wide.width - size[0]) / (CLIP_FRAMES - 1)
    for number in range(CLIP_FRAMES):
        left = round(step * number)
        yield wide.crop((left, 0, left + size[0], size[1]))


def sequence_frame(number: int, seed: int) -> Image.Image:
    """One frame of a sequence: a square crosses the sky, the frame number stands below."""
    top, horizon, sun, _, near = _DAYLIGHT[seed % len(_DAYLIGHT)]
    picture = _sky(FRAME, top, horizon)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 24, FRAME[0], FRAME[1]), fill=near)
    left = 2 + (number - 1001) * 4
    pen.rectangle((left, 8, left + 10, 18), fill=sun)
    # The bitmap font ships inside Pillow; the outline font would draw differently with each FreeType.
    pen.text((4, 24), str(number), fill=(240, 240, 240), font=ImageFont.load_default_imagefont())
    return picture


def _within(random: Random, low: float, high: float) -> float:
    return low + (high - low) * random.random()


def _sky(size: Size, top: Colour, horizon: Colour) -> Image.Image:
    column = Image.new("RGB", (1, size[1]))
    for y in range(size[1]):
        column.putpixel((0, y), _mix(top, horizon, min(1.0, y / (size[1] * 0.7))))
    return column.resize(size, Image.Resampling.NEAREST)


def _disc(picture: Image.Image, centre: tuple[float, float], radius: int, ink: Colour) -> None:
    glow = Image.new("L", picture.size, 0)
    pen = ImageDraw.Draw(glow)
    pen.ellipse(_around(centre, radius * 2.2), fill=90)
    glow = glow.filter(ImageFilter.GaussianBlur(radius))
    ImageDraw.Draw(glow).ellipse(_around(centre, radius), fill=255)
    picture.paste(Image.new("RGB", picture.size, ink), (0, 0), glow)


def _planet(picture: Image.Image, centre: tuple[float, float], radius: float, ink: Colour) -> None:
    pen = ImageDraw.Draw(picture)
    pen.ellipse(_around(centre, radius), fill=_mix(ink, (0, 0, 0), 0.35))
    lit = (centre[0] - radius * 0.12, centre[1] - radius * 0.12)
    pen.ellipse(_around(lit, radius * 0.86), fill=ink)
    x, y = centre
    pen.arc((x - radius * 1.9, y - radius * 0.5, x + radius * 1.9, y + radius * 0.5), 340, 200, ink, 5)


def _island(pen: ImageDraw.ImageDraw, centre: tuple[float, float], half: float, land: Colour) -> None:
    x, y = centre
    grass, wall = _mix(land, (120, 220, 150), 0.55), _mix(land, (255, 255, 255), 0.75)
    rock = ((x - half, y), (x + half, y), (x + half * 0.3, y + half * 0.7), (x, y + half * 1.3))
    pen.polygon(rock, fill=land)
    pen.ellipse((x - half, y - half * 0.25, x + half, y + half * 0.25), fill=grass)
    pen.rectangle((x - half * 0.12, y - half * 0.8, x + half * 0.12, y), fill=wall)
    roof = ((x - half * 0.2, y - half * 0.8), (x + half * 0.2, y - half * 0.8), (x, y - half * 1.15))
    pen.polygon(roof, fill=(226, 86, 78))


def _ridge(random: Random, size: Size, base: float, height: float) -> list[tuple[float, float]]:
    waves = [(1 + 2.2 * wave + random.random(), random.random() * math.tau, 0.62**wave) for wave in range(4)]
    line = [
        (float(x), base - height * sum(a * math.sin(f * math.tau * x / size[0] + p) for f, p, a in waves))
        for x in range(0, size[0] + 4, 4)
    ]
    return [*line, (size[0] + 4.0, float(size[1])), (0.0, float(size[1]))]


def _trees(pen: ImageDraw.ImageDraw, random: Random, size: Size, ink: Colour) -> None:
    for _ in range(9):
        x, high = random.random() * size[0], size[1] * (0.1 + 0.14 * random.random())
        foot = size[1] * (0.94 + 0.08 * random.random())
        pen.polygon(((x, foot - high), (x - high * 0.22, foot), (x + high * 0.22, foot)), fill=ink)


def _grain(picture: Image.Image, random: Random) -> Image.Image:
    noise = Image.frombytes("L", picture.size, random.randbytes(picture.width * picture.height))
    return Image.blend(picture, noise.convert("RGB"), 0.035)


def _mix(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _around(centre: tuple[float, float], radius: float) -> tuple[float, float, float, float]:
    return centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius
