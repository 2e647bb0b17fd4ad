"""`hiercls train` from pictures to answers, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hiercls.cli.main import main
from hiercls.taxonomy import Taxonomy
from tests.model.training_cases import PETS, draw_pets

pytestmark = pytest.mark.slow

QUICK = ["--epochs", "2", "--rank", "4", "--images-per-step", "6", "--learning-rate", "0.002"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of two splits, none of them for validation: the last adapters are kept."""
    folder = tmp_path_factory.mktemp("train")
    Taxonomy.from_dict(PETS).save(folder / "pets.yaml")
    rows = [
        f"{example.name},{example.node},{'test' if number % 4 == 0 else 'train'}"
        for number, example in enumerate(draw_pets(folder / "pictures", 40))
    ]
    (folder / "pictures" / "labels.csv").write_text("\n".join(["path,label,split", *rows]))
    return folder


@pytest.fixture(scope="module")
def asked(folder: Path, checkpoints: dict[str, Path]) -> list[str]:
    return [
        *("--taxonomy", str(folder / "pets.yaml"), "--merge", "none"),
        *("--model", str(checkpoints["minicpmv4_6"])),
    ]


@pytest.fixture(scope="module")
def adapters(folder: Path, asked: list[str]) -> Path:
    data = ["--data", str(folder / "pictures"), "--hold-out", "0.001"]
    assert main(["train", *asked, *data, *QUICK, "--out", str(folder / "run")]) == 0
    return folder / "run"


def test_training_says_how_it_goes_and_leaves_what_classify_takes(
    folder: Path, asked: list[str], adapters: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = json.loads((adapters / "run.json").read_text())
    assert record["is_finished"] and record["num_examples"] == 30 and record["num_validated"] == 0
    assert record["versions"]["peft"] and record["identity"]["hashes"]["plan"]
    picture = str(folder / "pictures" / "000.png")
    answers = []
    for more in ([], ["--adapters", str(adapters)]):
        assert main(["classify", picture, *asked, *more, "--format", "jsonl"]) == 0
        answers.append(json.loads(capsys.readouterr().out)["steps"])
    before, after = ([step["probabilities"] for step in steps] for steps in answers)
    assert max(abs(a - b) for a, b in zip(before[0], after[0], strict=True)) > 1e-3


def test_a_trained_level_is_not_trained_again_by_mistake(
    folder: Path, asked: list[str], adapters: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(folder / "pictures"), "--out", str(adapters)]
    assert main(["train", *asked, *data]) == 2
    assert "is trained already; expected a level that is not" in capsys.readouterr().err


def test_of_several_processes_one_reports(
    folder: Path,
    asked: list[str],
    adapters: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = ["--data", str(folder / "pictures"), "--hold-out", "0.001"]
    again = ["train", *asked, *data, *QUICK, "--out", str(adapters), "--resume"]
    assert main(again) == 0
    assert "level 1" in capsys.readouterr().out
    monkeypatch.setenv("RANK", "1")
    assert main(again) == 0
    assert capsys.readouterr().out == ""


def test_a_pilot_says_what_training_would_bring_and_take_and_keeps_nothing(
    folder: Path, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(folder / "pictures"), "--out", str(folder / "nothing"), "--pilot"]
    assert main(["train", *asked, *data, "--rank", "4"]) == 0
    written = capsys.readouterr().out
    assert "level 1" in written and "all of it would take" in written
    assert not (folder / "nothing").exists()


def test_adapters_are_calibrated_and_evaluated_like_a_model(
    folder: Path, asked: list[str], adapters: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(folder / "pictures"), "--adapters", str(adapters)]
    assert main(["calibrate", *asked, *data]) == 0
    calibration = json.loads((adapters / "calibration.json").read_text())
    assert len(calibration["hashes"]["adapters"]) == 64
    output = folder / "metrics.json"
    assert main(["evaluate", *asked, *data, "--bootstrap", "0", "--output", str(output)]) == 0
    assert "is left out" not in capsys.readouterr().err
    assert main(["adapters", "show", str(adapters)]) == 0
    shown = capsys.readouterr().out
    assert "adapters for pets, 3 questions on 2 levels" in shown and "with a calibration" in shown
    exported = folder / "export"
    assert main(["adapters", "export", str(adapters), "--out", str(exported)]) == 0
    assert (exported / "calibration.json").is_file() and not (exported / "run.json").exists()
