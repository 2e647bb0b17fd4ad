"""`hiercls adapters`: look at adapters, merge one, and hand them on."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from hiercls.cli.output import open_results
from hiercls.cli.terminal import loading
from hiercls.config import ModelSettings
from hiercls.model.adapters.choice import find_adapters
from hiercls.model.adapters.manifest import CALIBRATION_FILE, Manifest, read_manifest


def run(options: argparse.Namespace) -> int:
    """Run the action that is asked for."""
    match options.action:
        case "show":
            line = _show(options)
        case "merge":
            line = _merge(options)
        case "export":
            line = _export(options)
        case _:
            line = _push(options)
    with open_results(None) as results:
        results.write(line)
    return 0


def _show(options: argparse.Namespace) -> str:
    folder = find_adapters(options.adapters)
    manifest = read_manifest(folder)
    if options.format == "json":
        return json.dumps(asdict(manifest), indent=1, ensure_ascii=False)
    return description(manifest, has_calibration=(folder / CALIBRATION_FILE).is_file())


def _merge(options: argparse.Namespace) -> str:
    from hiercls.model.adapters.merging import merge_level  # torch only where it is needed

    settings = ModelSettings(device=options.device, dtype=options.dtype)
    with loading(options.model):
        folder = merge_level(
            options.adapters,
            options.level - 1,
            Path(options.out),
            model=options.model,
            settings=settings,
        )
    return f"{folder} answers the questions of level {options.level}: --model {folder}"


def _export(options: argparse.Namespace) -> str:
    from hiercls.model.adapters.sharing import export_adapters

    export_adapters(options.adapters, Path(options.out))
    return f"{options.out} holds all that is needed: --adapters {options.out}"


def _push(options: argparse.Namespace) -> str:
    from huggingface_hub import HfApi

    from hiercls.model.adapters.sharing import push_adapters

    push_adapters(options.adapters, options.repository, hub=HfApi(), private=options.private)
    return f"{options.repository} holds them: --adapters {options.repository}"


def description(manifest: Manifest, *, has_calibration: bool) -> str:
    """Return what adapters are and how good, for people."""
    on = {"suffix": "while a question is read", "full": "from the first token of the prompt"}
    settings = manifest.plan_settings
    lines = [
        f"adapters for {manifest.taxonomy}, {len(manifest.questions):,} questions on"
        f" {manifest.num_levels} levels (--max-options {settings.max_options} --merge"
        f" {settings.merge}{' --none-of-these' if settings.none_of_these else ''})",
        f"model {manifest.model}; on {on[manifest.activation]}",
    ]
    lines += [f"{name} {value[:12]}" for name, value in manifest.hashes.items()]
    lines += ["", f"{'':10} {'rank':>5} {'images':>8} {'asked':>8} {'before':>8} {'after':>8}"]
    for name, own in manifest.levels.items():
        lines.append(
            f"{name.replace('-', ' '):10} {own.rank:5} {own.num_examples:8,}"
            f" {own.num_validated:8,} {own.accuracy_before:8.1%} {own.accuracy:8.1%}"
        )
    if manifest.shared is not None:
        lines.append("what lies before the language model is adapted too, for all levels")
    lines.append("with a calibration" if has_calibration else "without a calibration")
    return "\n".join(lines)
