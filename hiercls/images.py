"""Open one picture as RGB, as a person would see it, or raises one ImageError.

Pillow reads the bytes; what it raises at damaged ones, and all its warnings, stay inside.
"""

from __future__ import annotations

import re
import stat
import threading
import warnings
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from hiercls.errors import ImageError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "PPM", "AVIF", "JPEG2000")
# fmt: off
SUFFIXES = frozenset({
    ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".webp", ".gif", ".bmp", ".dib",
    ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm", ".avif", ".jp2", ".j2k", ".jpx",
})
# fmt: on

# Pillow's own limit: a quarter of a gibibyte as RGB.
MAX_PIXELS = 1024**3 // 4 // 3

_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_NOT_FILES = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def open_image(
    source: str | Path | bytes | Image.Image,
    *,
    max_pixels: int = MAX_PIXELS,
    max_side: int | None = None,
) -> Image.Image:
    """Return a picture as a new RGB image, upright, with its transparent parts on white.

    Of an animation it is the first frame (of an image already open, the current one). Grey
    pictures of 16 bits keep their whole range; wider and floating ones are fitted to it.

    Args:
        source: A file, the bytes of one, or an image already open, which is left open.
        max_pixels: Larger pictures are refused before their pixels are decoded. Pillow's own
            limit, twice `PIL.Image.MAX_IMAGE_PIXELS`, holds beside it.
        max_side: Larger pictures are reduced until their longest side is this; JPEG files
            already while they are decoded, which is quicker.

    Raises:
        ImageError: There is no such file, or it cannot be read as a picture.

    Example:
        >>> open_image(Image.new("RGBA", (2, 1), (255, 0, 0, 0))).getpixel((0, 0))
        (255, 255, 255)
    """
    where = _name(source)
    with _PILLOW_IS_QUIET:
        if isinstance(source, Image.Image):
            return _convert(source, where, max_pixels, max_side)
        if isinstance(source, bytes):
            return _decode(BytesIO(source), where, max_pixels, max_side)
        with _open_file(source, where) as file:
            return _decode(file, where, max_pixels, max_side)


def printable(text: object) -> str:
    """Return text for one line of a message: control characters and the like as escapes."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text))


def _name(source: object) -> str:
    if isinstance(source, bytes):
        return f"<{len(source)} bytes>"
    if isinstance(source, Image.Image):
        return printable(getattr(source, "filename", "") or "<image>")
    return printable(source)


def _open_file(path: str | Path, where: str) -> BinaryIO:
    """Open a regular file; looks before it opens, as opening a pipe would wait for ever."""
    try:
        mode = Path(path).stat().st_mode
        if not stat.S_ISREG(mode):
            found = _NOT_FILES.get(stat.S_IFMT(mode), "not a file")
            raise ImageError(f"{where}: {found}; expected an image file")
        return Path(path).open("rb")
    except FileNotFoundError:
        raise ImageError(f"{where}: no such file") from None
    except TypeError:
        raise ImageError(
            f"found {type(path).__name__}; expected a path, bytes or a PIL image"
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = getattr(error, "strerror", None) or error
        raise ImageError(f"{where}: cannot be opened: {printable(reason)}") from None


def _decode(file: BinaryIO, where: str, max_pixels: int, max_side: int | None) -> Image.Image:
    try:
        is_empty = not file.read(1)
        file.seek(0)
        image = None if is_empty else Image.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        raise ImageError(
            f"{where}: not a readable image; expected one of {', '.join(FORMATS)}",
            hint="if it is a picture of another kind, convert it to PNG or JPEG",
        ) from None
    except Image.DecompressionBombError as error:
        pixels = re.search(r"\d+", str(error))
        raise _too_large(where, pixels.group() if pixels else "too many", max_pixels) from None
    except Exception as error:
        raise _damaged(where, "image", error) from error
    if image is None:
        raise ImageError(f"{where}: empty (0 bytes); expected an image file")
    with image:
        return _convert(image, where, max_pixels, max_side, draft=True)


def _convert(
    image: Image.Image, where: str, max_pixels: int, max_side: int | None, *, draft: bool = False
) -> Image.Image:
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageError(f"{where}: {width} x {height} pixels; expected at least 1 x 1")
    if width * height > max_pixels:
        raise _too_large(where, f"{width} x {height}", max_pixels)
    # Pillow answers damaged bytes with almost any exception: OSError, SyntaxError, ValueError,
    # struct.error, EOFError, KeyError, OverflowError, MemoryError and more have been seen.
    try:
        if draft and max_side is not None:
            image.draft(None, (max_side, max_side))
        image.load()
        rgb = _turned(_rgb(image), image)
        if max_side is not None:
            rgb.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    except Exception as error:
        raise _damaged(where, image.format or "image", error) from error
    rgb.info.clear()  # the turn is done: nothing may do it again
    return rgb


def _turned(rgb: Image.Image, image: Image.Image) -> Image.Image:
    """Turn the picture as its EXIF data says; a picture with damaged EXIF data stays as it is."""
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG)
    except Exception:
        return rgb
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    return rgb if turn is None else rgb.transpose(turn)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        return _grey(image).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    rgba = (image.convert("LA") if image.mode == "La" else image).convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(white, rgba).convert("RGB")


def _grey(image: Image.Image) -> Image.Image:
    """Return an 8-bit grey image from one of 16 or 32 bits, or of floats."""
    values = np.asarray(image)  # (height, width)
    if image.mode.startswith("I;16"):
        grey = ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
    else:
        grey = _fitted(values.astype(np.float64), image.mode)
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        grey[values == transparent] = 255
    return Image.fromarray(grey)


def _fitted(values: npt.NDArray[np.float64], mode: str) -> npt.NDArray[np.uint8]:
    """Scale to 0..255 from the first usual range that holds all values, else from their own."""
    values[~np.isfinite(values)] = 0
    low, high = float(values.min()), float(values.max())
    limits = (1.0, 255.0, 65535.0) if mode == "F" else (255.0, 65535.0)
    limit = next((limit for limit in limits if low >= 0 and high <= limit), None)
    if limit is not None:
        low, high = 0.0, limit
    return np.rint((values - low) * (255 / max(high - low, 1e-300))).astype(np.uint8)


def _too_large(where: str, found: str, max_pixels: int) -> ImageError:
    return ImageError(
        f"{where}: {found} pixels; expected at most {max_pixels}", hint="make it smaller first"
    )


def _damaged(where: str, kind: str, error: Exception) -> ImageError:
    reason = printable(error) or type(error).__name__
    return ImageError(f"{where}: damaged {kind} file: {reason}")


class _QuietPillow:
    """Keep Pillow's warnings in while any thread is inside.

    `warnings.catch_warnings` alone restores the wrong filters when two threads overlap, so the
    first to come in opens one and the last to go out closes it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._caught = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._caught = warnings.catch_warnings()
                self._caught.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL\.")
            self._inside += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._caught.__exit__(kind, error, trace)


_PILLOW_IS_QUIET = _QuietPillow()
