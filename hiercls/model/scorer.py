"""MiniCPM-V behind the seam: images opened once, and questions about them answered by their labels.

No answer is generated and none is parsed: what the model says at the answer cue is multiplied by
just the rows of the head that belong to the labels (`answers`), which gives every option a
probability without the 248,000 others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import torch
from PIL import Image

from hiercls.config import ModelSettings
from hiercls.errors import ModelError, RequestError
from hiercls.model.adapters.choice import Choice
from hiercls.model.adapters.serving import LevelAdapters
from hiercls.model.answers import answers_of
from hiercls.model.checkpoint import Checkpoint, load_checkpoint
from hiercls.model.library import Library
from hiercls.model.memory import halving, num_states
from hiercls.model.opening import OpenImage, Pixels, cut, look
from hiercls.model.orders import ImageFirst, Order, QuestionFirst
from hiercls.model.prompt import Prompt
from hiercls.model.selftest import check_answers
from hiercls.model.tally import Reply
from hiercls.plan import Option, Question
from hiercls.questions import Turn, turn_of
from hiercls.scoring import UNLIMITED, Handle, LabelMass, Logprobs, Prepared, Request

Kind = TypeVar("Kind")

QUESTIONS_COMPARED = 1000
"""Questions that are looked through for what all begin with."""


class MiniCPMVScorer:
    """A `Scorer` over a MiniCPM-V 4.6 or 4.7 checkpoint.

    Attributes:
        checkpoint: The model.
        settings: How it was loaded and is fed.
        adapters: Which adapter answers which question, if any does.
        prompt: Writes its token ids.
        max_options: As many as there are labels (`answers`).
        max_open: Images that may be open together within the memory allowed.
        label_mass: Of all answers so far, where that was wanted.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        settings: ModelSettings = ModelSettings(),
        *,
        adapters: LevelAdapters | None = None,
    ) -> None:
        self.checkpoint = checkpoint
        self.settings = settings
        self.adapters = adapters
        self.prompt = Prompt(
            checkpoint.tokenizer,
            use_image_id=checkpoint.image_processor.use_image_id,
            order=checkpoint.prompt_format.order,
        )
        self._model: Any = checkpoint.model
        self._pictures: Mapping[tuple[str, Option], Sequence[int]] = {}
        kept, walking = self._num_kept()
        self._answers = answers_of(
            self._model,
            self.prompt,
            checkpoint.prompt_format,
            settings=settings,
            num_kept=walking,
        )
        self.max_options = self._answers.max_options
        self.label_mass = LabelMass() if settings.label_mass else None
        self._order: Order
        if checkpoint.prompt_format.order == "image":
            self.max_open = kept
            is_shared = adapters is None or adapters.activation == "suffix"
            self._order = ImageFirst(checkpoint, self.prompt, is_shared=is_shared)
        else:
            self.max_open = UNLIMITED  # an open image is its visual tokens alone
            self._order = QuestionFirst(checkpoint, self.prompt, num_kept=kept)

    @classmethod
    def load(
        cls,
        source: str | Path,
        settings: ModelSettings = ModelSettings(),
        *,
        adapters: Choice | None = None,
    ) -> MiniCPMVScorer:
        """Load a checkpoint and see that it answers as the library's own forward does.

        Args:
            source: A local folder, "tiny" for the bundled model, or a hub id.
            settings: How it is loaded and fed.
            adapters: Those of its levels, if any.

        Raises:
            ModelError: The checkpoint cannot be loaded.
            SelfTestError: A question is answered otherwise in a batch, alone, or by the library.
        """
        scorer = cls(load_checkpoint(source, settings), settings)
        if settings.self_test:
            library = Library(
                scorer.checkpoint, scorer.prompt, max_slice_nums=settings.max_slice_nums
            )
            dtype = str(scorer.checkpoint.model.dtype).removeprefix("torch.")
            check_answers(scorer, library.answer, dtype=dtype)
            if scorer.label_mass is not None:
                scorer.label_mass = LabelMass()  # of real answers alone
        return scorer if adapters is None else scorer._with(adapters)

    def show(
        self,
        pictures: Sequence[Image.Image],
        options: Mapping[tuple[str, Option], Sequence[int]],
    ) -> None:
        """Put example pictures into the questions; to be done before anything is asked.

        Args:
            pictures: All of them, upright and in RGB.
            options: Which of them, by number, are examples of an option of the node that asks.

        Raises:
            RequestError: The image comes first: each would have all examples read again.
            ImageError: One of the pictures cannot be taken.
        """
        if isinstance(self._order, ImageFirst):
            raise RequestError(
                "example pictures with the image first; expected the question first",
                hint="--order question, where examples are read once for all images",
            )
        size = self.settings.batch_size
        seen: list[OpenImage] = []
        for first in range(0, len(pictures), size):
            pixels = [self.prepare(picture) for picture in pictures[first : first + size]]
            seen += halving(self._look, pixels)
        tokens: Counter[str] = Counter()
        for (node, _), numbers in options.items():
            tokens[node] += sum(len(seen[number].ids) for number in numbers)
        kept, _ = self._num_kept(more_tokens=max(tokens.values(), default=0))
        self._order = QuestionFirst(self.checkpoint, self.prompt, num_kept=kept, pictures=seen)
        self._pictures = options

    def check(self, questions: Iterable[Question]) -> None:
        """See before the first image that every question can be asked, and what they share.

        Raises:
            PlanError: A text contains a special token of the model, or a name cannot be answered.
        """
        first: list[Question] = []
        for question in questions:
            offers = [f"{o.name}\n{o.description or ''}" for o in question.options]
            self.prompt.refuse_special("\n".join([question.text, *offers]))
            self._answers.check(question)
            if len(first) < QUESTIONS_COMPARED:
                single = replace(question, options=question.options[: self.max_options])
                first += [single, *_stand_ins(question)]
        # What is read with the image is read without an adapter; each has learned to read all
        # of a question.
        if self.adapters is None:
            self._order.share(map(self._turn, first))

    def prepare(self, image: Image.Image) -> Pixels:
        """Resize it, cut it into slices and patches."""
        return cut(self.checkpoint, image, max_slice_nums=self.settings.max_slice_nums)

    def open(self, images: Sequence[Prepared]) -> list[Handle]:
        """Run the vision tower once over all images, packed, and read what their questions share.

        Where memory runs out it is tried again with half as many together.
        """
        return halving(self._open, [_expect(Pixels, image) for image in images])

    def score(self, requests: Sequence[Request]) -> list[Logprobs]:
        """Answer the questions, in as few forward passes as memory allows."""
        groups: dict[str | None, list[int]] = defaultdict(list)
        for place, request in enumerate(requests):
            groups[self._adapter_of(request.question)].append(place)
        answers: list[Logprobs] = [()] * len(requests)
        for adapter, places in groups.items():
            found = self._score([requests[place] for place in places], adapter)
            for place, answer in zip(places, found, strict=True):
                answers[place] = answer
        return answers

    def num_tokens(self, question: Question) -> int:
        """Tokens of the question, less those that are read with the image.

        Where labels are of several tokens, those that are read at most are in it too.
        """
        return self._order.num_tokens(self._turn(question)) + self._answers.num_tokens(question)

    def _turn(self, question: Question) -> Turn:
        shown = {
            place: self._pictures[question.node, option]
            for place, option in enumerate(question.options)
            if (question.node, option) in self._pictures
        }
        return turn_of(question, self.checkpoint.prompt_format, shown)

    def _num_kept(self, *, more_tokens: int = 0) -> tuple[int, int]:
        """How many states may be kept of what is read once, and how many while labels are read."""
        kept = num_states(self.checkpoint, self.settings, more_tokens=more_tokens)
        walking = 0 if self.checkpoint.prompt_format.answer == "letter" else kept // 2
        return kept - walking, walking

    def _with(self, choice: Choice) -> MiniCPMVScorer:
        from hiercls.model.adapters.folder import load_adapters  # peft only where it is wanted

        loaded = load_adapters(self._model, choice.folder, choice.manifest)
        adapters = LevelAdapters(loaded, choice.manifest.activation, choice.levels)
        return MiniCPMVScorer(self.checkpoint, self.settings, adapters=adapters)

    def _adapter_of(self, question: Question) -> str | None:
        return None if self.adapters is None else self.adapters.of(question)

    def _score(self, requests: Sequence[Request], adapter: str | None) -> list[Logprobs]:
        """Answer questions that one adapter answers."""
        asked = [(_expect(OpenImage, request.handle), request.question) for request in requests]
        with nullcontext() if self.adapters is None else self.adapters.on(adapter):
            replies = halving(partial(self._reply, adapter=adapter), asked)
        if self.label_mass is not None:
            self.label_mass.add(own.label_mass for own in replies if own.label_mass is not None)
        return [reply.logprobs for reply in replies]

    @torch.inference_mode()
    def _open(self, images: Sequence[Pixels]) -> list[Handle]:
        return list(self._order.open(self._look(images)))

    @torch.inference_mode()
    def _look(self, images: Sequence[Pixels]) -> list[OpenImage]:
        return look(self.checkpoint, self.prompt, images)

    @torch.inference_mode()
    def _reply(
        self, asked: Sequence[tuple[OpenImage, Question]], *, adapter: str | None
    ) -> list[Reply]:
        images, questions = zip(*asked, strict=True)
        turns = [self._turn(question) for question in questions]
        rows = self._order.rows(images, turns, adapter=adapter)
        return self._answers.replies(rows, questions)


def _expect(kind: type[Kind], found: object) -> Kind:
    if not isinstance(found, kind):
        raise ModelError(
            f"found a handle of type {type(found).__name__}; expected {kind.__name__}, made by "
            "this scorer"
        )
    return found


def _stand_ins(question: Question) -> Iterator[Question]:
    """The question with other options: what it shares with these has no option in it."""
    for names in (("0", "1"), ("?", "!")):
        options = tuple(Option(name, name) for name in names)
        yield Question(question.node, question.level, question.text, options)
