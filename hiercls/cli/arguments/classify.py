"""The arguments of `hiercls classify`."""

from __future__ import annotations

from hiercls.cli.arguments.asking import add_asking
from hiercls.cli.arguments.common import Parser, add_taxonomy_option, count
from hiercls.cli.arguments.model import add_model

EXAMPLES = """\
examples:
  hiercls classify photo.png --taxonomy flags --model tiny
  hiercls classify photos --taxonomy flags --model tiny --format jsonl --output results.jsonl
"""


def add_arguments(parser: Parser) -> None:
    parser.add_argument(
        "images",
        nargs="+",
        metavar="IMAGES",
        help="files, folders (with all below them), patterns such as 'photos/**/*.jpg', or - for"
        " a list on standard input, one path a line",
    )
    add_taxonomy_option(parser)
    parser.add_argument(
        "--top",
        type=count,
        default=5,
        metavar="N",
        help="how many leaves to list for an image (default: %(default)s)",
    )
    parser.add_argument(
        "--format",
        choices=("table", "jsonl", "csv"),
        default="table",
        help="how to write the results (default: %(default)s); jsonl alone holds all of them",
    )
    parser.add_argument(
        "--output", metavar="FILE", help="write the results there instead of on standard output"
    )
    model = parser.add_argument_group("the model")
    add_model(model)
    model.add_argument(
        "--label-mass",
        action="store_true",
        help="also say how probable the labels were among all that the model could have answered;"
        " little means that it did not understand how it was asked",
    )
    add_asking(parser)
