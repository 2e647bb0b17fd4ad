"""A taxonomy as text that other programs read."""

from __future__ import annotations

import csv
import io
import json
import os
from typing import Any

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.document import DEEPEST_NESTING
from hiercls.taxonomy.draft import said_fields
from hiercls.taxonomy.drawing import svg
from hiercls.taxonomy.fault import quoted
from hiercls.taxonomy.graph import Taxonomy

FORMS = ("json", "node-link", "csv", "dot", "svg")
CSV_COLUMNS = ("id", "parent", "name", "description", "question", "is_class", "index")


def export_taxonomy(taxonomy: Taxonomy, form: str) -> str:
    """Return a taxonomy in one of `FORMS`.

    All but the pictures, `dot` and `svg`, say all of the nodes; `csv` leaves out the name, source
    and licence of the taxonomy.

    Raises:
        TaxonomyError: If the form cannot hold it: several parents in nested JSON, more nodes
            than a picture can show.
    """
    match form:
        case "json":
            return json.dumps(taxonomy.to_nested(), ensure_ascii=False, indent=1) + "\n"
        case "node-link":
            return json.dumps(node_link(taxonomy), ensure_ascii=False, indent=1) + "\n"
        case "csv":
            return csv_text(taxonomy)
        case "dot":
            return dot(taxonomy)
        case "svg":
            return svg(taxonomy)
    raise TaxonomyError(f"the form {quoted(form)}; expected one of {', '.join(FORMS)}")


def save_readable(taxonomy: Taxonomy, path: str | os.PathLike[str]) -> None:
    """Write a taxonomy file in the nested form where that can hold it, else in the flat one.

    Raises:
        TaxonomyError: If the file cannot be written.
    """
    is_tree = taxonomy.graph.number_of_edges() == len(taxonomy) - 1
    is_shallow = 2 * max(map(taxonomy.depth, taxonomy)) < DEEPEST_NESTING
    taxonomy.save(path, "nested" if is_tree and is_shallow else "flat")


def node_link(taxonomy: Taxonomy) -> dict[str, Any]:
    """Return what `networkx.node_link_graph(data, edges="edges")` reads."""
    about = {"name": taxonomy.name, "source": taxonomy.source, "licence": taxonomy.licence}
    nodes = [
        {"id": own, "name": taxonomy.node(own).name, **_said(taxonomy, own)} for own in taxonomy
    ]
    edges = [
        {"source": parent, "target": own} for own in taxonomy for parent in taxonomy.parents(own)
    ]
    return {
        "directed": True,
        "multigraph": False,
        "graph": {key: value for key, value in about.items() if value is not None},
        "nodes": nodes,
        "edges": edges,
    }


def _said(taxonomy: Taxonomy, own: str) -> dict[str, Any]:
    return said_fields(taxonomy.node(own), is_leaf=taxonomy.is_leaf(own))


def csv_text(taxonomy: Taxonomy) -> str:
    """Return a row a node, and another one for each further parent."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for own in taxonomy:
        said = _said(taxonomy, own)
        if said.pop("class", False):
            said["is_class"] = "true"
        for parent in taxonomy.parents(own) or ("",):
            row = {"id": own, "parent": parent, "name": taxonomy.node(own).name}
            writer.writerow({**row, **said})
    return text.getvalue()


def dot(taxonomy: Taxonomy) -> str:
    """Return a directed graph in the language of Graphviz, from left to right."""
    lines = [f"digraph {_dot_text(taxonomy.name)} {{", "  rankdir=LR;", "  node [shape=box];"]
    for own in taxonomy:
        lines.append(f"  {_dot_text(own)} [label={_dot_text(taxonomy.node(own).name)}];")
    for own in taxonomy:
        lines += [f"  {_dot_text(own)} -> {_dot_text(child)};" for child in taxonomy.children(own)]
    return "\n".join([*lines, "}"]) + "\n"


def _dot_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
