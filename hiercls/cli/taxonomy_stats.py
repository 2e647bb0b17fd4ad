"""`hiercls taxonomy stats`: counts over a taxonomy."""

from __future__ import annotations

import argparse
import json

from hiercls.cli.output import open_results
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.statistics import statistics_of


def run(options: argparse.Namespace) -> int:
    """Count and print."""
    counted = statistics_of(Taxonomy.load(options.taxonomy))
    with open_results(None) as results:
        is_json = options.format == "json"
        results.write(json.dumps(counted.to_json()) if is_json else counted.to_text())
    return 0
