"""Taxonomies read from the forms of others."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from hiercls.errors import RequestError
from hiercls.images import SUFFIXES
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.importing import FORMS, Imported, ImportSettings, folders, import_taxonomy

PETS = {"pets", "pets/dog", "pets/dog/husky", "pets/dog/pug", "pets/cat"}

EDGES = [("pets", "dog"), ("dog", "husky"), ("dog", "pug"), ("pets", "cat")]
NESTED = {"name": "pets", "children": [{"name": "dog", "children": ["husky", "pug"]}, "cat"]}
LEAF_PATHS = {
    "husky": ["pets", "dog", "husky"],
    "pug": ["pets", "dog", "pug"],
    "cat": ["pets", "cat"],
}
NODE_LINK = {
    "directed": True,
    "nodes": [{"id": name} for name in ("pets", "dog", "husky", "pug", "cat")],
    "links": [{"source": parent, "target": child} for parent, child in EDGES],
}
SAMPLES = {
    "nested": ("pets.json", json.dumps(NESTED)),
    "leaf-paths": ("pets.json", json.dumps(LEAF_PATHS)),
    "node-link": ("pets.json", json.dumps(NODE_LINK)),
    "edges": ("pets.txt", "pets dog\ndog husky\ndog pug\npets cat\n"),
    "outline": ("pets.txt", "pets\n  dog\n    husky\n    pug\n  cat\n"),
    "paths": ("pets.txt", "pets > dog > husky\npets > dog > pug\npets > cat\n"),
    "table": ("pets.csv", "id,parent\npets,\ndog,pets\nhusky,dog\npug,dog\ncat,pets\n"),
}


def read(folder: Path, file_name: str, text: str, **chosen: Any) -> Imported:
    (folder / file_name).write_text(text, encoding="utf-8")
    return import_taxonomy(folder / file_name, ImportSettings(**chosen))


def paths(taxonomy: Taxonomy) -> set[str]:
    """Every path of names, joined."""
    return {
        "/".join(taxonomy.node(step).name for step in path)
        for own in taxonomy
        for path in taxonomy.paths(own)
    }


def noted(imported: Imported) -> dict[str, int]:
    return {note.kind: note.count for note in imported.notes}


def same(one: Taxonomy, other: Taxonomy) -> bool:
    return one.hash == other.hash and all(one.node(own) == other.node(own) for own in one)


@pytest.mark.parametrize("form", SAMPLES)
def test_a_form_is_recognised_and_read(tmp_path: Path, form: str) -> None:
    name, text = SAMPLES[form]
    imported = read(tmp_path, name, text)
    assert (imported.form, imported.is_recognised) == (form, True)
    assert paths(imported.taxonomy) == PETS
    assert imported.taxonomy.name == "pets"
    imported.save(tmp_path / "out.yaml")
    assert same(Taxonomy.load(tmp_path / "out.yaml"), imported.taxonomy)


@pytest.mark.parametrize("form", SAMPLES)
def test_a_form_that_is_named_is_read_whatever_the_file_is_called(
    tmp_path: Path, form: str
) -> None:
    imported = read(tmp_path, "pets", SAMPLES[form][1], form=form)
    assert (imported.is_recognised, paths(imported.taxonomy)) == (False, PETS)


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
@pytest.mark.parametrize("form", ["edges", "outline", "paths", "table"])
def test_any_line_ends_and_a_byte_order_mark_are_fine(tmp_path: Path, form: str, ends: str) -> None:
    name, text = SAMPLES[form]
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", ends).encode())
    imported = import_taxonomy(tmp_path / name)
    assert (imported.form, paths(imported.taxonomy)) == (form, PETS)


# Nested data


@pytest.mark.parametrize(
    "data",
    [
        {"pets": {"dog": {"husky": {}, "pug": None}, "cat": {}}},
        {"pets": {"dog": ["husky", "pug"], "cat": []}},
        {"pets": [{"dog": ["husky", "pug"]}, "cat"]},
        [{"name": "pets", "children": [{"dog": {"husky": {}, "pug": {}}}, "cat"]}],
        {"label": "pets", "subcategories": {"dog": {"children": ["husky", "pug"]}, "cat": None}},
        {"pets": {"children": {"dog": {"husky": 0, "pug": 1}, "cat": 2}}},
        {"name": "x", "root": "pets", "children": [{"dog": ["husky", "pug"]}, {"text": "cat"}]},
    ],
)  # fmt: skip
def test_nested_data_may_be_spelled_in_many_ways(tmp_path: Path, data: object) -> None:
    assert paths(read(tmp_path, "pets.json", json.dumps(data)).taxonomy) == PETS


def test_nested_yaml_is_read_as_nested_json_is(tmp_path: Path) -> None:
    text = "pets:\n  dog: [husky, pug]\n  cat:\n"
    assert paths(read(tmp_path, "pets.yaml", text).taxonomy) == PETS


def test_fields_of_nested_data_are_kept_and_others_named(tmp_path: Path) -> None:
    data = {
        "name": "pets",
        "value": 3,
        "children": [
            {"id": 7, "name": "dog", "gloss": "barks", "index": "4", "size": 1},
            {"name": "cat", "size": 2},
        ],
    }
    imported = read(tmp_path, "pets.json", json.dumps(data))
    dog = imported.taxonomy.node("7")
    assert (dog.name, dog.description, dog.index) == ("dog", "barks", 4)
    left = next(note for note in imported.notes if note.kind == "left-out")
    assert left.examples == ("size (2)", "value (1)")


def test_a_key_beside_a_name_is_an_id(tmp_path: Path) -> None:
    data = {"n1": {"name": "pets", "children": {"n2": {"name": "dog"}, "n3": {"name": "cat"}}}}
    assert set(read(tmp_path, "t.json", json.dumps(data)).taxonomy) == {"n1", "n2", "n3"}


# Leaf paths


def test_a_leaf_called_otherwise_at_the_end_of_its_path_is_noted(tmp_path: Path) -> None:
    data = {"Pug": ["dog", "pug dog"], "husky": ["dog", "husky"], "beagle": ["dog", "Beagle "]}
    imported = read(tmp_path, "t.json", json.dumps(data))
    assert paths(imported.taxonomy) == {"dog", "dog/Pug", "dog/husky", "dog/beagle"}
    assert noted(imported)["renamed"] == 1


def test_paths_may_end_above_their_leaves(tmp_path: Path) -> None:
    data = {"pug": ["dog"], "husky": ["dog"], "tabby": ["cat"]}
    imported = read(tmp_path, "t.json", json.dumps(data), form="leaf-paths")
    assert paths(imported.taxonomy) >= {"t/dog/pug", "t/dog/husky", "t/cat/tabby"}
    assert "keys" in noted(imported)


def test_keys_of_paths_that_end_otherwise_are_ids(tmp_path: Path) -> None:
    data = {"n1": ["dog", "pug"], "n2": ["dog", "husky"]}
    taxonomy = read(tmp_path, "t.json", json.dumps(data), form="leaf-paths").taxonomy
    assert {own: taxonomy.node(own).name for own in taxonomy.leaves} == {"n1": "pug", "n2": "husky"}


def test_a_leaf_with_several_paths_has_several_parents(tmp_path: Path) -> None:
    data = {"pug": [["pets", "pug"], ["pets", "dogs", "pug"]], "cat": [["pets", "cat"]]}
    imported = read(tmp_path, "t.json", json.dumps(data))
    assert imported.taxonomy.parents("pug") == ("pets", "dogs")
    assert noted(imported)["several-parents"] == 1


def test_a_leaf_above_another_stays_an_answer(tmp_path: Path) -> None:
    data = {"dog": ["pet", "dog"], "pug": ["pet", "dog", "pug"]}
    taxonomy = read(tmp_path, "t.json", json.dumps(data)).taxonomy
    assert taxonomy.classes == ("dog", "pug")


# Node-link


@pytest.mark.parametrize("edges", ["links", "edges"])
def test_what_networkx_writes_is_read(tmp_path: Path, edges: str) -> None:
    networkx = pytest.importorskip("networkx")
    graph = networkx.DiGraph([(1, 2), (1, 3), (2, 4), (3, 4)])
    graph.add_node(4, label="pug_dog", weight=3)
    data = networkx.node_link_data(graph, edges=edges)
    imported = read(tmp_path, "t.json", json.dumps(data))
    assert imported.taxonomy.parents("4") == ("2", "3")
    assert imported.taxonomy.node("4").name == "pug dog"
    assert {"underscores", "left-out", "several-parents"} <= noted(imported).keys()


# Edges


@pytest.mark.parametrize("between", ["\t", ",", "; ", "  "])
def test_ends_of_edges_may_be_separated_by_anything(tmp_path: Path, between: str) -> None:
    text = SAMPLES["edges"][1].replace(" ", between)
    assert paths(read(tmp_path, "pets.txt", text, form="edges").taxonomy) == PETS


def test_edges_written_child_first_are_turned(tmp_path: Path) -> None:
    text = "dog pets\nhusky dog\npug dog\ncat pets\n"
    imported = read(tmp_path, "pets.txt", text)
    assert paths(imported.taxonomy) == PETS
    assert "child-first" in noted(imported)
    again = read(tmp_path, "pets.txt", text, is_child_first=True)
    assert same(again.taxonomy, imported.taxonomy)


def test_edges_written_twice_are_taken_once(tmp_path: Path) -> None:
    imported = read(tmp_path, "t.txt", "a b\na c\na b\nc d\n")
    assert noted(imported)["repeated"] == 1
    assert len(imported.taxonomy) == 4


def test_two_words_a_line_that_do_not_hang_together_are_no_edges(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="lines of no known form"):
        read(tmp_path, "t.txt", "golden retriever\nlabrador retriever\nsiamese cat\n")


# Outlines


@pytest.mark.parametrize(
    "text",
    [
        "pets\n\tdog\n\t\thusky\n\t\tpug\n\tcat\n",
        "pets\n\n-- dog\n---- husky\n---- pug\n-- cat\n",
        "-pets\n--dog\n---husky\n---pug\n--cat\n",
        "- pets\n  - dog\n    - husky\n    - pug\n  - cat\n",
        "* pets\n** dog\n*** husky\n*** pug\n** cat\n",
        "pets\n├── dog\n│   ├── husky\n│   └── pug\n└── cat\n",
        "pets\n|-- dog\n|   |-- husky\n|   `-- pug\n`-- cat\n",
        "pets\n   dog\n        husky\n        pug\n   cat\n",
    ],
)
def test_outlines_may_be_indented_in_many_ways(tmp_path: Path, text: str) -> None:
    imported = read(tmp_path, "pets.txt", text)
    assert (imported.form, paths(imported.taxonomy)) == ("outline", PETS)


# Path lines


def test_ids_before_paths_are_ids(tmp_path: Path) -> None:
    text = "# Version: 1\n1 - A & B\n30 - A & B > C\n4 - A & B > C > D - E\n5 - F\n"
    imported = read(tmp_path, "products.txt", text, name="products")
    taxonomy = imported.taxonomy
    assert taxonomy.path("4") == ("products", "1", "30", "4")
    assert taxonomy.node("4").name == "D - E"
    assert noted(imported)["comments"] == 1
    assert noted(imported)["roots"] == 2


def test_ids_with_slashes_do_not_hide_the_separator(tmp_path: Path) -> None:
    text = "gid://shop/Cat/aa : Apparel\ngid://shop/Cat/aa-1   : Apparel > Shoes\n"
    taxonomy = read(tmp_path, "t.txt", text).taxonomy
    assert taxonomy.path("gid://shop/Cat/aa-1") == ("gid://shop/Cat/aa", "gid://shop/Cat/aa-1")


@pytest.mark.parametrize("sign", [" > ", ">", " › ", " » ", " -> ", " / ", "/", " | ", " :: "])
def test_names_of_a_path_may_be_separated_by_anything(tmp_path: Path, sign: str) -> None:
    text = SAMPLES["paths"][1].replace(" > ", sign)
    imported = read(tmp_path, "pets.txt", text, form="paths")
    assert paths(imported.taxonomy) == PETS


def test_a_separator_that_is_given_is_taken(tmp_path: Path) -> None:
    imported = read(tmp_path, "t.txt", "a=b > c\na=d\n", form="paths", separator="=")
    assert paths(imported.taxonomy) == {"a", "a/b > c", "a/d"}


def test_nodes_of_longer_paths_alone_are_noted(tmp_path: Path) -> None:
    assert noted(read(tmp_path, "t.txt", SAMPLES["paths"][1]))["implied"] == 2


# Tables

CODES = (
    "n;type;parent;code;label_en;label_fr;note_en\n"
    '1;Division;;01;Food;Aliments;"bread; and\nmore"\n'
    "2;Group;01;01.1;;Pain;\n"
    "3;Group;01;01.2;Meat ;Viande;\n"
)


def test_columns_are_known_by_their_headers(tmp_path: Path) -> None:
    imported = read(tmp_path, "codes.csv", CODES)
    taxonomy = imported.taxonomy
    names = [taxonomy.node(own).name for own in ("01", "01.1", "01.2")]
    assert names == ["Food", "Pain", "Meat"]
    assert taxonomy.children("01") == ("01.1", "01.2")
    assert noted(imported)["left-out"] == 3


def test_columns_may_be_chosen(tmp_path: Path) -> None:
    columns = (("name", "label_fr"), ("description", "note_en"))
    taxonomy = read(tmp_path, "codes.csv", CODES, columns=columns).taxonomy
    assert taxonomy.node("01").name == "Aliments"
    assert taxonomy.node("01").description == "bread; and more"


def test_columns_may_be_chosen_by_number(tmp_path: Path) -> None:
    columns = (("id", "4"), ("parent", "3"), ("name", "6"))
    assert (
        read(tmp_path, "codes.csv", CODES, columns=columns).taxonomy.node("01").name == "Aliments"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", "level1,level2,level3\npets,dog,husky\npets,dog,pug\npets,cat,\n"),
        ("t.tsv", "a\tb\tc\npets\tdog\thusky\npets\tdog\tpug\npets\tcat\n"),
        ("t.csv", "pets,dog,husky\npets,dog,pug\npets,cat,\n"),
        ("t.csv", "pets,,\n,dog,\n,,husky\n,,pug\n,cat,\n"),
        ("t.csv", "species;genus;family\nhusky;dog;pets\npug;dog;pets\n;cat;pets\n"),
        ("t", "pets|dog|husky\npets|dog|pug\npets|cat|\n"),
        ("t.csv", "child,parent\ndog,pets\nhusky,dog\npug,dog\ncat,pets\npets,\n"),
        ("t.csv", "name,parent_id,id\npets,0,1\ndog,1,2\nhusky,2,3\npug,2,4\ncat,1,5\n"),
        ("t.csv", "id,name,parent\n1,pets,\n2,dog,pets\n3,husky,dog\n4,pug,dog\n5,cat,pets\n"),
    ],
)
def test_tables_may_be_laid_out_in_many_ways(tmp_path: Path, name: str, text: str) -> None:
    imported = read(tmp_path, name, text)
    assert (imported.form, paths(imported.taxonomy)) == ("table", PETS)


def test_an_empty_cell_between_leaves_its_level_out(tmp_path: Path) -> None:
    imported = read(tmp_path, "t.csv", "level1,level2,level3\na,b,c\na,,d\n")
    assert paths(imported.taxonomy) == {"a", "a/b", "a/b/c", "a/d"}
    assert noted(imported)["skipped"] == 1


def test_a_second_row_of_an_id_names_another_parent(tmp_path: Path) -> None:
    text = "id,parent\na,\nb,a\nc,a\nd,b\nd,c\nd,c\n"
    imported = read(tmp_path, "t.csv", text)
    assert imported.taxonomy.parents("d") == ("b", "c")
    assert noted(imported)["repeated"] == 1


# Folders


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def test_folders_of_images_are_nodes(tmp_path: Path) -> None:
    top = tmp_path / "pets"
    for name in ("dog/husky/1.jpg", "dog/pug/1.PNG", "cat/1.webp", "dog/2.jpg"):
        picture(top / name)
    (top / "dog" / "none").mkdir()
    (top / "dog" / "readme.txt").touch()
    (top / ".hidden").mkdir()
    (top / "dog" / "loop").symlink_to(top)
    imported = import_taxonomy(top)
    assert imported.form == "folders"
    assert paths(imported.taxonomy) == PETS
    assert imported.taxonomy.classes == ("cat", "dog", "husky", "pug")
    assert noted(imported)["empty"] == 1


def test_folders_of_splits_are_looked_through_as_one(tmp_path: Path) -> None:
    for name in ("train/golden_retriever/1.jpg", "val/golden_retriever/2.jpg", "val/cat/1.jpg"):
        picture(tmp_path / "pets" / name)
    imported = import_taxonomy(tmp_path / "pets")
    assert paths(imported.taxonomy) == {"pets", "pets/golden retriever", "pets/cat"}
    assert imported.taxonomy.leaves == ("golden_retriever", "cat")
    assert "splits" in noted(imported)


def test_folders_know_the_same_images_as_all_else() -> None:
    assert folders.SUFFIXES == SUFFIXES


# What is decided


def test_names_are_put_right_and_noted(tmp_path: Path) -> None:
    data = {"name": "a", "children": [{"name": " b\nc\u0007 "}, {"name": "d\ud800"}, {"id": "e"}]}
    imported = read(tmp_path, "t.json", json.dumps(data))
    assert paths(imported.taxonomy) == {"a", "a/b c", "a/d", "a/e"}
    assert (noted(imported)["mended"], noted(imported)["unnamed"]) == (2, 1)


def test_underscores_stay_where_names_have_spaces_or_it_is_asked(tmp_path: Path) -> None:
    text = "pets > golden_retriever\npets > cat\n"
    spaced = read(tmp_path, "t.txt", text).taxonomy
    assert spaced.node("golden_retriever").name == "golden retriever"
    kept = read(tmp_path, "t.txt", text, keeps_underscores=True).taxonomy
    assert kept.node("golden-retriever").name == "golden_retriever"
    mixed = read(tmp_path, "t.txt", text + "pets > big cat\n").taxonomy
    assert mixed.node("golden-retriever").name == "golden_retriever"


def test_several_roots_are_joined_under_one_that_may_be_named(tmp_path: Path) -> None:
    text = "a > b\nc > d\n"
    imported = read(tmp_path, "t.txt", text, name="things", root="thing")
    taxonomy = imported.taxonomy
    assert (taxonomy.name, taxonomy.node(taxonomy.root).name) == ("things", "thing")
    assert taxonomy.children("thing") == ("a", "c")
    assert noted(imported)["roots"] == 2


def test_the_one_root_may_be_given_another_name(tmp_path: Path) -> None:
    taxonomy = read(tmp_path, "t.txt", "__NULL__ b\n__NULL__ c\n", root="life").taxonomy
    assert (taxonomy.root, taxonomy.node("__NULL__").name) == ("__NULL__", "life")


def test_what_repeats_is_kept_and_noted(tmp_path: Path) -> None:
    text = "a > b > b\na > c > x\na > d > x\na > d > y\n"
    imported = read(tmp_path, "t.txt", text)
    assert len(imported.taxonomy) == 8
    kinds = noted(imported)
    assert (kinds["repeated-names"], kinds["along-path"], kinds["chains"]) == (2, 1, 2)
    assert "siblings-alike" not in kinds


def test_siblings_of_one_name_are_kept_apart_and_noted(tmp_path: Path) -> None:
    imported = read(tmp_path, "t.txt", "a\n  b\n  b\n  C\n  C++\n")
    assert len(imported.taxonomy) == 5
    assert noted(imported)["siblings-alike"] == 2
    assert noted(imported)["numbered"] == 2
    imported.save(tmp_path / "out.yaml")
    assert same(Taxonomy.load(tmp_path / "out.yaml"), imported.taxonomy)


def test_a_graph_is_saved_flat_and_a_tree_nested(tmp_path: Path) -> None:
    for text, key in (("a b\na c\nb d\n", "children:"), ("a b\na c\nb d\nc d\n", "nodes:")):
        read(tmp_path, "t.txt", text).save(tmp_path / "out.yaml")
        assert key in (tmp_path / "out.yaml").read_text()


# Names and WordNet


def test_ids_are_given_names_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("n1\tpets\nn2 big dog\nn9 ghost\n")
    imported = read(tmp_path, "t.txt", "n1 n2\nn1 n3\n", names_path=tmp_path / "names.txt")
    taxonomy = imported.taxonomy
    assert [taxonomy.node(own).name for own in taxonomy] == ["pets", "big dog", "n3"]
    assert (noted(imported)["named"], noted(imported)["unused-names"]) == (2, 1)


def test_a_class_index_gives_names_and_numbers(tmp_path: Path) -> None:
    names = {"0": ["n2", "dog"], "1": ["n3", "cat"]}
    (tmp_path / "names.json").write_text(json.dumps(names))
    taxonomy = read(
        tmp_path, "t.txt", "n1 n2\nn1 n3\n", names_path=tmp_path / "names.json"
    ).taxonomy
    assert (taxonomy.node("n2").name, taxonomy.node("n3").index) == ("dog", 1)


def test_numbers_of_names_become_class_numbers(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("1 Canis lupus\n2 Felis catus\n")
    text = "life\n  Canis lupus\n  Felis catus\n"
    taxonomy = read(tmp_path, "t.txt", text, names_path=tmp_path / "names.txt").taxonomy
    assert (taxonomy.node("canis-lupus").index, taxonomy.node("felis-catus").index) == (1, 2)


DATA_NOUN = """\
  1 A licence.
00000001 03 n 01 thing 0 000 | what there is
00000002 03 n 02 dog 0 domestic_dog 0 001 @ 00000001 n 0000 | it barks; "the dog barked"
00000003 03 n 01 pet 0 001 @ 00000001 n 0000 | kept for company
00000004 03 n 01 pug_dog 0 002 @ 00000002 n 0000 @ 00000003 n 0000 | a small dog
00000005 03 n 01 rock 0 001 @ 00000001 n 0000 | hard
"""
INDEX_NOUN = "dog n 1 1 @ 1 1 00000002  \npug_dog n 1 1 @ 1 1 00000004  \n"


@pytest.fixture
def wordnet(tmp_path: Path) -> Path:
    folder = tmp_path / "wordnet"
    folder.mkdir()
    (folder / "data.noun").write_text(DATA_NOUN)
    (folder / "index.noun").write_text(INDEX_NOUN)
    return folder


@pytest.mark.parametrize("text", ["n00000004\nn00000002\n", "pug_dog.n.01\ndog.n.01\n"])
def test_synsets_hang_on_what_wordnet_has_above_them(
    tmp_path: Path, wordnet: Path, text: str
) -> None:
    imported = read(tmp_path, "classes.txt", text, wordnet_path=wordnet)
    taxonomy = imported.taxonomy
    assert imported.form == "wordnet"
    assert set(taxonomy) == {"n00000001", "n00000002", "n00000003", "n00000004"}
    assert taxonomy.parents("n00000004") == ("n00000002", "n00000003")
    assert [taxonomy.node(own).index for own in ("n00000004", "n00000002")] == [0, 1]
    assert set(taxonomy.classes) == {"n00000004", "n00000002"}
    assert taxonomy.node("n00000002").description == "it barks"
    assert noted(imported)["inner-classes"] == 1


def test_words_behind_a_synset_are_its_name(tmp_path: Path, wordnet: Path) -> None:
    text = "n00000004 pug, pug-dog\nn00000005 17\n"
    taxonomy = read(tmp_path, "classes.txt", text, wordnet_path=wordnet).taxonomy
    assert taxonomy.node("n00000004").name == "pug"
    assert taxonomy.node("n00000005").name == "rock"


def test_wordnet_names_nodes_of_other_forms(tmp_path: Path, wordnet: Path) -> None:
    text = "n00000001 n00000002\nn00000001 n00000009\n"
    imported = read(tmp_path, "t.txt", text, wordnet_path=wordnet)
    assert imported.taxonomy.node("n00000002").name == "dog"
    assert noted(imported)["not-in-wordnet"] == 1


# Hugging Face

FEATURES = {
    "image": {"_type": "Image"},
    "fine": {"_type": "ClassLabel", "names": ["cat", "dog", "car"]},
    "coarse": {"_type": "ClassLabel", "names": ["animal", "vehicle"]},
}


def test_labels_of_one_level_are_flat(tmp_path: Path) -> None:
    text = json.dumps({"features": {"label": FEATURES["fine"]}})
    imported = read(tmp_path, "dataset_info.json", text, name="pets")
    assert imported.form == "hf"
    assert paths(imported.taxonomy) == {"pets", "pets/cat", "pets/dog", "pets/car"}
    assert imported.taxonomy.node("car").index == 2


def test_rows_tell_which_label_is_below_which(tmp_path: Path) -> None:
    (tmp_path / "dataset_info.json").write_text(json.dumps({"features": FEATURES}))
    (tmp_path / "metadata.csv").write_text("file,fine,coarse\na,cat,animal\nb,1,0\nc,2,1\nd,-1,0\n")
    imported = import_taxonomy(tmp_path, ImportSettings(name="t"))
    assert paths(imported.taxonomy) == {
        "t", "t/animal", "t/vehicle", "t/animal/cat", "t/animal/dog", "t/vehicle/car",
    }  # fmt: skip
    assert [imported.taxonomy.node(own).index for own in ("cat", "car")] == [0, 2]
    assert noted(imported)["unlabelled"] == 1


def test_the_card_of_a_dataset_describes_its_features(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(
        "---\ndataset_info:\n  features:\n  - name: label\n    dtype:\n      class_label:\n"
        "        names:\n          '0': cat\n          '1': dog\n---\n# Pets\n"
    )
    taxonomy = import_taxonomy(tmp_path, ImportSettings(form="hf")).taxonomy
    assert taxonomy.leaves == ("cat", "dog")


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_labels_are_read_from_parquet_and_arrow(tmp_path: Path, suffix: str) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    described = json.dumps({"info": {"features": FEATURES}})
    table = arrow.table({"fine": [0, 1, 2, 2], "coarse": [0, 0, 1, 0]})
    table = table.replace_schema_metadata({"huggingface": described})
    path = tmp_path / f"rows{suffix}"
    if suffix == ".parquet":
        parquet.write_table(table, path)
    else:
        with arrow.OSFile(str(path), "wb") as file, arrow.ipc.new_stream(file, table.schema) as out:
            out.write_table(table)
    for source in (path, tmp_path):
        imported = import_taxonomy(source)
        assert imported.taxonomy.parents("car") == ("animal", "vehicle")
        assert imported.taxonomy.parents("dog") == ("animal",)


def test_columns_of_text_are_levels_where_it_is_asked(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = arrow.table({"kind": ["a", "a", "b"], "label": ["x", "y", "z"]})
    parquet.write_table(table, tmp_path / "rows.parquet")
    columns = (("level", "kind"), ("level", "label"))
    taxonomy = import_taxonomy(tmp_path, ImportSettings(columns=columns, name="t")).taxonomy
    assert paths(taxonomy) == {"t", "t/a", "t/b", "t/a/x", "t/a/y", "t/b/z"}


# Settings


def test_a_setting_that_the_form_has_no_use_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="columns with the form outline; expected table or hf"):
        read(tmp_path, "t.txt", SAMPLES["outline"][1], columns=(("name", "x"),))
    with pytest.raises(RequestError, match="a separator with the form nested"):
        read(tmp_path, "t.json", SAMPLES["nested"][1], separator=">")


def test_forms_and_roles_that_are_not_known_are_refused() -> None:
    with pytest.raises(RequestError, match=f"the form 'tabel'; expected one of {', '.join(FORMS)}"):
        ImportSettings(form="tabel")
    with pytest.raises(RequestError, match="the column role 'nam'"):
        ImportSettings(columns=(("nam", "x"),))
    with pytest.raises(RequestError, match="2 columns for 'id'; expected one"):
        ImportSettings(columns=(("id", "x"), ("id", "y")))


# Time


@pytest.mark.slow
@pytest.mark.parametrize("form", ["edges", "nested"])
def test_a_hundred_thousand_nodes_are_imported_in_seconds(tmp_path: Path, form: str) -> None:
    pairs = [((n - 1) // 10, n) for n in range(1, 100_000)]
    text = "".join(f"n{parent} n{child}\n" for parent, child in pairs)
    if form == "nested":
        nodes = [{"name": f"name {n}", "children": []} for n in range(100_000)]
        for parent, child in pairs:
            nodes[parent]["children"].append(nodes[child])
        text = json.dumps(nodes[0])
    (tmp_path / "t.txt").write_text(text)
    begin = time.process_time()
    imported = import_taxonomy(tmp_path / "t.txt")
    imported.save(tmp_path / "t.yaml")
    assert time.process_time() - begin < 30
    assert (imported.form, len(imported.taxonomy)) == (form, 100_000)
