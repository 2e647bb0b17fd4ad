"""Which files a folder of adapters has, and whether they are the right ones; no torch."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hiercls.errors import ModelError
from hiercls.model.adapters.manifest import MANIFEST_FILE, SHARED, Manifest

WEIGHTS_FILE = "adapter_model.safetensors"
CONFIG_FILE = "adapter_config.json"


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
