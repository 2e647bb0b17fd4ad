from __future__ import annotations

import io
import itertools
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from scorers import HashScorer

from hiercls.cascade import Cascade
from hiercls.config import SearchSettings
from hiercls.errors import RequestError
from hiercls.taxonomy import Taxonomy

GREEDY = SearchSettings(rule="greedy")


@pytest.fixture
def cascade() -> Cascade:
    return Cascade(Taxonomy.load("flags"), HashScorer(), batch_size=3)


@pytest.fixture
def greedy() -> Cascade:
    return Cascade(Taxonomy.load("flags"), HashScorer(), search=GREEDY, batch_size=3)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{n}.png" for n in range(7)]
    for n, path in enumerate(paths):
        Image.new("RGB", (20, 20), (n * 30, 0, 0)).save(path)
    return paths


def test_a_prediction_holds_the_whole_way(greedy: Cascade, pictures: list[Path]) -> None:
    cascade = greedy
    found = cascade.predict(pictures[0])
    assert found.image == str(pictures[0])
    assert found.leaf == found.path[-1] and found.leaf in cascade.taxonomy.leaves
    assert found.names == tuple(cascade.taxonomy.node(own).name for own in found.path)
    assert [step.node for step in found.steps] == ["flag", *found.path[:-1]]
    chosen = [
        step.probabilities[step.options.index(own)]
        for step, own in zip(found.steps, found.path, strict=True)
    ]
    assert found.probability == pytest.approx(math.prod(chosen))
    for step in found.steps:
        assert math.fsum(step.probabilities) == pytest.approx(1)
        assert step.options == cascade.taxonomy.children(step.node)
    assert found.top[0].probability == pytest.approx(found.probability)


def test_a_batch_answers_as_single_images_do(cascade: Cascade, pictures: list[Path]) -> None:
    assert list(cascade.predict_batch(pictures)) == [cascade.predict(path) for path in pictures]


def test_a_bad_image_never_ends_a_batch(cascade: Cascade, pictures: list[Path]) -> None:
    pictures[1].write_bytes(b"no picture")
    Image.new("RGB", (13, 20)).save(pictures[4])  # readable, but the scorer refuses it
    found = list(cascade.predict_batch([*pictures, "not/there.png"]))
    assert [prediction.error is not None for prediction in found] == [
        n in (1, 4, 7) for n in range(8)
    ]
    assert found[4].error == "image of 13 pixels is unlucky"
    assert [p.image for p in found] == [*map(str, pictures), "not/there.png"]
    assert found[5] == cascade.predict(pictures[5])


def test_images_are_taken_lazily(greedy: Cascade, pictures: list[Path]) -> None:
    taken = []

    def source() -> Iterator[Path]:
        for path in itertools.cycle(pictures):
            taken.append(path)
            yield path

    found = greedy.predict_batch(source())
    assert taken == []
    next(found)
    assert len(taken) == 3


def test_pictures_in_memory_are_taken_too(cascade: Cascade, pictures: list[Path]) -> None:
    from_file = cascade.predict(pictures[2])
    encoded = io.BytesIO()
    with Image.open(pictures[2]) as image:
        image.save(encoded, "PNG")
        assert cascade.predict(image).path == from_file.path
    assert cascade.predict(encoded.getvalue()).path == from_file.path


def test_top_limits_the_list(cascade: Cascade, pictures: list[Path]) -> None:
    assert len(cascade.predict(pictures[0], top=1).top) == 1
    with pytest.raises(RequestError, match="top is 0; expected at least 1"):
        cascade.predict_batch(pictures, top=0)


def test_a_taxonomy_without_a_choice_is_answered_without_a_question(pictures: list[Path]) -> None:
    chain = Taxonomy.from_dict({"name": "thing", "children": [{"name": "cup"}]})
    found = Cascade(chain, HashScorer()).predict(pictures[0])
    assert (found.path, found.leaf, found.probability, found.steps) == (("cup",), "cup", 1.0, ())
