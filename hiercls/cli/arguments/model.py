"""Which model answers, and how it is run."""

from __future__ import annotations

import argparse

from hiercls.cli.arguments.common import count, gibibytes
from hiercls.config import (
    ANSWERS,
    DEFAULT_MODEL,
    DEVICES,
    DOWNSAMPLE_MODES,
    DTYPES,
    NAME_SCORES,
    ORDERS,
    ModelSettings,
)


def add_model(group: argparse._ActionsContainer) -> None:
    """Give a command that asks a model the arguments that say which, where and how."""
    add_base(group)
    group.add_argument(
        "--adapters",
        metavar="DIR|ID",
        help="what hiercls train wrote for this taxonomy and model, or its id on the hub; the"
        " calibration beside it is used too",
    )
    add_running(group)


def add_base(group: argparse._ActionsContainer) -> None:
    """Add which model it is."""
    group.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        metavar="ID|DIR|tiny",
        help="a model on the Hugging Face hub, a folder that holds one, or tiny: the bundled"
        " model, which knows the taxonomy flags only (default: %(default)s)",
    )


def add_running(group: argparse._ActionsContainer) -> None:
    """Add where and how the model runs."""
    settings = ModelSettings()
    group.add_argument(
        "--device",
        default=settings.device,
        metavar="|".join(DEVICES),
        help="where the model runs (default: %(default)s, the fastest there is)",
    )
    group.add_argument(
        "--dtype",
        choices=DTYPES,
        default=settings.dtype,
        help="the numbers it computes with (default: %(default)s)",
    )
    group.add_argument(
        "--max-slice-nums",
        type=count,
        default=settings.max_slice_nums,
        metavar="N",
        help="cut a large image into at most N slices, for details at the price of time"
        " (default: %(default)s)",
    )
    group.add_argument(
        "--downsample-mode",
        choices=DOWNSAMPLE_MODES,
        default=settings.downsample_mode,
        help="how small the picture is made for the language model: 4x sees four times as much as"
        " 16x and takes longer (default: what the checkpoint says)",
    )
    group.add_argument(
        "--memory",
        type=gibibytes,
        metavar="GIB",
        help="for what is kept of images while they are asked about, 0.02 each at full size"
        " (default: half of what is free)",
    )
    group.add_argument(
        "--batch-size",
        type=count,
        default=settings.batch_size,
        metavar="N",
        help="how many images are looked at together (default: %(default)s)",
    )
    _prompt(group)


def _prompt(group: argparse._ActionsContainer) -> None:
    """Add how the model is asked, where that is to differ from how it was trained."""
    group.add_argument(
        "--order",
        choices=ORDERS,
        help="what comes first and is read once, each image or each question (default: as the"
        " model was trained, else the image)",
    )
    group.add_argument(
        "--answer",
        choices=ANSWERS,
        help="answer by the letter of an option (26 options a question), by a pair such as A0"
        " (260), or by the option's own name, none being shown (any number) (default: as the model"
        " was trained, else letter)",
    )
    group.add_argument(
        "--name-score",
        choices=NAME_SCORES,
        help="steps: each token of a name against those that other names go on with; likelihood:"
        " against the whole vocabulary, which takes longer; mean: that by the length of the name"
        " (default: as the model was trained, else steps)",
    )
    group.add_argument(
        "--examples",
        metavar="FILE|DIR",
        help="labelled pictures, as for --data, to show with the questions; takes --order question",
    )
    group.add_argument(
        "--shots",
        type=count,
        metavar="N",
        help="how many examples show an option at most (default: 1)",
    )
