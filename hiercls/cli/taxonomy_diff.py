"""`hiercls taxonomy diff`: what changed between two versions."""

from __future__ import annotations

import argparse
import json

from hiercls.cli.output import open_results
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.difference import difference


def run(options: argparse.Namespace) -> int:
    """Compare and print."""
    found = difference(Taxonomy.load(options.taxonomy), Taxonomy.load(options.new))
    with open_results(None) as results:
        if options.format == "json":
            results.write(json.dumps(found.to_json(), ensure_ascii=False))
        else:
            results.write(found.to_text())
    return 0
