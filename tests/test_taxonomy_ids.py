"""Ids made from names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxonomy_strategies import few

from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.ids import LONGEST_ID, make_ids, slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Boston terrier", "boston-terrier"),
        ("  Food, Beverages & Tobacco ", "food-beverages-tobacco"),
        ("egyptian_cat", "egyptian-cat"),
        ("Äpfel & Birnen", "äpfel-birnen"),
        ("日本の旗", "日本の旗"),
        ("हिन्दी", "हिन्दी"),
        ("ﬁsh №5", "fish-no5"),
        ("3-toed sloth", "3-toed-sloth"),
        ("???", ""),
    ],
)
def test_a_slug_keeps_letters_and_digits_of_every_script(name: str, expected: str) -> None:
    assert slug(name) == expected


@few
@given(st.text())
def test_a_slug_of_a_slug_is_itself_and_holds_no_slash(name: str) -> None:
    assert "/" not in slug(name)
    assert slug(slug(name)) == slug(name)


def node(name: str, *children: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, **({"children": list(children)} if children else {}), **more}


def ids(*children: dict[str, Any], **more: Any) -> list[str]:
    return list(Taxonomy.from_dict({"name": "world", "children": list(children), **more}))


def test_a_name_that_is_unique_is_its_own_id() -> None:
    assert ids(node("Dog", node("Husky")), node("Cat")) == ["world", "dog", "husky", "cat"]


def test_namesakes_all_get_their_path() -> None:
    found = ids(node("river", node("bank")), node("money", node("bank")))
    assert found == ["world", "river", "world/river/bank", "money", "world/money/bank"]


def test_a_given_id_wins_over_a_namesake_and_stands_in_the_paths_below() -> None:
    found = ids(
        node("bank", node("deposit"), id="river-bank"),
        node("Bank", node("deposit"), id="money-bank"),
        node("x", id="deposit"),
        node("bank"),
    )
    assert found == [
        *["world", "river-bank", "world/river-bank/deposit"],
        *["money-bank", "world/money-bank/deposit", "deposit", "bank"],
    ]


def test_the_root_keeps_its_slug_from_a_namesake() -> None:
    assert ids(node("animal"), root="Animal") == ["animal", "animal/animal"]
    assert ids(node("animal"), root="Animal", id="top") == ["top", "animal"]


def test_a_name_whose_slug_is_given_elsewhere_gets_its_path() -> None:
    assert ids(node("x", id="dog"), node("Dog")) == ["world", "dog", "world/dog"]


def test_adding_an_unrelated_node_changes_no_id() -> None:
    before = [node("river", node("bank")), node("money", node("bank")), node("dog")]
    added = [node("cat"), *before[:1], node("tree", node("oak")), *before[1:]]
    assert set(ids(*before)) <= set(ids(*added))


NAMES = st.sampled_from(["a", "A", "b", "c d", "c-d", "e/f", "?"])


@few
@given(st.lists(st.tuples(NAMES, st.integers(0, 10)), min_size=1, max_size=12), st.data())
def test_made_ids_clash_only_between_siblings_of_one_slug(
    drawn: list[tuple[str, int]], data: st.DataObject
) -> None:
    names = [name for name, _ in drawn]
    parents = [0] + [parent % at for at, (_, parent) in enumerate(drawn) if at]
    made = make_ids(names, [None] * len(names), parents)
    seen: dict[str, int] = {}
    for at, own in enumerate(made):
        if own is None:
            assert slug(names[at]) == "" or "?" in names
        elif own in seen:
            first = seen[own]
            assert slug(names[first]) == slug(names[at])
            assert made[parents[first]] == made[parents[at]]
        else:
            seen[own] = at


def test_an_id_that_would_be_too_long_is_not_made_even_in_a_deep_chain() -> None:
    made = make_ids(["a"] * 3_000, [None] * 3_000, [max(0, at - 1) for at in range(3_000)])
    assert made[0] == "a"
    assert made[1] == "a/a"
    assert max(len(own) for own in made if own) <= LONGEST_ID
    assert made[-1] is None
