"""Flags with emblems, cantons or crosses of their own: suns, moons, many stars, the Union Jack."""

from hiercls.tiny.drawing import Canvas
from hiercls.tiny.flags_stripes import WHITE, Paint


def _switzerland(c: Canvas) -> None:
    c.field("FF0000 DA291C D52B1E")
    arm, half = ((0.3125, 0.09375), (0.34, 0.105), (0.28, 0.09))[c.choose(3)]
    for reach, thick in ((arm, half), (half, arm)):
        corners = [(-reach, -thick), (reach, -thick), (reach, thick), (-reach, thick)]
        c.polygon([c.spot(0.5, 0.5, dx, dy) for dx, dy in corners], WHITE)


def _georgia(c: Canvas) -> None:
    red = "FF0000 DA291C"
    c.field(WHITE)
    c.cross(0.5, 0.2 / c.ratio, 0.2, red)
    splayed = c.choose(2)
    for x in (0.5 - (0.5 + 0.1 / c.ratio) / 2, 0.5 + (0.5 + 0.1 / c.ratio) / 2):
        for y in (0.2, 0.8):
            for turn in range(4):
                _arm(c, x, y, turn, red, splay=0.03 if splayed else 0.022)


def _arm(c: Canvas, x: float, y: float, turn: int, shade: str, *, splay: float) -> None:
    """One arm of a small cross, wider at its end."""
    corners = [(-0.018, 0.0), (-splay, -0.095), (splay, -0.095), (0.018, 0.0)]
    for _ in range(turn):
        corners = [(-dy, dx) for dx, dy in corners]
    c.polygon([c.spot(x, y, dx, dy) for dx, dy in corners], shade)


def _britain(c: Canvas) -> None:
    red = "C8102E CF142B"
    c.field("012169 00247D")
    corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)]
    for corner in corners:
        c.band((0.5, 0.5), corner, 0.2, WHITE)
    # The red lies to the left seen from the middle, which makes the pinwheel; some leave that out.
    side = (-1, -1, 0)[c.choose(3)]
    for corner in corners:
        c.band((0.5, 0.5), corner, 0.067, red, side=side)
    c.cross(0.5, 0.333 / c.ratio, 0.333, WHITE)
    c.cross(0.5, 0.2 / c.ratio, 0.2, red)


def _greece(c: Canvas) -> None:
    blue = "0D5EAF 005BAE 004C98"
    c.rows(*[blue if i % 2 == 0 else WHITE for i in range(9)])
    right = min(0.5, 5 / 9 / c.ratio)
    c.rectangle(0, 0, right, 5 / 9, blue)
    c.rectangle(right * 0.4, 0, right * 0.6, 5 / 9, WHITE)
    c.rectangle(0, 2 / 9, right, 3 / 9, WHITE)


def _tonga(c: Canvas) -> None:
    red = "C10000 C8102E"
    c.field(red)
    right = min(0.5, 0.84 / c.ratio)
    c.rectangle(0, 0, right, 0.5, WHITE)
    for dx, dy in ((0.17, 0.06), (0.06, 0.17)):
        corners = [(-dx, -dy), (dx, -dy), (dx, dy), (-dx, dy)]
        c.polygon([c.spot(right / 2, 0.25, x, y) for x, y in corners], red)


def _united_states(c: Canvas) -> None:
    red, blue = "B22234 B31942", "3C3B6E 0A3161"
    c.rows(*[red if i % 2 == 0 else WHITE for i in range(13)])
    right, bottom = min(0.5, 0.76 / c.ratio), 7 / 13
    c.rectangle(0, 0, right, bottom, blue)
    rows, columns, size = ((9, 11, 0.031), (5, 7, 0.045), (3, 5, 0.06))[c.choose(3)]
    for row in range(rows):
        for column in range(row % 2, columns, 2):
            x = right * (column + 1) / (columns + 1)
            c.star(c.spot(x, bottom * (row + 1) / (rows + 1)), size, WHITE)


def _liberia(c: Canvas) -> None:
    red = "BF0A30 C8102E"
    c.rows(*[red if i % 2 == 0 else WHITE for i in range(11)])
    right = 5 / 11 / c.ratio
    c.rectangle(0, 0, right, 5 / 11, "002868")
    c.star(c.spot(right / 2, 5 / 22), (0.17, 0.13)[c.choose(2)], WHITE)


def _malaysia(c: Canvas) -> None:
    yellow = "FFCC00"
    c.rows(*["CC0001" if i % 2 == 0 else WHITE for i in range(14)])
    right = 0.5
    c.rectangle(0, 0, right, 8 / 14, "010066 000080")
    size = min(1.0, c.ratio / 1.6)
    c.crescent(
        c.spot(right * 0.4, 4 / 14), 0.2 * size, yellow, bite=0.175 * size, shift=0.07 * size
    )
    points, inner = ((14, 0.5), (10, 0.5))[c.choose(2)]
    c.star(c.spot(right * 0.66, 4 / 14), 0.155 * size, yellow, points=points, inner=inner)


def _chile(c: Canvas) -> None:
    c.rows(WHITE, "D52B1E D72B1F")
    right = 0.5 / c.ratio
    c.rectangle(0, 0, right, 0.5, "0039A6 11457E")
    c.star(c.spot(right / 2, 0.25), (0.125, 0.15)[c.choose(2)], WHITE)


def _togo(c: Canvas) -> None:
    green, yellow = "006A4E", "FFCE00"
    c.rows(green, yellow, green, yellow, green)
    right = min(0.5, 0.6 / c.ratio)
    c.rectangle(0, 0, right, 0.6, "D21034")
    c.star(c.spot(right / 2, 0.3), (0.2, 0.24)[c.choose(2)], WHITE)


def _panama(c: Canvas) -> None:
    blue, red = "072357 005293", "DA121A D21034"
    size = (0.14, 0.17)[c.choose(2)]
    c.field(WHITE)
    c.rectangle(0.5, 0, 1, 0.5, red)
    c.rectangle(0, 0.5, 0.5, 1, blue)
    c.star(c.spot(0.25, 0.25), size, blue)
    c.star(c.spot(0.75, 0.75), size, red)


def _vietnam(c: Canvas) -> None:
    c.field("DA251D EC0015")
    c.star(c.spot(0.5, 0.5), (0.3, 0.34)[c.choose(2)], "FFFF00 FFEC00")


def _somalia(c: Canvas) -> None:
    c.field("4189DD 40A6FF")
    c.star(c.spot(0.5, 0.5), (0.24, 0.3)[c.choose(2)], WHITE)


def _morocco(c: Canvas) -> None:
    green = "006233"
    c.field("C1272D CC2125")
    thickness, radius = ((0.045, 0.25), (0.06, 0.28), (0.035, 0.22))[c.choose(3)]
    tips = c.circle(c.spot(0.5, 0.51), radius, 5)
    c.outline([tips[i * 2 % 5] for i in range(5)], thickness, green)


def _china(c: Canvas) -> None:
    yellow = "FFDE00 FFFF00"
    c.field("DE2910 EE1C25")
    c.star(c.spot(0, 0, 0.25, 0.25), 0.15, yellow)
    size = (0.05, 0.06)[c.choose(2)]
    for x, y, turn in ((0.5, 0.1, 23), (0.6, 0.2, 46), (0.6, 0.35, 70), (0.5, 0.45, 21)):
        c.star(c.spot(0, 0, x, y), size, yellow, turn=turn)


def _turkey(c: Canvas) -> None:
    c.field("E30A17 D00C27")
    x = (-0.25, -0.17)[c.choose(2)]
    c.crescent(c.spot(0.5, 0.5, x), 0.25, WHITE, bite=0.2, shift=0.0625)
    c.star(c.spot(0.5, 0.5, x + 0.32), 0.125, WHITE, turn=-90)


def _tunisia(c: Canvas) -> None:
    red = "E70013"
    size = (1.0, 1.12)[c.choose(2)]
    c.field(red)
    c.disc(c.spot(0.5, 0.5), 0.25 * size, WHITE)
    c.crescent(c.spot(0.5, 0.5), 0.1875 * size, red, bite=0.15 * size, shift=0.045 * size)
    c.star(c.spot(0.5, 0.5, 0.045 * size), 0.1125 * size, red, turn=-90)


def _pakistan(c: Canvas) -> None:
    c.field("01411C 006600 115740")
    c.rectangle(0, 0, 0.25, 1, WHITE)
    size = 0.3 * min(1.0, c.ratio / 1.25)
    c.crescent(c.spot(0.625, 0.5), size, WHITE, bite=size * 0.92, shift=size * 0.35, turn=-41)
    c.star(c.spot(0.625, 0.5, size * 0.5, -size * 0.46), size / 3, WHITE, turn=49)


def _mauritania(c: Canvas) -> None:
    yellow = "FFC400 FFD700"
    bands, arms = c.choose(3), c.choose(2)
    c.field("006233 00A95C")
    if bands != 2:
        thick = (0.15, 0.2)[bands]
        c.rectangle(0, 0, 1, thick, "D01C1F CD2A3E")
        c.rectangle(0, 1 - thick, 1, 1, "D01C1F CD2A3E")
    size = 0.8 if bands != 2 else 1.0
    middle = c.spot(0.5, 0.5, 0, -0.06 * size)
    shape = ((0.36, 0.4, 0.16), (0.33, 0.31, 0.11))[arms]
    radius, bite, shift = (part * size for part in shape)
    c.crescent(middle, radius, yellow, bite=bite, shift=shift, turn=-90)
    c.star(c.spot(0.5, 0.5, 0, -0.15 * size), 0.13 * size, yellow)


def _algeria(c: Canvas) -> None:
    red = "D21034"
    c.columns("006233", WHITE)
    c.crescent(c.spot(0.5, 0.5), 0.25, red, bite=0.2, shift=0.0625)
    c.star(c.spot(0.5, 0.5, 0.085), 0.125, red, turn=-90)


def _maldives(c: Canvas) -> None:
    c.field("D21034")
    c.rectangle(1 / 6, 0.25, 5 / 6, 0.75, "007E3A")
    c.crescent(c.spot(0.5, 0.5, 0.03), 0.167, WHITE, bite=0.167, shift=0.083, turn=180)


def _azerbaijan(c: Canvas) -> None:
    c.rows("00B5E2 0092BC", "EF3340 E4002B", "509E2F 00AF66")
    size = (1.0, 1.2)[c.choose(2)]
    c.crescent(c.spot(0.5, 0.5, -0.03), 0.15 * size, WHITE, bite=0.125 * size, shift=0.042 * size)
    c.star(c.spot(0.5, 0.5, 0.085 * size), 0.083 * size, WHITE, points=8, inner=0.55)


def _israel(c: Canvas) -> None:
    blue = "0038B8 005EB8"
    edge, thick = ((0.094, 0.156), (0.06, 0.14))[c.choose(2)]
    c.field(WHITE)
    c.rectangle(0, edge, 1, edge + thick, blue)
    c.rectangle(0, 1 - edge - thick, 1, 1 - edge, blue)
    line = (0.034, 0.045)[c.choose(2)]
    for turn in (0, 180):
        c.outline(c.circle(c.spot(0.5, 0.5), 0.19, 3, turn=turn), line, blue)


def _india(c: Canvas) -> None:
    blue = "000080 06038D"
    c.rows("FF9933 FF671F", WHITE, "138808 046A38")
    rim, spokes = ((0.02, 24), (0.03, 12), (0.025, 16))[c.choose(3)]
    centre = c.spot(0.5, 0.5)
    c.disc(centre, 0.142, blue)
    c.disc(centre, 0.142 - rim, WHITE)
    c.star(centre, 0.135, blue, points=spokes, inner=0.16)
    c.disc(centre, 0.03, blue)


def _argentina(c: Canvas) -> None:
    blue, gold, brown = "74ACDF 6CACE4", "F6B40E FFB81C", "85340A"
    c.rows(blue, WHITE, blue)
    style, centre = c.choose(4), c.spot(0.5, 0.5)
    if style < 2:
        c.star(centre, 0.145, gold, points=(32, 16)[style], inner=0.62)
        c.disc(centre, 0.082, brown)
        c.disc(centre, 0.076, gold)
    elif style == 2:
        c.star(centre, 0.15, gold, points=16, inner=0.5)
    else:
        c.disc(centre, 0.1, gold)


def _namibia(c: Canvas) -> None:
    blue, gold = "003580 002F6C", "FFCE00 FFCD00"
    c.area([(0, 0), (1, 0), (0, 1)], blue)
    c.area([(1, 0), (1, 1), (0, 1)], "009543 009A44")
    c.band((0, 1), (1, 0), 0.4, WHITE)
    c.band((0, 1), (1, 0), 0.29, "D21034 C8102E")
    style, centre = c.choose(3), c.spot(0.2, 0.28)
    size = min(1.0, c.ratio / 1.4)
    if style == 2:
        c.disc(centre, 0.13 * size, gold)
        return
    c.star(centre, 0.185 * size, gold, points=12, inner=0.7 if style else 0.62)
    if style == 0:
        c.disc(centre, 0.115 * size, blue)
        c.disc(centre, 0.1 * size, gold)


FLAGS: dict[str, Paint] = {
    "ch": _switzerland,
    "ge": _georgia,
    "gb": _britain,
    "gr": _greece,
    "to": _tonga,
    "us": _united_states,
    "lr": _liberia,
    "my": _malaysia,
    "cl": _chile,
    "tg": _togo,
    "pa": _panama,
    "vn": _vietnam,
    "so": _somalia,
    "ma": _morocco,
    "cn": _china,
    "tr": _turkey,
    "tn": _tunisia,
    "pk": _pakistan,
    "mr": _mauritania,
    "dz": _algeria,
    "mv": _maldives,
    "az": _azerbaijan,
    "il": _israel,
    "in": _india,
    "ar": _argentina,
    "na": _namibia,
}
