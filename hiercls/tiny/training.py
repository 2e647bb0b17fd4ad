"""How the bundled model is made: `flags` draws, `scenes` shows, and it learns from nothing."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from PIL import Image

from hiercls.model.maker import CheckpointShape
from hiercls.model.pretraining import PretrainingSettings, pretrain
from hiercls.plan import Plan
from hiercls.questions import PromptFormat
from hiercls.taxonomy import Taxonomy
from hiercls.tiny.flags import CODES, RATIOS, draw
from hiercls.tiny.palettes import PALETTES
from hiercls.tiny.scenes import scene

_DRAWN_WIDTH = 176  # pixels

SHAPE = CheckpointShape(
    text_hidden=128,
    text_intermediate=256,
    text_layers=6,
    text_heads=4,
    text_kv_heads=2,
    head_dim=32,
    linear_heads=2,
    linear_head_dim=64,
    full_attention_interval=2,
    vision_hidden=128,
    vision_intermediate=256,
    vision_layers=6,
    vision_heads=4,
    insert_layer_id=0,
    patch_size=8,
    scale_resolution=128,
    image_size=128,
)

PROMPT_FORMAT = PromptFormat(
    descriptions=False,
    instruction="Answer with the letter.",
    open_instruction="Answer with the name.",
)


def flag_picture(rng: random.Random) -> tuple[Image.Image, str]:
    """A picture of some flag as some other person might show it, and the flag's code."""
    code = rng.choice(CODES)
    return _picture_of(code, rng), code


def _picture_of(code: str, rng: random.Random) -> Image.Image:
    ratio = _ratio(code, rng)
    palette = rng.choice(list(PALETTES))
    drawn = draw(code, _DRAWN_WIDTH, round(_DRAWN_WIDTH / ratio), palette=palette, rng=rng)
    return scene(drawn, rng)


def _ratio(code: str, rng: random.Random) -> float:
    """The lawful ratio now and then; icon sets force their own on every flag."""
    choices = (RATIOS[code], 3 / 2, 4 / 3, 1.0, 2.0, rng.uniform(1, 2))
    return rng.choices(choices, (0.3, 0.2, 0.2, 0.12, 0.06, 0.12))[0]


def train_tiny(
    folder: Path,
    settings: PretrainingSettings = PretrainingSettings(),
    *,
    start: Path | None = None,
) -> Path:
    """Train the bundled model into a folder; the same settings give the same weights.

    Args:
        folder: Of the checkpoint.
        settings: Of the training.
        start: A checkpoint of an earlier training to go on from.
    """
    return pretrain(
        folder,
        Plan(Taxonomy.load("flags")),
        flag_picture,
        shape=SHAPE,
        prompt_format=PROMPT_FORMAT,
        settings=settings,
        start=start,
    )


def draw_pictures(folder: Path, count: int, *, seed: int) -> None:
    """Write pictures such as the model is trained on, with a labels.csv of `path,label`.

    Args:
        folder: Made if needed.
        count: How many; the flags come in turn.
        seed: Picture number i of a seed is always the same.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["path", "label"])
        for number in range(count):
            code = CODES[number % len(CODES)]
            picture = _picture_of(code, random.Random(f"{seed}/{number}"))
            name = f"{number:06d}-{code}.png"
            picture.save(folder / name)
            table.writerow([name, code])
