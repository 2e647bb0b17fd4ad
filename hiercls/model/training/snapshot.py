"""What it takes to go on after an interruption, in one file that is there whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from hiercls.errors import ModelError
from hiercls.model.saving import write_bytes

SNAPSHOT_FILE = "snapshot.safetensors"


@dataclass(frozen=True)
class Snapshot:
    """A training between two steps.

    Attributes:
        tensors: Weights and optimizers.
        state: Where it stands, as JSON can hold it.
    """

    tensors: Mapping[str, torch.Tensor]
    state: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write it over the one before."""
        tensors = {name: own.detach().cpu().contiguous() for name, own in self.tensors.items()}
        content = save(tensors, metadata={"state": json.dumps(self.state)})
        write_bytes(folder / SNAPSHOT_FILE, content)

    def own(self, prefix: str) -> dict[str, torch.Tensor]:
        """The tensors under a prefix, without it."""
        return {
            name.removeprefix(prefix): tensor
            for name, tensor in self.tensors.items()
            if name.startswith(prefix)
        }


def read_snapshot(folder: Path) -> Snapshot | None:
    """Read what `Snapshot.write` wrote; None where nothing was written.

    Raises:
        ModelError: It is none.
    """
    path = folder / SNAPSHOT_FILE
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as tensors:
            names = tensors.keys()
            state = json.loads((tensors.metadata() or {})["state"])
            return Snapshot({name: tensors.get_tensor(name) for name in names}, state)
    except (SafetensorError, KeyError, ValueError) as error:
        raise ModelError(f"{path}: not what hiercls train writes: {error}") from error
