"""Flags of vertical or horizontal stripes, plain or with an emblem on them.

Each shade is that of the country's law, followed by others that are published or in use. Where
artists differ in a detail, `Canvas.choose` picks one of theirs, the usual one first.
"""

from functools import partial

from hiercls.tiny.drawing import Canvas, Paint
from hiercls.tiny.palettes import BLACK, WHITE


def _vertical(*shades: str) -> Paint:
    return partial(_columns, shades=shades)


def _columns(c: Canvas, *, shades: tuple[str, ...]) -> None:
    c.columns(*shades)


def _horizontal(*shades: str, weights: tuple[float, ...] = ()) -> Paint:
    return partial(_rows, shades=shades, weights=weights)


def _rows(c: Canvas, *, shades: tuple[str, ...], weights: tuple[float, ...]) -> None:
    c.rows(*shades, weights=weights)


def _with_star(stripes: Paint, *, shade: str, sizes: tuple[float, ...]) -> Paint:
    return partial(_starred, stripes=stripes, shade=shade, sizes=sizes)


def _starred(c: Canvas, *, stripes: Paint, shade: str, sizes: tuple[float, ...]) -> None:
    stripes(c)
    radius = sizes[c.choose(len(sizes))]
    c.star(c.spot(0.5, 0.5), min(radius, 0.25 * c.ratio), shade)


def _upright_star(c: Canvas, *, stripes: Paint, shade: str) -> None:
    stripes(c)
    radius = (0.17, 0.13, 0.2)[c.choose(3)]
    # Never wider than its stripe.
    c.star(c.spot(0.5, 0.5), min(radius, 0.16 * c.ratio), shade)


def _peru(c: Canvas) -> None:
    c.columns("D91023 C8102E", WHITE, "D91023 C8102E")
    if c.choose(2):
        _peruvian_arms(c, size=min(1.0, c.ratio / 1.3))


def _peruvian_arms(c: Canvas, *, size: float) -> None:
    """Branches around a shield of sky over red, a wreath above: what icons show of the arms."""
    green, gold = "00843D 6A9A3B 2E8B3D", "F2B800"
    c.disc(c.spot(0.5, 0.52), 0.19 * size, green, tall=1.05)
    c.disc(c.spot(0.5, 0.5), 0.15 * size, WHITE, tall=1.15)
    c.disc(c.spot(0.5, 0.5, 0, -0.19 * size), 0.055 * size, green)
    c.disc(c.spot(0.5, 0.5, 0, -0.19 * size), 0.03 * size, WHITE)
    for reach, top, bottom, shade in (
        (0.11, -0.13, 0.12, gold),
        (0.095, -0.115, 0.0, "6BB5E0"),
        (0.095, 0.01, 0.09, "D91023"),
    ):
        corners = [
            (-reach, top),
            (reach, top),
            (reach, bottom),
            (0, bottom + 0.04),
            (-reach, bottom),
        ]
        c.polygon([c.spot(0.5, 0.5, dx * size, dy * size) for dx, dy in corners], shade)


def _costa_rica(c: Canvas) -> None:
    blue, red = "002B7F 001489 0000B4", "CE1126 DA291C D90000"
    c.rows(blue, WHITE, red, WHITE, blue, weights=(1, 1, 2, 1, 1))
    size = (0.0, 0.13, 0.16)[c.choose(3)]
    if size:
        x = 0.35
        c.disc(c.spot(x, 0.5), size, WHITE, tall=1.1)
        c.disc(c.spot(x, 0.5), size * 0.72, "6BB5E0", tall=1.15)
        c.disc(c.spot(x, 0.5, 0, size * 0.35), size * 0.46, "2E8B3D", tall=0.8)


def _botswana(c: Canvas) -> None:
    blue = "75AADB 6DA9D2 00CBFF"
    weights = ((9, 1, 4, 1, 9), (6, 1, 4, 1, 6))[c.choose(2)]
    c.rows(blue, WHITE, BLACK, WHITE, blue, weights=weights)


def _gambia(c: Canvas) -> None:
    weights = ((6, 1, 4, 1, 6), (4, 1, 4, 1, 4))[c.choose(2)]
    c.rows("CE1126 FF0000", WHITE, "0C1C8C 000099", WHITE, "3A7728 009900", weights=weights)


def _laos(c: Canvas) -> None:
    c.rows("CE1126", "002868", "CE1126", weights=(1, 2, 1))
    c.disc(c.spot(0.5, 0.5), (0.2, 0.18)[c.choose(2)], WHITE)


def _niger(c: Canvas) -> None:
    orange = "E05206 FF8200"
    c.rows(orange, WHITE, "0DB02B 009A44")
    c.disc(c.spot(0.5, 0.5), (0.14, 0.12, 0.165)[c.choose(3)], orange)


def _israel(c: Canvas) -> None:
    blue = "0038B8 005EB8"
    edge, thick = ((0.094, 0.156), (0.06, 0.14))[c.choose(2)]
    c.field(WHITE)
    c.rectangle(0, edge, 1, edge + thick, blue)
    c.rectangle(0, 1 - edge - thick, 1, 1 - edge, blue)
    radius, line = ((0.19, 0.034), (0.19, 0.045), (0.23, 0.035))[c.choose(3)]
    for turn in (0, 180):
        c.outline(c.circle(c.spot(0.5, 0.5), radius, 3, turn=turn), line, blue)


def _india(c: Canvas) -> None:
    blue = "000080 06038D"
    c.rows("FF9933 FF671F", WHITE, "138808 046A38")
    radius, rim, spokes = ((0.142, 0.02, 24), (0.13, 0.03, 12), (0.12, 0.02, 16))[c.choose(3)]
    centre = c.spot(0.5, 0.5)
    c.disc(centre, radius, blue)
    c.disc(centre, radius - rim, WHITE)
    c.star(centre, radius * 0.95, blue, points=spokes, inner=0.16)
    c.disc(centre, radius * 0.21, blue)


def _argentina(c: Canvas) -> None:
    blue, gold = "74ACDF 6CACE4", "F6B40E FFB81C"
    c.rows(blue, WHITE, blue)
    style, centre = c.choose(4), c.spot(0.5, 0.5)
    if style < 2:
        c.star(centre, 0.145, gold, points=(32, 16)[style], inner=0.62)
        c.disc(centre, 0.082, "85340A")
        c.disc(centre, 0.076, gold)
    elif style == 2:
        c.star(centre, 0.15, gold, points=16, inner=0.5)
    else:
        c.disc(centre, 0.1, gold)


def _azerbaijan(c: Canvas) -> None:
    c.rows("00B5E2 0092BC", "EF3340 E4002B", "509E2F 00AF66")
    size = (1.0, 1.2)[c.choose(2)]
    c.crescent(c.spot(0.5, 0.5, -0.03), 0.15 * size, WHITE, bite=0.125 * size, shift=0.042 * size)
    c.star(c.spot(0.5, 0.5, 0.085 * size), 0.083 * size, WHITE, points=8, inner=0.55)


_GHANA = _horizontal("CE1126", "FCD116", "006B3F")
_BURKINA = _horizontal("EF2B2D DE0000", "009E49 35A100")
_SURINAME = _horizontal("377E3F", WHITE, "B40A2D", WHITE, "377E3F", weights=(2, 1, 4, 1, 2))
_SENEGAL = _vertical("00853F 0B7226", "FDEF42 FFFF00", "E31B23 BC0000")
_CAMEROON = _vertical("007A5E", "CE1126", "FCD116")

FLAGS: dict[str, Paint] = {
    "fr": _vertical("0055A4 000091 002654", WHITE, "EF4135 E1000F CE1126"),
    "it": _vertical("009246 008C45", "FFFFFF F4F9FF", "CE2B37 CD212A"),
    "ie": _vertical("169B62 009A49", WHITE, "FF883E FF7900"),
    "be": _vertical(BLACK, "FAE042 FDDA24 FFD90C", "ED2939 EF3340 C8102E"),
    "ro": _vertical("002B7F 00319C 003399", "FCD116 FFDE00", "CE1126 DE2110"),
    "td": _vertical("002664 001A52 00205B", "FECB00 FCD116", "C60C30 CE1126"),
    "ml": _vertical("14B53A 009A00", "FCD116 FFFF00", "CE1126 FF0000"),
    "gn": _vertical("CE1126 FF0000", "FCD116 FFFF00", "009460 009900"),
    "ci": _vertical("F77F00 FF8200 FF9A00", WHITE, "009E60 009A44 00CD00"),
    "ng": _vertical("008751 1B7B3A 009A49", WHITE, "008751 1B7B3A 009A49"),
    "pe": _peru,
    "sn": partial(_upright_star, stripes=_SENEGAL, shade="00853F 0B7226"),
    "cm": partial(_upright_star, stripes=_CAMEROON, shade="FCD116"),
    "de": _horizontal(BLACK, "DD0000 FF0000", "FFCE00 FFCC00"),
    "nl": _horizontal("AE1C28 C8102E", WHITE, "21468B 003DA5"),
    "lu": _horizontal("ED2939 EF3340 EA141D", WHITE, "00A1DE 00A3E0 51ADDA"),
    "ru": _horizontal(WHITE, "0039A6 0032A0", "D52B1E DA291C"),
    "hu": _horizontal("CE2939 CD2A3E D43516", WHITE, "477050 008751 388D00"),
    "bg": _horizontal(WHITE, "00966E 00915D", "D62612"),
    "at": _horizontal("ED2939 C8102E EF3340", WHITE, "ED2939 C8102E EF3340"),
    "lv": _horizontal("9E3039 A4343A 981932", WHITE, "9E3039 A4343A 981932", weights=(2, 1, 2)),
    "pl": _horizontal(WHITE, "DC143C D4213D"),
    "id": _horizontal("FF0000 E70011", WHITE),
    "mc": _horizontal("CE1126 C8102E", WHITE),
    "ua": _horizontal("0057B7 005BBB", "FFD700 FFD500"),
    "ee": _horizontal("0072CE 1291FF 4891D9", BLACK, WHITE),
    "lt": _horizontal("FDB913 FFC72C", "006A44 046A38", "C1272D BE3A34"),
    "am": _horizontal("D90012", "0033A0", "F2A800"),
    "ye": _horizontal("CE1126 C8102E F10600", WHITE, BLACK),
    "co": _horizontal("FCD116 FFE800", "003893 00148E", "CE1126 DA0010", weights=(2, 1, 1)),
    "th": _horizontal(
        "A51931 F5142F ED1C24",
        "F4F5F8 FFFFFF",
        "2D2A4A 241D4F 001B9A",
        "F4F5F8 FFFFFF",
        "A51931 F5142F ED1C24",
        weights=(1, 1, 2, 1, 1),
    ),
    "cr": _costa_rica,
    "bw": _botswana,
    "gm": _gambia,
    "sl": _horizontal("1EB53A 00CD00", WHITE, "0072C6 0000CD"),
    "ga": _horizontal("009E60 36A100", "FCD116 FFE700", "3A75C4 006DBC"),
    "mu": _horizontal("EA2839 EE1C25", "1A206D 00339A", "FFD500 FFD600", "00A551"),
    "gh": _with_star(_GHANA, shade=BLACK, sizes=(0.17, 0.15, 0.19)),
    "bf": _with_star(_BURKINA, shade="FCD116 FFF300", sizes=(0.18, 0.15, 0.24, 0.34)),
    "sr": _with_star(_SURINAME, shade="ECC81D", sizes=(0.2, 0.17, 0.12)),
    "il": _israel,
    "la": _laos,
    "ne": _niger,
    "in": _india,
    "ar": _argentina,
    "az": _azerbaijan,
}
