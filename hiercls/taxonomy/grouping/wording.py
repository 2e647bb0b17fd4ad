"""Names and descriptions that tell WordNet's synsets apart, short enough for an option."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import networkx as nx

LONGEST_DESCRIPTION = 80  # characters, unless one clause cannot be cut

_ASIDE = re.compile(r"\s*\([^()]*\)")
_OPENING = re.compile(
    r"(?:(?:any|either|one|some) of (?:the )?)?"
    r"(?:(?:numerous|various|several|many|a number of|two|three|four|five) )*"
    r"(?:(?:an?|the|any) )?",
    re.IGNORECASE,
)
_STRONG_BREAK = re.compile(r",? (?:and|or|for|that|which|with|used|having|as|from|when) |[,:] ")
_WEAK_BREAK = re.compile(r" (?:in|of|to|by|on|at|into|around|near) ")
_LOOSE_END = re.compile(
    r"[ ,:]+(?:an?|the|and|or|is|are|that|usually|often|especially|such|so|very|mostly|any"
    r"|characterized|consisting|having|with|used|of|for|to|in|by|its?|their)$"
)


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
    for pattern in (_STRONG_BREAK, _WEAK_BREAK, re.compile(" ")):
        breaks = [match.start() for match in pattern.finditer(text, 0, limit)]
        if breaks and breaks[-1] >= limit // 2:
            break
    text = text[: breaks[-1]] if breaks else text[:limit]
    while (trimmed := _LOOSE_END.sub("", text)) != text:
        text = trimmed
    return text


def distinct_names(
    graph: nx.DiGraph[str],
    words: Mapping[str, Sequence[str]],
    fixed: Collection[str] = (),
) -> dict[str, str]:
    """Return a name for each node of a tree or graph, no two alike.

    It is the first word for the node. Namesakes get the name of the nearest node above them that
    is not above all of them as well: crane (wading bird), crane (lifting device). Where that does
    not part them, another word for the same, and where there is none, the id.

    Args:
        graph: Edges from parent to child.
        words: What each node may be called, the most usual first.
        fixed: Ids whose names stay as they are.
    """
    names = {own: words[own][0] for own in graph}
    parted = dict(names)
    for group in _namesakes(names):
        lines = {own: _line_above(graph, own) for own in group}
        shared = set.intersection(*map(set, lines.values()))
        for own in set(group) - set(fixed):
            above = [names[node] for node in lines[own] if node not in shared]
            parted[own] = _with_aside(names[own], above[0] if above else "")
    for aside in (words, {own: ("", own) for own in graph}):
        alike = {own for group in _namesakes(parted) for own in group}
        for own in alike - set(fixed):
            if len(aside[own]) > 1:
                parted[own] = _with_aside(names[own], aside[own][1])
    return parted


def _namesakes(names: Mapping[str, str]) -> list[list[str]]:
    owners = defaultdict(list)
    for own, name in names.items():
        owners[name.casefold()].append(own)
    return [group for group in owners.values() if len(group) > 1]


def _line_above(graph: nx.DiGraph[str], own: str) -> list[str]:
    """Return the nodes above by the first parents, the nearest first."""
    line: list[str] = []
    while parent := next(iter(graph.pred[own]), None):
        line.append(parent)
        own = parent
    return line


def _with_aside(name: str, aside: str) -> str:
    if not aside or aside.casefold() == name.casefold():
        return name
    return f"{name} ({aside})"
