from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxonomy_strategies import dags, few

from hiercls.errors import TaxonomyError
from hiercls.taxonomy import Taxonomy

PETS = Taxonomy.from_dict(
    {
        "name": "pets",
        "nodes": {
            "pet": {"name": "pet", "class": True},
            "dog": {"name": "dog", "parents": ["pet"]},
            "toy": {"name": "toy", "parents": ["pet"], "class": True},
            "pug": {"name": "pug", "parents": ["dog", "toy"]},
            "husky": {"name": "husky", "parents": ["dog"]},
            "car": {"name": "car", "parents": ["toy"], "index": 3},
            "cat": {"name": "cat", "parents": ["pet"]},
            "other-dog": {"name": "other", "parents": ["dog"]},
            "other-toy": {"name": "other", "parents": ["toy"]},
        },
    }
)


def test_a_branch_keeps_the_one_path_above_it() -> None:
    dogs = PETS.restrict(under="dog")
    assert list(dogs) == ["pet", "dog", "pug", "husky", "other-dog"]
    assert dogs.path("pug") == ("pet", "dog", "pug")
    assert dogs.parents("pug") == ("dog",)


def test_a_node_above_the_branch_is_no_class() -> None:
    assert PETS.restrict(under="dog").classes == ("pug", "husky", "other-dog")
    assert PETS.restrict(under="toy").classes == ("toy", "pug", "car", "other-toy")


def test_a_branch_may_be_a_leaf() -> None:
    assert PETS.restrict(under="car").classes == ("car",)
    assert PETS.restrict(under="car").node("car").index == 3


def test_what_has_another_way_to_it_stays() -> None:
    without = PETS.restrict(exclude=["dog"])
    assert list(without) == ["pet", "toy", "pug", "car", "cat", "other-toy"]
    assert without.parents("pug") == ("toy",)


def test_a_node_that_loses_all_children_goes_unless_it_is_a_class() -> None:
    without = PETS.restrict(exclude=["pug", "husky", "car", "other-dog", "other-toy"])
    assert list(without) == ["pet", "toy", "cat"]
    assert without.is_leaf("toy")


def test_a_branch_and_exclusions_go_together() -> None:
    assert PETS.restrict("dog", ["husky", "cat"]).classes == ("pug", "other-dog")


def test_nothing_asked_for_changes_nothing() -> None:
    assert PETS.restrict() is PETS
    assert PETS.restrict(under="pet").hash == PETS.hash


def test_a_single_word_is_not_taken_for_letters() -> None:
    assert "cat" not in PETS.restrict(exclude="cat")


@pytest.mark.parametrize(
    ("under", "exclude", "message", "hint"),
    [
        ("dgo", [], "no node 'dgo' in the taxonomy 'pets'; expected the id", "mean 'dog'?"),
        ("xylophone", [], "no node 'xylophone' in the taxonomy 'pets'", "taxonomy search"),
        ("Husky", [], "no node 'Husky' in the taxonomy 'pets'", "mean 'husky'?"),
        (None, ["other"], "2 nodes are named 'other'", "the id: 'other-dog', 'other-toy'"),
        (None, ["pet"], "nothing is left under 'pet' of the taxonomy 'pets'", "fewer nodes"),
        ("pug", ["dog"], "nothing is left under 'pug' of the taxonomy 'pets'", "fewer nodes"),
        ("dog", ["pug", "husky", "other-dog"], "nothing is left under 'dog'", "fewer nodes"),
    ],
)
def test_a_part_that_cannot_be_taken_is_told(
    under: str | None, exclude: list[str], message: str, hint: str
) -> None:
    with pytest.raises(TaxonomyError, match=message) as caught:
        PETS.restrict(under, exclude)
    assert caught.value.hint is not None and hint in caught.value.hint


def test_excluding_everything_is_refused() -> None:
    with pytest.raises(TaxonomyError, match="nothing is left under 'pet'"):
        PETS.restrict(exclude=["dog", "toy", "cat"])


def restrict_slowly(whole: Taxonomy, under: str, exclude: set[str]) -> set[str]:
    """Ids of what is left: one rule after the other, until none changes anything."""
    branch = {under, *whole.descendants(under)}
    left = {*whole.path(under), *branch}
    edges = {(p, c) for c in branch for p in whole.parents(c) if p in branch}
    way = whole.path(under)
    edges |= set(itertools.pairwise(way))
    changed = True
    while changed:
        unreached = {
            own
            for own in left
            if own in exclude
            or (own != whole.root and not any(p in left for p, c in edges if c == own))
        }
        empty = {
            own
            for own in left
            if not whole.node(own).is_class and not any(c in left for p, c in edges if p == own)
        }
        changed = bool(unreached | empty)
        left -= unreached | empty
    return left


@pytest.mark.slow
@given(dags(), st.data())
def test_parts_are_those_of_the_slow_way(document: dict[str, Any], data: st.DataObject) -> None:
    whole = Taxonomy.from_dict(document)
    ids = list(whole)
    under = data.draw(st.sampled_from(ids))
    exclude = data.draw(st.sets(st.sampled_from(ids), max_size=4))
    left = restrict_slowly(whole, under, exclude)
    try:
        part = whole.restrict(under, sorted(exclude))
    except TaxonomyError:
        assert under not in left or exclude & set(whole.path(under)) or left == {whole.root}
        return
    assert set(part) == left
    assert list(part) == [own for own in whole if own in left]
    below = {under, *whole.descendants(under)}
    assert part.classes == tuple(own for own in whole.classes if own in left & below)
    for own in below & left - {under}:
        assert part.parents(own) == tuple(p for p in whole.parents(own) if p in below & left)


@pytest.mark.slow
@few
@given(dags())
def test_a_part_can_be_written_and_read(document: dict[str, Any]) -> None:
    whole = Taxonomy.from_dict(document)
    part = whole.restrict(under=whole.leaves[-1])
    assert Taxonomy.from_dict(part.to_flat()).hash == part.hash
