"""Ids made from names, for nodes that were given none."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

LONGEST_ID = 500  # characters

_ASCII_GAPS = re.compile(r"[^a-z0-9]+")


def slug(name: str) -> str:
    """Return the name in lower case, every run of other signs than letters and digits as one `-`.

    Letters of all scripts are kept, with their marks. A name without any letter or digit gives "".

    Example:
        >>> slug("Siberian Husky (dog)"), slug("Äpfel & Birnen")
        ('siberian-husky-dog', 'äpfel-birnen')
    """
    if name.isascii():
        return _ASCII_GAPS.sub("-", name.lower()).strip("-")
    letters = unicodedata.normalize("NFKC", name).lower()
    words = "".join(sign if _is_kept(sign) else " " for sign in letters).split()
    return "-".join(words)


def _is_kept(sign: str) -> bool:
    return sign.isalnum() or unicodedata.category(sign).startswith("M")


def make_ids(
    names: Sequence[str], given: Sequence[str | None], parents: Sequence[int]
) -> list[str | None]:
    """Return the id of each node of a tree, in the order given; None where none can be made.

    1. A given id is taken as it stands.
    2. The root, without a given id, has the slug of its name.
    3. Any other node has the slug of its name, if no given id, nor the root, nor another node
       without a given id has the same.
    4. Otherwise every such namesake has the path: the given ids, or else the slugs, from the root
       to itself, joined by `/`. A slug holds no `/`, so paths and slugs never collide.

    So adding a node changes the id of an older one only where both have the same name, and never
    a given id. Two siblings of one name get the same path: the caller refuses the second one.
    None is returned where the name has no letter or digit, or the id would pass `LONGEST_ID`.

    Args:
        names: One name a node, the root first, parents before children.
        given: The given ids, None where there is none.
        parents: For each node the position of its parent; any number for the root.
    """
    slugs = [slug(name) if own is None else own for name, own in zip(names, given, strict=True)]
    taken = Counter(slugs)
    ids: list[str | None] = []
    for position, segment in enumerate(slugs):
        own: str | None = segment
        if given[position] is None and taken[segment] > 1:
            own = _path(position, slugs, parents)
        ids.append(own if own and segment and len(own) <= LONGEST_ID else None)
    return ids


def _path(position: int, segments: Sequence[str], parents: Sequence[int]) -> str | None:
    """Return the segments from the root joined by `/`, or None as soon as that is too long."""
    path = [segments[position]]
    length = len(path[0])
    while position and length <= LONGEST_ID:
        position = parents[position]
        path.append(segments[position])
        length += 1 + len(path[-1])
    return "/".join(reversed(path)) if length <= LONGEST_ID else None
