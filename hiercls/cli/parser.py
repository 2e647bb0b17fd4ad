"""What may be asked on the command line. Imports nothing heavy: `--help` must be quick."""

from __future__ import annotations

import argparse
from typing import NoReturn

from hiercls import __version__
from hiercls.config import DEFAULT_MODEL, DEVICES, DTYPES, ModelSettings
from hiercls.errors import RequestError

_CLASSIFY_EXAMPLES = """\
examples:
  hiercls classify photo.png --taxonomy flags --model tiny
  hiercls classify photos --taxonomy flags --model tiny --format jsonl --output results.jsonl
"""
_CHECK_EXAMPLES = """\
examples:
  hiercls taxonomy check flags
  hiercls taxonomy check my-labels.yaml --format json
"""
_SHOW_EXAMPLES = """\
examples:
  hiercls taxonomy show flags
  hiercls taxonomy show flags --node vertical-stripes --depth 1
"""
_DEMO_EXAMPLES = """\
examples:
  hiercls demo
  hiercls demo > demo.txt
"""
_DESCRIPTION = """\
Sorts images into a taxonomy that you write: MiniCPM-V answers one multiple-choice
question at each level, so the answer is a path with a probability at every step.
"""


class _Parser(argparse.ArgumentParser):
    """Report a wrong command line as every other wrong request is reported."""

    def error(self, message: str) -> NoReturn:
        raise RequestError(message, hint=f"{self.prog} --help")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser; what it parses has `command`, the module of `hiercls.cli` to run."""
    parser = _Parser(prog="hiercls", description=_DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"hiercls {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _classify(_command(commands, "classify", "sort images into a taxonomy", _CLASSIFY_EXAMPLES))
    taxonomy = _command(commands, "taxonomy", "look at a taxonomy, and find its mistakes")
    actions = taxonomy.add_subparsers(dest="action", metavar="ACTION", required=True)
    _check(_command(actions, "check", "find mistakes in a taxonomy file", _CHECK_EXAMPLES))
    _show(_command(actions, "show", "draw a taxonomy as a tree", _SHOW_EXAMPLES))
    _command(commands, "demo", "the bundled model on the bundled pictures", _DEMO_EXAMPLES)
    return parser


def _command(
    commands: argparse._SubParsersAction[_Parser], name: str, purpose: str, examples: str = ""
) -> _Parser:
    return commands.add_parser(
        name,
        help=purpose,
        description=purpose[0].upper() + purpose[1:] + ".",
        epilog=examples,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _classify(parser: _Parser) -> None:
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
        type=_count,
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
        type=_count,
        default=settings.max_slice_nums,
        metavar="N",
        help="cut a large image into at most N slices, for details at the price of time"
        " (default: %(default)s)",
    )
    parser.add_argument(
        "--batch-size",
        type=_count,
        default=settings.batch_size,
        metavar="N",
        help="how many images are looked at together (default: %(default)s)",
    )


def _check(parser: _Parser) -> None:
    _taxonomy_argument(parser)
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="how to write the report (default: %(default)s)",
    )


def _show(parser: _Parser) -> None:
    _taxonomy_argument(parser)
    parser.add_argument("--node", metavar="ID", help="begin at this node instead of the root")
    parser.add_argument(
        "--depth",
        type=_count,
        metavar="N",
        help="draw N levels (default: as many as can be taken in)",
    )
    parser.add_argument(
        "--max-children",
        type=_count,
        default=20,
        metavar="N",
        help="draw at most N children of a node (default: %(default)s)",
    )


def _taxonomy_argument(parser: _Parser) -> None:
    parser.add_argument(
        "taxonomy",
        metavar="FILE|NAME",
        help="a taxonomy file, or the name of a shipped taxonomy such as flags",
    )


def _count(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return number
