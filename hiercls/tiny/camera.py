"""What light, cameras and files do to a picture: shade, tone, blur, noise, compression.

Each acts on the whole picture, so two colours that differ by a shade keep their order.
"""

from __future__ import annotations

import io
import math
import random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter


def lit(picture: Image.Image, rng: random.Random, strength: float) -> Image.Image:
    """Uneven light: a slope, a soft patch, a shadow with an edge, or gloss."""
    width, height = picture.size
    kind = rng.random()
    if kind < 0.15:
        return _glossy(picture, rng, min(0.4, strength))
    dark = int(255 * (1 - strength))
    if kind < 0.75:
        cells = (rng.randrange(2, 5), rng.randrange(1, 4)) if kind < 0.5 else (2, 2)
        levels = bytes(rng.randrange(dark, 256) for _ in range(cells[0] * cells[1]))
        shade = Image.frombytes("L", cells, levels).resize(picture.size, Image.Resampling.BICUBIC)
    else:
        shade = Image.new("L", picture.size, 255)
        cut = [rng.uniform(0.1, 0.9) * width for _ in range(2)]
        side = rng.choice((0, width))
        area = ((cut[0], 0), (cut[1], height), (side, height), (side, 0))
        ImageDraw.Draw(shade).polygon(area, fill=dark)
        shade = shade.filter(ImageFilter.BoxBlur(rng.uniform(0.3, 6)))
    return ImageChops.multiply(picture, Image.merge("RGB", (shade, shade, shade)))


def _glossy(picture: Image.Image, rng: random.Random, strength: float) -> Image.Image:
    """A lighter upper half with a curved lower edge, as on buttons."""
    width, height = picture.size
    shine = Image.new("L", picture.size, 0)
    bottom = height * rng.uniform(0.35, 0.6)
    box = (-width * rng.uniform(0.1, 0.5), -height, width * rng.uniform(1.1, 1.5), bottom)
    ImageDraw.Draw(shine).ellipse(box, fill=int(200 * strength))
    white = Image.new("RGB", picture.size, (255, 255, 255))
    return Image.composite(white, picture, shine)


def toned(picture: Image.Image, rng: random.Random, strength: float) -> Image.Image:
    """Hue, saturation, contrast, exposure and white balance, each moved a little."""
    if rng.random() < 0.7:
        picture = picture.convert("RGB", _hue_and_saturation(rng, strength))
    gamma = math.exp(rng.gauss(0, 0.14) * strength)
    contrast = 1 - abs(rng.gauss(0, 0.14)) * strength
    dusk = rng.random() ** 3  # few pictures are dark, and those by a lot
    gain = math.exp(max(-0.85, min(0.35, (rng.gauss(0, 0.22) - 0.65 * dusk) * strength)))
    lift = rng.uniform(-0.02, 0.06) * strength
    table: list[int] = []
    levels = np.linspace(0, 1, 256) ** gamma
    for _ in range(3):
        tint = math.exp(rng.gauss(0, 0.035) * min(1.0, strength))
        band = ((levels - 0.5) * contrast + 0.5) * gain * tint + lift
        table += np.clip(band * 255, 0, 255).astype(int).tolist()
    return picture.point(table)


def _hue_and_saturation(
    rng: random.Random, strength: float
) -> tuple[float, float, float, float, float, float, float, float, float, float, float, float]:
    """A turn about the grey axis by a few degrees, and a stretch away from it."""
    angle = math.radians(max(-6.0, min(6.0, rng.gauss(0, 3) * strength)))
    stretch = max(0.55, min(1.35, 1 + rng.gauss(-0.04, 0.16) * strength))
    cos, third = stretch * math.cos(angle), 1 / 3
    sin = stretch * math.sin(angle) / math.sqrt(3)
    same, next_one, last = cos + (1 - cos) * third, (1 - cos) * third - sin, (1 - cos) * third + sin
    return same, next_one, last, 0, last, same, next_one, 0, next_one, last, same, 0


def seen(picture: Image.Image, rng: random.Random, *, worst: float) -> Image.Image:
    """Blur, noise, few pixels and file compression, each with its own chance."""
    chance = rng.random
    if chance() < 0.17 + 0.06 * worst:
        picture = _few_pixels(picture, rng, worst)
    if chance() < 0.35 * worst:
        picture = _smeared(picture, rng, worst) if chance() < 0.4 else _soft(picture, rng, worst)
    elif chance() < 0.12:
        picture = picture.filter(ImageFilter.SHARPEN)
    if chance() < 0.15 + 0.45 * worst**2:
        picture = _grainy(picture, rng, rng.uniform(1, 5 + 19 * worst**2))
    if chance() < 0.4:
        picture = _compressed(picture, rng.randrange(20, 92))
    return picture


def _few_pixels(picture: Image.Image, rng: random.Random, worst: float) -> Image.Image:
    """Shrunk, down to 16 x 11 where the flag fills the picture, and enlarged again."""
    wide = rng.randrange(15, 41) if worst <= 0.5 else rng.randrange(48, 81)
    small = (wide, max(10, round(wide * picture.height / picture.width)))
    down = rng.choice((Image.Resampling.BOX, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC))
    up = rng.choice((Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC))
    return picture.resize(small, down).resize(picture.size, up)


def _soft(picture: Image.Image, rng: random.Random, worst: float) -> Image.Image:
    return picture.filter(ImageFilter.BoxBlur(rng.uniform(0.2, 0.6 + 0.7 * worst)))


def _smeared(picture: Image.Image, rng: random.Random, worst: float) -> Image.Image:
    """Moved along a line while the shutter was open."""
    reach = rng.uniform(1, 1 + 2 * worst)
    angle = rng.uniform(0, math.pi)
    mixed = picture
    for step in (1, 2):
        moved = picture.copy()
        moved.paste(
            picture,
            (round(reach * step * math.cos(angle)), round(reach * step * math.sin(angle))),
        )
        mixed = Image.blend(mixed, moved, 1 / (step + 1))
    return mixed


def _grainy(picture: Image.Image, rng: random.Random, deviation: float) -> Image.Image:
    numbers = np.random.default_rng(rng.getrandbits(64))
    pixels = np.asarray(picture)
    shape = pixels.shape if rng.random() < 0.6 else (*pixels.shape[:2], 1)
    noise = numbers.standard_normal(shape, np.float32) * np.float32(deviation)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def _compressed(picture: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")
