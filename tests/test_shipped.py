"""The taxonomies that come with hiercls hold what they promise."""

from __future__ import annotations

import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from hiercls.config import PlanSettings
from hiercls.plan import Plan
from hiercls.plan.summary import summary_of
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.report import report_on
from hiercls.taxonomy.shipped import shipped_folder, shipped_names
from hiercls.taxonomy.wordnet import DEBIAN_FOLDER, WordNet

SOURCES = Path(__file__).parents[1] / "taxonomies" / "sources"
has_wordnet = pytest.mark.skipif(
    not (DEBIAN_FOLDER / "data.noun").is_file(), reason="WordNet 3.0 is not installed"
)


@cache
def load(name: str) -> Taxonomy:
    return Taxonomy.load(name)


def names_on(taxonomy: Taxonomy, own: str) -> str:
    return " > ".join(taxonomy.node(above).name for above in taxonomy.path(own))


def synsets(name: str) -> list[str]:
    return (SOURCES / name).read_text().split()


def test_these_are_shipped() -> None:
    assert shipped_names() == (
        "animals",
        "cifar100",
        "flags",
        "imagenet",
        "imagenet21k",
        "vehicles",
        "waste",
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped_names())
def test_each_loads_and_says_where_it_comes_from_and_how_it_may_be_used(name: str) -> None:
    taxonomy = load(name)
    assert taxonomy.name == name
    assert taxonomy.source and taxonomy.licence
    assert taxonomy.question(taxonomy.root)
    size = (shipped_folder() / f"{name}.yaml").stat().st_size
    assert size < 10_000_000


@pytest.mark.parametrize("name", sorted({*shipped_names()} - {"imagenet21k"}))
def test_each_but_the_largest_raises_no_doubt(name: str) -> None:
    assert report_on(load(name)).warnings == ()


@pytest.mark.parametrize("name", sorted({*shipped_names()} - {"imagenet21k"}))
def test_each_but_the_largest_has_names_and_descriptions_that_differ(name: str) -> None:
    taxonomy = load(name)
    for own in taxonomy:
        siblings = [taxonomy.node(child) for child in taxonomy.children(own)]
        assert len({node.name.casefold() for node in siblings}) == len(siblings)
        assert all(node.description for node in siblings)
        said = [node.description for node in siblings]
        assert len(set(said)) == len(said)


def test_imagenet_has_each_class_once_in_the_published_order() -> None:
    imagenet = load("imagenet")
    assert len(imagenet.leaves) == len(imagenet.classes) == 1_000
    by_index = {imagenet.node(own).index: own for own in imagenet.leaves}
    assert [by_index[index] for index in range(1_000)] == synsets("imagenet_synsets.txt")


def test_imagenet_keeps_several_parents_and_asks_something_everywhere() -> None:
    imagenet = load("imagenet")
    pianos = imagenet.parents("n03928116")
    assert [imagenet.node(own).name for own in pianos] == [
        "keyboard instrument",
        "percussion instrument",
        "stringed instrument",
    ]
    counts = report_on(imagenet)
    assert (counts.single_child, counts.multi_parent, counts.children_max) == (0, 25, 8)


def test_no_two_names_in_imagenet_are_alike() -> None:
    imagenet = load("imagenet")
    assert len({imagenet.node(own).name.casefold() for own in imagenet}) == len(imagenet)
    assert imagenet.node("n02012849").name == "crane (bird)"
    assert imagenet.node("n03126707").name == "crane (machine)"
    useless = {"entity", "physical entity", "object", "whole", "artifact", "instrumentality"}
    assert not useless & {imagenet.node(own).name for own in imagenet}


@pytest.mark.parametrize(("most", "questions"), [(8, 5.0), (16, 3.4), (26, 2.8)])
def test_imagenet_takes_few_questions(most: int, questions: float) -> None:
    """The plain WordNet tree takes 9.2, 4.4 and 3.1; with rounds counted once 5.2, 3.8 and 2.9."""
    assert summary_of(Plan(load("imagenet"), PlanSettings(max_options=most))).questions_mean < (
        questions
    )


def test_the_ten_paths_in_the_docs_are_drawn_and_not_chosen() -> None:
    imagenet = load("imagenet")
    drawn = random.Random(0).sample(sorted(imagenet.leaves), 10)
    told = (SOURCES / "README.md").read_text().partition("drawn at random:\n\n```\n")[2]
    assert [names_on(imagenet, own) for own in drawn] == told.partition("\n```")[0].splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["imagenet", "imagenet21k"])
def test_ids_are_wnids_but_for_added_groups(name: str) -> None:
    taxonomy = load(name)
    for own in taxonomy:
        is_wnid = len(own) == 9 and own[0] == "n" and own[1:].isdecimal()
        assert is_wnid or not taxonomy.node(own).is_class


@pytest.mark.slow
def test_imagenet21k_keeps_inner_classes_predictable() -> None:
    large = load("imagenet21k")
    inner = [own for own in large.classes if not large.is_leaf(own)]
    assert len(large.classes) == 19_110 and len(inner) == 4_109
    plan = Plan(large)
    routes = {own: plan.route(own) for own in inner[::50]}
    for own, route in routes.items():
        node, index = route[-1]
        offered = plan.outcomes(node)[index].node
        assert own == offered or own in large.ancestors(offered) | {node}
        assert any(
            outcome.ends and outcome.node == own
            for asked in plan.nodes
            if asked == own or asked in large.ancestors(own)
            for outcome in plan.outcomes(asked)
        )


def test_imagenet21k_has_the_published_places_and_few_people() -> None:
    large, published = load("imagenet21k"), synsets("imagenet21k_synsets.txt")
    assert len(published) == 21_841
    assert all(published[large.node(own).index or 0] == own for own in large.classes)
    people = large.descendants("n00007846") | {"n00007846"}
    assert {own for own in people if large.node(own).is_class} == set(
        synsets("imagenet21k_people.txt")
    )
    left_out = set(published) - set(large.classes)
    assert len(left_out) == 2_836 - 105


@pytest.mark.slow
def test_imagenet21k_gathers_what_is_rare_so_that_few_questions_are_asked() -> None:
    large = load("imagenet21k")
    groups = [own for own in large if own.startswith("other/")]
    for own in groups:
        (parent,) = large.parents(own)
        siblings = large.children(parent)
        assert own == f"other/{parent}"
        assert len(siblings) + large.node(parent).is_class == 16
        below = large.descendants(own) & set(large.classes)
        assert 3 * len(below) <= len(large.descendants(parent) & set(large.classes)) + 1
        assert str(large.node(own).description).startswith("such as ")
    assert len(groups) == 161
    assert summary_of(Plan(large)).questions_mean < 7.1  # 16.5 without the groups


def test_cifar100_has_20_times_5_classes_in_alphabetical_order() -> None:
    cifar = load("cifar100")
    coarse = cifar.children(cifar.root)
    assert [len(cifar.children(own)) for own in coarse] == [5] * 20
    by_index = sorted(cifar.leaves, key=lambda own: cifar.node(own).index or 0)
    assert [cifar.node(own).index for own in by_index] == list(range(100))
    assert by_index == sorted(by_index)
    assert by_index[0] == "apple" and by_index[99] == "worm"


@pytest.mark.slow
@has_wordnet
@pytest.mark.parametrize("name", ["imagenet", "imagenet21k"])
def test_the_script_makes_the_very_files(name: str) -> None:
    command = [sys.executable, str(SOURCES / "build.py"), "--check", name]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.slow
@has_wordnet
def test_glosses_and_parents_are_wordnets_own() -> None:
    wordnet, imagenet = WordNet(), load("imagenet")
    grouped = {own for own in imagenet if own not in wordnet}
    assert all(set(imagenet.children(own)) for own in grouped)
    tench = imagenet.node("n01440764")
    assert wordnet.synset(tench.id).gloss.startswith((tench.description or "")[:40])
