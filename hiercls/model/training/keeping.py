"""What a training leaves in its folder: adapters with a manifest, a snapshot, a record."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from hiercls.errors import ModelError, RequestError
from hiercls.model.adapters.folder import write_adapter
from hiercls.model.adapters.manifest import (
    MANIFEST_FILE,
    SHARED,
    LevelRecord,
    Manifest,
    asked,
    folder_name,
    read_manifest,
)
from hiercls.model.saving import write_text
from hiercls.model.training.parts import Part
from hiercls.model.training.processes import Processes
from hiercls.model.training.snapshot import SNAPSHOT_FILE, Snapshot, read_snapshot
from hiercls.model.training.trainer import Trainer
from hiercls.model.training.work import Work, differences, versions

RECORD_FILE = "run.json"


class Folder:
    """The folder of a training; of several processes the first alone writes to it.

    Args:
        path: Where it is.
        work: What is trained.
        hashes: Of the `prompt` and the `model`.
        processes: That train together.
    """

    def __init__(
        self, path: Path, work: Work, *, hashes: Mapping[str, str], processes: Processes
    ) -> None:
        self.path = path
        self._work = work
        self._hashes = {**hashes, "taxonomy": work.plan.taxonomy.hash, "plan": work.plan.hash}
        self._identity = work.identity(hashes)
        self._processes = processes
        self._saved = time.monotonic()
        self._manifest = self._new_manifest()
        self._earlier: list[Any] = []

    def check(self, *, resume: bool) -> Snapshot | None:
        """See that the training can be kept here; returns where to go on from, if anywhere.

        Raises:
            RequestError: An interrupted training lies here and `resume` was not asked for, or
                another training than this one, or adapters of these levels.
        """
        record = self.record()
        is_open = record is not None and not record["is_finished"]
        if record is not None and is_open:
            self._check_same(record, resume=resume)
            self._earlier = record["earlier"]
        elif record is not None:
            self._earlier = [*record["earlier"], {**record, "earlier": []}]
        if (self.path / MANIFEST_FILE).is_file():
            self._manifest = self._continued(is_open=is_open)
        return read_snapshot(self.path) if is_open else None

    def begin(self) -> None:
        """Say that a training is under way."""
        if self._processes.is_first:
            self._write_record(is_finished=False, outcome={})

    def is_finished(self) -> bool:
        """Whether just this training lies here, done."""
        record = self.record()
        if record is None or not record["is_finished"]:
            return False
        return not differences(record["identity"], self._identity)

    def record(self) -> dict[str, Any] | None:
        """What the training here says of itself."""
        path = self.path / RECORD_FILE
        try:
            values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise ModelError(f"{path}: cannot be read: {error}") from None
        return values

    def best(self, part: Part, trainer: Trainer) -> None:
        """Keep the adapters of a part."""
        if not self._processes.is_first:
            return
        levels = dict(self._manifest.levels)
        shared = self._manifest.shared
        if SHARED in trainer.adapters.names:
            shared = self._write(SHARED, trainer)
        for level in part.levels:
            name = folder_name(level)
            before, best = trainer.progress.before[level], trainer.progress.best[level]
            levels[name] = LevelRecord(
                sha256=self._write(name, trainer),
                rank=self._work.adapters.rank,
                num_examples=trainer.num_examples(level),
                num_epochs=part.judgement.best_epoch,
                num_validated=best.count,
                accuracy_before=before.accuracy if before.count else 0.0,
                accuracy=best.accuracy if best.count else 0.0,
            )
        self._manifest = replace(self._manifest, levels=levels, shared=shared)
        self._manifest.write(self.path)

    def snapshot(self, trainer: Trainer, *, is_due: bool) -> None:
        """Save what it takes to go on, where it is time to."""
        if not self._processes.is_first:
            return
        waited = time.monotonic() - self._saved
        if is_due or waited >= self._work.training.save_seconds:
            trainer.snapshot().write(self.path)
            self._saved = time.monotonic()

    def end(self, outcome: Mapping[str, Any]) -> None:
        """Say that it is done."""
        if self._processes.is_first:
            self._manifest.write(self.path)
            self._write_record(is_finished=True, outcome=outcome)
            (self.path / SNAPSHOT_FILE).unlink(missing_ok=True)

    def _write(self, name: str, trainer: Trainer) -> str:
        adapters = trainer.adapters
        return write_adapter(self.path / name, adapters.weights(name), adapters.config(name))

    def _write_record(self, *, is_finished: bool, outcome: Mapping[str, Any]) -> None:
        values = {
            "is_finished": is_finished,
            "model": self._work.model,
            "versions": versions(),
            "num_examples": len(self._work.examples),
            "num_validated": len(self._work.validated),
            "identity": self._identity,
            "outcome": outcome,
            "earlier": self._earlier,
        }
        text = json.dumps(values, indent=1, ensure_ascii=False)
        write_text(self.path / RECORD_FILE, text + "\n")

    def _new_manifest(self) -> Manifest:
        plan = self._work.plan
        return Manifest(
            activation=self._work.adapters.activation,
            taxonomy=plan.taxonomy.name,
            hashes=self._hashes,
            plan_settings=plan.settings,
            model=self._work.model,
            questions={node: asked(plan.question(node)) for node in plan.nodes},
        )

    def _check_same(self, record: Mapping[str, Any], *, resume: bool) -> None:
        found = differences(record["identity"], self._identity)
        if found:
            raise RequestError(
                f"{self.path}: an interrupted training with {'; '.join(found)}; expected the same",
                hint="give what was given then, or choose another --out",
            )
        if not resume:
            raise RequestError(
                f"{self.path}: a training was interrupted here",
                hint="--resume goes on with it; otherwise choose another --out",
            )

    def _continued(self, *, is_open: bool) -> Manifest:
        """Return the manifest that lies here, to which this training adds."""
        there = read_manifest(self.path)
        new = self._manifest
        unlike = [name for name in new.hashes if new.hashes[name] != there.hashes[name]]
        if there.activation != new.activation:
            unlike.append(f"activation ({there.activation})")
        if unlike:
            raise RequestError(
                f"{self.path}: adapters for another {' and another '.join(unlike)}; expected the"
                " same for all levels",
                hint="choose another --out",
            )
        again = [own for own in map(folder_name, self._work.levels) if own in there.levels]
        if not is_open and (again or there.shared is not None):
            found = again[0].replace("-", " ") if again else "what all levels share"
            raise RequestError(
                f"{self.path}: {found} is trained already; expected a level that is not",
                hint="choose another --out, or another --level",
            )
        return there


def outcome_of(trainer: Trainer) -> dict[str, Any]:
    """Return what a training came to, as JSON can hold it."""
    progress = trainer.progress
    levels = {
        folder_name(level): {
            "num_examples": trainer.num_examples(level),
            "num_epochs": part.judgement.best_epoch,
            "before": asdict(progress.before[level]),
            "after": asdict(progress.best[level]),
        }
        for part in trainer.parts
        for level in part.levels
    }
    return {
        "levels": levels,
        "num_trained": progress.num_trained,
        "train_seconds": round(progress.train_seconds, 1),
        "num_validated": progress.num_validated,
        "validate_seconds": round(progress.validate_seconds, 1),
        "errors": list(progress.errors),
    }
