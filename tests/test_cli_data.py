from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from PIL import Image

from hiercls.cli.arguments import data
from hiercls.cli.main import main

PETS = """\
name: pets
children:
  - name: dog
    children: [{name: pug}, {name: husky}]
  - name: cat
    children: [{name: manx}, {name: tabby}]
"""


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pets.yaml").write_text(PETS)
    for number, name in enumerate(["train/pug/1", "train/manx/2", "test/pug/3"]):
        path = tmp_path / "photos" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4), (number, 0, 0)).save(path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> int:
    return main(["data", *arguments])


def test_stats_count_what_there_is(album: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("stats", "--taxonomy", "pets.yaml", "--data", "photos", "--merge", "none") == 0
    written = capsys.readouterr().out
    assert written.startswith("photos: 3 images of pets\n")
    assert "  test                1 images of 1 classes\n" in written
    assert "  tail, fewer than 20 images            2        3\n" in written
    assert "  missing: husky, tabby\n" in written
    assert "      1          2        3         0        1        2\n" in written
    assert "images that cannot be read: 0\n" in written


def test_stats_tell_what_is_wrong(album: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (album / "photos/test/pugg").mkdir()
    (album / "photos/test/pugg/4.png").write_bytes(b"")
    (album / "photos/test/pug/5.png").write_bytes(b"")
    (album / "photos/test/pug/6.png").write_bytes((album / "photos/train/manx/2.png").read_bytes())
    assert run("stats", "--taxonomy", "pets.yaml", "--data", "photos") == 1
    written = capsys.readouterr().out
    assert "labels that are no nodes: 1, in 1 rows\n  'pugg' is no node" in written
    assert "images that cannot be read: 1\n  photos/test/pug/5.png: empty" in written
    copies = "  test/pug/6.png = train/manx/2.png (pug, manx)\n"
    assert f"pictures in several splits: 1\n{copies}" in written
    assert f"pictures with several labels: 1\n{copies}" in written
    assert run("stats", "--taxonomy", "pets.yaml", "--data", "photos", "--format", "json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["unresolved"][0]["nearest"] == ["pug"]
    assert found["copies"][0]["splits"] == ["test", "train"]


def test_stats_of_labels_alone_open_no_image(
    album: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (album / "labels.csv").write_text("image,label\nnone.png,pug\nnone2.png,what\n")
    arguments = ("--taxonomy", "pets.yaml", "--data", "labels.csv", "--labels-only")
    assert run("stats", *arguments) == 1
    written = capsys.readouterr().out
    assert "cannot be read" not in written
    assert "'what' is no node" in written


@pytest.mark.parametrize(
    ("form", "name"), [("openbmb", "a.json"), ("ms-swift", "a.jsonl"), ("llama-factory", "a.json")]
)
def test_what_was_converted_converts_back(
    album: Path, form: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("--taxonomy", "pets.yaml", "--split", "train", "--merge", "none", "--seed", "3")
    assert run("convert", *given, "--data", "photos", "--to", form, "--output", name) == 0
    said = capsys.readouterr().err
    assert f"note: {name}: 4 conversations about 2 images\n" in said
    assert ("adds a system prompt" in said) == (form == "llama-factory")
    back = ("--taxonomy", "pets.yaml", "--data", name, "--to", "manifest", "--relative")
    assert run("convert", *back, "--output", "back.csv") == 0
    assert (album / "back.csv").read_text().splitlines() == [
        "image,label,split",
        "photos/train/manx/2.png,manx,",
        "photos/train/pug/1.png,pug,",
    ]


def test_one_level_may_be_converted_as_open_labels(
    album: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (album / "labels.csv").write_text("image,label\n1.png,pug\n2.png,dog\n")
    given = ("--taxonomy", "pets.yaml", "--data", "labels.csv", "--merge", "none")
    wanted = ("--ask", "open", "--level", "1", "--relative", "--to", "ms-swift")
    assert run("convert", *given, *wanted, "--output", "a.jsonl") == 0
    [record] = [json.loads(line) for line in (album / "a.jsonl").read_text().splitlines()]
    assert record["images"] == ["1.png"]
    assert record["messages"][1] == {"role": "assistant", "content": "pug"}
    assert "1 images are of nodes that none of the questions leads to" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("stats --few 5 --many 2", "--few 5 and --many 2; expected fewer in few"),
        ("convert --to openbmb --output a.csv", "found the suffix '.csv'; expected .json with"),
        ("convert --to manifest --output a.json", "expected .csv or .tsv or .jsonl with --to"),
        ("convert --to ms-swift --output a.jsonl --level 9", "level 9; expected one from 0 to"),
    ],
)
def test_what_cannot_be_meant_is_told_in_one_line(
    album: Path, arguments: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    action, *rest = shlex.split(arguments)
    assert run(action, "--taxonomy", "pets.yaml", "--data", "photos", *rest) == 2
    assert message in capsys.readouterr().err


def test_the_examples_in_the_help_run(
    album: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (album / "photos").rename(album / "pets")
    (album / "photos/fr").mkdir(parents=True)
    Image.new("RGB", (4, 4)).save(album / "photos/fr/1.png")
    (album / "labels.csv").write_text("image,label,split\nphotos/fr/1.png,fr,train\n")
    for text in (data._STATS_EXAMPLES, data._CONVERT_EXAMPLES):
        for line in text.splitlines()[1:]:
            assert main(shlex.split(line)[1:]) == 0, line
