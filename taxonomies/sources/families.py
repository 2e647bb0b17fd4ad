"""Groups of plants and animals by family, where WordNet hangs hundreds on one node."""

from __future__ import annotations

from collections import defaultdict

import networkx as nx

from hiercls.taxonomy.grouping.hypernyms import in_order
from hiercls.taxonomy.wordnet import WordNet

WIDE = 16  # children that one question can offer
_CLIMBED = 4  # from a kind to its genus, to its family, perhaps past a subfamily


def with_families(wordnet: WordNet, graph: nx.DiGraph[str]) -> nx.DiGraph[str]:
    """Return the graph with a group below each wide node for each family of two or more children.

    The id of a group is that of the family and of the node, joined by `/`.
    """
    grouped = graph.copy()
    for own in [own for own in graph if graph.out_degree(own) > WIDE]:
        families = defaultdict(list)
        for child in graph.succ[own]:
            if family := family_of(wordnet, child):
                families[family].append(child)
        for family, children in families.items():
            if 1 < len(children) < graph.out_degree(own):
                group = f"{family}/{own}"
                grouped.add_edge(own, group)
                grouped.add_edges_from((group, child) for child in children)
                grouped.remove_edges_from((own, child) for child in children)
    return in_order(grouped)


def family_of(wordnet: WordNet, own: str) -> str | None:
    """Return the biological family of a synset, its own or that of the kind it belongs to."""
    level = [own]
    for _ in range(_CLIMBED):
        synsets = [wordnet.synset(above) for above in level if above in wordnet]
        for synset in synsets:
            if any(lemma.startswith("family ") for lemma in synset.lemmas):
                return synset.id
        level = [above for synset in synsets for above in synset.member_of or synset.hypernyms]
    return None


def family_words(wordnet: WordNet, family: str) -> tuple[str, ...]:
    """Return what a family may be called, `aster family` before `family Compositae`."""
    lemmas = wordnet.synset(family).lemmas
    common = [lemma for lemma in lemmas if lemma.endswith(" family")]
    formal = [lemma for lemma in lemmas if lemma.startswith("family ")]
    return (*common, *formal)
