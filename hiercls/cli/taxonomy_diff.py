"""`hiercls taxonomy diff`: what changed between two versions."""

from __future__ import annotations

import argparse
import json
import sys

from hiercls.cli.output import open_results
from hiercls.cli.terminal import fitted
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.difference import difference


def run(options: argparse.Namespace) -> int:
    """Compare and print."""
    found = difference(Taxonomy.load(options.taxonomy), Taxonomy.load(options.new))
    with open_results(None) as results:
        if options.format == "json":
            results.write(json.dumps(found.to_json(), ensure_ascii=False))
        else:
            results.write(fitted(found.to_text(), sys.stdout))
    return 0
