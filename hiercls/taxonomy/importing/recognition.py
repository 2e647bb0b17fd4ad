"""Which form a source has, told by its suffix and by what it begins with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hiercls.taxonomy.fault import Fault
from hiercls.taxonomy.importing.content import NEARLY_ALL, sample_lines
from hiercls.taxonomy.importing.dataset_rows import ARROW_SUFFIXES
from hiercls.taxonomy.importing.edges import edge_separator, split_edge
from hiercls.taxonomy.importing.hugging_face import INFO
from hiercls.taxonomy.importing.leaf_paths import is_leaf_paths
from hiercls.taxonomy.importing.node_link import edges_key_of
from hiercls.taxonomy.importing.outline import is_outline
from hiercls.taxonomy.importing.path_lines import STRONG, WEAK, path_separator
from hiercls.taxonomy.importing.synset_list import is_synset_list
from hiercls.taxonomy.importing.table import is_table

_TABLE_SUFFIXES = (".csv", ".tsv")


def form_of_folder(path: Path) -> str:
    """Return the form of a folder: a dataset where it is described or has rows, else folders."""
    if path.suffix in ARROW_SUFFIXES or (path / INFO).is_file():
        return "hf"
    inside = [*path.glob("*"), *path.glob("data/*")] if path.is_dir() else []
    return "hf" if any(entry.suffix in ARROW_SUFFIXES for entry in inside) else "folders"


def form_of_data(data: object) -> str:
    """Return the form of JSON or YAML."""
    if isinstance(data, dict) and isinstance(data.get("features"), dict):
        return "hf"
    if edges_key_of(data):
        return "node-link"
    return "leaf-paths" if is_leaf_paths(data) else "nested"


def form_of_text(text: str, suffix: str) -> str:
    """Return the form of lines.

    Raises:
        Fault: If they are like none of them.
    """
    lines = sample_lines(text)
    if not lines:
        raise Fault("nothing in it but lines that begin with #; expected a taxonomy")
    if suffix in _TABLE_SUFFIXES:
        return "table"
    if path_separator(lines, STRONG):
        return "paths"
    if is_synset_list(lines):
        return "wordnet"
    if is_table(lines, text):
        return "table"
    if is_outline(lines):
        return "outline"
    if _are_edges(lines):
        return "edges"
    if path_separator(lines, WEAK):
        return "paths"
    raise Fault(
        "lines of no known form; expected edges, an outline, paths, a table or synsets",
        hint="name it with --from; of a flat list of labels, hiercls taxonomy build makes a tree",
    )


def _are_edges(lines: Sequence[str]) -> bool:
    """Return whether lines are pairs that hang together, rather than labels of two words."""
    separator = edge_separator(lines)
    ends = [split_edge(line, separator) for line in lines]
    pairs = [pair for pair in ends if len(pair) == 2]
    if len(pairs) <= NEARLY_ALL * len(lines):
        return False
    parents, children = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    return separator is not None or bool(parents & children) or len(parents) == 1
