"""Flags of bands that cross, slant or meet: crosses, diagonals, triangles at the hoist."""

from functools import partial

from hiercls.tiny.drawing import Canvas, Paint
from hiercls.tiny.palettes import BLACK, WHITE


def _nordic(*shades: str, x: float, widths: tuple[float, ...]) -> Paint:
    """A cross set towards the hoist.

    Args:
        shades: field, cross and, where there is one, the cross within the cross.
        x: the upright's middle, in widths.
        widths: thickness of each cross, in heights.
    """
    return partial(_paint_nordic, shades=shades, x=x, widths=widths)


def _paint_nordic(
    c: Canvas, *, shades: tuple[str, ...], x: float, widths: tuple[float, ...]
) -> None:
    # Some artists stretch a finished flag to the shape of their icons; some draw finer edges.
    style = c.choose(3)
    x *= 0.87 if style == 2 else 1.0
    c.field(shades[0])
    for shade, width in zip(shades[1:], widths, strict=True):
        high = (width + widths[-1]) / 2 if style == 2 else width
        c.cross(x, high / (1.5 if style == 1 else c.ratio), high, shade)


def _switzerland(c: Canvas) -> None:
    c.field("FF0000 DA291C D52B1E")
    arm, half = ((0.3125, 0.09375), (0.34, 0.105), (0.27, 0.085))[c.choose(3)]
    for reach, thick in ((arm, half), (half, arm)):
        _block(c, 0.5, 0.5, reach, thick, WHITE)


def _georgia(c: Canvas) -> None:
    red = "FF0000 DA291C"
    splay = (0.022, 0.03)[c.choose(2)]
    c.field(WHITE)
    c.cross(0.5, 0.2 / c.ratio, 0.2, red)
    offset = (0.5 + 0.1 / c.ratio) / 2
    for x in (0.5 - offset, 0.5 + offset):
        for y in (0.2, 0.8):
            for turn in range(4):
                _arm(c, x, y, turn, red, splay=splay)


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


def _block(c: Canvas, x: float, y: float, reach: float, rise: float, shade: str) -> None:
    """A rectangle around a place, its half sides in units."""
    corners = [(-reach, -rise), (reach, -rise), (reach, rise), (-reach, rise)]
    c.polygon([c.spot(x, y, dx, dy) for dx, dy in corners], shade)


def _tanzania(c: Canvas) -> None:
    size = (1.0, 0.85)[c.choose(2)]
    c.area([(0, 0), (1, 0), (0, 1)], "1EB53A 009900")
    c.area([(1, 0), (1, 1), (0, 1)], "00A3DD 0099FF")
    c.band((0, 1), (1, 0), 0.396 * size, "FCD116 FFFF00")
    c.band((0, 1), (1, 0), 0.271 * size, BLACK)


def _trinidad(c: Canvas) -> None:
    # From corner to corner along the band's edges, so its width counts along the top.
    along = (0.333, 0.28, 0.38)[c.choose(3)]
    c.field("DA1A35 CE1126 E00000")
    for inset, shade in ((0.0, WHITE), (along / 6, BLACK)):
        left, right = inset, along - inset
        c.area([(left, 0), (right, 0), (1 - left, 1), (1 - right, 1)], shade)


def _congo(c: Canvas) -> None:
    start = (1 / 3, 0.26)[c.choose(2)]
    c.field("FBDE4A FFD100 FFFF00")
    c.area([(0, 0), (1 - start, 0), (0, 1)], "009543 009639 00CA00")
    c.area([(1, 0), (1, 1), (start, 1)], "DC241F FF0000")


def _namibia(c: Canvas) -> None:
    blue, gold = "003580 002F6C 3662A2", "FFCE00 FFCD00"
    size = (1.0, 0.85)[c.choose(2)]
    c.area([(0, 0), (1, 0), (0, 1)], blue)
    c.area([(1, 0), (1, 1), (0, 1)], "009543 009A44 38A100")
    c.band((0, 1), (1, 0), 0.4 * size, WHITE)
    c.band((0, 1), (1, 0), 0.29 * size, "D21034 C8102E C70000")
    _namibian_sun(c, gold=gold, blue=blue)


def _namibian_sun(c: Canvas, *, gold: str, blue: str) -> None:
    style, place = c.choose(3), ((0.2, 0.28), (0.26, 0.27))[c.choose(2)]
    centre, size = c.spot(*place), min(1.0, c.ratio / 1.4)
    if style == 2:
        c.disc(centre, 0.13 * size, gold)
        return
    c.star(centre, 0.18 * size, gold, points=12, inner=(0.62, 0.7)[style])
    if style == 0:
        c.disc(centre, 0.115 * size, blue)
        c.disc(centre, 0.1 * size, gold)


def _seychelles(c: Canvas) -> None:
    c.field("003F87 003D88")
    c.area([(0, 1), (1 / 3, 0), (2 / 3, 0)], "FCD856 FCD955")
    c.area([(0, 1), (2 / 3, 0), (1, 0), (1, 1 / 3)], "D62828 D92223")
    c.area([(0, 1), (1, 1 / 3), (1, 2 / 3)], WHITE)
    c.area([(0, 1), (1, 2 / 3), (1, 1)], "007A3D 007A39")


def _czechia(c: Canvas) -> None:
    # Half of the width by law; icons cut at the fly keep the angle instead.
    reach = (0.5, min(0.75, 0.75 / c.ratio))[c.choose(2)]
    c.rows(WHITE, "D7141A")
    c.hoist(reach, "11457E")


def _third(c: Canvas) -> float:
    """A third of a 2:1 flag that was cut at the fly, in widths."""
    return min(0.7, 2 / 3 / c.ratio)


def _sudan(c: Canvas) -> None:
    reach = (0.333, 0.42, 0.5, _third(c))[c.choose(4)]
    c.rows("D21034 FF0000", WHITE, BLACK)
    c.hoist(reach, "007229 009A00")


def _palestine(c: Canvas) -> None:
    reach = (0.38, 0.333, 0.48, _third(c))[c.choose(4)]
    c.rows(BLACK, WHITE, "007A3D 009736")
    c.hoist(reach, "CE1126 EE2A35")


def _jordan(c: Canvas) -> None:
    reach = (0.5, 0.5, 0.66)[c.choose(3)]
    radius = (0.075, 0.06)[c.choose(2)]
    c.rows(BLACK, WHITE, "007A3D 009900")
    c.hoist(reach, "CE1126 FF0000")
    c.star(c.spot(reach * 0.36, 0.5), radius, WHITE, points=7, inner=0.5)


def _equilateral(c: Canvas) -> float:
    """How far, in widths, a triangle reaches whose sides are as long as the hoist."""
    return min((0.62, 0.75)[c.choose(2)], 0.866 / c.ratio)


def _bahamas(c: Canvas) -> None:
    blue = "00778B 00ABC9 00CCD4"
    c.rows(blue, "FFC72C FAE042 FFE900", blue)
    c.hoist(_equilateral(c), BLACK)


def _cuba(c: Canvas) -> None:
    blue = "002A8F"
    reach, radius = _equilateral(c), (0.165, 0.14)[c.choose(2)]
    c.rows(blue, WHITE, blue, WHITE, blue)
    c.hoist(reach, "CB1515 CF142B")
    c.star(c.spot(reach / 3, 0.5), radius, WHITE)


FLAGS: dict[str, Paint] = {
    "se": _nordic("006AA7 005B99", "FECC02 FFCD00", x=0.375, widths=(0.2,)),
    "dk": _nordic("C8102E C60C30 E31836", WHITE, x=14 / 37, widths=(4 / 28,)),
    "fi": _nordic(WHITE, "002F6C 003580 18447E", x=6.5 / 18, widths=(3 / 11,)),
    "no": _nordic("BA0C2F EF2B2D", WHITE, "00205B 002868", x=8 / 22, widths=(0.25, 0.125)),
    "is": _nordic("02529C 003897", WHITE, "DC1E35 D72828", x=9 / 25, widths=(4 / 18, 2 / 18)),
    "fo": _nordic(WHITE, "0065BD 005EB9 003897", "ED2939 EF303E", x=8 / 22, widths=(0.25, 0.125)),
    "ax": _nordic(
        "0053A5 0064AD", "FFCE00 FFD300", "D21034 DA0E15", x=11 / 26, widths=(6 / 17, 3 / 17)
    ),
    "ch": _switzerland,
    "ge": _georgia,
    "gb": _britain,
    "tz": _tanzania,
    "tt": _trinidad,
    "cg": _congo,
    "na": _namibia,
    "sc": _seychelles,
    "cz": _czechia,
    "sd": _sudan,
    "ps": _palestine,
    "jo": _jordan,
    "bs": _bahamas,
    "cu": _cuba,
}
