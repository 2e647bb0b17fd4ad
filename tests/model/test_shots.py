"""Example pictures in the questions, against transformers' own forward over several images."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from scorers import opened

from hiercls.cascade import Cascade
from hiercls.cascade.showing import open_examples
from hiercls.config import ModelSettings
from hiercls.data import Example
from hiercls.errors import RequestError
from hiercls.model.checkpoint import Checkpoint
from hiercls.model.scorer import MiniCPMVScorer
from hiercls.plan import Option, Plan, Question
from hiercls.scoring import Request
from hiercls.taxonomy import Taxonomy

pytestmark = pytest.mark.slow

FIRST = ModelSettings(order="question", self_test=False)
THINGS = Question(
    "things",
    0,
    "Which of these is in the picture?",
    tuple(Option(str(n), f"thing number {n}") for n in range(3)),
)
SHOWN = {("things", THINGS.options[0]): [0], ("things", THINGS.options[2]): [1, 2]}
SAID = ("\nAn example of A:", "An example of C:", "An example of C:", "The picture in question:")


def noise(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(width).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


EXAMPLES = [noise(90, 64), noise(64, 140), noise(300, 80)]
IMAGES = [noise(40, 30), noise(100, 200)]


def worst(first: Any, second: Any) -> float:
    pairs = zip(itertools.chain(*first), itertools.chain(*second), strict=True)
    return max(abs(a - b) for a, b in pairs)


@pytest.fixture(params=["minicpmv4_6", "minicpmv4_7"])
def folder(request: pytest.FixtureRequest, checkpoints: dict[str, Path]) -> Path:
    return checkpoints[request.param]


def taught(folder: Path, **settings: Any) -> MiniCPMVScorer:
    scorer = MiniCPMVScorer.load(folder, replace(FIRST, **settings))
    scorer.show(EXAMPLES, SHOWN)
    return scorer


@pytest.mark.parametrize("slices", [1, 4])
def test_answers_equal_those_of_transformers_over_several_images(folder: Path, slices: int) -> None:
    scorer = taught(folder, max_slice_nums=slices)
    found = scorer.score([Request(handle, THINGS) for handle in opened(scorer, IMAGES)])
    expected = [stock_answer(scorer.checkpoint, [*EXAMPLES, own], slices) for own in IMAGES]
    assert worst(found, expected) < 1e-4


def stock_answer(checkpoint: Checkpoint, images: Sequence[Image.Image], slices: int) -> list[float]:
    """The whole prompt by the library's own loop, and its template."""
    model: Any = checkpoint.model
    tokenizer: Any = checkpoint.tokenizer
    question = "Which of these is in the picture?\nA. thing number 0\nB. thing number 1\n"
    question += "C. thing number 2\nAnswer with the letter of the best option."
    content: list[dict[str, str]] = []
    for text in (question + SAID[0], *SAID[1:]):
        content += [{"type": "text", "text": text}, {"type": "image"}]
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": content}],
        tokenize=False,
        add_generation_prompt=True,
        enable_thinking=False,
    )
    inputs = checkpoint.image_processor(list(images), max_slice_nums=slices, return_tensors="pt")
    sizes = iter(inputs["target_sizes"].tolist())
    pieces = text.split("<|image_pad|>")
    text = pieces[0]
    for number, (grid, piece) in enumerate(zip(inputs["grids"], pieces[1:], strict=True)):
        text += f"<image_id>{number}</image_id>{placeholder(grid, sizes)}{piece}"
    ids = torch.tensor([tokenizer.encode(text)])
    more = {}
    if model.config.model_type == "minicpmv4_7":
        more["mm_token_type_ids"] = (ids == model.config.image_token_id).int()
    with torch.no_grad():
        logits = model(
            input_ids=ids,
            pixel_values=inputs["pixel_values"],
            target_sizes=inputs["target_sizes"],
            **more,
        ).logits[0, -1]
    letters = [tokenizer.encode(letter)[0] for letter in "ABC"]
    answer: list[float] = logits[letters].log_softmax(0).tolist()
    return answer


def placeholder(grid: Sequence[int], sizes: Any) -> str:
    def pads() -> str:
        height, width = next(sizes)
        return "<|image_pad|>" * (height * width // 16)

    text = f"<image>{pads()}</image>"
    rows, columns = grid
    for row in range(rows):
        text += ("\n" if row else "") + "".join(f"<slice>{pads()}</slice>" for _ in range(columns))
    return text


@pytest.mark.parametrize("answer", ["letter", "pair", "name"])
def test_examples_change_answers_and_are_read_once(folder: Path, answer: str) -> None:
    plain = MiniCPMVScorer.load(folder, replace(FIRST, answer=answer))
    scorer = taught(folder, answer=answer)
    without = plain.score([Request(handle, THINGS) for handle in opened(plain, IMAGES)])
    counts: list[int] = []
    embeddings: Any = scorer.checkpoint.model.get_input_embeddings()
    embeddings.register_forward_pre_hook(lambda own, inputs: counts.append(len(inputs[0])))
    sums, found = [], []
    for handle in opened(scorer, IMAGES):
        counts.clear()
        found += scorer.score([Request(handle, THINGS)])
        sums.append(sum(counts))
    assert sums[1] < sums[0] / 3
    assert worst(found, without) > 1e-4
    together = scorer.score([Request(handle, THINGS) for handle in opened(scorer, IMAGES)])
    assert worst(found, together) < 1e-4


def test_with_the_image_first_examples_are_refused(folder: Path) -> None:
    scorer = MiniCPMVScorer.load(folder, replace(FIRST, order="image"))
    with pytest.raises(RequestError, match="example pictures with the image first"):
        scorer.show(EXAMPLES, SHOWN)


def test_a_cascade_shows_examples_of_every_option(folder: Path, tmp_path: Path) -> None:
    animals = {"name": "dog", "children": [{"name": "pug"}, {"name": "husky"}]}
    pets = Taxonomy.from_dict({"name": "pets", "children": [animals, {"name": "cat"}]})
    examples = []
    for number, node in enumerate(["pug", "husky", "cat"]):
        path = tmp_path / f"{node}.png"
        EXAMPLES[number].save(path)
        examples.append(Example(str(path), node))
    plain = Cascade.load(pets, model=folder, settings=FIRST)
    shown = Cascade.load(pets, model=folder, settings=FIRST, examples=examples, shots=2)
    first, second = plain.predict(IMAGES[0]), shown.predict(IMAGES[0])
    assert worst([first.steps[0].probabilities], [second.steps[0].probabilities]) > 1e-6
    assert second.tokens > first.tokens
    assert shown.hashes["prompt"] != plain.hashes["prompt"]
    other = Cascade.load(pets, model=folder, settings=FIRST, examples=examples[:1])
    assert len({own.hashes["prompt"] for own in (plain, shown, other)}) == 3
    Image.new("RGB", (8, 8)).save(tmp_path / "pug.png")
    again = Cascade.load(pets, model=folder, settings=FIRST, examples=examples, shots=2)
    assert again.hashes["prompt"] != shown.hashes["prompt"]


def test_examples_that_cannot_serve_are_refused(folder: Path) -> None:
    pets = Taxonomy.from_dict({"name": "pets", "children": [{"name": "cat"}, {"name": "dog"}]})
    assert Plan(pets).nodes == ("pets",)
    with pytest.raises(RequestError, match="none of 1 example pictures shows an option"):
        Cascade.load(pets, model=folder, settings=FIRST, examples=[Example("a.png", "pug")])
    with pytest.raises(RequestError, match=r"gone.png: example picture cannot be shown: "):
        Cascade.load(pets, model=folder, settings=FIRST, examples=[Example("gone.png", "cat")])
    with pytest.raises(RequestError, match="shots is 0; expected at least 1"):
        open_examples([Example("gone.png", "cat")], Plan(pets), shots=0)
