"""What an image costs: the ways in which people ask a vision-language model, run in turn.

    python benchmarks/speed.py --size full --output speed.json
    python benchmarks/speed.py --size tiny --questions 3 --images 32 --output speed.json

Every image is asked the same number of questions, one after another, as a cascade asks them:

* chat: for each question the whole input, two generated tokens, and the letter parsed out of them;
* one_pass: for each question one forward pass over the whole input, and the letters' logits;
* flat: all labels in one prompt and a generated name, measured with as many labels as
  `--flat-labels` says;
* label_by_label: the likelihood of a label's words given the image, measured on a few labels;
* hiercls: the scorer of this package, all images side by side.

The first four take one image at a time, as they are commonly written, with the library's own
kernels. Costs of flat and label_by_label for all labels are extrapolated: their entries say from
what. The floor is the time of the matrix products that hiercls needs, those of linear layers and
of attention, each at the rate that its shape reaches in this run with the model's own weights.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.utils.flop_counter import FlopCounterMode

from hiercls.config import ModelSettings
from hiercls.model.attention import use_segment_attention
from hiercls.model.library import Library
from hiercls.model.maker import FULL_SIZE, make_checkpoint
from hiercls.model.opening import cut
from hiercls.model.scorer import MiniCPMVScorer
from hiercls.plan import Option, Plan, Question
from hiercls.questions import LETTERS, render
from hiercls.scoring import Request
from hiercls.taxonomy import Taxonomy

SYSTEMS = ("chat", "one_pass", "flat", "label_by_label", "hiercls")
GENERATED = 2
FEW_LABELS = 3
NEAR_TIE = {"bfloat16": 5e-2, "float16": 5e-2, "float32": 1e-4}

ADJECTIVES = ["red", "green", "blue", "white", "black", "small", "large", "old", "young", "wild"]
NOUNS = [
    "apple",
    "horse",
    "table",
    "river",
    "engine",
    "castle",
    "flower",
    "spider",
    "violin",
    "rocket",
]

Shape = tuple[int, int, int]


def main() -> None:
    given = _arguments()
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        scorer = _scorer(given, Path(folder))
        contest = Contest(scorer, _questions(given, scorer), _pictures(given), given)
        result = contest.run()
    if given.output:
        given.output.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    _show(result)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=("full", "tiny"), default="full")
    parser.add_argument("--model", type=Path, help="a checkpoint that is there already")
    parser.add_argument("--questions", type=int, default=4)
    parser.add_argument("--options", type=int, default=10)
    parser.add_argument("--slices", type=int, default=1, choices=(1, 4, 9))
    parser.add_argument("--images", type=int, default=4)
    parser.add_argument("--dtype", default="bfloat16", choices=tuple(NEAR_TIE))
    parser.add_argument("--device", default="auto")
    parser.add_argument(
        "--systems",
        nargs="+",
        choices=SYSTEMS,
        default=list(SYSTEMS),
        help="chat, one_pass and hiercls are always among them",
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--flat-labels", type=int, default=100)
    parser.add_argument("--output", type=Path)
    return parser.parse_args()


def _scorer(given: argparse.Namespace, folder: Path) -> MiniCPMVScorer:
    settings = ModelSettings(
        device=given.device, dtype=given.dtype, max_slice_nums=given.slices, self_test=False
    )
    if given.model is not None:
        return MiniCPMVScorer.load(given.model, settings)
    if given.size == "tiny":
        return MiniCPMVScorer.load("tiny", settings)
    texts = [render(_made_up(0, 10)), render(_made_up(0, 10))]
    dtype = torch.bfloat16
    return MiniCPMVScorer.load(
        make_checkpoint(folder, texts, shape=FULL_SIZE, dtype=dtype), settings
    )


def _questions(given: argparse.Namespace, scorer: MiniCPMVScorer) -> list[Question]:
    if given.size == "full":
        return [_made_up(level, given.options) for level in range(given.questions)]
    plan = Plan(Taxonomy.load("flags"))
    wide = [q for q in map(plan.question, plan.nodes) if len(q.options) >= given.options]
    chosen = itertools.islice(itertools.cycle(wide), given.questions)
    return [replace(question, options=question.options[: given.options]) for question in chosen]


def _made_up(level: int, num_options: int) -> Question:
    """A question whose options have names of two tokens."""
    names = [f"{ADJECTIVES[(i + level) % 10]} {NOUNS[i % 10]}" for i in range(num_options)]
    options = tuple(Option(f"{level}/{i}", name) for i, name in enumerate(names))
    return Question(str(level), level, "Which of these is in the picture?", options)


def _pictures(given: argparse.Namespace) -> list[Image.Image]:
    """Noise, of a size that is cut into as many slices as asked for."""
    side = {1: 448, 4: 896, 9: 1344}[given.slices] if given.size == "full" else 128
    draw = np.random.default_rng(0)
    shape = (given.images, side, side, 3)
    return [Image.fromarray(own) for own in draw.integers(0, 255, shape, dtype=np.uint8)]


class Contest:
    """All systems on the same pictures and questions."""

    def __init__(
        self,
        scorer: MiniCPMVScorer,
        questions: Sequence[Question],
        pictures: Sequence[Image.Image],
        given: argparse.Namespace,
    ) -> None:
        self.scorer = scorer
        self.questions = questions
        self.pictures = pictures
        self.given = given
        self.num_labels = given.options**given.questions
        scorer.check(questions)
        self._model: Any = scorer.checkpoint.model
        self._library = Library(scorer.checkpoint, scorer.prompt, max_slice_nums=given.slices)
        self._answers: dict[str, list[tuple[float, ...]]] = {}

    def run(self) -> dict[str, Any]:
        """Time all systems in turn, again and again; counting them warms them up."""
        wanted = {*self.given.systems, "chat", "one_pass", "hiercls"}
        systems: dict[str, Callable[[], int]] = {
            name: getattr(self, name) for name in SYSTEMS if name in wanted
        }
        products = self._products()
        counted = {name: self._count(system) for name, system in systems.items()}
        seconds: dict[str, list[float]] = defaultdict(list)
        rates: dict[Shape, list[float]] = defaultdict(list)
        for _ in range(self.given.repeats):
            for name, system in systems.items():
                seconds[name].append(self._time(system))
            for shape in products:
                rates[shape].append(self._rate(shape))
        return self._result(products, counted, seconds, rates)

    def hiercls(self) -> int:
        """All images opened together, then question after question."""
        scorer = self.scorer
        handles = scorer.open([scorer.prepare(picture) for picture in self.pictures])
        answers = [
            scorer.score([Request(handle, question) for handle in handles])
            for question in self.questions
        ]
        self._answers["hiercls"] = [
            own for of_image in zip(*answers, strict=True) for own in of_image
        ]
        image_tokens = sum(
            len(scorer.prompt.front()) + len(handle.ids)  # type: ignore[attr-defined]
            for handle in handles
        )
        asked = sum(map(scorer.num_tokens, self.questions))
        return image_tokens + asked * len(handles)

    def one_pass(self) -> int:
        """Each question about each image by itself."""
        with self._stock():
            self._answers["one_pass"] = [
                self._library.answer(picture, question)
                for picture in self.pictures
                for question in self.questions
            ]
        return len(self.pictures) * sum(self._length(render(own)) for own in self.questions)

    def chat(self) -> int:
        """The same, by generating and parsing."""
        with self._stock():
            for picture in self.pictures:
                for question in self.questions:
                    text = self._generate(picture, render(question, self._format), GENERATED)
                    next((letter for letter in text if letter in LETTERS), None)
        each = sum(self._length(render(own)) + GENERATED for own in self.questions)
        return len(self.pictures) * each

    def flat(self) -> int:
        """One prompt with many labels, for the first image."""
        labels = [f"{a} {b}" for a in ADJECTIVES for b in NOUNS]
        listed = itertools.islice(itertools.cycle(labels), self.given.flat_labels)
        text = "\n".join(["Which of these is in the picture?", *listed, "Answer with its name."])
        with self._stock():
            self._generate(self.pictures[0], text, 2 * GENERATED)
        return self._length(text) + 2 * GENERATED

    def label_by_label(self) -> int:
        """The likelihood of a few labels, for the first image."""
        text = "Which of these is in the picture?\nAnswer with the name only."
        with self._stock():
            for noun in NOUNS[:FEW_LABELS]:
                self._likelihood(self.pictures[0], text, noun)
        return FEW_LABELS * (self._length(text) + 1)

    @property
    def _format(self) -> Any:
        return self.scorer.checkpoint.prompt_format

    @contextmanager
    def _stock(self) -> Iterator[None]:
        """The vision tower as the library runs it, and no gradients."""
        config = self._model.model.vision_tower.config
        config._attn_implementation = "sdpa"
        try:
            with torch.inference_mode():
                yield
        finally:
            use_segment_attention(self._model)

    def _length(self, text: str) -> int:
        """Tokens of a whole input."""
        return int(self._inputs(self.pictures[0], text)["input_ids"].shape[1])

    def _inputs(self, picture: Image.Image, text: str, answer: str = "") -> dict[str, Any]:
        checkpoint, prompt = self.scorer.checkpoint, self.scorer.prompt
        pixels = cut(checkpoint, picture, max_slice_nums=self.given.slices)
        divisor = 4 if checkpoint.downsample_mode == "4x" else 16
        counts = [int(size.prod()) // divisor for size in pixels.target_sizes]
        ids = (
            prompt.front(text)
            + prompt.image(pixels.grid, counts)
            + prompt.tail(text, answer=answer)
        )
        device = self._model.device
        return {
            "input_ids": torch.tensor([ids], device=device),
            "pixel_values": pixels.values.to(device, self._model.dtype),
            "target_sizes": pixels.target_sizes.to(device),
        }

    def _generate(self, picture: Image.Image, text: str, count: int) -> str:
        inputs = self._inputs(picture, text)
        mask = torch.ones_like(inputs["input_ids"])
        ids = self._model.generate(
            **inputs,
            attention_mask=mask,
            min_new_tokens=count,
            max_new_tokens=count,
            do_sample=False,
        )
        new = ids[0, inputs["input_ids"].shape[1] :]
        return str(self.scorer.checkpoint.tokenizer.decode(new))

    def _likelihood(self, picture: Image.Image, text: str, label: str) -> float:
        inputs = self._inputs(picture, text, label)
        logits = self._model(**inputs).logits[0, :-1].float().log_softmax(-1)
        return float(logits.gather(1, inputs["input_ids"][0, 1:, None])[-1])

    def _time(self, system: Callable[[], int]) -> float:
        self._wait()
        begun = time.perf_counter()
        system()
        self._wait()
        return time.perf_counter() - begun

    def _wait(self) -> None:
        if self._model.device.type == "cuda":
            torch.cuda.synchronize(self._model.device)

    def _count(self, system: Callable[[], int]) -> tuple[int, float]:
        """Tokens and floating-point operations."""
        with FlopCounterMode(display=False) as counter:
            tokens = system()
        return tokens, float(counter.get_total_flops())

    def _products(self) -> Counter[Shape]:
        """Shapes (rows, inputs, outputs) of the linear layers that hiercls runs, and how often."""
        found: Counter[Shape] = Counter()

        def note(module: torch.nn.Linear, inputs: tuple[torch.Tensor, ...]) -> None:
            rows = inputs[0].numel() // module.in_features
            found[rows, module.in_features, module.out_features] += 1

        linears = [own for own in self._model.modules() if isinstance(own, torch.nn.Linear)]
        hooks = [own.register_forward_pre_hook(note) for own in linears]
        self.hiercls()
        for hook in hooks:
            hook.remove()
        return found

    def _rate(self, shape: Shape) -> float:
        """FLOP a second of a linear layer of this shape, over the model's own layers in turn."""
        rows, inputs, outputs = shape
        layers = [
            own.weight
            for own in self._model.modules()
            if isinstance(own, torch.nn.Linear)
            and (own.in_features, own.out_features) == (inputs, outputs)
        ]
        given = torch.randn(rows, inputs, device=self._model.device, dtype=self._model.dtype)
        with torch.inference_mode():
            self._wait()
            begun = time.perf_counter()
            for weight in layers:
                torch.nn.functional.linear(given, weight)
            self._wait()
        return 2.0 * rows * inputs * outputs * len(layers) / (time.perf_counter() - begun)

    def _attention_flop(self) -> float:
        """Of the vision tower's attention over all images: queries by keys, weights by values."""
        config = self._model.config.vision_config
        early = self._model.config.insert_layer_id + 1
        total = 0.0
        for picture in self.pictures:
            pixels = cut(self.scorer.checkpoint, picture, max_slice_nums=self.given.slices)
            for patches in pixels.target_sizes.prod(1).tolist():
                merged = patches // 4
                pairs = early * patches**2 + (config.num_hidden_layers - early) * merged**2
                total += 4.0 * config.hidden_size * pairs
        return total

    def _attention_rate(self) -> float:
        """FLOP a second of the same products, for the first slice of each image."""
        config = self._model.config.vision_config
        pixels = cut(self.scorer.checkpoint, self.pictures[0], max_slice_nums=self.given.slices)
        patches = int(pixels.target_sizes[0].prod())
        heads, head_dim = (
            config.num_attention_heads,
            config.hidden_size // config.num_attention_heads,
        )
        shape = (len(self.pictures) * heads, patches, head_dim)
        given = torch.randn(shape, device=self._model.device, dtype=self._model.dtype)
        with torch.inference_mode():
            self._wait()
            begun = time.perf_counter()
            torch.bmm(torch.bmm(given, given.mT), given)
            self._wait()
        return 4.0 * shape[0] * patches**2 * head_dim / (time.perf_counter() - begun)

    def _result(
        self,
        products: Counter[Shape],
        counted: dict[str, tuple[int, float]],
        seconds: dict[str, list[float]],
        rates: dict[Shape, list[float]],
    ) -> dict[str, Any]:
        images = len(self.pictures)
        shares = {"flat": 1, "label_by_label": 1}  # images that were taken
        systems = {
            name: {
                "seconds_per_image": statistics.median(taken) / shares.get(name, images),
                "tokens_per_image": counted[name][0] / shares.get(name, images),
                "gflop_per_image": counted[name][1] / shares.get(name, images) / 1e9,
            }
            for name, taken in seconds.items()
        }
        self._extrapolate(systems)
        ours = systems["hiercls"]["seconds_per_image"]
        gemm = {shape: statistics.median(own) for shape, own in rates.items()}
        linear = sum(
            count * 2.0 * rows * inputs * outputs / gemm[rows, inputs, outputs]
            for (rows, inputs, outputs), count in products.items()
        )
        attention_rate = statistics.median(
            self._attention_rate() for _ in range(self.given.repeats)
        )
        floor = (linear + self._attention_flop() / attention_rate) / images
        return {
            "settings": {
                key: str(value) if isinstance(value, Path) else value
                for key, value in vars(self.given).items()
            },
            "device": _device(self._model),
            "systems": systems,
            "ratio_to_chat": systems["chat"]["seconds_per_image"] / ours,
            "ratio_to_one_pass": systems["one_pass"]["seconds_per_image"] / ours,
            "gemm_gflops": {
                " x ".join(map(str, shape)): rate / 1e9 for shape, rate in sorted(gemm.items())
            },
            "attention_gflops": attention_rate / 1e9,
            "floor_seconds": floor,
            "floor_linear_seconds": linear / images,
            "efficiency": floor / ours,
            **self._agreement(),
        }

    def _extrapolate(self, systems: dict[str, dict[str, Any]]) -> None:
        """What flat and label_by_label would cost with all labels, beside what was measured."""
        for name, measured in (("flat", self.given.flat_labels), ("label_by_label", FEW_LABELS)):
            if name not in systems:
                continue
            own, factor = systems[name], self.num_labels / measured
            own |= {"labels_measured": measured, "labels": self.num_labels}
            own["seconds_per_image_extrapolated"] = own["seconds_per_image"] * factor

    def _agreement(self) -> dict[str, float]:
        """Share of answers alike, near-ties counted as alike, and the largest difference."""
        tie = NEAR_TIE[self.given.dtype]
        pairs = list(zip(self._answers["one_pass"], self._answers["hiercls"], strict=True))
        alike = sum(max(one) - one[other.index(max(other))] <= tie for one, other in pairs)
        return {
            "answers_agree": alike / len(pairs),
            "max_logprob_difference": max(
                abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True)
            ),
        }


def _device(model: Any) -> str:
    if model.device.type == "cuda":
        return torch.cuda.get_device_name(model.device)
    return f"{model.device.type}, {torch.get_num_threads()} threads"


def _show(result: dict[str, Any]) -> None:
    print(f"{'system':15} {'s/image':>9} {'tokens':>8} {'GFLOP':>8} {'all labels, s':>14}")
    for name, own in result["systems"].items():
        extrapolated = own.get("seconds_per_image_extrapolated")
        more = "" if extrapolated is None else f"{extrapolated:14.0f}"
        print(
            f"{name:15} {own['seconds_per_image']:9.3f} {own['tokens_per_image']:8.0f} "
            f"{own['gflop_per_image']:8.0f} {more}"
        )
    print(
        f"chat / hiercls {result['ratio_to_chat']:.2f}, one_pass / hiercls "
        f"{result['ratio_to_one_pass']:.2f}"
    )
    print(
        f"floor {result['floor_seconds']:.3f} s an image (linear layers alone "
        f"{result['floor_linear_seconds']:.3f}), efficiency {result['efficiency']:.2f}"
    )
    print(
        f"answers agree {result['answers_agree']:.1%}, largest difference of a log-probability "
        f"{result['max_logprob_difference']:.2g}"
    )


if __name__ == "__main__":
    main()
