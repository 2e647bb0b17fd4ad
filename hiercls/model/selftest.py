"""Does a batched question get the answer that the same question gets alone?

Padding, packing of images and positions are where a vision-language model goes wrong in silence;
the library skips these equality tests for MiniCPM-V 4.6, so each load makes its own.
"""

from __future__ import annotations

from PIL import Image

from hiercls.errors import SelfTestError
from hiercls.plan import Option, Question
from hiercls.scoring import Request, Scorer

# Largest difference of a log-probability that rounding explains.
TOLERANCE = {"float32": 1e-3, "float16": 0.05, "bfloat16": 0.15}


def check_batching(scorer: Scorer, *, dtype: str) -> float:
    """Compare two unlike questions about two unlike images, asked together and asked alone.

    Returns:
        The largest difference of a log-probability.

    Raises:
        SelfTestError: It exceeds what rounding in `dtype` explains.
    """
    images = [_picture(96, 64), _picture(64, 128)]
    handles = scorer.open(images)
    requests = [Request(handle, _question(n)) for handle, n in zip(handles, (2, 9), strict=True)]
    together = scorer.score(requests)
    alone = [
        scorer.score([Request(scorer.open([image])[0], request.question)])[0]
        for image, request in zip(images, requests, strict=True)
    ]
    worst = max(
        abs(a - b)
        for first, second in zip(together, alone, strict=True)
        for a, b in zip(first, second, strict=True)
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
