"""YAML text as plain data, strictly.

The text is read event by event, without recursion and without keeping lines: that is what makes
100,000 nodes a matter of seconds. Refused here: what the forms of a taxonomy have no use for,
and what makes a small file expand without bound.
"""

from __future__ import annotations

import json
import re

import yaml

from hiercls.taxonomy.fault import Fault, Plain, describe, quoted, shortened

DEEPEST_NESTING = 1_000  # lists and mappings inside each other; libyaml slows down with depth
LARGEST_ALIAS_GROWTH = 10_000_000  # characters; a list or mapping counts 100
_CONTAINER_WEIGHT = 100

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVERS = yaml.SafeLoader.yaml_implicit_resolvers
_KINDS = {"int": "number", "float": "number", "timestamp": "date", "merge": "merge key"}
_YAML_1_2_NUMBER = re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|0o[0-7]+|0x[\da-fA-F]+")
_SMALL_NUMBER = re.compile(r"[-+]?(0|[1-9]\d{0,17})")
_SYNTAX_HINTS = {
    "cannot start any token": "indent with spaces, not tabs; quote texts that begin with @, ` or %",
    "mapping values are not allowed": "a text with a colon in it needs quotes",
    "expected <block end>": "check the indentation, and quote texts that begin with a quote",
}


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
        for event in yaml.parse(text, Loader=Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _syntax_fault(error) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
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
    start = error.context_mark
    if mark and start and start.line != mark.line:
        problem += f", in what begins on line {start.line + 1}"
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
                raise Fault("a second document begins here; expected one", line=_line(event))

    def open(self, event: yaml.CollectionStartEvent, container: _Container) -> None:
        if event.tag and not event.implicit:
            raise Fault(f"the tag {quoted(event.tag)}; expected none", line=_line(event))
        if len(self.frames) >= DEEPEST_NESTING:
            raise Fault(
                f"lists and mappings {DEEPEST_NESTING:,} deep; expected fewer",
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
            raise Fault(
                f"the alias *{event.anchor} stands inside itself; expected no loops",
                line=_line(event),
            )
        value, weight = anchored
        self.alias_growth += weight
        if self.alias_growth > LARGEST_ALIAS_GROWTH:
            raise Fault(
                f"aliases expand to over {LARGEST_ALIAS_GROWTH:,} characters; expected less",
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
            written = shortened(getattr(event, "value", ""))
            raise Fault(
                f"the key {written or '(empty)'} is {describe(key)}; expected text",
                line=line,
                hint=_key_hint(key, written),
            )
        if key in frame.lines:
            is_id = len(self.frames) == 2 and self.frames[0].key == "nodes"
            what = f"two nodes have the id {quoted(key)}" if is_id else f"two keys {quoted(key)}"
            first = f"(first on line {frame.lines[key]})"
            raise Fault(f"{what}; expected one {first}", line=line)
        frame.lines[key] = line
        frame.key = key


def _key_hint(key: object, written: str) -> str | None:
    if isinstance(key, Plain) and key.kind == "merge key":
        return "write the fields out"
    return f'put it in quotes: "{written}"' if written else None


def _is_mapping(frame: _Frame) -> bool:
    return isinstance(frame.container, dict)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(event: yaml.ScalarEvent) -> object:
    text: str = event.value
    if event.implicit[0]:
        return _plain(text)
    if event.tag and event.tag != "tag:yaml.org,2002:str" and event.tag != "!":
        raise Fault(f"the tag {quoted(event.tag)}; expected none", line=_line(event))
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
