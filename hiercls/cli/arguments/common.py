"""What several commands ask for."""

from __future__ import annotations

import argparse
from typing import NoReturn

from hiercls.errors import RequestError


class Parser(argparse.ArgumentParser):
    """Report a wrong command line as every other wrong request is reported."""

    def error(self, message: str) -> NoReturn:
        raise RequestError(message, hint=f"{self.prog} --help")


def add_command(
    commands: argparse._SubParsersAction[Parser], name: str, purpose: str, examples: str = ""
) -> Parser:
    """Return the parser of a new command; its help ends with the examples."""
    return commands.add_parser(
        name,
        help=purpose,
        description=purpose[0].upper() + purpose[1:] + ".",
        epilog=examples,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_taxonomy(parser: Parser) -> None:
    parser.add_argument(
        "taxonomy",
        metavar="FILE|NAME",
        help="a taxonomy file, or the name of a shipped taxonomy such as flags",
    )


def count(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return number
