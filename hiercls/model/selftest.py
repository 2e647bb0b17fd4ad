"""Does a batched question get the answer that it gets alone, by the library's own forward?

Padding, packing of images, kept states and positions are where a vision-language model goes wrong
in silence. The library skips these equality tests for MiniCPM-V 4.6, and its next release may
change the parts that our forward is made of; so each load makes its own test.
"""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from hiercls.errors import SelfTestError
from hiercls.plan import Option, Question
from hiercls.scoring import Request, Scorer

# Largest difference of a log-probability that rounding explains.
TOLERANCE = {"float32": 1e-3, "float16": 0.05, "bfloat16": 0.15}


def check_answers(
    scorer: Scorer, alone: Callable[[Image.Image, Question], tuple[float, ...]], *, dtype: str
) -> float:
    """Compare two unlike questions about two unlike images, asked together and asked alone.

    Args:
        scorer: Is asked both together.
        alone: Answers one question about one image, in the plainest way there is.
        dtype: What both compute with.

    Returns:
        The largest difference of a log-probability.

    Raises:
        SelfTestError: It exceeds what rounding in `dtype` explains.
    """
    images = [_picture(96, 64), _picture(64, 128)]
    questions = [_question(2), _question(9)]
    handles = scorer.open([scorer.prepare(image) for image in images])
    together = scorer.score([Request(*pair) for pair in zip(handles, questions, strict=True)])
    worst = max(
        abs(a - b)
        for image, question, found in zip(images, questions, together, strict=True)
        for a, b in zip(found, alone(image, question), strict=True)
    )
    # Written so that a NaN fails too.
    if not worst <= TOLERANCE[dtype]:
        raise SelfTestError(
            f"a batched question and the same question alone differ by {worst:.3g} in "
            f"log-probability; expected at most {TOLERANCE[dtype]:g} in {dtype}",
            hint="try another --dtype, or report this with your versions of torch and transformers",
        )
    return worst


def _picture(width: int, height: int) -> Image.Image:
    across = Image.linear_gradient("L").resize((width, height))
    around = Image.radial_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, around, across.transpose(Image.Transpose.ROTATE_180)))


def _question(num_options: int) -> Question:
    options = tuple(Option(str(n), f"thing number {n}") for n in range(num_options))
    return Question("self-test", 0, "Which of these is in the picture?", options)
