"""Statistics of labelled data as people read them in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hiercls.data.contents import Contents, Copies
from hiercls.data.statistics import DataStatistics
from hiercls.images import printable
from hiercls.plan import Plan

SHOWN = 10
"""So many of a list; JSON has all."""

_NAME_WIDTH = 32


def table(found: DataStatistics, plan: Plan) -> str:
    """Return the counts, then what is wrong, the worst first."""
    blocks = [
        _head(found),
        _classes(found, plan),
        _levels(found, plan),
        _unresolved(found),
        _contents(found.contents) if found.contents is not None else [],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _head(found: DataStatistics) -> list[str]:
    lines = [f"{printable(found.source)}: {found.num_images:,} images of {found.taxonomy}"]
    lines += [
        f"  {printable(split.name):<12}{split.num_images:>9,} images"
        f" of {split.num_classes:,} classes"
        for split in found.splits
    ]
    if found.repeated:
        lines.append(f"  {len(found.repeated):,} rows name an image again and are left out")
    return lines


def _classes(found: DataStatistics, plan: Plan) -> list[str]:
    lines = [f"{'classes':{_NAME_WIDTH}}{'classes':>9}{'images':>9}"]
    for part in found.parts:
        name = f"  {part.name}, {part.means}"
        lines.append(f"{name:{_NAME_WIDTH}}{part.num_classes:>9,}{part.num_images:>9,}")
    lines.append(f"{'  missing, no image':{_NAME_WIDTH}}{len(found.missing):>9,}")
    if found.inner:
        count = sum(found.inner.values())
        lines.append(f"{'  inner nodes':{_NAME_WIDTH}}{len(found.inner):>9,}{count:>9,}")
    if found.imbalance is not None:
        lines.append(f"  the largest has {found.imbalance:.1f} times the images of the smallest")
    if len(found.splits) > 1:
        lines.append("  of all splits together; --split counts one alone")
    seen = {own: number for own, number in found.classes.items() if number}
    ranked = sorted(seen, key=lambda own: -seen[own])
    lines += _some("most", ranked, seen, plan)
    lines += _some("fewest", ranked[::-1], seen, plan)
    if found.missing:
        lines.append(f"  missing: {_listed(_name(own, plan) for own in found.missing)}")
    return lines


def _some(word: str, ranked: Sequence[str], seen: Mapping[str, int], plan: Plan) -> list[str]:
    named = [f"{_name(own, plan)} {seen[own]:,}" for own in ranked]
    return [f"  {word}: {_listed(named)}"] if named else []


def _levels(found: DataStatistics, plan: Plan) -> list[str]:
    head = f"{'level':>7}{'questions':>11}{'images':>9}{'no image':>10}{'fewest':>9}{'most':>9}"
    lines = ["images by the questions they pass", head]
    lines += [
        f"{own.level:>7}{own.num_questions:>11,}{own.num_images:>9,}{own.num_empty:>10,}"
        f"{own.fewest:>9,}{own.most:>9,}"
        for own in found.levels
    ]
    if found.num_unused:
        lines.append(f"  {found.num_unused:,} images pass none: no question leads to their nodes")
    empty = [own for own, number in found.questions.items() if not number]
    if empty:
        lines.append(f"  no image: the questions at {_listed(_name(own, plan) for own in empty)}")
    return lines


def _unresolved(found: DataStatistics) -> list[str]:
    """Return every label that is no node: none may be overlooked."""
    rows = sum(label.num_rows for label in found.unresolved)
    lines = [f"labels that are no nodes: {len(found.unresolved):,}, in {rows:,} rows"]
    return [*lines, *(f"  {label}" for label in found.unresolved)] if found.unresolved else []


def _contents(contents: Contents) -> list[str]:
    lines = [f"images that cannot be read: {len(contents.errors):,}"]
    lines += _first([f"  {printable(error)}" for error in contents.errors.values()])
    leaks = [own for own in contents.copies if len(own.splits) > 1]
    clashes = [own for own in contents.copies if len(own.nodes) > 1]
    kinds = (
        ("pictures in several splits", leaks),
        ("pictures with several labels", clashes),
        ("pictures that are there several times", contents.copies),
    )
    for name, copies in kinds:
        lines.append(f"{name}: {len(copies):,}")
        lines += _first([_copies(own) for own in copies])
    return lines


def _copies(own: Copies) -> str:
    names = " = ".join(printable(example.name) for example in own.examples)
    labels = f" ({', '.join(own.nodes)})" if len(own.nodes) > 1 else ""
    return f"  {names}{labels}{'' if own.is_exact else ', the same pixels'}"


def _first(lines: Sequence[str]) -> list[str]:
    rest = len(lines) - SHOWN
    return [*lines[:SHOWN], *([f"  and {rest:,} more"] if rest > 0 else [])]


def _listed(names: Iterable[str]) -> str:
    known = list(names)
    rest = len(known) - SHOWN
    return ", ".join(known[:SHOWN]) + (f" and {rest:,} more" if rest > 0 else "")


def _name(own: str, plan: Plan) -> str:
    return printable(plan.taxonomy.node(own).name)
