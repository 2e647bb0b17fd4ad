from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import PeftModelForCausalLM, set_peft_model_state_dict
from PIL import Image
from torch.nn.functional import cross_entropy
from transformers.modeling_outputs import BaseModelOutputWithPooling

from hiercls.config import AdapterSettings, ModelSettings, TrainingSettings
from hiercls.data import Example, Exercise
from hiercls.model.adapters.adapters import Adapters, level_config, shared_config
from hiercls.model.language import read
from hiercls.model.maker import ARCHITECTURES
from hiercls.model.opening import cut, look, row_of
from hiercls.model.orders import ImageFirst
from hiercls.model.scorer import MiniCPMVScorer
from hiercls.model.training.learner import Learner
from hiercls.questions import render, render_open, turn_of
from tests.model.training_cases import pets_plan

pytestmark = pytest.mark.slow

PLAN = pets_plan()
PETS, DOG = PLAN.question("pets"), PLAN.question("dog")
EXERCISES = [
    [Exercise(Example("a", "pug"), PETS, 0), Exercise(Example("a", "pug"), DOG, 1, 2.0)],
    [Exercise(Example("b", "parrot"), PETS, 2)],
]


def pictures() -> list[Image.Image]:
    rng = np.random.default_rng(0)
    shapes = ((64, 64, 3), (48, 80, 3))
    return [Image.fromarray(rng.integers(0, 255, own, dtype=np.uint8)) for own in shapes]


class Bench:
    """A small model with two adapters that do something, and what learns with them."""

    def __init__(
        self,
        folder: Path,
        made: AdapterSettings,
        settings: TrainingSettings = TrainingSettings(),
    ) -> None:
        self.scorer = MiniCPMVScorer.load(folder, ModelSettings(self_test=False))
        self.checkpoint = self.scorer.checkpoint
        self.model: Any = self.checkpoint.model
        self.prompt = self.scorer.prompt
        self.adapters = Adapters(self.model)
        if made.tune != "nothing":
            self.adapters.add("shared", shared_config(made, "base"))
        for level in range(2):
            self.adapters.add(f"level-{level + 1}", level_config(made, "base"))
        generator = torch.Generator().manual_seed(1)
        for name in self.adapters.names:
            for parameter in self.adapters.parameters(name):
                with torch.no_grad():
                    parameter += 0.05 * torch.randn(parameter.shape, generator=generator)
        self.learner = Learner(
            self.checkpoint,
            self.prompt,
            PLAN,
            adapters=self.adapters,
            made=made,
            settings=settings,
        )

    def learn(self) -> dict[str, torch.Tensor]:
        inputs = [cut(self.checkpoint, own, max_slice_nums=1) for own in pictures()]
        self.learner.learn(inputs, EXERCISES, shares={0: 0.5, 1: 1.0})
        return gradients(self.model)


def gradients(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {
        name: own.grad.clone() for name, own in model.named_parameters() if own.grad is not None
    }


def apart(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    """The largest difference of two sets of gradients, of the largest gradient."""
    assert one.keys() == other.keys() and one
    largest = max(float(own.abs().max()) for own in other.values())
    return max(float((one[name] - other[name]).abs().max()) for name in one) / largest


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_gradients_through_the_shared_prefix_equal_those_of_peft_activated_lora(
    checkpoints: dict[str, Path], kind: str
) -> None:
    made = AdapterSettings(rank=4)
    bench = Bench(checkpoints[kind], made)
    found = bench.learn()
    expected: dict[str, torch.Tensor] = {}
    for number, image in enumerate(pictures()):
        for exercise in EXERCISES[number]:
            level = exercise.level
            share = (0.5, 1.0)[level] * exercise.weight
            own = activated_lora(checkpoints[kind], bench, image, exercise, made, share)
            for name, gradient in own.items():
                expected[name] = expected.get(name, torch.zeros(())) + gradient
    assert apart(found, expected) < 1e-5


def activated_lora(
    folder: Path,
    bench: Bench,
    image: Image.Image,
    exercise: Exercise,
    made: AdapterSettings,
    share: float,
) -> dict[str, torch.Tensor]:
    """Gradients of one exercise by PEFT's aLoRA over the whole prompt, the library's forward."""
    scorer = MiniCPMVScorer.load(folder, ModelSettings(self_test=False))
    checkpoint, prompt = scorer.checkpoint, scorer.prompt
    model: Any = checkpoint.model
    (seen,) = look(checkpoint, prompt, [cut(checkpoint, image, max_slice_nums=1)])
    front, tail = prompt.front(), prompt.tail(render(exercise.question))
    name = f"level-{exercise.level + 1}"
    config = level_config(made, "base")
    config.task_type = "CAUSAL_LM"
    config.alora_invocation_tokens = tail[len(scorer._order._stem) :]  # type: ignore[attr-defined]
    tuned: Any = PeftModelForCausalLM(model, config, adapter_name=name)
    set_peft_model_state_dict(tuned, bench.adapters.weights(name), adapter_name=name)
    row = row_of(model, front, seen, tail, downsample_mode=checkpoint.downsample_mode)
    features = BaseModelOutputWithPooling(pooler_output=[seen.features])  # type: ignore[arg-type]
    output = tuned(
        input_ids=torch.tensor([[*front, *seen.ids, *tail]]),
        position_ids=row.positions[:, None],
        mm_encoder_outputs={"image": features},
        use_cache=False,
    )
    letters = prompt.letter_ids[: len(exercise.question.options)]
    logits = output.logits[:1, -1, letters].float()
    (cross_entropy(logits, torch.tensor([exercise.right])) * share).backward()
    return gradients(model)


@pytest.mark.parametrize("variant", ["lora", "rslora", "dora"])
def test_full_gradients_equal_those_of_the_librarys_forward(
    checkpoints: dict[str, Path], variant: str
) -> None:
    made = AdapterSettings(rank=4, activation="full", variant=variant)
    bench = Bench(checkpoints["minicpmv4_6"], made)
    found = bench.learn()
    bench.model.zero_grad()
    for number, image in enumerate(pictures()):
        for exercise in EXERCISES[number]:
            with bench.adapters.on(f"level-{exercise.level + 1}"):
                text = render(exercise.question)
                (seen,) = bench_look(bench, image)
                logits = bench_logits(bench, seen, bench.prompt.tail(text))[-1:]
                letters = bench.prompt.letter_ids[: len(exercise.question.options)]
                loss = cross_entropy(logits[:, letters], torch.tensor([exercise.right]))
                (loss * (0.5, 1.0)[exercise.level] * exercise.weight).backward()
    assert apart(found, gradients(bench.model)) < 1e-5


@pytest.mark.parametrize("activation", ["suffix", "full"])
def test_what_lies_before_the_language_model_learns_from_all_levels(
    checkpoints: dict[str, Path], activation: str
) -> None:
    made = AdapterSettings(rank=4, activation=activation, tune="vision")
    bench = Bench(checkpoints["minicpmv4_6"], made)
    found = shared_gradients(bench.learn())
    assert len(found) == sum(".shared." in name for name, _ in bench.model.named_parameters())
    bench.model.zero_grad()
    total = torch.zeros(())
    for number, image in enumerate(pictures()):
        for exercise in EXERCISES[number]:
            logits = one_graph(bench, image, exercise, activation)
            letters = logits[: len(exercise.question.options)]
            loss = cross_entropy(letters[None], torch.tensor([exercise.right]))
            total = total + loss * (0.5, 1.0)[exercise.level] * exercise.weight
    total.backward()  # type: ignore[no-untyped-call]
    assert apart(found, shared_gradients(gradients(bench.model))) < 1e-5


def shared_gradients(own: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: gradient for name, gradient in own.items() if ".shared." in name}


def one_graph(
    bench: Bench, image: Image.Image, exercise: Exercise, activation: str
) -> torch.Tensor:
    """Logits of all letters with nothing cut between the pixels and them."""
    inputs = [cut(bench.checkpoint, image, max_slice_nums=1)]
    (seen,) = look(bench.checkpoint, bench.prompt, inputs)
    tail = bench.prompt.tail(render(exercise.question))
    if activation == "full":
        with bench.adapters.on(f"level-{exercise.level + 1}"):
            return bench_logits(bench, seen, tail)[-1, bench.prompt.letter_ids]
    order = ImageFirst(bench.checkpoint, bench.prompt)
    (row,) = order.rows(order.open([seen]), [turn_of(exercise.question)])
    with bench.adapters.on(f"level-{exercise.level + 1}"):
        states = read(bench.model.model.language_model, [row]).hidden
    assert states is not None
    return bench.model.lm_head(states)[-1, bench.prompt.letter_ids]  # type: ignore[no-any-return]


def test_the_open_answer_and_smoothed_letters_are_learned_as_the_library_would(
    checkpoints: dict[str, Path],
) -> None:
    made = AdapterSettings(rank=4, activation="full")
    settings = TrainingSettings(open_weight=0.5, label_smoothing=0.2)
    bench = Bench(checkpoints["minicpmv4_6"], made, settings)
    found = bench.learn()
    bench.model.zero_grad()
    for number, image in enumerate(pictures()):
        for exercise in EXERCISES[number]:
            with bench.adapters.on(f"level-{exercise.level + 1}"):
                loss = letter_loss(bench, image, exercise) + 0.5 * open_loss(bench, image, exercise)
                (loss * (0.5, 1.0)[exercise.level] * exercise.weight).backward()
    assert apart(found, gradients(bench.model)) < 1e-5


def letter_loss(bench: Bench, image: Image.Image, exercise: Exercise) -> torch.Tensor:
    (seen,) = bench_look(bench, image)
    tail = bench.prompt.tail(render(exercise.question))
    count = len(exercise.question.options)
    logprobs = bench_logits(bench, seen, tail)[-1, bench.prompt.letter_ids[:count]].log_softmax(0)
    others = [i for i in range(count) if i != exercise.right]
    return -0.8 * logprobs[exercise.right] - 0.2 * logprobs[others].mean()


def open_loss(bench: Bench, image: Image.Image, exercise: Exercise) -> torch.Tensor:
    (seen,) = bench_look(bench, image)
    answer = bench.prompt.answer(exercise.answer.name)
    tail = bench.prompt.tail(render_open(exercise.question))
    logits = bench_logits(bench, seen, [*tail, *answer])[-len(answer) - 1 : -1]
    return cross_entropy(logits, torch.tensor(answer))


def bench_look(bench: Bench, image: Image.Image) -> Any:
    with torch.no_grad():
        return look(
            bench.checkpoint, bench.prompt, [cut(bench.checkpoint, image, max_slice_nums=1)]
        )


def bench_logits(bench: Bench, seen: Any, tail: list[int]) -> torch.Tensor:
    """Logits of all tokens behind the image, by the library's own forward."""
    front = bench.prompt.front()
    features = BaseModelOutputWithPooling(pooler_output=[seen.features])  # type: ignore[arg-type]
    output = bench.model(
        input_ids=torch.tensor([[*front, *seen.ids, *tail]]),
        mm_encoder_outputs={"image": features},
        use_cache=False,
    )
    logits: torch.Tensor = output.logits[0]
    return logits
