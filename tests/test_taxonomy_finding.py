from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from taxonomy_strategies import dags, few

from hiercls.cli.main import main
from hiercls.errors import TaxonomyError
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.finding import MOST_PATHS, find

BIRDS: dict[str, Any] = {
    "name": "things",
    "nodes": {
        "thing": {},
        "bird": {"parents": ["thing"]},
        "machine": {"parents": ["thing"], "description": "such as a crane"},
        "n1": {"parents": ["bird"], "name": "crane"},
        "n2": {"parents": ["machine"], "name": "tower crane"},
        "n3": {"parents": ["machine"], "name": "crane truck"},
        "crane-fly": {"parents": ["bird", "machine"], "name": "Tipula"},
        "n5": {"parents": ["bird"], "name": "Crâne d'or"},
        "n6": {"parents": ["bird"], "name": "microcrane"},
    },
}


def found(words: str) -> list[str]:
    return [match.node.id for match in find(Taxonomy.from_dict(BIRDS), words)]


def test_the_name_itself_comes_first_then_its_beginning_then_anywhere_then_the_rest() -> None:
    assert found("crane") == ["n1", "n5", "n3", "n2", "crane-fly", "machine"]


def test_case_accents_and_order_of_words_do_not_count() -> None:
    assert found("CRÂNE") == found("crane")
    assert found("crane tower") == found("Tower Crane") == ["n2"]


def test_words_may_be_cut_short_but_are_not_found_inside_others() -> None:
    assert found("cran tru") == ["n3"]
    assert "n6" not in found("crane")


def test_every_way_to_a_node_is_shown_by_name() -> None:
    (match,) = find(Taxonomy.from_dict(BIRDS), "tipula")
    assert match.names == (("thing", "bird", "Tipula"), ("thing", "machine", "Tipula"))
    assert match.to_text() == (
        "Tipula  crane-fly\n  thing > bird > Tipula\n  thing > machine > Tipula"
    )


@pytest.mark.slow
@few
@given(dags())
def test_every_node_is_found_by_its_id(data: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(data)
    for own in taxonomy:
        if any(sign.isalnum() for sign in own):
            match = next(match for match in find(taxonomy, own) if match.node.id == own)
            assert 1 <= len(match.paths) <= MOST_PATHS
            assert set(match.paths) <= set(taxonomy.paths(own))


def test_nothing_to_look_for_is_refused() -> None:
    with pytest.raises(TaxonomyError, match="nothing to look for in ' - '; expected words"):
        find(Taxonomy.from_dict(BIRDS), " - ")


def test_the_command_shows_the_best_and_counts_the_rest(capsys: Any) -> None:
    assert main(["taxonomy", "search", "flags", "white", "--limit", "1"]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2 and "more; --limit shows them" in err
    assert main(["taxonomy", "search", "flags", "xyzzy"]) == 0
    assert capsys.readouterr() == ("", "nothing found for 'xyzzy'\n")
    assert main(["taxonomy", "search", "flags", "France", "--format", "json"]) == 0
    (match,) = json.loads(capsys.readouterr().out)
    assert (match["id"], match["is_leaf"]) == ("fr", True)
    assert match["names"][0][-1] == "France"
