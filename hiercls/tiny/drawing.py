"""The shapes of which flags are made, painted on a supersampled canvas.

Places are fractions of the flag's width and height, so bands stretch with the aspect ratio.
Sizes of emblems are in units of the flag's shorter side, so emblems stay round.
"""

import math
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw

from hiercls.tiny.palettes import Artist

Point = tuple[float, float]

# A regular pentagram's inner radius over its outer one.
PENTAGRAM = 0.381966
CANVAS_PIXELS = 400


class Canvas:
    """A flag being painted.

    Args:
        width: pixels of the finished picture.
        height: pixels of the finished picture.
        artist: decides shades and details.
    """

    def __init__(self, width: int, height: int, *, artist: Artist) -> None:
        self._scale = max(2, min(8, round(CANVAS_PIXELS / height)))
        self.width = width * self._scale
        self.height = height * self._scale
        self.unit = min(self.height, self.width)
        self.artist = artist
        self._image = Image.new("RGB", (self.width, self.height))
        self._draw = ImageDraw.Draw(self._image)

    @property
    def ratio(self) -> float:
        """Width over height."""
        return self.width / self.height

    def finish(self) -> Image.Image:
        """The picture at its final size, antialiased."""
        return self._image.reduce(self._scale)

    def choose(self, options: int) -> int:
        """One of `range(options)`, by the artist."""
        return self.artist.choose(options)

    def spot(self, x: float, y: float, dx: float = 0.0, dy: float = 0.0) -> Point:
        """The point at (x widths, y heights), moved by (dx, dy) units."""
        return x * self.width + dx * self.unit, y * self.height + dy * self.unit

    # Areas and bands, in fractions of width and height.

    def rectangle(self, left: float, top: float, right: float, bottom: float, shade: str) -> None:
        """A filled rectangle."""
        x0, y0 = round(left * self.width), round(top * self.height)
        x1, y1 = round(right * self.width) - 1, round(bottom * self.height) - 1
        if x1 >= x0 and y1 >= y0:
            self._draw.rectangle((x0, y0, x1, y1), fill=self.artist.colour(shade))

    def field(self, shade: str) -> None:
        """The whole flag in one colour."""
        self.rectangle(0, 0, 1, 1, shade)

    def columns(self, *shades: str, weights: Sequence[float] = ()) -> None:
        """Vertical stripes, hoist first."""
        for start, end, shade in _shares(shades, weights):
            self.rectangle(start, 0, end, 1, shade)

    def rows(self, *shades: str, weights: Sequence[float] = ()) -> None:
        """Horizontal stripes, top first."""
        for start, end, shade in _shares(shades, weights):
            self.rectangle(0, start, 1, end, shade)

    def area(self, corners: Sequence[Point], shade: str) -> None:
        """A filled polygon with corners in fractions of width and height."""
        self.polygon([self.spot(x, y) for x, y in corners], shade)

    def hoist(self, reach: float, shade: str) -> None:
        """A triangle on the hoist whose tip lies `reach` widths in."""
        self.area([(0, 0), (reach, 0.5), (0, 1)], shade)

    def cross(self, x: float, wide: float, high: float, shade: str) -> None:
        """A cross over the whole flag, upright `wide` widths, beam `high` heights."""
        self.rectangle(x - wide / 2, 0, x + wide / 2, 1, shade)
        self.rectangle(0, 0.5 - high / 2, 1, 0.5 + high / 2, shade)

    def band(
        self, start: Point, end: Point, thickness: float, shade: str, *, side: int = 0
    ) -> None:
        """A straight band between two places, running on beyond both.

        Args:
            start: in fractions of width and height.
            end: in fractions of width and height.
            thickness: in heights, square to the band.
            shade: its colour.
            side: 0 centred on the line, +1 to the right of its direction, -1 to the left.
        """
        (x0, y0), (x1, y1) = self.spot(*start), self.spot(*end)
        length = math.hypot(x1 - x0, y1 - y0)
        along = ((x1 - x0) / length * self.height, (y1 - y0) / length * self.height)
        across = (-along[1] * thickness, along[0] * thickness)
        near, far = (side - 1) / 2, (side + 1) / 2
        corners = [
            (x + way * along[0] + shift * across[0], y + way * along[1] + shift * across[1])
            for x, y, way, shift in (
                (x0, y0, -thickness, near),
                (x1, y1, thickness, near),
                (x1, y1, thickness, far),
                (x0, y0, -thickness, far),
            )
        ]
        self.polygon(corners, shade)

    # Emblems: points in pixels (from `spot`), sizes in units.

    def polygon(self, corners: Sequence[Point], shade: str) -> None:
        """A filled polygon."""
        self._draw.polygon(list(corners), fill=self.artist.colour(shade))

    def outline(self, corners: Sequence[Point], thickness: float, shade: str) -> None:
        """The closed line through the corners."""
        closed = [*corners, *corners[:2]]
        width = max(1, round(thickness * self.unit))
        self._draw.line(closed, fill=self.artist.colour(shade), width=width, joint="curve")

    def disc(self, centre: Point, radius: float, shade: str, *, tall: float = 1.0) -> None:
        """A disc, or an ellipse `tall` times as high as wide."""
        x, y = centre
        rx, ry = radius * self.unit, radius * self.unit * tall
        self._draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=self.artist.colour(shade))

    def circle(self, centre: Point, radius: float, count: int, *, turn: float = 0.0) -> list[Point]:
        """`count` points on a circle, from the top clockwise, turned by `turn` degrees."""
        angles = [math.radians(turn + 360 * i / count) for i in range(count)]
        r = radius * self.unit
        return [(centre[0] + r * math.sin(a), centre[1] - r * math.cos(a)) for a in angles]

    def star(
        self,
        centre: Point,
        radius: float,
        shade: str,
        *,
        points: int = 5,
        inner: float = PENTAGRAM,
        turn: float = 0.0,
    ) -> None:
        """A star, one point up; `inner` is its inner radius over its outer one."""
        tips = self.circle(centre, radius, points, turn=turn)
        notches = self.circle(centre, radius * inner, points, turn=turn + 180 / points)
        pairs = zip(tips, notches, strict=True)
        self.polygon([point for pair in pairs for point in pair], shade)

    def crescent(
        self,
        centre: Point,
        radius: float,
        shade: str,
        *,
        bite: float,
        shift: float,
        turn: float = 0.0,
    ) -> None:
        """A disc less another disc of radius `bite`, `shift` away; open to the right.

        Args:
            centre: of the outer disc.
            radius: of the outer disc.
            shade: its colour.
            bite: radius of the disc taken away.
            shift: distance of the two centres, more than `radius - bite`.
            turn: degrees clockwise by which the opening turns.
        """
        crossing = (shift**2 + radius**2 - bite**2) / (2 * shift)
        outer = math.acos(max(-1.0, min(1.0, crossing / radius)))
        inner = math.acos(max(-1.0, min(1.0, (crossing - shift) / bite)))
        rim = [(radius, angle, 0.0) for angle in _sweep(outer, 2 * math.pi - outer)]
        edge = [(bite, angle, shift) for angle in _sweep(2 * math.pi - inner, inner)]
        cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        corners = []
        for size, angle, away in rim + edge:
            x, y = size * math.cos(angle) + away, size * math.sin(angle)
            corners.append(
                (
                    centre[0] + self.unit * (x * cos - y * sin),
                    centre[1] + self.unit * (x * sin + y * cos),
                )
            )
        self.polygon(corners, shade)


# What paints one flag.
Paint = Callable[[Canvas], None]


def _shares(shades: Sequence[str], weights: Sequence[float]) -> list[tuple[float, float, str]]:
    sizes = list(weights) or [1.0] * len(shades)
    total, start, shares = sum(sizes), 0.0, []
    for shade, size in zip(shades, sizes, strict=True):
        shares.append((start / total, (start + size) / total, shade))
        start += size
    return shares


def _sweep(start: float, end: float, steps: int = 40) -> list[float]:
    return [start + (end - start) * i / steps for i in range(steps + 1)]
