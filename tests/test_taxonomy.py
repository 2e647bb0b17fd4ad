"""The graph of a taxonomy: what it answers, against networkx."""

from __future__ import annotations

from hiercls.taxonomy import Taxonomy

PETS = {
    "name": "pets",
    "root": "animal",
    "question": "Which of these is in the picture?",
    "children": [
        {"name": "dog", "children": [{"name": "husky"}, {"name": "pug"}]},
        {"name": "cat"},
    ],
}


def test_nested_and_flat_forms_mean_the_same() -> None:
    nested = Taxonomy.from_dict(PETS)
    flat = Taxonomy.from_dict(nested.to_flat())
    assert flat.to_nested() == nested.to_nested() == PETS
    assert flat.hash == nested.hash
    assert nested.path("pug") == ("animal", "dog", "pug")
