from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from hiercls.data import read_examples
from hiercls.errors import RequestError, TaxonomyError
from hiercls.taxonomy import Taxonomy

arrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

PETS = Taxonomy.from_dict(
    {
        "name": "pets",
        "children": [
            {"name": "Dog", "children": [{"name": "Pug"}, {"name": "Other"}]},
            {"name": "Cat", "children": [{"name": "Manx"}, {"name": "Other"}]},
        ],
    }
)
FEATURES = {
    "img": {"_type": "Image"},
    "fine": {"names": ["Pug", "Manx", "Other"], "_type": "ClassLabel"},
    "coarse": {"names": ["Dog", "Cat"], "_type": "ClassLabel"},
}
PNG = b"\x89PNG any"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HIERCLS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def table(rows: Sequence[tuple[Any, int, int]], features: object = FEATURES) -> Any:
    pictures = [
        row[0] if isinstance(row[0], dict) else {"bytes": row[0], "path": None} for row in rows
    ]
    made = arrow.table(
        {
            "img": arrow.array(pictures, arrow.struct([("bytes", "binary"), ("path", "string")])),
            "fine": [row[1] for row in rows],
            "coarse": [row[2] for row in rows],
        }
    )
    described = json.dumps({"info": {"features": features}})
    return made.replace_schema_metadata({"huggingface": described})


def save_arrow(folder: Path, made: Any) -> None:
    """As `Dataset.save_to_disk` does."""
    folder.mkdir(parents=True)
    (folder / "state.json").write_text("{}")
    (folder / "dataset_info.json").write_text(json.dumps({"features": FEATURES}))
    with arrow.ipc.new_stream(folder / "data-00000-of-00001.arrow", made.schema) as stream:
        stream.write_table(made)


def test_a_dataset_on_disk_is_read_with_its_splits_and_levels(tmp_path: Path, cache: Path) -> None:
    save_arrow(tmp_path / "pets/train", table([(PNG + b"1", 0, 0), (PNG + b"2", 2, 1)]))
    save_arrow(tmp_path / "pets/test", table([(PNG + b"3", 2, 0)]))
    (tmp_path / "pets/dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    examples = read_examples(tmp_path / "pets", PETS)
    found = {Path(own.image).read_bytes(): (own.node, own.split) for own in examples}
    assert found == {
        PNG + b"1": ("pug", "train"),
        PNG + b"2": ("pets/cat/other", "train"),
        PNG + b"3": ("pets/dog/other", "test"),
    }
    assert all(own.image.endswith(".png") for own in examples)
    assert Path(examples[0].image).is_relative_to(cache)
    assert examples.notes() == [
        f"{tmp_path / 'pets'}: the pictures inside are unpacked into {examples.unpacked}"
    ]
    assert len(read_examples(tmp_path / "pets", PETS, split="test")) == 1


def test_files_of_parquet_are_read_by_the_split_in_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "pets/data"
    folder.mkdir(parents=True)
    parquet.write_table(table([(PNG, 0, 0)]), folder / "train-00000-of-00001.parquet")
    parquet.write_table(table([(PNG, 1, 1)]), folder / "validation-00000-of-00001.parquet")
    examples = read_examples(tmp_path / "pets", PETS)
    assert [(own.node, own.split) for own in examples] == [("pug", "train"), ("manx", "validation")]
    [alone] = read_examples(folder / "train-00000-of-00001.parquet", PETS)
    assert alone.node == "pug"


def test_pictures_are_unpacked_once_and_anew_when_the_files_change(tmp_path: Path) -> None:
    file = tmp_path / "pets.parquet"
    parquet.write_table(table([(PNG, 0, 0)]), file)
    [first] = read_examples(file, PETS)
    written = Path(first.image).stat().st_mtime_ns
    [again] = read_examples(file, PETS)
    assert again == first
    assert Path(again.image).stat().st_mtime_ns == written
    parquet.write_table(table([(PNG + b"new", 1, 1), (PNG, 0, 0)]), file)
    changed = read_examples(file, PETS)
    assert [own.node for own in changed] == ["manx", "pug"]
    assert Path(changed[0].image).read_bytes() == PNG + b"new"


def test_an_unpacking_that_was_broken_off_leaves_nothing_behind(
    tmp_path: Path, cache: Path
) -> None:
    folder = tmp_path / "pets"
    folder.mkdir()
    parquet.write_table(table([(PNG, 0, 0)]), folder / "a.parquet")
    (folder / "b.parquet").write_bytes(b"broken")
    with pytest.raises(TaxonomyError, match=r"b.parquet cannot be read"):
        read_examples(folder, PETS)
    assert list((cache / "datasets").iterdir()) == []


def test_pictures_by_path_stay_where_they_are(tmp_path: Path) -> None:
    file = tmp_path / "pets.parquet"
    parquet.write_table(table([({"bytes": None, "path": "in/a.jpg"}, 0, 0)]), file)
    [example] = read_examples(file, PETS)
    assert example.image == str(tmp_path / "in/a.jpg")


def test_rows_without_a_label_are_listed(tmp_path: Path) -> None:
    file = tmp_path / "pets.parquet"
    parquet.write_table(table([(PNG, -1, 0), (PNG, None, 0), (PNG, 1, 1)]), file)
    with pytest.raises(RequestError) as caught:
        read_examples(file, PETS)
    assert "'Dog/-1' is no node (1 row, first on row 1)" in caught.value.message
    assert "'Dog/<no label>' is no node (1 row, first on row 2)" in caught.value.message


def test_a_column_called_label_is_the_label_whatever_its_type(tmp_path: Path) -> None:
    made = table([(PNG, 0, 0)]).append_column("label", arrow.array(["Manx"]))
    parquet.write_table(made, tmp_path / "pets.parquet")
    [example] = read_examples(tmp_path / "pets.parquet", PETS)
    assert example.node == "manx"


def test_data_without_pictures_or_labels_says_what_there_is(tmp_path: Path) -> None:
    made = table([(PNG, 0, 0)]).drop_columns(["fine", "coarse"])
    parquet.write_table(made, tmp_path / "a.parquet")
    with pytest.raises(RequestError, match="no column of labels; found img"):
        read_examples(tmp_path / "a.parquet", PETS)
    folder = tmp_path / "b"
    folder.mkdir()
    (folder / "dataset_info.json").write_text("{}")
    with pytest.raises(RequestError, match="no rows; expected files of Parquet or Arrow"):
        read_examples(folder, PETS)


@pytest.mark.slow
def test_a_dataset_by_id_is_taken_from_the_hub_s_own_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    home = tmp_path / "hub/datasets--some--pets"
    snapshot = home / "snapshots/0123/data"
    snapshot.mkdir(parents=True)
    (home / "refs").mkdir()
    (home / "refs/main").write_text("0123")
    parquet.write_table(table([(PNG, 1, 1)]), snapshot / "train-00000-of-00001.parquet")
    [example] = read_examples("hf:some/pets", PETS)
    assert (example.node, example.split) == ("manx", "train")
    with pytest.raises(RequestError, match="hf:some/cats: no dataset that can be had"):
        read_examples("hf:some/cats", PETS)
