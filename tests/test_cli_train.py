from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from hiercls.cli.arguments import adapters, train
from hiercls.cli.main import main
from hiercls.cli.parser import make_parser
from hiercls.cli.train import report


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for number in range(3):
        (tmp_path / "data" / "fr").mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (2, 2)).save(tmp_path / "data" / "fr" / f"{number}.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--rank", "0"], "argument --rank: '0' is not a whole number of at least 1"),
        (["--activation", "half"], "argument --activation: invalid choice: 'half'"),
        (["--sampler", "odd"], "argument --sampler: invalid choice: 'odd'"),
        (["--variant", "pissa"], "argument --variant: invalid choice: 'pissa'"),
        (["--dropout", "1"], "dropout is 1.0; expected a share from 0 to below 1"),
        (["--learning-rate", "0"], "learning_rate is 0.0; expected a number above 0"),
        (["--hold-out", "2"], "argument --hold-out: '2' is not a number between 0 and 1"),
        (["--level", "0"], "argument --level: '0' is not a whole number of at least 1"),
        (["--level", "4"], "level 4; the plan of flags has the levels 1 to 3"),
        (["--level", "1", "--tune", "merger"], "merger tuned for 1 of 3 levels; expected all"),
        (["--out", "data/fr/0.png"], "data/fr/0.png: a file; expected a folder for the adapters"),
        (["--confusions", "none.csv"], "none.csv"),
    ],
)
def test_what_cannot_be_done_is_told_before_the_model_is_loaded(
    options: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["train", "--taxonomy", "flags", "--data", "data", "--model", "./nowhere"]
    assert main([*asked, "--out", "run", *options]) == 2
    assert message in capsys.readouterr().err
    assert not (folder / "run").exists()


def test_the_report_says_what_became_better_and_what_did_not() -> None:
    before = {"count": 200, "num_right": 60, "loss": 240.0}
    outcome = {
        "levels": {
            "level-1": {
                "num_examples": 1800,
                "num_epochs": 2,
                "before": before,
                "after": {**before, "num_right": 161},
            },
            "level-2": {"num_examples": 900, "num_epochs": 0, "before": before, "after": before},
        },
        "num_trained": 5400,
        "train_seconds": 360.0,
    }
    assert report(outcome, "runs/pets").splitlines() == [
        "             images    asked   before    after",
        "level 1       1,800      200    30.0%    80.5%  best after 2 epochs",
        "level 2         900      200    30.0%    30.0%  no better than without: no adapter kept",
        "",
        "5,400 images in 360 s, 15.0 a second",
        "runs/pets holds the adapters: hiercls classify ... --adapters runs/pets",
    ]


def test_the_examples_of_the_help_can_be_parsed() -> None:
    texts = (train.EXAMPLES, *(getattr(adapters, name) for name in dir(adapters) if "EXAM" in name))
    lines = [line for text in texts for line in text.splitlines() if line.startswith("  ")]
    commands = [line[line.index("hiercls ") :].split()[1:] for line in lines]
    assert len(commands) == 12
    for command in commands:
        make_parser().parse_args(command)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["show", "./nowhere"], "adapters './nowhere' are neither a folder nor a hub id"),
        (["show", "data"], "data/adapters.json: cannot be read: No such file or directory"),
        (["merge", "data", "--level", "0", "--out", "x"], "argument --level: '0' is not a whole"),
        (["export", "data", "--out", "x"], "data/adapters.json: cannot be read"),
        (["push", "data", "someone/x"], "data/adapters.json: cannot be read"),
    ],
)
def test_adapters_that_are_none_are_refused_in_one_line(
    command: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["adapters", *command]) == 2
    error, *_ = capsys.readouterr().err.splitlines()
    assert message in error
