"""`hiercls taxonomy export`: a taxonomy in a form that other programs read."""

from __future__ import annotations

import argparse

from hiercls.cli.output import check_output, open_results
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.exporting import export_taxonomy


def run(options: argparse.Namespace) -> int:
    """Write the taxonomy, in whole or not at all."""
    check_output(options.out)
    taxonomy = Taxonomy.load(options.taxonomy)
    part = taxonomy.restrict(under=options.under, exclude=options.exclude)
    text = export_taxonomy(part, options.to)
    with open_results(options.out) as results:
        results.write(text.removesuffix("\n"))
    return 0
