"""What can be chosen about an import."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hiercls.errors import RequestError
from hiercls.taxonomy.fault import quoted
from hiercls.taxonomy.files import LARGEST_FILE
from hiercls.taxonomy.suggestion import did_you_mean

MOST_NODES = 1_000_000
EDGES_A_NODE = 2  # on average, at most

TEXT_FORMS = ("edges", "outline", "paths", "table", "wordnet")
DATA_FORMS = ("nested", "leaf-paths", "node-link")
FOLDER_FORMS = ("folders", "hf")
FORMS = (*DATA_FORMS, *TEXT_FORMS, *FOLDER_FORMS)

ROLES = ("id", "parent", "name", "description", "question", "index", "class", "level")
_REPEATED_ROLES = ("name", "level")


@dataclass(frozen=True)
class ImportSettings:
    """How a source is read.

    Attributes:
        form: One of `FORMS`; recognised if left out.
        name: Of the taxonomy; else what the source says, or is called.
        root: Name of the root, also of the one put above several.
        names_path: A file of ids and names, for sources that name their nodes by ids alone.
        wordnet_path: A folder with WordNet's `data.noun`: names and describes nodes whose ids
            are wnids.
        columns: Roles and headers of a table, such as `("name", "label_en")`; several names in
            the order in which they are tried, several levels from the top down.
        separator: Between the names of a path, or the cells of a table.
        is_child_first: Edges are written child first.
        keeps_underscores: Names keep `_` where they have no spaces.
        max_bytes: Files larger than this are refused unread.
        max_nodes: Sources with more nodes are refused, and those with twice as many edges.
    """

    form: str | None = None
    name: str | None = None
    root: str | None = None
    names_path: Path | None = None
    wordnet_path: Path | None = None
    columns: tuple[tuple[str, str], ...] = ()
    separator: str | None = None
    is_child_first: bool = False
    keeps_underscores: bool = False
    max_bytes: int = LARGEST_FILE
    max_nodes: int = MOST_NODES

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            RequestError: For a form or a role that is not known, or given twice.
        """
        if self.form is not None and self.form not in FORMS:
            message = f"the form {quoted(self.form)}; expected one of {', '.join(FORMS)}"
            raise RequestError(message, hint=did_you_mean(self.form, FORMS))
        roles = [role for role, _ in self.columns]
        for role in roles:
            if role not in ROLES:
                message = f"the column role {quoted(role)}; expected one of {', '.join(ROLES)}"
                raise RequestError(message, hint=did_you_mean(role, ROLES))
            if roles.count(role) > 1 and role not in _REPEATED_ROLES:
                raise RequestError(f"{roles.count(role)} columns for {role!r}; expected one")

    def of_role(self, role: str) -> tuple[str, ...]:
        """Return the headers that are given for a role, in order."""
        return tuple(header for own, header in self.columns if own == role)

    def refuse_unused(self, form: str) -> None:
        """Refuse what a form has no use for, rather than pass over it.

        Raises:
            RequestError: Naming it, and the forms it is for.
        """
        uses = {
            "columns": (self.columns, ("table", "hf")),
            "a separator": (self.separator, ("paths", "table", "edges")),
            "child first": (self.is_child_first, ("edges", "node-link")),
        }
        for what, (given, forms) in uses.items():
            if given and form not in forms:
                raise RequestError(f"{what} with the form {form}; expected {' or '.join(forms)}")
