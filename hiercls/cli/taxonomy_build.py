"""`hiercls taxonomy build`: a taxonomy from a flat list of labels, and what was decided for it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hiercls.cli.output import check_output, open_results
from hiercls.cli.terminal import fitted
from hiercls.errors import RequestError
from hiercls.taxonomy.grouping.building import build_taxonomy
from hiercls.taxonomy.grouping.confusion import (
    confusion_distances,
    cosine_distances,
    read_confusions,
)
from hiercls.taxonomy.grouping.labels import read_labels
from hiercls.taxonomy.importing.notes import Notes
from hiercls.taxonomy.wordnet import DEBIAN_FOLDER, WordNet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def run(options: argparse.Namespace) -> int:
    """Read the labels, group them, write the file, then report."""
    check_output(options.out)
    if options.confusion and options.model:
        raise RequestError("both --confusion and --model; expected one of them")
    notes = Notes()
    labels = read_labels(options.labels, notes)
    built = build_taxonomy(
        labels,
        options.name or options.labels.stem,
        wordnet=_wordnet(options, notes),
        distances=_distances(options, labels),
        by=options.by,
        max_options=options.max_options,
        notes=notes,
    )
    built.save(options.out)
    if options.format == "json":
        with open_results(None) as results:
            results.write(json.dumps({**built.to_json(), "out": options.out}, ensure_ascii=False))
    else:
        print(fitted(built.to_text(), sys.stderr), file=sys.stderr)
        print(f"written to {options.out}", file=sys.stderr)
    return 0


def _wordnet(options: argparse.Namespace, notes: Notes) -> WordNet | None:
    """Return WordNet where it is asked for or there, unless it is not wanted."""
    if options.no_wordnet:
        return None
    folder: Path | None = options.wordnet
    if folder is None and not (DEBIAN_FOLDER / "data.noun").is_file():
        notes.add("no-wordnet", f"WordNet is not in {DEBIAN_FOLDER}; done without")
        return None
    return WordNet(folder or DEBIAN_FOLDER)


def _distances(options: argparse.Namespace, labels: Sequence[str]) -> NDArray[np.floating] | None:
    if options.confusion:
        return confusion_distances(read_confusions(options.confusion, labels))
    if options.model:
        # torch is loaded only where it is needed.
        from hiercls.model.embeddings import label_embeddings

        return cosine_distances(label_embeddings(options.model, labels))
    return None
