"""`hiercls taxonomy search`: nodes by words, with the ways to them."""

from __future__ import annotations

import argparse
import json
import sys

from hiercls.cli.output import open_results
from hiercls.cli.terminal import fitted
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.finding import find


def run(options: argparse.Namespace) -> int:
    """Print what is found, the best first."""
    words = " ".join(options.words)
    found = find(Taxonomy.load(options.taxonomy), words)
    shown = found[: options.limit]
    with open_results(None) as results:
        if options.format == "json":
            results.write(json.dumps([match.to_json() for match in shown], ensure_ascii=False))
        else:
            for match in shown:
                results.write(fitted(match.to_text(), sys.stdout))
    if not found:
        print(f"nothing found for {words!r}", file=sys.stderr)
    elif len(found) > len(shown):
        print(f"{len(found) - len(shown):,} more; --limit shows them", file=sys.stderr)
    return 0
