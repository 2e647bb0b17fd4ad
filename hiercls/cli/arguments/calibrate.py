"""The arguments of `hiercls calibrate`."""

from __future__ import annotations

import argparse

from hiercls.cli.arguments.asking import add_plan, add_search
from hiercls.cli.arguments.common import Parser, add_data, add_taxonomy_option, count, share
from hiercls.cli.arguments.model import add_model

PRIOR_IMAGES = 40

EXAMPLES = """\
examples:
  hiercls calibrate --taxonomy flags --data photos --model tiny --out calibration.json
  hiercls calibrate --taxonomy flags --data labels.csv --split val --model tiny --coverage 0.8 0.9
then:
  hiercls classify photo.png --taxonomy flags --model tiny \\
      --calibration calibration.json --stop target:0.95
"""


def add_arguments(parser: Parser) -> None:
    add_taxonomy_option(parser)
    _data(parser.add_argument_group("labelled images, like those to come, not trained on"))
    _letters(parser.add_argument_group("preference for letters"))
    _promises(parser.add_argument_group("what the stop rules shall promise"))
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="write the calibration there (default: calibration.json, beside the adapters where"
        " those of a folder are used)",
    )
    add_model(parser.add_argument_group("the model"))
    add_search(parser.add_argument_group("which questions are asked about an image"))
    add_plan(parser.add_argument_group("which questions the taxonomy becomes"))
    parser.set_defaults(stop=None, calibration=None)  # both are what this makes


def _data(group: argparse._ArgumentGroup) -> None:
    add_data(group)
    group.add_argument(
        "--max-images",
        type=count,
        metavar="N",
        help="take so many of them, drawn with a fixed seed",
    )


def _letters(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--letter-prior",
        type=count,
        nargs="?",
        const=PRIOR_IMAGES,
        default=0,
        metavar="N",
        help="find from N of the images, without their labels, which letters the model prefers,"
        f" and take that out of all answers (default without N: {PRIOR_IMAGES})",
    )


def _promises(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--target-accuracy",
        type=share,
        nargs="+",
        default=[0.95],
        metavar="P",
        help="share of right answers, for --stop target:P and information:P (default: 0.95)",
    )
    group.add_argument(
        "--coverage",
        type=share,
        nargs="+",
        default=[0.9],
        metavar="P",
        help="share of answers that hold the truth, for --stop coverage:P, coverage:P:2 and"
        " coverage:P:3 (default: 0.9)",
    )
    group.add_argument(
        "--delta",
        type=share,
        default=0.05,
        metavar="P",
        help="how often, at most, a target accuracy may be missed (default: %(default)s)",
    )
