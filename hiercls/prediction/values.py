"""Values out of a line of JSON, or an error that says which one is not as it should be."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, TypeVar

from hiercls.errors import PredictionError

T = TypeVar("T")


def parse_line(line: str) -> object:
    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        values = dict(items)
        if len(values) < len(items):
            twice = next(key for key, _ in items if sum(key == other for other, _ in items) > 1)
            raise PredictionError(f"prediction: key {twice!r} stands there twice; expected once")
        return values

    try:
        return json.loads(line, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        found = repr(line if len(line) <= 60 else line[:60] + "...")
        raise PredictionError(
            f"prediction: {found} is not a line of JSON; expected one object: {error}"
        ) from None


def read_fields(
    value: object, kind: type, where: str, *, defaults: Mapping[str, object] = MappingProxyType({})
) -> dict[str, Any]:
    """Return an object's values, once its keys are the fields of a dataclass.

    Args:
        value: What should be the object.
        kind: The dataclass.
        where: What to call the object in an error.
        defaults: Values of the keys that may be missing.
    """
    if not isinstance(value, dict):
        raise PredictionError(f"{where} is {_kind(value)}; expected an object")
    expected = [field.name for field in fields(kind)]
    for key in value:
        if key not in expected:
            close = difflib.get_close_matches(key, expected, 1)
            raise PredictionError(
                f"{where}: unknown key {key!r}; expected {', '.join(expected)}",
                hint=f"did you mean {close[0]!r}?" if close else None,
            )
    for key in expected:
        if key not in value and key not in defaults:
            raise PredictionError(f"{where}: no key {key!r}; expected {', '.join(expected)}")
    return {**defaults, **value}


def each(value: object, read: Callable[[object, str], T], where: str) -> tuple[T, ...]:
    if not isinstance(value, list):
        raise _wrong(value, "a list", where)
    try:
        return tuple([read(item, where) for item in value])
    except PredictionError:  # only now is it worth the time to say which one is wrong
        return tuple(read(item, f"{where}[{index}]") for index, item in enumerate(value))


def or_none(value: object, read: Callable[[object, str], T], where: str) -> T | None:
    return None if value is None else read(value, where)


def text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(value, "text", where)
    return value


def truth(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(value, "true or false", where)
    return value


def count(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _wrong(value, "a whole number of at least 0", where)
    return value


def number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _wrong(value, "a number", where)
    try:
        return float(value)
    except OverflowError:
        raise _wrong(value, "a number from 0 to 1", where) from None


def _wrong(value: object, expected: str, where: str) -> PredictionError:
    return PredictionError(f"prediction: {where} is {_kind(value)}; expected {expected}")


def _kind(value: object) -> str:
    names: Iterable[tuple[type, str]] = (
        (bool, "true or false"),
        (str, "text"),
        (int, "a number"),
        (float, "a number"),
        (list, "a list"),
        (dict, "an object"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "null")
