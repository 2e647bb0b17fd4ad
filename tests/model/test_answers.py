"""Letters, pairs and names against transformers' own forward, which spells each label by itself."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from scorers import opened

from hiercls.config import ModelSettings
from hiercls.errors import ModelError, PlanError
from hiercls.model.checkpoint import Checkpoint, load_checkpoint
from hiercls.model.maker import train_tokenizer
from hiercls.model.prompt import Prompt
from hiercls.model.scorer import MiniCPMVScorer
from hiercls.plan import Option, Question
from hiercls.questions import PAIRS, render
from hiercls.scoring import Request

pytestmark = pytest.mark.slow

WAYS = {
    "letter": ModelSettings(answer="letter"),
    "pair": ModelSettings(answer="pair"),
    "steps": ModelSettings(answer="name", name_score="steps", name_floor=0),
    "likelihood": ModelSettings(answer="name", name_score="likelihood"),
    "mean": ModelSettings(answer="name", name_score="mean"),
}
# One begins another, two are the same, some share their first words, one shares nothing.
NAMES = ("thing", "thing number", "thing number 1", "picture", "thing number 2", "picture", "9")
SHAPES = [(40, 30), (100, 200), (64, 64)]


def noise(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(width).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def ask(names: Sequence[str]) -> Question:
    options = tuple(Option(str(n), name) for n, name in enumerate(names))
    return Question("things", 0, "Which of these is in the picture?", options)


def worst(first: Any, second: Any) -> float:
    pairs = zip(itertools.chain(*first), itertools.chain(*second), strict=True)
    return max(abs(a - b) for a, b in pairs)


@pytest.fixture(params=["minicpmv4_6", "minicpmv4_7"])
def folder(request: pytest.FixtureRequest, checkpoints: dict[str, Path]) -> Path:
    return checkpoints[request.param]


def scorer_of(folder: Path, way: str, **settings: Any) -> MiniCPMVScorer:
    own = replace(WAYS[way], **settings)
    return MiniCPMVScorer(asked_by(loaded(folder), own), own)


def asked_by(checkpoint: Checkpoint, settings: ModelSettings) -> Checkpoint:
    names = ("order", "answer", "name_score")
    wanted = {name: getattr(settings, name) for name in names if getattr(settings, name)}
    return replace(checkpoint, prompt_format=replace(checkpoint.prompt_format, **wanted))


@cache
def loaded(folder: Path) -> Checkpoint:
    return load_checkpoint(folder)


def answers(
    scorer: MiniCPMVScorer, images: Sequence[Image.Image], questions: Sequence[Question]
) -> list[tuple[float, ...]]:
    pairs = zip(opened(scorer, images), questions, strict=True)
    return scorer.score([Request(*pair) for pair in pairs])


@pytest.mark.parametrize("order", ["image", "question"])
@pytest.mark.parametrize("way", WAYS)
def test_answers_equal_labels_spelled_one_by_one(folder: Path, way: str, order: str) -> None:
    scorer = scorer_of(folder, way, order=order)
    images = [noise(*shape) for shape in SHAPES]
    questions = [ask(NAMES), ask(NAMES[2:5]), ask(NAMES[:2])]
    found = answers(scorer, images, questions)
    stock = Stock(scorer.checkpoint)
    expected = [stock.answer(*pair) for pair in zip(images, questions, strict=True)]
    assert worst(found, expected) < 1e-4
    for logprobs in found:
        assert math.fsum(map(math.exp, logprobs)) == pytest.approx(1, abs=1e-5)


class Stock:
    """One label of one question about one image at a time, through the library's own loop."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.model: Any = checkpoint.model
        self.tokenizer: Any = checkpoint.tokenizer
        self.processor = checkpoint.image_processor
        self.format = checkpoint.prompt_format

    def answer(self, image: Image.Image, question: Question) -> list[float]:
        labels = self.labels(question)
        rows = {label: self.logits(image, question, label) for label in labels}
        is_name = self.format.answer == "name"
        if is_name and self.format.name_score == "steps":
            values = {label: self.in_steps(label, rows) for label in labels}
        else:
            values = {
                label: sum(
                    float(row.log_softmax(-1)[token])
                    for row, token in zip(rows[label], label, strict=True)
                )
                for label in labels
            }
            if is_name and self.format.name_score == "mean":
                values = {label: value / len(label) for label, value in values.items()}
        total = math.log(sum(map(math.exp, values.values())))
        return [values[label] - total - math.log(labels.count(label)) for label in labels]

    def labels(self, question: Question) -> list[tuple[int, ...]]:
        count = len(question.options)
        texts = {
            "letter": [chr(65 + n) for n in range(count)],
            "pair": [f"A{n}" for n in range(count)],
            "name": [f"{option.name}<|im_end|>" for option in question.options],
        }[self.format.answer]
        return [tuple(self.tokenizer.encode(text, add_special_tokens=False)) for text in texts]

    def in_steps(self, label: tuple[int, ...], rows: dict[tuple[int, ...], Any]) -> float:
        total = 0.0
        for step, token in enumerate(label):
            allowed = {other[step] for other in rows if other[:step] == label[:step]}
            row = rows[label][step]
            total += float(row[token] - row[sorted(allowed)].logsumexp(0))
        return total

    def logits(self, image: Image.Image, question: Question, label: tuple[int, ...]) -> Any:
        inputs = self.processor([image], max_slice_nums=1, return_tensors="pt")
        content = [
            {"type": "image"},
            {"type": "text", "text": render(question, self.format)},
        ]
        text = self.tokenizer.apply_chat_template(
            [{"role": "user", "content": content[:: 1 if self.format.order == "image" else -1]}],
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=False,
        )
        ((height, width),) = inputs["target_sizes"].tolist()
        pads = "<|image_pad|>" * (height * width // 16)
        text = text.replace("<|image_pad|>", f"<image_id>0</image_id><image>{pads}</image>")
        ids = torch.tensor([[*self.tokenizer.encode(text), *label[:-1]]])
        more = {}
        if self.model.config.model_type == "minicpmv4_7":
            more["mm_token_type_ids"] = (ids == self.model.config.image_token_id).int()
        with torch.no_grad():
            logits = self.model(
                input_ids=ids,
                pixel_values=inputs["pixel_values"],
                target_sizes=inputs["target_sizes"],
                **more,
            ).logits
        return logits[0, -len(label) :].float()


@pytest.mark.parametrize("way", WAYS)
def test_a_batch_answers_as_single_questions_do_in_any_order(folder: Path, way: str) -> None:
    scorer = scorer_of(folder, way)
    images = [noise(*shape) for shape in SHAPES]
    questions = [ask(NAMES[:5]), ask(NAMES), ask(NAMES[3:])]
    together = answers(scorer, images, questions)
    alone = [answers(scorer, *([own] for own in o))[0] for o in zip(images, questions, strict=True)]
    backward = answers(scorer, images[::-1], questions[::-1])
    assert worst(together, alone) < 1e-4
    assert worst(together, backward[::-1]) < 1e-4


@pytest.mark.parametrize("way", ["steps", "likelihood", "mean"])
def test_by_name_the_order_of_the_options_does_not_matter(folder: Path, way: str) -> None:
    scorer = scorer_of(folder, way)
    (straight,) = answers(scorer, [noise(64, 64)], [ask(NAMES)])
    (reverse,) = answers(scorer, [noise(64, 64)], [ask(NAMES[::-1])])
    assert worst([straight], [reverse[::-1]]) < 1e-4


@pytest.mark.parametrize("way", ["pair", "steps", "likelihood"])
def test_little_memory_changes_no_answer(folder: Path, way: str) -> None:
    images, questions = [noise(*shape) for shape in SHAPES], [ask(NAMES)] * 3
    ample = answers(scorer_of(folder, way), images, questions)
    short = answers(scorer_of(folder, way, memory_gib=1e-9), images, questions)
    assert worst(ample, short) < 1e-4


def test_pairs_serve_for_more_options_than_letters(folder: Path) -> None:
    scorer = scorer_of(folder, "pair")
    assert scorer.max_options == 260
    questions = [ask([f"thing number {n}" for n in range(count)]) for count in (260, 27)]
    for logprobs in answers(scorer, [noise(64, 64)] * 2, questions):
        assert math.fsum(map(math.exp, logprobs)) == pytest.approx(1, abs=1e-5)
    with pytest.raises(PlanError, match="has 261 options; expected at most 260, one a pair"):
        answers(scorer, [noise(64, 64)], [ask([str(n) for n in range(261)])])


def drawn_names(count: int, seed: int) -> list[str]:
    """Names of a few words each, so that many begin alike."""
    rng = random.Random(seed)
    words = ["thing", "number", "picture", "the", "letter", "of", "1", "best"]
    return [" ".join(rng.choices(words, k=rng.randint(1, 5))) for _ in range(count)]


@pytest.mark.parametrize("sharpness", [1, 30])
@pytest.mark.parametrize("floor", [0.5, 0.05, 0.002])
def test_with_a_floor_probable_names_are_exact_and_no_other_passes_them(
    checkpoints: dict[str, Path], sharpness: float, floor: float
) -> None:
    names, image = drawn_names(400, seed=7), noise(64, 64)
    sharp = sharpened(checkpoints["minicpmv4_6"], sharpness)
    exact, found = (
        answers(MiniCPMVScorer(sharp, settings), [image], [ask(names)])[0]
        for settings in (WAYS["steps"], replace(WAYS["steps"], name_floor=floor))
    )
    assert math.fsum(map(math.exp, found)) == pytest.approx(1, abs=1e-5)
    best = max(range(len(names)), key=exact.__getitem__)
    for place, (own, other) in enumerate(zip(found, exact, strict=True)):
        if other >= math.log(floor) or place == best:
            assert own == pytest.approx(other, abs=1e-4)
        else:
            assert own < max(math.log(floor), exact[best]) + 1e-4


def test_a_floor_saves_work(checkpoints: dict[str, Path]) -> None:
    sharp = sharpened(checkpoints["minicpmv4_6"], 30)
    counts: list[int] = []
    embeddings: Any = sharp.model.get_input_embeddings()
    embeddings.register_forward_pre_hook(lambda module, inputs: counts.append(inputs[0].numel()))
    sums = []
    for floor in (0.0, 0.05):
        scorer = MiniCPMVScorer(sharp, replace(WAYS["steps"], name_floor=floor))
        handles = opened(scorer, [noise(64, 64)])
        counts.clear()
        scorer.score([Request(handles[0], ask(drawn_names(400, seed=7)))])
        sums.append(sum(counts))
    assert sums[1] < sums[0] / 2


def sharpened(folder: Path, factor: float) -> Checkpoint:
    """A model of random weights that is sure of itself."""
    checkpoint = asked_by(load_checkpoint(folder), WAYS["steps"])
    model: Any = checkpoint.model
    model.model.language_model.norm.weight.fill_(factor - 1)  # the library adds 1
    return checkpoint


def test_namesakes_share_what_their_name_gets(folder: Path) -> None:
    scorer = scorer_of(folder, "steps")
    images = [noise(64, 64)] * 2
    once, twice = answers(scorer, images, [ask(["thing", "9"]), ask(["thing", "9", "thing"])])
    assert twice[0] == twice[2] == pytest.approx(once[0] - math.log(2), abs=1e-4)
    assert twice[1] == pytest.approx(once[1], abs=1e-4)


@pytest.mark.parametrize("way", WAYS)
def test_label_mass_is_what_the_labels_hold_of_the_vocabulary(folder: Path, way: str) -> None:
    scorer = scorer_of(folder, way, label_mass=True)
    answers(scorer, [noise(64, 64)], [ask(NAMES[:3])])
    stock = Stock(scorer.checkpoint)
    labels = stock.labels(ask(NAMES[:3]))
    if way == "steps":
        labels = list({label[:1] for label in labels})  # as far as the first step
    expected = sum(
        math.exp(
            sum(
                float(row.log_softmax(-1)[token])
                for row, token in zip(
                    stock.logits(noise(64, 64), ask(NAMES[:3]), label), label, strict=True
                )
            )
        )
        for label in labels
    )
    assert scorer.label_mass is not None
    assert scorer.label_mass.count == 1
    assert scorer.label_mass.mean == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("way", WAYS)
def test_without_label_mass_only_likelihood_looks_at_the_whole_vocabulary(
    folder: Path, way: str
) -> None:
    scorer = scorer_of(folder, way)
    calls: list[int] = []
    head: Any = scorer.checkpoint.model.lm_head
    hook = head.register_forward_pre_hook(lambda module, inputs: calls.append(1))
    answers(scorer, [noise(64, 64)], [ask(NAMES)])
    hook.remove()
    assert scorer.label_mass is None
    assert bool(calls) == (way in ("pair", "likelihood", "mean"))


@pytest.mark.parametrize("way", ["pair", "steps", "mean"])
def test_every_way_to_answer_passes_the_test_at_load(folder: Path, way: str) -> None:
    scorer = MiniCPMVScorer.load(folder, replace(WAYS[way], label_mass=True))
    assert scorer.label_mass is not None
    assert scorer.label_mass.count == 0


def test_tokens_of_names_are_counted(checkpoints: dict[str, Path]) -> None:
    few, more = (
        scorer_of(checkpoints["minicpmv4_6"], "likelihood").num_tokens(ask(names))
        for names in (NAMES[:2], NAMES)
    )
    assert few < more


TEMPLATE = """\
<|image_pad|>{{ messages[0].content[1].text }} cue\
{% if messages | length > 1 %}{{ messages[1].content + ending }}{% endif %}"""


def prompt_of(words: list[str], *, ending: str = "<|im_end|>", added: str = "added") -> Prompt:
    """A tokenizer that knows some words and adds one, behind a cue of letters."""
    tokenizer = train_tokenizer(words)
    tokenizer.add_tokens([added])
    tokenizer.chat_template = f"{{% set ending = {ending!r} %}}{TEMPLATE}"
    return Prompt(tokenizer)


def test_a_name_ends_with_the_turn(folder: Path) -> None:
    tokenizer = loaded(folder).tokenizer
    (ids,) = Prompt(tokenizer).name_ids(["thing number"])
    assert tokenizer.decode(ids) == "thing number<|im_end|>"


@pytest.mark.parametrize("name", ["x", ""])
def test_a_name_that_does_not_stand_by_itself_is_refused(name: str) -> None:
    with pytest.raises(PlanError, match=f"name '{name}' has no tokens of its own"):
        prompt_of(["cue", "cuex"]).name_ids(["thing", name])


def test_a_template_that_ends_no_answer_is_refused() -> None:
    with pytest.raises(ModelError, match="the chat template ends no answer"):
        prompt_of(["cue"], ending="").name_ids(["thing"])


def test_pairs_of_other_than_two_tokens_are_refused() -> None:
    assert len(set(prompt_of(["cue"]).pair_ids())) == len(PAIRS)
    with pytest.raises(ModelError, match="the pair A1 after the answer cue is not two tokens"):
        prompt_of(["cue"], added="A1").pair_ids()
