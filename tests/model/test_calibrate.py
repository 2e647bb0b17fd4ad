"""`hiercls calibrate` with the bundled model, and what classifying makes of it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from hiercls.calibration import Calibration
from hiercls.cli.main import main
from hiercls.model.checkpoint import find_checkpoint
from hiercls.model.fingerprint import fingerprint
from hiercls.tiny.training import draw_pictures

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flags")
    draw_pictures(folder, 45, seed=4)
    return folder


@pytest.fixture(scope="module")
def calibration_path(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("calibration") / "flags.json"
    asked = ["--taxonomy", "flags", "--model", "tiny", "--data", str(pictures)]
    assert main(["calibrate", *asked, "--coverage", "0.8", "--out", str(path)]) == 0
    return path


def classify(pictures: Path, calibration_path: Path) -> int:
    asked = ["--taxonomy", "flags", "--model", "tiny", "--format", "jsonl"]
    rule = ["--calibration", str(calibration_path), "--stop", "coverage:0.8:3"]
    first = sorted(map(str, pictures.glob("*.png")))[:4]
    return main(["classify", *first, *asked, *rule])


def test_classify_stops_as_calibrate_promised(
    pictures: Path, calibration_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calibration = Calibration.load(calibration_path)
    assert calibration.num_examples == 45
    hashed = {"adapters", "model", "number of permutations", "plan", "prompt", "taxonomy"}
    assert set(calibration.hashes) == hashed
    assert len(calibration.temperatures) == 3
    capsys.readouterr()
    assert classify(pictures, calibration_path) == 0
    for line in capsys.readouterr().out.splitlines():
        assert 1 <= len(json.loads(line)["nodes"]) <= 3


def test_a_calibration_of_another_model_is_refused(
    pictures: Path,
    calibration_path: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    calibration = Calibration.load(calibration_path)
    other = replace(calibration, hashes={**calibration.hashes, "model": "other"})
    other.save(tmp_path / "other.json")
    assert classify(pictures, tmp_path / "other.json") == 2
    assert "fitted with another model; expected the same as now" in capsys.readouterr().err


def test_a_fingerprint_tells_trainings_apart(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(find_checkpoint("tiny"), folder)
    assert fingerprint(folder) == fingerprint(find_checkpoint("tiny"))
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model.safetensors").write_bytes(weights)
    assert fingerprint(folder) != fingerprint(find_checkpoint("tiny"))
