"""What a question offers, others being merged into it: which nodes, and under which names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from hiercls.plan.choices import Choices
from hiercls.plan.question import ITSELF, NONE, Option, Outcome
from hiercls.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Offer:
    """An option in the making, and what will be of it.

    Attributes:
        option: Under the node's plain name.
        above: Ids of the nodes passed on the way to the one offered.
        outcome: Where it leads.
        is_inner: Its node has choices, which might be offered in its place.
    """

    option: Option
    above: tuple[str, ...]
    outcome: Outcome
    is_inner: bool = False


def offers(
    taxonomy: Taxonomy, choices: Choices, asked: str, *, merged: Iterable[str]
) -> tuple[Offer, ...]:
    """Return what the question at a node offers, in the order of the taxonomy.

    Args:
        taxonomy: Which has the names.
        choices: Of its nodes.
        asked: The node.
        merged: Ids of the nodes below whose choices are offered instead of themselves.
    """
    found: dict[str, Offer] = {}
    pending = list(_below(taxonomy, choices, asked, ()))[::-1]
    while pending:
        offer = pending.pop()
        outcome = offer.outcome
        if offer.is_inner and outcome.node in merged:
            pending += list(_below(taxonomy, choices, outcome.node, outcome.path))[::-1]
        else:
            found.setdefault(offer.option.node, offer)
    return tuple(found.values())


def _below(
    taxonomy: Taxonomy, choices: Choices, node: str, path: tuple[str, ...]
) -> Iterator[Offer]:
    """Yield the choices of a node, reached by a path, and itself if it is a class."""
    for choice in choices.at[node]:
        offered = taxonomy.node(choice.path[0])
        option = Option(offered.id, offered.name, offered.description)
        outcome = Outcome((*path, *choice.path), choice.node, choice.ends)
        yield Offer(option, path, outcome, is_inner=not choice.ends)
    own = taxonomy.node(node)
    if own.is_class:
        description = own.description if path else None  # else it was read when it was chosen
        option = Option(node, ITSELF.format(name=own.name), description)
        yield Offer(option, path[:-1], Outcome(path, node, ends=True))


def none_of(asked: str) -> Offer:
    """Return the option of a question that is none of the others."""
    return Offer(Option(asked, NONE), (), Outcome((), asked, ends=True, none=True))


def told_apart(taxonomy: Taxonomy, offered: Sequence[Offer]) -> tuple[Option, ...]:
    """Return the options; of the same name they say what they lie under, such as "crane (bird)".

    Names may repeat under other parents, whose children a merged question offers side by side.
    """
    alike: dict[str, list[int]] = defaultdict(list)
    for i, offer in enumerate(offered):
        alike[offer.option.name.casefold()].append(i)
    options = [offer.option for offer in offered]
    for same in alike.values():
        if len(same) > 1:
            names = _names_with_places(taxonomy, [offered[i] for i in same])
            for i, name in zip(same, names, strict=True):
                options[i] = replace(options[i], name=name)
    return tuple(options)


def _names_with_places(taxonomy: Taxonomy, offered: Sequence[Offer]) -> list[str]:
    """Return the names with as few of the nodes above as tell them apart, or all."""
    places = [[taxonomy.node(own).name for own in offer.above] for offer in offered]
    depth, deepest = 1, max(map(len, places))
    while depth < deepest and len({tuple(place[-depth:]) for place in places}) < len(places):
        depth += 1
    shown = [" > ".join(place[-depth:]) for place in places]
    names = [offer.option.name for offer in offered]
    return [f"{n} ({place})" if place else n for n, place in zip(names, shown, strict=True)]
