"""Adapters for others: a folder with what is needed and no more, and that on the hub."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Protocol

from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalTokenNotFoundError

from hiercls.errors import ModelError, RequestError
from hiercls.model.adapters.choice import find_adapters
from hiercls.model.adapters.files import CONFIG_FILE, WEIGHTS_FILE, check_files, file_hashes
from hiercls.model.adapters.manifest import (
    CALIBRATION_FILE,
    MANIFEST_FILE,
    Manifest,
    read_manifest,
)

CARD_FILE = "README.md"


class Hub(Protocol):
    """What pushing needs of `huggingface_hub.HfApi`."""

    def create_repo(self, repo_id: str, *, private: bool, exist_ok: bool) -> object: ...

    def upload_folder(self, *, repo_id: str, folder_path: str, commit_message: str) -> object: ...


def export_adapters(source: str | Path, folder: Path) -> Manifest:
    """Copy adapters with their manifest, their calibration and a card that says what they are.

    Args:
        source: A folder, or a hub id.
        folder: Must not exist, or be empty.

    Raises:
        RequestError: There is something in the folder.
        ModelError: The adapters are not found, or their files are not those of the manifest.
    """
    there = find_adapters(source)
    manifest = read_manifest(there)
    check_files(there, manifest)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RequestError(f"{folder}: there already; expected an empty folder or none")
    names = [MANIFEST_FILE, CALIBRATION_FILE]
    parts = (CONFIG_FILE, WEIGHTS_FILE)
    names += [f"{own}/{file}" for own in file_hashes(manifest) for file in parts]
    for name in names:
        if (there / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(there / name, folder / name)
    (folder / CARD_FILE).write_text(card(manifest), encoding="utf-8")
    return manifest


def push_adapters(source: str | Path, hub_id: str, *, hub: Hub, private: bool = False) -> None:
    """Put adapters on the hub.

    Args:
        source: A folder.
        hub_id: Such as "someone/pets"; made if needed.
        hub: Takes them.
        private: Whether others may not see them, where it is made.

    Raises:
        ModelError: The adapters are not found, or the hub does not take them.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "adapters"
        manifest = export_adapters(source, folder)
        try:
            hub.create_repo(hub_id, private=private, exist_ok=True)
            hub.upload_folder(
                repo_id=hub_id,
                folder_path=str(folder),
                commit_message=f"Adapters for {manifest.taxonomy}",
            )
        except (HfHubHTTPError, HFValidationError, LocalTokenNotFoundError, OSError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ModelError(
                f"{hub_id}: the hub did not take the adapters: {reason}",
                hint="hf auth login stores a token that may write",
            ) from error


def card(manifest: Manifest) -> str:
    """Return a page for people who find the adapters on the hub."""
    rows = [
        f"| {name.replace('-', ' ')} | {own.num_examples:,} | {own.accuracy_before:.1%} |"
        f" {own.accuracy:.1%} | {own.num_validated:,} |"
        for name, own in manifest.levels.items()
    ]
    kind = {
        "suffix": "They are on while the model reads a question, and off while it reads the image.",
        "full": "They are on from the first token of the prompt.",
    }
    head = {"base_model": manifest.model, "library_name": "peft", "tags": ["hiercls", "lora"]}
    return "\n".join(
        [
            "---",
            *(f"{key}: {json.dumps(value)}" for key, value in head.items()),
            "---",
            f"# Adapters for {manifest.taxonomy}",
            "",
            f"One LoRA adapter for each level of questions about {manifest.taxonomy}, for"
            f" `{manifest.model}`. {kind[manifest.activation]}",
            "",
            "| | images trained on | right before | right after | questions asked |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "```",
            f"hiercls classify photo.png --taxonomy TAXONOMY --model {manifest.model}"
            " --adapters THIS",
            "```",
            "",
        ]
    )
