"""The nouns of WordNet 3.0 (Princeton University, 2006), read from its own files.

An id is what ImageNet calls a wnid: `n` and the eight digits of the line's offset in `data.noun`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.fault import quoted
from hiercls.taxonomy.files import read_text, shown_path

DEBIAN_FOLDER = Path("/usr/share/wordnet")

_LINE = re.compile(r"(\d{8}) \d\d n ([\da-f]{2}) (.*?) \| (.*)")
_INDEX_LINE = re.compile(r"(\S+) n \d+ .*?((?: \d{8})+)\s*")
_INSTALL_HINT = "install WordNet 3.0 (Debian: apt-get install wordnet-base), or name its folder"
_GLOSS_END = re.compile(r"(;\s*)?(?:\"|\Z)")


@dataclass(frozen=True, slots=True)
class Synset:
    """One sense: the words for it, what it is, and what it is a kind of.

    Attributes:
        id: The wnid.
        lemmas: The words, the most usual first, with spaces.
        gloss: The definition, without the examples behind it.
        hypernyms: Ids of the senses above it.
        is_instance: One of a kind, such as a person or a river, rather than a kind.
        member_of: Ids of what it is a member of: a plant of its genus, a genus of its family.
    """

    id: str
    lemmas: tuple[str, ...]
    gloss: str
    hypernyms: tuple[str, ...]
    is_instance: bool = False
    member_of: tuple[str, ...] = ()


class WordNet:
    """The noun synsets by id; each is parsed when it is asked for."""

    def __init__(self, folder: str | os.PathLike[str] = DEBIAN_FOLDER) -> None:
        """Read `data.noun` and `index.noun`.

        Raises:
            TaxonomyError: If they are not there, or no WordNet files.
        """
        self._data_path = Path(folder) / "data.noun"
        self._lines = {line[:8]: line for line in _data_lines(self._data_path)}
        if not self._lines:
            raise TaxonomyError(f"{shown_path(self._data_path)} has no nouns; expected WordNet's")
        self._index_path = Path(folder) / "index.noun"
        self._senses: dict[str, tuple[str, ...]] | None = None

    def __contains__(self, own: object) -> bool:
        return isinstance(own, str) and own[:1] == "n" and own[1:] in self._lines

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[str]:
        return (f"n{offset}" for offset in self._lines)

    def synset(self, own: str) -> Synset:
        """Return the synset of an id.

        Raises:
            TaxonomyError: If there is none, or its line is not as WordNet writes it.
        """
        if own not in self:
            raise TaxonomyError(
                f"no noun {quoted(own)} in WordNet 3.0",
                hint="expected n and eight digits; ids of other releases are not the same",
            )
        line = self._lines[own[1:]]
        match = _LINE.match(line)
        if match is None:
            raise TaxonomyError(f"{shown_path(self._data_path)}: the line of {own} is cut short")
        words = match[3].split(" ")
        num_lemmas = int(match[2], 16)
        lemmas = tuple(word.replace("_", " ") for word in words[: 2 * num_lemmas : 2])
        pointers = words[2 * num_lemmas + 1 :]
        return Synset(
            id=own,
            lemmas=lemmas,
            gloss=_definition(match[4]),
            hypernyms=_targets(pointers, ("@", "@i")),
            is_instance="@i" in pointers[::4],
            member_of=_targets(pointers, ("#m",)),
        )

    def senses(self, word: str) -> tuple[str, ...]:
        """Return the ids of what a word may mean, the most usual first; none if it is not known."""
        if self._senses is None:
            self._senses = dict(_index(self._index_path))
        return self._senses.get(word.strip().lower().replace(" ", "_"), ())

    def with_ancestors(self, ids: Iterable[str]) -> dict[str, Synset]:
        """Return the synsets of some ids and of all above them, those asked for first."""
        found: dict[str, Synset] = {}
        pending = list(ids)
        for own in pending:  # grows while it is walked
            if own not in found:
                found[own] = self.synset(own)
                pending.extend(found[own].hypernyms)
        return found


def _data_lines(path: Path) -> Iterator[str]:
    lines = _read(path).split("\n")
    return (line for line in lines if line[:8].isdigit() and line[8:9] == " ")


def _index(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in _read(path).split("\n"):
        if match := _INDEX_LINE.fullmatch(line):
            yield match[1], tuple(f"n{offset}" for offset in match[2].split())


def _read(path: Path) -> str:
    if not path.is_file():
        raise TaxonomyError(f"no file {shown_path(path)}; expected WordNet's", hint=_INSTALL_HINT)
    return read_text(path)


def _definition(gloss: str) -> str:
    """Return a gloss up to its first example in quotes."""
    end = _GLOSS_END.search(gloss)
    return " ".join(gloss[: end.start() if end else None].split()).rstrip(";")


def _targets(pointers: list[str], signs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the nouns that the pointers with some signs lead to."""
    return tuple(
        f"n{pointers[at + 1]}"
        for at in range(0, len(pointers) - 3, 4)
        if pointers[at] in signs and pointers[at + 2] == "n"
    )
