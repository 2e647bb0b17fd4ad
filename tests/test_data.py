from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxonomy_strategies import dags, few

from hiercls.data import Labels, read_examples
from hiercls.data.tables import read_rows
from hiercls.errors import RequestError
from hiercls.taxonomy import Taxonomy

PETS = Taxonomy.from_dict(
    {
        "name": "pets",
        "children": [
            {
                "name": "Dog",
                "children": [{"name": "Pug"}, {"name": "Other"}, {"name": "A/B", "index": 7}],
            },
            {"name": "Cat", "children": [{"name": "Manx"}, {"name": "Other"}]},
        ],
    }
)


def manifest(folder: Path, text: str, name: str = "labels.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("label", "node"),
    [
        ("pug", "pug"),
        (" Pug ", "pug"),
        ("PUG", "pug"),
        ("dog", "dog"),
        ("Dog/Other", "pets/dog/other"),
        ("dog/other", "pets/dog/other"),
        ("pets/Cat/Other", "pets/cat/other"),
        ("Dog/A/B", "a-b"),
        ("A/B", "a-b"),
        ("7", "a-b"),
        ("Other", None),
        ("Bird", None),
        ("", None),
        ("Dog/Manx", None),
    ],
)
def test_a_label_is_an_id_a_name_that_occurs_once_a_path_or_a_number(
    label: str, node: str | None
) -> None:
    assert Labels(PETS).find(label) == node


def test_the_parent_path_tells_namesakes_apart() -> None:
    labels = Labels(PETS)
    assert labels.find("Other", parent_path="Cat") == "pets/cat/other"
    assert labels.find("Pug", parent_path="nowhere") == "pug"


@pytest.mark.slow
@few
@given(dags())
def test_every_id_and_every_path_of_names_finds_its_node(document: dict[str, object]) -> None:
    taxonomy = Taxonomy.from_dict(document)
    labels = Labels(taxonomy)
    for own in taxonomy:
        assert labels.find(own) in (own, None) or own != own.strip()
        for path in taxonomy.paths(own):
            names = "/".join(taxonomy.node(step).name for step in path[1:])
            if names and names not in taxonomy and len(path) > 2:
                assert own in labels.candidates(names)


def test_a_manifest_gives_images_relative_to_it_and_keeps_their_names(tmp_path: Path) -> None:
    path = manifest(tmp_path, "path,label,set\na/1.jpg,pug,test\n/abs/2.jpg,Manx,train\n")
    first, second = read_examples(path, PETS)
    assert (first.image, first.name, first.node) == (str(tmp_path / "a/1.jpg"), "a/1.jpg", "pug")
    assert (second.image, second.split) == ("/abs/2.jpg", "train")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "image\tlabel\n1.jpg\tpug\n"),
        ("a.csv", "image;label\n1.jpg;pug\n"),
        ("a.csv", "\ufeffImage,Label\n1.jpg,pug\n"),
        ("a.jsonl", '{"image": "1.jpg", "label": "pug"}\n\n'),
        ("a.jsonl", '{"file_name": "1.jpg", "label": 7}\n'),
    ],
)
def test_tables_of_many_kinds_are_read(tmp_path: Path, name: str, text: str) -> None:
    [example] = read_examples(manifest(tmp_path, text, name), PETS)
    assert example.node in ("pug", "a-b")


def test_parquet_is_read_where_pyarrow_is_there(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pytest.importorskip("pyarrow").table({"image": ["1.jpg"], "label": ["Manx"]})
    parquet.write_table(table, tmp_path / "a.parquet")
    assert [e.node for e in read_examples(tmp_path / "a.parquet", PETS)] == ["manx"]
    (tmp_path / "b.parquet").write_bytes(b"not a table")
    with pytest.raises(RequestError, match="not a Parquet file"):
        read_examples(tmp_path / "b.parquet", PETS)


def test_class_folders_are_labels_flat_and_nested_and_below_splits(tmp_path: Path) -> None:
    for name in ("test/Pug/1.jpg", "test/Cat/Other/2.png", "train/Pug/3.jpg", "test/Pug/note.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    examples = read_examples(tmp_path, PETS, split="test")
    found = [(example.name, example.node) for example in examples]
    assert found == [("test/Cat/Other/2.png", "pets/cat/other"), ("test/Pug/1.jpg", "pug")]
    assert examples.splits == {"test": 2, "train": 1}
    assert [e.name for e in read_examples(tmp_path / "train", PETS)] == ["Pug/3.jpg"]


def test_a_folder_with_labels_is_read_by_them(tmp_path: Path) -> None:
    manifest(tmp_path, "path,label\nanywhere/1.jpg,pug\n")
    assert read_examples(tmp_path, PETS)[0].image == str(tmp_path / "anywhere/1.jpg")


def test_labels_that_are_no_nodes_are_listed_with_what_may_be_meant(tmp_path: Path) -> None:
    path = manifest(tmp_path, "image,label\n1.jpg,Pugg\n2.jpg,Other\n3.jpg,Pugg\n4.jpg,pug\n")
    with pytest.raises(RequestError) as caught:
        read_examples(path, PETS)
    assert caught.value.message == (
        f"{path}: 2 labels cannot be found in the taxonomy 'pets':"
        " 'Pugg' is no node (2 rows, first on line 2; did you mean 'Pug'?),"
        " 'Other' means 2 nodes (pets/dog/other, pets/cat/other)"
        " (1 row, first on line 3; did you mean 'pets/dog/other'?)"
    )


def test_labels_that_are_no_nodes_can_be_skipped_and_are_told(tmp_path: Path) -> None:
    path = manifest(tmp_path, "image,label\n1.jpg,Bird\n2.jpg,pug\n")
    examples = read_examples(path, PETS, unresolved="skip")
    assert [example.name for example in examples] == ["2.jpg"]
    assert examples.unresolved[0].label == "Bird"
    assert "1 rows left out" in examples.notes()[0]


def test_an_image_that_stands_there_twice_counts_once_and_is_told(tmp_path: Path) -> None:
    path = manifest(tmp_path, "image,label\n1.jpg,pug\n./1.jpg,Pug\n")
    examples = read_examples(path, PETS)
    assert len(examples) == 1
    assert examples.duplicates == ("./1.jpg",)
    assert "name an image again" in examples.notes()[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no labelled images"),
        ("image,label\n", "no labelled images"),
        ("picture,label\n1.jpg,pug\n", "expected a column image or path or file_name"),
        ("image,class\n1.jpg,pug\n", "expected a column label, found image, class"),
        ("image,label\n1.jpg,\n", "no label; expected a column label, it is empty"),
        ("image,label\n1.jpg\n", ":2: 1 cells; expected 2"),
        ("image,image\n1.jpg,2.jpg\n", "stands there twice"),
        ("image,label\n1.jpg,pug\n1.jpg,manx\n", "a second label: '1.jpg' as 'pug' and 'manx'"),
        ('image,label\n"1.jpg,pug\n', "2: 1 cells; expected 2"),
        ("\0\0\0", "zero byte"),
    ],
)
def test_what_is_no_manifest_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_examples(manifest(tmp_path, text), PETS)
    assert message in caught.value.message
    assert "\n" not in caught.value.message


def test_a_split_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    path = manifest(tmp_path, "image,label,split\n1.jpg,pug,train\n")
    with pytest.raises(RequestError, match="no images in the split 'test'; found train"):
        read_examples(path, PETS, split="test")


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"suffix '.xls'; expected one of .csv"):
        read_examples(manifest(tmp_path, "", "a.xls"), PETS)
    with pytest.raises(RequestError, match="no such file"):
        read_examples(tmp_path / "none.csv", PETS)


@pytest.mark.slow
@given(st.binary(max_size=80), st.sampled_from([".csv", ".tsv", ".jsonl"]))
def test_any_bytes_are_rows_or_one_error(tmp_path_factory, content: bytes, suffix: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(content)
    try:
        list(read_rows(path))
    except RequestError as error:
        assert "\n" not in error.message


def test_file_names_that_are_not_utf8_survive(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(b"image,label\n\xff.jpg,pug\n")
    assert os.fsencode(read_examples(path, PETS)[0].name) == b"\xff.jpg"


def test_json_lines_that_are_no_objects_are_told(tmp_path: Path) -> None:
    path = manifest(tmp_path, json.dumps([1]) + "\n", "a.jsonl")
    with pytest.raises(RequestError, match=":1: list; expected one object a line"):
        read_examples(path, PETS)
