from __future__ import annotations

import json
from pathlib import Path

import pytest

from hiercls.cli.main import main

PETS = """\
name: pets
question: Which pet is this?
children:
  - name: dog
    children:
      - name: husky
      - name: pug
        description: flat face
      - name: poodle
  - name: cat
  - name: bird
    question: Which bird is this?
    children: [{name: parrot}, {name: canary}]
"""
TABLE = """\
pets: 6 classes, merge auto

options  questions  unmerged  at most  steps  tokens  unmerged  in all  levels
      2       3.33      3.33        4   1.83     110       110       5       2
     16       1.33      1.83        2   1.33      59        67       2       2

options    the most of a single question
questions  an image is asked, the mean over classes; unmerged, without merging
at most    for the class that takes the most
steps      the same with a question asked in rounds counted once
tokens     of an image's questions, estimated: bytes / 4, and 3 more an option,
           20 more a question
in all     questions of the whole plan
"""
SHOWN = """
max options 2: 1 of 3 questions

at 'pets', level 0, 3 options in 2 questions:
Which pet is this?
- dog
- cat
- bird

max options 16: 1 of 2 questions

at 'pets', level 0:
Which pet is this?
A. husky
B. pug: flat face
C. poodle
D. cat
E. bird
Answer with the letter of the best option.
"""


@pytest.fixture
def pets(tmp_path: Path) -> str:
    path = tmp_path / "pets.yaml"
    path.write_text(PETS)
    return str(path)


def test_the_table_says_what_plans_cost(pets: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["taxonomy", "plan", pets, "--max-options", "2", "16"]) == 0
    assert capsys.readouterr().out == TABLE


@pytest.mark.slow
def test_questions_are_shown_as_they_are_asked(
    pets: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["taxonomy", "plan", pets, "--max-options", "2", "16", "--show", "1"]) == 0
    assert capsys.readouterr().out == TABLE + SHOWN


def test_json_has_the_same_numbers_merged_and_unmerged(
    pets: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["taxonomy", "plan", pets, "--format", "json", "--show", "1"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["max_options"] for one in found["settings"]] == [8, 16, 26]
    one = found["settings"][0]
    assert one["questions_mean"] == pytest.approx(4 / 3)
    assert one["unmerged"]["questions_mean"] == pytest.approx(11 / 6)
    assert {"questions_max", "options_max", "tokens_mean"} < one.keys()
    assert one["unmerged"].keys() < one.keys()
    assert [question["node"] for question in one["shown"]] == ["pets"]


def test_a_part_can_be_planned(pets: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["taxonomy", "plan", pets, "--under", "dog", "--exclude", "pug", "--format", "json"]
    assert main(command) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["classes"] == 2
    assert found["settings"][0]["options_max"] == 2


def test_more_options_than_letters_are_shown_without_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "things.yaml"
    names = "".join(f"  - name: thing {number}\n" for number in range(27))
    path.write_text(f"name: things\nchildren:\n{names}")
    assert main(["taxonomy", "plan", str(path), "--max-options", "27", "--show", "1"]) == 0
    shown = capsys.readouterr().out
    assert "level 0, 27 options:\nWhich of these is in the picture?\n- thing 0\n" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--max-options", "1"], "max_options is 1; expected 2 or more"),
        (["--under", "dgo"], "no node 'dgo' in the taxonomy 'pets'"),
        (["--exclude", "pets"], "nothing is left under 'pets'"),
        (["--merge", "some"], "invalid choice: 'some'"),
    ],
)
def test_a_wrong_plan_is_one_line_and_status_2(
    pets: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["taxonomy", "plan", pets, *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err.splitlines()[0]
