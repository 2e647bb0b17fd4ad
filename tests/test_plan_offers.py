from __future__ import annotations

from typing import Any

from hiercls.config import PlanSettings
from hiercls.plan import NONE, Plan
from hiercls.taxonomy import Taxonomy


def node(name: str, *children: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, **({"children": list(children)} if children else {}), **more}


def options(*children: Any, **settings: Any) -> list[str]:
    taxonomy = Taxonomy.from_dict({"name": "things", "children": list(children)})
    return [o.name for o in Plan(taxonomy, PlanSettings(**settings)).question("things").options]


def test_namesakes_say_what_they_lie_under() -> None:
    machine, bird = node("machine", node("crane"), node("saw")), node("bird", node("Crane"))
    assert options(machine, bird) == ["crane", "saw", "bird"]
    bird["children"].append({"name": "wren"})
    assert options(machine, bird) == ["crane (machine)", "saw", "Crane (bird)", "wren"]
    assert options(machine, bird, node("crane"))[-1] == "crane"


def test_namesakes_under_namesakes_say_more() -> None:
    def pet(name: str) -> dict[str, Any]:
        return node(name, node("small", node("other"), node("toy")), node(f"large {name}"))

    names = options(pet("cat"), pet("dog"))
    assert [names[0], names[3]] == ["other (cat > small)", "other (dog > small)"]


def test_a_merged_class_is_offered_beside_its_children_with_its_description() -> None:
    dog = node("dog", node("husky"), node("pug"), description="barks", **{"class": True})
    plan = Plan(Taxonomy.from_dict({"name": "pet", "children": [dog, {"name": "cat"}]}))
    question, outcomes = plan.question("pet"), plan.outcomes("pet")
    assert [option.name for option in question.options] == [
        "husky",
        "pug",
        "dog (none of the others)",
        "cat",
    ]
    assert question.options[2].description == "barks"
    assert (outcomes[2].path, outcomes[2].node, outcomes[2].ends) == (("dog",), "dog", True)
    assert plan.route("dog") == (("pet", 2),)


def test_the_node_that_asks_is_not_described_again() -> None:
    dog = node("dog", node("husky"), node("pug"), description="barks", **{"class": True})
    taxonomy = Taxonomy.from_dict({"name": "pet", "children": [dog, {"name": "cat"}]})
    itself = Plan(taxonomy, PlanSettings(merge="none")).question("dog").options[-1]
    assert (itself.name, itself.description) == ("dog (none of the others)", None)


def test_merged_classes_of_one_name_say_what_they_lie_under() -> None:
    def small(*names: str) -> dict[str, Any]:
        return node("small", *map(node, names), **{"class": True})

    cats, dogs = (
        node("cat", small("kitten"), node("lion")),
        node("dog", small("pug"), node("husky")),
    )
    names = options(cats, dogs)
    assert names[1] == "small (none of the others) (cat)"
    assert names[4] == "small (none of the others) (dog)"


def test_of_two_ways_to_a_merged_node_the_first_counts() -> None:
    nodes = {
        "pet": {"name": "pet"},
        "dog": {"name": "dog", "parents": ["pet"]},
        "toy": {"name": "toy", "parents": ["pet"]},
        "pug": {"name": "pug", "parents": ["dog", "toy"]},
        "husky": {"name": "husky", "parents": ["dog"]},
        "car": {"name": "car", "parents": ["toy"]},
    }
    plan = Plan(Taxonomy.from_dict({"name": "pets", "nodes": nodes}))
    assert [outcome.path for outcome in plan.outcomes("pet")] == [
        ("dog", "pug"),
        ("dog", "husky"),
        ("toy", "car"),
    ]
    assert plan.route("toy") == ()


def test_none_of_these_comes_last_and_ends_at_the_node_that_asked() -> None:
    dog = node("dog", node("husky"), node("pug"), question="Which dog?")
    taxonomy = Taxonomy.from_dict({"name": "pet", "children": [dog, {"name": "cat"}]})
    plan = Plan(taxonomy, PlanSettings(none_of_these=True))
    for asked in ("pet", "dog"):
        assert plan.question(asked).options[-1].name == NONE
        none = plan.outcomes(asked)[-1]
        assert (none.path, none.node, none.ends, none.none) == ((), asked, True, True)
        assert not any(outcome.none for outcome in plan.outcomes(asked)[:-1])
    assert plan.hash != Plan(taxonomy).hash


def test_none_of_these_is_one_of_the_options_that_are_allowed() -> None:
    leaves = [node("dog", node("husky"), node("pug")), *(node(f"thing {n}") for n in range(13))]
    assert len(options(*leaves, max_options=15)) == 15
    assert len(options(*leaves, max_options=15, none_of_these=True)) == 15
    assert "dog" in options(*leaves, max_options=15, none_of_these=True)
