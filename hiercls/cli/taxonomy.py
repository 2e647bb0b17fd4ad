"""`hiercls taxonomy`: check and show here, every other action in a module of its own."""

from __future__ import annotations

import argparse
import json
from importlib import import_module

from hiercls.cli.output import open_results
from hiercls.cli.terminal import stdout_console
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.report import check
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
            results.write(report.to_text())
    return 0


def _show(options: argparse.Namespace) -> int:
    drawing = tree(
        Taxonomy.load(options.taxonomy),
        node=options.node,
        depth=options.depth,
        max_children=options.max_children,
    )
    with open_results(None, stdout_console()) as results:
        results.write(drawing)
    return 0
