"""What may be asked on the command line. Imports nothing heavy: `--help` must be quick."""

from __future__ import annotations

from hiercls import __version__
from hiercls.cli.arguments import adapters, calibrate, classify, data, evaluate, taxonomy, train
from hiercls.cli.arguments.common import Parser, add_command

_DEMO_EXAMPLES = """\
examples:
  hiercls demo
  hiercls demo > demo.txt
"""
_DESCRIPTION = """\
Sorts images into a taxonomy that you write: MiniCPM-V answers one multiple-choice
question at each level, so the answer is a path with a probability at every step.
"""


def make_parser() -> Parser:
    """Return the parser; what it parses has `command`, the module of `hiercls.cli` to run."""
    parser = Parser(prog="hiercls", description=_DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"hiercls {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    classify.add_arguments(
        add_command(commands, "classify", "sort images into a taxonomy", classify.EXAMPLES)
    )
    evaluate.add_arguments(
        add_command(
            commands, "evaluate", "measure predictions against the truth", evaluate.EXAMPLES
        )
    )
    train.add_arguments(
        add_command(commands, "train", "teach the model your own pictures", train.EXAMPLES)
    )
    calibrate.add_arguments(
        add_command(
            commands,
            "calibrate",
            "make probabilities honest, and stop rules keep promises",
            calibrate.EXAMPLES,
        )
    )
    adapters.add_actions(
        add_command(commands, "adapters", "look at what was trained, and hand it on")
    )
    taxonomy.add_actions(
        add_command(commands, "taxonomy", "look at a taxonomy, and find its mistakes")
    )
    data.add_actions(add_command(commands, "data", "count, check and convert labelled images"))
    add_command(commands, "demo", "the bundled model on the bundled pictures", _DEMO_EXAMPLES)
    return parser
