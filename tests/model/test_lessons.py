from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from transformers import AutoImageProcessor

from hiercls.model.lessons import Lessons, LevelNodes, collate
from hiercls.model.maker import CheckpointShape, train_tokenizer, write_preprocessor_config
from hiercls.plan import Plan
from hiercls.questions import LETTERS, PromptFormat, render
from hiercls.taxonomy import Taxonomy

pytestmark = pytest.mark.slow

PLAN = Plan(Taxonomy.load("flags"))
TOKENIZER = train_tokenizer([render(PLAN.question(own)) for own in PLAN.nodes])


def picture(rng: random.Random) -> tuple[Image.Image, str]:
    leaf = rng.choice(PLAN.taxonomy.leaves)
    size = (rng.randint(20, 90), rng.randint(20, 90))
    return Image.new("RGB", size, (rng.randrange(256), 0, 0)), leaf


@pytest.fixture
def lessons(tmp_path: Path) -> Lessons:
    return make(tmp_path)


def make(folder: Path, **changes: Any) -> Lessons:
    write_preprocessor_config(folder, CheckpointShape())
    settings = {"rows_per_lesson": 2, "open_share": 0.2, "seed": 0, **changes}
    return Lessons(
        PLAN,
        picture,
        tokenizer=TOKENIZER,
        image_processor=AutoImageProcessor.from_pretrained(folder, backend="pil"),
        prompt_format=PromptFormat(),
        **settings,
    )


def test_a_lesson_is_the_same_whenever_it_is_made(lessons: Lessons) -> None:
    later = [lessons[number] for number in (5, 4)]
    for number, lesson in zip((5, 4), later, strict=True):
        assert lessons[number].rows == lesson.rows
        assert (lessons[number].inputs["pixel_values"] == lesson.inputs["pixel_values"]).all()
    assert later[0].rows != later[1].rows


def test_the_right_letter_stands_before_a_node_on_the_way_to_the_leaf(lessons: Lessons) -> None:
    names = {own: PLAN.taxonomy.node(own).name for own in PLAN.taxonomy}
    for number in range(60):
        _, leaf = picture(random.Random(f"0/{number}"))
        way = {names[own] for own in PLAN.taxonomy.path(leaf)}
        for row in lessons[number].rows:
            text = TOKENIZER.decode(row.tail)
            if row.right is None:
                answer = TOKENIZER.decode(row.answer)
                assert answer.endswith("<|im_end|>") and answer[: -len("<|im_end|>")] in way
                continue
            letter = LETTERS[row.right]
            assert TOKENIZER.decode(row.answer) == letter
            line = next(x for x in text.split("\n") if x.startswith(f"{letter}. "))
            assert line.removeprefix(f"{letter}. ").split(":")[0] in way


def test_spans_hold_the_options_without_their_letters(lessons: Lessons) -> None:
    for number in range(40):
        for row in lessons[number].rows:
            lines = [x for x in TOKENIZER.decode(row.tail).split("\n") if x[1:3] == ". "]
            spans = [TOKENIZER.decode(row.tail[a : b + 1]).strip() for a, b in row.spans]
            assert spans == ([] if row.right is None else [line[3:] for line in lines])


def test_letters_mean_nothing_but_their_option(lessons: Lessons) -> None:
    rights = [row.right for number in range(200) for row in lessons[number].rows]
    assert {right for right in rights if right is not None} >= {0, 1, 2, 3, 4}
    assert 0.1 < rights.count(None) / len(rights) < 0.3


def test_level_nodes_name_the_way_to_a_leaf() -> None:
    levels = LevelNodes(PLAN)
    found = levels.of(PLAN, "jp")
    ids = [options[k].node for options, k in zip(levels.options, found, strict=True) if k >= 0]
    assert ids == list(PLAN.taxonomy.path("jp")[1:])


def test_lessons_are_packed_as_the_vision_tower_takes_them(lessons: Lessons) -> None:
    batch = collate([lessons[number] for number in range(3)])
    assert batch["target_sizes"].shape == (3, 2)
    assert batch["pixel_values"].shape[-1] == int(batch["target_sizes"].prod(1).sum()) * 8
    assert batch["names"].shape == (3, PLAN.num_levels)
    for own, size in zip(batch["head_ids"], batch["target_sizes"], strict=True):
        pads = own.count(TOKENIZER.convert_tokens_to_ids("<|image_pad|>"))
        assert pads == int(size.prod()) // 16
