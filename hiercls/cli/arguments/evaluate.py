"""The arguments of `hiercls evaluate`."""

from __future__ import annotations

import argparse

from hiercls.cli.arguments.asking import add_asking
from hiercls.cli.arguments.common import Parser, add_data, add_taxonomy_option, count
from hiercls.cli.arguments.model import add_model

EXAMPLES = """\
examples:
  hiercls evaluate --taxonomy flags --data photos --predictions results.jsonl --output metrics.json
  hiercls evaluate --taxonomy flags --data labels.csv --model tiny --report page.html --blind
"""


def add_arguments(parser: Parser) -> None:
    add_taxonomy_option(parser)
    _data(parser.add_argument_group("the pictures, and the truth about them"))
    _source(parser.add_argument_group("what is evaluated: a file, or what a model answers now"))
    _results(parser.add_argument_group("results"))
    add_asking(parser)


def _data(group: argparse._ArgumentGroup) -> None:
    add_data(group)
    group.add_argument(
        "--skip-unknown",
        action="store_true",
        help="leave out pictures whose label is no node, instead of refusing the data",
    )
    group.add_argument(
        "--training",
        metavar="FILE|DIR",
        help="the training data, for the accuracy of classes with many and with few examples",
    )


def _source(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--predictions",
        metavar="FILE",
        help="JSON lines as classify writes them, or a table of any other tool with the columns"
        " image and label; pictures need not exist, and no model is asked",
    )
    add_model(group)
    group.add_argument(
        "--top",
        type=count,
        default=5,
        metavar="N",
        help="how many leaves the model is to rank for a picture (default: %(default)s)",
    )
    group.add_argument(
        "--save-predictions", metavar="FILE", help="keep what the model answers, as JSON lines"
    )
    group.add_argument(
        "--flat",
        action="store_true",
        help="also ask the model about all classes at once, without the taxonomy: in rounds, and by"
        " name",
    )
    group.add_argument(
        "--blind", action="store_true", help="also ask the model about a plain grey picture"
    )


def _results(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--output", metavar="FILE", help="write all numbers there, as JSON")
    group.add_argument(
        "--report", metavar="FILE", help="write one HTML page with plots and the pictures there"
    )
    group.add_argument(
        "--against",
        metavar="FILE",
        help="other predictions for the same pictures, such as those of another model or without"
        " an adapter, to compare these with, also level by level",
    )
    group.add_argument(
        "--format",
        choices=("table", "json"),
        default="table",
        help="what to print (default: %(default)s)",
    )
    group.add_argument(
        "--bootstrap",
        type=_count_or_none,
        default=1000,
        metavar="N",
        help="how often to resample the pictures for the 95 %% intervals; 0 for no intervals"
        " (default: %(default)s)",
    )
    group.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the resampling (default: %(default)s)"
    )


def _count_or_none(text: str) -> int:
    return 0 if text.strip() == "0" else count(text)


def model_defaults() -> dict[str, object]:
    """Return what the arguments are that a file of predictions leaves without use."""
    parser = Parser()
    add_model(parser)
    add_asking(parser)
    unused = {"save_predictions": None, "flat": False, "blind": False, "top": 5}
    return {**vars(parser.parse_args([])), **unused}
