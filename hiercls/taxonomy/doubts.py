"""What the author of a taxonomy may want to look at again, one line for each kind of doubt."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

from hiercls.taxonomy.graph import Taxonomy

LONG_NAME = 80  # characters; every name is read at every question it is an option of
MANY_OPTIONS = 26  # letters run out after that

_SHOWN = 3  # examples in a warning
_SAME_BUT_ONE = 8  # characters from which one letter more, less or other is likely a slip
_GAPS = re.compile(r"[\W_]+")


def doubts_about(taxonomy: Taxonomy) -> Iterator[str]:
    """Yield a line for each kind of doubt, with how often and the first examples."""
    alike = list(_siblings_alike(taxonomy))
    if alike:
        yield f"{counted(len(alike), 'pair')} of siblings with the same name: {_some(alike)}"
    near = list(_siblings_nearly_alike(taxonomy))
    if near:
        yield f"{counted(len(near), 'pair')} of siblings with nearly the same name: {_some(near)}"
    vague = _undescribed_namesakes(taxonomy)
    if vague:
        found = counted(len(vague), "name")
        yield f"{found} of several classes that no description tells apart: {_some(vague)}"
    long = [own for own in taxonomy if len(taxonomy.node(own).name) > LONG_NAME]
    if long:
        found = counted(len(long), "name")
        yield f"{found} of more than {LONG_NAME} characters, at {_some(map(repr, long))}"
    wide = _many_options(taxonomy)
    if wide:
        found = counted(len(wide), "question")
        yield f"{found} with more than {MANY_OPTIONS} options: {_some(wide)}"
    chains = list(_single_child_chains(taxonomy))
    if chains:
        found = counted(len(chains), "chain")
        yield f"{found} of single children, where there is nothing to ask: {_some(chains)}"
    bare = [own for own in taxonomy.classes if taxonomy.node(own).index is None]
    if bare and len(bare) < len(taxonomy.classes):
        found = counted(len(bare), "class", "classes")
        yield f"{found} without an index, though others have one: {_some(map(repr, bare))}"


def _siblings_alike(taxonomy: Taxonomy) -> Iterator[str]:
    """Yield each pair of siblings that differ at most in case and spaces."""
    for own in taxonomy:
        seen: dict[str, str] = {}
        for child in taxonomy.children(own):
            name = taxonomy.node(child).name
            folded = _folded(name)
            if folded in seen:
                yield f"{seen[folded]!r} and {name!r} under {own!r}"
            seen[folded] = name


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _siblings_nearly_alike(taxonomy: Taxonomy) -> Iterator[str]:
    """Yield each pair of siblings that differ in signs, accents, a plural or one letter only."""
    for own in taxonomy:
        seen: dict[str, str] = {}
        for child in taxonomy.children(own):
            name = taxonomy.node(child).name
            plain = _plain(name)
            keys = [plain, *_one_shorter(plain)]
            others = (seen[key] for key in keys if key in seen)
            for other in others:
                if _folded(other) != _folded(name) and _is_slip(_plain(other), plain):
                    yield f"{other!r} and {name!r} under {own!r}"
                    break
            for key in keys:
                seen.setdefault(key, name)


def _plain(name: str) -> str:
    """Return a name without signs, accents and plurals."""
    signs = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(sign for sign in signs if not unicodedata.combining(sign))
    words = [word.removesuffix("s") or word for word in _GAPS.split(plain) if word]
    return "".join(words) or plain


def _one_shorter(plain: str) -> list[str]:
    """Return each way to leave a letter out, which names one letter apart share (SymSpell, 2012).

    Digits are never a slip: `level 1` and `level 2` are meant. Short names have nothing to spare.
    """
    if len(plain) < _SAME_BUT_ONE:
        return []
    return [plain[:at] + plain[at + 1 :] for at in range(len(plain)) if plain[at].isalpha()]


def _is_slip(one: str, other: str) -> bool:
    """Return whether two names with a form in common are one letter, or one swap, apart."""
    if len(one) != len(other):
        return True
    apart = [at for at in range(len(one)) if one[at] != other[at]]
    if len(apart) == 2:
        first, second = apart
        return second == first + 1 and one[first] + one[second] == other[second] + other[first]
    return len(apart) < 2


def _undescribed_namesakes(taxonomy: Taxonomy) -> list[str]:
    """Return the names of classes below different parents, of which one has no description."""
    owners = defaultdict(list)
    for own in taxonomy.classes:
        owners[_folded(taxonomy.node(own).name)].append(own)
    return [
        f"{taxonomy.node(group[0]).name!r} ({len(group)})"
        for group in owners.values()
        if len({taxonomy.parents(own) for own in group}) > 1
        and any(taxonomy.node(own).description is None for own in group)
    ]


def _many_options(taxonomy: Taxonomy) -> list[str]:
    """Return the nodes with many options, the most first; a class offers itself as well."""
    options = {}
    for own in taxonomy:
        if not taxonomy.is_leaf(own):
            options[own] = len(taxonomy.children(own)) + taxonomy.node(own).is_class
    wide = sorted(options, key=lambda own: -options[own])
    return [f"{options[own]:,} at {own!r}" for own in wide if options[own] > MANY_OPTIONS]


def _single_child_chains(taxonomy: Taxonomy) -> Iterator[str]:
    """Yield each chain that starts below a real choice and goes through single children."""
    for own in taxonomy:
        if not _is_link(taxonomy, own) or any(
            _is_link(taxonomy, parent) for parent in taxonomy.parents(own)
        ):
            continue
        chain = [own]
        while _is_link(taxonomy, chain[-1]):
            chain.extend(taxonomy.children(chain[-1]))
        ids = [repr(link) for link in chain]
        yield " > ".join(ids if len(ids) <= 4 else [*ids[:2], "...", ids[-1]])


def _is_link(taxonomy: Taxonomy, own: str) -> bool:
    return len(taxonomy.children(own)) == 1 and not taxonomy.node(own).is_class


def _some(items: Iterable[str]) -> str:
    items = list(items)
    more = f", and {len(items) - _SHOWN:,} more" if len(items) > _SHOWN else ""
    return ", ".join(items[:_SHOWN]) + more


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with what is counted."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
