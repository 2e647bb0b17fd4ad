"""One mapping of a document, its fields read strictly."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from hiercls.taxonomy.fault import Fault, Place, describe, quoted
from hiercls.taxonomy.ids import LONGEST_ID
from hiercls.taxonomy.suggestion import did_you_mean

Mapped = Mapping[str, Any]

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_UNPRINTABLE_IN_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


class Entry:
    """A mapping as written, where it stands, and what to call it in a message."""

    __slots__ = ("label", "place", "raw")

    def __init__(self, raw: object, place: Place, label: str) -> None:
        """Keep a mapping.

        Raises:
            Fault: If it is something else.
        """
        if not isinstance(raw, Mapping):
            raise Fault(f"{label} is {describe(raw)}; expected a mapping", place=place)
        self.raw: Mapped = raw
        self.place = place
        self.label = label

    def fault(self, message: str, key: str, *, hint: str | None = None) -> Fault:
        """Return what is wrong with one field."""
        return Fault(f"{self.label}: {message}", place=(self.place, key), hint=hint)

    def refuse_unknown(self, known: Collection[str]) -> None:
        for key in self.raw:
            if key not in known:
                found = quoted(key) if isinstance(key, str) else describe(key)
                hint = did_you_mean(key, known) if isinstance(key, str) else None
                message = f"unknown key {found}; expected one of {', '.join(known)}"
                raise self.fault(message, key, hint=hint)

    def text(self, key: str) -> str | None:
        """Return text of any length and number of lines, stripped; None where left out."""
        text = self._text(key)
        if text is not None and _UNPRINTABLE_IN_LINES.search(text):
            raise self.fault(f"{key!r} has a control character; expected text", key)
        return None if text is None else text.strip()

    def line(self, key: str) -> str | None:
        """Return text that must be one line; None where left out."""
        text = self._text(key)
        if text is not None:
            refuse_odd_line(text, f"{self.label}: {key!r} is {quoted(text)}", (self.place, key))
        return text

    def required_line(self, key: str) -> str:
        text = self.line(key)
        if text is None:
            raise Fault(f"{self.label} has no {key!r}; expected one", place=self.place)
        return text

    def _text(self, key: str) -> str | None:
        if key not in self.raw:
            return None
        value = self.raw[key]
        if not isinstance(value, str):
            raise Fault(
                f"{self.label}: {key!r} is {describe(value)}; expected text",
                place=(self.place, key),
                is_unquoted=wants_quotes(value),
            )
        if not value.strip():
            raise self.fault(f"{key!r} is empty; expected text", key)
        return value


def wants_quotes(value: object) -> bool:
    """Return whether a value would be text if it were quoted."""
    return value is not None and not isinstance(value, list | tuple | Mapping)


def refuse_odd_line(text: str, found: str, place: Place) -> None:
    """Refuse line breaks, control characters, and spaces at the ends."""
    if _UNPRINTABLE.search(text):
        raise Fault(f"{found}; expected no line breaks or control characters", place=place)
    if text != text.strip():
        raise Fault(f"{found}; expected no spaces at the ends", place=place)


def refuse_long_id(own: str, place: Place) -> None:
    if len(own) > LONGEST_ID:
        found = f"the id {quoted(own)} has {len(own):,} characters"
        raise Fault(f"{found}; expected at most {LONGEST_ID}", place=place)
