"""Random taxonomies for hypothesis, as plain data in both forms."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

few = settings(
    max_examples=25,
    deadline=None,  # a loaded machine is no reason to fail
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

NAMES = st.one_of(
    st.sampled_from(["dog", "Dog", "no", "1e3", "y", "null", "a: b", "#1", "- x", "C++", "«ü»"]),
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8),
)
TEXTS = st.text(min_size=1, max_size=20).map(
    lambda text: "".join(sign for sign in text if sign.isprintable() or sign == "\n")
)
SAID = st.fixed_dictionaries(
    {},
    optional={
        "description": TEXTS.map(lambda text: " ".join(text.split())).filter(bool),
        "question": TEXTS.map(str.strip).filter(bool),
    },
)


@st.composite
def dags(draw: st.DrawFn, *, max_nodes: int = 14, max_parents: int = 3) -> dict[str, Any]:
    """Draw a flat document whose node number n has parents of lower number, in any order."""
    num_nodes = draw(st.integers(2, max_nodes))
    ids = draw(st.lists(NAMES, min_size=num_nodes, max_size=num_nodes, unique=True))
    nodes = {ids[0]: draw(SAID)}
    inner = set()
    for number in range(1, num_nodes):
        parents = st.lists(
            st.sampled_from(ids[:number]), min_size=1, max_size=max_parents, unique=True
        )
        nodes[ids[number]] = {"name": draw(NAMES), "parents": draw(parents), **draw(SAID)}
        inner.update(nodes[ids[number]]["parents"])
    for own in draw(st.sets(st.sampled_from(sorted(inner)))):
        nodes[own]["class"] = True
    for index, own in enumerate(draw(st.lists(st.sampled_from(ids), unique=True))):
        nodes[own]["index"] = index
    order = draw(st.permutations(ids))
    return {"name": draw(NAMES), "source": "drawn", "nodes": {own: nodes[own] for own in order}}


def trees(*, max_nodes: int = 14) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a flat document in which no node has several parents."""
    return dags(max_nodes=max_nodes, max_parents=1)
