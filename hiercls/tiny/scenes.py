"""A flat drawing of a flag as some other person might show it.

Three views: the flag fills the picture (icons, frames, discs, emoji), stands in it (on a pole,
before sky or wall), or is hard to see (small, tilted, dim, before a crowd of other things).
A flag is never mirrored nor turned by a quarter or more: Ireland would become Ivory Coast, and
Poland Indonesia. Hues move little, as Romania and Chad differ by a shade.
"""

from __future__ import annotations

import math
import random

from PIL import Image, ImageDraw, ImageFilter

from hiercls.tiny import backgrounds, camera, cloth
from hiercls.tiny.backgrounds import Size
from hiercls.tiny.cloth import Quad

MIX = (0.4, 0.25, 0.35)


def scene(
    flag: Image.Image, rng: random.Random, *, mix: tuple[float, float, float] = MIX
) -> Image.Image:
    """Shows the flag in one of many ways; a person can still tell which it is.

    Args:
        flag: A flat drawing in RGB, upright.
        rng: Source of every choice; the same state gives the same picture.
        mix: Weights of the three views: filling, standing, hidden.

    Returns:
        RGB, between about 50 and 270 pixels a side, mostly 100 to 180.
    """
    view = rng.choices((filling, standing, hidden), mix)[0]
    return view(flag, rng)


def filling(flag: Image.Image, rng: random.Random) -> Image.Image:
    """The flag fills the picture, or all but a margin."""
    wide = rng.randrange(72, 177)
    aspect = flag.width / flag.height * math.exp(rng.uniform(-0.15, 0.15))
    if rng.random() < 0.15:
        aspect = math.exp(rng.uniform(-0.05, 0.25))
    size = (wide, max(48, round(wide / aspect)))
    draw = rng.choices((_flat, _rounded, _disc, _waving), (0.52, 0.12, 0.12, 0.24))[0]
    picture = draw(flag, size, rng)
    if rng.random() < 0.45:
        picture = camera.lit(picture, rng, rng.uniform(0.1, 0.5))
    picture = camera.toned(picture, rng, 0.5)
    return camera.seen(picture, rng, worst=0.5)


def standing(flag: Image.Image, rng: random.Random) -> Image.Image:
    """The flag takes a quarter to most of a picture with something calm behind it."""
    size = _frame(rng)
    ground = (backgrounds.busy if rng.random() < 0.25 else backgrounds.calm)(size, rng)
    quad = _quad(flag, size, rng, cover=rng.uniform(0.25, 0.8), turn=rng.gauss(0, 8))
    picture = _hung(flag, ground, quad, rng, pole=0.35)
    if rng.random() < 0.5:
        picture = camera.lit(picture, rng, rng.uniform(0.1, 0.5))
    picture = camera.toned(picture, rng, 0.8)
    return camera.seen(picture, rng, worst=0.7)


def hidden(flag: Image.Image, rng: random.Random) -> Image.Image:
    """The flag is small, tilted and badly lit before a busy background."""
    size = _frame(rng)
    ground = (backgrounds.calm if rng.random() < 0.1 else backgrounds.busy)(size, rng)
    cover = rng.uniform(0.03, 0.08) if rng.random() < 0.25 else rng.uniform(0.08, 0.3)
    quad = _quad(flag, size, rng, cover=cover, turn=rng.uniform(-18, 18))
    picture = _hung(flag, ground, quad, rng, pole=0.15)
    if rng.random() < 0.6:
        picture = camera.lit(picture, rng, rng.uniform(0.2, 0.6))
    picture = camera.toned(picture, rng, 1.3)
    return camera.seen(picture, rng, worst=1.0)


def _frame(rng: random.Random) -> Size:
    wide = rng.randrange(104, 177)
    return wide, max(88, min(176, round(wide / math.exp(rng.uniform(-0.2, 0.45)))))


# The flag alone


def _flat(flag: Image.Image, size: Size, rng: random.Random) -> Image.Image:
    picture = _cropped(flag, size, rng)
    if rng.random() < 0.12:
        picture = _bevelled(picture, rng)
    elif rng.random() < 0.3:
        edge = rng.choice((1, 1, 1, 2, 2, 3, 5))
        frame = ImageDraw.Draw(picture)
        frame.rectangle(
            (0, 0, size[0] - 1, size[1] - 1), outline=backgrounds.paper(rng), width=edge
        )
    if rng.random() < 0.45:
        return picture
    return _on_paper(picture, Image.new("L", size, 255), rng)


def _bevelled(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Lighter within a rim, as the smallest icons are."""
    width, height = picture.size
    rim = rng.uniform(0.04, 0.09) * width
    glaze = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(glaze)
    draw.rectangle((rim, rim, width - rim, height - rim), fill=rng.randrange(30, 120))
    rim *= rng.choice((1, 2))
    draw.rectangle((rim, rim, width - rim, height - rim), fill=rng.randrange(0, 90))
    return Image.composite(Image.new("RGB", picture.size, (255, 255, 255)), picture, glaze)


def _rounded(flag: Image.Image, size: Size, rng: random.Random) -> Image.Image:
    mask = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    radius = min(size) * rng.uniform(0.1, 0.7)
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, size[0] * 2 - 1, size[1] * 2 - 1), radius, fill=255
    )
    return _on_paper(_cropped(flag, size, rng), mask.reduce(2), rng)


def _disc(flag: Image.Image, size: Size, rng: random.Random) -> Image.Image:
    side = size[1]
    mask = Image.new("L", (side * 2, side * 2), 0)
    ImageDraw.Draw(mask).ellipse((0, 0, side * 2 - 1, side * 2 - 1), fill=255)
    return _on_paper(_cropped(flag, (side, side), rng), mask.reduce(2), rng)


def _waving(flag: Image.Image, size: Size, rng: random.Random) -> Image.Image:
    """Cloth or emoji: waves that fill the picture or stand on paper."""
    width, height = size
    inset = rng.uniform(-0.06, 0.08) * width
    drop = max(0, width - height) // 2 if rng.random() < 0.25 else 0  # in a square, as emoji are
    left, top, right, low = inset, drop + inset, width - inset, drop + height - inset
    quad = ((left, top), (right, top), (right, low), (left, low))
    ground = Image.new("RGB", (width, height + 2 * drop), backgrounds.paper(rng))
    picture, mask, corner = cloth.warped(flag, quad, rng, wave=1.0)
    ground.paste(picture, corner, mask)
    return ground


def _cropped(flag: Image.Image, size: Size, rng: random.Random) -> Image.Image:
    """The flag at this size: part of a wrong aspect is cropped away, the rest is squeezed."""
    wide, tall = float(flag.width), float(flag.height)
    misfit = math.log((wide / tall) / (size[0] / size[1]))
    loss = min(0.3, abs(misfit) * rng.choice((0.0, rng.random())))
    over = rng.choice((0.0, rng.uniform(0, 0.05)))
    across = wide * (1 - over - (loss if misfit > 0 else 0.0))
    down = tall * (1 - over - (loss if misfit < 0 else 0.0))
    left = (wide - across) * rng.triangular(0, 1, 0.45)
    top = (tall - down) * rng.triangular(0, 1, 0.5)
    box = (left, top, left + across, top + down)
    how = rng.choice((Image.Resampling.BILINEAR, Image.Resampling.BICUBIC))
    return flag.resize(size, how, box=box)


def _on_paper(picture: Image.Image, mask: Image.Image, rng: random.Random) -> Image.Image:
    """The masked picture on plain paper, with margins and now and then a shadow."""
    width, height = picture.size
    margin = rng.choice((0.0, rng.uniform(0, 0.08), rng.uniform(0, 0.25)))
    room = [round(rng.choice((1.0, rng.random())) * margin * width) for _ in range(4)]
    square = rng.random() < 0.22
    side = max(width, height) + room[0]
    size = (side, side) if square else (width + room[0] + room[2], height + room[1] + room[3])
    corner = ((side - width) // 2, (side - height) // 2) if square else (room[0], room[1])
    ground = Image.new("RGB", size, backgrounds.paper(rng))
    if rng.random() < 0.3:
        _shadow(ground, mask, corner, rng)
    ground.paste(picture, corner, mask)
    return ground


def _shadow(ground: Image.Image, mask: Image.Image, corner: Size, rng: random.Random) -> None:
    shade = Image.new("L", ground.size, 0)
    drop = rng.randrange(0, 5)
    shade.paste(mask, (corner[0] + rng.randrange(-2, 4), corner[1] + drop))
    dark = rng.uniform(0.2, 0.7)
    shade = shade.filter(ImageFilter.BoxBlur(rng.uniform(0.5, 4)))
    ground.paste((0, 0, 0), (0, 0), shade.point([int(value * dark) for value in range(256)]))


# The flag in a place


def _quad(flag: Image.Image, size: Size, rng: random.Random, *, cover: float, turn: float) -> Quad:
    """Corners of the flag in the picture, in perspective, covering about this share of it."""
    aspect = flag.width / flag.height * math.exp(rng.uniform(-0.15, 0.1))
    wide = min(math.sqrt(cover * size[0] * size[1] * aspect), size[0] * 0.97)
    tall = min(wide / aspect, size[1] * 0.97)
    angle = math.radians(max(-20.0, min(20.0, turn)))
    cos, sin = math.cos(angle), math.sin(angle)
    skew = rng.choice((0.0, 0.06, 0.14))
    reach = (abs(wide * cos) + abs(tall * sin)) / 2, (abs(wide * sin) + abs(tall * cos)) / 2
    centre = _within(size[0], reach[0], rng), _within(size[1], reach[1], rng)
    corners = []
    for across, down in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        x = across * wide * (1 + rng.uniform(-skew, skew))
        y = down * tall * (1 + rng.uniform(-skew, skew))
        corners.append((centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos))
    return corners[0], corners[1], corners[2], corners[3]


def _within(length: int, reach: float, rng: random.Random) -> float:
    """A centre that keeps what reaches to both sides inside, in the middle if it cannot."""
    room = max(0.0, length / 2 - reach)
    return length / 2 + rng.uniform(-room, room)


def _hung(
    flag: Image.Image, ground: Image.Image, quad: Quad, rng: random.Random, *, pole: float
) -> Image.Image:
    """The flag on the ground, flat or waving, with or without a pole and a shadow."""
    if rng.random() < pole:
        (x, y), (low_x, low_y) = quad[0], quad[3]
        long = rng.uniform(1.2, 4.0)
        end = (x + (low_x - x) * long, y + (low_y - y) * long)
        thick = rng.randrange(2, 5)
        ImageDraw.Draw(ground).line(
            (x - (low_x - x) * 0.06, y - (low_y - y) * 0.06, *end),
            backgrounds.any_colour(rng),
            thick,
        )
    flag = camera.toned(flag, rng, 0.4) if rng.random() < 0.5 else flag
    picture, mask, corner = cloth.warped(flag, quad, rng, wave=rng.choice((0.0, 0.0, rng.random())))
    if rng.random() < 0.3:
        _shadow(ground, mask, corner, rng)
    ground.paste(picture, corner, mask)
    return ground
