"""`hiercls data stats`: counts over labelled images, and what is wrong with them."""

from __future__ import annotations

import argparse
import json
import sys

from hiercls.cli.data_table import table
from hiercls.cli.output import open_results
from hiercls.cli.progress import Watch
from hiercls.cli.terminal import stderr_console
from hiercls.config import PlanSettings
from hiercls.data import Examples, read_examples
from hiercls.data.contents import Contents, read_contents
from hiercls.data.statistics import statistics_of
from hiercls.errors import RequestError
from hiercls.plan import Plan
from hiercls.taxonomy import Taxonomy


def run(options: argparse.Namespace) -> int:
    """Read labels and images, count, and print.

    Returns:
        1 where a label is no node or an image cannot be read.
    """
    if options.few > options.many:
        raise RequestError(f"--few {options.few} and --many {options.many}; expected fewer in few")
    settings = PlanSettings(options.max_options, options.merge, options.none_of_these)
    taxonomy = Taxonomy.load(options.taxonomy)
    plan = Plan(taxonomy.restrict(under=options.under, exclude=options.exclude), settings)
    examples = read_examples(options.data, plan.taxonomy, split=options.split, unresolved="list")
    if examples.unpacked:
        print(f"hiercls: note: {examples.notes()[0]}", file=sys.stderr)
    contents = None if options.labels_only else _read(examples)
    found = statistics_of(plan, examples, many=options.many, few=options.few, contents=contents)
    with open_results(None) as results:
        if options.format == "json":
            results.write(json.dumps(found.to_json(), indent=1, ensure_ascii=False))
        else:
            results.write(table(found, plan))
    return 1 if found.unresolved or (contents is not None and contents.errors) else 0


def _read(examples: Examples) -> Contents:
    with Watch(len(examples), stderr_console()) as watch:
        return read_contents(
            examples, on_image=lambda has_failed: watch.count(has_failed=has_failed)
        )
