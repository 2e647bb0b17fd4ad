"""What a question offers, others being merged into it: which nodes, and under which names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from hiercls.plan.choices import Choice, Choices
from hiercls.plan.question import ITSELF, Option, Outcome
from hiercls.taxonomy import Taxonomy


class Offer(NamedTuple):
    """A choice in the question of a node at or above it.

    Attributes:
        node: Id of the node offered, which stands in a question once.
        above: Ids of the nodes passed on the way to the choice.
        choice: Of the last of them, or of the node that asks.
        reached: Id of the node that it leads to.
        ends: Nothing is left to ask there.
    """

    node: str
    above: tuple[str, ...]
    choice: Choice
    reached: str
    ends: bool

    @property
    def entered(self) -> tuple[str, ...]:
        """Ids of the nodes that no other option leads to."""
        return self.choice or self.above[-1:]

    @property
    def outcome(self) -> Outcome:
        return Outcome(self.above + self.choice, self.reached, self.ends)


def offers(choices: Choices, asked: str, *, merged: AbstractSet[str]) -> tuple[Offer, ...]:
    """Return what the question at a node offers, in the order of the taxonomy.

    Args:
        choices: Of all nodes.
        asked: The node.
        merged: Ids of the nodes below whose choices are offered instead of themselves.
    """
    found: dict[str, Offer] = {}
    pending: list[tuple[tuple[str, ...], Choice]] = [((), c) for c in reversed(choices.at[asked])]
    while pending:
        above, choice = pending.pop()
        reached = (choice or above or (asked,))[-1]
        if choice and reached in merged:
            path = above + choice
            pending += [(path, below) for below in reversed(choices.at[reached])]
        else:
            node = choice[0] if choice else reached
            ends = not choice or reached not in choices.at
            found.setdefault(node, Offer(node, above, choice, reached, ends))
    return tuple(found.values())


def options(taxonomy: Taxonomy, offered: tuple[Offer, ...]) -> tuple[Option, ...]:
    """Return the options of a question.

    Names may repeat under other parents, whose children a merged question offers side by side;
    they then say what they lie under, such as "crane (bird)".
    """
    names = [_name(taxonomy, offer) for offer in offered]
    counts = Counter(name.casefold() for name in names)
    if len(counts) < len(names):
        alike: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(names):
            alike[name.casefold()].append(number)
        for same in alike.values():
            if len(same) > 1:
                places = _places(taxonomy, [offered[number] for number in same])
                for number, place in zip(same, places, strict=True):
                    names[number] += place
    return tuple(
        Option(offer.node, name, _description(taxonomy, offer))
        for offer, name in zip(offered, names, strict=True)
    )


def _name(taxonomy: Taxonomy, offer: Offer) -> str:
    name = taxonomy.node(offer.node).name
    return name if offer.choice else ITSELF.format(name=name)


def _description(taxonomy: Taxonomy, offer: Offer) -> str | None:
    """Return what stands behind the name; of the node that asks, it was read when it was chosen."""
    is_asked = not offer.choice and not offer.above
    return None if is_asked else taxonomy.node(offer.node).description


def _places(taxonomy: Taxonomy, offered: list[Offer]) -> list[str]:
    """Return what follows each of equal names: as few nodes above as tell them apart, or all."""
    above = [offer.above if offer.choice else offer.above[:-1] for offer in offered]
    names = [tuple(taxonomy.node(own).name for own in path) for path in above]
    depth, deepest = 1, max(map(len, names))
    while depth < deepest and len({path[-depth:] for path in names}) < len(names):
        depth += 1
    return [f" ({' > '.join(path[-depth:])})" if path else "" for path in names]
