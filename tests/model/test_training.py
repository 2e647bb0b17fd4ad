from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path

import pytest
import torch

from hiercls.config import AdapterSettings
from hiercls.data import SamplingSettings
from hiercls.errors import RequestError
from hiercls.model.training.running import train
from hiercls.model.training.snapshot import SNAPSHOT_FILE
from hiercls.model.training.work import Work
from tests.model.training_cases import (
    ADAPTERS,
    RUNNING,
    TRAINING,
    all_weights,
    furthest,
    pets_work,
)

pytestmark = pytest.mark.slow


class Interrupted(Exception):
    pass


class StopsAt:
    """A watch that ends the training after so many steps."""

    def __init__(self, steps: int) -> None:
        self.steps_left = steps

    def begin(self, what: str, num_images: int) -> None: ...

    def say(self, line: str) -> None: ...

    def advance(self, num_images: int, *, loss: float | None, accuracy: float | None) -> None:
        if loss is None:
            return
        self.steps_left -= 1
        if self.steps_left < 0:
            raise Interrupted


@pytest.fixture(scope="module")
def model(checkpoints: dict[str, Path]) -> Path:
    return checkpoints["minicpmv4_6"]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def whole(model: Path, pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    train(pets_work(model, pictures), folder)
    return folder


def test_training_lowers_the_loss_of_each_level(
    model: Path, pictures: Path, tmp_path: Path
) -> None:
    work = pets_work(model, pictures)
    outcome = train(replace(work, validated=work.examples), tmp_path)
    assert outcome["levels"].keys() == {"level-1", "level-2"}
    for own in outcome["levels"].values():
        assert own["after"]["loss"] < own["before"]["loss"]
    assert {path.name for path in tmp_path.iterdir()} == {
        *("adapters.json", "level-1", "level-2", "run.json")
    }


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(
    model: Path, pictures: Path, whole: Path, tmp_path: Path
) -> None:
    train(pets_work(model, pictures), tmp_path / "again")
    assert furthest(all_weights(whole), all_weights(tmp_path / "again")) == 0
    other = pets_work(model, pictures, training=replace(TRAINING, seed=1))
    train(other, tmp_path / "other")
    assert furthest(all_weights(whole), all_weights(tmp_path / "other")) > 1e-3


@pytest.mark.parametrize("steps", [0, 4, 6])
def test_an_interrupted_training_goes_on_to_the_same_weights(
    model: Path, pictures: Path, whole: Path, tmp_path: Path, steps: int
) -> None:
    work = pets_work(model, pictures)
    with pytest.raises(Interrupted):
        train(work, tmp_path, watch=StopsAt(steps))
    train(work, tmp_path, resume=True)
    assert furthest(all_weights(whole), all_weights(tmp_path)) == 0


def test_dropout_is_drawn_alike_after_an_interruption(
    model: Path, pictures: Path, whole: Path, tmp_path: Path
) -> None:
    work = pets_work(model, pictures, adapters=replace(ADAPTERS, dropout=0.3))
    train(work, tmp_path / "whole")
    with pytest.raises(Interrupted):
        train(work, tmp_path / "parts", watch=StopsAt(5))
    train(work, tmp_path / "parts", resume=True)
    assert furthest(all_weights(tmp_path / "whole"), all_weights(tmp_path / "parts")) == 0
    assert furthest(all_weights(tmp_path / "whole"), all_weights(whole)) > 0


def begin(work: Work, folder: Path, meeting: Mapping[str, str] | None = None) -> ForkProcess:
    """Train in a process of its own."""

    def target() -> None:
        os.environ.update(meeting or {})
        train(work, folder)

    process = get_context("fork").Process(target=target)
    process.start()
    return process


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_killed_and_resumed_training_ends_with_the_same_weights(
    model: Path, pictures: Path, whole: Path, tmp_path: Path
) -> None:
    work = pets_work(model, pictures)
    process = begin(work, tmp_path)
    first = None
    while process.is_alive():  # until the second snapshot is written, or a later one
        path = tmp_path / SNAPSHOT_FILE
        found = path.stat().st_mtime_ns if path.exists() else None
        first = first or found
        if found != first:
            break
        time.sleep(0.001)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    train(work, tmp_path, resume=True)
    assert furthest(all_weights(whole), all_weights(tmp_path)) == 0


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_two_processes_train_to_the_weights_of_one(
    model: Path, pictures: Path, whole: Path, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    work = pets_work(model, pictures)
    common = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2"}
    processes = [begin(work, tmp_path, common | {"RANK": str(rank)}) for rank in range(2)]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert difference(whole, tmp_path) < 1e-3


def test_how_many_images_are_read_together_changes_next_to_nothing(
    model: Path, pictures: Path, whole: Path, tmp_path: Path
) -> None:
    train(pets_work(model, pictures, running=replace(RUNNING, batch_size=2)), tmp_path)
    assert difference(whole, tmp_path) < 1e-3


def difference(one: Path, other: Path) -> float:
    """How far the weights are apart, of how far they have moved: those that began at 0.

    Adam makes steps of one size of gradients that are nothing but rounding, so no weight by
    itself says much.
    """
    first, second = all_weights(one), all_weights(other)
    names = [name for name in first if "lora_B" in name]
    apart = sum(float((first[name] - second[name]).abs().sum()) for name in names)
    return apart / sum(float(first[name].abs().sum()) for name in names)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"adapters": replace(ADAPTERS, rank=8)}, "rank was 4 and is 8"),
        ({"training": replace(TRAINING, seed=3)}, "seed was 0 and is 3"),
        ({"sampling": SamplingSettings("sqrt")}, "sampler was natural and is sqrt"),
        ({"examples": None}, "another data"),
    ],
)
def test_an_interrupted_training_is_not_gone_on_with_otherwise(
    model: Path, pictures: Path, tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    work = pets_work(model, pictures)
    with pytest.raises(Interrupted):
        train(work, tmp_path, watch=StopsAt(0))
    if "examples" in changes:
        changes = {"examples": work.examples[1:]}
    with pytest.raises(RequestError, match=f"an interrupted training with {message}; expected"):
        train(replace(work, **changes), tmp_path, resume=True)  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="a training was interrupted here"):
        train(work, tmp_path)


def test_levels_may_be_trained_one_after_the_other(
    model: Path, pictures: Path, whole: Path, tmp_path: Path
) -> None:
    for level in (0, 1):
        train(pets_work(model, pictures, levels=(level,)), tmp_path)
    assert furthest(all_weights(whole), all_weights(tmp_path)) < 1e-2
    assert all_weights(whole).keys() == all_weights(tmp_path).keys()
    with pytest.raises(RequestError, match="level 2 is trained already"):
        train(pets_work(model, pictures, levels=(1,)), tmp_path)
    full = AdapterSettings(rank=4, activation="full")
    with pytest.raises(RequestError, match="adapters for another activation"):
        train(pets_work(model, pictures, levels=(1,), adapters=full), tmp_path)


def test_resuming_what_is_done_does_nothing(
    model: Path, pictures: Path, whole: Path, tmp_path: Path
) -> None:
    outcome = train(pets_work(model, pictures), whole, resume=True, watch=StopsAt(0))
    assert outcome == json.loads((whole / "run.json").read_text())["outcome"]


def test_a_picture_that_cannot_be_read_is_told_of_and_left_out(
    model: Path, pictures: Path, tmp_path: Path
) -> None:
    work = pets_work(model, tmp_path / "pictures")
    Path(work.examples[3].image).write_bytes(b"no picture")
    outcome = train(work, tmp_path / "run")
    (error,) = outcome["errors"]
    assert "003.png" in error


def test_a_level_that_training_makes_worse_keeps_no_adapter(
    model: Path, pictures: Path, tmp_path: Path
) -> None:
    wild = replace(TRAINING, learning_rate=5.0, patience=1, epochs=4)
    work = pets_work(model, pictures, training=wild)
    outcome = train(replace(work, validated=work.examples), tmp_path)
    kept = json.loads((tmp_path / "adapters.json").read_text())["levels"]
    for name, own in outcome["levels"].items():
        assert (name in kept) == (own["num_epochs"] > 0)
        if not own["num_epochs"]:
            assert own["after"] == own["before"]
    assert outcome["num_trained"] < 80  # it ended early


def test_a_level_that_is_not_there_is_refused(model: Path, pictures: Path) -> None:
    with pytest.raises(RequestError, match="level 3; the plan of pets has the levels 1 to 2"):
        pets_work(model, pictures, levels=(2,))
    with pytest.raises(RequestError, match="vision tuned for 1 of 2 levels"):
        tuned = AdapterSettings(rank=4, tune="vision")
        pets_work(model, pictures, levels=(1,), adapters=tuned)


@pytest.mark.parametrize("architecture", ["minicpmv4_6", "minicpmv4_7"])
def test_adapters_of_a_model_in_half_precision_are_kept_in_full(
    checkpoints: dict[str, Path], pictures: Path, tmp_path: Path, architecture: str
) -> None:
    running = replace(RUNNING, dtype="bfloat16", max_slice_nums=4)
    train(pets_work(checkpoints[architecture], pictures, running=running), tmp_path)
    weights = all_weights(tmp_path)
    assert {own.dtype for own in weights.values()} == {torch.float32}
    assert all(bool(own.isfinite().all()) and bool(own.any()) for own in weights.values())
