from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiercls.errors import PredictionError
from hiercls.prediction import Candidate, NodeProbability, Prediction, Step

probabilities = st.floats(0, 1)
names = st.text()
# As os.fsdecode makes them from any bytes a file system may hold.
file_names = st.one_of(st.text(), st.binary(max_size=40).map(os.fsdecode))
steps = st.builds(
    lambda node, pairs: Step(node, tuple(p[0] for p in pairs), tuple(p[1] for p in pairs)),
    names,
    st.lists(st.tuples(names, probabilities), max_size=5),
)


@st.composite
def predictions(draw: st.DrawFn) -> Prediction:
    nodes = draw(st.lists(st.tuples(names, names), max_size=4))
    path = tuple(node for node, _ in nodes)
    return Prediction(
        image=draw(file_names),
        path=path,
        names=tuple(name for _, name in nodes),
        leaf=path[-1] if path and draw(st.booleans()) else None,
        probability=draw(st.none() | probabilities),
        steps=tuple(draw(st.lists(steps, max_size=3))),
        top=tuple(draw(st.lists(st.builds(Candidate, names, probabilities), max_size=3))),
        stopped=draw(st.none() | names),
        error=draw(st.none() | names),
        exact=draw(st.none() | st.booleans()),
        questions=draw(st.none() | st.integers(0, 1000)),
        tokens=draw(st.none() | st.integers(0)),
        nodes=tuple(draw(st.lists(st.builds(NodeProbability, names, probabilities), max_size=3))),
    )


HUSKY = Prediction(
    "photo.jpg",
    path=("dog", "husky"),
    names=("Dog", "Husky"),
    leaf="husky",
    probability=0.72,
    steps=(
        Step("animal", ("cat", "dog"), (0.1, 0.9)),
        Step("dog", ("husky", "poodle"), (0.8, 0.2)),
    ),
    top=(Candidate("husky", 0.72), Candidate("poodle", 0.18)),
    exact=True,
    questions=2,
    tokens=61,
    nodes=(NodeProbability("dog", 0.9),),
)

GOLDEN = (
    '{"image": "photo.jpg", "path": ["dog", "husky"], "names": ["Dog", "Husky"],'
    ' "leaf": "husky", "probability": 0.72, "steps": [{"node": "animal",'
    ' "options": ["cat", "dog"], "probabilities": [0.1, 0.9]}, {"node": "dog",'
    ' "options": ["husky", "poodle"], "probabilities": [0.8, 0.2]}],'
    ' "top": [{"leaf": "husky", "probability": 0.72}, {"leaf": "poodle", "probability": 0.18}],'
    ' "stopped": null, "error": null, "exact": true, "questions": 2, "tokens": 61,'
    ' "nodes": [{"node": "dog", "probability": 0.9}]}'
)


@pytest.mark.slow
@given(predictions())
def test_a_prediction_comes_back_from_its_line_exactly(prediction: Prediction) -> None:
    line = prediction.to_json()
    assert Prediction.from_json(line) == prediction
    assert Prediction.from_json(line.encode("utf-8").decode("utf-8") + "\n") == prediction


@pytest.mark.slow
@given(predictions())
def test_a_line_is_one_line_for_every_reader(prediction: Prediction) -> None:
    assert len(prediction.to_json().splitlines()) == 1


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\u2029", "\n", "\r", "\x1c", "\x0b"])
def test_what_some_readers_take_for_a_line_break_is_escaped(sign: str) -> None:
    prediction = Prediction.failed(f"a{sign}b.jpg", "no such file")
    line = prediction.to_json()
    assert len(line.splitlines()) == 1
    assert Prediction.from_json(line) == prediction


def test_a_line_has_the_documented_keys_in_their_order() -> None:
    assert HUSKY.to_json() == GOLDEN


def test_letters_beyond_ascii_stay_readable() -> None:
    assert "Åland" in Prediction("a.png", ("ci",), ("Åland",)).to_json()


def test_a_file_name_that_is_not_utf8_survives_a_utf8_line() -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    line = Prediction.failed(name, "no such file").to_json().encode("utf-8")
    assert os.fsencode(Prediction.from_json(line.decode("utf-8")).image) == b"caf\xe9.jpg"


def test_a_failed_prediction_has_an_error_and_no_answer() -> None:
    failed = Prediction.failed("a.jpg", "a.jpg: no such file")
    assert failed.error == "a.jpg: no such file"
    assert (failed.path, failed.leaf, failed.probability, failed.top) == ((), None, None, ())


def refused(line: str) -> PredictionError:
    with pytest.raises(PredictionError) as caught:
        Prediction.from_json(line)
    assert "\n" not in caught.value.message
    return caught.value


def changed(**values: object) -> str:
    return json.dumps({**json.loads(GOLDEN), **values})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"image": 3}, "image is a number; expected text"),
        ({"path": "dog"}, "path is text; expected a list"),
        ({"path": ["dog", 7]}, "path[1] is a number; expected text"),
        ({"names": ["Dog"]}, "names has 1 entries and path 2; expected as many of each"),
        ({"leaf": "poodle"}, "leaf is 'poodle'; expected the end of the path"),
        ({"leaf": False}, "leaf is true or false; expected text"),
        ({"probability": True}, "probability is true or false; expected a number"),
        ({"probability": 1.5}, "probability is 1.5; expected a number from 0 to 1"),
        ({"probability": -0.1}, "probability is -0.1; expected a number from 0 to 1"),
        ({"probability": float("nan")}, "probability is nan; expected a number from 0 to 1"),
        ({"probability": float("inf")}, "probability is inf; expected a number from 0 to 1"),
        ({"probability": 10**400}, "probability is a number; expected a number from 0 to 1"),
        ({"steps": None}, "steps is null; expected a list"),
        ({"steps": [[]]}, "steps[0] is a list; expected an object"),
        ({"steps": [{"node": "a", "options": []}]}, "steps[0]: no key 'probabilities'"),
        (
            {"steps": [{"node": "a", "options": ["b"], "probabilities": []}]},
            "step at 'a' has 1 options and 0 probabilities; expected as many of each",
        ),
        (
            {"steps": [{"node": "a", "options": ["b"], "probabilities": [float("nan")]}]},
            "probabilities is nan; expected a number from 0 to 1",
        ),
        ({"top": [{"leaf": "a", "probability": None}]}, "top[0].probability is null"),
        ({"stopped": {}}, "stopped is an object; expected text"),
        ({"error": 0.5}, "error is a number; expected text"),
        ({"exact": 1}, "exact is a number; expected true or false"),
        ({"questions": 1.5}, "questions is a number; expected a whole number of at least 0"),
        ({"tokens": -1}, "tokens is a number; expected a whole number of at least 0"),
        ({"nodes": None}, "nodes is null; expected a list"),
        ({"nodes": [{"node": "a"}]}, "nodes[0]: no key 'probability'"),
    ],
)
def test_a_wrong_field_is_named(values: dict[str, object], message: str) -> None:
    assert message in refused(changed(**values)).message


def test_an_unknown_key_is_refused_with_the_nearest_known_one() -> None:
    error = refused(changed(probabilty=0.5))
    assert "unknown key 'probabilty'; expected image, path, names, leaf" in error.message
    assert error.hint == "did you mean 'probability'?"
    assert refused(changed(zzz=1)).hint is None


def without(*keys: str) -> str:
    return json.dumps({key: own for key, own in json.loads(GOLDEN).items() if key not in keys})


@pytest.mark.parametrize("key", ["image", "path", "leaf", "probability", "stopped", "error"])
def test_a_missing_key_is_named(key: str) -> None:
    assert f"no key '{key}'" in refused(without(key)).message


def test_a_line_of_an_earlier_release_is_read() -> None:
    found = Prediction.from_json(without("exact", "questions", "tokens", "nodes"))
    assert found == replace(HUSKY, exact=None, questions=None, tokens=None, nodes=())


def test_names_steps_and_top_may_be_missing() -> None:
    found = Prediction.from_json(without("names", "steps", "top"))
    assert found == replace(HUSKY, names=("dog", "husky"), steps=(), top=())


def test_a_key_that_stands_twice_is_refused() -> None:
    line = GOLDEN.replace('"error"', '"leaf": "cat", "error"')
    assert "key 'leaf' stands there twice; expected once" in refused(line).message


@pytest.mark.parametrize("line", ["", "{", "husky", "x" * 10_000, "[" * 100_000, "9" * 10_000])
def test_what_is_not_a_line_of_json_says_so_briefly(line: str) -> None:
    assert len(refused(line).message) < 300


def test_another_json_value_is_not_a_prediction() -> None:
    assert refused("[]").message == "prediction is a list; expected an object"


@given(st.text())
def test_other_text_is_a_prediction_error(line: str) -> None:
    refused(line)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@pytest.mark.slow
@given(st.sampled_from(sorted(json.loads(GOLDEN))), json_values)
def test_any_value_of_a_field_is_read_or_refused(field: str, value: object) -> None:
    line = changed(**{field: value})
    try:
        prediction = Prediction.from_json(line)
    except PredictionError:
        return
    assert json.loads(prediction.to_json()) == json.loads(line)


def test_a_prediction_built_wrong_is_refused_as_well() -> None:
    with pytest.raises(PredictionError, match="expected a number from 0 to 1"):
        Prediction("a.jpg", probability=float("nan"))
    with pytest.raises(PredictionError, match="expected a number from 0 to 1"):
        Candidate("a", 2.0)
