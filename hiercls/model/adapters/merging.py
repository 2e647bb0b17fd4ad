"""One level's adapter added to the model's own weights: a checkpoint that needs no adapter."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from hiercls.config import ModelSettings
from hiercls.errors import RequestError
from hiercls.model.adapters.choice import find_adapters
from hiercls.model.adapters.folder import load_adapters
from hiercls.model.adapters.manifest import folder_name, read_manifest
from hiercls.model.checkpoint import TRAINING_FILE, checkpoint_hashes, load_checkpoint

_REPLACED = ("*.safetensors", "*.index.json", TRAINING_FILE)


def merge_level(
    source: str | Path,
    level: int,
    folder: Path,
    *,
    model: str | Path,
    settings: ModelSettings = ModelSettings(),
) -> Path:
    """Write a checkpoint that answers the questions of one level as its adapter does.

    Args:
        source: A folder of adapters, or a hub id.
        level: Counted from 0.
        folder: Must not exist, or be empty.
        model: The checkpoint that they were trained on.
        settings: Its dtype is that of the merged weights.

    Returns:
        The folder.

    Raises:
        RequestError: The level has no adapter, or one that reads the questions alone; or there is
            something in the folder.
        ConfigError: The adapters were trained on another model.
        ModelError: Something cannot be found or loaded.
    """
    there = find_adapters(source)
    manifest = read_manifest(there)
    name = folder_name(level)
    if name not in manifest.levels:
        found = ", ".join(own.replace("-", " ") for own in manifest.levels) or "none"
        raise RequestError(f"{source}: no adapter of level {level + 1}; found {found}")
    if manifest.activation == "suffix":
        raise RequestError(
            f"{source}: the adapters are off while the image is read; expected such as read all",
            hint="weights are always on: train with --activation full to merge",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RequestError(f"{folder}: there already; expected an empty folder or none")
    checkpoint = load_checkpoint(model, settings)
    manifest.check(checkpoint_hashes(checkpoint.folder))
    adapters = load_adapters(checkpoint.model, there, manifest)
    merged: Any = adapters.merge(name)
    unwanted = {path.name for pattern in _REPLACED for path in checkpoint.folder.glob(pattern)}
    folder.mkdir(parents=True, exist_ok=True)
    for path in checkpoint.folder.iterdir():
        if path.is_file() and path.name not in unwanted:
            shutil.copyfile(path, folder / path.name)
    merged.save_pretrained(folder)
    return folder
