"""Which column of a table plays which part: said by the user, or else by the header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from hiercls.taxonomy.fault import Fault, quoted
from hiercls.taxonomy.importing.headers import is_header, roles_of
from hiercls.taxonomy.importing.notes import Notes, counted, tally
from hiercls.taxonomy.importing.settings import ROLES, ImportSettings
from hiercls.taxonomy.suggestion import did_you_mean


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions of columns; the parent's is None where there is a column a level."""

    headers: tuple[str, ...]
    has_header: bool
    own: int | None
    parent: int | None
    names: tuple[int, ...]
    description: int | None
    question: int | None
    index: int | None
    is_class: int | None
    levels: tuple[int, ...]

    @property
    def num_columns(self) -> int:
        return len(self.headers)


def find_columns(
    sample: Sequence[Sequence[str]], settings: ImportSettings, notes: Notes
) -> Columns:
    """Return the columns of a table from its first rows.

    Raises:
        Fault: For a header that is not there, or parents without ids or names.
    """
    has_header = bool(settings.columns) or is_header(sample)
    headers = list(sample[0])
    roles: dict[str, list[int]] = {role: [] for role in ROLES}
    if has_header:
        roles |= roles_of(headers)
    else:
        headers = [f"column {number + 1}" for number in range(max(map(len, sample)))]
        notes.add("no-header", "the first row taken for nodes, not for a header")
    for role in {role for role, _ in settings.columns}:
        roles[role] = [_position(header, headers) for header in settings.of_role(role)]
    columns = _chosen(headers, sample, roles, settings, has_header=has_header)
    _note(columns, notes)
    if len(columns.names) > 1 and not settings.of_role("name"):
        listed = ", ".join(quoted(headers[at]) for at in columns.names)
        notes.add("names", f"names taken from the first of {listed} that is not empty")
    return columns


def _position(header: str, headers: Sequence[str]) -> int:
    folded = [other.casefold() for other in headers]
    if header.casefold() in folded:
        return folded.index(header.casefold())
    if header.isascii() and header.isdecimal() and 1 <= int(header[:9]) <= len(headers):
        return int(header) - 1
    known = [other for other in headers if other]
    listed = ", ".join(map(quoted, known))
    hint = did_you_mean(header, known)
    raise Fault(f"no column {quoted(header)}; expected one of {listed}", line=1, hint=hint)


def _chosen(
    headers: Sequence[str],
    sample: Sequence[Sequence[str]],
    roles: dict[str, list[int]],
    settings: ImportSettings,
    *,
    has_header: bool,
) -> Columns:
    """Settle which of the two shapes a table has."""
    singles = ("id", "parent", "description", "question", "index", "class")
    own, parent, description, question, index, is_class = (
        next(iter(roles[role]), None) for role in singles
    )
    names, levels = roles["name"], roles["level"]
    rows = sample[1:] if has_header else sample
    if settings.of_role("level"):
        parent, names = None, []
    elif parent is None:
        used = {own, description, question, index, is_class}
        levels, names = _levels(rows, len(headers), levels, names, used), []
    else:
        levels = []
    if parent is not None and own is None and not names:
        found = f"a column {quoted(headers[parent])} and none of ids or names"
        raise Fault(f"{found}; expected one", line=1, hint="name it: --column id=HEADER")
    if parent is None and not levels:
        raise Fault("no columns of levels or parents; expected some", line=1)
    return Columns(
        headers=tuple(headers),
        has_header=has_header,
        own=own,
        parent=parent,
        names=tuple(names),
        description=description,
        question=question,
        index=index,
        is_class=is_class,
        levels=tuple(levels),
    )


def _levels(
    rows: Sequence[Sequence[str]],
    num_columns: int,
    named: list[int],
    names: list[int],
    used: set[int | None],
) -> list[int]:
    """Return the columns that are levels, from the top down.

    They are those whose headers say so, with the column of names at the bottom; or else all that
    have no other part. Columns with ever fewer values stand upside down.
    """
    named = [at for at in named if at not in used]
    if len(named) > 1:
        levels = [*named, *names[:1]]
    else:
        levels = [at for at in range(num_columns) if at not in used]
    filled = [at for at in levels if any(row[at : at + 1] not in ([], [""]) for row in rows)]
    values = {at: len({row[at] for row in rows if at < len(row)}) for at in filled}
    is_upside_down = all(values[one] > values[other] for one, other in pairwise(filled))
    return filled[::-1] if is_upside_down else filled or levels


def _note(columns: Columns, notes: Notes) -> None:
    parts = {
        "levels": columns.levels,
        "id": (columns.own,),
        "parent": (columns.parent,),
        "name": columns.names,
        "description": (columns.description,),
        "question": (columns.question,),
        "index": (columns.index,),
        "class": (columns.is_class,),
    }
    used: set[int] = set()
    said = []
    for part, positions in parts.items():
        taken = [at for at in positions if at is not None]
        used.update(taken)
        if taken:
            said.append(f"{part} {', '.join(quoted(columns.headers[at]) for at in taken)}")
    notes.add("columns", f"columns taken: {'; '.join(said)}")
    left = [
        quoted(header) for at, header in enumerate(columns.headers) if header and at not in used
    ]
    notes.add("left-out", f"{counted(len(left), 'column')} left out", tally(left))
