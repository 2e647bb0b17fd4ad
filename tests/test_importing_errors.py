"""Sources that are none: one clear line each, and nothing but errors of ours."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from taxonomy_strategies import few

from hiercls.errors import TaxonomyError
from hiercls.taxonomy import Taxonomy
from hiercls.taxonomy.importing import FORMS, ImportSettings, import_taxonomy


def failure(path: Path, **chosen: Any) -> TaxonomyError:
    with pytest.raises(TaxonomyError) as caught:
        import_taxonomy(path, ImportSettings(**chosen))
    assert caught.value.message.isprintable()
    return caught.value


def said(tmp_path: Path, text: str, form: str | None = None, **chosen: Any) -> str:
    """What is said of a text, with the name of the file left out."""
    path = tmp_path / "t"
    path.write_text(text, encoding="utf-8")
    return failure(path, form=form, **chosen).message.removeprefix(str(path)).lstrip(": ")


@pytest.mark.parametrize(
    ("form", "text", "message"),
    [
        # no line, or a line cut short
        (None, "", "nothing in it; expected a taxonomy"),
        (None, " \n\n", "nothing in it; expected a taxonomy"),
        (None, "# a\n", "nothing in it but lines that begin with #; expected a taxonomy"),
        (
            None,
            "tench\ngreat white shark\n",
            "lines of no known form; expected edges, an outline, paths, a table or synsets",
        ),
        (
            None,
            "a b\n" + "".join(f"b c{n}\n" for n in range(20)) + "b",
            "22: 1 of the two ends of an edge; expected a parent and a child",
        ),
        ("edges", "# a\n", "nothing in it; expected nodes"),
        (
            "edges",
            "a b\nb c\nc",
            "3: 1 of the two ends of an edge; expected a parent and a child",
        ),
        (
            "edges",
            "a b\nb c d\n",
            "2: 3 of the two ends of an edge; expected a parent and a child",
        ),
        ("edges", "a b\nb b\n", "2: 'b' is its own parent; expected another"),
        (
            "edges",
            "r a\nr d\na b\nb c\nc a\n",
            "1: a cycle from parent to child: 'a' -> 'b' -> 'c' -> 'a'; expected none",
        ),
        (
            "edges",
            "a b\nb a\n",
            "1: no root: every node has parents; a cycle from parent to child: 'a' -> 'b' -> 'a';"
            " expected none",
        ),
        ("outline", "a\n    b\n  c\n", "3: an indent of 2; expected 0 or 4, as on a line above"),
        ("outline", "a\n  b\n\tc\n", "3: an indent with tabs; expected spaces, as above"),
        ("outline", "a\n  -\n", "2: an indent and no name; expected one"),
        ("outline", "a\n", "nothing but a root; expected at least one node below it"),
        (
            "paths",
            "a > b\na > > c\n",
            "2: an empty name in the path 'a > > c'; expected names between '>'",
        ),
        (
            "paths",
            "1 - a\n1 - b\n",
            "2: two nodes have the id '1'; expected one",
        ),
        (
            "paths",
            "1 - a\n2 - a\n",
            "2: the path 'a' with the id '2', and '1' above; expected one id a path",
        ),
        # tables
        (
            "table",
            "id,parent\na,\nb,c\n",
            "3: 'b': its parent 'c' has no row; expected one",
        ),
        (
            "table",
            'id,parent,note\na,,"x\ny"\n,a,\n',
            "4: nothing in the column 'id'; expected what to call the row by",
        ),
        (
            "table",
            "id,parent\na,\nb,a,c\n",
            "3: 3 cells in a row; expected 2, as in the first",
        ),
        (
            "table",
            'id,parent\na,\n"b,a\nc,a\n',
            "3: a row that is no row of a table: unexpected end of data",
        ),
        ("table", "parent,x\na,b\n", "1: a column 'parent' and none of ids or names; expected one"),
        (
            "table",
            "id,parent,index\na,,\nb,a,-1\n",
            "3: the index '-1'; expected a whole number from 0",
        ),
        (
            "table",
            "id,parent,index\na,,\nb,a,1\nc,a,1\n",
            "4: nodes 'b' and 'c' have the index 1; expected one node an index (first on line 3)",
        ),
        ("table", "id,parent\na,b\nb,a\n", "2: no root: every node has parents; a cycle from parent"
         " to child: 'a' -> 'b' -> 'a'; expected none"),
        # data
        (
            "nested",
            '{"name": "a", "children": [\n',
            "2: not valid JSON: expecting value at column 1",
        ),
        ("nested", '{"a": {"b": {}}}\n}', "2: not valid JSON: extra data at column 1"),
        (
            "nested",
            '{"name": "a',
            "1: not valid JSON: unterminated string starting at column 10",
        ),
        ("nested", '{"a": {\n"b": 1,\n"b": 2}}', "3: two keys 'b'; expected one (first on line 2)"),
        ("nested", "[]", "a list at the top; expected a mapping or a list of nodes"),
        ("nested", "3", "the number 3 at the top; expected a mapping or a list of nodes"),
        (
            "nested",
            '{"a":\n {"b": "c"}}',
            "2: the text 'c' below 'b'; expected a mapping, a list, or null at a leaf",
        ),
        (
            "nested",
            '["a",\n 1.5]',
            "2: the number 1.5 in a list of nodes; expected a name or a mapping",
        ),
        ("nested", '{"name": "a", "children": "b"}', "1: the text 'b' as children; expected a list"
         " or a mapping"),
        ("nested", '{"children":\n [{"name": "a"}]}', "a node without a name; expected one"),
        ("nested", '{"name": "t", "nodes": {"a": {}}}', "the flat form of a taxonomy; expected"
         " nested data"),
        (
            "leaf-paths",
            '{"a": ["r", "a"],\n "b": []}',
            "2: the path of 'b' is an empty list; expected a list of names",
        ),
        ("leaf-paths", '{"a": ["r", null]}', "1: nothing in the path of 'a'; expected names"),
        ("leaf-paths", "[1]", "a list at the top; expected leaves and their paths"),
        (
            "node-link",
            "{}",
            "no lists 'nodes' and 'links' at the top; expected a mapping with both",
        ),
        (
            "node-link",
            '{"directed": false,\n "nodes": [], "links": []}',
            "1: an undirected graph; expected a directed one",
        ),
        (
            "node-link",
            '{"nodes": [{"id": 1},\n {"name": "a"}], "links": []}',
            "2: node 2: nothing as id; expected text or a number",
        ),
        (
            "node-link",
            '{"nodes": [{"id": 1},\n {"id": "1"}], "links": []}',
            "2: two nodes have the id '1'; expected one",
        ),
        (
            "node-link",
            '{"nodes": [{"id": 1}], "links": [\n{"source": 1, "target": 2}]}',
            "2: an edge with the target '2', which is no node; expected the id of one",
        ),
        (
            "node-link",
            '{"nodes": [{"id": 1}], "links": [\n{"source": 1}]}',
            "2: an edge without a 'target'; expected the id of a node",
        ),
        (
            "node-link",
            '{"nodes": [{"id": 0},\n {"id": 1}, {"id": 2}], "links": [{"source": 0, "target": 1},'
            ' {"source": 1, "target": 2}, {"source": 2, "target": 1}]}',
            "2: a cycle from parent to child: '1' -> '2' -> '1'; expected none",
        ),
        # the others
        ("folders", "a\n", "a file; expected a folder of images"),
        ("hf", "[]", "the features are nothing; expected a mapping"),
        ("hf", '{"features": {"x": {"_type": "Image"}}}', "no feature of type ClassLabel among 'x';"
         " expected at least one"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path, form: str | None, text: str, message: str
) -> None:
    assert said(tmp_path, text, form) == message


@pytest.mark.parametrize("form", [form for form in FORMS if form != "wordnet"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a b\n".encode("utf-16"), "is UTF-16 or UTF-32; expected UTF-8"),
        ("a b\n".encode("utf-16-le"), "1: the control character U+0000; expected text in UTF-8"),
        ("a > b\né > c\n".encode("latin-1"), "2: the byte 0xe9 is not UTF-8; expected UTF-8"),
        (b"a b\n\0\n", "2: the control character U+0000; expected text in UTF-8"),
        (b"PK\x03\x04", "1: the control character U+0003; expected text in UTF-8"),
    ],
)
def test_other_encodings_are_told_in_every_form(
    tmp_path: Path, form: str, content: bytes, message: str
) -> None:
    path = tmp_path / "t"
    path.write_bytes(content)
    error = failure(path, form=form)
    assert error.message.removeprefix(str(path)).lstrip(": ") == message
    assert error.hint == "save it as plain text in UTF-8"


@pytest.mark.parametrize("form", FORMS)
def test_a_source_that_is_not_there_is_an_error(tmp_path: Path, form: str) -> None:
    message = failure(tmp_path / "nowhere", form=form).message
    assert "cannot be read: no such file" in message or "no such file or folder" in message


@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("folders", "hf")])
def test_a_folder_is_no_file(tmp_path: Path, form: str) -> None:
    message = failure(tmp_path, form=form).message
    assert message == f"{tmp_path} is a folder; expected a file for the form {form}"


def test_a_folder_without_images_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert failure(tmp_path).message == (
        f"{tmp_path}: no image in a folder below; expected a folder of images for each class"
    )


def test_label_features_without_rows_are_an_error(tmp_path: Path) -> None:
    labels = {"_type": "ClassLabel", "names": ["a", "b"]}
    text = json.dumps({"features": {"x": labels, "y": labels}})
    (tmp_path / "dataset_info.json").write_text(text)
    message = failure(tmp_path).message
    assert "2 label features ('x', 'y') and no rows; expected a file of rows" in message


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow"])
def test_damaged_rows_are_an_error(tmp_path: Path, name: str) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / name).write_bytes(b"nonsense")
    assert f"{name} cannot be read: " in failure(tmp_path / name).message


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("code,label_en,above\n1,a,\n2,b,1\n")
    error = failure(path, columns=(("name", "label_fr"),))
    found = f"{path}:1: no column 'label_fr'"
    assert error.message == f"{found}; expected one of 'code', 'label_en', 'above'"
    assert error.hint == "did you mean 'label_en'?"


def test_a_hint_guesses_the_parent_that_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,parent\nanimal,\ndog,aminal\n")
    assert failure(path).hint == "did you mean 'animal'?"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n00000001\nn99999999\n", "2: 'n99999999' is no noun of WordNet 3.0; expected a wnid such"
         " as n02084071, or a sense such as dog.n.01"),
        ("n00000001\nn00000001\n", "2: the synset 'n00000001' again; expected it once (first on"
         " line 1)"),
        ("dog.n.09\n", "1: 'dog.n.09' is no noun of WordNet 3.0; expected a wnid such as"
         " n02084071, or a sense such as dog.n.01"),
    ],
)  # fmt: skip
def test_synsets_that_are_not_there_are_errors(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "data.noun").write_text("00000001 03 n 01 dog 0 000 | it barks\n")
    (tmp_path / "index.noun").write_text("dog n 1 0 1 1 00000001  \n")
    assert said(tmp_path, text, "wordnet", wordnet_path=tmp_path) == message


def test_a_torn_line_in_a_list_of_synsets_is_told(tmp_path: Path) -> None:
    listed = [f"n{number:08}" for number in range(1, 20)]
    lines = [f"{own} 03 n 01 word{own} 0 000 | it is\n" for own in listed]
    (tmp_path / "data.noun").write_text("".join(line[1:] for line in lines))
    text = "\n".join([*listed, "n0000"])
    assert said(tmp_path, text, None, wordnet_path=tmp_path).startswith("20: 'n0000' is no noun")


def test_names_that_fit_no_node_are_an_error(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("x y\nz\n")
    (tmp_path / "t").write_text("a b\na c\n")
    error = failure(tmp_path / "t", names_path=names)
    assert error.message == f"{names}:2: 'z' without a name; expected an id and a name"
    names.write_text("x y\n")
    assert (
        "none of 1 line has the id, or the name, of a node"
        in failure(tmp_path / "t", names_path=names).message
    )


# Limits


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_text("a b\n" * 10)
    assert "has 40 bytes; expected at most 39" in failure(path, max_bytes=39).message


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("edges", "root n{}\n"),
        ("outline", "n{}\n"),
        ("paths", "a > n{}\n"),
        ("table", "n{},n{}x\n"),
    ],
)
def test_too_many_nodes_are_told_at_the_line_that_is_one_too_many(
    tmp_path: Path, form: str, line: str
) -> None:
    text = "".join(line.format(number, number) for number in range(200))
    message = said(tmp_path, text, form, max_nodes=100)
    assert message.endswith("more than 100 nodes; expected fewer")
    assert message.partition(":")[0].isdecimal()


def test_too_many_edges_are_told(tmp_path: Path) -> None:
    text = "".join(f"a{one} b{other}\n" for one in range(20) for other in range(20))
    assert said(tmp_path, text, "edges", max_nodes=50) == "101: more than 100 edges; expected fewer"


def test_too_many_values_are_told_before_they_are_read(tmp_path: Path) -> None:
    message = said(tmp_path, "[" + "[],\n" * 10_000 + "[]]", "nested", max_nodes=100)
    assert message == "about 20,002 values; expected at most 500"


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, "- " * 200_000])
def test_bottomless_nesting_is_told(tmp_path: Path, text: str) -> None:
    assert said(tmp_path, text, "nested")


@pytest.mark.slow
def test_a_deep_outline_is_read_and_saved(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_text("".join(" " * depth + "x\n" for depth in range(2_000)))
    imported = import_taxonomy(path)
    imported.save(tmp_path / "t.yaml")
    assert Taxonomy.load(tmp_path / "t.yaml").hash == imported.taxonomy.hash


@pytest.mark.slow
@pytest.mark.parametrize("form", [None, "edges", "outline", "paths", "table", "nested"])
def test_a_bomb_of_ten_million_lines_is_refused_at_once(tmp_path: Path, form: str | None) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"a b\n" * 10_000_000)
    begin = time.process_time()
    assert failure(path, form=form).message == (
        f"{path}: 10,000,001 lines; expected at most 5,000,000"
    )
    assert time.process_time() - begin < 10


# Whatever comes

PIECES = st.sampled_from([
    "a", "b", "c d", " ", "  ", "\t", "\n", "\r\n", "\r", ",", ";", "|", ">", " > ", "/", "-", "--",
    "#", '"', "'", "{", "}", "[", "]", ":", "null", "true", "1", "1.5", "9" * 30, "NaN", "_", "*",
    "&x", "*x", "!!", "---\n", "\ufeff", "\x85", "\u2028", "\u00a0", "é", "𐍈", "\0", "\x1b",
    "name", "id", "parent", "children", "nodes", "links", "source", "target", "features", "names",
    "level1", "n00000001", "dog.n.01", '{"name": "a", "children": [', '"a": ["r", "a"]', "- 1 - ",
])  # fmt: skip
SHAPES = [
    "r a\na b\n",
    "r\n  a\n    b\n  c\n",
    "1 - r\n2 - r > a\n",
    "id,parent,name\n1,,r\n2,1,a\n",
    "class;order\nx;y\nx;z\n",
    '{"name": "r", "children": [{"name": "a", "id": 3, "class": true, "index": 1}, "b"]}',
    '{"a": ["r", "a"], "b": ["r", "b"]}',
    '{"nodes": [{"id": 1}, {"id": 2}], "links": [{"source": 1, "target": 2}]}',
    '{"features": {"label": {"_type": "ClassLabel", "names": ["a", "b"]}}}',
    "r:\n  - a\n  - b: [c]\n",
]


@st.composite
def sources(draw: st.DrawFn) -> str:
    """Draw a source of some form with a few places spoiled, or no form at all."""
    text = draw(st.sampled_from(SHAPES) | st.lists(PIECES, max_size=12).map("".join))
    for _ in range(draw(st.integers(0, 4))):
        begin = draw(st.integers(0, len(text)))
        end = begin + draw(st.integers(0, 4))
        text = text[:begin] + draw(st.just("") | PIECES | st.text(max_size=3)) + text[end:]
    return text


@pytest.mark.slow
@settings(few, max_examples=200)
@given(sources(), st.sampled_from([None, *FORMS]), st.sampled_from(["", ".csv", ".json", ".yaml"]))
@example("\ud800", None, "")
def test_whatever_comes_is_a_taxonomy_or_one_line(
    tmp_path: Path, text: str, form: str | None, suffix: str
) -> None:
    (tmp_path / "data.noun").write_text("00000001 03 n 01 dog 0 000 | it barks\n")
    (tmp_path / "index.noun").write_text("dog n 1 0 1 1 00000001  \n")
    wordnet = tmp_path if form == "wordnet" else None
    path = tmp_path / f"t{suffix}"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        imported = import_taxonomy(path, ImportSettings(form=form, wordnet_path=wordnet))
    except TaxonomyError as error:
        assert error.message.isprintable()
        return
    imported.save(tmp_path / "out.yaml")
    again = Taxonomy.load(tmp_path / "out.yaml")
    assert again.hash == imported.taxonomy.hash
    assert imported.to_text().count("\n") == len(imported.notes)
    json.dumps(imported.to_json())
