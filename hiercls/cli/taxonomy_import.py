"""`hiercls taxonomy import`: a taxonomy file from another form, and what was decided for it."""

from __future__ import annotations

import argparse
import json
import os
import sys

from hiercls.cli.output import check_output, open_results
from hiercls.cli.terminal import fitted
from hiercls.errors import RequestError
from hiercls.taxonomy.importing import ImportSettings, import_taxonomy


def run(options: argparse.Namespace) -> int:
    """Read the source, write the file, then report."""
    settings = ImportSettings(
        form=options.form,
        name=options.name,
        root=options.root,
        names_path=options.names,
        wordnet_path=options.wordnet,
        columns=tuple(options.column),
        separator=options.separator,
        is_child_first=options.child_first,
        keeps_underscores=options.keep_underscores,
        max_bytes=options.max_bytes,
        max_nodes=options.max_nodes,
    )
    check_output(options.out)
    if os.path.exists(options.out) and os.path.realpath(options.out) == os.path.realpath(
        options.source
    ):
        raise RequestError(f"{options.out} is the source; expected another file to write")
    imported = import_taxonomy(options.source, settings)
    imported.save(options.out)
    if options.format == "json":
        with open_results(None) as results:
            results.write(json.dumps({**imported.to_json(), "out": options.out}))
    else:
        print(fitted(imported.to_text(), sys.stderr), file=sys.stderr)
        print(f"written to {options.out}", file=sys.stderr)
    return 0
