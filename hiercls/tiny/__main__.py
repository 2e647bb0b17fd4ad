"""`python -m hiercls.tiny --out DIR`: train the bundled model from nothing."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from hiercls.model.pretraining import PretrainingSettings
from hiercls.tiny.training import train_tiny


def main() -> None:
    """Parse the command line and train."""
    default = PretrainingSettings()
    parser = argparse.ArgumentParser(prog="python -m hiercls.tiny", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--steps", type=int, default=default.steps, help="default %(default)s")
    parser.add_argument("--seed", type=int, default=default.seed, help="default %(default)s")
    parser.add_argument(
        "--processes", type=int, default=default.processes, help="default %(default)s"
    )
    given = parser.parse_args()
    settings = replace(default, steps=given.steps, seed=given.seed, processes=given.processes)
    train_tiny(given.out, settings)


if __name__ == "__main__":
    main()
