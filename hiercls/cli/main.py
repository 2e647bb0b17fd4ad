"""The entry point: runs a command and turns how it ended into an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from hiercls.cli.parser import make_parser
from hiercls.errors import HierclsError

DONE, SOME_FAILED, WRONG_REQUEST, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0 all done, 1 some images failed, 2 the request is wrong, 130 interrupted, 141 nobody
        reads the results any more.
    """
    return exit_status(lambda: _run(arguments))


def exit_status(command: Callable[[], int]) -> int:
    """Run a command; says in one line what is the user's to mend, and lets our faults through."""
    try:
        status = command()
        sys.stdout.flush()
        return status
    except HierclsError as error:
        print(f"hiercls: error: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return WRONG_REQUEST
    except KeyboardInterrupt:
        print("hiercls: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return BROKEN_PIPE  # `hiercls ... | head` has seen enough
    finally:
        _settle_stdout()


def _settle_stdout() -> None:
    """Drop what nobody takes any more; Python would complain of it once more at its exit."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: Sequence[str] | None) -> int:
    options = make_parser().parse_args(arguments)
    # Only the command that is wanted is imported, so that `--help` is quick.
    command = import_module(f"hiercls.cli.{options.command}")
    status: int = command.run(options)
    return status
