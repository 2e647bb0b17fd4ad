"""Make the taxonomies that come from WordNet, or check that they still are what it makes.

    python taxonomies/sources/build.py            writes imagenet.yaml, imagenet21k.yaml
    python taxonomies/sources/build.py --check    exit 1 if a file differs from what it would write

Needs WordNet 3.0: `apt-get install wordnet-base`, or `--wordnet DIR` with data.noun in it. The
lists of synsets beside this file are in class order; imagenet_edits.yaml has what is changed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import networkx as nx
import yaml
from families import family_words, with_families
from others import described, named, with_others

from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.grouping.hypernyms import ROOT, hypernym_graph
from hiercls.taxonomy.grouping.wording import distinct_names, short_gloss
from hiercls.taxonomy.wordnet import DEBIAN_FOLDER, WordNet

SOURCES = Path(__file__).resolve().parent
LICENCE = "WordNet 3.0 licence; see sources/WORDNET-LICENCE"
QUESTION = "What is the main thing in the picture?"
PERSON = "n00007846"


@dataclass(frozen=True)
class Recipe:
    """One file to make.

    Attributes:
        name: Of the taxonomy and its file.
        synsets: The list of classes, in order.
        source: What the file says of where it comes from.
        people: A list of the synsets that may stay below person; all if None.
        is_grouped: Whether it takes the groups of the edits, which know only ImageNet-1k; if not,
            wide nodes are grouped by biological family, then by what is rare.
        kept: Ids that the edits drop and that stay here.
    """

    name: str
    synsets: str
    source: str
    people: str | None = None
    is_grouped: bool = False
    kept: tuple[str, ...] = ()


RECIPES = (
    Recipe(
        "imagenet",
        "imagenet_synsets.txt",
        "ImageNet-1k (ILSVRC 2012): its 1,000 synsets and their hypernyms in WordNet 3.0, "
        "(c) 2006 Princeton University; ids are wnids, those of added groups are words; made by "
        "sources/build.py",
        is_grouped=True,
    ),
    Recipe(
        "imagenet21k",
        "imagenet21k_synsets.txt",
        "ImageNet-21k (fall 2011): its synsets and their hypernyms in WordNet 3.0, (c) 2006 "
        "Princeton University; index is the place among all 21,841; people only as far as the "
        "winter 2021 edition keeps them; made by sources/build.py",
        people="imagenet21k_people.txt",
        kept=("n00002137", "n00019128", "n00020827"),  # abstraction, natural object, matter
    ),
)


@dataclass(frozen=True)
class Edits:
    """What imagenet_edits.yaml changes."""

    dropped: dict[str, str]
    groups: dict[str, dict[str, Any]]
    moved: dict[str, list[str]]
    names: dict[str, str]
    descriptions: dict[str, str | None]

    def without_groups(self) -> Edits:
        """Return the same without groups and without what was moved into them."""
        moved = {
            own: parents
            for own, parents in self.moved.items()
            if not set(parents) & set(self.groups)
        }
        return replace(self, groups={}, moved=moved)

    def parents(self) -> dict[str, list[str]]:
        """Return all parents that are not WordNet's, by id."""
        grouped = {
            child: [own] for own, group in self.groups.items() for child in group["children"]
        }
        groups = {own: group["parents"] for own, group in self.groups.items()}
        return {**grouped, **groups, **self.moved}

    def words(self, key: str) -> dict[str, Any]:
        """Return the names or descriptions, those of groups included."""
        said = {own: group[key] for own, group in self.groups.items()}
        return {**said, **(self.names if key == "name" else self.descriptions)}


def main() -> int:
    """Write or check each file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wordnet", type=Path, default=DEBIAN_FOLDER, metavar="DIR")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="of the files to make (default: all)"
    )
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args()
    wordnet = WordNet(options.wordnet)
    edits = Edits(**yaml.safe_load((SOURCES / "imagenet_edits.yaml").read_text()))
    differ = []
    for recipe in RECIPES:
        if options.names and recipe.name not in options.names:
            continue
        path = SOURCES.parent / f"{recipe.name}.yaml"
        if options.check:
            differ += [] if _is_same(make(wordnet, recipe, edits), path) else [path]
        else:
            make(wordnet, recipe, edits).save(path, "flat")
    for path in differ:
        print(f"{path} is not what WordNet and the edits make", file=sys.stderr)
    return 1 if differ else 0


def _is_same(taxonomy: Taxonomy, path: Path) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / path.name
        taxonomy.save(made, "flat")
        return path.is_file() and made.read_bytes() == path.read_bytes()


def make(wordnet: WordNet, recipe: Recipe, edits: Edits) -> Taxonomy:
    """Return the taxonomy of a recipe."""
    indices = {own: index for index, own in enumerate(_listed(recipe.synsets))}
    if recipe.people:
        indices = _without_people(wordnet, indices, kept=set(_listed(recipe.people)))
    if not recipe.is_grouped:
        edits = edits.without_groups()
    dropped = set(edits.dropped) - set(recipe.kept)
    graph = hypernym_graph(wordnet, indices, dropped=dropped, moved=edits.parents())
    if not recipe.is_grouped:
        graph = with_families(wordnet, graph)
    synsets = {own: wordnet.synset(own.split("/")[0]) for own in graph if own[:9] in wordnet}
    words = {own: _words(wordnet, own) for own in synsets}
    glosses = {own: short_gloss(synset.gloss) for own, synset in synsets.items()}
    given = _in(graph, edits.words("name"))
    words |= {own: (name,) for own, name in given.items()}
    names = distinct_names(graph, words, fixed=given)
    descriptions = {**glosses, **_in(graph, edits.words("description"))}
    if not recipe.is_grouped:
        graph = with_others(graph, indices)
        names |= named(graph, names)
        descriptions |= described(graph, names)
    nodes = {
        own: _entry(own, graph, names[own], descriptions[own], indices.get(own)) for own in graph
    }
    about = {"name": recipe.name, "source": recipe.source, "licence": LICENCE}
    return Taxonomy.from_dict({**about, "nodes": nodes})


def _words(wordnet: WordNet, own: str) -> tuple[str, ...]:
    family, _, node = own.partition("/")
    return family_words(wordnet, family) if node else wordnet.synset(own).lemmas


def _listed(name: str) -> list[str]:
    lines = (SOURCES / name).read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _without_people(
    wordnet: WordNet, indices: dict[str, int], *, kept: Iterable[str]
) -> dict[str, int]:
    stay = set(kept)
    return {
        own: index
        for own, index in indices.items()
        if own in stay or PERSON not in wordnet.with_ancestors([own])
    }


def _in(graph: nx.DiGraph[str], edits: dict[str, Any]) -> dict[str, Any]:
    return {own: said for own, said in edits.items() if own in graph}


def _entry(
    own: str, graph: nx.DiGraph[str], name: str, description: str | None, index: int | None
) -> dict[str, Any]:
    """Return a node in the flat form."""
    entry: dict[str, Any] = {"name": name}
    if graph.pred[own]:
        entry["parents"] = list(graph.pred[own])
    if own == ROOT:
        entry["question"] = QUESTION
    elif description and description.casefold() != name.casefold():
        entry["description"] = description
    if index is not None:
        entry["index"] = index
        if graph.succ[own]:
            entry["class"] = True
    return entry


if __name__ == "__main__":
    sys.exit(main())
