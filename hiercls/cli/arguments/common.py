"""What several commands ask for."""

from __future__ import annotations

import argparse
import math
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


def add_taxonomy_option(parser: Parser) -> None:
    parser.add_argument(
        "--taxonomy",
        required=True,
        metavar="FILE|NAME",
        help="a taxonomy file, or the name of a shipped taxonomy such as flags",
    )


def add_data(group: argparse._ArgumentGroup) -> None:
    """Add which labelled images there are, and which of them are taken."""
    add_all_data(group)
    group.add_argument("--split", metavar="NAME", help="only the images of this split")


def add_all_data(group: argparse._ArgumentGroup) -> None:
    """Add which labelled images there are."""
    group.add_argument(
        "--data",
        required=True,
        metavar="FILE|DIR",
        help="a CSV, TSV, JSON lines or Parquet file with the columns image and label, a folder"
        " of class folders, a Hugging Face dataset on disk or as hf:OWNER/NAME, or conversations;"
        " a label is an id, a name, or a path of names joined by /",
    )


def count(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return number


def count_or_all(text: str) -> int | None:
    """Return a number of at least 1, or None for "all"."""
    if text == "all":
        return None
    try:
        return count(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}, or all") from None


def probability(text: str) -> float:
    """Return a number from 0 to 1."""
    number = _number(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return number


def share(text: str) -> float:
    """Return a number between 0 and 1, neither of them."""
    number = _number(text)
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between 0 and 1")
    return number


def gibibytes(text: str) -> float:
    """Return an amount of memory."""
    number = _number(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
