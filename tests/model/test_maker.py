from __future__ import annotations

import filecmp
import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForImageTextToText, AutoTokenizer

from hiercls.errors import ConfigError
from hiercls.model.maker import (
    FULL_SIZE,
    SPECIAL_TOKENS,
    CheckpointShape,
    build_model,
    make_checkpoint,
    train_tokenizer,
)

pytestmark = pytest.mark.slow

PUBLISHED = {
    *("chat_template.jinja", "config.json", "generation_config.json", "model.safetensors"),
    *("preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"),
}


@pytest.mark.parametrize("kind", ["minicpmv4_6", "minicpmv4_7"])
def test_the_files_are_those_of_the_published_checkpoints(
    checkpoints: dict[str, Path], kind: str
) -> None:
    assert {path.name for path in checkpoints[kind].iterdir()} == PUBLISHED
    config = json.loads((checkpoints[kind] / "config.json").read_text())
    assert config["model_type"] == kind
    assert config["text_config"]["model_type"] == "qwen3_5_text"


def test_plain_transformers_opens_it(checkpoints: dict[str, Path]) -> None:
    for folder in checkpoints.values():
        _, info = AutoModelForImageTextToText.from_pretrained(folder, output_loading_info=True)
        assert not any(info[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys"))


def test_special_tokens_stand_in_the_published_order(checkpoints: dict[str, Path]) -> None:
    tokenizer = AutoTokenizer.from_pretrained(checkpoints["minicpmv4_6"])
    ids = [tokenizer.convert_tokens_to_ids(token) for token in SPECIAL_TOKENS]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    # Published: <|endoftext|> 248044, <|im_end|> 248046, <|image_pad|> 248056.
    assert SPECIAL_TOKENS.index("<|image_pad|>") - SPECIAL_TOKENS.index("<|endoftext|>") == 12


def test_every_word_it_was_trained_on_is_one_token() -> None:
    tokenizer = train_tokenizer(["What is it?\nA. terrier\nB. boston terrier"])
    for text in ("terrier", " terrier", "boston", " boston", "What"):
        assert len(tokenizer.encode(text, add_special_tokens=False)) == 1


@pytest.mark.parametrize("text", ["terrier", "旗 ß\tx\r\n", "\U0001f1eb\U0001f1f7 fr"])
def test_any_text_comes_back(text: str) -> None:
    tokenizer = train_tokenizer(["terrier"])
    assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text


def test_a_seed_gives_the_same_files(tmp_path: Path, checkpoints: dict[str, Path]) -> None:
    texts = ["Which of these is in the picture?\nA. thing number 1\nAnswer with the letter."]
    again = make_checkpoint(tmp_path / "again", texts)
    other = make_checkpoint(tmp_path / "other", texts, seed=1)
    same, _, _ = filecmp.cmpfiles(again, checkpoints["minicpmv4_6"], PUBLISHED, shallow=False)
    assert set(same) == PUBLISHED
    weights = "model.safetensors"
    assert not filecmp.cmp(again / weights, other / weights, shallow=False)


def test_an_unknown_architecture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="architecture is 'llama'; expected minicpmv4_6 or"):
        make_checkpoint(tmp_path, ["x"], architecture="llama")


def test_the_full_size_has_the_published_number_of_parameters() -> None:
    with torch.device("meta"):
        model = build_model(train_tokenizer(["x"]), architecture="minicpmv4_6", shape=FULL_SIZE)
    assert sum(weight.numel() for weight in model.parameters()) == pytest.approx(
        1300.66e6, rel=1e-4
    )


def test_no_weight_starts_too_wide_to_train() -> None:
    model = build_model(
        train_tokenizer(["x"]), architecture="minicpmv4_6", shape=CheckpointShape(text_hidden=64)
    )
    spread = {name: w.std().item() for name, w in model.named_parameters() if w.ndim == 2}
    assert max(spread.values()) < 0.3, max(spread, key=spread.__getitem__)
