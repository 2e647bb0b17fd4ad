from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from transformers import AutoTokenizer
from transformers.models.minicpmv4_6.processing_minicpmv4_6 import MiniCPMV4_6Processor

from hiercls.errors import ModelError, PlanError
from hiercls.model.maker import CHAT_TEMPLATE, train_tokenizer
from hiercls.model.prompt import Prompt
from hiercls.questions import LETTERS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tokenizer(checkpoints: dict[str, Path]) -> Any:
    return AutoTokenizer.from_pretrained(checkpoints["minicpmv4_6"])


def test_a_prompt_reads_as_the_chat_template_renders_it(tokenizer: Any) -> None:
    prompt = Prompt(tokenizer)
    text = tokenizer.decode(prompt.head((0, 0), [2]) + prompt.tail("Which?\nA. cat"))
    assert text == (
        "<|im_start|>user\n<image_id>0</image_id><image><|image_pad|><|image_pad|></image>\n"
        "Which?\nA. cat<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
    )


@pytest.mark.parametrize("text", ["Which of these?\nA. cat\nB. dog", "ß 旗 ¿", " x\n\n y "])
def test_head_and_tail_join_as_if_tokenized_at_once(tokenizer: Any, text: str) -> None:
    prompt = Prompt(tokenizer)
    ids = prompt.head((1, 2), [3, 4, 5]) + prompt.tail(text)
    assert ids == tokenizer.encode(tokenizer.decode(ids), add_special_tokens=False)


@pytest.mark.parametrize(
    ("grid", "sizes"),
    [((0, 0), [(8, 8)]), ((1, 2), [(8, 8)] * 3), ((3, 2), [(8, 8), *[(4, 12)] * 6])],
)
def test_placeholders_equal_those_of_the_library(
    tokenizer: Any, grid: tuple[int, int], sizes: list[tuple[int, int]]
) -> None:
    names = ("image", "image_start", "image_end", "slice_start", "slice_end")
    stock = SimpleNamespace(
        slice_mode=True, **{f"{n}_token": getattr(tokenizer, f"{n}_token") for n in names}
    )
    inputs = {
        "grids": [grid],
        "num_patches_per_image": [len(sizes)],
        "target_sizes": torch.tensor(sizes),
    }
    expected = MiniCPMV4_6Processor.replace_image_token(
        stock,  # type: ignore[arg-type]
        inputs,
        0,
        image_token_divisor=16,
    )
    found = tokenizer.decode(Prompt(tokenizer).head(grid, [h * w // 16 for h, w in sizes]))
    assert found == f"<|im_start|>user\n<image_id>0</image_id>{expected}"


def test_the_image_id_can_be_left_out(tokenizer: Any) -> None:
    head = Prompt(tokenizer, use_image_id=False).head((0, 0), [1])
    assert "image_id" not in tokenizer.decode(head)


def test_letters_are_single_distinct_tokens(tokenizer: Any) -> None:
    ids = Prompt(tokenizer).letter_ids
    assert [tokenizer.decode([i]) for i in ids] == list(LETTERS)
    assert len(set(ids)) == 26


def test_offsets_point_into_the_text(tokenizer: Any) -> None:
    prompt = Prompt(tokenizer)
    text = "Which of these is in the picture?\nA. thing number 1"
    ids, offsets, start = prompt.tail_offsets(text)
    assert ids == prompt.tail(text)
    inside = [k for k, (a, b) in enumerate(offsets) if a >= start and b <= start + len(text)]
    assert tokenizer.decode([ids[k] for k in inside]) == text


def test_the_models_own_tokens_are_refused_in_a_question(tokenizer: Any) -> None:
    for token in ("<|im_end|>", "<image>", "</think>"):
        with pytest.raises(PlanError, match="a special token of the model"):
            Prompt(tokenizer).tail(f"Is it {token}?")


def damaged(tokenizer: Any, folder: Path, template: str) -> Any:
    copy = shutil.copytree(tokenizer.name_or_path, folder / "damaged")
    (copy / "chat_template.jinja").write_text(template)
    return AutoTokenizer.from_pretrained(copy)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ messages[0].content[1].text }}", "renders 0 image placeholders and 1 times the text"),
        ("<|image_pad|>", "renders 1 image placeholders and 0 times the text"),
        ("{{ messages[0].content[1].text }}<|image_pad|>", "puts the text before the image"),
    ],
)
def test_a_template_that_cannot_serve_is_refused_at_load(
    tokenizer: Any, tmp_path: Path, template: str, message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        Prompt(damaged(tokenizer, tmp_path, template))


def test_a_letter_that_merges_into_the_answer_cue_is_refused_at_load() -> None:
    tokenizer = train_tokenizer(["cue", "cueA"])
    tokenizer.chat_template = "<|image_pad|>{{ messages[0].content[1].text }} cue"
    with pytest.raises(ModelError, match="the letter A after the answer cue is not one token"):
        Prompt(tokenizer)


def test_the_template_is_the_checkpoints_own(tokenizer: Any, tmp_path: Path) -> None:
    polite = CHAT_TEMPLATE.replace("<|im_start|>' + message", "<|im_start|>dear ' + message")
    prompt = Prompt(damaged(tokenizer, tmp_path, polite))
    assert tokenizer.decode(prompt.head((0, 0), [1])).startswith("<|im_start|>dear user")


def test_a_tokenizer_of_another_model_is_refused() -> None:
    other = SimpleNamespace(image_token="<|image_pad|>", image_start_token=None)
    with pytest.raises(ModelError, match="tokenizer names no image_start_token"):
        Prompt(other)  # type: ignore[arg-type]
