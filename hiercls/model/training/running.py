"""A training from what was asked for to what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hiercls.errors import RequestError
from hiercls.model.checkpoint import checkpoint_hashes, find_checkpoint, read_prompt_format
from hiercls.model.scorer import MiniCPMVScorer
from hiercls.model.training.keeping import Folder, outcome_of
from hiercls.model.training.processes import Processes, joined, own_device
from hiercls.model.training.trainer import Keeper, Trainer
from hiercls.model.training.watching import Blind, Watch
from hiercls.model.training.work import Work


def train(
    work: Work, folder: Path, *, resume: bool = False, watch: Watch | None = None
) -> dict[str, Any]:
    """Train adapters and leave them in a folder.

    Started several times by torchrun or accelerate, the processes share each step.

    Args:
        work: What is to be trained.
        folder: Where it goes, seen by all processes.
        resume: Go on where an interruption of the same training left off; where nothing was
            begun, begin.
        watch: Is told how it goes, in the first process.

    Returns:
        What came of it, as in the `outcome` of run.json.

    Raises:
        RequestError: The folder holds another training, or adapters of these levels.
        ModelError: The model cannot be loaded.
    """
    check_order(work)
    hashes = checkpoint_hashes(find_checkpoint(work.model))
    with joined() as processes:
        kept = Folder(folder, work, hashes=hashes, processes=processes)
        if resume and kept.is_finished():
            return dict((kept.record() or {})["outcome"])
        snapshot = kept.check(resume=resume)
        folder.mkdir(parents=True, exist_ok=True)
        processes.wait()  # all have seen what was there before
        kept.begin()
        trainer = make_trainer(work, processes=processes, watch=watch, keeper=kept)
        if snapshot is not None:
            trainer.restore(snapshot)
        _check_agreed(trainer, processes)
        trainer.run()
        outcome = outcome_of(trainer)
        kept.end(outcome)
        processes.wait()
    return outcome


def check_order(work: Work) -> None:
    """See that the adapters can be trained on the model's form of question.

    Raises:
        RequestError: What they shall leave alone is not read first.
    """
    order = read_prompt_format(find_checkpoint(work.model)).order
    if order == "question" and work.adapters.activation == "suffix":
        raise RequestError(
            f"model {work.model} is asked before it sees the image, and adapters are to leave the"
            " image alone; expected one that sees the image first",
            hint="--activation full: the question is then read once for all images",
        )


def make_trainer(
    work: Work, *, processes: Processes, watch: Watch | None, keeper: Keeper
) -> Trainer:
    """Load the model and make everything ready."""
    scorer = MiniCPMVScorer.load(work.model, own_device(work.running))
    scorer.check(work.plan.question(node) for node in work.plan.nodes)
    return Trainer(
        work,
        scorer,
        processes=processes,
        watch=watch if watch is not None and processes.is_first else Blind(),
        keeper=keeper,
    )


def _check_agreed(trainer: Trainer, processes: Processes) -> None:
    """See that all processes go on from one place."""
    own = trainer.progress.epoch, trainer.progress.batch
    device = trainer.adapters.parameters(trainer.adapters.names[0])[0].device
    sums = processes.sums(own, device)
    if sums != [number * processes.size for number in own]:
        raise RequestError(
            "the processes would go on from different places; expected one --out that all see"
        )
