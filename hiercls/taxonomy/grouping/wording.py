"""Names and descriptions that tell WordNet's synsets apart, short enough for an option."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping

import networkx as nx

LONGEST_DESCRIPTION = 80  # characters, unless one clause cannot be cut

_ASIDE = re.compile(r"\s*\([^()]*\)")
_OPENING = re.compile(
    r"(?:(?:any|either|one|some) of (?:the )?)?"
    r"(?:(?:numerous|various|several|many|a number of|two|three|four|five) )*"
    r"(?:(?:an?|the|any) )?",
    re.IGNORECASE,
)
_BREAK = re.compile(r",? (?:and|or|for|that|which|with|used|having|in|of|to|by|as|from) |[,:] ")


def short_gloss(gloss: str, limit: int = LONGEST_DESCRIPTION) -> str:
    """Return as many first clauses of a definition as fit, without asides and opening articles.

    A first clause that is too long is cut where a phrase begins.

    Example:
        >>> short_gloss("any of various small Old World birds (family Meropidae); feeds on bees")
        'small Old World birds; feeds on bees'
    """
    said = _ASIDE.sub("", gloss).strip()
    while "(" in said and (inner := _ASIDE.sub("", said)) != said:
        said = inner
    clauses = [clause.strip() for clause in said.split(";") if clause.strip()]
    if not clauses:
        return ""
    text = _OPENING.sub("", clauses[0], count=1) or clauses[0]
    for clause in clauses[1:]:
        if len(text) + 2 + len(clause) > limit:
            break
        text += f"; {clause}"
    return _cut(text, limit)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    breaks = [match.start() for match in _BREAK.finditer(text, 0, limit)]
    late = [at for at in breaks if at >= limit // 3]
    return text[: late[-1]] if late else text[: text.rfind(" ", 0, limit)]


def distinct_names(
    graph: nx.DiGraph[str], names: Mapping[str, str], fixed: Collection[str] = ()
) -> dict[str, str]:
    """Return a name for each node of a tree or graph, no two alike.

    Namesakes get the name of the nearest node above them that is not above all of them as well:
    crane (wading bird), crane (lifting device). Where even that does not part them, the id.

    Args:
        graph: Edges from parent to child.
        names: What each node is called on its own.
        fixed: Ids whose names stay as they are.
    """
    namesakes = defaultdict(list)
    for own in graph:
        namesakes[names[own].casefold()].append(own)
    distinct = {own: names[own] for own in graph}
    for group in namesakes.values():
        if len(group) > 1:
            lines = {own: _line_above(graph, own) for own in group}
            shared = set.intersection(*map(set, lines.values()))
            for own in group:
                if own not in fixed:
                    above = next((node for node in lines[own] if node not in shared), None)
                    distinct[own] = _qualified(names, own, above)
    return _with_ids_where_alike(distinct, fixed)


def _line_above(graph: nx.DiGraph[str], own: str) -> list[str]:
    """Return the nodes above by the first parents, the nearest first."""
    line: list[str] = []
    while parent := next(iter(graph.pred[own]), None):
        line.append(parent)
        own = parent
    return line


def _qualified(names: Mapping[str, str], own: str, above: str | None) -> str:
    if above is None or names[above].casefold() == names[own].casefold():
        return names[own]
    return f"{names[own]} ({names[above]})"


def _with_ids_where_alike(names: dict[str, str], fixed: Collection[str]) -> dict[str, str]:
    taken = defaultdict(list)
    for own, name in names.items():
        taken[name.casefold()].append(own)
    alike = {own for group in taken.values() if len(group) > 1 for own in group}
    return {
        own: f"{name} [{own}]" if own in alike and own not in fixed else name
        for own, name in names.items()
    }
