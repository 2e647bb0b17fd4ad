"""Make a MiniCPM-V checkpoint of random weights, for timings and tests with no download.

    python benchmarks/make_checkpoint.py DIR --size full     # 1300.66 million parameters, bf16

`Cascade.load(model=DIR)` and plain transformers both open it.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch

from hiercls.model.maker import ARCHITECTURES, FULL_SIZE, CheckpointShape, make_checkpoint
from hiercls.plan import Plan
from hiercls.questions import render
from hiercls.taxonomy import Taxonomy

SIZES = {"full": (FULL_SIZE, torch.bfloat16), "small": (CheckpointShape(), torch.float32)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--architecture", choices=ARCHITECTURES, default=ARCHITECTURES[0])
    parser.add_argument("--taxonomy", default="flags", help="its words become tokens")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    shape, dtype = SIZES[given.size]
    plan = Plan(Taxonomy.load(given.taxonomy))
    texts = [render(plan.question(node)) for node in plan.nodes]
    begun = time.monotonic()
    make_checkpoint(
        given.folder,
        texts,
        architecture=given.architecture,
        shape=shape,
        dtype=dtype,
        seed=given.seed,
    )
    print(f"{given.folder}: made in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
