"""`hiercls evaluate` as users meet it, with predictions of other tools and without a model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hiercls.cli.arguments.evaluate import EXAMPLES
from hiercls.cli.main import main
from hiercls.cli.parser import make_parser

LABELS = "image,label,split\n1.png,fr,test\n2.png,it,test\n3.png,jp,test\n4.png,fr,train\n"
ANSWERS = "image,label,probability\n1.png,France,0.9\n2.png,Ireland,0.6\n3.png,jp,0.8\n"


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "labels.csv").write_text(LABELS)
    (tmp_path / "answers.csv").write_text(ANSWERS)
    data = ["--data", str(tmp_path / "labels.csv"), "--split", "test"]
    return ["evaluate", "--taxonomy", "flags", *data]


@pytest.mark.slow
def test_predictions_of_another_tool_need_neither_pictures_nor_torch(
    files: list[str], tmp_path: Path
) -> None:
    output = tmp_path / "metrics.json"
    arguments = [*files, "--predictions", str(tmp_path / "answers.csv"), "--output", str(output)]
    code = (
        "import sys; from hiercls.cli.main import main; status = main(sys.argv[1:]);"
        "assert not {'torch', 'transformers', 'matplotlib'} & set(sys.modules); sys.exit(status)"
    )
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert "flags: 3 of 3 pictures scored" in done.stdout
    assert "Italy taken for Ireland: 1 of 1" in done.stdout
    values = json.loads(output.read_text())
    expected = {
        "count": 3,
        "unscored": 0,
        "leaf_accuracy": pytest.approx(2 / 3),
        "hierarchical_f1": pytest.approx(8 / 9),
        "mistake_severity": 1.0,
    }
    assert {key: values[key] for key in expected} == expected
    kept = """
        leaf_accuracy level_accuracy hierarchical_precision hierarchical_recall hierarchical_f1
        hierarchical_precision_macro hierarchical_recall_macro hierarchical_f1_macro
        lca_height_mean mistake_severity hca por tor s_por_prefix s_por_run ece haurc count unscored
    """
    assert set(kept.split()) <= values.keys()


def test_json_is_printed_where_it_is_asked_for(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [*files, "--predictions", str(tmp_path / "answers.csv"), "--format", "json"]
    assert main([*arguments, "--bootstrap", "0"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["intervals"] == {}
    assert values["baselines"]["floor"]["leaf_accuracy"] == pytest.approx(1 / 3)


def test_pictures_without_an_answer_are_counted_apart_and_told(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "few.csv"
    path.write_text("image,label,error\n1.png,fr,\n2.png,,broken\n9.png,fr,\n")
    assert main([*files, "--predictions", str(path)]) == 1
    captured = capsys.readouterr()
    assert "flags: 1 of 3 pictures scored" in captured.out
    assert "1 unscored: broken" in captured.out
    assert captured.err.splitlines() == [
        f"hiercls: note: {path}: no line for 1 of 3 images: 3.png",
        f"hiercls: note: {path}: no image here for 1 of 3 lines: 9.png",
        "hiercls: 2 of 3 pictures unscored",
    ]


def test_two_runs_are_compared(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("image,label\n1.png,fr\n2.png,it\n3.png,jp\n")
    output = tmp_path / "metrics.json"
    arguments = [*files, "--predictions", str(tmp_path / "answers.csv"), "--against", str(other)]
    assert main([*arguments, "--output", str(output)]) == 0
    captured = capsys.readouterr().out
    assert "only this one right: 0; only the other: 1 (p = 1, may be luck)" in captured
    assert "right at level 2" in captured
    against = json.loads(output.read_text())["against"]
    assert (against["count"], against["only_other"]) == (3, 1)
    assert against["differences"]["leaf_accuracy"]["other"] == 1
    assert [against["levels"][level]["other"] for level in "123"] == [1, 1, 1]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--stop", "cost"], "--stop with --predictions; expected a model with it"),
        (["--flat"], "--flat with --predictions; expected a model with it"),
        (["--split", "val"], "no images in the split 'val'; found test, train"),
        (["--output", "/nowhere/metrics.json"], "there is no folder /nowhere"),
        (["--bootstrap", "-1"], "'-1' is not a whole number"),
    ],
)
def test_a_wrong_request_is_one_line(
    files: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
    message: str,
) -> None:
    assert main([*files, "--predictions", str(tmp_path / "answers.csv"), *more]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) <= 2  # a hint may follow


def test_labels_that_are_no_nodes_can_be_skipped(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "labels.csv").write_text(LABELS + "5.png,Atlantis,test\n")
    arguments = [*files, "--predictions", str(tmp_path / "answers.csv")]
    assert main(arguments) == 2
    assert "'Atlantis' is no node" in capsys.readouterr().err
    assert main([*arguments, "--skip-unknown"]) == 0


def test_frequent_and_rare_classes_are_told_apart_by_the_training_data(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"t{number}.png,fr\n" for number in range(101))
    (tmp_path / "training.csv").write_text(f"image,label\n{rows}")
    arguments = [*files, "--predictions", str(tmp_path / "answers.csv")]
    assert main([*arguments, "--training", str(tmp_path / "training.csv")]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["classes", "seen", "often", "(>", "100)", "100.0%"] in lines
    assert ["classes", "seen", "seldom", "(<", "20)", "50.0%"] in lines


def test_the_examples_in_the_help_can_be_parsed() -> None:
    for line in EXAMPLES.splitlines()[1:]:
        make_parser().parse_args(line.split()[1:])
