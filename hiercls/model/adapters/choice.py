"""Adapters that are asked for: found, and seen to fit, before anything large is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from hiercls.calibration import Calibration
from hiercls.errors import ConfigError, ModelError
from hiercls.model.adapters.manifest import CALIBRATION_FILE, Manifest, read_manifest
from hiercls.plan import Plan

_HUB_FILES = ["*.json", "*.safetensors"]
_HUB_TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Choice:
    """Adapters that fit what is asked.

    Attributes:
        folder: Where they lie.
        manifest: What they say of themselves.
        levels: By the node that asks, the level whose adapter answers.
        calibration: The one that lies beside them, if it was fitted to what is asked.
        changes: What is not as it was in training, one line each.
    """

    folder: Path
    manifest: Manifest
    levels: Mapping[str, int]
    calibration: Calibration | None
    changes: tuple[str, ...]


def choose(source: str | Path, *, whole: Plan, asked: Plan) -> Choice:
    """Find adapters and see that they fit the questions.

    Args:
        source: A folder, or a hub id.
        whole: The plan of the whole taxonomy, whose levels are those of the training.
        asked: The plan of the part that is asked about.

    Raises:
        ModelError: There are none.
        ConfigError: They were trained for another order of levels.
    """
    folder = find_adapters(source)
    manifest = read_manifest(folder)
    changes = manifest.changes(whole)
    levels = {node: _level(node, whole) for node in asked.nodes}
    calibration = None
    if (path := folder / CALIBRATION_FILE).is_file():
        calibration = Calibration.load(path)
        try:
            calibration.check(_hashes(manifest, asked))
        except ConfigError as error:
            changes.append(f"{path} is left out: {error.message}")
            calibration = None
    return Choice(folder, manifest, levels, calibration, tuple(changes))


def _hashes(manifest: Manifest, asked: Plan) -> dict[str, str]:
    own = {"taxonomy": asked.taxonomy.hash, "plan": asked.hash, "adapters": manifest.hash}
    return {**manifest.hashes, **own}


def _level(node: str, whole: Plan) -> int:
    """Return the level at which the whole plan asks for what lies under a node."""
    known = set(whole.nodes)
    pending = [node]
    while pending:
        for own in pending:
            if own in known:
                return whole.question(own).level
        pending = [parent for own in pending for parent in whole.taxonomy.parents(own)]
    return 0


def find_adapters(source: str | Path) -> Path:
    """The folder of some adapters: a path first, then the hub's cache, then the hub.

    Raises:
        ModelError: There is none; the message says what was tried.
    """
    path = Path(source).expanduser()
    if path.is_dir():
        return path
    if path.exists():
        raise ModelError(f"adapters {source}: a file; expected the folder that holds adapters.json")
    hint = "hiercls train --out DIR writes such a folder"
    for is_local in (True, False):
        try:
            return Path(
                snapshot_download(
                    str(source),
                    allow_patterns=_HUB_FILES,
                    etag_timeout=_HUB_TIMEOUT_SECONDS,
                    local_files_only=is_local,
                )
            )
        except HFValidationError:
            raise ModelError(
                f"adapters {str(source)!r} are neither a folder nor a hub id", hint=hint
            ) from None
        except (LocalEntryNotFoundError, HfHubHTTPError, OSError):
            continue
    tried = "no such folder, not in the local hub cache, not to be had from the hub"
    raise ModelError(f"adapters {source} not found: {tried}", hint=hint)
