from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from hiercls.bias import LetterPrior
from hiercls.calibration import Calibration
from hiercls.cli.calibrate import report
from hiercls.cli.main import main
from hiercls.cli.parser import make_parser
from hiercls.fitting import Fit, RuleFigures

BEFORE = {"count": 1200.0, "right": 0.92, "sure_before": 0.961, "ece_before": 0.056}
AFTER = {"sure_after": 0.918, "ece_after": 0.0081}
FITTED = Fit(
    Calibration(
        (1.472,),
        {"target:0.99": 1.0},
        figures={
            "level 1": {**BEFORE, **AFTER, "temperature": 1.472},
            "leaves": {**BEFORE, **AFTER, "count": 1300.0},
            "leaf": {"right": 0.81},
        },
    ),
    {
        "leaf": RuleFigures(0.81, 1.0, 3.0, 1.0, 1.0),
        "coverage:0.9:2": RuleFigures(0.9, 0.7, 2.5, 1.25, 12.34),
        "target:0.99": RuleFigures(1.0, 0.0, 0.0, 1.0, 88.0),
    },
    num_prior=0,
    num_tempered=600,
    num_judged=1300,
    errors=(),
)


def test_the_report_says_what_changed_and_what_each_rule_gives() -> None:
    assert report(FITTED, "pets.json").splitlines() == [
        "temperatures from 600 images; all below is from 1,300 others",
        "",
        "            answers   right  temperature    sure   after     ECE   after",
        "level 1       1,200   92.0%         1.47   96.1%   91.8%    5.6%    0.8%",
        "leaves        1,300   92.0%                96.1%   91.8%    5.6%    0.8%",
        "",
        "stop rule            right  one class  depth  nodes  classes",
        "leaf                 81.0%     100.0%   3.00   1.00      1.0",
        "coverage:0.9:2       90.0%      70.0%   2.50   1.25     12.3",
        "target:0.99         100.0%       0.0%   0.00   1.00     88.0"
        "  always the root: these images allow no such promise",
        "",
        "pets.json holds it: hiercls classify ... --calibration pets.json --stop RULE",
    ]


def test_the_report_says_which_letters_are_preferred() -> None:
    prior = LetterPrior({2: (math.log(0.6), math.log(0.4)), 3: (-1.0, -1.2, -1.1)})
    calibration = replace(FITTED.calibration, letter_prior=prior)
    lines = report(replace(FITTED, calibration=calibration, num_prior=40), "pets.json").splitlines()
    assert lines[2:6] == [
        "preference for letters, from 40 images, taken out of the answers",
        " 2 options: A 60.0% B 40.0%",
        " 3 options: A 36.8% B 30.1% C 33.3%",
        "",
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        (tmp_path / "data" / "fr").mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (2, 2)).save(tmp_path / "data" / "fr" / f"{number}.png")
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "3 labelled images; expected at least 30"),
        (["--target-accuracy", "1"], "argument --target-accuracy: '1' is not a number between"),
        (["--coverage", "0.9", "x"], "argument --coverage: 'x' is not a number between 0 and 1"),
        (["--delta", "0"], "argument --delta: '0' is not a number between 0 and 1"),
        (["--max-images", "0"], "argument --max-images: '0' is not a whole number of at least 1"),
        (["--stop", "leaf"], "unrecognized arguments: --stop leaf"),
        (["--out", "none/c.json"], "none/c.json: there is no folder none"),
        (["--search", "greedy", "--beam", "3"], "--beam with --search greedy"),
        (["--letter-prior", "0"], "argument --letter-prior: '0' is not a whole number"),
        (
            ["--permutations", "x"],
            "'x' is not a whole number of at least 1, or all",
        ),
    ],
)
def test_what_cannot_be_done_is_told_before_the_model_is_loaded(
    options: list[str],
    message: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder.parent)
    asked = ["calibrate", "--taxonomy", "flags", "--data", str(folder), "--model", "nowhere"]
    assert main([*asked, *options]) == 2
    assert message in capsys.readouterr().err
    assert not (folder.parent / "calibration.json").exists()


def test_the_examples_of_the_help_can_be_parsed() -> None:
    from hiercls.cli.arguments.calibrate import EXAMPLES

    lines = EXAMPLES.replace("\\\n", " ").splitlines()
    commands = [line.split()[1:] for line in lines if line.startswith("  hiercls")]
    assert len(commands) == 3
    for command in commands:
        make_parser().parse_args(command)
