"""Labels hung on WordNet by what they mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import networkx as nx

from hiercls.taxonomy.grouping.hypernyms import hypernym_graph
from hiercls.taxonomy.grouping.senses import Sense
from hiercls.taxonomy.wordnet import WordNet

VAGUE = frozenset(
    (
        "n00001930",  # physical entity
        "n00002137",  # abstraction
        "n00002452",  # thing
        "n00002684",  # object
        "n00003553",  # whole
        "n00004258",  # living thing
        "n00004475",  # organism
        "n00007347",  # causal agent
        "n00019128",  # natural object
        "n00019613",  # substance
        "n00020090",  # substance
        "n00020827",  # matter
        "n01317541",  # domestic animal
        "n01466257",  # chordate
        "n01886756",  # placental
        "n03076708",  # commodity
        "n03093574",  # consumer goods
        "n03100490",  # conveyance
        "n03575240",  # instrumentality
        "n07566340",  # foodstuff
        "n07570720",  # nutriment
    )
)
"""Synsets that are left out: no viewer could tell them from what is beside them."""


PLAIN_WORDS = {"n00021939": ("man-made object",), "n03183080": ("device or machine",)}
"""Names where WordNet's are not those of people."""

MOVED = {"n07555863": ["n00021265"]}
"""Other parents than WordNet's: solid food is food, not a solid."""


def meaning_graph(
    wordnet: WordNet, senses: Sequence[Sense | None]
) -> tuple[nx.DiGraph[str], dict[str, int]]:
    """Return WordNet above the labels it knows, and the label of each node that is one.

    A label is a node of its own below its meaning, or that node itself where nothing else is
    below or it is the only label of that very meaning. Ids are wnids, or `label-` and the number.
    """
    own_meaning = defaultdict(list)
    below: dict[str, list[str]] = {}
    for number, sense in enumerate(senses):
        if sense is not None:
            below[f"label-{number}"] = [sense.synset]
            if not sense.is_kind:
                own_meaning[sense.synset].append(number)
    moved = {**MOVED, **below}
    graph = hypernym_graph(wordnet, below, dropped=VAGUE - set(own_meaning), moved=moved)
    labelled = {f"label-{number}": number for number, sense in enumerate(senses) if sense}
    for synset, numbers in own_meaning.items():
        if len(numbers) == 1 and synset in graph:
            graph.remove_node(f"label-{numbers[0]}")
            labelled[synset] = labelled.pop(f"label-{numbers[0]}")
    return graph, labelled
