"""The arguments of `hiercls adapters` and its actions."""

from __future__ import annotations

from hiercls.cli.arguments.common import Parser, add_command, count
from hiercls.cli.arguments.model import add_base
from hiercls.config import DEVICES, DTYPES, ModelSettings

_SHOW_EXAMPLES = """\
examples:
  hiercls adapters show runs/flags
  hiercls adapters show runs/flags --format json
"""
_MERGE_EXAMPLES = """\
examples:
  hiercls adapters merge runs/flags --level 1 --model tiny --out merged
  hiercls adapters merge someone/flags --level 2 --out merged --dtype bfloat16
"""
_EXPORT_EXAMPLES = """\
examples:
  hiercls adapters export runs/flags --out for-others
  hiercls adapters export someone/flags --out from-the-hub
"""
_PUSH_EXAMPLES = """\
examples:
  hiercls adapters push runs/flags someone/flags
  hiercls adapters push runs/flags someone/flags --private
"""


def add_actions(parser: Parser) -> None:
    """Give the command `adapters` its actions."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _show(add_command(actions, "show", "say what adapters are and how good", _SHOW_EXAMPLES))
    _merge(add_command(actions, "merge", "add one level's adapter to the model", _MERGE_EXAMPLES))
    _export(add_command(actions, "export", "copy what others need, no more", _EXPORT_EXAMPLES))
    _push(add_command(actions, "push", "put adapters on the Hugging Face hub", _PUSH_EXAMPLES))


def _source(parser: Parser) -> None:
    parser.add_argument(
        "adapters", metavar="DIR|ID", help="what hiercls train wrote, or its id on the hub"
    )


def _show(parser: Parser) -> None:
    _source(parser)
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="how to write it (default: %(default)s)",
    )


def _merge(parser: Parser) -> None:
    _source(parser)
    parser.add_argument(
        "--level", type=count, required=True, metavar="N", help="which level, counted from 1"
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="where the new model goes")
    add_base(parser)
    settings = ModelSettings()
    parser.add_argument(
        "--device",
        default=settings.device,
        metavar="|".join(DEVICES),
        help="where it is computed (default: %(default)s)",
    )
    parser.add_argument(
        "--dtype",
        choices=DTYPES,
        default=settings.dtype,
        help="the numbers of the new model (default: %(default)s)",
    )


def _export(parser: Parser) -> None:
    _source(parser)
    parser.add_argument("--out", required=True, metavar="DIR", help="where the copy goes")


def _push(parser: Parser) -> None:
    _source(parser)
    parser.add_argument("repository", metavar="ID", help="on the hub, such as someone/flags")
    parser.add_argument(
        "--private", action="store_true", help="where it is made, let no one else see it"
    )
