"""A list of WordNet synsets, one a line: their tree is all that WordNet has above them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hiercls.taxonomy.fault import Fault, Place, quoted
from hiercls.taxonomy.importing.content import NEARLY_ALL, content_lines
from hiercls.taxonomy.importing.notes import Tally, counted
from hiercls.taxonomy.importing.sketch import Sketch
from hiercls.taxonomy.wordnet import WordNet

WNID = re.compile(r"n\d{8}")
_SENSE = re.compile(r"(\S+)\.n\.(\d{1,3})")


def read_synsets(text: str, sketch: Sketch, wordnet: WordNet) -> None:
    """Read wnids, or senses such as `dog.n.01`; words after a wnid are its name.

    The synsets listed are the classes, numbered as they come; those above them are in the order
    in which they are met, and several hypernyms are several parents.

    Raises:
        Fault: For a line that names no synset, or one that is there already.
    """
    listed: dict[str, Place] = {}
    for place, line in content_lines(text, sketch.notes):
        written, _, rest = line.strip().replace("\t", " ").partition(" ")
        own, name = _synset(written.rstrip(","), wordnet, place)
        if own in listed:
            first = listed[own]
            where = f" (first on line {first[1]})" if first else ""
            raise Fault(f"the synset {quoted(own)} again; expected it once{where}", place=place)
        listed[own] = place
        sketch.add(name or _words(rest), own=own, place=place)
    if not listed:
        raise Fault("nothing in it; expected synsets")
    _add_ancestors(list(listed), sketch, wordnet)


def _words(rest: str) -> str:
    """Return the first of the words behind a wnid, or nothing where they are none."""
    name = rest.partition(",")[0].replace("_", " ").strip()
    return name if any(sign.isalpha() for sign in name) else ""


def _synset(written: str, wordnet: WordNet, place: Place) -> tuple[str, str]:
    """Return the wnid that is meant, and the word it is meant by, if any."""
    if (match := _SENSE.fullmatch(written)) and int(match[2]) > 0:
        senses = wordnet.senses(match[1])
        if int(match[2]) <= len(senses):
            own = senses[int(match[2]) - 1]
            word = match[1].replace("_", " ")
            lemmas = wordnet.synset(own).lemmas
            return own, next((one for one in lemmas if one.lower() == word.lower()), word)
    own = written if written.startswith("n") else f"n{written}"
    if own not in wordnet:
        raise Fault(
            f"{quoted(written)} is no noun of WordNet 3.0; expected a wnid such as n02084071, or a"
            " sense such as dog.n.01",
            place=place,
            hint="wnids of other releases are not the same",
        )
    return own, ""


def _add_ancestors(listed: list[str], sketch: Sketch, wordnet: WordNet) -> None:
    numbers = {own: number for number, own in enumerate(listed)}
    synsets = wordnet.with_ancestors(listed)
    for own in synsets:
        if own not in numbers:
            numbers[own] = sketch.add("", own=own)
    for own, synset in synsets.items():
        for parent in synset.hypernyms:
            sketch.link(numbers[parent], numbers[own])
    for index, own in enumerate(listed):
        node = sketch.nodes[numbers[own]]
        node.is_class, node.index = True, index
    inner = {parent for node in sketch.nodes for parent in node.parents}
    above = Tally()
    for number in range(len(listed)):
        if number in inner:
            above.add(quoted(listed[number]))
    found = counted(above.count, "synset")
    sketch.notes.add("inner-classes", f"{found} above others, kept as classes", above)


def is_synset_list(lines: Sequence[str]) -> bool:
    """Return whether nearly every line begins with a synset, and does not go on with another."""
    return sum(map(_begins_with_synset, lines)) > NEARLY_ALL * len(lines)


def _begins_with_synset(line: str) -> bool:
    first, *others = line.replace(",", " ").split() or [""]
    is_edge = len(others) == 1 and WNID.fullmatch(others[0])
    return not is_edge and bool(WNID.fullmatch(first) or _SENSE.fullmatch(first))
