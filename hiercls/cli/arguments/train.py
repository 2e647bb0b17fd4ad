"""The arguments of `hiercls train`."""

from __future__ import annotations

import argparse

from hiercls.cli.arguments.asking import add_merging
from hiercls.cli.arguments.common import Parser, add_all_data, add_taxonomy_option, count, share
from hiercls.cli.arguments.model import add_base, add_running
from hiercls.config import (
    ACTIVATIONS,
    SAMPLERS,
    TARGETS,
    TUNED,
    VARIANTS,
    AdapterSettings,
    PlanSettings,
    TrainingSettings,
)

EXAMPLES = """\
examples:
  hiercls train --taxonomy flags --data photos --model tiny --out runs/flags --pilot
  hiercls train --taxonomy flags --data labels.csv --model tiny --out runs/flags --epochs 5
on several GPUs:
  accelerate launch --multi_gpu -m hiercls train --taxonomy flags --data photos --out runs/flags
then:
  hiercls classify photo.png --taxonomy flags --model tiny --adapters runs/flags
"""


def add_arguments(parser: Parser) -> None:
    add_taxonomy_option(parser)
    _data(parser.add_argument_group("labelled images"))
    _run(parser.add_argument_group("the training"))
    _learning(parser.add_argument_group("how it learns"))
    _adapters(parser.add_argument_group("what the adapters are made of"))
    _sampling(parser.add_argument_group("which examples and options it sees"))
    model = parser.add_argument_group("the model")
    add_base(model)
    add_running(model)
    _plan(parser.add_argument_group("which questions the taxonomy becomes"))


def _data(group: argparse._ArgumentGroup) -> None:
    add_all_data(group)
    group.add_argument(
        "--hold-out",
        type=share,
        default=TrainingSettings().hold_out,
        metavar="P",
        help="splits called train and val are used as such, and test is left alone; where there is"
        " none for validation, hold out this share (default: %(default)s)",
    )


def _run(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--out", required=True, metavar="DIR", help="where the adapters and run.json go"
    )
    group.add_argument(
        "--level",
        type=count,
        action="append",
        metavar="N",
        help="train this level alone, counted from 1; may be given again (default: all)",
    )
    group.add_argument(
        "--pilot",
        action="store_true",
        help="train on a few hundred examples first, keep nothing, and say for each level whether"
        " that helps and what all of it would take",
    )
    group.add_argument(
        "--resume",
        action="store_true",
        help="go on where an interruption left off; the result is the same as without one",
    )


def _learning(group: argparse._ArgumentGroup) -> None:
    settings = TrainingSettings()
    group.add_argument(
        "--epochs",
        type=count,
        default=settings.epochs,
        metavar="N",
        help="go through the examples so often at most (default: %(default)s)",
    )
    group.add_argument(
        "--patience",
        type=int,
        default=settings.patience,
        metavar="N",
        help="a level ends after so many epochs that make it no better; 0 for never"
        " (default: %(default)s)",
    )
    group.add_argument(
        "--images-per-step",
        type=count,
        default=settings.images_per_step,
        metavar="N",
        help="images between two steps, of which --batch-size are looked at together"
        " (default: %(default)s)",
    )
    group.add_argument(
        "--learning-rate",
        type=float,
        default=settings.learning_rate,
        metavar="X",
        help="the highest of a warm-up and a cosine (default: %(default)s)",
    )
    group.add_argument(
        "--label-smoothing",
        type=float,
        default=settings.label_smoothing,
        metavar="P",
        help="share of the answer that is spread over siblings (default: %(default)s)",
    )
    group.add_argument(
        "--open-weight",
        type=float,
        default=settings.open_weight,
        metavar="X",
        help="what answering by the name counts beside the letter (default: %(default)s)",
    )
    group.add_argument(
        "--seed",
        type=int,
        default=settings.seed,
        metavar="N",
        help="of everything drawn; the same seed gives the same weights (default: %(default)s)",
    )


def _adapters(group: argparse._ArgumentGroup) -> None:
    settings = AdapterSettings()
    group.add_argument(
        "--rank",
        type=count,
        default=settings.rank,
        metavar="N",
        help="of the adapters' matrices (default: %(default)s)",
    )
    group.add_argument(
        "--alpha", type=count, metavar="N", help="scale of the adapters (default: twice the rank)"
    )
    group.add_argument(
        "--dropout",
        type=float,
        default=settings.dropout,
        metavar="P",
        help="share of an adapter's inputs left out in training (default: %(default)s)",
    )
    group.add_argument(
        "--variant",
        choices=VARIANTS,
        default=settings.variant,
        help="of LoRA (default: %(default)s)",
    )
    group.add_argument(
        "--targets",
        choices=TARGETS,
        nargs="+",
        default=list(TARGETS),
        help="which matrices of the language model are adapted (default: all)",
    )
    group.add_argument(
        "--activation",
        choices=ACTIVATIONS,
        default=settings.activation,
        help="suffix: the adapters read the questions alone, and all share one reading of the"
        " image; full: each reads the image too, which costs a pass a level (default: %(default)s)",
    )
    group.add_argument(
        "--tune",
        choices=TUNED,
        default=settings.tune,
        help="also adapt what lies before the language model, for pictures unlike all that it"
        " was trained on (default: %(default)s)",
    )


def _sampling(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--sampler",
        choices=SAMPLERS,
        default=SAMPLERS[0],
        help="how often each class comes: as it is in the data, by the square root, alike, or in"
        " between (default: %(default)s)",
    )
    group.add_argument(
        "--class-weights",
        choices=SAMPLERS,
        default=SAMPLERS[0],
        help="what each class counts in the loss, in the same words (default: %(default)s)",
    )
    group.add_argument(
        "--cap", type=count, metavar="N", help="at each level an epoch asks for a node so often"
    )
    group.add_argument(
        "--confusions",
        metavar="FILE",
        help="a table of what is taken for what, for wrong options that look alike",
    )


def _plan(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--max-options",
        type=count,
        default=PlanSettings().max_options,
        metavar="N",
        help="the most options of one question, 2 to 26; more are asked in rounds"
        " (default: %(default)s)",
    )
    add_merging(group)
