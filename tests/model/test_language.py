"""Our loop over the library's layers against the library's own forward."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForImageTextToText

from hiercls.model.language import Reading, Row, State, read

pytestmark = pytest.mark.slow

LENGTHS = (1, 5, 3, 90)


@pytest.fixture(scope="module", params=["minicpmv4_6", "minicpmv4_7"])
def model(request: pytest.FixtureRequest, checkpoints: dict[str, Path]) -> Any:
    folder = checkpoints[request.param]
    return AutoModelForImageTextToText.from_pretrained(folder).eval().model.language_model


def texts(lengths: tuple[int, ...] = LENGTHS, *, seed: int = 0) -> list[torch.Tensor]:
    draw = torch.Generator().manual_seed(seed)
    return [torch.randint(0, 200, (length,), generator=draw) for length in lengths]


def row(model: Any, ids: torch.Tensor, before: State | None = None) -> Row:
    first = 0 if before is None else before.next_position
    positions = torch.arange(first, first + len(ids)).expand(3, -1)
    return Row(model.embed_tokens(ids), positions, first + len(ids), before)


def by_library(model: Any, ids: torch.Tensor) -> torch.Tensor:
    """Last hidden states of all tokens of one row, shape (tokens, hidden)."""
    states: torch.Tensor = model(input_ids=ids[None], use_cache=False).last_hidden_state[0]
    return states


def close(one: Any, other: Any) -> None:
    torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


def hidden(reading: Reading) -> torch.Tensor:
    assert reading.hidden is not None
    return reading.hidden


@torch.inference_mode()
def test_rows_of_unlike_length_are_read_as_each_alone(model: Any) -> None:
    rows = [row(model, ids) for ids in texts()]
    expected = [by_library(model, ids) for ids in texts()]
    close(hidden(read(model, rows, hidden="all")), torch.cat(expected))
    close(hidden(read(model, rows)), torch.stack([own[-1] for own in expected]))


@torch.inference_mode()
def test_many_rows_go_on_from_one_state_and_leave_it_as_it_was(model: Any) -> None:
    (start,) = texts((70,), seed=1)
    (state,) = read(model, [row(model, start)], hidden="none", keep=True).states
    before = [own.clone() for kept in state.layers for own in kept]
    rows = [row(model, ids, state) for ids in texts()]
    whole = [torch.cat([start, ids]) for ids in texts()]
    close(hidden(read(model, rows)), torch.stack([by_library(model, own)[-1] for own in whole]))
    after = [own for kept in state.layers for own in kept]
    assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))


@torch.inference_mode()
def test_rows_with_and_without_a_past_of_any_length_stand_side_by_side(model: Any) -> None:
    starts = texts((2, 40, 129), seed=2)
    states = read(model, [row(model, ids) for ids in starts], hidden="none", keep=True).states
    rows = [row(model, ids, own) for ids, own in zip(texts(), [*states, None], strict=True)]
    empty = torch.empty(0, dtype=torch.long)
    whole = [torch.cat(pair) for pair in zip([*starts, empty], texts(), strict=True)]
    found = read(model, rows, keep=True)
    close(hidden(found), torch.stack([by_library(model, own)[-1] for own in whole]))
    for state, own in zip(found.states, whole, strict=True):
        (fresh,) = read(model, [row(model, own)], hidden="none", keep=True).states
        assert state.num_tokens == fresh.num_tokens == len(own)
        close(state.layers, fresh.layers)


@torch.inference_mode()
def test_a_state_goes_on_word_by_word_as_all_at_once(model: Any) -> None:
    (ids,) = texts((12,), seed=3)
    state = None
    for token in ids.split(1):
        reading = read(model, [row(model, token, state)], keep=True)
        (state,) = reading.states
    close(hidden(reading)[0], by_library(model, ids)[-1])


@torch.inference_mode()
def test_watched_layers_are_those_of_the_library(model: Any) -> None:
    rows = [row(model, ids) for ids in texts()]
    watched = read(model, rows, watch=(0, 2)).watched
    for number in (0, 2):
        layers = [
            model(input_ids=ids[None], use_cache=False, output_hidden_states=True).hidden_states
            for ids in texts()
        ]
        close(watched[number], torch.cat([own[number + 1][0] for own in layers]))


def test_a_state_gives_the_same_gradients_as_often_as_it_is_gone_on_from(model: Any) -> None:
    start, more = texts((6, 9), seed=4)
    weight = model.layers[0].mlp.gate_proj.weight.requires_grad_()
    with torch.no_grad():
        (state,) = read(model, [row(model, start)], hidden="none", keep=True).states
    (found,) = torch.autograd.grad(hidden(read(model, [row(model, more, state)])).sum(), weight)
    assert found.abs().max() > 0
    (again,) = torch.autograd.grad(hidden(read(model, [row(model, more, state)])).sum(), weight)
    assert torch.equal(found, again)


def test_a_state_says_how_large_it_is(model: Any) -> None:
    (state,) = read(model, [row(model, texts((7,))[0])], hidden="none", keep=True).states
    assert state.num_bytes == sum(own.nbytes for kept in state.layers for own in kept)
