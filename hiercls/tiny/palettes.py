"""How one artist's flags differ from another's: shades, palettes and details.

The same flag is drawn in the shades of its law, in pure web colours, or in the soft colours of an
emoji set; with or without arms; with a star of five points or a dot. An `Artist` makes these
choices, either from a variant number (so a drawing can be named and repeated) or from a random
generator.
"""

import colorsys
import random
from dataclasses import dataclass

from hiercls.errors import HierclsError

Colour = tuple[int, int, int]

WHITE = "FFFFFF"
BLACK = "000000"


@dataclass(frozen=True)
class Palette:
    """Anchor colours by family, and how far every shade is drawn towards its anchor."""

    pull: float
    anchors: dict[str, str]
    light: float = 1.0


PALETTES: dict[str, Palette] = {
    "law": Palette(0.0, {}),
    "pure": Palette(
        0.7,
        {
            "red": "FF0000",
            "orange": "FF8000",
            "yellow": "FFFF00",
            "green": "009000",
            "sky": "40A0FF",
            "blue": "0000C0",
        },
    ),
    "emoji": Palette(
        0.65,
        {
            "black": "141414",
            "white": "EEEEEE",
            "red": "DD2E44",
            "orange": "F4900C",
            "yellow": "FFCC4D",
            "green": "3E8A2D",
            "sky": "55ACEE",
            "blue": "22408C",
        },
    ),
    "flat": Palette(
        0.65,
        {
            "black": "1D1D1F",
            "white": "F7FCFF",
            "red": "E31D1C",
            "orange": "FF8C1A",
            "yellow": "FECA00",
            "green": "5EAA22",
            "sky": "56C6F5",
            "blue": "2E42A5",
        },
    ),
    "icon": Palette(
        0.85,
        {
            "white": "F0F0F0",
            "red": "D80027",
            "orange": "FF9811",
            "yellow": "FFDA44",
            "green": "5B9B3C",
            "sky": "338AF3",
            "blue": "0052B4",
        },
    ),
    "dark": Palette(0.0, {}, light=0.82),
    "pale": Palette(
        0.28,
        {
            "black": "606060",
            "white": "FFFFFF",
            "red": "FFD0D0",
            "orange": "FFE8D0",
            "yellow": "FFF8D0",
            "green": "D0F0D8",
            "sky": "E0F0FF",
            "blue": "D0D8FF",
        },
    ),
}


def family(colour: Colour) -> str:
    """The name a person would give a colour: black, white, dark, red, ..., sky or blue.

    Very dark shades and dark reds are a family of their own, as their darkness tells flags apart.
    """
    hue, saturation, value = colorsys.rgb_to_hsv(*(part / 255 for part in colour))
    degrees = hue * 360
    is_red = degrees < 18 or degrees > 330
    if saturation < 0.15:
        return "white" if value > 0.5 else "black"
    if value < (0.68 if is_red else 0.35):
        return "dark"
    if is_red:
        return "red"
    for name, limit in (("orange", 37), ("yellow", 70), ("green", 172), ("sky", 195)):
        if degrees < limit:
            return name
    return "sky" if value > 0.7 and (degrees < 205 or saturation < 0.75) else "blue"


def parse(text: str) -> Colour:
    """`"CE1126"` as (206, 17, 38)."""
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


class Artist:
    """Chooses the shades and details of one drawing.

    A colour is written as one or several published shades, `"0055A4 000091"`, the usual one first.

    Args:
        variant: names the choices; 0 takes the first of each, `combinations` counts them.
        palette: a name of `PALETTES`.
        rng: where given, it makes the choices and moves each shade a little.

    Raises:
        HierclsError: the palette is unknown.
    """

    SHADES = 3

    def __init__(
        self, *, variant: int = 0, palette: str = "law", rng: random.Random | None = None
    ) -> None:
        if palette not in PALETTES:
            raise HierclsError(f"palette '{palette}'; expected one of {', '.join(PALETTES)}")
        self._variant = variant
        self._rng = rng
        self._palette = PALETTES[palette]
        self._mixed: dict[str, Colour] = {}
        self.combinations = 1
        self._shade = self.choose(self.SHADES)

    def choose(self, options: int) -> int:
        """One of `range(options)`."""
        self.combinations *= options
        if self._rng is not None:
            return self._rng.randrange(options)
        self._variant, chosen = divmod(self._variant, options)
        return chosen

    def colour(self, shades: str) -> Colour:
        """The colour in which this artist paints a shade; always the same within one drawing."""
        if shades not in self._mixed:
            published = shades.split()
            self._mixed[shades] = self._mix(parse(published[self._shade % len(published)]))
        return self._mixed[shades]

    def _mix(self, colour: Colour) -> Colour:
        anchor = self._palette.anchors.get(family(colour))
        # Blues are pulled half as far: Romania and Chad differ by nothing else.
        pull = self._palette.pull * (0.5 if family(colour) == "blue" else 1.0)
        target = parse(anchor) if anchor else colour
        parts = []
        for own, aim in zip(colour, target, strict=True):
            part = (own + pull * (aim - own)) * self._palette.light
            if self._rng is not None:
                part += self._rng.uniform(-7, 7)
            parts.append(max(0, min(255, round(part))))
        return parts[0], parts[1], parts[2]
