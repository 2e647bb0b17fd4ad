"""Flags made of bands alone: stripes, crosses and diagonals, with a plain star or disc at most.

Each function paints one flag; shades and proportions are those of the country's law, later ones
being other shades that are published or in use.
"""

from collections.abc import Callable
from functools import partial

from hiercls.tiny.drawing import Canvas

Paint = Callable[[Canvas], None]

WHITE = "FFFFFF"
BLACK = "000000"


def vertical(*shades: str) -> Paint:
    """Equal vertical stripes, hoist first."""
    return partial(_columns, shades=shades)


def horizontal(*shades: str, weights: tuple[float, ...] = ()) -> Paint:
    """Horizontal stripes, top first."""
    return partial(_rows, shades=shades, weights=weights)


def _columns(c: Canvas, *, shades: tuple[str, ...]) -> None:
    c.columns(*shades)


def _rows(c: Canvas, *, shades: tuple[str, ...], weights: tuple[float, ...]) -> None:
    c.rows(*shades, weights=weights)


def nordic(*shades: str, x: float, widths: tuple[float, ...]) -> Paint:
    """A cross set towards the hoist.

    Args:
        shades: field, cross and, where there is one, the cross within the cross.
        x: the upright's middle, in widths.
        widths: thickness of each cross, in heights.
    """
    return partial(_nordic, shades=shades, x=x, widths=widths)


def _nordic(c: Canvas, *, shades: tuple[str, ...], x: float, widths: tuple[float, ...]) -> None:
    # Some artists stretch a finished flag to the shape of their icons.
    stretched = c.choose(2)
    c.field(shades[0])
    for shade, width in zip(shades[1:], widths, strict=True):
        c.cross(x, width / (1.5 if stretched else c.ratio), width, shade)


def _peru(c: Canvas) -> None:
    c.columns("D91023 C8102E", WHITE, "D91023 C8102E")
    if c.choose(2):
        green, red = "00843D 6A9A3B", "D91023"
        middle = c.spot(0.5, 0.5)
        c.disc(c.spot(0.5, 0.51), 0.15, green, tall=1.05)
        c.disc(c.spot(0.5, 0.5), 0.115, WHITE)
        c.disc(c.spot(0.5, 0.32), 0.04, green)
        shield = [c.spot(0.5, 0.5, dx, dy) for dx, dy in _SHIELD]
        c.polygon(shield, "F2B800")
        c.polygon([(x, y) for x, y in shield if y <= middle[1] + 1], "7FC8E8")
        c.polygon([c.spot(0.5, 0.5, dx * 0.8, 0.02 + dy * 0.7) for dx, dy in _SHIELD[2:]], red)


_SHIELD = [
    (-0.08, -0.1),
    (0.08, -0.1),
    (0.08, 0.0),
    (0.06, 0.08),
    (0, 0.12),
    (-0.06, 0.08),
    (-0.08, 0),
]


def _costa_rica(c: Canvas) -> None:
    c.rows("002B7F 001489", WHITE, "CE1126 DA291C", WHITE, "002B7F 001489", weights=(1, 1, 2, 1, 1))
    if c.choose(2):
        x = 0.36
        c.disc(c.spot(x, 0.5), 0.13, WHITE, tall=1.1)
        c.disc(c.spot(x, 0.5), 0.095, "6BB5E0", tall=1.15)
        c.disc(c.spot(x, 0.55), 0.06, "2E8B3D", tall=0.8)
        c.rectangle(x - 0.03, 0.44, x + 0.03, 0.47, WHITE)


def _star_on(background: Paint, *, radius: float, shade: str, y: float = 0.5) -> Paint:
    return partial(_starred, background=background, radius=radius, shade=shade, y=y)


def _starred(c: Canvas, *, background: Paint, radius: float, shade: str, y: float) -> None:
    size = (1.0, 0.85, 1.15)[c.choose(3)]
    background(c)
    c.star(c.spot(0.5, y), radius * size, shade)


def disc(field: str, shade: str, *, x: float, radius: float) -> Paint:
    """A disc on a plain field; `radius` in heights."""
    return partial(_disc, field=field, shade=shade, x=x, radius=radius)


def _disc(c: Canvas, *, field: str, shade: str, x: float, radius: float) -> None:
    size = (1.0, 0.9)[c.choose(2)]
    c.field(field)
    c.disc(c.spot(x, 0.5), radius * size, shade)


def _laos(c: Canvas) -> None:
    c.rows("CE1126", "002868", "CE1126", weights=(1, 2, 1))
    c.disc(c.spot(0.5, 0.5), (0.2, 0.18)[c.choose(2)], WHITE)


def _niger(c: Canvas) -> None:
    orange = "E05206 FF8200"
    c.rows(orange, WHITE, "0DB02B 009A44")
    c.disc(c.spot(0.5, 0.5), (0.14, 0.12)[c.choose(2)], orange)


def _tanzania(c: Canvas) -> None:
    c.area([(0, 0), (1, 0), (0, 1)], "1EB53A")
    c.area([(1, 0), (1, 1), (0, 1)], "00A3DD")
    c.band((0, 1), (1, 0), 0.396, "FCD116")
    c.band((0, 1), (1, 0), 0.271, BLACK)


def _congo(c: Canvas) -> None:
    c.field("FBDE4A FFD100")
    c.area([(0, 0), (2 / 3, 0), (0, 1)], "009543 009639")
    c.area([(1, 0), (1, 1), (1 / 3, 1)], "DC241F")


def _trinidad(c: Canvas) -> None:
    c.field("DA1A35 CE1126")
    slanted = c.choose(2)
    for size, shade in ((1.0, WHITE), (0.667, BLACK)):
        if slanted:
            # Measured along the edge, as the law has it, and the corners filled.
            half = 0.135 * size
            c.area(
                [(half - 0.135, 0), (0.135 + half, 0), (1.135 - half, 1), (0.865 - half, 1)], WHITE
            )
        c.band((0, 0), (1, 1), 0.333 * size, shade)


def _seychelles(c: Canvas) -> None:
    c.field("003F87 003D88")
    c.area([(0, 1), (1 / 3, 0), (2 / 3, 0)], "FCD856 FCD955")
    c.area([(0, 1), (2 / 3, 0), (1, 0), (1, 1 / 3)], "D62828 D92223")
    c.area([(0, 1), (1, 1 / 3), (1, 2 / 3)], WHITE)
    c.area([(0, 1), (1, 2 / 3), (1, 1)], "007A3D 007A39")


def _czechia(c: Canvas) -> None:
    c.rows(WHITE, "D7141A")
    c.hoist(0.5, "11457E")


def _sudan(c: Canvas) -> None:
    c.rows("D21034", WHITE, BLACK)
    c.hoist((0.333, 0.4)[c.choose(2)], "007229")


def _palestine(c: Canvas) -> None:
    c.rows(BLACK, WHITE, "007A3D 009736")
    c.hoist((0.38, 0.333, 0.48)[c.choose(3)], "CE1126 EE2A35")


def _jordan(c: Canvas) -> None:
    c.rows(BLACK, WHITE, "007A3D")
    c.hoist(0.5, "CE1126")
    c.star(c.spot(0.5 / 3 + 0.01, 0.5), (0.075, 0.06)[c.choose(2)], WHITE, points=7, inner=0.5)


def _equilateral(c: Canvas, shade: str) -> None:
    c.hoist(min(0.6, 0.866 / c.ratio), shade)


def _bahamas(c: Canvas) -> None:
    c.rows("00778B 00ABC9", "FFC72C FAE042", "00778B 00ABC9")
    _equilateral(c, BLACK)


def _cuba(c: Canvas) -> None:
    c.rows("002A8F", WHITE, "002A8F", WHITE, "002A8F")
    _equilateral(c, "CB1515 CF142B")
    c.star(c.spot(min(0.6, 0.866 / c.ratio) / 3, 0.5), (0.165, 0.14)[c.choose(2)], WHITE)


GREEN_WHITE_SURINAME = horizontal(
    "377E3F", WHITE, "B40A2D", WHITE, "377E3F", weights=(2, 1, 4, 1, 2)
)

FLAGS: dict[str, Paint] = {
    "fr": vertical("0055A4 000091 002654", WHITE, "EF4135 E1000F CE1126"),
    "it": vertical("009246 008C45", "FFFFFF F4F9FF", "CE2B37 CD212A"),
    "ie": vertical("169B62 009A49", WHITE, "FF883E FF7900"),
    "be": vertical(BLACK, "FAE042 FDDA24 FFD90C", "ED2939 EF3340 C8102E"),
    "ro": vertical("002B7F 00319C 003399", "FCD116 FFDE00", "CE1126 DE2110"),
    "td": vertical("002664 001A52 00205B", "FECB00 FCD116", "C60C30 CE1126"),
    "ml": vertical("14B53A 009A00", "FCD116 FFFF00", "CE1126"),
    "gn": vertical("CE1126", "FCD116 FFFF00", "009460 009E49"),
    "ci": vertical("F77F00 FF8200", WHITE, "009E60 009A44"),
    "ng": vertical("008751 1B7B3A 009A49", WHITE, "008751 1B7B3A 009A49"),
    "pe": _peru,
    "sn": _star_on(vertical("00853F", "FDEF42", "E31B23"), radius=0.17, shade="00853F"),
    "cm": _star_on(vertical("007A5E", "CE1126", "FCD116"), radius=0.17, shade="FCD116"),
    "de": horizontal(BLACK, "DD0000 FF0000", "FFCE00 FFCC00"),
    "nl": horizontal("AE1C28 C8102E", WHITE, "21468B 003DA5"),
    "lu": horizontal("ED2939 EF3340 EA141D", WHITE, "00A1DE 00A3E0 51ADDA"),
    "ru": horizontal(WHITE, "0039A6 0032A0", "D52B1E DA291C"),
    "hu": horizontal("CE2939 CD2A3E", WHITE, "477050 436F4D 008751"),
    "bg": horizontal(WHITE, "00966E 00915D", "D62612"),
    "at": horizontal("ED2939 C8102E EF3340", WHITE, "ED2939 C8102E EF3340"),
    "lv": horizontal("9E3039 A4343A 981932", WHITE, "9E3039 A4343A 981932", weights=(2, 1, 2)),
    "pl": horizontal(WHITE, "DC143C D4213D"),
    "id": horizontal("FF0000 E70011", WHITE),
    "mc": horizontal("CE1126 C8102E", WHITE),
    "ua": horizontal("0057B7 005BBB", "FFD700 FFD500"),
    "ee": horizontal("0072CE 1291FF 4891D9", BLACK, WHITE),
    "lt": horizontal("FDB913 FFC72C", "006A44 046A38", "C1272D BE3A34"),
    "am": horizontal("D90012", "0033A0", "F2A800"),
    "ye": horizontal("CE1126 C8102E", WHITE, BLACK),
    "co": horizontal("FCD116 FFE800", "003893 00148E", "CE1126 DA0010", weights=(2, 1, 1)),
    "th": horizontal(
        "A51931 F5142F ED1C24",
        "F4F5F8 FFFFFF",
        "2D2A4A 241D4F 001B9A",
        "F4F5F8 FFFFFF",
        "A51931 F5142F ED1C24",
        weights=(1, 1, 2, 1, 1),
    ),
    "cr": _costa_rica,
    "bw": horizontal(
        "75AADB 6DA9D2 00AFCA", WHITE, BLACK, WHITE, "75AADB 6DA9D2 00AFCA", weights=(9, 1, 4, 1, 9)
    ),
    "gm": horizontal("CE1126", WHITE, "0C1C8C", WHITE, "3A7728", weights=(6, 1, 4, 1, 6)),
    "sl": horizontal("1EB53A", WHITE, "0072C6"),
    "ga": horizontal("009E60 36A100", "FCD116 FFE700", "3A75C4 006DBC"),
    "mu": horizontal("EA2839 EE1C25", "1A206D 00339A", "FFD500 FFD600", "00A551"),
    "gh": _star_on(horizontal("CE1126", "FCD116", "006B3F"), radius=0.17, shade=BLACK),
    "bf": _star_on(
        horizontal("EF2B2D DE0000", "009E49 35A100"), radius=0.18, shade="FCD116 FFF300"
    ),
    "sr": _star_on(GREEN_WHITE_SURINAME, radius=0.2, shade="ECC81D"),
    "la": _laos,
    "ne": _niger,
    "se": nordic("006AA7 005B99", "FECC02 FFCD00", x=0.375, widths=(0.2,)),
    "dk": nordic("C8102E C60C30 E31836", WHITE, x=14 / 37, widths=(4 / 28,)),
    "fi": nordic(WHITE, "002F6C 003580 18447E", x=6.5 / 18, widths=(3 / 11,)),
    "no": nordic("BA0C2F EF2B2D", WHITE, "00205B 002868", x=8 / 22, widths=(0.25, 0.125)),
    "is": nordic("02529C 003897", WHITE, "DC1E35 D72828", x=9 / 25, widths=(4 / 18, 2 / 18)),
    "fo": nordic(WHITE, "0065BD 005EB9", "ED2939 EF303E", x=8 / 22, widths=(0.25, 0.125)),
    "ax": nordic(
        "0053A5 0064AD", "FFCE00 FFD300", "D21034 DA0E15", x=11 / 26, widths=(6 / 17, 3 / 17)
    ),
    "jp": disc(WHITE, "BC002D D30000", x=0.5, radius=0.3),
    "bd": disc("006A4E 006747", "F42A41 DA291C", x=0.45, radius=0.32),
    "pw": disc("4AADD6 0099FF", "FFDE00 FFFF00", x=0.4375, radius=0.3),
    "tz": _tanzania,
    "cg": _congo,
    "tt": _trinidad,
    "sc": _seychelles,
    "cz": _czechia,
    "sd": _sudan,
    "ps": _palestine,
    "bs": _bahamas,
    "jo": _jordan,
    "cu": _cuba,
}
