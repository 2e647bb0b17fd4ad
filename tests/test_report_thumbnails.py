from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from hiercls.report.thumbnails import SIDES, make_thumbnails


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pictures that no JPEG makes small."""
    folder = tmp_path_factory.mktemp("pictures")
    paths = [folder / f"{index}.png" for index in range(12)]
    for path in paths:
        Image.effect_noise((400, 300), 90).convert("RGB").save(path)
    return paths


def opened(jpeg: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(jpeg)))


@pytest.mark.slow
def test_with_room_the_copies_are_of_the_largest_size(pictures: list[Path]) -> None:
    made = make_thumbnails(pictures, max_bytes=10_000_000)
    assert made.side == SIDES[0] and (made.num_unreadable, made.num_left_out) == (0, 0)
    for jpeg in made.jpegs:
        picture = opened(jpeg)
        assert (picture.format, picture.size) == ("JPEG", (SIDES[0], SIDES[0] * 3 // 4))


@pytest.mark.slow
@pytest.mark.parametrize("max_bytes", [300_000, 100_000, 40_000, 10_000, 0])
def test_the_limit_holds_whatever_it_is(pictures: list[Path], max_bytes: int) -> None:
    made = make_thumbnails(pictures, max_bytes=max_bytes)
    assert made.num_bytes == sum(map(len, filter(None, made.jpegs))) <= max_bytes
    assert made.num_left_out == made.jpegs.count(None)


@pytest.mark.slow
def test_smaller_copies_are_made_before_any_is_left_out(pictures: list[Path]) -> None:
    made = make_thumbnails(pictures, max_bytes=80_000)
    assert made.side < SIDES[0] and made.num_left_out == 0


@pytest.mark.slow
def test_where_not_all_fit_what_matters_most_comes_first(pictures: list[Path]) -> None:
    made = make_thumbnails(pictures, max_bytes=8_000, first=[7, 11])
    assert made.num_left_out > 0
    assert made.jpegs[7] and made.jpegs[11]


def test_a_picture_that_is_not_there_or_broken_has_no_copy(
    pictures: list[Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8 nonsense")
    paths = [tmp_path / "gone.jpg", pictures[0], broken, tmp_path]
    made = make_thumbnails(paths, max_bytes=1_000_000)
    assert [jpeg is None for jpeg in made.jpegs] == [True, False, True, True]
    assert (made.num_unreadable, made.num_left_out) == (3, 0)


def test_no_pictures_make_no_copies() -> None:
    assert make_thumbnails([], max_bytes=1000).jpegs == ()
