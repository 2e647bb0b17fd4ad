from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiercls.model.trie import Branch, grow

END = 9
LABELS = st.lists(
    st.lists(st.integers(0, 2), max_size=4).map(lambda tokens: (*tokens, END)), min_size=1
)


def spelled(branch: Branch, path: tuple[int, ...] = ()) -> dict[int, tuple[int, ...]]:
    """The label of each option, as it is spelled on the way to its end."""
    path += branch.tokens
    if not branch.branches:
        return dict.fromkeys(branch.options, path)
    return {k: v for own in branch.branches for k, v in spelled(own, path).items()}


@given(LABELS)
def test_each_option_ends_where_its_label_is_spelled(labels: list[tuple[int, ...]]) -> None:
    assert spelled(grow(labels)) == dict(enumerate(labels))


@given(LABELS)
def test_only_the_first_token_of_a_branch_is_a_choice(labels: list[tuple[int, ...]]) -> None:
    root = grow(labels)
    for branch in root.walk():
        firsts = [own.tokens[0] for own in branch.branches]
        assert len(set(firsts)) == len(firsts)
        assert branch is root or len(branch.branches) != 1
        below = [option for own in branch.branches for option in own.options]
        assert not below or sorted(below) == sorted(branch.options)


@pytest.mark.parametrize(("labels", "depth"), [([(1,), (2,)], 1), ([(1, 2), (1, 3), (4, 5)], 2)])
def test_depth_counts_where_labels_part(labels: list[tuple[int, ...]], depth: int) -> None:
    assert grow(labels).depth == depth
