from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_cases import (
    HOSTILE,
    animals,
    draw_pictures,
    evaluation,
    examples,
    is_exact,
    named,
    walk,
)

from hiercls.data import Example
from hiercls.errors import RequestError
from hiercls.evaluate import Comparison, Difference, Evaluation, Scored
from hiercls.images import printable
from hiercls.prediction import Prediction
from hiercls.report import write_page
from hiercls.report.gallery import choose
from hiercls.report.heatmaps import heatmaps
from hiercls.report.judgement import Judgement, Outcome, judge
from hiercls.report.payload import PARTS, Payload, script_json
from hiercls.taxonomy import Taxonomy

HOSTILE_FILES = (*HOSTILE, "caf\udce9.jpg", "two\nlines \0.jpg")
ASSETS = resources.files("hiercls.report") / "assets"


class Parsed(HTMLParser):
    """A page's elements with their attributes, and the text of each script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self.words: list[str] = []
        self._script: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag == "script":
            self._script = dict(attributes).get("id") or "program"

    def handle_data(self, text: str) -> None:
        if self._script is None:
            self.words.append(text)
        else:
            self.scripts[self._script] = self.scripts.get(self._script, "") + text

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._script = None

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.scripts["data"])


def page_of(taxonomy: Taxonomy, scored: list[Scored], folder: Path, **settings: Any) -> str:
    path = folder / "page.html"
    write_page(path, evaluation(taxonomy, scored), scored, taxonomy, **settings)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Parsed:
    folder = tmp_path_factory.mktemp("page")
    scored = draw_pictures(examples(animals(), 60), folder)
    return Parsed(page_of(animals(), scored, folder))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Parsed:
    taxonomy = named(HOSTILE)
    scored = []
    for index, text in enumerate(HOSTILE_FILES * 8):
        truth = taxonomy.leaves[(index * 5) % len(taxonomy.leaves)]
        prediction = walk(taxonomy, truth, text, seed=index)
        if index % 9 == 8:
            prediction = Prediction.failed(text, f"{text}: {text}")
        scored.append(Scored(Example(text, truth, f"{text}{index}"), prediction))
    return Parsed(page_of(taxonomy, scored, tmp_path_factory.mktemp("page"), title=HOSTILE[0]))


@pytest.mark.slow
def test_the_page_loads_nothing(page: Parsed) -> None:
    for _, attributes in page.elements:
        for key in {"src", "href", "srcset", "action", "data", "poster"} & set(attributes):
            assert (attributes[key] or "").startswith(("#", "data:"))
    style = "".join((ASSETS / "page.css").read_text())
    assert "url(" not in style and "@import" not in style


@pytest.mark.slow
def test_a_browser_may_run_the_page_s_own_program_alone(page: Parsed) -> None:
    [policy] = [a["content"] for _, a in page.elements if "http-equiv" in a]
    digest = hashlib.sha256(page.scripts["program"].encode()).digest()
    assert f"script-src 'sha256-{base64.b64encode(digest).decode()}';" in policy
    assert policy.startswith("default-src 'none';")
    assert not [a for _, a in page.elements for key in a if key.startswith("on")]


def test_the_program_makes_no_markup_of_text() -> None:
    for file in ASSETS.iterdir():
        if file.name.endswith(".js"):
            source = file.read_text()
            for word in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval("):
                assert word not in source


@pytest.mark.slow
def test_hostile_names_are_only_text(page: Parsed, hostile: Parsed) -> None:
    count = Counter(tag for tag, _ in hostile.elements)
    assert set(count) <= {tag for tag, _ in page.elements} | {"image", "use", "defs"}
    assert count["script"] == 3 and count["img"] == 0 and count["title"] == 1
    assert not [a for _, a in hostile.elements for key in a if key.startswith("on")]
    assert {printable(text) for text in HOSTILE} <= set(hostile.data["names"])
    images = {picture[0] for picture in hostile.data["pictures"]}
    assert all(f"{printable(text)}{i}" in images for i, text in enumerate(HOSTILE_FILES * 8))


@pytest.mark.slow
def test_hostile_names_are_shown_as_they_are(hostile: Parsed) -> None:
    words = "".join(hostile.words)
    assert HOSTILE[0] in words  # the heading
    assert "\u202e" not in words and "\\u202e" in words  # what turns a line round is spelt out
    plotted = [word for word in hostile.words if word.endswith("…")]
    assert any(word.startswith("$\\frac") for word in plotted)


def test_every_id_on_the_page_is_unique(page: Parsed, hostile: Parsed) -> None:
    for parsed in (page, hostile):
        ids = [attributes["id"] for _, attributes in parsed.elements if "id" in attributes]
        assert len(ids) == len(set(ids)) > 20


@pytest.mark.slow
def test_the_same_evaluation_is_the_same_page(tmp_path: Path) -> None:
    scored = examples(animals(), 20)
    assert page_of(animals(), scored, tmp_path) == page_of(animals(), scored, tmp_path)


def test_every_plot_stands_on_the_page_with_its_numbers(page: Parsed) -> None:
    words = " ".join(page.words)
    for title in ("Accuracy by level", "Reliability", "Risk and coverage", "Operating curve"):
        assert title in words
    assert "Cost" in words and "Confusion below" in words
    tags = Counter(tag for tag, _ in page.elements)
    assert tags["figure"] == tags["figcaption"] == tags["svg"] >= 6
    assert words.count("Numbers") == tags["figure"]


def test_a_row_of_confusions_is_of_the_pictures_that_came_that_far() -> None:
    answers = ["pet dog pug", "pet dog husky", "pet dog husky", "pet dog husky", "wild wolf"]
    scored = [
        Scored(Example(str(i), "husky"), Prediction(str(i), tuple(a.split()), tuple(a.split())))
        for i, a in enumerate(answers)
    ]
    below_dog, below_root = heatmaps(evaluation(animals(), scored), animals())
    shown = [re.findall(r">(\d+)</text>", plot.svg) for plot in (below_root, below_dog)]
    assert shown == [["80", "20"], ["75", "25"]]  # not 60 of 100, as one left at the root


def test_an_evaluation_without_probabilities_has_a_page(tmp_path: Path) -> None:
    taxonomy = animals()
    scored = [
        Scored(one.example, Prediction(one.prediction.image, one.prediction.path,
                                       one.prediction.names))
        for one in examples(taxonomy, 10, failing=100)
    ]  # fmt: skip
    parsed = Parsed(page_of(taxonomy, scored, tmp_path))
    assert {picture[5] for picture in parsed.data["pictures"]} == {-1}
    assert "Reliability" not in " ".join(parsed.words)


def test_an_evaluation_with_the_bare_minimum_has_a_page(tmp_path: Path) -> None:
    bare = Evaluation("t", "0" * 64, 0, {}, {"new_score": None}, (), (), {})
    write_page(tmp_path / "page.html", bare, [], animals())
    words = " ".join(Parsed((tmp_path / "page.html").read_text(encoding="utf-8")).words)
    assert "Nothing to plot." in words and "New score" in words


@pytest.mark.slow
def test_other_runs_stand_beside_this_one(tmp_path: Path) -> None:
    scored = examples(animals(), 40)
    difference = Difference(this=0.5, other=0.625, interval=(-0.25, 0.0))
    second = Difference(this=0.75, other=0.5, interval=(0.125, 0.375))
    other = Comparison(HOSTILE[0], 38, 3, 8, 0.227, {"leaf_accuracy": difference}, {2: second})
    flat = {"leaf_accuracy": 0.4321}
    found = replace(evaluation(animals(), scored), against=other, baselines={"flat": flat})
    write_page(tmp_path / "page.html", found, scored, animals())
    words = "".join(Parsed((tmp_path / "page.html").read_text(encoding="utf-8")).words)
    words = words.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "For comparison, one flat question over all classes: 43.2 % exactly right." in words
    assert f"Against {HOSTILE[0]}, over 38 pictures" in words
    assert "only the other on 8; so uneven a split may be luck (p = 0.23" in words
    assert "50.0 %62.5 %-12.5 %-25.0 % to 0.0 %" in words
    assert "Accuracy at level 275.0 %50.0 %25.0 %12.5 % to 37.5 %" in words


@pytest.mark.slow
def test_pictures_that_are_not_there_have_no_copy(tmp_path: Path) -> None:
    parsed = Parsed(page_of(animals(), examples(animals(), 30), tmp_path))
    assert json.loads(parsed.scripts["thumbnails"]) == [None] * 30
    assert "30 pictures are not there or cannot be read." in " ".join(parsed.words)


def test_a_missing_matplotlib_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scored = examples(animals(), 5)
    found = evaluation(animals(), scored)
    for module in [name for name in sys.modules if name.startswith("matplotlib")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(RequestError, match="plots need matplotlib, which is not") as caught:
        write_page(tmp_path / "page.html", found, scored, animals())
    assert caught.value.hint == "pip install 'hiercls[report]'"
    assert not (tmp_path / "page.html").exists()


@pytest.mark.slow
def test_a_page_that_cannot_be_written_is_a_wrong_request(tmp_path: Path) -> None:
    scored = examples(animals(), 5)
    with pytest.raises(RequestError, match=r"no/page\.html: cannot be written: No such file"):
        write_page(tmp_path / "no/page.html", evaluation(animals(), scored), scored, animals())


def shade(colours: dict[str, str], name: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colours[name][at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_by_day_and_by_night(scheme: str) -> None:
    style = (ASSETS / "page.css").read_text()
    light, dark = (dict(re.findall(r"--([\w-]+): (#\w{6})", part)) for part in
                   re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2])  # fmt: skip
    colours = light if scheme == "light" else {**light, **dark}
    pairs = [(text, ground) for text in ("ink", "muted", "accent", "second")
             for ground in ("background", "surface")]  # fmt: skip
    for text, ground in [*pairs, ("accent", "accent-soft"), ("second", "second-soft")]:
        low, high = sorted((shade(colours, text), shade(colours, ground)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground)


# Judgements


@pytest.mark.parametrize(
    ("truth", "path", "outcome", "wrong_at"),
    [
        ("husky", ("pet", "dog", "husky"), Outcome.RIGHT, None),
        ("husky", ("pet", "dog", "pug"), Outcome.WRONG, 2),
        ("husky", ("wild", "wolf"), Outcome.WRONG, 0),
        ("husky", ("pet", "dog"), Outcome.GENERAL, None),
        ("husky", (), Outcome.GENERAL, None),
        ("dog", ("pet", "dog", "pug"), Outcome.SPECIFIC, 2),
        ("wolfdog", ("wild", "wolfdog"), Outcome.RIGHT, None),
        ("wolfdog", ("wild",), Outcome.GENERAL, None),
        ("animal", (), Outcome.RIGHT, None),
    ],
)
def test_an_answer_is_judged_by_where_it_leaves_the_way_to_the_truth(
    truth: str, path: tuple[str, ...], outcome: Outcome, wrong_at: int | None
) -> None:
    judgement = judge(animals(), truth, Prediction("a.jpg", path, path))
    assert (judgement.outcome, judgement.wrong_at) == (outcome, wrong_at)
    assert judgement.answer == (path[-1] if path else "animal")


def test_what_failed_is_not_judged() -> None:
    judgement = judge(animals(), "husky", Prediction.failed("a.jpg", "gone"))
    assert judgement == Judgement(Outcome.UNSCORED)


# What the page's program works on


def payload_of(scored: list[Scored]) -> dict[str, Any]:
    payload = Payload(animals())
    for one in scored:
        judgement = judge(animals(), one.example.node, one.prediction)
        payload.count(one, judgement)
        payload.add(one, judgement)
    return payload.to_dict(evaluation(animals(), scored))


nodes = st.sampled_from(list(animals()))
paths = nodes.flatmap(lambda node: st.sampled_from(list(animals().paths(node))))


@pytest.mark.slow
@given(nodes, paths)
def test_the_true_path_goes_with_the_answer_for_as_long_as_any(
    truth: str, path: tuple[str, ...]
) -> None:
    def shared(way: tuple[str, ...]) -> int:
        pairs = zip(way, path[1:], strict=False)
        return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(way), len(path) - 1))

    scored = [Scored(Example("a.jpg", truth), Prediction("a.jpg", path[1:], path[1:]))]
    data = payload_of(scored)
    found = tuple(data["ids"][node] for node in data["paths"][data["pictures"][0][4]])
    assert ("animal", *found) in set(animals().paths(truth))
    assert shared(found) == max(shared(way[1:]) for way in animals().paths(truth))


def test_the_tree_counts_what_a_slow_count_counts() -> None:
    scored = examples(animals(), 200)
    data = payload_of(scored)
    for index, node in enumerate(data["ids"]):
        inside = {node, *animals().descendants(node)}
        known = [one for one in scored if one.prediction.error is None]
        seen = [one for one in known if one.example.node in inside]
        here = [one for one in known if one.prediction.path[-1] in inside]
        both = [one for one in seen if one in here]
        right = [one for one in seen if is_exact(one)]
        expected = [len(seen), len(both), len(right), len(here) - len(both)]
        assert (data["tallies"][index] or [0, 0, 0, 0]) == expected


def test_a_question_names_every_option_that_matters() -> None:
    scored = examples(animals(), 60, failing=1000)
    data = payload_of(scored)
    for one, picture in zip(scored, data["pictures"], strict=True):
        assert len(picture[7]) == len(one.prediction.steps)
        for step, [which, *numbers] in zip(one.prediction.steps, picture[7], strict=True):
            place, text, options = data["questions"][which]
            assert data["ids"][place] == step.node and text.endswith("?")
            assert [data["ids"][option] for option in options] == list(step.options)
            shown = dict(zip(numbers[::2], numbers[1::2], strict=True))
            assert list(shown.values()) == sorted(shown.values(), reverse=True)
            for option, probability in enumerate(step.probabilities):
                if option in shown:
                    assert shown[option] == pytest.approx(PARTS * probability, abs=0.5)
                else:
                    assert probability < 0.0005


@given(st.text() | st.sampled_from(HOSTILE))
def test_json_in_a_script_is_read_back_and_cannot_end_it(text: str) -> None:
    written = script_json({text: [text]})
    assert "<" not in written and written.isascii()
    assert json.loads(written) == {text: [text]}


def test_of_too_many_pictures_the_mistakes_are_listed() -> None:
    judged = [Judgement(Outcome.WRONG if i % 7 == 3 else Outcome.RIGHT) for i in range(1000)]
    mistakes = {i for i in range(1000) if i % 7 == 3}
    assert choose(judged, 1000) == tuple(range(1000))
    some = choose(judged, 300)
    assert len(some) == 300 and mistakes < set(some) and list(some) == sorted(set(some))
    few = choose(judged, 50)
    assert len(few) == 50 and set(few) < mistakes and few[-1] > 900
