"""National flags at any shape and size, drawn from their published geometry and colours."""

import random

from PIL import Image

from hiercls.errors import HierclsError
from hiercls.tiny import flags_bands, flags_emblems, flags_stripes
from hiercls.tiny.drawing import Canvas
from hiercls.tiny.palettes import Artist

_FLAGS = {**flags_stripes.FLAGS, **flags_bands.FLAGS, **flags_emblems.FLAGS}

CODES: tuple[str, ...] = tuple(sorted(_FLAGS))

# Width over height by law, where it is not 3:2.
RATIOS: dict[str, float] = {code: 1.5 for code in CODES} | {
    "am": 2.0, "ar": 1.6, "ax": 26 / 17, "az": 2.0, "bd": 5 / 3, "be": 15 / 13, "bg": 5 / 3,
    "bs": 2.0, "ch": 1.0, "cr": 5 / 3, "cu": 2.0, "de": 5 / 3, "dk": 37 / 28, "ee": 11 / 7,
    "fi": 18 / 11, "fo": 22 / 16, "ga": 4 / 3, "gb": 2.0, "hu": 2.0, "ie": 2.0, "il": 220 / 160,
    "is": 25 / 18, "jo": 2.0, "lr": 1.9, "lt": 5 / 3, "lu": 5 / 3, "lv": 2.0, "mc": 1.25,
    "my": 2.0, "ne": 7 / 6, "ng": 2.0, "no": 22 / 16, "pl": 1.6, "ps": 2.0, "pw": 1.6,
    "sc": 2.0, "sd": 2.0, "se": 1.6, "tg": 1.618, "to": 2.0, "tt": 5 / 3, "us": 1.9,
}  # fmt: skip


def draw(
    code: str,
    width: int,
    height: int,
    *,
    variant: int = 0,
    palette: str = "law",
    rng: random.Random | None = None,
) -> Image.Image:
    """The flag of one country, flat and without border.

    Args:
        code: lower-case ISO 3166-1 code, one of `CODES`.
        width: pixels; any aspect ratio from 1:1 to 2:1 looks right, `RATIOS` has the lawful one.
        height: pixels.
        variant: which of the `variants(code)` drawings; any whole number from 0 on.
        palette: whose colours, a name of `PALETTES`.
        rng: draws the variant, and moves each shade a little; `variant` is not looked at then.

    Returns:
        An RGB picture, equal for equal arguments.

    Raises:
        HierclsError: the code or palette is unknown, or the size is not positive.

    Example:
        >>> draw("fr", 60, 40).getpixel((30, 20))
        (255, 255, 255)
    """
    if width < 1 or height < 1:
        raise HierclsError(f"flag '{code}' of {width} x {height} pixels; expected at least 1 x 1")
    canvas = Canvas(width, height, artist=Artist(variant=variant, palette=palette, rng=rng))
    _paint(code, canvas)
    return canvas.finish()


def variants(code: str) -> int:
    """How many drawings of this flag there are, by `variant`: shades times details."""
    artist = Artist()
    _paint(code, Canvas(6, 4, artist=artist))
    return artist.combinations


def _paint(code: str, canvas: Canvas) -> None:
    if code not in _FLAGS:
        raise HierclsError(
            f"flag '{code}'; expected one of {', '.join(CODES)}",
            hint="codes are those of ISO 3166-1, in lower case",
        )
    _FLAGS[code](canvas)
