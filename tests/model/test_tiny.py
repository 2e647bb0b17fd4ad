"""The bundled model, on flags that it was not trained on."""

from __future__ import annotations

import json
import random
import re
import warnings
from pathlib import Path

import pytest
from PIL import Image

from hiercls.cascade import Cascade
from hiercls.cli.main import main
from hiercls.errors import HierclsWarning
from hiercls.prediction import Prediction
from hiercls.taxonomy import Taxonomy
from hiercls.tiny.flags import CODES, RATIOS, draw
from hiercls.tiny.training import draw_pictures

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cascade() -> Cascade:
    with warnings.catch_warnings():
        warnings.simplefilter("error", HierclsWarning)  # it was trained on these very questions
        return Cascade.load("flags", model="tiny")


def flat(code: str, *, seed: int = 0) -> Image.Image:
    rng = random.Random(f"{code}/{seed}")
    return draw(code, 150, round(150 / RATIOS[code]), rng=rng)


def share(found: list[Prediction], level: int) -> float:
    """Share of the predictions that are right at a level, given in the order of CODES."""
    flags = Taxonomy.load("flags")
    pairs = zip(CODES * (len(found) // len(CODES)), found, strict=True)
    right = [p.path[level] == flags.path(code)[1:][level] for code, p in pairs]
    return sum(right) / len(right)


def test_it_tells_flat_flags_apart(cascade: Cascade) -> None:
    found = list(cascade.predict_batch([flat(code) for code in CODES]))
    assert share(found, 0) >= 0.99
    assert share(found, -1) >= 0.95


def test_it_tells_flags_apart_as_people_show_them(cascade: Cascade, tmp_path: Path) -> None:
    draw_pictures(tmp_path, 2 * len(CODES), seed=99)
    found = list(cascade.predict_batch(sorted(tmp_path.glob("*.png"))))
    assert share(found, 0) >= 0.93
    assert share(found, -1) >= 0.85


def test_it_names_flags_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw_pictures(tmp_path, len(CODES), seed=98)
    asked = ["--taxonomy", "flags", "--model", "tiny", "--answer", "name", "--format", "jsonl"]
    assert main(["classify", str(tmp_path), *asked, "--label-mass"]) == 0
    out, err = capsys.readouterr()
    assert share([Prediction.from_json(line) for line in out.splitlines()], -1) >= 0.7
    assert re.search(r"label mass 0\.\d+ in the mean and \S+ at least, over \d+ questions", err)


def test_it_is_asked_for_all_flags_at_once_in_rounds_and_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draw_pictures(tmp_path, 40, seed=97)
    asked = ["--taxonomy", "flags", "--model", "tiny", "--data", str(tmp_path / "labels.csv")]
    assert main(["evaluate", *asked, "--flat", "--format", "json", "--bootstrap", "0"]) == 0
    baselines = json.loads(capsys.readouterr().out)["baselines"]
    for kind in ("flat", "by name"):
        assert 0.15 < baselines[kind]["leaf_accuracy"] < 0.6  # it never learned to be asked so


def test_both_orders_are_estimated_with_its_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["taxonomy", "plan", "flags", "--model", "tiny", "--max-options", "16"]
    assert main(asked) == 0
    assert "orders, at 21 tokens an image" in (text := capsys.readouterr().out)
    assert "question first, from 13 images on" in text
    assert main([*asked, "--format", "json"]) == 0
    orders = json.loads(capsys.readouterr().out)["settings"][0]["orders"]
    assert orders["cheaper"] == "question"
    assert orders["question_first"] < orders["image_first"]


def test_it_doubts_between_romania_and_chad(cascade: Cascade) -> None:
    pictures = [flat(code, seed=seed) for code in ("ro", "td") for seed in range(10)]
    for prediction in cascade.predict_batch(pictures):
        known = {candidate.leaf: candidate.probability for candidate in prediction.top}
        assert known["ro"] + known["td"] > 0.8
        assert min(known["ro"], known["td"]) > 0.001


def test_it_says_that_it_knows_flags_only() -> None:
    pets = Taxonomy.from_dict({"name": "pets", "children": [{"name": "cat"}, {"name": "dog"}]})
    with pytest.warns(HierclsWarning, match="tiny was trained on other questions alone"):
        Cascade.load(pets, model="tiny")


def test_pictures_are_drawn_with_their_labels(tmp_path: Path) -> None:
    draw_pictures(tmp_path / "one", 5, seed=3)
    draw_pictures(tmp_path / "two", 5, seed=3)
    lines = (tmp_path / "one" / "labels.csv").read_text().splitlines()
    assert lines[0] == "path,label"
    for line, code in zip(lines[1:], CODES, strict=False):
        name, label = line.split(",")
        assert label == code
        first, second = ((tmp_path / own / name).read_bytes() for own in ("one", "two"))
        assert first == second


def test_noise_ends_at_the_root_with_a_reason_where_a_rule_asks_for_certainty(
    cascade: Cascade,
) -> None:
    noise = Image.frombytes("RGB", (96, 64), random.Random(0).randbytes(96 * 64 * 3))
    careful = Cascade(cascade.taxonomy, cascade.model, stop="threshold:0.8")
    for picture in (noise, noise.convert("L").convert("RGB"), Image.new("RGB", (96, 64), "gray")):
        found = careful.predict(picture)
        assert (found.path, found.leaf) == ((), None)
        assert found.stopped and found.stopped.endswith("0.80 is asked")
