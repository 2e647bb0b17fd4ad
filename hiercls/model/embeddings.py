"""Labels as vectors, from a checkpoint's table of token embeddings alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from transformers import AutoTokenizer

from hiercls.errors import ModelError
from hiercls.model.checkpoint import check_files, find_checkpoint

_TABLE = "language_model.embed_tokens.weight"


def label_embeddings(source: str | Path, labels: Sequence[str]) -> NDArray[np.float32]:
    """Return a vector for each label: the mean of its tokens' embeddings, less that of all labels.

    Only the table of embeddings is read, not the model. Each label is read as in a sentence, with
    a space before it. Taking off what all have in common leaves what tells them apart (Mu and
    Viswanath, 2018, without the further directions).

    Args:
        source: A local folder, "tiny" for the bundled model, or a hub id.
        labels: At least one.

    Returns:
        (labels, width)

    Raises:
        ModelError: There is no such checkpoint, or it has no table where one is expected.
    """
    folder = find_checkpoint(source)
    check_files(folder)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}: the tokenizer cannot be loaded: {error}") from error
    tokens = [tokenizer.encode(f" {label}", add_special_tokens=False) for label in labels]
    table = _table(folder)
    width = table.shape[1]
    means = [table[ids].float().mean(dim=0) if ids else torch.zeros(width) for ids in tokens]
    vectors = torch.stack(means).numpy()
    centred: NDArray[np.float32] = vectors - vectors.mean(axis=0)
    return centred


def _table(folder: Path) -> torch.Tensor:
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with safe_open(path, framework="pt") as tensors:
                for name in tensors.keys():  # noqa: SIM118 - it is no mapping
                    if name.endswith(_TABLE):
                        table: torch.Tensor = tensors.get_tensor(name)
                        return table
        except SafetensorError as error:
            raise ModelError(f"{path}: not readable as safetensors: {error}") from error
    raise ModelError(f"{folder}: no {_TABLE!r} among the weights; expected one")
