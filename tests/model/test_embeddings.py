from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hiercls.cli.main import main
from hiercls.errors import ModelError
from hiercls.model.checkpoint import load_checkpoint
from hiercls.model.embeddings import label_embeddings
from hiercls.taxonomy import Taxonomy

pytestmark = pytest.mark.slow


def test_a_label_is_the_mean_of_its_tokens_less_that_of_all() -> None:
    labels = ["France", "Ivory Coast", "Chad"]
    checkpoint = load_checkpoint("tiny")
    table = checkpoint.model.get_input_embeddings().weight.float().numpy()
    tokens = [checkpoint.tokenizer.encode(f" {label}") for label in labels]
    means = np.stack([table[ids].mean(axis=0) for ids in tokens])
    found = label_embeddings("tiny", labels)
    assert np.allclose(found, means - means.mean(axis=0), atol=1e-5)
    assert np.allclose(found.sum(axis=0), 0, atol=1e-4)


def test_each_published_layout_has_the_table(checkpoints: dict[str, Path]) -> None:
    for folder in checkpoints.values():
        dog, cat = label_embeddings(folder, ["dog", "cat"])
        assert np.isfinite(dog).all() and np.allclose(dog, -cat) and dog.any()


def test_weights_that_cannot_be_read_are_one_clear_line(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    folder = next(iter(checkpoints.values()))
    for path in folder.iterdir():
        if path.suffix != ".safetensors":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelError, match="not readable as safetensors"):
        label_embeddings(tmp_path, ["a", "b"])


def test_the_command_makes_a_tree_by_a_model(tmp_path: Path) -> None:
    flags = Taxonomy.load("flags")
    labels = [flags.node(own).name for own in flags.leaves]
    (tmp_path / "flags.txt").write_text("\n".join(labels))
    command = ["taxonomy", "build", str(tmp_path / "flags.txt"), "--out", str(tmp_path / "f.yaml")]
    assert main([*command, "--model", "tiny", "--no-wordnet", "--max-options", "8"]) == 0
    built = Taxonomy.load(tmp_path / "f.yaml")
    assert [built.node(own).name for own in built.leaves if built.node(own).index == 0] == labels[
        :1
    ]
    assert len(built.leaves) == 88
    assert max(len(built.children(own)) for own in built) <= 8
