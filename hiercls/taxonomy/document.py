"""YAML text as plain data, strictly, and the line of anything in it.

The text is read once, event by event, without recursion and without keeping lines: that is what
makes 100,000 nodes a matter of seconds. Only when something is wrong is it read again, to find
the line. Refused here: what the taxonomy's forms have no use for and what makes a small file
expand without bound.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from hiercls.errors import TaxonomyError

Place = tuple["Place | None", "str | int"] | None
"""Where in a document, as a linked list from the inside out: (place of the container, key)."""

DEEPEST_NESTING = 1_000  # lists and mappings inside each other; libyaml slows down with depth
LARGEST_ALIAS_GROWTH = 10_000_000  # characters; see _weight
_CONTAINER_WEIGHT = 100

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVERS = yaml.SafeLoader.yaml_implicit_resolvers
_KINDS = {"int": "number", "float": "number", "timestamp": "date", "merge": "merge key"}
_YAML_1_2_NUMBER = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|0o[0-7]+|0x[\da-fA-F]+")
_SMALL_NUMBER = re.compile(r"[-+]?(0|[1-9]\d{0,17})")
_SYNTAX_HINTS = {
    "'\\t'": "indent with spaces, not with tabs",
    "mapping values are not allowed": "a text with a colon in it needs quotes",
    "expected <block end>": "check the indentation, and quote texts that begin with a quote",
}


class Fault(Exception):
    """What is wrong with a taxonomy, before it is known in which file and on which line.

    Attributes:
        place: Where in the document, or None.
        line: The line, where it is known already.
        first: The place of the other of two things that clash, or None.
        is_unquoted: Whether quotes around the value at `place` would help.
    """

    def __init__(
        self,
        message: str,
        *,
        place: Place = None,
        line: int | None = None,
        first: Place = None,
        hint: str | None = None,
        is_unquoted: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.line = line
        self.first = first
        self.hint = hint
        self.is_unquoted = is_unquoted

    def error(self, where: str | None = None, text: str | None = None) -> TaxonomyError:
        """Return the error for the user, with file and line where they are known."""
        line, written = self.line, None
        if text is not None and self.place is not None:
            line, written = locate(text, self.place)
        message = self.message
        if text is not None and self.first is not None:
            first_line, _ = locate(text, self.first)
            message += f" (first on line {first_line})" if first_line else ""
        hint = self.hint
        if self.is_unquoted:
            hint = f'put it in quotes: "{written}"' if written else "put it in quotes"
        prefix = "".join([f"{where}:" if where else "", f"{line}:" if where and line else ""])
        return TaxonomyError(f"{prefix} {message}".strip(), hint=hint)


@dataclass(frozen=True, slots=True)
class Plain:
    """Text without quotes that YAML reads as something else, and no field has a use for."""

    kind: str
    text: str


def describe(value: object) -> str:
    """Return what a value is, for a message."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the boolean {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case Plain():
            return f"the {value.kind} {_shortened(value.text)}"
        case str():
            return f"the text {_shortened(value)!r}"
        case list() | tuple():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return f"a Python {type(value).__name__}"


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def parse(text: str) -> object:
    """Return YAML or JSON text as dict, list, str, int, bool, None or `Plain`.

    Raises:
        Fault: For anything that is not one document of strict YAML with text as keys.
    """
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        try:
            return json.loads(text.lstrip("\ufeff"), object_pairs_hook=_without_duplicates)
        except (ValueError, RecursionError):
            pass  # read as YAML it either works or has a line to show
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _syntax_fault(error) from None
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise Fault(f"not valid YAML: {str(error).splitlines()[0]}") from None
    return builder.root


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError
    return mapping


def _syntax_fault(error: yaml.MarkedYAMLError) -> Fault:
    problem = " ".join(f"{error.problem or error.context}".split())
    mark = error.problem_mark or error.context_mark
    hint = next((hint for part, hint in _SYNTAX_HINTS.items() if part in problem), None)
    return Fault(f"not valid YAML: {problem}", line=mark.line + 1 if mark else None, hint=hint)


_Container = list[object] | dict[str, object]


class _Frame:
    """A list or mapping that is being read."""

    __slots__ = ("anchor", "container", "key", "lines", "weight")

    def __init__(self, container: _Container, anchor: str | None) -> None:
        self.container = container
        self.anchor = anchor
        self.key: str | None = None
        self.lines: dict[str, int] = {}
        self.weight = _CONTAINER_WEIGHT


class _Builder:
    """Builds plain data from YAML events."""

    def __init__(self) -> None:
        self.root: object = None
        self.num_documents = 0
        self.frames: list[_Frame] = []
        self.anchors: dict[str, tuple[object, int] | None] = {}
        self.alias_growth = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
            self.add(value, 1 + len(event.value), event)
            if event.anchor:
                self.anchors[event.anchor] = (value, 1 + len(event.value))
        elif isinstance(event, yaml.MappingStartEvent):
            self.open(event, {})
        elif isinstance(event, yaml.SequenceStartEvent):
            self.open(event, [])
        elif isinstance(event, yaml.CollectionEndEvent):
            self.close(event)
        elif isinstance(event, yaml.AliasEvent):
            self.expand(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.num_documents += 1
            if self.num_documents > 1:
                raise Fault("a second document begins (---); expected one", line=_line(event))

    def open(self, event: yaml.CollectionStartEvent, container: _Container) -> None:
        if event.tag and not event.implicit:
            raise Fault(f"the tag {event.tag}; expected no tags", line=_line(event))
        if len(self.frames) >= DEEPEST_NESTING:
            raise Fault(
                f"nested deeper than {DEEPEST_NESTING} lists and mappings",
                line=_line(event),
                hint="use the flat form for very deep taxonomies",
            )
        if self.frames and self.frames[-1].key is None and _is_mapping(self.frames[-1]):
            raise Fault("a list or mapping as a key; expected text", line=_line(event))
        if event.anchor:
            self.anchors[event.anchor] = None
        self.frames.append(_Frame(container, event.anchor))

    def close(self, event: yaml.Event) -> None:
        frame = self.frames.pop()
        if frame.anchor:
            self.anchors[frame.anchor] = (frame.container, frame.weight)
        self.add(frame.container, frame.weight, event)

    def expand(self, event: yaml.AliasEvent) -> None:
        """Add what an alias stands for, counting what it would be when written out."""
        if event.anchor not in self.anchors:
            raise Fault(f"the alias *{event.anchor} has no anchor before it", line=_line(event))
        anchored = self.anchors[event.anchor]
        if anchored is None:
            raise Fault(f"the alias *{event.anchor} stands inside itself", line=_line(event))
        value, weight = anchored
        self.alias_growth += weight
        if self.alias_growth > LARGEST_ALIAS_GROWTH:
            raise Fault(
                f"aliases expand to more than {LARGEST_ALIAS_GROWTH:,} characters",
                line=_line(event),
                hint="write the nodes out, or use the flat form for several parents",
            )
        self.add(value, weight, event)

    def add(self, value: object, weight: int, event: yaml.Event) -> None:
        """Put a value, or a key, where it belongs."""
        if not self.frames:
            self.root = value
            return
        frame = self.frames[-1]
        frame.weight += weight
        if isinstance(frame.container, list):
            frame.container.append(value)
        elif frame.key is not None:
            frame.container[frame.key] = value
            frame.key = None
        else:
            self.add_key(frame, value, event)

    def add_key(self, frame: _Frame, key: object, event: yaml.Event) -> None:
        line = _line(event)
        if not isinstance(key, str):
            written = getattr(event, "value", "")
            raise Fault(
                f"the key {written} is read as {describe(key)}; expected text",
                line=line,
                hint=f'put it in quotes: "{written}"',
            )
        if key in frame.lines:
            raise Fault(
                f"the key {key!r} is there twice in one mapping (first on line {frame.lines[key]})",
                line=line,
            )
        frame.lines[key] = line
        frame.key = key


def _is_mapping(frame: _Frame) -> bool:
    return isinstance(frame.container, dict)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(event: yaml.ScalarEvent) -> object:
    text: str = event.value
    if event.implicit[0]:
        return _plain(text)
    if event.tag and event.tag != "tag:yaml.org,2002:str" and event.tag != "!":
        raise Fault(f"the tag {event.tag}; expected no tags", line=_line(event))
    return text


def _plain(text: str) -> object:
    """Return what text without quotes stands for, in YAML 1.1 or 1.2."""
    for tag, pattern in _RESOLVERS.get(text[:1], ()):
        if pattern.match(text):
            return _resolved(tag.rpartition(":")[2], text)
    return Plain("number", text) if _YAML_1_2_NUMBER.fullmatch(text) else text


def is_text(written: str) -> bool:
    """Return whether text without quotes is text to every reader of YAML."""
    return written.lower() not in ("y", "n") and isinstance(_plain(written), str)


def _resolved(kind: str, text: str) -> object:
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in ("yes", "true", "on")
    if kind == "int" and _SMALL_NUMBER.fullmatch(text):
        return int(text)
    return Plain(_KINDS[kind], text) if kind in _KINDS else text


def locate(text: str, place: Place) -> tuple[int | None, str | None]:
    """Return the line of a place, and the text written there if it is a scalar.

    Where the place lies behind an alias, the line of the nearest container around it.
    """
    path = _path(place)
    found: tuple[int | None, str | None] = (None, None)
    try:
        for depth, line, event in _matches(text, path):
            found = (line, getattr(event, "value", None))
            if depth == len(path):
                break
    except yaml.YAMLError:
        pass
    return found


def _path(place: Place) -> list[str | int]:
    path: list[str | int] = []
    while place is not None:
        place, key = place
        path.append(key)
    return path[::-1]


def _matches(text: str, path: list[str | int]) -> Iterator[tuple[int, int, yaml.Event]]:
    """Yield depth, line and event of each value on the way to `path`, from the outside in."""
    spots: list[_Spot] = []
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionEndEvent):
            spots.pop()
        elif not isinstance(event, yaml.NodeEvent):
            continue
        elif spots and spots[-1].key is None:
            spots[-1].key = getattr(event, "value", "")
            spots[-1].line = _line(event)
            continue
        else:
            depth = len(spots)
            is_on_path = not spots or spots[-1].leads_to(path, depth - 1)
            if is_on_path and spots:
                yield depth, spots[-1].line or _line(event), event
            if isinstance(event, yaml.CollectionStartEvent):
                first = None if isinstance(event, yaml.MappingStartEvent) else 0
                spots.append(_Spot(first, is_on_path))
                continue
        if spots:
            spots[-1].advance()


class _Spot:
    """Where reading stands in one open list or mapping."""

    __slots__ = ("is_on_path", "key", "line")

    def __init__(self, key: int | None, is_on_path: bool) -> None:
        self.key: str | int | None = key
        self.is_on_path = is_on_path
        self.line: int | None = None  # of the key, in a mapping

    def leads_to(self, path: list[str | int], depth: int) -> bool:
        return self.is_on_path and depth < len(path) and path[depth] == self.key

    def advance(self) -> None:
        self.key = self.key + 1 if isinstance(self.key, int) else None
