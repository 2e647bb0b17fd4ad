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
from hiercls.model.adapters.files import CONFIG_FILE, WEIGHTS_FILE, check_files, file_hashes
from hiercls.model.adapters.manifest import Manifest
from hiercls.model.saving import write_bytes, write_text


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
