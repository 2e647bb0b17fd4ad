"""JSON or YAML text as plain data, refusing cheaply what is too much of it."""

from __future__ import annotations

import json

from hiercls.taxonomy.document import parse
from hiercls.taxonomy.fault import Fault, Plain

VALUES_A_NODE = 5
YAML_SUFFIXES = (".yaml", ".yml")


def read_data(text: str, suffix: str, max_nodes: int) -> object:
    """Return the data in a text, which is JSON unless its suffix says YAML.

    Raises:
        Fault: With the line, for what is neither, or for many more values than nodes allowed.
    """
    num_values = sum(text.count(sign) for sign in ",[{")
    if num_values > VALUES_A_NODE * max_nodes:
        raise Fault(
            f"about {num_values:,} values; expected at most {VALUES_A_NODE * max_nodes:,}",
            hint="is it the right file? --max-nodes raises the limit",
        )
    if suffix in YAML_SUFFIXES:
        return parse(text)
    try:
        return json.loads(text.lstrip("\ufeff"), object_pairs_hook=_without_twins)
    except json.JSONDecodeError as error:
        problem = error.msg[0].lower() + error.msg[1:].removesuffix(" at")
        message = f"not valid JSON: {problem} at column {error.colno:,}"
        raise Fault(message, line=error.lineno) from None
    except RecursionError:
        raise Fault("lists and mappings too deep inside each other; expected fewer") from None
    except ValueError as error:
        parse(text)  # knows the line
        raise Fault(f"not valid JSON: {error}") from None


def _without_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError("a key twice in one mapping; expected once")
    return mapping


def word(value: object) -> str | None:
    """Return what may be meant as a name or an id: text, or a number as it is written."""
    match value:
        case bool():
            return None
        case str():
            return value.strip() or None
        case int():
            return str(value)
        case Plain():
            return value.text
        case _:
            return None


def first_word(mapping: dict[str, object], keys: tuple[str, ...]) -> str | None:
    """Return the first of several fields that is a word."""
    return next((found for key in keys if (found := word(mapping.get(key)))), None)
