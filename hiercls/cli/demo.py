"""`hiercls demo`: the bundled model on the bundled pictures, for people to look at."""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image
from rich.color import Color
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.table import Column, Table
from rich.text import Text

from hiercls import tiny
from hiercls.cascade import Cascade
from hiercls.cli.formats import other_nodes, percent, step_probability
from hiercls.cli.output import open_results
from hiercls.cli.terminal import loading, stdout_console
from hiercls.images import open_image
from hiercls.prediction import Prediction
from hiercls.taxonomy import Taxonomy

PICTURES = Path(tiny.__file__).parent / "pictures"
NEXT_STEPS = """\
Your own picture of a flag:
  hiercls classify --taxonomy flags --model tiny YOUR.png

Your own labels, any picture, with MiniCPM-V 4.6 (2.6 GB, downloaded once):
  hiercls classify --taxonomy YOUR.yaml --model openbmb/MiniCPM-V-4.6 YOUR.jpg
"""

_PICTURE_COLUMNS, _PICTURE_ROWS = 22, 7
_NAME_COLUMNS = 32
_BAR_COLUMNS = 20


def run(options: argparse.Namespace) -> int:
    """Classify the bundled pictures and show each with its path."""
    with loading("the bundled model"):
        cascade = Cascade.load("flags", model="tiny")
    console = stdout_console()
    pictures = sorted(PICTURES.glob("*.png"))
    num_failed = 0
    with open_results(None, console) as results:
        for picture, prediction in zip(pictures, cascade.predict_batch(pictures), strict=True):
            answer = card(picture, prediction, cascade.taxonomy, has_colour=sees_colour(console))
            results.write(answer)
            num_failed += prediction.error is not None
        results.write(NEXT_STEPS)
    return 1 if num_failed else 0


def sees_colour(console: Console | None) -> bool:
    """Return whether a picture can be drawn on a console: 16 colours are too few."""
    return console is not None and console.color_system in ("256", "truecolor")


def card(
    picture: Path, prediction: Prediction, taxonomy: Taxonomy, *, has_colour: bool
) -> RenderableType:
    """Return a picture beside what it was taken for, or only that where there is no colour."""
    answer = Group(Text(picture.name, style="bold"), *_answer(prediction, taxonomy))
    below = (0, 0, 1, 0)
    if not has_colour:
        return Padding(answer, below, expand=False)
    sides = Table.grid(Column(min_width=_PICTURE_COLUMNS), Column(), padding=(0, 2))
    sides.add_row(half_blocks(open_image(picture), _PICTURE_COLUMNS, _PICTURE_ROWS), answer)
    return Padding(sides, below, expand=False)


def _answer(prediction: Prediction, taxonomy: Taxonomy) -> list[RenderableType]:
    if prediction.error is not None:
        return [Text(prediction.error, style="red")]
    levels = Table.grid(
        Column(min_width=_NAME_COLUMNS), Column(), Column(justify="right"), padding=(0, 1)
    )
    for depth, (node, name) in enumerate(zip(prediction.path, prediction.names, strict=True)):
        probability = step_probability(prediction, node)
        style = "bold green" if node == prediction.leaf else ""
        levels.add_row(
            Text("  " * depth + name, style=style), _bar(probability), percent(probability)
        )
    levels.add_row("", Text("all together", justify="right"), percent(prediction.probability))
    return [levels, other_nodes(prediction, taxonomy)]


def _bar(probability: float | None) -> Text:
    filled = round(_BAR_COLUMNS * (probability or 0))
    return Text("━" * filled, style="green").append("─" * (_BAR_COLUMNS - filled), style="dim")


def half_blocks(image: Image.Image, columns: int, rows: int) -> Text:
    """Return a picture as text, two pixels a character: the block's colour and the ground's."""
    scale = min(columns / image.width, 2 * rows / image.height)
    width = max(1, round(image.width * scale))
    height = max(1, round(image.height * scale / 2)) * 2
    small = image.resize((width, height), Image.Resampling.BOX)
    text = Text()
    for row in range(0, height, 2):
        for column in range(width):
            upper, lower = (
                Color.from_rgb(*small.getpixel((column, row + below)))  # type: ignore[misc]
                for below in (0, 1)
            )
            text.append("▀", Style(color=upper, bgcolor=lower))
        text.append("\n" if row < height - 2 else "")
    return text
