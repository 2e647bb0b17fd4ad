from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from hiercls.config import ModelSettings
from hiercls.errors import ConfigError, ModelError
from hiercls.model.checkpoint import (
    check_files,
    find_checkpoint,
    load_checkpoint,
    pick_device,
    pick_dtype,
)
from hiercls.questions import PromptFormat

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path, checkpoints: dict[str, Path]) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(checkpoints["minicpmv4_6"], tmp_path / "model"))


def edit(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


@pytest.mark.parametrize("kind", ["minicpmv4_6", "minicpmv4_7"])
def test_both_architectures_load(checkpoints: dict[str, Path], kind: str) -> None:
    checkpoint = load_checkpoint(checkpoints[kind])
    assert checkpoint.architecture == kind
    assert checkpoint.downsample_mode == "16x"
    assert checkpoint.prompt_format == PromptFormat()
    assert not checkpoint.model.training
    assert not any(weight.requires_grad for weight in checkpoint.model.parameters())


def test_the_dtype_can_be_set(folder: Path) -> None:
    assert load_checkpoint(folder, ModelSettings(dtype="bfloat16")).model.dtype == torch.bfloat16
    assert load_checkpoint(folder).model.dtype == torch.float32


def test_a_checkpoint_can_bring_its_own_form_of_question(folder: Path) -> None:
    own = {**PromptFormat().__dict__, "descriptions": False}
    (folder / "prompt_format.json").write_text(json.dumps(own))
    assert load_checkpoint(folder).prompt_format == PromptFormat(descriptions=False)
    (folder / "prompt_format.json").write_text('{"version": 1}')
    with pytest.raises(ConfigError, match="prompt format has the keys version"):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    "name", ["config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"]
)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"no {name}; expected the folder of a MiniCPM-V"):
        load_checkpoint(folder)


def test_another_kind_of_model_is_refused(folder: Path) -> None:
    edit(folder / "config.json", lambda config: config.update(model_type="llama"))
    with pytest.raises(
        ModelError, match="model type is 'llama'; expected minicpmv4_6 or"
    ) as caught:
        check_files(folder)
    assert caught.value.hint is None


def test_an_older_minicpm_is_refused_with_a_way_out(folder: Path) -> None:
    edit(folder / "config.json", lambda config: config.update(model_type="minicpmv"))
    with pytest.raises(ModelError) as caught:
        check_files(folder)
    assert "remote code, which hiercls never loads" in str(caught.value.hint)


def test_pickled_weights_are_refused(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pickled weights; expected \*\.safetensors"):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "config.json").write_text("{"),
        lambda folder: (folder / "config.json").write_text("[]"),
        lambda folder: (folder / "tokenizer.json").write_text("{}"),
        lambda folder: (folder / "tokenizer.json").write_text(""),
        lambda folder: (folder / "preprocessor_config.json").write_text("no"),
        lambda folder: (folder / "model.safetensors").write_bytes(b"\0" * 100),
        lambda folder: (folder / "model.safetensors").write_bytes(b""),
        lambda folder: edit(
            folder / "config.json", lambda c: c["text_config"].update(hidden_size=8)
        ),
        lambda folder: edit(
            folder / "config.json", lambda c: c["text_config"].update(num_hidden_layers="many")
        ),
        lambda folder: edit(
            folder / "config.json", lambda c: c["vision_config"].update(num_hidden_layers=9)
        ),
    ],
    ids=[
        *("config-broken", "config-list", "tokenizer-empty-object", "tokenizer-empty"),
        *(
            "processor-broken",
            "weights-zero",
            "weights-empty",
            "hidden-size",
            "layers",
            "more-layers",
        ),
    ],
)
def test_a_damaged_checkpoint_gets_one_line(folder: Path, damage: Callable[[Path], object]) -> None:
    damage(folder)
    with pytest.raises(ModelError) as caught:
        load_checkpoint(folder)
    assert "\n" not in caught.value.message
    assert str(folder) in caught.value.message


def test_a_folder_is_taken_before_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bundled = find_checkpoint("tiny")
    assert bundled.parent.name == "tiny" and bundled.name == "weights"
    (tmp_path / "tiny").mkdir()
    assert find_checkpoint("tiny") == Path("tiny")


def test_a_file_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"")
    with pytest.raises(ModelError, match="is a file; expected the folder of a checkpoint"):
        find_checkpoint(tmp_path / "model.bin")


@pytest.mark.parametrize("name", ["no/such/folder/here", "white space", ""])
def test_what_can_be_no_hub_id_is_said_to_be_neither(name: str) -> None:
    with pytest.raises(ModelError) as caught:
        find_checkpoint(name or "./missing")
    assert "neither a folder nor a hub id" in caught.value.message


def test_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(ModelError, match="device mps is not to be had here"):
        pick_device("mps")
    assert pick_device("auto").type in ("cpu", "cuda")


@pytest.mark.parametrize("num_parameters", [10, 10**9])
def test_small_models_stay_in_full_precision(num_parameters: int) -> None:
    dtype = pick_dtype("auto", torch.device("cpu"), num_parameters=num_parameters)
    assert dtype == torch.float32 or num_parameters > 10**8
    assert pick_dtype("float16", torch.device("cpu"), num_parameters=10) == torch.float16
