from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console, RenderableType

from hiercls.cli.demo import NEXT_STEPS, card, half_blocks
from hiercls.cli.parser import make_parser
from hiercls.prediction import Candidate, Prediction, Step
from hiercls.taxonomy import Taxonomy

FLAGS = Taxonomy.from_dict(
    {
        "name": "flag",
        "children": [
            {"name": "plain", "children": [{"name": "Japan", "id": "jp"}, {"name": "Palau"}]},
            {"name": "striped"},
        ],
    }
)
JAPAN = Prediction(
    "jp.png",
    ("plain", "jp"),
    ("plain", "Japan"),
    "jp",
    0.855,
    (Step("flag", ("plain", "striped"), (0.95, 0.05)), Step("plain", ("jp", "palau"), (0.9, 0.1))),
    (Candidate("jp", 0.855), Candidate("palau", 0.095), Candidate("striped", 0.001)),
)


def printed(drawing: RenderableType, *, colours: bool = False) -> str:
    console = Console(
        file=io.StringIO(),
        width=100,
        force_terminal=colours,
        color_system="truecolor" if colours else None,
    )
    console.print(drawing)
    return console.file.getvalue()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    image = Image.new("RGB", (60, 40), (255, 255, 255))
    image.paste((188, 0, 45), (20, 10, 40, 30))
    image.save(tmp_path / "jp.png")
    return tmp_path / "jp.png"


def test_without_colours_a_card_is_text_alone(picture: Path) -> None:
    lines = printed(card(picture, JAPAN, FLAGS, has_colour=False)).splitlines()
    assert [line.rstrip() for line in lines] == [
        "jp.png",
        "plain                            ━━━━━━━━━━━━━━━━━━━─ 95.0%",
        "  Japan                          ━━━━━━━━━━━━━━━━━━── 90.0%",
        "                                         all together 85.5%",
        "or Palau 9.5%",
        "",
    ]


def test_with_colours_the_picture_stands_beside_its_path(picture: Path) -> None:
    text = printed(card(picture, JAPAN, FLAGS, has_colour=True), colours=True)
    assert "38;2;188;0;45" in text
    first, *_ = text.splitlines()
    assert "▀" in first
    assert "jp.png" in first


def test_a_picture_that_failed_says_so(picture: Path) -> None:
    failed = Prediction.failed("jp.png", "jp.png: damaged PNG file: truncated")
    assert "damaged PNG file" in printed(card(picture, failed, FLAGS, has_colour=False))


@pytest.mark.parametrize("size", [(60, 40), (40, 60), (1, 5000), (5000, 1), (1, 1)])
def test_a_picture_in_half_blocks_keeps_its_shape_and_its_colours(size: tuple[int, int]) -> None:
    image = Image.new("RGB", size, (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, size[0], size[1] // 2))
    lines = half_blocks(image, 24, 8).plain.split("\n")
    assert 1 <= len(lines) <= 8
    assert {len(line) for line in lines} == {len(lines[0])}
    assert 1 <= len(lines[0]) <= 24
    if size == (60, 40):
        assert (len(lines[0]), len(lines)) == (24, 8)
        spans = half_blocks(image, 24, 8).spans
        assert "#ff0000 on #ff0000" in str(spans[0].style)
        assert "#0000ff on #0000ff" in str(spans[-1].style)


def test_the_next_steps_are_commands_that_exist() -> None:
    commands = [line.split()[1:] for line in NEXT_STEPS.splitlines() if line.startswith("  ")]
    assert len(commands) == 2
    for command in commands:
        assert make_parser().parse_args(command).command == "classify"
