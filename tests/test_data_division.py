from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiercls.data import Example, Examples
from hiercls.data.division import divide
from hiercls.errors import RequestError


def examples(sizes: dict[str, int], split: str | None = None) -> tuple[Example, ...]:
    return tuple(
        Example(f"{split}/{node}/{i}.png", node, f"{node}/{i}", split)
        for node, size in sizes.items()
        for i in range(size)
    )


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=8),
    st.floats(0.0, 0.9),
    st.integers(0, 3),
)
def test_a_share_of_each_class_is_held_out_to_within_one(
    sizes: list[int], share: float, seed: int
) -> None:
    named = {f"c{i}": size for i, size in enumerate(sizes)}
    own = Examples("data", examples(named))
    training, validation = divide(own, hold_out=share, seed=seed)
    assert sorted(training + validation, key=str) == sorted(own, key=str)
    counts = Counter(example.node for example in validation)
    for node, size in named.items():
        assert counts[node] < size
        assert abs(counts[node] - share * size) < 1 or counts[node] == size - 1
    assert divide(own, hold_out=share, seed=seed) == (training, validation)


def test_splits_are_used_as_they_are_named() -> None:
    splits = ("train", "Validation", "test")
    own = Examples("data", tuple(e for name in splits for e in examples({"a": 3}, name)))
    training, validation = divide(own)
    assert {e.split for e in training} == {"train"} and len(training) == 3
    assert {e.split for e in validation} == {"Validation"} and len(validation) == 3


def test_without_a_split_for_validation_some_of_training_is_held_out() -> None:
    own = Examples("data", examples({"a": 20}, "train") + examples({"a": 5}, "test"))
    training, validation = divide(own, hold_out=0.2)
    assert (len(training), len(validation)) == (16, 4)
    assert divide(own, hold_out=0.0).validation == []


def test_no_more_are_judged_by_than_asked_for() -> None:
    own = Examples("data", examples({"a": 40}))
    assert len(divide(own, hold_out=0.5, most=7).validation) == 7
    assert len(divide(own, hold_out=0.5, most=7).training) == 20


def test_splits_without_one_for_training_are_refused() -> None:
    own = Examples("data", examples({"a": 2}, "test"), splits={"test": 2})
    with pytest.raises(RequestError, match="data: the splits are test; expected one called train"):
        divide(own)
