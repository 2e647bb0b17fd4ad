"""The arguments of `hiercls taxonomy build`."""

from __future__ import annotations

import argparse
from pathlib import Path

from hiercls.cli.arguments.common import Parser, add_command

_EXAMPLES = """\
Labels that WordNet knows hang where WordNet has them; a confusion matrix or a model
places the others, and divides what has too many children. How well the token embeddings
of a published checkpoint do that has not been measured: look at the tree, or give confusions.

examples:
  hiercls taxonomy build labels.txt --out labels.yaml
  hiercls taxonomy build parts.txt --out parts.yaml --confusion confusion.csv --max-options 12
"""


def add_action(actions: argparse._SubParsersAction[Parser]) -> None:
    parser = add_command(actions, "build", "make a taxonomy of a flat list of labels", _EXAMPLES)
    parser.add_argument("labels", type=Path, metavar="LABELS", help="a file, one label a line")
    parser.add_argument("--out", required=True, metavar="FILE", help="the taxonomy file to write")
    parser.add_argument("--name", help="of the taxonomy (default: what the file is called)")
    parser.add_argument(
        "--confusion",
        type=Path,
        metavar="CSV",
        help="how often each label was taken for each: a matrix with labels in the first row and"
        " column, truth downwards, or the columns true, predicted, count",
    )
    parser.add_argument(
        "--model",
        metavar="ID|DIR|tiny",
        help="a checkpoint whose token embeddings say which labels are near",
    )
    parser.add_argument(
        "--by",
        choices=("meaning", "likeness"),
        default="meaning",
        help="what makes the tree: meaning takes WordNet's, as far as it knows the labels;"
        " likeness takes the confusions or the model alone (default: %(default)s)",
    )
    parser.add_argument(
        "--wordnet",
        type=Path,
        metavar="DIR",
        help="WordNet 3.0 (default: /usr/share/wordnet, where it is there)",
    )
    parser.add_argument("--no-wordnet", action="store_true", help="do without WordNet")
    parser.add_argument(
        "--max-options",
        type=_options,
        default=16,
        metavar="N",
        help="children of a node, 2 to 26, where there is something to divide them by"
        " (default: %(default)s)",
    )
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="how to report what was decided: as text on standard error, or JSON on standard"
        " output (default: %(default)s)",
    )


def _options(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text) <= 26:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 2 to 26")
    return int(text)
