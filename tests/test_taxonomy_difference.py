from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from taxonomy_strategies import dags, few

from hiercls.cli.main import main
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.difference import KINDS, SHOWN, Change, difference

OLD: dict[str, Any] = {
    "name": "pets",
    "nodes": {
        "pet": {"question": "Which pet?"},
        "dog": {"parents": ["pet"]},
        "cat": {"parents": ["pet"], "description": "purrs"},
        "pug": {"parents": ["dog"], "index": 0},
        "husky": {"parents": ["dog"], "index": 1},
        "tabby": {"parents": ["cat"]},
    },
}


def changed(**nodes: Any) -> Taxonomy:
    data = copy.deepcopy(OLD)
    for own, said in nodes.items():
        data["nodes"][own] = said
    return Taxonomy.from_dict(data)


def changes(new: Taxonomy) -> dict[str, tuple[Change, ...]]:
    found = difference(Taxonomy.from_dict(OLD), new).changes
    return {kind: listed for kind, listed in found.items() if listed}


@pytest.mark.slow
@few
@given(dags())
def test_a_taxonomy_does_not_differ_from_itself(data: dict[str, Any]) -> None:
    one, other = Taxonomy.from_dict(data), Taxonomy.from_dict(copy.deepcopy(data))
    found = difference(one, other)
    assert found.is_same_question and not found.added and not found.removed
    assert set(found.changes) == set(KINDS) and not any(found.changes.values())
    assert found.to_text() == f"{one.name} -> {one.name}: no difference"


@pytest.mark.slow
@few
@given(dags(), dags())
def test_the_other_way_round_is_the_mirror_image(one: dict[str, Any], two: dict[str, Any]) -> None:
    old, new = Taxonomy.from_dict(one), Taxonomy.from_dict(two)
    there, back = difference(old, new), difference(new, old)
    assert (set(there.added), set(there.removed)) == (set(back.removed), set(back.added))
    for kind in KINDS:
        mirrored = {(change.id, str(change.new), str(change.old)) for change in back.changes[kind]}
        forth = {(change.id, str(change.old), str(change.new)) for change in there.changes[kind]}
        assert forth == mirrored


@pytest.mark.slow
@few
@given(dags(), dags())
def test_equal_hashes_go_with_no_change_that_questions_see(
    one: dict[str, Any], two: dict[str, Any]
) -> None:
    found = difference(Taxonomy.from_dict(one), Taxonomy.from_dict(two))
    seen = [kind for kind in KINDS if kind != "indices" and found.changes[kind]]
    if seen or found.added or found.removed:
        assert not found.is_same_question


def test_each_kind_of_change_is_told_apart() -> None:
    assert changes(changed(pug={"parents": ["cat"], "index": 0})) == {
        "moved": (Change("pug", ["dog"], ["cat"]),),
    }
    assert changes(changed(pug={"name": "Pug", "parents": ["dog"], "index": 5})) == {
        "renamed": (Change("pug", "pug", "Pug"),),
        "indices": (Change("pug", 0, 5),),
    }
    assert changes(changed(cat={"parents": ["pet"], "class": True, "question": "Which cat?"})) == {
        "described": (Change("cat", "purrs", None),),
        "asked": (Change("cat", None, "Which cat?"),),
        "classes": (Change("cat", False, True),),
    }


def test_children_in_another_order_are_other_letters() -> None:
    data = copy.deepcopy(OLD)
    data["nodes"] = {own: data["nodes"][own] for own in sorted(data["nodes"])}
    found = difference(Taxonomy.from_dict(OLD), Taxonomy.from_dict(data))
    reordered = {change.id for change in found.changes["reordered"]}
    assert reordered == {"pet", "dog"} and not found.is_same_question


def test_the_text_says_what_became_of_what() -> None:
    new = changed(
        husky={"parents": ["dog", "pet"], "name": "Husky", "index": 1},
        siamese={"parents": ["cat"]},
    )
    assert difference(Taxonomy.from_dict(OLD), new).to_text() == (
        "pets -> pets: asks other questions\n"
        "1 node added:\n"
        "  'siamese': pet > cat > siamese\n"
        "1 node with other parents:\n"
        "  'husky' (Husky): 'dog' -> 'dog', 'pet'\n"
        "1 node with another name:\n"
        "  'husky': 'husky' -> 'Husky'"
    )


def test_many_changes_are_counted() -> None:
    more = {f"n{number}": {"parents": ["pet"]} for number in range(SHOWN + 7)}
    assert "  ... and 7 more" in difference(Taxonomy.from_dict(OLD), changed(**more)).to_text()


def test_the_command_compares_two_files(tmp_path: Path, capsys: Any) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    Taxonomy.from_dict(OLD).save(old, "flat")
    changed(tabby={"parents": ["cat"], "name": "Tabby"}).save(new, "flat")
    assert main(["taxonomy", "diff", str(old), str(new), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["renamed"] == [{"id": "tabby", "old": "tabby", "new": "Tabby"}]
    assert found["added"] == found["removed"] == found["moved"] == []
    assert main(["taxonomy", "diff", str(old), str(old)]) == 0
    assert capsys.readouterr().out == "pets -> pets: no difference\n"
