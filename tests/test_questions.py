from __future__ import annotations

import dataclasses

import pytest

from hiercls.errors import ConfigError, PlanError
from hiercls.plan import Option, Question
from hiercls.questions import PromptFormat, Turn, render, render_open, turn_of

PETS = Question(
    "pet",
    0,
    "Which of these is in the picture?",
    (Option("dog", "dog", "long muzzle"), Option("cat", "cat")),
)


def test_a_question_reads_as_it_always_has() -> None:
    assert render(PETS) == (
        "Which of these is in the picture?\n"
        "A. dog: long muzzle\n"
        "B. cat\n"
        "Answer with the letter of the best option."
    )


def test_descriptions_can_be_left_out() -> None:
    assert "A. dog\n" in render(PETS, PromptFormat(descriptions=False))


def test_an_open_question_offers_nothing() -> None:
    assert render_open(PETS) == "Which of these is in the picture?\nAnswer with the name only."


@pytest.mark.parametrize(("answer", "most"), [("letter", 26), ("pair", 260)])
def test_more_options_than_labels_are_refused(answer: str, most: int) -> None:
    options = tuple(Option(str(n), str(n)) for n in range(most + 1))
    wide = dataclasses.replace(PETS, options=options)
    with pytest.raises(PlanError, match=f"'pet' has {most + 1} options; expected at most {most}"):
        render(wide, PromptFormat(answer=answer))


def test_pairs_label_the_options_where_they_answer() -> None:
    options = tuple(Option(str(n), f"pet {n}") for n in range(12))
    text = render(dataclasses.replace(PETS, options=options), PromptFormat(answer="pair"))
    assert "\nA0. pet 0\nA1. pet 1\n" in text
    assert text.endswith("A9. pet 9\nB0. pet 10\nB1. pet 11\n" + PromptFormat().pair_instruction)


def test_examples_stand_behind_the_question_in_the_order_of_the_options() -> None:
    turn = turn_of(PETS, pictures={1: [5], 0: [3, 4]})
    assert turn.texts == (
        render(PETS) + "\nAn example of A:",
        "An example of A:",
        "An example of B:",
        "The picture in question:",
    )
    assert turn.pictures == (3, 4, 5)
    assert turn_of(PETS) == Turn((render(PETS),))
    named = turn_of(PETS, PromptFormat(answer="name"), {1: [5]})
    assert named.texts == (render_open(PETS) + "\nAn example of cat:", "The picture in question:")


def test_nothing_is_offered_where_names_answer() -> None:
    assert render(PETS, PromptFormat(answer="name")) == render_open(PETS)


def test_a_question_with_one_option_is_refused() -> None:
    with pytest.raises(PlanError, match="offers 1 option; expected 2 or more"):
        dataclasses.replace(PETS, options=PETS.options[:1])


def test_every_field_of_a_format_changes_its_hash() -> None:
    default = PromptFormat()
    others = [
        PromptFormat(descriptions=False),
        PromptFormat(instruction="Answer."),
        PromptFormat(open_instruction="Answer."),
        PromptFormat(pair_instruction="Answer."),
        PromptFormat(example="Like {}:"),
        PromptFormat(closing="And this:"),
        PromptFormat(order="question"),
        PromptFormat(answer="name"),
        PromptFormat(name_score="mean"),
        PromptFormat(version=0),
    ]
    assert len(others) == len(dataclasses.fields(PromptFormat))
    assert len({default.hash, *(other.hash for other in others)}) == 1 + len(others)


def test_a_format_survives_being_written_down() -> None:
    own = PromptFormat(descriptions=False, instruction="Pick one.")
    assert PromptFormat.from_dict(dataclasses.asdict(own)) == own


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 99}, "version 99; this release of hiercls writes 1"),
        ({"instruction": 3}, "instruction is 3; expected str"),
        ({"descriptions": "yes"}, "descriptions is 'yes'; expected bool"),
        ({"colour": "red"}, "has the keys answer, closing, colour, "),
        ({"answer": "word"}, "answer is 'word'; expected letter or pair or name"),
    ],
)
def test_a_format_that_is_not_ours_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        PromptFormat.from_dict(dataclasses.asdict(PromptFormat()) | change)
