"""`python -m hiercls.tiny`: train the bundled model from nothing, or draw pictures of flags."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hiercls.model.pretraining import PretrainingSettings
from hiercls.tiny.training import draw_pictures, train_tiny


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and run one of the two commands."""
    default = PretrainingSettings()
    parser = argparse.ArgumentParser(
        prog="python -m hiercls.tiny",
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="about an hour on two cores")
    train.add_argument("--out", type=Path, required=True, help="folder of the checkpoint")
    train.add_argument("--steps", type=int, default=default.steps, help="updates")
    train.add_argument("--seed", type=int, default=default.seed, help="of weights and pictures")
    train.add_argument("--processes", type=int, default=default.processes, help="one a core")
    train.add_argument("--start", type=Path, help="checkpoint of an earlier training to go on from")
    train.add_argument(
        "--learning-rate", type=float, default=default.learning_rate, help="at its highest"
    )
    draw = commands.add_parser("draw", help="pictures and their labels.csv (path,label)")
    draw.add_argument("--out", type=Path, required=True, help="folder of the pictures")
    draw.add_argument("--count", type=int, default=880, help="how many")
    draw.add_argument("--seed", type=int, default=1, help="0 is what the model was trained on")
    given = parser.parse_args(arguments)
    if given.command == "draw":
        draw_pictures(given.out, given.count, seed=given.seed)
        return
    settings = replace(
        default,
        steps=given.steps,
        seed=given.seed,
        processes=given.processes,
        learning_rate=given.learning_rate,
    )
    train_tiny(given.out, settings, start=given.start)


if __name__ == "__main__":
    main()
