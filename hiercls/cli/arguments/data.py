"""The arguments of `hiercls data` and its actions."""

from __future__ import annotations

from hiercls.cli.arguments.asking import add_plan
from hiercls.cli.arguments.common import Parser, add_command, add_data, add_taxonomy_option, count
from hiercls.config import CONVERSATION_FORMS, CONVERSATION_KINDS, FEW_SHOT, MANY_SHOT

_STATS_EXAMPLES = """\
examples:
  hiercls data stats --taxonomy flags --data photos
  hiercls data stats --taxonomy flags --data labels.csv --split train --format json
"""
_CONVERT_EXAMPLES = """\
examples:
  hiercls data convert --taxonomy flags --data photos --to llama-factory --output flags.json
  hiercls data convert --taxonomy flags --data flags.json --to manifest --output labels.csv
"""


def add_actions(parser: Parser) -> None:
    """Give the command `data` its actions."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _stats(add_command(actions, "stats", "count labelled images, and check them", _STATS_EXAMPLES))
    purpose = "turn labelled images into conversations for fine-tuning tools, or back"
    _convert(add_command(actions, "convert", purpose, _CONVERT_EXAMPLES))


def _stats(parser: Parser) -> None:
    add_taxonomy_option(parser)
    add_data(parser.add_argument_group("the images"))
    results = parser.add_argument_group("results")
    results.add_argument(
        "--many",
        type=count,
        default=MANY_SHOT,
        metavar="N",
        help="classes with more images are the head (default: %(default)s)",
    )
    results.add_argument(
        "--few",
        type=count,
        default=FEW_SHOT,
        metavar="N",
        help="classes with fewer images are the tail (default: %(default)s)",
    )
    results.add_argument(
        "--labels-only",
        action="store_true",
        help="open no image: neither damaged ones nor copies are found, and it is quick",
    )
    results.add_argument(
        "--format",
        choices=("table", "json"),
        default="table",
        help="how to write it; json lists everything (default: %(default)s)",
    )
    add_plan(parser.add_argument_group("which questions the taxonomy becomes"))


def _convert(parser: Parser) -> None:
    add_taxonomy_option(parser)
    images = parser.add_argument_group("the images, or conversations about them")
    add_data(images)
    images.add_argument(
        "--skip-unknown",
        action="store_true",
        help="leave out images whose label is no node, and list the labels, instead of refusing"
        " the data",
    )
    _written(parser)
    add_plan(parser.add_argument_group("which questions the taxonomy becomes"))


def _written(parser: Parser) -> None:
    group = parser.add_argument_group("what is written")
    group.add_argument(
        "--to",
        required=True,
        choices=(*CONVERSATION_FORMS, "manifest"),
        help="openbmb: the JSON of MiniCPM-V's own finetune folder; ms-swift: its JSON lines;"
        " llama-factory: JSON, with its entry in the dataset_info.json beside; manifest: a table"
        " of images and labels",
    )
    group.add_argument("--output", required=True, metavar="FILE", help="where")
    group.add_argument(
        "--ask",
        choices=CONVERSATION_KINDS,
        default=CONVERSATION_KINDS[0],
        help="choice: lettered options, shuffled; open: no options, and the name as the answer"
        " (default: %(default)s)",
    )
    group.add_argument(
        "--level", type=int, metavar="N", help="only the questions of this level, from 0"
    )
    group.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the shuffling (default: %(default)s)"
    )
    group.add_argument(
        "--relative",
        action="store_true",
        help="write image paths relative to the folder of the output instead of whole",
    )
