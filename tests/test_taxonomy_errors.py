"""What is said of a taxonomy file that is wrong: file, line, found, expected, and advice."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from taxonomy_strategies import few

from hiercls.errors import TaxonomyError
from hiercls.taxonomy import Taxonomy

NESTED = "name: t\nchildren:\n"
FLAT = "name: t\nnodes:\n  r: {}\n"
NODE_KEYS = "name, id, description, question, class, index, children"
TOP_KEYS = "name, source, licence, root, id, description, question, class, index, children"
FLAT_KEYS = "name, parents, description, question, class, index"
SAVE_AS = "save it as plain text in UTF-8"

GOLDEN: list[tuple[str | bytes, str, str | None]] = [
    ("", "t.yaml: nothing in it; expected a taxonomy", None),
    ("# hi\n", "t.yaml: nothing in it; expected a taxonomy", None),
    ("- a\n", "t.yaml: the taxonomy is a list; expected a mapping", None),
    ("hello", "t.yaml: the taxonomy is the text 'hello'; expected a mapping", None),
    (
        NESTED + "  - name: [a\n",
        "t.yaml:4: not valid YAML: did not find expected ',' or ']', in what begins on line 3",
        None,
    ),
    (
        NESTED + "\t- name: a\n",
        "t.yaml:3: not valid YAML: found character that cannot start any token",
        "indent with spaces, not tabs; quote texts that begin with @, ` or %",
    ),
    (
        NESTED + "  - name: a: b\n",
        "t.yaml:3: not valid YAML: mapping values are not allowed in this context",
        "a text with a colon in it needs quotes",
    ),
    (
        "nme: t\nchildren: [{name: a}]\n",
        f"t.yaml:1: the taxonomy: unknown key 'nme'; expected one of {TOP_KEYS}",
        "did you mean 'name'?",
    ),
    (
        "name: t\nlicense: x\nchildren: [{name: a}]\n",
        f"t.yaml:2: the taxonomy: unknown key 'license'; expected one of {TOP_KEYS}",
        "did you mean 'licence'?",
    ),
    (
        "name: t\n",
        "t.yaml: neither 'children' (nested form) nor 'nodes' (flat form); expected one of them",
        None,
    ),
    (
        "name: t\nchildren: [{name: a}]\nnodes: {}\n",
        "t.yaml:3: both 'children' (nested form) and 'nodes' (flat form); expected one of them",
        None,
    ),
    ("children:\n  - name: a\n", "t.yaml: the taxonomy has no 'name'; expected one", None),
    (
        "name:\nchildren:\n  - name: a\n",
        "t.yaml:1: the taxonomy: 'name' is nothing; expected text",
        None,
    ),
    (
        NESTED + "  - name: no\n",
        "t.yaml:3: child 1 of the root 't': 'name' is the boolean false; expected text",
        'put it in quotes: "no"',
    ),
    (
        NESTED + "  - name: 1e3\n",
        "t.yaml:3: child 1 of the root 't': 'name' is the number 1e3; expected text",
        'put it in quotes: "1e3"',
    ),
    (
        NESTED + "  - name: 1984\n",
        "t.yaml:3: child 1 of the root 't': 'name' is the number 1984; expected text",
        'put it in quotes: "1984"',
    ),
    (
        NESTED + "  - name: 2024-01-01\n",
        "t.yaml:3: child 1 of the root 't': 'name' is the date 2024-01-01; expected text",
        'put it in quotes: "2024-01-01"',
    ),
    (
        NESTED + "  - name: ''\n",
        "t.yaml:3: child 1 of the root 't': 'name' is empty; expected text",
        None,
    ),
    (
        NESTED + "  - name: ' a'\n",
        "t.yaml:3: child 1 of the root 't': 'name' is ' a'; expected no spaces at the ends",
        None,
    ),
    (
        NESTED + "  - name: |\n      a\n      b\n",
        "t.yaml:3: child 1 of the root 't': 'name' is 'a\\nb\\n'; "
        "expected no line breaks or control characters",
        None,
    ),
    (
        NESTED + "  - name: [a]\n",
        "t.yaml:3: child 1 of the root 't': 'name' is a list; expected text",
        None,
    ),
    (
        NESTED + "  - name: Norway\n    id: no\n",
        "t.yaml:4: node 'Norway': 'id' is the boolean false; expected text",
        'put it in quotes: "no"',
    ),
    (
        NESTED + "  - dog\n",
        "t.yaml:3: child 1 of the root 't' is the text 'dog'; expected a mapping",
        "write `- name: dog`",
    ),
    (NESTED + "  - [a]\n", "t.yaml:3: child 1 of the root 't' is a list; expected a mapping", None),
    (NESTED + "  -\n", "t.yaml:3: child 1 of the root 't' is nothing; expected a mapping", None),
    (
        NESTED + "  - description: x\n",
        "t.yaml:3: child 1 of the root 't' has no 'name'; expected one",
        None,
    ),
    (
        NESTED + "  - name: a\n    children: []\n",
        "t.yaml:4: node 'a': 'children' is an empty list; expected at least one child",
        "leave 'children' out at a leaf",
    ),
    (
        NESTED + "  - name: a\n    children:\n      name: b\n",
        "t.yaml:4: node 'a': 'children' is a mapping; expected a list",
        None,
    ),
    (NESTED + "", "t.yaml:2: the root 't': 'children' is nothing; expected a list", None),
    (
        NESTED + "  - name: dog\n    children:\n      - name: husky\n        descripton: x\n",
        f"t.yaml:6: node 'husky': unknown key 'descripton'; expected one of {NODE_KEYS}",
        "did you mean 'description'?",
    ),
    (
        NESTED + "  - name: a\n    parents: [t]\n",
        "t.yaml:4: node 'a': 'parents' in the nested form; expected one parent, by position",
        "use the flat form for several parents",
    ),
    (
        NESTED + "  - name: a\n    id: x\n  - name: b\n    id: x\n",
        "t.yaml:6: two nodes have the id 'x'; expected one (first on line 4)",
        None,
    ),
    (
        NESTED + "  - name: bank\n  - name: Bank\n",
        "t.yaml:4: two nodes have the id 't/bank', made from the names; "
        "expected one (first on line 3)",
        "give one of them another name, or an 'id'",
    ),
    (
        NESTED + "  - name: a\n    name: b\n",
        "t.yaml:4: two keys 'name'; expected one (first on line 3)",
        None,
    ),
    (
        NESTED + "  - name: '???'\n",
        "t.yaml:3: node '???': no id can be made from the names (no letter or digit, or more "
        "than 500 characters); "
        "expected an 'id'",
        None,
    ),
    (
        NESTED + "  - name: a\n    class: x\n",
        "t.yaml:4: node 'a': 'class' is the text 'x'; expected true or false",
        None,
    ),
    (
        NESTED + "  - name: a\n    class: false\n",
        "t.yaml:4: node 'a': 'class' is false at a leaf; expected true, as at every leaf",
        None,
    ),
    (
        NESTED + "  - name: a\n    index: -1\n",
        "t.yaml:4: node 'a': 'index' is the number -1; expected a whole number from 0",
        None,
    ),
    (
        NESTED + "  - name: a\n    index: 1\n  - name: b\n    index: 1\n",
        "t.yaml:6: nodes 'a' and 'b' have the index 1; "
        "expected one node an index (first on line 4)",
        None,
    ),
    (
        NESTED + "  - name: a\n    index: true\n",
        "t.yaml:4: node 'a': 'index' is the boolean true; expected a whole number from 0",
        None,
    ),
    (
        NESTED + '  - name: a\n    question: "a\\x07b"\n',
        "t.yaml:4: node 'a': 'question' has a control character; expected text",
        None,
    ),
    (
        NESTED + f"  - name: a\n    id: {'i' * 501}\n",
        f"t.yaml:4: the id '{'i' * 57}...' has 501 characters; expected at most 500",
        None,
    ),
    (
        NESTED + "  - name: a\n    description: 12\n",
        "t.yaml:4: node 'a': 'description' is the number 12; expected text",
        'put it in quotes: "12"',
    ),
    (
        NESTED + "  - name: a\n    question: [x]\n",
        "t.yaml:4: node 'a': 'question' is a list; expected text",
        None,
    ),
    (
        "name: t\nroot: 3\nchildren: [{name: a}]\n",
        "t.yaml:2: the taxonomy: 'root' is the number 3; expected text",
        'put it in quotes: "3"',
    ),
    ("name: t\nnodes: [a]\n", "t.yaml:2: 'nodes' is a list; expected a mapping", None),
    ("name: t\nnodes: {}\n", "t.yaml:2: 'nodes' is empty; expected nodes", None),
    (
        FLAT + "  no: {parents: [r]}\n",
        "t.yaml:4: the key no is the boolean false; expected text",
        'put it in quotes: "no"',
    ),
    (
        FLAT + "  12: {parents: [r]}\n",
        "t.yaml:4: the key 12 is the number 12; expected text",
        'put it in quotes: "12"',
    ),
    ("name: t\nnodes:\n  r:\n", "t.yaml:3: node 'r' is nothing; expected a mapping", None),
    (
        FLAT + "  a: {parents: [r]}\n  a: {parents: [r]}\n",
        "t.yaml:5: two nodes have the id 'a'; expected one (first on line 4)",
        None,
    ),
    (
        "name: t\nnodes:\n  animal: {}\n  dog:\n    parents: [animl]\n",
        "t.yaml:5: node 'dog': its parent 'animl' is no node; expected the id of one",
        "did you mean 'animal'?",
    ),
    (
        FLAT + "  a: {parents: r}\n",
        "t.yaml:4: node 'a': 'parents' is the text 'r'; expected a list of ids",
        "write `parents: [r]`",
    ),
    (
        FLAT + "  a:\n    parents:\n      - r\n      - no\n",
        "t.yaml:7: node 'a': parent 2 is the boolean false; expected an id",
        'put it in quotes: "no"',
    ),
    (
        FLAT + "  a: {parents: [a]}\n",
        "t.yaml:4: node 'a' is its own parent; expected another",
        None,
    ),
    (
        FLAT + "  a: {parents: [r, r]}\n",
        "t.yaml:4: node 'a': the parent 'r' twice; expected once",
        None,
    ),
    (
        FLAT + "  s: {}\n  a: {parents: [r]}\n",
        "t.yaml:4: 2 nodes without parents: 'r', 's'; expected one root",
        "give all but one of them 'parents', or put a new root above them",
    ),
    (
        FLAT + "  a: {parents: [r, c]}\n  b: {parents: [a]}\n  c: {parents: [b]}\n",
        "t.yaml:4: a cycle from parent to child: 'a' -> 'b' -> 'c' -> 'a'; expected none",
        None,
    ),
    (
        "name: t\nnodes:\n  a: {parents: [b]}\n  b: {parents: [a]}\n",
        "t.yaml:3: no root: every node has parents; a cycle from parent to child: 'a' -> 'b' "
        "-> 'a'; "
        "expected none",
        "leave 'parents' out at the root",
    ),
    (FLAT + "", "t.yaml: nothing but a root; expected at least one node below it", None),
    (
        "name: t\nnodes:\n  r: {children: [a]}\n",
        f"t.yaml:3: node 'r': unknown key 'children'; expected one of {FLAT_KEYS}",
        None,
    ),
    (
        "name: t\nquestion: a?\nnodes:\n  r: {question: b?}\n  a: {parents: [r]}\n",
        "t.yaml:4: node 'r': 'question' both here and at the top; expected one of them",
        None,
    ),
    (
        FLAT + "  'a ': {parents: [r]}\n",
        "t.yaml:4: the id 'a '; expected no spaces at the ends",
        None,
    ),
    (
        "name: t\nchildren: &a\n  - name: b\n    children: *a\n",
        "t.yaml:4: the alias *a stands inside itself; expected no loops",
        None,
    ),
    ("name: *x\n", "t.yaml:1: the alias *x has no anchor before it", None),
    (
        "name: !!python/object:os.system t\n",
        "t.yaml:1: the tag 'tag:yaml.org,2002:python/object:os.system'; expected none",
        None,
    ),
    ("? [a]\n: b\n", "t.yaml:1: a list or mapping as a key; expected text", None),
    (
        "name: t\nbase: &b {name: x}\nchildren:\n  - <<: *b\n",
        "t.yaml:4: the key << is the merge key <<; expected text",
        "write the fields out",
    ),
    (
        b"\xff\xfen\x00a\x00m\x00e\x00:\x00 \x00t\x00",
        "t.yaml is UTF-16 or UTF-32; expected UTF-8",
        SAVE_AS,
    ),
    (
        b"name: t\nchildren:\n  - name: Caf\xe9\n",
        "t.yaml:3: the byte 0xe9 is not UTF-8; expected UTF-8",
        SAVE_AS,
    ),
    (b"name: t\n\x00\n", "t.yaml:2: the control character U+0000; expected text in UTF-8", SAVE_AS),
    (
        b"name: t\nroot: \x1b[31m\n",
        "t.yaml:2: the control character U+001B; expected text in UTF-8",
        SAVE_AS,
    ),
    (b"\x89PNG\r\n\x1a\n\x00\x00", "t.yaml:1: the byte 0x89 is not UTF-8; expected UTF-8", SAVE_AS),
    (
        '{"name": "t", "children": [{"name": "a", "name": "b"}]}',
        "t.yaml:1: two keys 'name'; expected one (first on line 1)",
        None,
    ),
    (
        '{"name": "t", "children": [{"name": 5}]}',
        "t.yaml:1: child 1 of the root 't': 'name' is the number 5; expected text",
        'put it in quotes: "5"',
    ),
    (
        '{"name": "t", "children": [{"name": "a\\ud83d"}]}',
        "t.yaml: child 1 of the root 't': 'name' is 'a\\ud83d'; "
        "expected no line breaks or control characters",
        None,
    ),
]


@pytest.mark.parametrize(("content", "message", "hint"), GOLDEN)
def test_each_mistake_is_named_with_its_line(
    tmp_path: Path, content: str | bytes, message: str, hint: str | None
) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(TaxonomyError) as caught:
        Taxonomy.load(path)
    assert caught.value.message == f"{tmp_path}/{message}"
    assert caught.value.hint == hint


def test_a_dict_has_the_same_errors_without_a_file() -> None:
    with pytest.raises(TaxonomyError) as caught:
        Taxonomy.from_dict({"name": "t", "children": [{"name": False}]})
    assert caught.value.message == (
        "child 1 of the root 't': 'name' is the boolean false; expected text"
    )
    assert caught.value.hint == "put it in quotes"


def test_a_line_is_found_deep_in_a_file_behind_anchors_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(
        "# a comment\nname: t\n\nchildren:\n  - name: a\n    description: &d >\n      some\n"
        "      words\n    children:\n      - {name: b, description: *d}\n\n      - name: c\n"
        "        children:\n          - name: d\n          - name: e\n\n            index: x\n"
    )
    with pytest.raises(TaxonomyError, match=r"t\.yaml:17: node 'e': 'index' is the text 'x'"):
        Taxonomy.load(path)


def test_what_is_wrong_behind_an_alias_has_the_line_of_the_alias(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(
        "name: t\nchildren:\n  - name: a\n    children: &c\n      - {name: x, id: x}\n"
        "  - name: b\n    children: *c\n"
    )
    with pytest.raises(TaxonomyError, match=r"t\.yaml:7: two nodes have the id 'x'.*line 5\)"):
        Taxonomy.load(path)


def seconds_to_refuse(path: Path, content: str) -> float:
    path.write_text(content)
    start = time.perf_counter()
    with pytest.raises(TaxonomyError):
        Taxonomy.load(path)
    return time.perf_counter() - start


def test_what_expands_without_bound_ends_fast(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    laughs = "name: t\na: &a0 [lol, lol]\n"
    for n in range(1, 30):
        laughs += f"b{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n"
    assert seconds_to_refuse(path, laughs) < 2
    twins = "name: t\nchildren:\n  - &n0 {name: n}\n"
    for n in range(1, 60):
        twins += f"  - &n{n} {{name: n, children: [*n{n - 1}, *n{n - 1}]}}\n"
    assert seconds_to_refuse(path, twins) < 2
    long_text = f"name: t\nsource: &s {'x' * 100_000}\nchildren:\n"
    assert seconds_to_refuse(path, long_text + "  - {name: *s}\n" * 10_000) < 5
    assert seconds_to_refuse(path, "name: t\nchildren: " + "[" * 1_000_000) < 2
    assert seconds_to_refuse(path, "name: t\nchildren: " + "{a: " * 1_000_000) < 2
    assert seconds_to_refuse(path, "".join(f"{' ' * n}a:\n" for n in range(3_000))) < 5


SEEDS = [
    "name: pets\nroot: animal\nquestion: Which?\nchildren:\n  - name: dog\n    class: true\n"
    "    children:\n      - name: husky\n        id: h\n        index: 3\n      - {name: pug}\n"
    "  - name: 'cat'\n    description: >\n      long\n      words\n",
    "name: t\nsource: me\nnodes:\n  r: {question: what?}\n  a:\n    parents: [r]\n    name: A\n"
    "  b: {parents: [r, a], description: &d words}\n  c: {parents: [b], description: *d}\n",
    json.dumps({"name": "t", "children": [{"name": "a", "children": [{"name": "ü"}]}]}),
]
PIECES = [
    *["&a ", "*a ", "*d", "!!int ", "!x ", "---\n", "...\n", "\t", "? ", ": ", "- ", "[", "]", "{"],
    *["}", "'", '"', "|\n", ">-\n", "#", "%TAG ! x\n", "no", "1e3", "null", "~", "<<: ", "\ufeff"],
    *["children: []", "id: dog\n", "parents: [r]", "nodes:\n", "\\ud83d", '"\\x00"', '"\\ud800"'],
    *["2024-13-45", "0x", "1" * 5000, "-.inf", "1:2:3", "\x85", "\u2028", '"\\U00110000"', "\r"],
]
EDITS = st.lists(
    st.tuples(
        st.integers(0, 300),
        st.integers(0, 12),
        st.one_of(
            st.sampled_from([piece.encode() for piece in PIECES]),
            st.binary(max_size=4),
            st.sampled_from([b"\n", b" ", b"  ", b"a", b"\0", b"\xff\xfe", b"\xe9"]),
        ),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.slow
@settings(few, max_examples=200)
@given(st.sampled_from(SEEDS), EDITS)
def test_a_damaged_file_loads_or_is_an_error_of_one_line(
    tmp_path: Path, seed: str, edits: list[tuple[int, int, bytes]]
) -> None:
    content = seed.encode()
    for start, length, piece in edits:
        start %= len(content) + 1
        content = content[:start] + piece + content[start + length :]
    path = tmp_path / "t.yaml"
    path.write_bytes(content)
    try:
        Taxonomy.load(path)
    except TaxonomyError as error:
        assert error.message.isprintable()
        assert error.hint is None or error.hint.isprintable()


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(
                st.sampled_from(["name", "children", "nodes", "parents", "id", "class", "index"]),
                st.sampled_from(["question", "description", "root", "source"]),
                st.text(max_size=3),
                st.integers(),
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=20,
)


@pytest.mark.slow
@settings(few, max_examples=100)
@given(st.dictionaries(st.sampled_from(["name", "root", "nodes", "children", "x"]), JSON), JSON)
def test_any_dict_loads_or_is_an_error_of_one_line(top: dict[str, object], more: object) -> None:
    for data in (top, {"name": "t", "children": [more]}, {"name": "t", "nodes": more}):
        try:
            Taxonomy.from_dict(data)
        except TaxonomyError as error:
            assert error.message.isprintable()
            assert error.hint is None or error.hint.isprintable()
