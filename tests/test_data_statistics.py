from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from taxonomy_strategies import few

from hiercls.config import PlanSettings
from hiercls.data import Example, Examples, read_examples
from hiercls.data.contents import read_contents
from hiercls.data.nearest import Nearest
from hiercls.data.statistics import statistics_of
from hiercls.plan import Plan
from hiercls.taxonomy import Taxonomy

PETS = Taxonomy.from_dict(
    {
        "name": "pets",
        "children": [
            {"name": "dog", "children": [{"name": "pug"}, {"name": "husky"}, {"name": "boxer"}]},
            {"name": "cat", "children": [{"name": "manx"}, {"name": "tabby"}]},
        ],
    }
)
PLAN = Plan(PETS, PlanSettings(merge="none"))


def examples_of(**counts: int) -> Examples:
    nodes = [node for node, count in counts.items() for _ in range(count)]
    return Examples("data", tuple(Example(f"{n}.jpg", own) for n, own in enumerate(nodes)))


def test_classes_are_counted_with_those_that_have_no_image() -> None:
    found = statistics_of(PLAN, examples_of(pug=6, husky=2, manx=1, dog=3, pets=2), many=5, few=2)
    assert found.classes == {"pug": 6, "husky": 2, "boxer": 0, "manx": 1, "tabby": 0}
    assert found.missing == ("boxer", "tabby")
    assert found.inner == {"dog": 3, "pets": 2}
    assert found.imbalance == 6
    assert [(part.name, part.num_classes, part.num_images) for part in found.parts] == [
        ("head", 1, 6),
        ("middle", 1, 2),
        ("tail", 1, 1),
    ]
    assert found.num_unused == 2
    assert found.questions == {"pets": 12, "dog": 8, "cat": 1}
    [top, below] = found.levels
    assert (top.num_questions, top.num_images) == (1, 12)
    assert (below.num_questions, below.num_images, below.fewest, below.most) == (2, 9, 1, 8)
    json.dumps(found.to_json())


def test_splits_are_counted_with_their_classes() -> None:
    items = [Example("1", "pug", split="train"), Example("2", "pug", split="train")]
    items += [Example("3", "manx", split="test"), Example("4", "dog", split="train")]
    found = statistics_of(PLAN, Examples("data", tuple(items)))
    assert [(own.name, own.num_images, own.num_classes) for own in found.splits] == [
        ("train", 3, 1),
        ("test", 1, 1),
    ]


def test_data_without_a_class_has_no_imbalance() -> None:
    found = statistics_of(PLAN, examples_of(dog=2))
    assert found.imbalance is None
    assert found.levels[1].num_images == 0


def test_copies_are_found_by_their_bytes_and_by_their_pixels(tmp_path: Path) -> None:
    picture = Image.new("RGB", (6, 4), (200, 10, 10))
    picture.putpixel((0, 0), (0, 0, 255))
    picture.save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes())
    picture.save(tmp_path / "c.bmp")
    picture.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png")
    picture.save(tmp_path / "d.png")
    Image.new("RGB", (6, 4), (200, 10, 11)).save(tmp_path / "other.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    labels = {
        "a.png": ("pug", "train"),
        "b.png": ("pug", "test"),
        "c.bmp": ("manx", "train"),
        "turned.png": ("pug", "train"),
        "other.png": ("pug", "train"),
        "broken.png": ("pug", "train"),
        "none.png": ("pug", "train"),
    }
    examples = [
        Example(str(tmp_path / name), node, name, split) for name, (node, split) in labels.items()
    ]
    seen: list[bool] = []
    found = read_contents(examples, on_image=seen.append)
    assert seen == [False] * 5 + [True] * 2
    assert sorted(found.errors) == ["broken.png", "none.png"]
    [copies] = found.copies
    assert [own.name for own in copies.examples] == ["a.png", "b.png", "c.bmp"]
    assert not copies.is_exact
    assert copies.splits == ("test", "train")
    assert copies.nodes == ("pug", "manx")
    [exact] = read_contents(examples[:2]).copies
    assert exact.is_exact
    statistics = statistics_of(PLAN, Examples("data", tuple(examples)), contents=found)
    written = statistics.to_json()
    assert written["copies"][0]["images"] == ["a.png", "b.png", "c.bmp"]
    assert list(written["unreadable"]) == ["broken.png", "none.png"]


@pytest.mark.slow
@few
@given(
    st.lists(st.text("abcdefgh", min_size=4, max_size=9), min_size=1, max_size=40, unique=True),
    st.data(),
)
def test_a_word_with_one_letter_wrong_finds_itself_among_the_nearest(
    words: list[str], data: st.DataObject
) -> None:
    word = data.draw(st.sampled_from(words))
    at = data.draw(st.integers(0, len(word) - 1))
    wrong = f"{word[:at]}x{word[at + 1 :]}"
    # Others may be as near; but none that is near is missed.
    assert word in Nearest(words).of(wrong, count=len(words))


def test_the_nearest_come_first_and_words_that_are_far_not_at_all() -> None:
    nearest = Nearest(["Golden Retriever", "Retriever", "Poodle", "golden retrieve"])
    assert nearest.of("golden retriver")[0] in ("Golden Retriever", "golden retrieve")
    assert "Poodle" not in nearest.of("golden retriver")
    assert nearest.of("zzz") == ()
    assert nearest.of("x" * 1000) == ()


def test_splits_of_a_manifest_may_be_its_folders(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("path,label\ntrain/a.jpg,pug\n./test/b.jpg,pug\n")
    assert [own.split for own in read_examples(tmp_path, PETS)] == ["train", "test"]
    (tmp_path / "labels.csv").write_text("path,label\ntrain/a.jpg,pug\nplane/b.jpg,pug\n")
    assert [own.split for own in read_examples(tmp_path, PETS)] == [None, None]
    (tmp_path / "labels.csv").write_text("path,label,split\ntrain/a.jpg,pug,dev\n")
    assert [own.split for own in read_examples(tmp_path, PETS)] == ["dev"]


def test_a_folder_with_metadata_is_read_by_it(tmp_path: Path) -> None:
    (tmp_path / "metadata.csv").write_text("file_name,label\na.jpg,pug\n")
    assert [own.node for own in read_examples(tmp_path, PETS)] == ["pug"]
