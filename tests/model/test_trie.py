from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hiercls.model.trie import grow

END = 9
LABELS = st.lists(
    st.lists(st.integers(0, 2), max_size=4).map(lambda tokens: (*tokens, END)), min_size=1
)


@given(LABELS)
def test_each_option_ends_where_its_label_is_spelled(labels: list[tuple[int, ...]]) -> None:
    ends = [(own.options, path) for own, path in grow(labels).paths() if not own.branches]
    assert {option: path for own, path in ends for option in own} == dict(enumerate(labels))


@given(LABELS)
def test_only_the_first_token_of_a_branch_is_a_choice(labels: list[tuple[int, ...]]) -> None:
    root = grow(labels)
    for branch, _ in root.paths():
        firsts = [own.tokens[0] for own in branch.branches]
        assert len(set(firsts)) == len(firsts)
        assert branch is root or len(branch.branches) != 1
        below = [option for own in branch.branches for option in own.options]
        assert not below or sorted(below) == sorted(branch.options)
