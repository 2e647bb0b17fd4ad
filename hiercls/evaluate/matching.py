"""Which prediction belongs to which example."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from hiercls.data import Example
from hiercls.data.examples import listed
from hiercls.errors import RequestError
from hiercls.evaluate.evaluation import Scored
from hiercls.prediction import Prediction

MISSING = "no prediction"


def match(
    examples: Sequence[Example], predictions: Sequence[Prediction], *, source: Path
) -> tuple[list[Scored], list[str]]:
    """Return each example with its prediction, and what is odd about the file, one line each.

    Images are the same where their names are, or where both are the same file, seen from here or
    from the folder of the predictions. What is left is matched by the end of the path, such as
    `test/a.jpg` with `/elsewhere/test/a.jpg`, where only one image of either side fits; a note
    says so. An example without a prediction is given one with an error.

    Args:
        examples: With images as they are written and as they are found.
        predictions: In any order.
        source: The file they were read from.

    Raises:
        RequestError: No prediction fits any example, or one image has two different answers.
    """
    known, notes = _once(predictions, source)
    found = _by_name(examples, known, source.parent)
    used = {id(prediction) for prediction in found.values()}
    rest = [prediction for prediction in known.values() if id(prediction) not in used]
    missing = [example for example in examples if example.image not in found]
    if by_end := _by_end(missing, rest):
        found.update(by_end)
        notes.append(
            f"{len(by_end):,} of {len(examples):,} images matched by the end of their path"
        )
    if not found:
        raise _nothing_fits(examples, predictions, source)
    notes += _leftovers(examples, found, known, source)
    return [_scored(example, found) for example in examples], notes


def _once(
    predictions: Iterable[Prediction], source: Path
) -> tuple[dict[str, Prediction], list[str]]:
    known: dict[str, Prediction] = {}
    again = []
    for prediction in predictions:
        other = known.setdefault(prediction.image, prediction)
        if other is prediction:
            continue
        if (other.path, other.error) != (prediction.path, prediction.error):
            raise RequestError(
                f"{source}: two different answers for {prediction.image!r}; expected one"
            )
        again.append(prediction.image)
    notes = []
    if again:
        notes.append(f"{source}: an image again on {len(again):,} of the lines: {listed(again)}")
    return known, notes


def _by_name(
    examples: Sequence[Example], known: dict[str, Prediction], folder: Path
) -> dict[str, Prediction]:
    files: dict[str, Prediction] = {}
    for image, prediction in known.items():
        files.setdefault(os.path.abspath(image), prediction)
        files.setdefault(os.path.abspath(os.path.join(folder, image)), prediction)
    pairs = ((e.image, known.get(e.name) or files.get(os.path.abspath(e.image))) for e in examples)
    return {image: prediction for image, prediction in pairs if prediction is not None}


def _by_end(
    examples: Sequence[Example], predictions: Sequence[Prediction]
) -> dict[str, Prediction]:
    """Match by the longest common end of the path, where that is unique on both sides."""
    if not examples or not predictions:
        return {}
    ends: dict[str, list[Example]] = {}
    for example in examples:
        ends.setdefault(_parts(example.name)[-1], []).append(example)
    found: dict[str, list[Prediction]] = {}
    for prediction in predictions:
        parts = _parts(prediction.image)
        near = [e for e in ends.get(parts[-1], ()) if _is_end(_parts(e.name), parts)]
        if len(near) == 1:
            found.setdefault(near[0].image, []).append(prediction)
    return {image: fits[0] for image, fits in found.items() if len(fits) == 1}


def _is_end(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether the shorter of two paths is the end of the longer."""
    shorter = min(len(one), len(other))
    return one[-shorter:] == other[-shorter:]


def _parts(image: str) -> tuple[str, ...]:
    return tuple(part for part in image.replace("\\", "/").split("/") if part not in ("", "."))


def _leftovers(
    examples: Sequence[Example],
    found: dict[str, Prediction],
    known: dict[str, Prediction],
    source: Path,
) -> list[str]:
    notes = []
    missing = [example.name for example in examples if example.image not in found]
    if missing:
        count = f"{len(missing):,} of {len(examples):,} images"
        notes.append(f"{source}: no line for {count}: {listed(missing)}")
    used = {id(prediction) for prediction in found.values()}
    extra = [image for image, prediction in known.items() if id(prediction) not in used]
    if extra:
        count = f"{len(extra):,} of {len(known):,} lines"
        notes.append(f"{source}: no image here for {count}: {listed(extra)}")
    return notes


def _scored(example: Example, found: dict[str, Prediction]) -> Scored:
    prediction = found.get(example.image)
    return Scored(example, prediction or Prediction.failed(example.name, MISSING))


def _nothing_fits(
    examples: Sequence[Example], predictions: Sequence[Prediction], source: Path
) -> RequestError:
    if not predictions:
        return RequestError(f"{source}: no predictions; expected one line an image")
    return RequestError(
        f"{source}: none of {len(predictions):,} predictions is of an image of the data;"
        f" found {predictions[0].image!r}, expected such as {examples[0].name!r}",
        hint="images are matched by name, by file, and by the end of the path",
    )
