"""`hiercls taxonomy`: check and show here, every other action in a module of its own."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module

from hiercls.cli.output import open_results
from hiercls.cli.terminal import fitted, stdout_console
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.report import check
from hiercls.taxonomy.restriction import find_node
from hiercls.taxonomy.tree_view import tree


def run(options: argparse.Namespace) -> int:
    """Run the action that is asked for."""
    match options.action:
        case "check":
            return _check(options)
        case "show":
            return _show(options)
    status: int = import_module(f"hiercls.cli.taxonomy_{options.action}").run(options)
    return status


def _check(options: argparse.Namespace) -> int:
    report = check(options.taxonomy)
    with open_results(None) as results:
        if options.format == "json":
            results.write(json.dumps(report.to_json()))
        else:
            results.write(fitted(report.to_text(), sys.stdout))
    return 0


def _show(options: argparse.Namespace) -> int:
    taxonomy = Taxonomy.load(options.taxonomy)
    drawing = tree(
        taxonomy,
        node=options.node and find_node(taxonomy, options.node),
        depth=options.depth,
        max_children=options.max_children,
    )
    with open_results(None, stdout_console()) as results:
        results.write(drawing)
    return 0
