"""Flags of an emblem on a field, or of a panel in the corner: discs, stars, crescents, cantons."""

from functools import partial

from hiercls.tiny.drawing import Canvas, Paint
from hiercls.tiny.palettes import WHITE


def _disc(c: Canvas, *, field: str, shade: str, x: float, radius: float) -> None:
    size = (1.0, 0.9, 0.75)[c.choose(3)]
    c.field(field)
    c.disc(c.spot(x, 0.5), radius * size, shade)


def _star(c: Canvas, *, field: str, shade: str, radius: float) -> None:
    size = (1.0, 1.15, 0.9)[c.choose(3)]
    c.field(field)
    c.star(c.spot(0.5, 0.5), radius * size, shade)


def _morocco(c: Canvas) -> None:
    radius, line = ((0.25, 0.045), (0.28, 0.06), (0.22, 0.035), (0.17, 0.035))[c.choose(4)]
    c.field("C1272D CC2125 E32B2F")
    tips = c.circle(c.spot(0.5, 0.51), radius, 5)
    c.outline([tips[i * 2 % 5] for i in range(5)], line, "006233 005A00")


def _china(c: Canvas) -> None:
    yellow = "FFDE00 FFFF00"
    # Large or lower ones than the law's are common in icons.
    size, down = ((1.0, 0.0), (1.12, 0.0), (1.4, 0.0), (1.0, 0.2))[c.choose(4)]
    c.field("DE2910 EE1C25")
    c.star(c.spot(0, down, 0.25 * size, 0.25 * size), 0.15 * size, yellow)
    for x, y, turn in ((0.5, 0.1, 23), (0.6, 0.2, 46), (0.6, 0.35, 70), (0.5, 0.45, 21)):
        c.star(c.spot(0, down, x * size, y * size), 0.05 * size, yellow, turn=turn)


def _turkey(c: Canvas) -> None:
    x, away = ((1 / 3, 0.32), (0.4, 0.345), (0.36, 0.36))[c.choose(3)]
    c.field("E30A17 D00C27")
    c.crescent(c.spot(x, 0.5), 0.25, WHITE, bite=0.2, shift=0.0625)
    c.star(c.spot(x, 0.5, away), 0.125, WHITE, turn=-90)


def _tunisia(c: Canvas) -> None:
    red, size = "E70013", (1.0, 1.12)[c.choose(2)]
    c.field(red)
    c.disc(c.spot(0.5, 0.5), 0.25 * size, WHITE)
    c.crescent(c.spot(0.5, 0.5), 0.1875 * size, red, bite=0.15 * size, shift=0.045 * size)
    c.star(c.spot(0.5, 0.5, 0.045 * size), 0.1125 * size, red, turn=-90)


def _pakistan(c: Canvas) -> None:
    radius, hoist, x = ((0.3, 0.25, 0.625), (0.27, 0.21, 0.53))[c.choose(2)]
    size = radius * min(1.0, c.ratio / 1.25)
    c.field("01411C 0C590B 1A7A2E")
    c.rectangle(0, 0, hoist, 1, WHITE)
    c.crescent(c.spot(x, 0.5), size, WHITE, bite=size * 0.92, shift=size * 0.35, turn=-41)
    c.star(c.spot(x, 0.5, size * 0.5, -size * 0.46), size / 3, WHITE, turn=49)


def _mauritania(c: Canvas) -> None:
    red, yellow = "D01C1F CD2A3E", "FFC400 FFD700"
    # Red bands since 2017; older icons have none.
    band = (0.15, 0.2, 0.0)[c.choose(3)]
    radius, bite, shift = ((0.36, 0.4, 0.16), (0.33, 0.31, 0.11))[c.choose(2)]
    c.field("006233 00A95C")
    if band:
        c.rectangle(0, 0, 1, band, red)
        c.rectangle(0, 1 - band, 1, 1, red)
    size = 0.8 if band else 1.0
    middle = c.spot(0.5, 0.5, 0, -0.06 * size)
    c.crescent(middle, radius * size, yellow, bite=bite * size, shift=shift * size, turn=-90)
    c.star(c.spot(0.5, 0.5, 0, -0.15 * size), 0.13 * size, yellow)


def _algeria(c: Canvas) -> None:
    red, size = "D21034", (1.0, 1.35)[c.choose(2)]
    c.columns("006233", WHITE)
    c.crescent(c.spot(0.5, 0.5), 0.25 * size, red, bite=0.2 * size, shift=0.0625 * size)
    c.star(c.spot(0.5, 0.5, 0.085 * size), 0.125 * size, red, turn=-90)


def _maldives(c: Canvas) -> None:
    size = (1.0, 1.15)[c.choose(2)]
    c.field("D21034")
    c.rectangle(1 / 6, 0.25, 5 / 6, 0.75, "007E3A")
    c.crescent(c.spot(0.5, 0.5, 0.04), 0.167 * size, WHITE, bite=0.16 * size, shift=0.08 * size)


def _stripes(c: Canvas, first: str, second: str, count: int) -> None:
    c.rows(*[(first, second)[i % 2] for i in range(count)])


# Small icons have no room for thirteen stripes and fifty stars: their artists draw fewer.


def _united_states(c: Canvas) -> None:
    stripes, beside, rows, columns, size = (
        (13, 7, 9, 11, 0.031),
        (13, 7, 5, 7, 0.045),
        (13, 7, 3, 5, 0.06),
        (7, 4, 4, 5, 0.065),
        (9, 5, 4, 7, 0.05),
    )[c.choose(5)]
    _stripes(c, "B22234 B31942 BD3D44", WHITE, stripes)
    right, bottom = min(0.5, 0.76 / c.ratio), beside / stripes
    c.rectangle(0, 0, right, bottom, "3C3B6E 0A3161 192F5D")
    for row in range(rows):
        for column in range(row % 2, columns, 2):
            x = right * (column + 1) / (columns + 1)
            c.star(c.spot(x, bottom * (row + 1) / (rows + 1)), size, WHITE)


def _liberia(c: Canvas) -> None:
    stripes, beside = ((11, 5), (7, 3), (9, 5))[c.choose(3)]
    radius, bottom = (0.17, 0.13)[c.choose(2)], beside / stripes
    _stripes(c, "BF0A30 C8102E CC0000", WHITE, stripes)
    right = bottom / c.ratio
    c.rectangle(0, 0, right, bottom, "002868 000066")
    c.star(c.spot(right / 2, bottom / 2), radius, WHITE)


def _malaysia(c: Canvas) -> None:
    yellow, points = "FFCC00", (14, 10, 6)[c.choose(3)]
    stripes = (14, 8, 10)[c.choose(3)]
    bottom = round(stripes * 0.57) / stripes
    _stripes(c, "CC0001", WHITE, stripes)
    c.rectangle(0, 0, 0.5, bottom, "010066 000080")
    size, y = min(1.0, c.ratio / 1.6), bottom / 2
    c.crescent(c.spot(0.2, y), 0.2 * size, yellow, bite=0.175 * size, shift=0.07 * size)
    c.star(c.spot(0.33, y), 0.155 * size, yellow, points=points, inner=0.5)


def _chile(c: Canvas) -> None:
    radius = (0.125, 0.15, 0.18)[c.choose(3)]
    c.rows(WHITE, "D52B1E D72B1F")
    right = 0.5 / c.ratio
    c.rectangle(0, 0, right, 0.5, "0039A6 11457E")
    c.star(c.spot(right / 2, 0.25), radius, WHITE)


def _togo(c: Canvas) -> None:
    radius = (0.2, 0.24)[c.choose(2)]
    _stripes(c, "006A4E 118600", "FFCE00 FFF000", 5)
    right = min(0.5, 0.6 / c.ratio)
    c.rectangle(0, 0, right, 0.6, "D21034 D80000")
    c.star(c.spot(right / 2, 0.3), radius, WHITE)


def _panama(c: Canvas) -> None:
    blue, red = "072357 005293 0000AB", "DA121A D21034"
    size = (0.14, 0.17)[c.choose(2)]
    c.field(WHITE)
    c.rectangle(0.5, 0, 1, 0.5, red)
    c.rectangle(0, 0.5, 0.5, 1, blue)
    c.star(c.spot(0.25, 0.25), size, blue)
    c.star(c.spot(0.75, 0.75), size, red)


def _greece(c: Canvas) -> None:
    blue = "0D5EAF 005BAE 004C98"
    _stripes(c, blue, WHITE, 9)
    right = min(0.5, 5 / 9 / c.ratio)
    c.rectangle(0, 0, right, 5 / 9, blue)
    c.rectangle(right * 0.4, 0, right * 0.6, 5 / 9, WHITE)
    c.rectangle(0, 2 / 9, right, 3 / 9, WHITE)


def _tonga(c: Canvas) -> None:
    red = "C10000 C8102E"
    wide, high = ((0.84, 0.5), (0.56, 0.42))[c.choose(2)]
    arm, half = ((0.17, 0.06), (0.14, 0.045), (0.12, 0.045))[c.choose(3)]
    right = min(0.5, wide / c.ratio)
    c.field(red)
    c.rectangle(0, 0, right, high, WHITE)
    for dx, dy in ((arm, half), (half, arm)):
        corners = [(-dx, -dy), (dx, -dy), (dx, dy), (-dx, dy)]
        c.polygon([c.spot(right / 2, high / 2, x, y) for x, y in corners], red)


FLAGS: dict[str, Paint] = {
    "jp": partial(_disc, field=WHITE, shade="BC002D D30000", x=0.5, radius=0.3),
    "bd": partial(_disc, field="006A4E 006747", shade="F42A41 DA291C", x=0.45, radius=0.32),
    "pw": partial(_disc, field="4AADD6 0099FF", shade="FFDE00 FFFF00", x=0.4375, radius=0.3),
    "vn": partial(_star, field="DA251D EC0015", shade="FFFF00 FFEC00", radius=0.3),
    "so": partial(_star, field="4189DD 40A6FF", shade=WHITE, radius=0.26),
    "ma": _morocco,
    "cn": _china,
    "tr": _turkey,
    "tn": _tunisia,
    "pk": _pakistan,
    "mr": _mauritania,
    "dz": _algeria,
    "mv": _maldives,
    "us": _united_states,
    "lr": _liberia,
    "my": _malaysia,
    "cl": _chile,
    "tg": _togo,
    "pa": _panama,
    "gr": _greece,
    "to": _tonga,
}
