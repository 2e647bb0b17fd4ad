"""What the header of a table says its columns are."""

from __future__ import annotations

import re
from collections.abc import Sequence

# In lower case, letters and digits alone.
_WORDS = {
    "id": {
        "id", "code", "key", "identifier", "node", "nodeid", "child", "childid", "categoryid",
        "taxonid", "wnid", "synset", "notation",
    },
    "parent": {
        "parent", "parents", "parentid", "parentcode", "parentkey", "parentnode", "parentcategory",
        "parentcategoryid", "parentnameusageid", "broader", "hypernym", "superclass",
    },
    "name": {"name", "label", "title", "text", "categoryname", "scientificname", "preflabel"},
    "description": {"description", "desc", "definition", "gloss"},
    "question": {"question"},
    "index": {"index", "classindex", "classid"},
    "class": {"isclass"},
}  # fmt: skip
_RANKS = {
    "domain", "kingdom", "phylum", "division", "class", "subclass", "order", "suborder",
    "superfamily", "family", "subfamily", "tribe", "genus", "species", "subspecies",
}  # fmt: skip
_LEVEL = re.compile(
    r"(?:level|lvl|l|tier|depth|category|cat|taxonomy|rank)\d+|(?:sub)*category|(?:super|sub)?group"
)
_LANGUAGE = re.compile(r"[ _\-.:@][a-z]{2}(?:[-_][a-z]{2})?$")
_IN_LANGUAGES = ("name", "description")


def roles_of(headers: Sequence[str]) -> dict[str, list[int]]:
    """Return the positions of the columns by the role that their headers name, in order.

    A language may follow: `label_en` is a name.
    """
    words = [_word(header) for header in headers]
    bare = [_word(_LANGUAGE.sub("", header.lower())) for header in headers]
    roles = {
        role: [
            at for at, word in enumerate(bare if role in _IN_LANGUAGES else words) if word in known
        ]
        for role, known in _WORDS.items()
    }
    roles["level"] = [
        at for at, word in enumerate(words) if word in _RANKS or _LEVEL.fullmatch(word)
    ]
    return roles


def _word(header: str) -> str:
    return re.sub(r"[\W_]+", "", header.lower())


def is_header(sample: Sequence[Sequence[str]]) -> bool:
    """Return whether a table's first row is a header.

    It is if its words are known; or if it has one for each column, and none comes again below.
    """
    first = sample[0]
    if any(roles_of(first).values()):
        return True
    return all(
        first[at : at + 1] not in ([], [""], [cell])
        for row in sample[1:]
        for at, cell in enumerate(row)
        if cell
    )
