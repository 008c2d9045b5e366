"""Drawn stand-ins for photographs: a street with something wrong, and the same street mended.

They are drawings and say so in a corner. The same kind, moment and variant give the same bytes.
"""

from __future__ import annotations

import math
import random
from functools import cache
from io import BytesIO
from typing import Final, Literal, get_args

from PIL import Image, ImageDraw, ImageFilter, ImageFont

Kind = Literal["pothole", "lamp", "bins", "ice", "bench"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
SIZE: Final = (960, 720)
"""Width and height of a drawing, pixels."""
_GROUND: Final = 430
_Colour = tuple[int, int, int]


def _mix(a: _Colour, b: _Colour, share: float) -> _Colour:
    first, second, third = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return first, second, third


class _Scene:
    """A street being drawn."""

    def __init__(self, kind: Kind, mended: bool, variant: int) -> None:
        self.rng = random.Random(f"{kind}{variant}")  # the same street before and after
        self.image = Image.new("RGB", SIZE)
        self.draw = ImageDraw.Draw(self.image)
        self.night = kind == "lamp"
        self.winter = kind == "ice"
        self.mended = mended

    def shade(self, colour: _Colour, share: float = 0.68) -> _Colour:
        """Return `colour` as it looks at this hour."""
        return _mix(colour, (14, 18, 38), share) if self.night else colour

    def street(self) -> None:
        """Draw sky, houses, a row of trees, grass, pavement and road."""
        width, height = SIZE
        low, high = (232, 226, 214), (164, 196, 222)
        if self.winter:
            low, high = (236, 236, 236), (196, 206, 216)
        for y in range(_GROUND):
            self.draw.line((0, y, width, y), self.shade(_mix(high, low, y / _GROUND), 0.82))
        x = -30
        while x < width:
            wide, tall = self.rng.randint(150, 260), self.rng.randint(150, 330)
            tones = ((201, 178, 150), (184, 150, 128), (206, 196, 176), (168, 172, 176))
            self.house(x, wide, tall, self.rng.choice(tones))
            x += wide + self.rng.randint(8, 60)
        grass = (226, 231, 235) if self.winter else (128, 152, 96)
        self.draw.rectangle((0, _GROUND - 14, width, _GROUND + 44), self.shade(grass))
        for _ in range(4):
            self.tree(self.rng.randint(20, width - 20))
        walk = (214, 218, 222) if self.winter else (176, 172, 164)
        self.draw.polygon(
            [(0, _GROUND + 40), (width, _GROUND + 40), (width, 560), (0, 560)], self.shade(walk)
        )
        for x in range(-400, width + 400, 76):
            lean = (x - width / 2) * 0.32
            self.draw.line(
                (x, _GROUND + 40, x + lean, 560), self.shade(_mix(walk, (0, 0, 0), 0.1)), 2
            )
        self.draw.rectangle((0, 560, width, 574), self.shade((196, 194, 190)))
        for y in range(574, height):
            tone = _mix((104, 106, 110), (78, 80, 84), (y - 574) / (height - 574))
            self.draw.line((0, y, width, y), self.shade(tone))
        for x in range(40, width, 230):
            self.draw.polygon(
                [(x, 690), (x + 120, 690), (x + 128, 702), (x + 2, 702)],
                self.shade((214, 212, 204)),
            )

    def house(self, x: int, wide: int, tall: int, tone: _Colour) -> None:
        """Draw a house with rows of windows."""
        top = _GROUND - tall
        self.draw.rectangle((x, top, x + wide, _GROUND), self.shade(tone))
        roof = (222, 228, 234) if self.winter else _mix(tone, (70, 50, 46), 0.5)
        self.draw.rectangle((x - 6, top - 14, x + wide + 6, top), self.shade(roof))
        for wy in range(top + 22, _GROUND - 50, 54):
            for wx in range(x + 20, x + wide - 34, 48):
                lit = self.night and self.rng.random() < 0.4
                glass = (246, 214, 140) if lit else self.shade((120, 142, 160))
                self.draw.rectangle((wx, wy, wx + 24, wy + 32), glass)
                self.draw.line((wx + 12, wy, wx + 12, wy + 32), self.shade((230, 226, 220)), 2)

    def tree(self, x: int) -> None:
        """Draw a tree, bare in winter."""
        top = _GROUND - self.rng.randint(120, 170)
        self.draw.line((x, top + 40, x, _GROUND + 12), self.shade((96, 76, 58)), 9)
        for step in range(9):
            angle = step * math.tau / 9
            dx, dy = 34 * math.cos(angle), 30 * math.sin(angle)
            if self.winter:
                self.draw.line((x, top + 60, x + dx, top + 14 + dy), self.shade((110, 92, 76)), 3)
            else:
                green = _mix((86, 122, 66), (126, 154, 86), self.rng.random())
                box = (x + dx - 27, top + 18 + dy - 27, x + dx + 27, top + 18 + dy + 27)
                self.draw.ellipse(box, self.shade(green))

    def blob(self, x: int, y: int, wide: float, tall: float, tone: _Colour) -> None:
        """Draw an uneven patch on the ground."""
        points = []
        for step in range(40):
            angle = step * math.tau / 40
            r = 1 + 0.14 * math.sin(3 * angle + x) + 0.09 * math.sin(7 * angle + wide)
            points.append((x + wide * r * math.cos(angle), y + tall * r * math.sin(angle)))
        self.draw.polygon(points, self.shade(tone))

    def pothole(self) -> None:
        x, y = 300 + self.rng.randint(0, 340), 640
        if self.mended:
            self.draw.polygon(
                [(x - 130, y - 34), (x + 118, y - 34), (x + 140, y + 40), (x - 146, y + 40)],
                (62, 63, 66),
            )
            return
        self.blob(x, y, 132, 40, (92, 88, 84))
        self.blob(x + 4, y + 5, 112, 31, (52, 48, 46))
        self.blob(x + 8, y + 12, 84, 17, (118, 128, 138))
        for _ in range(16):
            px, py = x + self.rng.randint(-190, 190), y + self.rng.randint(-50, 56)
            self.blob(px, py, 7, 4, (70, 68, 66))

    def lamp(self) -> None:
        x = 330 + self.rng.randint(0, 260)
        if self.mended:
            glow = Image.new("RGB", SIZE)
            light = ImageDraw.Draw(glow)
            light.polygon([(x + 60, 170), (x + 300, 640), (x - 190, 640)], (120, 100, 52))
            light.ellipse((x - 30, 90, x + 150, 250), (170, 140, 80))
            soft = glow.filter(ImageFilter.GaussianBlur(34))
            self.image.paste(_add(self.image, soft))
            self.draw = ImageDraw.Draw(self.image)
        self.draw.line((x, 160, x, 556), (58, 62, 70), 12)
        self.draw.line((x, 162, x + 66, 150), (58, 62, 70), 9)
        head = (255, 240, 190) if self.mended else (40, 44, 52)
        self.draw.ellipse((x + 34, 146, x + 90, 172), head, (58, 62, 70), 3)

    def bins(self) -> None:
        left = 250 + self.rng.randint(0, 160)
        tones = ((196, 186, 166), (80, 84, 92), (150, 176, 196), (224, 220, 210))
        for number in range(3):
            x = left + number * 150
            self.draw.rectangle((x, 430, x + 122, 548), (62, 104, 84), (40, 70, 58), 4)
            self.draw.rectangle((x - 6, 420, x + 128, 436), (48, 84, 68))
            for wheel in (x + 18, x + 104):
                self.draw.ellipse((wheel - 10, 540, wheel + 10, 560), (40, 42, 46))
            if not self.mended:
                for bag in range(4):
                    bx, by = x + 14 + bag * 30, 412 - self.rng.randint(0, 20)
                    self.blob(bx, by, 24, 22, self.rng.choice(tones))
        if not self.mended:
            for _ in range(13):
                x, y = left + self.rng.randint(-90, 520), self.rng.randint(536, 580)
                size = self.rng.randint(14, 30)
                self.blob(x, y, size, size * 0.8, self.rng.choice(tones))

    def ice(self) -> None:
        x = 260 + self.rng.randint(0, 360)
        if self.mended:
            for _ in range(420):
                px, py = self.rng.randint(20, 940), self.rng.randint(476, 556)
                self.draw.point((px, py), (150, 112, 74))
                self.draw.ellipse((px, py, px + 2, py + 2), (156, 122, 84))
            return
        self.blob(x, 518, 250, 30, (186, 212, 228))
        self.blob(x + 30, 514, 170, 18, (214, 232, 242))
        for step in range(5):
            at = x - 120 + step * 60
            self.draw.line((at, 508, at + 44, 500), (244, 250, 252), 3)
        self.blob(x - 280, 548, 120, 26, (240, 243, 246))

    def bench(self) -> None:
        x = 280 + self.rng.randint(0, 200)
        wood, iron = (150, 104, 66), (60, 64, 70)
        for leg in (x + 30, x + 290):
            self.draw.line((leg, 500, leg, 556), iron, 12)
            self.draw.line((leg, 500, leg - 10, 412), iron, 8)
        for number, y in enumerate((418, 444, 492, 508)):
            if not self.mended and number == 0:
                continue
            if not self.mended and number == 2:
                self.draw.line((x, y, x + 130, y + 4), wood, 13)
                self.draw.line((x + 150, y + 44, x + 320, y + 70), wood, 13)
                continue
            tone = wood if not self.mended else (168, 122, 76)
            self.draw.line((x, y, x + 320, y), tone, 14)

    def label(self) -> None:
        """Say in the corner that this is a drawing."""
        font = ImageFont.load_default(size=22)
        self.draw.rectangle((SIZE[0] - 118, SIZE[1] - 44, SIZE[0], SIZE[1]), (251, 250, 246))
        self.draw.text((SIZE[0] - 104, SIZE[1] - 36), "drawing", (89, 97, 107), font)


def _add(image: Image.Image, light: Image.Image) -> Image.Image:
    from PIL import ImageChops

    return ImageChops.add(image, light)


@cache
def photograph(kind: Kind, mended: bool = False, variant: int = 0) -> bytes:
    """Return a JPEG under 60 kB of a street, `mended` or not; a `variant` is another street.

    ValueError if the kind is unknown.
    """
    if kind not in KINDS:
        raise ValueError(f"no drawing of {kind}")
    scene = _Scene(kind, mended, variant)
    scene.street()
    getattr(scene, kind)()
    scene.label()
    out = BytesIO()
    scene.image.save(out, "JPEG", quality=76, optimize=True)
    return out.getvalue()
