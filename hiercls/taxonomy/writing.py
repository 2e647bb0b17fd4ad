"""A taxonomy in either form as YAML that people like to read and any reader understands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hiercls.taxonomy.document import is_text

_PLAIN = re.compile(r"[^\W\d_]([\w ./()%+;'&,?-]*[\w)%+?])?")
_PLAIN_IN_LIST = re.compile(r"[^\W\d_]([\w ./()%+-]*[\w)%+])?")
_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]')


def yaml_text(data: dict[str, Any]) -> str:
    """Return a taxonomy in either form as YAML, one field a line."""
    lines: list[str] = []
    pending: list[Iterator[tuple[str, str, Any]]] = [_fields(data, "", "")]
    while pending:
        field = next(pending[-1], None)
        if field is None:
            pending.pop()
            continue
        start, indent, value = field
        if isinstance(value, dict) and value:
            lines.append(start)
            pending.append(_fields(value, indent + "  ", indent + "  "))
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(start)
            pending.append(_items(value, indent))
        else:
            lines.append(f"{start} {_inline(value)}")
    return "\n".join(lines) + "\n"


def _fields(mapping: dict[str, Any], first: str, indent: str) -> Iterator[tuple[str, str, Any]]:
    """Yield the start of the line, the indent and the value of each field."""
    start = first
    for key, value in mapping.items():
        yield f"{start}{_scalar(key)}:", indent, value
        start = indent


def _items(items: list[dict[str, Any]], indent: str) -> Iterator[tuple[str, str, Any]]:
    for item in items:
        yield from _fields(item, f"{indent}  - ", f"{indent}    ")


def _inline(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case list():
            return f"[{', '.join(_scalar(item, in_list=True) for item in value)}]"
        case dict():
            return "{}"
        case _:
            return _scalar(str(value))


def _scalar(text: str, *, in_list: bool = False) -> str:
    """Return text as it can stand in YAML, quoted where any reader might take it for more."""
    plain = _PLAIN_IN_LIST if in_list else _PLAIN
    if plain.fullmatch(text) and text.isprintable() and is_text(text):
        return text
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    sign = match[0]
    if sign in '"\\':
        return f"\\{sign}"
    return {"\n": "\\n", "\t": "\\t"}.get(sign) or f"\\u{ord(sign):04x}"
