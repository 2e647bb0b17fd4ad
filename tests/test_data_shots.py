from __future__ import annotations

from pathlib import Path

from hiercls.config import PlanSettings
from hiercls.data import Example, choose_shots, shots_hash
from hiercls.plan import Plan
from hiercls.taxonomy import Taxonomy

PETS = {
    "name": "pets",
    "children": [
        {"name": "dog", "children": [{"name": "pug"}, {"name": "husky"}]},
        {"name": "cat"},
    ],
}


def test_an_example_shows_the_options_on_the_way_to_its_node() -> None:
    plan = Plan(Taxonomy.from_dict(PETS), PlanSettings(merge="none"))
    nodes = ["pug", "pug", "pug", "husky", "cat", "dog", "mouse"]
    examples = [Example(f"{number}.png", node) for number, node in enumerate(nodes)]
    shots = choose_shots(examples, plan, 2)
    shown = {
        (node, option.name): [own.image for own in chosen]
        for (node, option), chosen in shots.items()
    }
    assert shown == {
        ("pets", "dog"): ["0.png", "2.png"],
        ("pets", "cat"): ["4.png"],
        ("dog", "pug"): ["0.png", "1.png"],
        ("dog", "husky"): ["3.png"],
    }


def test_shots_are_hashed_by_their_pictures(tmp_path: Path) -> None:
    plan = Plan(Taxonomy.from_dict(PETS))
    path = tmp_path / "cat.png"
    shots = choose_shots([Example(str(path), "cat")], plan, 1)
    path.write_bytes(b"one")
    first = shots_hash(shots)
    assert shots_hash(shots) == first
    path.write_bytes(b"other")
    assert shots_hash(shots) != first
