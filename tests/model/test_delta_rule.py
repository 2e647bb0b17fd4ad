"""The gated delta rule in pieces against the rule itself, one token after another."""

from __future__ import annotations

import pytest
import torch
from transformers.models.qwen3_5.modeling_qwen3_5 import torch_recurrent_gated_delta_rule

from hiercls.model.delta_rule import LONGEST_PIECE, gated_delta_rule

pytestmark = pytest.mark.slow

ROWS, HEADS, KEY_DIM, VALUE_DIM = 3, 2, 8, 6


def inputs(tokens: int, *, decay: float = 3.0) -> dict[str, torch.Tensor]:
    draw = torch.Generator().manual_seed(tokens)
    shape = (ROWS, HEADS, tokens)
    return {
        "query": torch.randn(*shape, KEY_DIM, generator=draw),
        "key": torch.randn(*shape, KEY_DIM, generator=draw),
        "value": torch.randn(*shape, VALUE_DIM, generator=draw),
        "decay": -decay * torch.rand(*shape, generator=draw),
        "beta": torch.rand(*shape, generator=draw),
        "state": torch.randn(ROWS, HEADS, KEY_DIM, VALUE_DIM, generator=draw),
    }


def one_by_one(own: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    by_token = [own[name].transpose(1, 2) for name in ("query", "key", "value", "decay", "beta")]
    output, state = torch_recurrent_gated_delta_rule(
        *by_token,
        initial_state=own["state"],
        output_final_state=True,
        use_qk_l2norm_in_kernel=True,
    )
    return output.transpose(1, 2), state


@pytest.mark.parametrize("tokens", [1, 2, 7, LONGEST_PIECE, LONGEST_PIECE + 1, 150])
@pytest.mark.parametrize("decay", [0.0, 3.0, 100.0])
def test_pieces_give_what_single_tokens_give(tokens: int, decay: float) -> None:
    own = inputs(tokens, decay=decay)
    output, state = gated_delta_rule(**own)
    expected, expected_state = one_by_one(own)
    torch.testing.assert_close(output, expected, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(state, expected_state, atol=1e-5, rtol=1e-4)


def test_no_state_is_a_state_of_zeros() -> None:
    own = inputs(20)
    own["state"] = torch.zeros_like(own["state"])
    expected = gated_delta_rule(**own)
    del own["state"]
    torch.testing.assert_close(gated_delta_rule(**own), expected)


def test_like_keys_do_not_blow_up() -> None:
    """As with a row of equal tokens: every product of keys is 1 and nothing is forgotten."""
    own = inputs(LONGEST_PIECE, decay=0.0)
    own["key"] = own["key"][:, :, :1].expand_as(own["key"])
    own["beta"] = torch.ones_like(own["beta"])
    output, _ = gated_delta_rule(**own)
    torch.testing.assert_close(output, one_by_one(own)[0], atol=1e-5, rtol=1e-4)


def test_padding_leaves_the_state_as_it_is() -> None:
    own = inputs(9)
    _, expected = gated_delta_rule(**own)
    padded = {
        name: torch.nn.functional.pad(own[name], (0, 0, 0, 5))
        for name in own
        if own[name].ndim == 4
    }
    padded["state"] = own["state"]
    padded |= {name: torch.nn.functional.pad(own[name], (0, 5)) for name in ("decay", "beta")}
    _, state = gated_delta_rule(**padded)
    torch.testing.assert_close(state, expected)


def test_gradients_are_those_of_single_tokens() -> None:
    own = {name: tensor.double().requires_grad_() for name, tensor in inputs(70).items()}
    output, state = gated_delta_rule(**own)
    assert state is not None
    found = torch.autograd.grad(output.square().sum() + state.sum(), list(own.values()))
    slow_output, slow_state = token_by_token(own)
    expected = torch.autograd.grad(
        slow_output.square().sum() + slow_state.sum(), list(own.values())
    )
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def token_by_token(own: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """The rule as its docstring has it, in double precision."""
    state, outputs = own["state"], []
    lengths = [(own[name] ** 2).sum(-1, keepdim=True) + 1e-6 for name in ("query", "key")]
    query, key = (
        own[name] / length.sqrt() for name, length in zip(("query", "key"), lengths, strict=True)
    )
    for t in range(key.shape[2]):
        state = state * own["decay"][:, :, t, None, None].exp()
        known = torch.einsum("rhk,rhkv->rhv", key[:, :, t], state)
        written = own["beta"][:, :, t, None] * (own["value"][:, :, t] - known)
        state = state + torch.einsum("rhk,rhv->rhkv", key[:, :, t], written)
        outputs.append(torch.einsum("rhk,rhkv->rhv", query[:, :, t], state) * KEY_DIM**-0.5)
    return torch.stack(outputs, dim=2), state
