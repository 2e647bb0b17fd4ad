"""What lies behind a flag: plain, smooth and busy backgrounds, none of which is itself a flag.

Busy ones use the colours of flags too, so that colour alone does not tell where the flag is.
They avoid few, even, parallel stripes: those would be a flag.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Size = tuple[int, int]
Colour = tuple[int, int, int]

FLAG_COLOURS: tuple[Colour, ...] = (
    (206, 17, 38), (0, 43, 127), (0, 122, 61), (252, 209, 22), (255, 255, 255),
    (16, 16, 16), (0, 158, 220), (255, 121, 0), (128, 20, 50), (0, 90, 60),
)  # fmt: skip
FOLIAGE: tuple[Colour, ...] = (
    (34, 70, 28), (58, 104, 40), (92, 132, 58), (128, 150, 70), (70, 62, 36), (22, 40, 24),
)  # fmt: skip


def any_colour(rng: random.Random) -> Colour:
    """A colour: of a flag, a grey, or any."""
    kind = rng.random()
    if kind < 0.35:
        red, green, blue = rng.choice(FLAG_COLOURS)
        light = rng.uniform(0.6, 1.0)
        return int(red * light), int(green * light), int(blue * light)
    if kind < 0.6:
        grey = rng.randrange(20, 245)
        return grey, min(255, grey + rng.randrange(-8, 9)), min(255, grey + rng.randrange(-12, 13))
    return rng.randrange(256), rng.randrange(256), rng.randrange(256)


def paper(rng: random.Random) -> Colour:
    """The colour of a page, a frame or a margin: mostly white, black or grey."""
    kind = rng.random()
    if kind < 0.5:
        return 255, 255, 255
    if kind < 0.62:
        return 0, 0, 0
    if kind < 0.88:
        grey = rng.choice((24, 48, 96, 128, 160, 192, 224, 240, 248))
        return grey, grey, min(255, grey + rng.choice((0, 0, 4, 7)))
    return any_colour(rng)


def plain(size: Size, rng: random.Random) -> Image.Image:
    """One colour."""
    return Image.new("RGB", size, paper(rng) if rng.random() < 0.5 else any_colour(rng))


def gradient(size: Size, rng: random.Random) -> Image.Image:
    """Two to four colours that run into each other."""
    corners = [any_colour(rng) for _ in range(4)]
    if rng.random() < 0.5:
        corners = [corners[0], corners[0], corners[1], corners[1]]
    return _spread(corners, (2, 2), size)


def sky(size: Size, rng: random.Random) -> Image.Image:
    """Blue or grey above, paler below, with soft clouds."""
    blue = rng.randrange(130, 250)
    top = (int(blue * rng.uniform(0.2, 0.9)), int(blue * rng.uniform(0.55, 0.95)), blue)
    low = (rng.randrange(150, 250), rng.randrange(170, 250), rng.randrange(190, 256))
    ground = _spread([top, low], (1, 2), size)
    clouds = _noise((rng.randrange(2, 6), rng.randrange(2, 5)), rng, 1).resize(
        size, Image.Resampling.BICUBIC
    )
    strength = rng.uniform(0.2, 0.9)
    return Image.composite(
        Image.new("RGB", size, (236, 240, 244)),
        ground,
        clouds.point([int(max(0, value - 110) * strength * 1.7) for value in range(256)]),
    )


def wall(size: Size, rng: random.Random) -> Image.Image:
    """One rough colour, now and then with courses of brick."""
    colour = any_colour(rng)
    picture = Image.new("RGB", size, colour)
    if rng.random() < 0.5:
        _bricks(picture, rng, colour)
    return _roughen(picture, rng, rng.uniform(0.08, 0.3))


def _bricks(picture: Image.Image, rng: random.Random, colour: Colour) -> None:
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    tall = rng.randrange(6, 20)
    wide = int(tall * rng.uniform(1.5, 3.0))
    seam = _tinted(colour, rng.choice((0.6, 0.75, 1.3)))
    for row, y in enumerate(range(0, height, tall)):
        draw.line((0, y, width, y), seam)
        for x in range(-(row % 2) * wide // 2, width, wide):
            draw.line((x, y, x, y + tall), seam)


def clouds_of_colour(size: Size, rng: random.Random) -> Image.Image:
    """Value noise in colour, coarse and fine."""
    coarse = _noise((rng.randrange(3, 9), rng.randrange(3, 9)), rng, 3)
    fine = _noise((rng.randrange(10, 40), rng.randrange(10, 40)), rng, 3)
    big = coarse.resize(size, Image.Resampling.BICUBIC)
    return Image.blend(big, fine.resize(size, Image.Resampling.BILINEAR), rng.uniform(0.15, 0.5))


def shapes(size: Size, rng: random.Random) -> Image.Image:
    """Rectangles, ellipses and polygons thrown over each other."""
    picture = Image.new("RGB", size, any_colour(rng))
    draw = ImageDraw.Draw(picture)
    for _ in range(rng.randrange(12, 34)):
        centre, reach = _place(size, rng, 0.04, 0.3)
        box = _box(centre, reach, rng)
        colour = any_colour(rng)
        kind = rng.random()
        if kind < 0.4:
            draw.rectangle(box, fill=colour)
        elif kind < 0.7:
            draw.ellipse(box, fill=colour)
        else:
            turn = rng.uniform(0, math.tau)
            corners = rng.randrange(3, 7)
            draw.polygon(
                [
                    (
                        centre[0] + reach * math.cos(turn + math.tau * k / corners),
                        centre[1] + reach * math.sin(turn + math.tau * k / corners),
                    )
                    for k in range(corners)
                ],
                fill=colour,
            )
    return picture


def shelf(size: Size, rng: random.Random) -> Image.Image:
    """Rows of packets side by side, as in a shop."""
    picture = Image.new("RGB", size, any_colour(rng))
    draw = ImageDraw.Draw(picture)
    width, height = size
    y = -rng.randrange(20)
    while y < height:
        tall = rng.randrange(14, 44)
        x = -rng.randrange(12)
        while x < width:
            wide = rng.randrange(6, 26)
            colour = any_colour(rng)
            draw.rectangle((x, y, x + wide, y + tall), fill=colour)
            mark = y + rng.randrange(2, tall)
            draw.line((x + 2, mark, x + wide - 2, mark), any_colour(rng), rng.randrange(1, 5))
            x += wide + rng.randrange(1, 4)
        draw.line((0, y + tall, width, y + tall), _tinted(any_colour(rng), 0.5), 2)
        y += tall + rng.randrange(2, 5)
    return picture


def foliage(size: Size, rng: random.Random) -> Image.Image:
    """Leaves, or heaps of round things in any colours."""
    colours = FOLIAGE if rng.random() < 0.6 else tuple(any_colour(rng) for _ in range(5))
    picture = Image.new("RGB", size, _tinted(colours[0], 0.6))
    draw = ImageDraw.Draw(picture)
    reach = rng.uniform(0.03, 0.13)
    shine = rng.choice((0.0, rng.uniform(1.1, 1.6)))
    for _ in range(rng.randrange(40, 90)):
        (x, y), radius = _place(size, rng, reach * 0.6, reach * 1.4)
        colour = _tinted(rng.choice(colours), rng.uniform(0.6, 1.3))
        draw.ellipse(_box((x, y), radius, rng), colour)
        if shine:
            spot = _box((x - radius * 0.25, y - radius * 0.3), radius * 0.45, rng)
            draw.ellipse(spot, _tinted(colour, shine))
    return picture


def stripes(size: Size, rng: random.Random) -> Image.Image:
    """Many uneven slanted bands, too many and too crooked for a flag."""
    picture = Image.new("RGB", size, any_colour(rng))
    draw = ImageDraw.Draw(picture)
    width, height = size
    colours = [any_colour(rng) for _ in range(rng.randrange(2, 6))]
    slope = rng.choice((-1, 1)) * rng.uniform(0.25, 2.5)
    x = -slope * height if slope > 0 else 0.0
    end = width - slope * height if slope < 0 else float(width)
    while x < end:
        thick = rng.uniform(3, 11)
        corners = [(x, 0), (x + thick, 0), (x + thick + slope * height, height)]
        draw.polygon([*corners, (x + slope * height, height)], fill=rng.choice(colours))
        x += thick + rng.uniform(0, 8)
    return picture


def page(size: Size, rng: random.Random) -> Image.Image:
    """Lines of strokes that look like text from afar."""
    light = rng.random() < 0.7
    ground = rng.randrange(190, 256) if light else rng.randrange(0, 70)
    ink = _tinted(any_colour(rng), 0.5) if light else (220, 220, 210)
    picture = Image.new("RGB", size, (ground, ground, max(0, ground - rng.randrange(12))))
    draw = ImageDraw.Draw(picture)
    width, height = size
    step = rng.randrange(4, 12)
    for y in range(rng.randrange(4), height, step):
        x = rng.randrange(8)
        while x < width:
            word = rng.randrange(3, 22)
            draw.line((x, y, x + word, y), ink, max(1, step // 3))
            x += word + rng.randrange(2, 6)
    for _ in range(rng.randrange(4)):
        centre, reach = _place(size, rng, 0.06, 0.2)
        draw.rectangle(_box(centre, reach, rng), fill=any_colour(rng))
    return picture


def blocks(size: Size, rng: random.Random) -> Image.Image:
    """Out-of-focus rectangles: a room or a street behind the flag."""
    picture = shapes((max(8, size[0] // 3), max(8, size[1] // 3)), rng)
    blurred = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.6, 2.5)))
    return blurred.resize(size, Image.Resampling.BICUBIC)


CALM: tuple[Callable[[Size, random.Random], Image.Image], ...] = (plain, gradient, sky, wall)
BUSY: tuple[Callable[[Size, random.Random], Image.Image], ...] = (
    clouds_of_colour, shapes, shelf, foliage, stripes, page, blocks,
)  # fmt: skip


def calm(size: Size, rng: random.Random) -> Image.Image:
    """A background that does not draw the eye."""
    return rng.choice(CALM)(size, rng)


def busy(size: Size, rng: random.Random) -> Image.Image:
    """A crowded background; sometimes two of them in one, sometimes out of focus."""
    picture = rng.choice(BUSY)(size, rng)
    if rng.random() < 0.4:
        picture = Image.blend(picture, rng.choice(BUSY)(size, rng), rng.uniform(0.2, 0.5))
    if rng.random() < 0.35:
        picture = picture.filter(ImageFilter.BoxBlur(rng.uniform(0.5, 2.0)))
    return _roughen(picture, rng, rng.uniform(0.05, 0.3)) if rng.random() < 0.4 else picture


def _roughen(picture: Image.Image, rng: random.Random, strength: float) -> Image.Image:
    cells = (max(2, picture.width // 3), max(2, picture.height // 3))
    grain = _noise(cells, rng, 1).resize(picture.size, Image.Resampling.BILINEAR)
    return Image.blend(picture, Image.merge("RGB", (grain, grain, grain)), strength)


def _noise(cells: Size, rng: random.Random, bands: int) -> Image.Image:
    raw = rng.randbytes(cells[0] * cells[1] * bands)
    return Image.frombytes("L" if bands == 1 else "RGB", cells, raw)


def _spread(colours: list[Colour], cells: Size, size: Size) -> Image.Image:
    """The colours as a tiny picture, drawn out smoothly from edge to edge."""
    tiny = Image.fromarray(np.array(colours, np.uint8).reshape(cells[1], cells[0], 3))
    inner = (
        (0.0, float(cells[0])) if cells[0] == 1 else (0.5, cells[0] - 0.5),
        (0.0, float(cells[1])) if cells[1] == 1 else (0.5, cells[1] - 0.5),
    )
    box = (inner[0][0], inner[1][0], inner[0][1], inner[1][1])
    return tiny.resize(size, Image.Resampling.BILINEAR, box=box)


def _place(
    size: Size, rng: random.Random, low: float, high: float
) -> tuple[tuple[float, float], float]:
    centre = (rng.uniform(0, size[0]), rng.uniform(0, size[1]))
    return centre, rng.uniform(low, high) * max(size)


def _box(
    centre: tuple[float, float], reach: float, rng: random.Random
) -> tuple[float, float, float, float]:
    across, down = reach, reach * rng.uniform(0.4, 1.6)
    return centre[0] - across, centre[1] - down, centre[0] + across, centre[1] + down


def _tinted(colour: Colour, light: float) -> Colour:
    red, green, blue = (min(255, int(part * light)) for part in colour)
    return red, green, blue
