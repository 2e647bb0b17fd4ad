"""Taxonomy files: both forms, finding them, and files that are none."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from taxonomy_strategies import dags, few, trees

from hiercls.errors import TaxonomyError
from hiercls.taxonomy import Taxonomy, shipped
from hiercls.taxonomy.writing import yaml_text

SMALL = "name: t\nchildren:\n  - name: a\n  - name: b\n"


def same(one: Taxonomy, other: Taxonomy) -> bool:
    return (
        one.to_flat() == other.to_flat()
        and one.hash == other.hash
        and all(one.children(own) == other.children(own) for own in one)
    )


@pytest.mark.slow
@few
@given(trees())
def test_a_tree_survives_both_forms(data: dict[str, Any]) -> None:
    flat = Taxonomy.from_dict(data)
    nested = Taxonomy.from_dict(flat.to_nested())
    assert nested.hash == flat.hash
    assert set(nested) == set(flat)
    for own in flat:
        assert nested.node(own) == flat.node(own)
        assert nested.children(own) == flat.children(own)
    assert nested.to_nested() == flat.to_nested()
    assert same(Taxonomy.from_dict(nested.to_flat()), nested)


@pytest.mark.slow
@few
@given(dags())
def test_a_graph_survives_the_flat_form(data: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(data)
    assert same(Taxonomy.from_dict(taxonomy.to_flat()), taxonomy)


@pytest.mark.slow
@few
@given(trees())
def test_a_tree_survives_a_nested_file(tmp_path: Path, data: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(data)
    taxonomy.save(tmp_path / "t.yaml", "nested")
    assert Taxonomy.load(tmp_path / "t.yaml").to_nested() == taxonomy.to_nested()


@pytest.mark.slow
@few
@given(dags())
def test_a_graph_survives_a_flat_file(tmp_path: Path, data: dict[str, Any]) -> None:
    taxonomy = Taxonomy.from_dict(data)
    taxonomy.save(tmp_path / "t.yaml", form="flat")
    assert same(Taxonomy.load(tmp_path / "t.yaml"), taxonomy)


@pytest.mark.slow
@few
@given(dags())
def test_what_is_written_reads_the_same_to_any_yaml_reader(data: dict[str, Any]) -> None:
    flat = Taxonomy.from_dict(data).to_flat()
    assert yaml.load(yaml_text(flat), Loader=yaml.CSafeLoader) == flat


@pytest.mark.slow
@few
@given(dags(), st.booleans())
def test_json_is_read_as_well(tmp_path: Path, data: dict[str, Any], is_ascii: bool) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(data, ensure_ascii=is_ascii), encoding="utf-8")
    assert same(Taxonomy.load(path), Taxonomy.from_dict(data))


def test_json_with_emoji_as_surrogate_pairs_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps({"name": "t", "children": [{"name": "🇫🇷 flag"}]}))
    assert Taxonomy.load(path).node("flag").name == "🇫🇷 flag"


def test_a_saved_file_is_pleasant_to_read(tmp_path: Path) -> None:
    taxonomy = Taxonomy.from_dict(
        {
            "name": "pets",
            "licence": "CC0-1.0",
            "root": "animal",
            "question": "Which animal is it?",
            "children": [
                {
                    "name": "dog",
                    "description": "long muzzle, blunt claws: a dog",
                    "class": True,
                    "children": [{"name": "Siberian husky", "id": "husky", "index": 7}],
                },
                {"name": "no"},
            ],
        }
    )
    taxonomy.save(tmp_path / "t.yaml")
    assert (tmp_path / "t.yaml").read_text() == (
        "name: pets\n"
        "licence: CC0-1.0\n"
        "root: animal\n"
        "question: Which animal is it?\n"
        "children:\n"
        "  - name: dog\n"
        '    description: "long muzzle, blunt claws: a dog"\n'
        "    class: true\n"
        "    children:\n"
        "      - name: Siberian husky\n"
        "        id: husky\n"
        "        index: 7\n"
        '  - name: "no"\n'
    )
    taxonomy.save(tmp_path / "t.yaml", "flat")
    assert (tmp_path / "t.yaml").read_text() == (
        "name: pets\n"
        "licence: CC0-1.0\n"
        "nodes:\n"
        "  animal:\n"
        "    question: Which animal is it?\n"
        "  dog:\n"
        "    parents: [animal]\n"
        '    description: "long muzzle, blunt claws: a dog"\n'
        "    class: true\n"
        "  husky:\n"
        "    name: Siberian husky\n"
        "    parents: [dog]\n"
        "    index: 7\n"
        '  "no":\n'
        "    parents: [animal]\n"
    )


def test_the_nested_form_cannot_hold_several_parents(tmp_path: Path) -> None:
    nodes = {"r": {}, "a": {"parents": ["r"]}, "b": {"parents": ["a", "r"]}}
    taxonomy = Taxonomy.from_dict({"name": "t", "nodes": nodes})
    with pytest.raises(TaxonomyError, match="node 'b' has 2 parents; expected one") as caught:
        taxonomy.save(tmp_path / "t.yaml", "nested")
    assert caught.value.hint == "use the flat form for several parents"
    assert not (tmp_path / "t.yaml").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("levels", "form"), [(499, "nested"), (10_000, "flat")])
def test_a_deep_taxonomy_is_saved_so_that_it_loads(
    tmp_path: Path, levels: int, form: Literal["nested", "flat"]
) -> None:
    chain = {f"n{n}": {"parents": [f"n{n - 1}"]} if n else {} for n in range(levels + 1)}
    taxonomy = Taxonomy.from_dict({"name": "deep", "nodes": chain})
    taxonomy.save(tmp_path / "t.yaml", form)
    assert Taxonomy.load(tmp_path / "t.yaml").hash == taxonomy.hash


def test_a_taxonomy_too_deep_for_a_nested_file_is_not_saved(tmp_path: Path) -> None:
    chain = {f"n{n}": {"parents": [f"n{n - 1}"]} if n else {} for n in range(501)}
    taxonomy = Taxonomy.from_dict({"name": "deep", "nodes": chain})
    with pytest.raises(TaxonomyError, match="500 levels; expected fewer in a nested file"):
        taxonomy.save(tmp_path / "t.yaml")


def test_a_form_or_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    taxonomy = Taxonomy.load("flags")
    with pytest.raises(TaxonomyError, match="the form 'json'; expected 'nested' or 'flat'"):
        taxonomy.save(tmp_path / "t.yaml", "json")  # type: ignore[arg-type]
    with pytest.raises(TaxonomyError, match="cannot be written: no such file"):
        taxonomy.save(tmp_path / "nowhere" / "t.yaml")


def test_a_byte_order_mark_windows_lines_and_aliases_of_texts_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert Taxonomy.load(path).leaves == ("a", "b")
    path.write_text(
        "name: t\nchildren:\n"
        "  - {name: a, description: &d shared words}\n"
        "  - {name: b, description: *d}\n"
    )
    assert Taxonomy.load(path).node("b").description == "shared words"


def test_texts_of_several_lines_are_joined_in_descriptions_and_kept_in_questions(
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(
        "name: t\nquestion: |\n  Look well.\n  Which one?\nchildren:\n"
        "  - name: a\n    description: |\n      long\n      words\n"
    )
    taxonomy = Taxonomy.load(path)
    assert taxonomy.node("a").description == "long words"
    assert taxonomy.question("t") == "Look well.\nWhich one?"


def test_words_that_some_readers_take_for_booleans_are_quoted() -> None:
    assert yaml_text({"name": "y", "root": "off"}) == 'name: "y"\nroot: "off"\n'


# Finding


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped.shipped_names())
def test_every_shipped_taxonomy_loads_by_name(name: str) -> None:
    assert Taxonomy.load(name).name == name
    assert same(Taxonomy.load(f"{name}.yaml"), Taxonomy.load(Path(name)))


def test_a_path_comes_before_a_shipped_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Taxonomy.load("flags").name == "flags"
    Path("flags.yaml").write_text(SMALL)
    assert Taxonomy.load("flags.yaml").name == "t"
    assert Taxonomy.load("flags").name == "flags"
    Path("flags").write_text(SMALL)
    assert Taxonomy.load("flags").name == "t"


def test_a_folder_of_pictures_does_not_hide_a_shipped_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("flags").mkdir()
    assert Taxonomy.load("flags").name == "flags"
    Path("pets").mkdir()
    with pytest.raises(TaxonomyError, match="pets is a folder; expected a taxonomy file"):
        Taxonomy.load("pets")


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("flag", "did you mean 'flags'?"),
        ("falgs.yaml", "did you mean 'flags'?"),
        ("./flags", "did you mean 'flags'?"),
        ("no/such.yaml", None),
        ("", None),
        ("a\0b", None),
        ("x\n" * 5000, None),
    ],
)
def test_a_taxonomy_that_is_not_found_says_what_was_tried(asked: str, hint: str | None) -> None:
    with pytest.raises(TaxonomyError) as caught:
        Taxonomy.load(asked)
    assert "no such file, nor one of the shipped taxonomies (" in caught.value.message
    assert "flags" in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint == hint


# Files that are none


def test_folders_pipes_and_devices_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(TaxonomyError, match="is not a regular file; expected a taxonomy"):
            Taxonomy.load(path)
    with pytest.raises(TaxonomyError, match="is a folder; expected a taxonomy file"):
        Taxonomy.load(tmp_path)


@pytest.mark.usefixtures("someone_else")
def test_a_file_without_permission_is_an_error() -> None:
    Path("t.yaml").touch(mode=0)
    with pytest.raises(TaxonomyError, match=r"t\.yaml cannot be read: permission denied"):
        Taxonomy.load("t.yaml")


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)
    start = time.perf_counter()
    with pytest.raises(TaxonomyError, match="10,000,000,000 bytes; expected at most 100,000,000"):
        Taxonomy.load(path)
    assert time.perf_counter() - start < 1


def test_the_limit_on_size_is_a_setting(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(SMALL)
    assert len(Taxonomy.load(path, max_bytes=len(SMALL))) == 3
    with pytest.raises(TaxonomyError, match="expected at most 10"):
        Taxonomy.load(path, max_bytes=10)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only on Linux")
def test_the_limit_holds_where_the_system_tells_no_size() -> None:
    with pytest.raises(TaxonomyError, match="expected at most 10"):
        Taxonomy.load("/proc/self/status", max_bytes=10)


def test_a_path_that_is_not_printable_stays_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a\nb\x1b[31m.yaml"
    path.write_text("- x")
    with pytest.raises(TaxonomyError) as caught:
        Taxonomy.load(path)
    assert caught.value.message.isprintable()


# Time


@pytest.mark.slow
@pytest.mark.parametrize("form", ["nested", "flat"])
def test_a_hundred_thousand_nodes_load_in_seconds(
    tmp_path: Path, form: Literal["nested", "flat"]
) -> None:
    nodes: dict[str, Any] = {"r": {}}
    for n in range(1, 100_000):
        parent = f"node {(n - 1) // 10}" if n > 10 else "r"
        nodes[f"node {n}"] = {"parents": [parent], "description": f"what is seen of {n}"}
    nodes["node 0"] = {"parents": ["r"]}
    taxonomy = Taxonomy.from_dict({"name": "large", "nodes": nodes})
    taxonomy.save(tmp_path / "t.yaml", form)
    start = time.perf_counter()
    loaded = Taxonomy.load(tmp_path / "t.yaml")
    seconds = time.perf_counter() - start
    assert len(loaded) == 100_001
    print(f"{form}: 100,000 nodes in {seconds:.1f} s")
    assert seconds < 20
