from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiercls.cli.formats import CSV_COLUMNS, Table, csv_lines, json_lines
from hiercls.prediction import Candidate, NodeProbability, Prediction, Step
from hiercls.taxonomy import Taxonomy

ROMANIA = Prediction(
    "flags/ro.png",
    path=("vertical", "ro"),
    names=("vertical stripes", "Romania"),
    leaf="ro",
    probability=0.614,
    steps=(
        Step("flag", ("vertical", "horizontal"), (0.998, 0.002)),
        Step("vertical", ("ro", "td", "ad"), (0.615, 0.379, 0.006)),
    ),
    top=(Candidate("ro", 0.614), Candidate("td", 0.378), Candidate("ad", 0.006)),
)
BROKEN = Prediction.failed("flags/broken.png", "flags/broken.png: damaged PNG file: truncated")
FLAGS = Taxonomy.from_dict(
    {
        "name": "flag",
        "children": [
            {
                "name": "vertical stripes",
                "children": [
                    {"name": "Romania", "id": "ro"},
                    {"name": "Chad", "id": "td"},
                    {"name": "Andorra", "id": "ad"},
                ],
            },
            {"name": "horizontal stripes"},
        ],
    }
)


def table(*predictions: Prediction, width: int | None = None) -> list[str]:
    images = [prediction.image for prediction in predictions]
    rows = Table(images, FLAGS, width=width).lines(predictions)
    return "\n".join(row.plain for row in rows).split("\n")


def test_a_row_shows_the_image_how_sure_the_path_and_what_else_it_may_be() -> None:
    assert table(ROMANIA, BROKEN) == [
        "flags/ro.png       61.4%  vertical stripes 99.8% › Romania 61.5%  or Chad 37.8%",
        "flags/broken.png  failed  damaged PNG file: truncated",
    ]


def test_a_narrow_terminal_gets_several_lines() -> None:
    assert table(ROMANIA, width=50) == [
        "flags/ro.png   61.4%  vertical stripes 99.8% ›",
        "                      Romania 61.5%",
        "                      or Chad 37.8%",
    ]


def test_a_long_path_keeps_its_end_on_a_terminal_and_all_of_it_elsewhere() -> None:
    image = "a/very/long/way/down/to/the/picture.png"
    prediction = Prediction(image, ("x",), ("X",), "x", 1.0)
    assert table(prediction, width=60)[0].startswith("…/to/the/picture.png  100.0%")
    assert table(prediction) == [f"{image}  100.0%  X"]


def test_a_node_that_no_question_offered_has_no_probability() -> None:
    skipped = Prediction(
        "a.png", ("only", "x"), ("Only", "X"), "x", 0.9, (Step("only", ("x", "y"), (0.9, 0.1)),)
    )
    assert table(skipped) == ["a.png   90.0%  Only › X 90.0%"]


def test_steps_off_the_path_do_not_speak_for_it() -> None:
    steps = (
        Step("top", ("a", "b"), (0.4, 0.6)),
        Step("b", ("x", "y"), (0.3, 0.7)),
        Step("a", ("x", "z"), (0.9, 0.1)),
    )
    prediction = Prediction("a.png", ("a", "x"), ("A", "X"), "x", 0.54, steps)
    assert table(prediction) == ["a.png   54.0%  A 40.0% › X 90.0%"]


def test_none_of_a_nodes_options_does_not_speak_for_the_node() -> None:
    step = Step("only", ("x", "y", "only"), (0.2, 0.1, 0.7))
    reason = "none of the options at 'Only' fits"
    prediction = Prediction("a.png", ("only",), ("Only",), None, 0.7, (step,), stopped=reason)
    assert table(prediction) == [f"a.png   70.0%  Only (stopped: {reason})"]


def test_a_path_that_ends_at_once_shows_the_root() -> None:
    prediction = Prediction("a.png", probability=1.0, stopped="nothing fits")
    assert table(prediction) == ["a.png  100.0%  flag (stopped: nothing fits)"]


def test_an_answer_set_is_listed() -> None:
    nodes = (NodeProbability("ro", 0.6), NodeProbability("td", 0.35))
    prediction = replace(ROMANIA, path=("vertical",), names=("vertical stripes",), leaf=None)
    row = table(replace(prediction, stopped="so much is needed", nodes=nodes))
    assert row == [
        "flags/ro.png   61.4%  vertical stripes 99.8% (stopped: so much is needed)"
        "  one of Romania 60.0%, Chad 35.0%"
    ]


def test_a_path_that_stopped_says_why() -> None:
    stopped = Prediction("a.png", ("x",), ("X",), None, 0.9, stopped="below 95%")
    assert table(stopped) == ["a.png   90.0%  X (stopped: below 95%)"]


def test_an_unprintable_name_cannot_break_the_table() -> None:
    prediction = Prediction("a\x1b[31m\nb\udcff.png", ("x",), ("X\n",), "x", 1.0)
    assert table(prediction) == ["a\\x1b[31m\\nb\\udcff.png  100.0%  X\\n"]


narrow_texts = st.text("abcdefgh ijk-_/", max_size=8)


@pytest.mark.slow
@given(narrow_texts, st.lists(narrow_texts, max_size=6), st.integers(60, 200))
def test_no_line_of_short_names_is_wider_than_the_terminal(
    image: str, names: list[str], width: int
) -> None:
    path = tuple(str(index) for index in range(len(names)))
    prediction = Prediction(image * 20, path, tuple(names), probability=0.5)
    assert all(len(line) <= width for line in table(prediction, width=width))


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(texts, texts, st.floats(0, 1), st.none() | texts)
def test_csv_reads_back_as_it_was(
    image: str, name: str, probability: float, stopped: str | None
) -> None:
    prediction = Prediction(image, ("x",), (name,), "x", probability, stopped=stopped)
    text = "\n".join(csv_lines([prediction])) + "\n"
    header, row = csv.reader(io.StringIO(text, newline=""))
    assert tuple(header) == CSV_COLUMNS
    assert row == [image, "x", name, repr(probability), name, stopped or "", ""]


def test_csv_of_a_failure_has_no_answer() -> None:
    assert list(csv_lines([BROKEN]))[1] == (
        "flags/broken.png,,,,,,flags/broken.png: damaged PNG file: truncated"
    )


def test_csv_joins_the_names_of_the_path() -> None:
    assert "flags/ro.png,ro,Romania,0.614,vertical stripes/Romania,," in csv_lines([ROMANIA])


def test_json_lines_are_the_predictions() -> None:
    lines = json_lines([ROMANIA, BROKEN])
    assert [Prediction.from_json(line) for line in lines] == [ROMANIA, BROKEN]
