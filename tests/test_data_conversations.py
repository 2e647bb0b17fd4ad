from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxonomy_strategies import few, trees

from hiercls.config import CONVERSATION_FORMS, CONVERSATION_KINDS, PlanSettings
from hiercls.data import Example, read_examples
from hiercls.data.conversations import (
    SUFFIX_OF,
    Conversation,
    read_conversations,
    readings,
    write_conversations,
)
from hiercls.data.exporting import conversations_of, write_manifest
from hiercls.errors import RequestError
from hiercls.plan import Plan
from hiercls.taxonomy import Taxonomy

PETS = Taxonomy.from_dict(
    {
        "name": "pets",
        "children": [
            {
                "name": "Dog",
                "class": True,
                "description": "barks: at night",
                "children": [{"name": "Pug", "description": "flat face"}, {"name": "Other"}],
            },
            {"name": "Cat", "children": [{"name": "Manx"}, {"name": "Other"}]},
            {
                "name": "Bird",
                "children": [{"name": "Ducks", "children": [{"name": "Teal (green)"}]}],
            },
        ],
    }
)
SETTINGS = st.builds(
    PlanSettings, max_options=st.integers(2, 6), merge=st.sampled_from(["auto", "all", "none"])
)


def there_and_back(
    plan: Plan, examples: list[Example], folder: Path, *, form: str, ask: str
) -> dict[str, str]:
    """Return the node by image of what was written and read again."""
    path = folder / f"data{SUFFIX_OF[form]}"
    write_conversations(path, conversations_of(plan, examples, ask=ask, seed=4), form=form)
    return {own.image: own.node for own in read_examples(path, plan.taxonomy)}


def examples_of(taxonomy: Taxonomy) -> list[Example]:
    return [Example(f"/pictures/{n}.jpg", own) for n, own in enumerate(taxonomy.classes)]


@pytest.mark.parametrize("form", CONVERSATION_FORMS)
@pytest.mark.parametrize("ask", CONVERSATION_KINDS)
@pytest.mark.parametrize("merge", ["auto", "none"])
def test_labels_come_back_from_conversations(
    tmp_path: Path, form: str, ask: str, merge: str
) -> None:
    examples = examples_of(PETS)
    plan = Plan(PETS, PlanSettings(merge=merge))
    found = there_and_back(plan, examples, tmp_path, form=form, ask=ask)
    assert found == {own.image: own.node for own in examples}


@pytest.mark.slow
@few
@given(trees(), SETTINGS, st.sampled_from(CONVERSATION_FORMS), st.sampled_from(CONVERSATION_KINDS))
def test_in_any_tree_with_names_of_its_own_labels_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    document: dict[str, Any],
    settings: PlanSettings,
    form: str,
    ask: str,
) -> None:
    for number, node in enumerate(document["nodes"].values()):
        node["name"] = f"{node.get('name', 'root')} no {number}"
    plan = Plan(Taxonomy.from_dict(document), settings)
    examples = [own for own in examples_of(plan.taxonomy) if plan.route(own.node)]
    if examples:
        folder = tmp_path_factory.getbasetemp()
        found = there_and_back(plan, examples, folder, form=form, ask=ask)
        assert found == {own.image: own.node for own in examples}


def test_the_three_forms_are_those_that_the_tools_read(tmp_path: Path) -> None:
    conversation = Conversation("a.jpg", (("Which?", "B"), ("Sure?", "yes")))
    turns = [
        {"role": "user", "content": "<image>\nWhich?"},
        {"role": "assistant", "content": "B"},
        {"role": "user", "content": "Sure?"},
        {"role": "assistant", "content": "yes"},
    ]
    write_conversations(tmp_path / "a.json", [conversation], form="openbmb")
    expected = {"id": "0", "image": "a.jpg", "conversations": turns}
    assert json.loads((tmp_path / "a.json").read_text()) == [expected]

    write_conversations(tmp_path / "b.json", [conversation] * 2, form="llama-factory")
    assert (
        json.loads((tmp_path / "b.json").read_text())
        == [{"messages": turns, "images": ["a.jpg"]}] * 2
    )

    write_conversations(tmp_path / "c.jsonl", [conversation] * 2, form="ms-swift")
    lines = (tmp_path / "c.jsonl").read_text().splitlines()
    turns[0]["content"] = "<image>Which?"
    assert [json.loads(line) for line in lines] == [{"messages": turns, "images": ["a.jpg"]}] * 2
    for path in sorted(tmp_path.glob("?.json*")):
        assert {own for _, own in read_conversations(path)} == {conversation}


def test_llama_factory_is_told_of_a_file_beside_those_it_knows(tmp_path: Path) -> None:
    info = tmp_path / "dataset_info.json"
    info.write_text('{"other": {"file_name": "other.json"}}')
    write_conversations(tmp_path / "pets.json", [], form="llama-factory")
    known = json.loads(info.read_text())
    assert known["other"] == {"file_name": "other.json"}
    assert known["pets"]["file_name"] == "pets.json"
    assert known["pets"]["columns"] == {"messages": "messages", "images": "images"}
    info.write_text("[]")
    with pytest.raises(RequestError, match=r"not what LLaMA-Factory registers datasets in"):
        write_conversations(tmp_path / "pets.json", [], form="llama-factory")


def test_options_are_shuffled_by_a_seed_and_the_letter_is_that_of_the_truth() -> None:
    plan = Plan(PETS, PlanSettings(merge="none"))
    examples = [Example(f"{n}.jpg", "pug") for n in range(30)]

    def written(seed: int) -> list[Conversation]:
        return list(conversations_of(plan, examples, level=1, seed=seed))

    assert written(1) == written(1) != written(2)
    for conversation in written(1):
        [(question, letter)] = conversation.turns
        assert f"{letter}. Pug: flat face" in question.split("\n")
    assert {own.turns[0][1] for own in written(1)} == {"A", "B", "C"}


def test_a_level_that_is_not_there_is_refused() -> None:
    with pytest.raises(RequestError, match="level 7; expected one from 0 to"):
        next(conversations_of(Plan(PETS), examples_of(PETS), level=7))


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("Which?\nA. cat\nB. dog: barks", "B", "dog: barks"),
        ("Which?\n(A) cat\n(B) dog", "(B)", "dog"),
        ("Which?\nA. cat\nB. dog", "B. dog", "dog"),
        ("Which?\nA. cat\nB. dog", "dog", "dog"),
        ("Which?\nA. cat\nB. dog", "C", "C"),
        ("Which?", " Pug ", "Pug"),
    ],
)
def test_an_answer_is_the_option_behind_its_letter(question: str, answer: str, said: str) -> None:
    assert list(Conversation("a.jpg", ((question, answer),)).answers()) == [said]


def test_a_name_is_found_in_the_text_of_an_option() -> None:
    assert ("Dog", "") in readings("Dog (none of the others): barks: at night")
    assert ("Dog", "") in readings("Dog.")
    assert ("Dog", "zoo") in readings("Dog (none of the others) (zoo): barks")
    assert ("crane", "zoo/bird") in readings("crane (zoo > bird)")
    assert next(readings("Teal (green): small")) == ("Teal (green): small", "")


def write(folder: Path, *records: object, name: str = "data.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(records), encoding="utf-8")
    return path


def turns(*pairs: tuple[str, str], image: str = "a.jpg") -> dict[str, object]:
    said = [{"from": "human", "value": f"<image>\n{asked}"} for asked, _ in pairs]
    answers = [{"from": "gpt", "value": answer} for _, answer in pairs]
    mixed = [turn for pair in zip(said, answers, strict=True) for turn in pair]
    return {"image": {"<image_00>": image}, "conversations": mixed}


def test_the_most_specific_answer_about_an_image_counts(tmp_path: Path) -> None:
    path = write(tmp_path, turns(("Kind?", "Cat"), ("Which?", "Other")), turns(("Kind?", "Cat")))
    [example] = read_examples(path, PETS)
    assert (example.node, example.name) == ("pets/cat/other", "a.jpg")
    assert example.image == str(tmp_path / "a.jpg")


def test_answers_that_are_no_nodes_are_listed(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        turns(("Which?", "Pugg")),
        turns(("Which?", "Other"), image="b.jpg"),
        turns(("Which?\nA. Pug\nB. Manx", "A"), image="c.jpg"),
    )
    with pytest.raises(RequestError) as caught:
        read_examples(path, PETS)
    assert "2 labels cannot be found" in caught.value.message
    assert "'Pugg' is no node (1 row, first in entry 0; did you mean 'Pug'?)" in str(caught.value)
    assert "'Other' means 2 nodes" in str(caught.value)
    found = read_examples(path, PETS, unresolved="skip")
    assert [(own.name, own.node) for own in found] == [("c.jpg", "pug")]


def test_answers_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, turns(("Which?", "Pug")), turns(("Which?", "Manx")))
    with pytest.raises(RequestError, match=r"a second label: 'a.jpg' as 'pug' and 'manx'"):
        read_examples(path, PETS)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"image": "a.jpg"}, "no turns; expected a list 'messages' or 'conversations'"),
        ([], "no turns"),
        ({"messages": [], "images": ["a.jpg"]}, "turns of none; expected user and assistant"),
        (
            {"messages": [{"role": "user", "content": "?"}], "images": ["a.jpg"]},
            "turns of user; expected user and assistant in turn",
        ),
        ({**turns(("?", "!")), "image": None}, "no image; expected the path of one"),
        ({**turns(("?", "!")), "image": ["a", "b"]}, "2 images; expected the path of one"),
    ],
)
def test_what_is_no_conversation_is_one_clear_line(
    tmp_path: Path, record: object, message: str
) -> None:
    with pytest.raises(RequestError, match="entry 0: ") as caught:
        read_examples(write(tmp_path, record), PETS)
    assert message in caught.value.message


def test_files_that_hold_no_list_of_conversations_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(RequestError, match="dict; expected a list of conversations"):
        read_examples(tmp_path / "a.json", PETS)
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(RequestError, match="no JSON"):
        read_examples(tmp_path / "a.json", PETS)
    with pytest.raises(RequestError, match="cannot be read: No such file"):
        read_examples(tmp_path / "none.json", PETS)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl"])
def test_a_manifest_that_was_written_is_read_as_it_was(tmp_path: Path, suffix: str) -> None:
    examples = [
        Example("/a, b.jpg", "pug", "/a, b.jpg", "train"),
        Example("/c.jpg", "dog", "/c.jpg", None),
    ]
    path = tmp_path / f"labels{suffix}"
    assert write_manifest(path, examples) == 2
    assert list(read_examples(path, PETS)) == examples


def test_images_are_written_relative_to_a_folder_where_wanted(tmp_path: Path) -> None:
    example = Example(str(tmp_path / "in" / "a.jpg"), "pug")
    write_manifest(tmp_path / "labels.csv", [example], relative_to=tmp_path)
    assert (tmp_path / "labels.csv").read_text().splitlines()[1] == "in/a.jpg,pug,"
    plan = Plan(PETS)
    [conversation] = conversations_of(plan, [example], level=0, relative_to=tmp_path)
    assert conversation.image == "in/a.jpg"
