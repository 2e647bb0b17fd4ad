"""A flag seen through four corners: perspective, waves and folds in one look-up."""

from __future__ import annotations

import math
import random

import numpy as np
import numpy.typing as npt
from PIL import Image

from hiercls.tiny.backgrounds import Size

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]  # top left, top right, bottom right, bottom left


def warped(
    flag: Image.Image, quad: Quad, rng: random.Random, *, wave: float
) -> tuple[Image.Image, Image.Image, Size]:
    """The flag seen through these corners: its pixels, its mask, where its corner goes.

    Perspective and waves are one look-up for each pixel, at twice the size, then averaged.
    """
    left, top = (math.floor(min(point[axis] for point in quad)) for axis in (0, 1))
    right, low = (math.ceil(max(point[axis] for point in quad)) for axis in (0, 1))
    width, height = max(2, right - left), max(2, low - top)
    near = (min(flag.width, width * 2), min(flag.height, height * 2))
    texture = np.asarray(flag.resize(near, Image.Resampling.BILINEAR, reducing_gap=2.0))
    ripple = _ripple(rng, wave)
    if wave:
        texture = _folded(texture, ripple, rng)
    cells = _with_clear_edge(texture)

    corners = np.array(quad, np.float64) - (left, top)
    matrix = _to_unit(corners).astype(np.float32)
    x = (np.arange(width * 2, dtype=np.float32) + 0.5) / 2
    y = ((np.arange(height * 2, dtype=np.float32) + 0.5) / 2)[:, None]
    depth = 1 / (matrix[2, 0] * x + matrix[2, 1] * y + 1)
    across = (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]) * depth  # 0 hoist, 1 fly
    down = (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]) * depth
    if wave:
        swing, turns, start, lean = ripple
        phase = (across * turns + down * lean + start) * np.float32(math.tau)
        down = down * (1 + 2 * swing) - swing + swing * np.sin(phase)
    column = np.clip(across * near[0] + 1, 0, near[0] + 1).astype(np.intp)
    row = np.clip(down * near[1] + 1, 0, near[1] + 1).astype(np.intp)
    pixels = cells.ravel()[row * (near[0] + 2) + column]
    image = Image.frombuffer("RGBA", (width * 2, height * 2), pixels.tobytes(), "raw", "RGBA", 0, 1)
    image = image.reduce(2)
    return image.convert("RGB"), image.getchannel("A"), (left, top)


def _ripple(rng: random.Random, wave: float) -> tuple[float, float, float, float]:
    """Height of the waves (share of the flag), their number, start and slant."""
    swing = wave * rng.choice((0.05, 0.1, 0.14)) * rng.uniform(0.4, 1.0)
    return swing, rng.uniform(0.6, 2.2), rng.random(), rng.uniform(-0.25, 0.25)


def _folded(
    texture: npt.NDArray[np.uint8], ripple: tuple[float, float, float, float], rng: random.Random
) -> npt.NDArray[np.uint8]:
    """Light and dark along the waves."""
    swing, turns, start, lean = ripple
    strength = rng.uniform(0.0, 1.0) * min(0.45, 0.1 + swing * 3)
    x = np.linspace(0, 1, texture.shape[1], dtype=np.float32)
    y = np.linspace(0, 1, texture.shape[0], dtype=np.float32)[:, None]
    aside = rng.uniform(0, 0.5)  # where the light comes from
    light = 1 + strength * np.cos((x * turns + y * lean + start + aside) * np.float32(math.tau))
    lit = np.minimum(texture * light[:, :, None], 255)
    return lit.astype(np.uint8)


def _with_clear_edge(texture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """RGBA in one number a pixel, with a transparent rim that keeps the colour beside it."""
    height, width, _ = texture.shape
    cells = np.zeros((height + 2, width + 2, 4), np.uint8)
    cells[1:-1, 1:-1, :3] = texture
    cells[1:-1, 1:-1, 3] = 255
    cells[0, :, :3], cells[-1, :, :3] = cells[1, :, :3], cells[-2, :, :3]
    cells[:, 0, :3], cells[:, -1, :3] = cells[:, 1, :3], cells[:, -2, :3]
    return cells.view(np.uint32)[:, :, 0]


def _to_unit(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The homography from these four corners to the unit square, 3 x 3."""
    rows, goals = [], []
    for (x, y), (u, v) in zip(corners, ((0, 0), (1, 0), (1, 1), (0, 1)), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        goals += [u, v]
    return np.append(np.linalg.solve(np.array(rows), np.array(goals)), 1.0).reshape(3, 3)
