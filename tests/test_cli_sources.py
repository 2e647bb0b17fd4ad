from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiercls.cli.sources import find_images
from hiercls.errors import RequestError


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in (
        "b.jpg",
        "a.PNG",
        "notes.txt",
        "raw.scan",
        ".hidden.jpg",
        ".trash/c.jpg",
        "2020/z.webp",
        "2020/deep/er/x.tiff",
        "2020/brackets[1].jpg",
        "empty/notes.txt",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    monkeypatch.chdir(tmp_path)
    yield tmp_path


def found(*names: str, listing: bytes = b"") -> list[str]:
    return [path.replace(os.sep, "/") for path in find_images(names, io.BytesIO(listing))]


@pytest.mark.usefixtures("album")
class TestAlbum:
    def test_a_folder_stands_for_all_images_below_it_in_order(self) -> None:
        assert found(".") == [
            "./a.PNG",
            "./b.jpg",
            "./2020/brackets[1].jpg",
            "./2020/z.webp",
            "./2020/deep/er/x.tiff",
        ]

    def test_a_file_is_taken_whatever_it_is_called(self) -> None:
        assert found("notes.txt", ".hidden.jpg") == ["notes.txt", ".hidden.jpg"]

    def test_a_missing_file_is_left_to_fail_by_itself(self) -> None:
        assert found("b.jpg", "gone.jpg") == ["b.jpg", "gone.jpg"]

    def test_a_hidden_folder_is_searched_if_it_is_named(self) -> None:
        assert found(".trash") == [".trash/c.jpg"]

    def test_a_pattern_matches_images_and_folders_below(self) -> None:
        assert found("*.jpg") == ["b.jpg"]
        assert found("[ab].*") == ["a.PNG", "b.jpg"]
        assert found("20??") == found("2020")
        assert found("*") == [*found("2020"), "a.PNG", "b.jpg"]

    def test_a_double_star_finds_each_image_once(self) -> None:
        assert sorted(found("**")) == sorted(path.removeprefix("./") for path in found("."))
        assert found("**/*.tiff") == ["2020/deep/er/x.tiff"]

    def test_a_pattern_that_spells_the_suffix_out_is_taken_at_its_word(self) -> None:
        assert found("*.scan") == ["raw.scan"]

    def test_a_name_with_brackets_that_exists_is_no_pattern(self) -> None:
        assert found("2020/brackets[1].jpg") == ["2020/brackets[1].jpg"]

    def test_a_list_has_one_path_a_line_with_any_line_ends(self) -> None:
        listing = b"\xef\xbb\xbfb.jpg\r\n\r\n\n2020/deep\n with space.jpg"
        assert found("-", listing=listing) == [
            "b.jpg",
            "2020/deep/er/x.tiff",
            " with space.jpg",
        ]

    def test_names_of_all_kinds_mix_in_their_order(self) -> None:
        assert found("b.jpg", "-", "2020/*.webp", listing=b"gone.png\n") == [
            "b.jpg",
            "gone.png",
            "2020/z.webp",
        ]

    def test_no_image_at_all_is_a_wrong_request(self) -> None:
        with pytest.raises(RequestError, match="no images in empty, -"):
            found("empty", "-")

    def test_a_pattern_without_a_match_is_a_wrong_request(self) -> None:
        for pattern in ("*.gif", "empty/*"):
            with pytest.raises(RequestError, match="matches no image; expected"):
                found("b.jpg", pattern)

    def test_links_in_a_circle_are_not_followed(self, album: Path) -> None:
        (album / "2020" / "again").symlink_to(album)
        assert len(found(".")) == 5


def test_the_order_is_that_of_the_names_and_not_of_the_disk(tmp_path: Path) -> None:
    for name in "qwertyuiop":
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").touch()
        (tmp_path / f"{name}.png").touch()
    files = [str(tmp_path / f"{name}.png") for name in sorted("qwertyuiop")]
    inside = [str(tmp_path / name / "a.png") for name in sorted("qwertyuiop")]
    assert find_images([str(tmp_path)], io.BytesIO()) == files + inside


def test_a_name_that_is_not_utf8_comes_through_a_list() -> None:
    (path,) = found("-", listing=b"caf\xe9.jpg\n")
    assert os.fsencode(path) == b"caf\xe9.jpg"


@pytest.mark.usefixtures("someone_else")
def test_a_folder_that_cannot_be_read_is_a_wrong_request() -> None:
    Path("locked").mkdir(mode=0)
    with pytest.raises(RequestError, match="locked: folder cannot be read: Permission denied"):
        found(".")


path_lines = st.binary(min_size=1).filter(
    lambda line: not set(line) & set(b"\r\n\0") and not line.startswith(b"\xef\xbb\xbf")
)


@pytest.mark.slow
@given(st.lists(path_lines, min_size=1))
def test_every_line_of_a_list_is_one_path_byte_for_byte(lines: list[bytes]) -> None:
    missing = [b"/nowhere/" + line.replace(b"/", b"_") for line in lines]
    paths = find_images(["-"], io.BytesIO(b"\n".join(missing)))
    assert [os.fsencode(path) for path in paths] == missing
