"""`hiercls data convert`: labelled images as conversations for fine-tuning tools, and back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hiercls.cli.output import check_output
from hiercls.config import PlanSettings
from hiercls.data import Examples, read_examples
from hiercls.data.conversations import SUFFIX_OF, write_conversations
from hiercls.data.exporting import MANIFEST_SUFFIXES, conversations_of, write_manifest
from hiercls.data.subsets import Subsets
from hiercls.errors import RequestError
from hiercls.plan import Plan
from hiercls.taxonomy import Taxonomy

_WARNING = (
    "LLaMA-Factory's own template for MiniCPM-V 4.6 adds a system prompt and leaves out the empty"
    " think block: a model trained with it is asked otherwise than hiercls asks"
)


def run(options: argparse.Namespace) -> int:
    """Check everything that is cheap, read, and write."""
    path = Path(options.output)
    _check(options, path)
    settings = PlanSettings(options.max_options, options.merge, options.none_of_these)
    taxonomy = Taxonomy.load(options.taxonomy)
    plan = Plan(taxonomy.restrict(under=options.under, exclude=options.exclude), settings)
    examples = read_examples(
        options.data,
        plan.taxonomy,
        split=options.split,
        unresolved="skip" if options.skip_unknown else "refuse",
    )
    notes = [*examples.notes(), *_write(options, path, plan, examples)]
    for note in notes:
        print(f"hiercls: note: {note}", file=sys.stderr)
    return 0


def _check(options: argparse.Namespace, path: Path) -> None:
    check_output(options.output)
    expected = MANIFEST_SUFFIXES if options.to == "manifest" else (SUFFIX_OF[options.to],)
    if path.suffix.lower() not in expected:
        raise RequestError(
            f"--output {path}: found the suffix {path.suffix!r}; expected"
            f" {' or '.join(expected)} with --to {options.to}"
        )


def _write(options: argparse.Namespace, path: Path, plan: Plan, examples: Examples) -> list[str]:
    """Write the file, and return what should be known of it."""
    relative_to = path.parent if options.relative else None
    if options.to == "manifest":
        number = write_manifest(path, examples, relative_to=relative_to)
        return [f"{path}: {number:,} images with their labels"]
    conversations = conversations_of(
        plan,
        examples,
        ask=options.ask,
        level=options.level,
        seed=options.seed,
        relative_to=relative_to,
    )
    number = write_conversations(path, conversations, form=options.to)
    right_of = Subsets(plan, examples).right_of
    asked = right_of if options.level is None else right_of[[options.level]]
    num_asked = int((asked >= 0).any(axis=0).sum())
    notes = [f"{path}: {number:,} conversations about {num_asked:,} images"]
    if num_left := len(examples) - num_asked:
        notes.append(f"{num_left:,} images are of nodes that none of the questions leads to")
    return [*notes, _WARNING] if options.to == "llama-factory" else notes
