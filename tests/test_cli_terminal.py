from __future__ import annotations

import io
from pathlib import Path

import pytest

from hiercls.cli.main import main
from hiercls.cli.terminal import fitted

LINE = "  'n1': thing > man-made object > soft-finned fish > " + "other fish " * 4


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_long_lines_are_broken_between_words_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    lines = fitted(f"short\n\n{LINE}", Terminal()).splitlines()
    assert lines[:2] == ["short", ""] and len(lines) > 3
    assert lines[2].startswith("  'n1': thing") and lines[3].startswith("      ")
    assert all(len(line) <= 50 for line in lines)
    assert " ".join(" ".join(lines[2:]).split()) == " ".join(LINE.split())


def test_lines_stay_as_they_are_anywhere_else() -> None:
    assert fitted(LINE, io.StringIO()) == LINE


@pytest.mark.parametrize("columns", ["1", "40"])
def test_a_word_is_never_broken(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    word = "w" * 200
    assert word in fitted(f"a {word} b", Terminal()).split()


def test_the_table_of_a_plan_fits_eighty_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["taxonomy", "plan", "flags"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


@pytest.mark.parametrize("node", ["vertical-stripes", "vertical stripes"])
def test_a_tree_begins_at_a_node_given_by_id_or_name(
    capsys: pytest.CaptureFixture[str], node: str
) -> None:
    main(["taxonomy", "show", "flags", "--node", node])
    assert capsys.readouterr().out.startswith(f"{node.replace('-', ' ')}  ")


def test_a_part_of_a_taxonomy_is_exported(tmp_path: Path) -> None:
    out = tmp_path / "dogs.svg"
    command = ["taxonomy", "export", "imagenet", "--to", "svg", "--out", str(out)]
    assert main(command) == 2 and not out.exists()
    assert main([*command, "--under", "dog", "--exclude", "terrier"]) == 0
    picture = out.read_text()
    assert ">Great Dane<" in picture and ">Yorkshire terrier<" not in picture
