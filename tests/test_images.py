from __future__ import annotations

import io
import os
import random
import struct
import threading
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from hiercls.errors import ImageError
from hiercls.images import MAX_PIXELS, SUFFIXES, open_image

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def flag(width: int = 48, height: int = 32) -> Image.Image:
    """Red above, blue below, a green corner at the top left: every turn of it looks different."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (0, height // 2, width, height))
    image.paste(GREEN, (0, 0, width // 3, height // 2))
    return image


def assert_looks_like(found: Image.Image, expected: Image.Image, tolerance: float = 12) -> None:
    assert found.mode == "RGB"
    assert found.size == expected.size
    difference = np.abs(np.asarray(found, float) - np.asarray(expected.convert("RGB"), float))
    assert difference.mean() < tolerance


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing, as a decompression bomb does."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("JPEG", {"quality": 95}),
        ("JPEG", {"quality": 95, "progressive": True}),
        ("WEBP", {"lossless": True}),
        ("GIF", {}),
        ("BMP", {}),
        ("DIB", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("PPM", {}),
        ("JPEG2000", {}),
        ("AVIF", {"quality": 95}),
    ],
)
def test_every_format_reads_back_as_drawn(kind: str, options: dict[str, object]) -> None:
    assert_looks_like(open_image(encoded(flag(), kind, **options)), flag())


@pytest.mark.parametrize("as_source", [str, Path, Path.read_bytes, Image.open])
def test_a_path_bytes_and_an_open_image_give_the_same_picture(
    tmp_path: Path, as_source: type
) -> None:
    path = tmp_path / "flag.png"
    flag().save(path)
    source = as_source(path)
    assert_looks_like(open_image(source), flag(), tolerance=0.01)
    if isinstance(source, Image.Image):
        source.close()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_turned_by_exif_stands_upright(kind: str, orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = flag().transpose(undo[orientation]) if orientation > 1 else flag()
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert_looks_like(open_image(encoded(stored, kind, exif=exif)), flag())


def test_reading_the_result_again_does_not_turn_it_again() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    once = open_image(encoded(flag(), "JPEG", exif=exif))
    assert_looks_like(open_image(once), once, tolerance=0.01)


def test_damaged_exif_data_does_not_hide_the_picture() -> None:
    data = encoded(flag(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xfe" * 40)
    assert_looks_like(open_image(data), flag())


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "La", "RGBa"])
def test_transparent_parts_are_white_and_half_transparent_ones_pale(mode: str) -> None:
    image = Image.new("RGBA", (3, 1), (0, 0, 0, 255))
    image.putpixel((1, 0), (0, 0, 0, 128))
    image.putpixel((2, 0), (0, 0, 0, 0))
    source = {
        "LA": lambda: image.convert("LA"),
        "La": lambda: image.convert("LA").convert("La"),
        "PA": lambda: image.convert("PA"),
    }.get(mode, lambda: image.convert(mode))()
    greys = [pixel[0] for pixel in open_image(source).get_flattened_data()]
    assert greys[0] <= 1
    assert abs(greys[1] - 127) <= 2
    assert greys[2] == 255


def test_a_transparent_palette_colour_is_white() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    for kind, transparency in (("PNG", 1), ("PNG", b"\xff\x00"), ("GIF", 1)):
        found = open_image(encoded(image, kind, transparency=transparency))
        assert list(found.get_flattened_data()) == [RED, WHITE]


def test_a_transparent_colour_of_a_grey_or_rgb_png_is_white() -> None:
    grey = Image.new("L", (2, 1), 10)
    grey.putpixel((1, 0), 77)
    assert open_image(encoded(grey, "PNG", transparency=77)).getpixel((1, 0)) == WHITE
    colour = Image.new("RGB", (2, 1), RED)
    colour.putpixel((1, 0), BLUE)
    assert open_image(encoded(colour, "PNG", transparency=BLUE)).getpixel((1, 0)) == WHITE


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_keeps_its_colours(kind: str) -> None:
    assert_looks_like(open_image(encoded(flag().convert("CMYK"), kind)), flag(), tolerance=20)


def test_an_inverted_cmyk_jpeg_of_adobe_is_not_a_negative() -> None:
    """Such files store 255 - ink and say so in an APP14 marker, which Pillow writes as well."""
    data = encoded(Image.new("CMYK", (32, 32), (0, 255, 255, 0)), "JPEG", quality=95)
    assert b"Adobe" in data
    red, green, blue = open_image(data).getpixel((16, 16))
    assert red > 240
    assert max(green, blue) < 15


@pytest.mark.parametrize("mode", ["I;16", "I;16L", "I;16B"])
def test_16_bit_grey_keeps_its_whole_range(mode: str) -> None:
    values = np.arange(65536).reshape(256, 256)
    dtype = ">u2" if mode == "I;16B" else "<u2"
    image = Image.frombytes(mode, (256, 256), values.astype(dtype).tobytes())
    greys = np.asarray(open_image(image))[:, :, 0]
    assert np.array_equal(greys, np.rint(values / 257))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_a_16_bit_grey_file_is_not_clipped(kind: str) -> None:
    ramp = np.linspace(0, 65535, 256).round().astype(np.uint16).reshape(16, 16)
    greys = np.asarray(open_image(encoded(Image.fromarray(ramp), kind)))[:, :, 0]
    assert np.abs(greys.ravel().astype(int) - np.arange(256)).max() <= 1


def test_a_transparent_16_bit_grey_is_white() -> None:
    values = np.array([[0, 3000]], np.uint16)
    found = open_image(encoded(Image.fromarray(values), "PNG", transparency=3000))
    assert found.getpixel((1, 0)) == WHITE


@pytest.mark.parametrize("scale", [1.0, 255.0, 65535.0, 4e9])
def test_float_and_32_bit_grey_are_fitted_to_their_range(scale: float) -> None:
    ramp = np.linspace(0, scale, 256, dtype=np.float32).reshape(16, 16)
    greys = np.asarray(open_image(encoded(Image.fromarray(ramp), "TIFF")))[:, :, 0]
    assert np.abs(greys.ravel().astype(int) - np.arange(256)).max() <= 1
    if 255 <= scale < 2**31:
        whole = Image.fromarray(ramp.round().astype(np.int32))
        greys = np.asarray(open_image(encoded(whole, "TIFF")))[:, :, 0]
        assert np.abs(greys.ravel().astype(int) - np.arange(256)).max() <= 1


def test_a_float_picture_may_hold_nan_infinity_and_a_single_value() -> None:
    for values in ([[np.nan, 1.0, np.inf]], [[np.nan]], [[-7.0]], [[-3e38, 3e38]], [[0.0]]):
        image = Image.fromarray(np.array(values, np.float32))
        assert open_image(image).size == image.size


def test_1_bit_is_black_and_white() -> None:
    image = Image.new("1", (2, 1), 0)
    image.putpixel((1, 0), 1)
    for kind in ("PNG", "BMP", "TIFF", "PPM"):
        assert list(open_image(encoded(image, kind)).get_flattened_data()) == [(0, 0, 0), WHITE]


@pytest.mark.parametrize("mode", ["YCbCr", "HSV", "LAB", "RGBX", "P", "L"])
def test_other_modes_become_rgb(mode: str) -> None:
    grey = Image.new("RGB", (4, 4), (128, 128, 128))
    source = {
        "LAB": Image.new("LAB", (4, 4), (137, 128, 128)),
        "P": grey.quantize(),
    }.get(mode) or grey.convert(mode)
    found = open_image(source)
    assert max(abs(value - 128) for value in found.getpixel((0, 0))) <= 4


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_an_animation_is_its_first_frame(kind: str) -> None:
    frames = [flag(), Image.new("RGB", flag().size, WHITE)]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    assert_looks_like(open_image(data), flag())


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1)])
def test_extreme_shapes_are_pictures_too(size: tuple[int, int]) -> None:
    assert open_image(encoded(Image.new("RGB", size, RED), "PNG")).size == size


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_max_side_bounds_the_longest_side_and_never_enlarges(kind: str) -> None:
    data = encoded(flag(960, 640), kind)
    assert_looks_like(open_image(data, max_side=48), flag(), tolerance=15)
    assert open_image(data, max_side=5000).size == (960, 640)
    assert open_image(encoded(Image.new("RGB", (1, 5000)), kind), max_side=100).size == (1, 100)


def test_an_open_image_is_not_changed(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    flag().save(tmp_path / "turned.jpg", exif=exif)
    with Image.open(tmp_path / "turned.jpg") as image:
        assert open_image(image, max_side=8).size != image.size
        assert image.size == (48, 32)
        assert image.getexif()[0x0112] == 6
        assert image.copy().size == (48, 32)


def refused(source: object, **options: int) -> str:
    with pytest.raises(ImageError) as caught:
        open_image(source, **options)
    assert "\n" not in caught.value.message
    assert caught.value.message.isprintable()
    return caught.value.message


def test_a_decompression_bomb_is_refused_from_its_header() -> None:
    message = refused(png_header(10_000, 10_000))
    assert message.endswith(f"10000 x 10000 pixels; expected at most {MAX_PIXELS}")
    assert "900000000 pixels" in refused(png_header(30_000, 30_000))
    assert "48 x 32 pixels; expected at most 100" in refused(flag(), max_pixels=100)


def test_an_enormous_picture_costs_no_time_and_no_memory() -> None:
    with pytest.raises(ImageError):
        open_image(png_header(2**31 - 1, 2**31 - 1))


def test_what_is_not_a_file_says_so(tmp_path: Path) -> None:
    assert refused(tmp_path / "gone.png").endswith("gone.png: no such file")
    assert "a folder; expected an image file" in refused(tmp_path)
    os.mkfifo(tmp_path / "pipe.png")
    assert "a named pipe; expected an image file" in refused(tmp_path / "pipe.png")
    assert "a device; expected an image file" in refused("/dev/zero")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    assert "loop.png: cannot be opened" in refused(tmp_path / "loop.png")
    assert "File name too long" in refused("a" * 5000)
    assert "a\\x00b" in refused("a\0b")
    assert "found int; expected a path, bytes or a PIL image" in refused(7)


def test_an_unprintable_name_stays_on_one_line() -> None:
    assert refused("new\nline\x1b[31m\udcff.png") == "new\\nline\\x1b[31m\\udcff.png: no such file"


def test_what_is_not_an_image_says_what_was_expected(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    assert "empty.png: empty (0 bytes); expected an image file" in refused(tmp_path / "empty.png")
    assert "<0 bytes>: empty" in refused(b"")
    (tmp_path / "notes.png").write_text("not a picture")
    assert "not a readable image; expected one of PNG, JPEG" in refused(tmp_path / "notes.png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "JPEG2000"])
def test_a_truncated_file_is_an_error_wherever_it_ends(kind: str) -> None:
    noise = Image.frombytes("RGB", (40, 40), random.Random(1).randbytes(4800))
    data = encoded(noise, kind)
    for length in (1, 8, 20, len(data) // 2, len(data) * 9 // 10):
        refused(data[:length])


def test_a_closed_image_is_an_error(tmp_path: Path) -> None:
    flag().save(tmp_path / "flag.png")
    image = Image.open(tmp_path / "flag.png")
    image.close()
    assert "damaged" in refused(image)


def test_the_global_state_of_pillow_is_left_alone() -> None:
    before = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
    refused(png_header(10_000, 10_000))
    refused(encoded(flag(), "PNG")[:-40])
    assert before == (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)


def test_every_suffix_is_one_that_pillow_reads() -> None:
    assert set(Image.registered_extensions()) >= SUFFIXES


def seeds() -> list[bytes]:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = flag(24, 16)
    grey = Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000)
    kinds = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "JPEG2000", "AVIF")
    return [
        *(encoded(image, kind) for kind in kinds),
        encoded(image, "JPEG", exif=exif),
        encoded(image, "TIFF", compression="jpeg"),
        encoded(image, "TIFF", compression="tiff_deflate", exif=exif),
        encoded(image.convert("P"), "PNG", transparency=3),
        encoded(image.convert("CMYK"), "JPEG"),
        encoded(image.convert("RGBA"), "WEBP", exif=exif),
        encoded(image, "GIF", save_all=True, append_images=[image.transpose(0)]),
        encoded(image, "PNG", save_all=True, append_images=[image.transpose(0)]),
        encoded(image, "MPO", save_all=True, append_images=[image.transpose(0)]),
        encoded(grey, "PNG"),
        encoded(grey, "TIFF"),
    ]


SEEDS = seeds()


def opens_or_is_an_image_error(data: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            image = open_image(data, max_pixels=1_000_000)
        except ImageError as error:
            assert error.message.isprintable()
        else:
            assert image.mode == "RGB"


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_damaged_bytes_are_a_picture_or_an_image_error(data: st.DataObject) -> None:
    mutated = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 6))):
        # Formats keep their sizes and tables near the start.
        place = data.draw(st.integers(0, min(len(mutated), 200) - 1))
        mutated[place] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del mutated[data.draw(st.integers(0, len(mutated))) :]
    opens_or_is_an_image_error(bytes(mutated))


@settings(max_examples=100, deadline=None)
@given(prefix=st.sampled_from([b"", *(seed[:12] for seed in SEEDS)]), rest=st.binary(max_size=200))
def test_random_bytes_are_a_picture_or_an_image_error(prefix: bytes, rest: bytes) -> None:
    opens_or_is_an_image_error(prefix + rest)


def test_no_warning_escapes_and_the_filters_are_restored_in_threads() -> None:
    bomb, good = png_header(10_000, 10_000), encoded(flag(), "PNG")
    messages = set()

    def work() -> None:
        for _ in range(50):
            messages.add(refused(bomb))
            open_image(good)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before = list(warnings.filters)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert warnings.filters == before
    # Where Pillow's own warning got out, it would be the reason given here.
    assert messages == {f"<{len(bomb)} bytes>: 10000 x 10000 pixels; expected at most {MAX_PIXELS}"}
