"""The arguments of `hiercls classify`."""

from __future__ import annotations

from hiercls.cli.arguments.asking import add_asking
from hiercls.cli.arguments.common import Parser, count
from hiercls.config import DEFAULT_MODEL, DEVICES, DTYPES, ModelSettings

EXAMPLES = """\
examples:
  hiercls classify photo.png --taxonomy flags --model tiny
  hiercls classify photos --taxonomy flags --model tiny --format jsonl --output results.jsonl
"""


def add_arguments(parser: Parser) -> None:
    settings = ModelSettings()
    parser.add_argument(
        "images",
        nargs="+",
        metavar="IMAGES",
        help="files, folders (with all below them), patterns such as 'photos/**/*.jpg', or - for"
        " a list on standard input, one path a line",
    )
    parser.add_argument(
        "--taxonomy",
        required=True,
        metavar="FILE|NAME",
        help="a taxonomy file, or the name of a shipped taxonomy such as flags",
    )
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        metavar="ID|DIR|tiny",
        help="a model on the Hugging Face hub, a folder that holds one, or tiny: the bundled"
        " model, which knows the taxonomy flags only (default: %(default)s)",
    )
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
    parser.add_argument(
        "--device",
        default=settings.device,
        metavar="|".join(DEVICES),
        help="where the model runs (default: %(default)s, the fastest there is)",
    )
    parser.add_argument(
        "--dtype",
        choices=DTYPES,
        default=settings.dtype,
        help="the numbers it computes with (default: %(default)s)",
    )
    parser.add_argument(
        "--max-slice-nums",
        type=count,
        default=settings.max_slice_nums,
        metavar="N",
        help="cut a large image into at most N slices, for details at the price of time"
        " (default: %(default)s)",
    )
    parser.add_argument(
        "--batch-size",
        type=count,
        default=settings.batch_size,
        metavar="N",
        help="how many images are looked at together (default: %(default)s)",
    )
    add_asking(parser)
