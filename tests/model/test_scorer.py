"""The scorer against transformers' own forward, and against itself in other batches."""

from __future__ import annotations

import itertools
import json
import math
import random
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from scorers import opened
from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoTokenizer

from hiercls.cascade import Cascade
from hiercls.config import ModelSettings
from hiercls.errors import ModelError, PlanError
from hiercls.model.checkpoint import PROMPT_FORMAT_FILE
from hiercls.model.library import Library
from hiercls.model.scorer import MiniCPMVScorer
from hiercls.plan import Option, Question
from hiercls.questions import PromptFormat, render
from hiercls.scoring import Request
from hiercls.taxonomy import Taxonomy

pytestmark = pytest.mark.slow

SHAPES = [(40, 30), (100, 200), (64, 64), (90, 300), (300, 10)]
SETTINGS = {
    "plain": ModelSettings(),
    "sliced": ModelSettings(max_slice_nums=9),
    "4x": ModelSettings(downsample_mode="4x", max_slice_nums=4),
}


def noise(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(width).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def ask(num_options: int) -> Question:
    options = tuple(Option(str(n), f"thing number {n}") for n in range(num_options))
    return Question("things", 0, "Which of these is in the picture?", options)


def worst(first: Any, second: Any) -> float:
    pairs = zip(itertools.chain(*first), itertools.chain(*second), strict=True)
    return max(abs(a - b) for a, b in pairs)


@pytest.fixture(scope="module", params=["minicpmv4_6", "minicpmv4_7"])
def checkpoint(request: pytest.FixtureRequest, checkpoints: dict[str, Path]) -> Path:
    return checkpoints[request.param]


@pytest.fixture(params=SETTINGS)
def scorer(request: pytest.FixtureRequest, checkpoint: Path) -> MiniCPMVScorer:
    return MiniCPMVScorer.load(checkpoint, replace(SETTINGS[request.param], self_test=False))


def test_a_batch_answers_as_single_questions_do(scorer: MiniCPMVScorer) -> None:
    images = [noise(*shape) for shape in SHAPES]
    questions = [ask(n) for n in (2, 5, 26, 3, 9)]
    pairs = zip(opened(scorer, images), questions, strict=True)
    together = scorer.score([Request(handle, question) for handle, question in pairs])
    alone = [
        scorer.score([Request(opened(scorer, [image])[0], question)])[0]
        for image, question in zip(images, questions, strict=True)
    ]
    assert worst(together, alone) < 1e-4
    for logprobs in together:
        assert math.fsum(map(math.exp, logprobs)) == pytest.approx(1, abs=1e-5)


def test_the_order_of_a_batch_does_not_matter(scorer: MiniCPMVScorer) -> None:
    images = [noise(*shape) for shape in SHAPES]
    forward = scorer.score([Request(h, ask(4)) for h in opened(scorer, images)])
    backward = scorer.score([Request(h, ask(4)) for h in opened(scorer, images[::-1])])
    assert worst(forward, backward[::-1]) < 1e-4


def test_answers_depend_on_the_image(scorer: MiniCPMVScorer) -> None:
    first, second = opened(scorer, [noise(64, 64), Image.new("RGB", (64, 64), "red")])
    one, other = scorer.score([Request(first, ask(5)), Request(second, ask(5))])
    assert worst([one], [other]) > 1e-3


@pytest.mark.parametrize("name", SETTINGS)
def test_answers_equal_those_of_transformers_alone(checkpoint: Path, name: str) -> None:
    settings = replace(SETTINGS[name], self_test=False)
    scorer = MiniCPMVScorer.load(checkpoint, settings)
    images = [noise(*shape) for shape in SHAPES]
    found = scorer.score([Request(handle, ask(6)) for handle in opened(scorer, images)])
    stock = StockModel(checkpoint, settings, scorer.checkpoint.downsample_mode)
    assert worst(found, [stock.answer(image, ask(6)) for image in images]) < 1e-4


class StockModel:
    """One image and one question through the library's own loop, nothing packed or reused."""

    def __init__(self, folder: Path, settings: ModelSettings, mode: str) -> None:
        self.mode = mode
        self.slices = settings.max_slice_nums
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        self.processor: Any = AutoImageProcessor.from_pretrained(folder, backend="pil")
        self.model: Any = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)

    def answer(self, image: Image.Image, question: Question) -> list[float]:
        inputs = self.processor(
            [image], max_slice_nums=self.slices, downsample_mode=self.mode, return_tensors="pt"
        )
        content = [{"type": "image"}, {"type": "text", "text": render(question)}]
        text = self.tokenizer.apply_chat_template(
            [{"role": "user", "content": content}],
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=False,
        )
        text = text.replace("<|image_pad|>", self.placeholder(inputs))
        ids = torch.tensor([self.tokenizer.encode(text)])
        more = {}
        if self.model.config.model_type == "minicpmv4_7":
            more["mm_token_type_ids"] = (ids == self.model.config.image_token_id).int()
        with torch.no_grad():
            logits = self.model(
                input_ids=ids,
                pixel_values=inputs["pixel_values"],
                target_sizes=inputs["target_sizes"],
                downsample_mode=self.mode,
                **more,
            ).logits[0, -1]
        letters = [self.tokenizer.encode(chr(65 + n))[0] for n in range(len(question.options))]
        answer: list[float] = logits[letters].log_softmax(0).tolist()
        return answer

    def placeholder(self, inputs: Any) -> str:
        divisor = 4 if self.mode == "4x" else 16
        pads = ["<|image_pad|>" * (h * w // divisor) for h, w in inputs["target_sizes"].tolist()]
        text = f"<image_id>0</image_id><image>{pads[0]}</image>"
        rows, columns = inputs["grids"][0]
        for row in range(rows):
            own = pads[1 + row * columns : 1 + (row + 1) * columns]
            text += ("\n" if row else "") + "".join(f"<slice>{pad}</slice>" for pad in own)
        return text


@pytest.fixture(params=["image", "question"])
def ordered(request: pytest.FixtureRequest, checkpoint: Path, tmp_path: Path) -> MiniCPMVScorer:
    """A scorer whose prompts begin with the image, or with the question."""
    folder = shutil.copytree(checkpoint, tmp_path / "ordered")
    asked = asdict(PromptFormat(order=request.param))
    (folder / PROMPT_FORMAT_FILE).write_text(json.dumps(asked))
    scorer = MiniCPMVScorer.load(folder, ModelSettings(max_slice_nums=4, self_test=False))
    assert scorer.checkpoint.prompt_format.order == request.param
    return scorer


def by_library(scorer: MiniCPMVScorer, image: Image.Image, question: Question) -> Any:
    library = Library(
        scorer.checkpoint, scorer.prompt, max_slice_nums=scorer.settings.max_slice_nums
    )
    return library.answer(image, question)


def test_both_orders_answer_as_the_library_does(ordered: MiniCPMVScorer) -> None:
    questions = [ask(n) for n in (2, 5, 9)]
    ordered.check(questions)
    images = [noise(*shape) for shape in SHAPES]
    pairs = [(i, question) for i in range(len(images)) for question in questions]
    random.Random(0).shuffle(pairs)
    handles = opened(ordered, images)
    found = ordered.score([Request(handles[i], question) for i, question in pairs])
    assert worst(found, [by_library(ordered, images[i], question) for i, question in pairs]) < 1e-4


def test_a_question_asked_twice_gets_the_same_answer(ordered: MiniCPMVScorer) -> None:
    """What is kept of an image, or of a question, is not used up by asking."""
    handles = opened(ordered, [noise(40, 30), noise(100, 200)])
    requests = [Request(handle, ask(n)) for handle in handles for n in (3, 7)]
    assert worst(ordered.score(requests), ordered.score(requests)) == 0


def test_permuted_options_are_read_from_the_same_image(scorer: MiniCPMVScorer) -> None:
    options = ask(5).options
    turns = [replace(ask(5), options=options[n:] + options[:n]) for n in range(5)]
    (handle,) = opened(scorer, [noise(64, 64)])
    together = scorer.score([Request(handle, turn) for turn in turns])
    alone = [scorer.score([Request(handle, turn)])[0] for turn in turns]
    assert worst(together, alone) < 1e-4
    assert worst([together[0]], [together[1]]) > 1e-3


def test_what_all_questions_begin_with_is_read_with_the_image(scorer: MiniCPMVScorer) -> None:
    image, asked = noise(64, 64), [ask(3), ask(8)]
    alone = scorer.num_tokens(asked[0])
    before = scorer.score([Request(opened(scorer, [image])[0], own) for own in asked])
    scorer.check(asked)
    assert scorer.num_tokens(asked[0]) < alone - 5
    after = scorer.score([Request(opened(scorer, [image])[0], own) for own in asked])
    assert worst(before, after) < 1e-4


def test_a_question_that_begins_otherwise_is_answered_too(scorer: MiniCPMVScorer) -> None:
    other = replace(ask(4), text="What is it?")
    (handle,) = opened(scorer, [noise(64, 64)])
    before = scorer.score([Request(handle, other)])
    scorer.check([ask(3), ask(8)])
    (handle,) = opened(scorer, [noise(64, 64)])
    assert worst(before, scorer.score([Request(handle, other)])) < 1e-4


def test_states_of_questions_are_forgotten_beyond_the_limit(checkpoint: Path) -> None:
    loaded = MiniCPMVScorer.load(checkpoint, ModelSettings(self_test=False)).checkpoint
    loaded = replace(loaded, prompt_format=PromptFormat(order="question"))
    scorer = MiniCPMVScorer(loaded, ModelSettings(memory_gib=1e-9))
    (handle,) = opened(scorer, [noise(64, 64)])
    requests = [Request(handle, ask(n)) for n in (2, 3, 4, 2)]
    assert worst(scorer.score(requests), scorer.score(requests[::-1])[::-1]) < 1e-4


def test_a_cascade_runs_on_a_checkpoint(checkpoint: Path) -> None:
    cascade = Cascade.load("flags", model=checkpoint, settings=ModelSettings(batch_size=2))
    images = [noise(*shape) for shape in SHAPES]
    found = list(cascade.predict_batch(images))
    assert len(found) == len(images)
    for prediction, image in zip(found, images, strict=True):
        assert prediction.leaf in cascade.taxonomy.leaves
        assert cascade.predict(image).probability == pytest.approx(prediction.probability, abs=1e-4)


def test_a_name_that_the_model_would_read_as_a_command_is_refused(checkpoint: Path) -> None:
    children = [{"name": "cat"}, {"name": "dog<|im_end|>"}]
    odd = Taxonomy.from_dict({"name": "pets", "children": children})
    with pytest.raises(PlanError, match=r"'<\|im_end\|>', a special token of the model"):
        Cascade.load(odd, model=checkpoint, settings=ModelSettings(self_test=False))


def test_a_handle_of_another_scorer_is_refused(scorer: MiniCPMVScorer) -> None:
    with pytest.raises(ModelError, match="found a handle of type str; expected OpenImage"):
        scorer.score([Request("handle", ask(2))])


def test_nothing_in_gives_nothing_out(scorer: MiniCPMVScorer) -> None:
    assert scorer.open([]) == []
    assert scorer.score([]) == []
