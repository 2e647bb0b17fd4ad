"""The folder of adapters: one folder in PEFT's form for each level, one manifest for all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import torch
from peft import LoraConfig
from safetensors.torch import save
from torch import nn

from hiercls.errors import ModelError
from hiercls.model.adapters.adapters import Adapters
from hiercls.model.adapters.manifest import MANIFEST_FILE, SHARED, Manifest
from hiercls.model.saving import write_bytes, write_text

WEIGHTS_FILE = "adapter_model.safetensors"
CONFIG_FILE = "adapter_config.json"


def load_adapters(model: nn.Module, folder: Path, manifest: Manifest) -> Adapters:
    """Put all adapters of a folder into a model; all are off.

    Raises:
        ModelError: A file is missing, is not the one that the manifest tells of, or does not fit
            the model.
    """
    check_files(folder, manifest)
    adapters = Adapters(model)
    for name in file_hashes(manifest):
        try:
            adapters.load(name, folder / name)
        except (RuntimeError, ValueError, KeyError, TypeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ModelError(f"{folder / name}: does not fit the model: {reason}") from error
    return adapters


def check_files(folder: Path, manifest: Manifest) -> None:
    """See that the weights are those that the manifest tells of.

    Raises:
        ModelError: They are not.
    """
    for name, expected in file_hashes(manifest).items():
        path = folder / name / WEIGHTS_FILE
        for needed in (path, path.with_name(CONFIG_FILE)):
            if not needed.is_file():
                raise ModelError(f"{needed}: not there; expected by {folder / MANIFEST_FILE}")
        if hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            raise ModelError(
                f"{path}: not the weights that {MANIFEST_FILE} tells of",
                hint="if the training was interrupted, hiercls train --resume ends it",
            )


def file_hashes(manifest: Manifest) -> dict[str, str]:
    """Return the hash of the weights in each folder, the shared one first."""
    levels = {name: record.sha256 for name, record in sorted(manifest.levels.items())}
    return levels if manifest.shared is None else {SHARED: manifest.shared, **levels}


def write_adapter(folder: Path, weights: Mapping[str, torch.Tensor], config: LoraConfig) -> str:
    """Write one adapter as PEFT does; returns the hash of its weights."""
    folder.mkdir(parents=True, exist_ok=True)
    values: dict[str, object] = dict(config.to_dict())  # type: ignore[no-untyped-call]
    values["inference_mode"] = True
    text = json.dumps(values, indent=2, sort_keys=True, default=_plain)
    write_text(folder / CONFIG_FILE, text + "\n")
    content = save({key: own.cpu() for key, own in weights.items()}, metadata={"format": "pt"})
    write_bytes(folder / WEIGHTS_FILE, content)
    return hashlib.sha256(content).hexdigest()


def _plain(value: object) -> object:
    """Sets become lists and enumerations their values, as in PEFT's own files."""
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return getattr(value, "value", str(value))
