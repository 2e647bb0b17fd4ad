"""A plan as text for people: what it costs, and its questions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from hiercls.config import MOST_OPTIONS
from hiercls.plan import Plan, Question
from hiercls.plan.cost import BYTES_A_TOKEN, FRAME_TOKENS, OPTION_TOKENS, rounds
from hiercls.plan.summary import PlanSummary
from hiercls.questions import render

if TYPE_CHECKING:
    from hiercls.model.costs import OrderCosts

_COLUMNS = (
    "options",
    "questions",
    "unmerged",
    "at most",
    "steps",
    "tokens",
    "unmerged",
    "in all",
    "levels",
)
_NOTES = f"""\
options    the most of a single question
questions  an image is asked, the mean over classes; unmerged, without merging
at most    for the class that takes the most
steps      the same with a question asked in rounds counted once
tokens     of an image's questions, estimated: bytes / {BYTES_A_TOKEN}, and {OPTION_TOKENS} more \
an option,
           {FRAME_TOKENS} more a question
in all     questions of the whole plan"""


_ORDER_COLUMNS = ("max options", "image first", "question first", "and once", "cheaper")
_ORDER_NOTES = """\
image first     tokens read an image, the mean over classes: the image once, then its questions
question first  the same: the image again behind each question, which was read before
and once        question first, for all images together: the questions themselves"""


class Setting(NamedTuple):
    """A plan and what it costs, beside the same without merging."""

    plan: Plan
    summary: PlanSummary
    unmerged: PlanSummary


def table(settings: Sequence[Setting]) -> str:
    """Return what plans of one taxonomy cost, a line each."""
    plan = settings[0].plan
    classes = len(plan.taxonomy.classes)
    about = f"{plan.taxonomy.name}: {classes:,} {'class' if classes == 1 else 'classes'}"
    lines = [_COLUMNS, *map(_row, settings)]
    aligned = [
        "  ".join(cell.rjust(len(name)) for cell, name in zip(line, _COLUMNS, strict=True))
        for line in lines
    ]
    return "\n".join([f"{about}, merge {plan.settings.merge}", "", *aligned, "", _NOTES])


def _row(setting: Setting) -> tuple[str, ...]:
    summary, unmerged = setting.summary, setting.unmerged
    return (
        f"{setting.plan.settings.max_options}",
        f"{summary.questions_mean:,.2f}",
        f"{unmerged.questions_mean:,.2f}",
        f"{summary.questions_max:,}",
        f"{summary.steps_mean:,.2f}",
        f"{summary.tokens_mean:,.0f}",
        f"{unmerged.tokens_mean:,.0f}",
        f"{summary.questions:,}",
        f"{summary.levels:,}",
    )


def orders_table(settings: Sequence[Setting], orders: Sequence[OrderCosts]) -> str:
    """Return what each order of image and question would read, a line a setting."""
    lines = [_ORDER_COLUMNS, *(_order_row(*pair) for pair in zip(settings, orders, strict=True))]
    aligned = [
        "  ".join(cell.rjust(len(name)) for cell, name in zip(line, _ORDER_COLUMNS, strict=True))
        for line in lines
    ]
    about = f"orders, at {orders[0].image_tokens:,} tokens an image"
    return "\n".join([about, "", *aligned, "", _ORDER_NOTES])


def _order_row(setting: Setting, costs: OrderCosts) -> tuple[str, ...]:
    cheaper = f"{costs.cheaper} first"
    if costs.cheaper == "question":
        cheaper += f", from {math.ceil(costs.even_at):,} images on"
    return (
        f"{setting.plan.settings.max_options}",
        f"{costs.image_first:,.0f}",
        f"{costs.question_first:,.0f}",
        f"{costs.once:,}",
        cheaper,
    )


def questions_text(plan: Plan, count: int) -> str:
    """Return the first questions of a plan as they are asked."""
    shown = [plan.question(node) for node in plan.nodes[:count]]
    head = f"max options {plan.settings.max_options}: {len(shown)} of {len(plan.nodes):,} questions"
    most = plan.settings.max_options
    return "\n\n".join([head, *(_question_text(question, most) for question in shown)])


def _question_text(question: Question, most: int) -> str:
    """Return a question under the node that asks it; one that letters cannot label without them."""
    head = f"at {question.node!r}, level {question.level}"
    if len(question.options) <= min(most, MOST_OPTIONS["letter"]):
        return f"{head}:\n{render(question)}"
    offered = [
        f"- {option.name}: {option.description}" if option.description else f"- {option.name}"
        for option in question.options
    ]
    num_questions = len(rounds(len(question.options), most))
    head += f", {len(offered):,} options"
    if num_questions > 1:
        head += f" in {num_questions:,} questions"
    return "\n".join([f"{head}:", question.text, *offered])
