"""Names for nodes that a source knows by ids alone: from a file of ids and names, or WordNet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.fault import Fault, Place, describe, quoted
from hiercls.taxonomy.files import read_text, shown_path
from hiercls.taxonomy.importing.content import content_lines, refuse_odd_size
from hiercls.taxonomy.importing.data import read_data, word
from hiercls.taxonomy.importing.notes import Tally, counted
from hiercls.taxonomy.importing.settings import ImportSettings
from hiercls.taxonomy.importing.sketch import Sketch
from hiercls.taxonomy.importing.synset_list import WNID
from hiercls.taxonomy.lines import error_in_file
from hiercls.taxonomy.wordnet import WordNet


@dataclass(frozen=True, slots=True)
class Named:
    """One line of a file of names."""

    id: str
    name: str
    index: int | None = None


def name_by_file(sketch: Sketch, path: Path, settings: ImportSettings) -> None:
    """Give the nodes the names of a file, by id; or where no id fits, ids by name.

    Whole numbers that go with names become class numbers rather than ids.

    Raises:
        TaxonomyError: If the file is none of names, or none of its lines fits.
    """
    text = read_text(path, max_bytes=settings.max_bytes)
    try:
        found = list(_read(text, path.suffix.lower(), settings.max_nodes))
    except Fault as fault:
        raise error_in_file(fault, shown_path(path), text) from None
    by_id = {node.id: node for node in sketch.nodes if node.id is not None}
    fitting = [line for line in found if line.id in by_id]
    for line in fitting:
        node = by_id[line.id]
        node.name = line.name
        node.index = node.index if line.index is None else line.index
    if not fitting:
        fitting = _name_back(sketch, found)
    if not fitting:
        raise TaxonomyError(
            f"{shown_path(path)}: none of {counted(len(found), 'line')} has the id, or the name, of"
            " a node; expected an id and a name a line"
        )
    _note(sketch, path, found, fitting)


def _name_back(sketch: Sketch, found: list[Named]) -> list[Named]:
    """Give ids, or class numbers, to nodes that the file names."""
    names: dict[str, list[int]] = {}
    for number, node in enumerate(sketch.nodes):
        names.setdefault(node.name, []).append(number)
    fitting = [line for line in found if len(names.get(line.name, ())) == 1]
    are_numbers = all(line.id.isdecimal() and len(line.id) < 19 for line in fitting)
    for line in fitting:
        node = sketch.nodes[names[line.name][0]]
        if are_numbers:
            node.index = int(line.id)
        else:
            node.id = line.id
    what = "class numbers" if are_numbers else "ids"
    if fitting:
        sketch.notes.add("names-are-ids", f"the file of names taken for {what}, found by name")
    return fitting


def _read(text: str, suffix: str, max_nodes: int) -> Iterator[Named]:
    if suffix == ".json" or text.lstrip("\ufeff \t\r\n")[:1] == "{":
        yield from _from_data(read_data(text, suffix, max_nodes))
        return
    refuse_odd_size(text, max_nodes)
    for place, line in content_lines(text):
        own, _, name = line.strip().partition("\t" if "\t" in line else " ")
        yield Named(own, _name(own, name, place))


def _name(own: str, name: str, place: Place) -> str:
    name = name.strip().strip('"')
    if not name:
        line = place[1] if place and isinstance(place[1], int) else None
        raise Fault(f"{quoted(own)} without a name; expected an id and a name", line=line)
    return name.partition(",")[0] if WNID.fullmatch(own) else name


def _from_data(data: object) -> Iterator[Named]:
    """Yield names from `{id: name}`, or `{class number: [id, name]}` as ImageNet has it."""
    if not isinstance(data, dict):
        raise Fault(f"{describe(data)} at the top; expected ids and names")
    for key, value in data.items():
        words = [word(item) for item in value] if isinstance(value, list) else [word(value)]
        if not words or None in words or len(words) > 2:
            message = (
                f"the name of {quoted(key)} is {describe(value)}; expected text, or id and name"
            )
            raise Fault(message, place=(None, key))
        is_pair, is_number = len(words) == 2, key.isdecimal() and key.isascii() and len(key) < 19
        own, name = words[0] if is_pair else key, words[-1]
        yield Named(own or "", name or "", int(key) if is_pair and is_number else None)


def _note(sketch: Sketch, path: Path, found: list[Named], fitting: list[Named]) -> None:
    message = f"{len(fitting):,} of {counted(len(sketch.nodes), 'node')} named by {path.name}"
    sketch.notes.add("named", message, Tally(len(fitting)))
    fit = set(fitting)
    others = Tally()
    for line in found:
        if line not in fit:
            others.add(f"{line.id} {line.name}")
    message = f"{counted(others.count, 'line')} of {path.name} without a node"
    sketch.notes.add("unused-names", message, others)


def name_by_wordnet(sketch: Sketch, folder: str | os.PathLike[str]) -> None:
    """Give nodes whose ids are wnids WordNet's first lemma, unless named, and its gloss.

    Raises:
        TaxonomyError: If the folder is not WordNet's.
    """
    wordnet = WordNet(folder)
    unknown, num_named = Tally(), 0
    for node in sketch.nodes:
        own = node.id or ""
        if own not in wordnet:
            if WNID.fullmatch(own):
                unknown.add(own)
            continue
        synset = wordnet.synset(own)
        num_named += 1
        if node.name in ("", own):
            node.name = synset.lemmas[0]
        node.description = node.description or synset.gloss
    if not num_named:
        message = f"no id of {counted(len(sketch.nodes), 'node')} is a noun of WordNet 3.0"
        raise TaxonomyError(f"{message}; expected wnids such as n02084071")
    total = counted(len(sketch.nodes), "node")
    message = f"{num_named:,} of {total} named or described by WordNet 3.0"
    sketch.notes.add("named", message, Tally(num_named))
    sketch.notes.add(
        "not-in-wordnet", f"{counted(unknown.count, 'wnid')} not in WordNet 3.0", unknown
    )
