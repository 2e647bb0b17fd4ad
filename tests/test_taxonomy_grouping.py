from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from taxonomy_strategies import few
from wordnet_sample import write_wordnet

from hiercls.cli.main import main
from hiercls.errors import TaxonomyError
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.grouping.building import build_taxonomy
from hiercls.taxonomy.grouping.confusion import (
    confusion_distances,
    cosine_distances,
    read_confusions,
)
from hiercls.taxonomy.grouping.hypernyms import ROOT, hypernym_graph
from hiercls.taxonomy.grouping.linkage import average_linkage, grouped, members
from hiercls.taxonomy.grouping.senses import find_senses
from hiercls.taxonomy.grouping.wording import LONGEST_DESCRIPTION, distinct_names, short_gloss
from hiercls.taxonomy.wordnet import DEBIAN_FOLDER, WordNet

SOURCES = Path(__file__).parents[1] / "taxonomies" / "sources"
has_wordnet = pytest.mark.skipif(
    not (DEBIAN_FOLDER / "data.noun").is_file(), reason="WordNet 3.0 is not installed"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wordnet(tmp_path_factory.mktemp("wordnet"))


@pytest.fixture(scope="module")
def wordnet(folder: Path) -> WordNet:
    return WordNet(folder)


@st.composite
def distances(draw: st.DrawFn, *, most: int = 12) -> NDArray[np.float64]:
    """Draw distances between points, no two alike, so that there is one right order."""
    seed, size = draw(st.integers(0, 2**32 - 1)), draw(st.integers(2, most))
    points = np.random.default_rng(seed).normal(size=(size, 3))
    return np.linalg.norm(points[:, None] - points[None], axis=-1)


def slow_average_linkage(between: NDArray[np.float64]) -> list[tuple[int, int, float]]:
    """UPGMA as it is defined: the least mean distance over all pairs, again and again."""
    clusters = {item: [item] for item in range(len(between))}
    merges = []
    for number in range(len(between), 2 * len(between) - 1):
        height, one, other = min(
            (between[np.ix_(clusters[one], clusters[other])].mean(), one, other)
            for one, other in itertools.combinations(sorted(clusters), 2)
        )
        merges.append((one, other, height))
        clusters[number] = clusters.pop(one) + clusters.pop(other)
    return merges


@few
@given(distances())
def test_chains_of_neighbours_find_the_merges_of_the_definition(
    between: NDArray[np.float64],
) -> None:
    quick, slow = average_linkage(between), slow_average_linkage(between)
    assert [merge[:2] for merge in quick] == [merge[:2] for merge in slow]
    assert np.allclose([merge[2] for merge in quick], [merge[2] for merge in slow])


@few
@given(distances(most=60), st.integers(2, 9))
def test_groups_hold_every_item_once_and_are_never_too_wide(
    between: NDArray[np.float64], most: int
) -> None:
    tree = grouped(between, most)
    assert sorted(members(tree)) == list(range(len(between)))
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            assert 2 <= len(node) <= most
            pending.extend(node)


def test_what_is_near_is_grouped() -> None:
    points = np.array([0.0, 0.1, 10.0, 10.1, 20.0, 20.1])
    tree = grouped(np.abs(points[:, None] - points[None]), 3)
    assert sorted(sorted(members(part)) for part in tree) == [[0, 1], [2, 3], [4, 5]]


def test_what_is_taken_for_each_other_is_near() -> None:
    counts = np.array([[8, 2, 0, 0], [2, 8, 0, 0], [0, 0, 9, 1], [0, 0, 0, 0]], dtype=float)
    between = confusion_distances(counts)
    assert np.allclose(between, between.T) and between.min() >= 0 and between.max() <= 1
    assert between[0, 1] < between[0, 2] == 1
    assert between[2, 3] < 1
    assert np.allclose(np.diag(between), 0)
    one_way = np.array([[10, 0, 0], [5, 5, 0], [0, 0, 10]], dtype=float)
    shared = np.sqrt(1 * 0.25) + np.sqrt(0.25 * 0.5)
    assert np.isclose(confusion_distances(one_way)[0, 1], 1 - shared / np.sqrt(1.25 * 0.75))


def test_a_vector_of_nothing_is_far_from_all() -> None:
    assert cosine_distances(np.array([[1.0, 0.0], [0.0, 0.0]])).tolist() == [[0, 1], [1, 1]]


def test_both_forms_of_a_confusion_file_mean_the_same(tmp_path: Path) -> None:
    labels = ["cat", "dog"]
    matrix, pairs = tmp_path / "matrix.csv", tmp_path / "pairs.csv"
    matrix.write_text("true,cat,dog\ncat,8,2\ndog,1,\n")
    pairs.write_text("true,predicted,count\ncat,cat,8\ncat,dog,2\ndog,cat,1\n")
    assert read_confusions(matrix, labels).tolist() == [[8, 2], [1, 0]]
    assert read_confusions(pairs, labels).tolist() == [[8, 2], [1, 0]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no rows; expected a confusion matrix"),
        ("true,cat\ncat,1,2\n", "row 2 has 3 cells; expected 2"),
        ("true,cat\ncta,1\n", "row 2: 'cta' is not among the labels"),
        ("true,cat,dog\ncat,1,many\n", "row 2: 'many' is no count; expected a number from 0"),
        ("true,cat,dog\ncat,1,-1\n", "row 2: '-1' is no count"),
        ("true,cat,dog\ncat,nan,1\n", "row 2: 'nan' is no count"),
    ],
)
def test_a_wrong_confusion_file_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "confusion.csv"
    path.write_text(text)
    with pytest.raises(TaxonomyError) as caught:
        read_confusions(path, ["cat", "dog"])
    assert message in caught.value.message


def meanings(wordnet: WordNet, *labels: str) -> list[str | None]:
    return [sense and sense.synset for sense in find_senses(wordnet, labels)]


def test_the_labels_around_choose_the_meaning(wordnet: WordNet) -> None:
    assert meanings(wordnet, "crane", "heron", "bird")[0] == "n02012849"
    assert meanings(wordnet, "crane", "andiron", "device", "table")[0] == "n03126707"


def test_no_label_is_a_person_of_that_name(wordnet: WordNet) -> None:
    assert meanings(wordnet, "Crane", "dog", "cat")[0] != "n10914447"


@pytest.mark.slow
@has_wordnet
def test_the_first_words_of_imagenet_mean_its_synsets() -> None:
    ids = (SOURCES / "imagenet_synsets.txt").read_text().split()
    real = WordNet()
    found = find_senses(real, [real.synset(own).lemmas[0] for own in ids])
    assert (
        sum(
            sense is not None and sense.synset == own for sense, own in zip(found, ids, strict=True)
        )
        == 893
    )


def test_labels_are_known_by_singular_wnid_bracket_and_last_word(wordnet: WordNet) -> None:
    assert meanings(wordnet, "herons", "n02110185", "Husky (dog)", "wading_bird") == [
        "n02008041",
        "n02110185",
        "n02110185",
        "n02000954",
    ]
    kitchen, nothing = find_senses(wordnet, ["kitchen table", "glass"])
    assert kitchen is not None and (kitchen.synset, kitchen.is_kind) == ("n04379243", True)
    assert nothing is None


def test_only_what_tells_synsets_apart_stays_above_them(wordnet: WordNet) -> None:
    ids = ["n02110185", "n02096585", "n02012849"]
    graph = hypernym_graph(wordnet, ids, dropped=["n01317541"])
    assert set(graph.edges) == {
        (ROOT, "n00015388"),
        ("n00015388", "n02012849"),
        ("n00015388", "n02084071"),
        ("n02084071", "n02110185"),
        ("n02084071", "n02096585"),
    }


def test_an_edge_past_a_node_in_between_is_left_out(wordnet: WordNet) -> None:
    ids = ["n02084071", "n02110185", "n02096585", "n02121620", "n02012849"]
    moved = {"n02110185": ["n02084071", "n00015388"]}
    graph = hypernym_graph(wordnet, ids, moved=moved)
    assert set(graph.pred["n02110185"]) == {"n02084071"}


def test_several_parents_stay_where_each_tells_something_apart(wordnet: WordNet) -> None:
    dogs = ["n02110185", "n02096585", "n02121620", "n01317541"]
    assert set(hypernym_graph(wordnet, dogs).pred["n02084071"]) == {"n02075296", "n01317541"}


def test_other_parents_replace_those_of_wordnet(wordnet: WordNet) -> None:
    ids = ["n02012849", "n03126707", "n04379243"]
    graph = hypernym_graph(wordnet, ids, moved={"n02012849": ["n03183080"]})
    assert set(graph.pred["n02012849"]) == {"n03183080"}


@pytest.mark.parametrize(
    ("gloss", "expected"),
    [
        ("a cat having a striped coat", "cat having a striped coat"),
        ("any of various small birds (family X (odd)) of Asia", "small birds of Asia"),
        ("dog; barks", "dog; barks"),
        (f"dog; {'barks ' * 20}", "dog"),
        ("any", "any"),
        ("", ""),
    ],
)
def test_glosses_become_short_descriptions(gloss: str, expected: str) -> None:
    assert short_gloss(gloss) == expected


@given(st.text(st.sampled_from("abc ,;()"), max_size=300))
def test_no_gloss_stays_too_long_or_ends_loosely(gloss: str) -> None:
    short = short_gloss(gloss)
    assert len(short) <= LONGEST_DESCRIPTION or " " not in short[:LONGEST_DESCRIPTION]
    assert "\n" not in short


def test_namesakes_are_told_apart_by_what_is_above_or_another_word(wordnet: WordNet) -> None:
    cranes = ["n02012849", "n02008041", "n03126707", "n02710044"]
    graph = hypernym_graph(wordnet, cranes)
    words = {own: wordnet.synset(own).lemmas for own in graph}
    names = distinct_names(graph, words)
    assert names["n02012849"] == "crane (wading bird)"
    assert names["n03126707"] == "crane (device)"
    assert names["n02008041"] == "heron"
    fixed = distinct_names(graph, words, fixed=["n03126707"])
    assert fixed["n03126707"] == "crane"
    twins = distinct_names(graph, {own: ("same", f"other {own}") for own in graph})
    assert len({name.casefold() for name in twins.values()}) == len(graph)


LABELS = ("husky", "pug", "cat", "crane", "heron", "table", "kitchen table", "xyzzy", "glass")


def check_classes(taxonomy: Taxonomy, labels: tuple[str, ...]) -> None:
    """Every label is a class, with its place as index; nothing else is."""
    found = {taxonomy.node(own).index: taxonomy.node(own).name for own in taxonomy.classes}
    assert found == dict(enumerate(labels))


def test_known_labels_hang_on_wordnet_and_others_in_a_group(wordnet: WordNet) -> None:
    built = build_taxonomy(LABELS, "things", wordnet=wordnet)
    taxonomy = built.taxonomy
    check_classes(taxonomy, LABELS)
    assert taxonomy.node(taxonomy.parents("husky")[0]).name == "dog"
    assert taxonomy.parents("xyzzy") == taxonomy.parents("glass") == ("other-things",)
    assert taxonomy.node("table").is_class and taxonomy.children("table") == ("kitchen-table",)
    kinds = {note.kind: note for note in built.notes}
    assert kinds["known"].message == "7 of 9 labels known to WordNet"
    assert kinds["others"].count == 2 and kinds["inner"].examples == ("'table'",)
    assert "note: labels known by their last words: 'kitchen table' is a kind of 'table'" in (
        built.to_text()
    )


def test_unknown_labels_go_beside_the_nearest_known_one(wordnet: WordNet) -> None:
    between = np.ones((9, 9)) - np.eye(9)
    between[7, 0] = between[0, 7] = 0.1
    built = build_taxonomy(LABELS, "things", wordnet=wordnet, distances=between)
    check_classes(built.taxonomy, LABELS)
    assert built.taxonomy.parents("xyzzy") == built.taxonomy.parents("husky")
    placed = next(note for note in built.notes if note.kind == "placed")
    assert placed.examples[0] == "'xyzzy' beside 'husky'"


@pytest.mark.slow
@few
@given(distances(most=40), st.integers(2, 6))
def test_without_wordnet_distances_make_a_tree_of_few_options(
    between: NDArray[np.float64], most: int
) -> None:
    labels = tuple(f"thing number {number}" for number in range(len(between)))
    taxonomy = build_taxonomy(labels, "things", distances=between, max_options=most).taxonomy
    check_classes(taxonomy, labels)
    assert max(len(taxonomy.children(own)) for own in taxonomy) <= most
    assert all(len(taxonomy.children(own)) != 1 for own in taxonomy)


def test_groups_are_named_by_what_they_have_in_common_or_by_members(wordnet: WordNet) -> None:
    labels = ("husky", "pug", "heron", "crane", "foo", "bar")
    points = np.array([0.0, 0.1, 10.0, 10.1, 20.0, 20.1])
    between = np.abs(points[:, None] - points[None])
    taxonomy = build_taxonomy(labels, "t", distances=between, max_options=3).taxonomy
    assert [taxonomy.node(own).name for own in taxonomy.children(taxonomy.root)] == [
        "husky, pug",
        "heron, crane",
        "foo, bar",
    ]
    named = build_taxonomy(
        labels, "t", wordnet=wordnet, distances=between, by="likeness", max_options=3
    ).taxonomy
    assert [named.node(own).name for own in named.children(named.root)] == [
        "dog",
        "wading bird",
        "foo, bar",
    ]


def test_nothing_to_go_by_is_refused(wordnet: WordNet) -> None:
    with pytest.raises(TaxonomyError, match="none of the labels is known to WordNet"):
        build_taxonomy(["foo", "bar"], "t", wordnet=wordnet)
    with pytest.raises(TaxonomyError, match="no WordNet, nor is there a confusion matrix"):
        build_taxonomy(["foo", "bar"], "t")


def test_the_command_writes_what_loads_and_says_what_it_decided(
    tmp_path: Path, folder: Path, capsys: Any
) -> None:
    labels, out = tmp_path / "pets.txt", tmp_path / "pets.yaml"
    labels.write_text("husky\npug\n\ncat\n  husky \ncrane\nheron\n")
    command = ["taxonomy", "build", str(labels), "--out", str(out), "--wordnet", str(folder)]
    assert main(command) == 0
    result, report = capsys.readouterr()
    assert result == "" and report.endswith(f"written to {out}\n")
    assert "note: labels that stand there several times, taken once: 'husky'" in report
    assert Taxonomy.load(out).name == "pets"
    check_classes(Taxonomy.load(out), ("husky", "pug", "cat", "crane", "heron"))
    assert main([*command, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["classes"] == 5


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("dog\n", [], "has 1 labels; expected 2 to 20,000, one a line"),
        ("dog\n---\n", [], ":2: the label '---'; expected a letter or digit"),
        ("dog\ncat\n", ["--no-wordnet"], "no WordNet, nor is there a confusion matrix"),
        ("a\nb\n", ["--confusion", "x", "--model", "y"], "both --confusion and --model"),
        ("a\nb\n", ["--by", "likeness", "--no-wordnet"], "likeness of nothing; expected"),
        ("a\nb\n", ["--max-options", "27"], "'27' is not a whole number from 2 to 26"),
        ("a\nb\n", ["--wordnet", "/nowhere"], "no file /nowhere/data.noun; expected WordNet's"),
    ],
)
def test_a_wrong_request_is_one_clear_line(
    tmp_path: Path, capsys: Any, content: str, options: list[str], message: str
) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text(content)
    command = ["taxonomy", "build", str(labels), "--out", str(tmp_path / "out.yaml")]
    assert main([*command, *options]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out.yaml").exists()
