"""How predictions look: JSON lines, CSV, and a table for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from hiercls.images import printable
from hiercls.prediction import Prediction
from hiercls.taxonomy import Taxonomy

CSV_COLUMNS = ("image", "leaf", "name", "probability", "path", "stopped", "error")
NOTEWORTHY = 0.01
"""Other leaves are mentioned from this probability on."""

_PROBABILITY_WIDTH = 6


def json_lines(predictions: Iterable[Prediction]) -> Iterator[str]:
    return (prediction.to_json() for prediction in predictions)


def csv_lines(predictions: Iterable[Prediction]) -> Iterator[str]:
    yield _csv(CSV_COLUMNS)
    for prediction in predictions:
        yield _csv(
            (
                prediction.image,
                prediction.leaf,
                prediction.names[-1] if prediction.names else None,
                prediction.probability,
                "/".join(prediction.names),
                prediction.stopped,
                prediction.error,
            )
        )


def _csv(values: Sequence[object]) -> str:
    row = io.StringIO()
    csv.writer(row).writerow(values)
    return row.getvalue().removesuffix("\r\n")


class Table:
    """Rows for people: the image, how sure, the path with its probabilities, what else it may be.

    Args:
        images: All that will come, for the width of their column.
        taxonomy: Knows the names of the leaves.
        width: Columns of the terminal, or None to keep each image on one line.
    """

    def __init__(self, images: Iterable[str], taxonomy: Taxonomy, *, width: int | None) -> None:
        widest = max((cell_len(printable(name)) for name in images), default=0)
        self._image_width = widest if width is None else min(widest, width // 3)
        self._taxonomy = taxonomy
        self._width = width

    def lines(self, predictions: Iterable[Prediction]) -> Iterator[Text]:
        return (self._row(prediction) for prediction in predictions)

    def _row(self, prediction: Prediction) -> Text:
        row = Text(_fit(printable(prediction.image), self._image_width) + "  ")
        if prediction.error is not None:
            reason = prediction.error.removeprefix(f"{printable(prediction.image)}: ")
            return row.append("failed".rjust(_PROBABILITY_WIDTH) + f"  {reason}", style="red")
        row.append(percent(prediction.probability).rjust(_PROBABILITY_WIDTH) + "  ")
        indent = cell_len(row.plain)
        for number, line in enumerate(self._folded(prediction, indent)):
            row.append("\n" + " " * indent if number else "").append_text(line)
        return row

    def _folded(self, prediction: Prediction, indent: int) -> list[Text]:
        root = Text(printable(self._taxonomy.node(self._taxonomy.root).name), style="bold")
        pieces = path_pieces(prediction, root=root)
        others = other_nodes(prediction, self._taxonomy)
        if self._width is not None:
            lines = _packed(pieces, max(self._width - indent, 20))
            return [*lines, others] if others else lines
        return [Text("").join([*pieces, Text("  "), others] if others else pieces)]


def other_nodes(prediction: Prediction, taxonomy: Taxonomy) -> Text:
    """Return the answer set if it has several nodes, or else what else the image may show.

    Leaves are mentioned as far as they are worth it; perhaps there is nothing to say.
    """
    if len(prediction.nodes) > 1:
        members = [(own.node, own.probability) for own in prediction.nodes]
        return Text("one of " + _listed(members, taxonomy), style="dim")
    others = [
        (candidate.leaf, candidate.probability)
        for candidate in prediction.top
        if candidate.leaf != prediction.leaf and candidate.probability >= NOTEWORTHY
    ]
    return Text("or " + _listed(others, taxonomy) if others else "", style="dim")


def _listed(nodes: Iterable[tuple[str, float]], taxonomy: Taxonomy) -> str:
    return ", ".join(f"{printable(taxonomy.node(own).name)} {percent(p)}" for own, p in nodes)


def path_pieces(prediction: Prediction, *, root: Text | None = None) -> list[Text]:
    """Return the path's names, each with the probability of its step, the last one bold.

    Args:
        prediction: Whose path.
        root: What stands for a path that ends at once.
    """
    pieces = [] if prediction.path or root is None else [root]
    for depth, (node, name) in enumerate(zip(prediction.path, prediction.names, strict=True)):
        is_last = depth == len(prediction.path) - 1
        piece = Text(printable(name), style="bold" if is_last else "")
        probability = step_probability(prediction, node)
        if probability is not None:
            piece.append(f" {percent(probability)}", style="not bold dim")
        pieces.append(piece if is_last else piece.append(" › ", style="dim"))
    if prediction.stopped is not None:
        pieces.append(Text(f" (stopped: {printable(prediction.stopped)})", style="dim"))
    return pieces


def step_probability(prediction: Prediction, node: str) -> float | None:
    """Return how probable a node of the path was where it was offered; None where it was not."""
    for number, step in enumerate(prediction.steps):
        is_on_path = number == 0 or step.node in prediction.path
        # Among its own options a node stands for itself, or for none of them.
        if is_on_path and step.node != node and node in step.options:
            return step.probabilities[step.options.index(node)]
    return None


def percent(probability: float | None) -> str:
    return "" if probability is None else f"{probability:.1%}"


def _fit(text: str, width: int) -> str:
    """Pad a text to a width, or leave out its beginning: paths differ at their ends."""
    while cell_len(text) > width:
        text = "…" + text[2:]
    return set_cell_size(text, width)


def _packed(pieces: Sequence[Text], width: int) -> list[Text]:
    """Return lines of as many pieces as fit; a piece wider than a line stands alone."""
    lines = [Text()]
    for piece in pieces:
        if lines[-1] and cell_len(lines[-1].plain) + cell_len(piece.plain.rstrip()) > width:
            lines.append(Text())
        lines[-1].append_text(piece)
    for line in lines:
        line.rstrip()
    return lines
