"""Make a checkpoint of random weights in the exact file layout of the published ones.

Both architectures, any size: the bundled model starts from one, tests load small ones through the
code that loads the real weights, and benchmarks time a full-size one with nothing downloaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from torch import nn
from transformers import (
    AutoConfig,
    AutoModelForImageTextToText,
    GenerationConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
)
from transformers.models.qwen3_5.tokenization_qwen3_5 import PRETOKENIZE_REGEX

from hiercls.errors import ConfigError

ARCHITECTURES = ("minicpmv4_6", "minicpmv4_7")

# In the order of their ids in the published vocabulary.
SPECIAL_TOKENS = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
    *("<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>"),
    *("<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>"),
    *("<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"),
    *("<image>", "</image>", "<slice>", "</slice>", "<image_id>", "</image_id>"),
)
PLAIN_ADDED_TOKENS = ("<tool_call>", "</tool_call>", "<think>", "</think>")
NAMED_TOKENS = {
    "image_token": "<|image_pad|>",
    "video_token": "<|video_pad|>",
    "image_start_token": "<image>",
    "image_end_token": "</image>",
    "slice_start_token": "<slice>",
    "slice_end_token": "</slice>",
    "image_id_start_token": "<image_id>",
    "image_id_end_token": "</image_id>",
}

CHAT_TEMPLATE = """\
{%- macro render(content) -%}
{%- if content is string -%}{{ content }}
{%- else -%}
{%- for item in content -%}
{%- if item.type == 'image' -%}{{ '<|image_pad|>\\n' }}
{%- elif item.type == 'video' -%}{{ '<|video_pad|>\\n' }}
{%- else -%}{{ item.text }}
{%- endif -%}
{%- endfor -%}
{%- endif -%}
{%- endmacro -%}
{%- for message in messages -%}
{{ '<|im_start|>' + message.role + '\\n' + render(message.content) + '<|im_end|>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{ '<|im_start|>assistant\\n' }}
{%- if enable_thinking is defined and enable_thinking is false -%}
{{ '<think>\\n\\n</think>\\n\\n' }}
{%- else -%}
{{ '<think>\\n' }}
{%- endif -%}
{%- endif -%}
"""


@dataclass(frozen=True)
class CheckpointShape:
    """Sizes of a checkpoint; the defaults are a model for tests, of about 0.1 million parameters.

    Attributes:
        full_attention_interval: Every so many text layers one has full attention, the others a
            gated delta net; 4 in the published models.
        insert_layer_id: Vision layer after which windows of 2 x 2 patches are merged.
        scale_resolution: An image of one slice covers about this number squared, in pixels.
        vocab_size: Rows of the embedding; None makes it just as large as the tokenizer.
    """

    text_hidden: int = 32
    text_intermediate: int = 64
    text_layers: int = 4
    text_heads: int = 2
    text_kv_heads: int = 1
    head_dim: int = 32
    linear_heads: int = 2
    linear_head_dim: int = 16
    full_attention_interval: int = 4
    vision_hidden: int = 32
    vision_intermediate: int = 48
    vision_layers: int = 3
    vision_heads: int = 2
    insert_layer_id: int = 1
    patch_size: int = 8
    scale_resolution: int = 64
    image_size: int = 64
    rope_theta: float = 1e4
    vocab_size: int | None = None


# The published 4.6: 1300.66 million parameters.
FULL_SIZE = CheckpointShape(
    text_hidden=1024,
    text_intermediate=3584,
    text_layers=24,
    text_heads=8,
    text_kv_heads=2,
    head_dim=256,
    linear_heads=16,
    linear_head_dim=128,
    vision_hidden=1152,
    vision_intermediate=4304,
    vision_layers=27,
    vision_heads=16,
    insert_layer_id=6,
    patch_size=14,
    scale_resolution=448,
    image_size=980,
    rope_theta=1e7,
    vocab_size=248320,
)


def make_checkpoint(
    folder: Path,
    texts: Iterable[str],
    *,
    architecture: str = "minicpmv4_6",
    shape: CheckpointShape = CheckpointShape(),
    dtype: torch.dtype = torch.float32,
    seed: int = 0,
) -> Path:
    """Write a checkpoint of random weights that transformers and hiercls open alike.

    Args:
        folder: Made if needed; files of the same names are replaced.
        texts: What the byte-level BPE is trained on: every word in them becomes one token.
        architecture: "minicpmv4_6" or "minicpmv4_7".
        shape: Sizes of the model.
        dtype: Of the stored weights.
        seed: Of the weights; the same seed gives the same files.

    Returns:
        The folder: config.json, generation_config.json, preprocessor_config.json, tokenizer.json,
        tokenizer_config.json, chat_template.jinja, model.safetensors.

    Raises:
        ConfigError: The architecture is unknown.
    """
    if architecture not in ARCHITECTURES:
        expected = " or ".join(ARCHITECTURES)
        raise ConfigError(f"architecture is {architecture!r}; expected {expected}")
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = train_tokenizer(texts)
    tokenizer.save_pretrained(folder)
    write_preprocessor_config(folder, shape)
    model = build_model(tokenizer, architecture=architecture, shape=shape, dtype=dtype, seed=seed)
    model.save_pretrained(folder, max_shard_size="10GB")
    return folder


def train_tokenizer(texts: Iterable[str]) -> PreTrainedTokenizerFast:
    """A byte-level BPE like the published one (same splits, same special tokens), small."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    split = pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), behavior="isolated", invert=False)
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1 << 16,
        min_frequency=1,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    # A word at the start of a line and inside one is two tokens: train on both.
    lines = [line for text in texts for line in text.split("\n")]
    words = sorted({word for line in lines for word in line.split()})
    tokenizer.train_from_iterator([*lines, *words, *(f" {word}" for word in words)], trainer)
    tokenizer.add_special_tokens(list(SPECIAL_TOKENS))
    tokenizer.add_tokens(list(PLAIN_ADDED_TOKENS))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        extra_special_tokens=NAMED_TOKENS,
        chat_template=CHAT_TEMPLATE,
        clean_up_tokenization_spaces=False,
        model_max_length=262144,
    )


def build_model(
    tokenizer: PreTrainedTokenizerFast,
    *,
    architecture: str,
    shape: CheckpointShape,
    dtype: torch.dtype = torch.float32,
    seed: int = 0,
) -> PreTrainedModel:
    """A model of random weights for a tokenizer, ready to save or to train."""
    config = AutoConfig.for_model(architecture, **_config(tokenizer, architecture, shape))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: Any = AutoModelForImageTextToText.from_config(config, dtype=dtype)
        _reset_window_merger(model)
    stops = [tokenizer.convert_tokens_to_ids(t) for t in ("<|im_end|>", "<|endoftext|>")]
    model.generation_config = GenerationConfig(eos_token_id=stops, pad_token_id=stops[1])
    built: PreTrainedModel = model.eval()
    return built


def _reset_window_merger(model: PreTrainedModel) -> None:
    # The stock init there is normal with a deviation of 1, which nothing can be trained from.
    for module in model.model.vision_tower.vit_merger.modules():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=module.in_features**-0.5)
            nn.init.zeros_(module.bias)


def _config(
    tokenizer: PreTrainedTokenizerFast, architecture: str, shape: CheckpointShape
) -> dict[str, Any]:
    token_id = tokenizer.convert_tokens_to_ids
    config: dict[str, Any] = {
        "text_config": _text_config(tokenizer, shape),
        "vision_config": {
            "hidden_size": shape.vision_hidden,
            "intermediate_size": shape.vision_intermediate,
            "num_hidden_layers": shape.vision_layers,
            "num_attention_heads": shape.vision_heads,
            "patch_size": shape.patch_size,
            "image_size": shape.image_size,
        },
        "insert_layer_id": shape.insert_layer_id,
        "image_size": shape.scale_resolution,
        "image_token_id": token_id("<|image_pad|>"),
        "video_token_id": token_id("<|video_pad|>"),
        "tie_word_embeddings": True,
    }
    if architecture == "minicpmv4_7":
        config |= {
            "image_start_id": token_id("<image>"),
            "image_end_id": token_id("</image>"),
            "slice_start_id": token_id("<slice>"),
            "slice_end_id": token_id("</slice>"),
            "newline_id": tokenizer.encode("\n", add_special_tokens=False)[0],
        }
    return config


def _text_config(tokenizer: PreTrainedTokenizerFast, shape: CheckpointShape) -> dict[str, Any]:
    interval = shape.full_attention_interval
    return {
        "hidden_size": shape.text_hidden,
        "intermediate_size": shape.text_intermediate,
        "num_hidden_layers": shape.text_layers,
        "num_attention_heads": shape.text_heads,
        "num_key_value_heads": shape.text_kv_heads,
        "head_dim": shape.head_dim,
        "linear_num_key_heads": shape.linear_heads,
        "linear_num_value_heads": shape.linear_heads,
        "linear_key_head_dim": shape.linear_head_dim,
        "linear_value_head_dim": shape.linear_head_dim,
        "layer_types": [
            "linear_attention" if (i + 1) % interval else "full_attention"
            for i in range(shape.text_layers)
        ],
        "vocab_size": shape.vocab_size or len(tokenizer),
        "max_position_embeddings": 262144,
        # 0.02 at the published width.
        "initializer_range": 0.02 * (1024 / shape.text_hidden) ** 0.5,
        "tie_word_embeddings": True,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": shape.rope_theta,
            "partial_rotary_factor": 0.25,
            "mrope_interleaved": True,
            "mrope_section": _mrope_section(shape.head_dim // 8),
        },
        "eos_token_id": tokenizer.convert_tokens_to_ids("<|endoftext|>"),
    }


def _mrope_section(num_frequencies: int) -> list[int]:
    # Time, height and width share the rotary frequencies; 32 split as published: 11, 11, 10.
    third = round(num_frequencies / 3)
    return [third, third, num_frequencies - 2 * third]


def write_preprocessor_config(folder: Path, shape: CheckpointShape) -> None:
    """The image processor's settings as the published checkpoints have them, but for the sizes."""
    config = {
        "image_processor_type": "MiniCPMV4_6ImageProcessor",
        "downsample_mode": "16x",
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "max_slice_nums": 9,
        "patch_size": shape.patch_size,
        "scale_resolution": shape.scale_resolution,
        "slice_mode": True,
        "use_image_id": True,
    }
    text = json.dumps(config, indent=2) + "\n"
    (folder / "preprocessor_config.json").write_text(text, encoding="utf-8")
