"""`hiercls taxonomy import` and `hiercls taxonomy export`."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from hiercls.cli.arguments import taxonomy_export, taxonomy_import
from hiercls.cli.main import main
from hiercls.taxonomy import Taxonomy, exporting
from hiercls.taxonomy.importing import FORMS, ImportSettings

LINES = "# products\n1 - Food\n2 - Food > Bread\n3 - Toys\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("products.txt").write_text(LINES)
    Path("codes.csv").write_text(
        "code;parent;label_en;label_fr\n1;;Food;Aliments\n2;1;Bread;Pain\n"
    )
    return tmp_path


def test_import_writes_the_file_and_reports_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--name", "products", "--root", "product"]
    assert main(["taxonomy", "import", "products.txt", "--out", "p.yaml", *asked]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "products.txt: 4 nodes, 2 leaves; read as paths, recognised",
        "note: 1 line beginning with # passed over: '# products'",
        "note: 2 roots joined under a new one, 'product': 'Food', 'Toys'",
        "note: 1 node with a single child, where there is nothing to ask: '1'",
        "written to p.yaml",
    ]
    assert Taxonomy.load("p.yaml").path("2") == ("product", "1", "2")


def test_the_report_may_be_json(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--out", "p.yaml", "--format", "json"]
    assert main(["taxonomy", "import", "products.txt", *asked]) == 0
    captured = capsys.readouterr()
    report = json.loads(captured.out)
    assert captured.err == ""
    assert (report["form"], report["recognised"], report["nodes"]) == ("paths", True, 4)
    assert [note["kind"] for note in report["notes"]] == ["comments", "roots", "chains"]


def test_what_is_wrong_is_one_line_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.csv").write_text("id,parent\na,\nb,x\n")
    assert main(["taxonomy", "import", "bad.csv", "--out", "p.yaml"]) == 2
    message = "hiercls: error: bad.csv:3: 'b': its parent 'x' has no row; expected one\n"
    assert capsys.readouterr().err == message
    assert not Path("p.yaml").exists()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["--out", "products.txt"], "products.txt is the source; expected another file to write"),
        (["--out", "none/p.yaml"], "there is no folder none"),
        (["--out", "p.yaml", "--from", "tree"], "invalid choice: 'tree'"),
        (["--out", "p.yaml", "--column", "name"], "'name' is not ROLE=HEADER"),
        (["--out", "p.yaml", "--column", "nam=x"], "the column role 'nam'; expected one of id,"),
        (["--out", "p.yaml", "--column", "name=x"], "columns with the form paths; expected table"),
        (["--out", "p.yaml", "--max-nodes", "2"], "more than 2 nodes; expected fewer"),
        (["--out", "p.yaml", "--max-bytes", "9"], "expected at most 9"),
    ],
)
def test_a_request_that_is_wrong_is_told(
    capsys: pytest.CaptureFixture[str], asked: list[str], message: str
) -> None:
    assert main(["taxonomy", "import", "products.txt", *asked]) == 2
    assert message in capsys.readouterr().err
    assert Path("products.txt").read_text() == LINES
    assert not Path("p.yaml").exists()


def test_export_writes_what_import_reads(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["taxonomy", "export", "flags", "--to", "csv"]) == 0
    Path("flags.csv").write_text(capsys.readouterr().out)
    assert main(["taxonomy", "import", "flags.csv", "--out", "again.yaml"]) == 0
    assert Taxonomy.load("again.yaml").hash == Taxonomy.load("flags").hash
    assert main(["taxonomy", "export", "flags", "--to", "dot", "--out", "flags.dot"]) == 0
    assert Path("flags.dot").read_text().endswith("}\n")


def test_an_export_that_cannot_be_leaves_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    nodes = {"r": {}, "a": {"parents": ["r"]}, "b": {"parents": ["a", "r"]}}
    Taxonomy.from_dict({"name": "t", "nodes": nodes}).save("t.yaml", "flat")
    assert main(["taxonomy", "export", "t.yaml", "--to", "json", "--out", "t.json"]) == 2
    assert "node 'b' has 2 parents" in capsys.readouterr().err
    assert not Path("t.json").exists()


def test_the_command_line_knows_all_forms_and_limits() -> None:
    assert set(taxonomy_import.FORMS) == set(FORMS)
    assert taxonomy_export.FORMS == exporting.FORMS
    defaults = ImportSettings()
    assert defaults.max_nodes == taxonomy_import.MOST_NODES
    assert defaults.max_bytes == taxonomy_import.LARGEST_FILE


@pytest.mark.parametrize("action", ["import", "export"])
def test_the_help_ends_with_two_examples_that_work(
    capsys: pytest.CaptureFixture[str], action: str
) -> None:
    with pytest.raises(SystemExit):
        main(["taxonomy", action, "--help"])
    *_, title, first, second = capsys.readouterr().out.rstrip().splitlines()
    assert title == "examples:"
    for line in (first, second):
        command = re.sub(r" > .*", "", line.strip()).removeprefix("hiercls ")
        assert main(shlex.split(command)) == 0
