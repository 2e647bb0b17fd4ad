"""Conversations about images, as tools that fine-tune MiniCPM-V read them.

Three forms: the JSON list of OpenBMB's own finetune folder, the JSON lines of ms-swift, and the
JSON list that LLaMA-Factory registers in a `dataset_info.json`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hiercls.data.tables import read_rows
from hiercls.errors import RequestError
from hiercls.plan import ITSELF

SUFFIX_OF = {"openbmb": ".json", "ms-swift": ".jsonl", "llama-factory": ".json"}

_IMAGE = "<image>"
_USERS, _ASSISTANTS = ("user", "human"), ("assistant", "gpt")
_IMAGE_TAG = re.compile(r"<image(_\d+)?>")
_OPTION = re.compile(r"\(?([A-Z])[.):]\s+(\S.*)")
_LETTER = re.compile(r"\(?([A-Z])\)?[.:]?")
_PLACE = re.compile(r"(.+) \(([^()]+)\)")
_ITSELF = ITSELF.format(name="")
_INFO = "dataset_info.json"
_SHAREGPT = {
    "formatting": "sharegpt",
    "columns": {"messages": "messages", "images": "images"},
    "tags": {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
    },
}


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was asked about an image, and what is answered.

    Attributes:
        image: Its path, as written.
        turns: Questions with their answers, without the tags that stand for the image.
    """

    image: str
    turns: tuple[tuple[str, str], ...]

    def to_record(self, form: str, number: int) -> dict[str, Any]:
        """Return it as one entry of a file of some form; the entry's number is its id."""
        tag = _IMAGE if form == "ms-swift" else f"{_IMAGE}\n"
        messages = []
        for at, (question, answer) in enumerate(self.turns):
            shown = question if at else tag + question
            messages.append({"role": "user", "content": shown})
            messages.append({"role": "assistant", "content": answer})
        if form == "openbmb":
            return {"id": str(number), "image": self.image, "conversations": messages}
        return {"messages": messages, "images": [self.image]}

    def answers(self) -> Iterator[str]:
        """Yield what each answer says; a letter stands for the option behind it."""
        for question, answer in self.turns:
            lines = (_OPTION.fullmatch(line.strip()) for line in question.split("\n"))
            options = {found[1]: found[2].strip() for found in lines if found}
            yield _chosen(answer.strip(), options)


def _chosen(answer: str, options: Mapping[str, str]) -> str:
    letter = _LETTER.fullmatch(answer)
    if letter and letter[1] in options:
        return options[letter[1]]
    both = _OPTION.fullmatch(answer)
    return both[2] if both and options.get(both[1]) == both[2] else answer


def readings(text: str) -> Iterator[tuple[str, str]]:
    """Yield what the text of an option may mean: a label, and names above it joined by `/`.

    First comes the text as it stands, then without what a question adds to a name: the
    description, "none of the others", and the place that tells namesakes apart.

    Example:
        >>> list(readings("crane (bird): long legs"))
        [('crane (bird): long legs', ''), ('crane (bird)', ''), ('crane', 'bird')]
    """
    ends = [len(text), *(found.start() for found in re.finditer(": ", text))]
    for end in [ends[0], *reversed(ends[1:])]:
        name = text[:end].rstrip(". ") or text[:end]
        yield text[:end], ""
        if name != text[:end]:
            yield name, ""
        if placed := _PLACE.fullmatch(name):
            yield placed[1].removesuffix(_ITSELF), placed[2].replace(" > ", "/")
            if name.endswith(_ITSELF):
                yield name.removesuffix(_ITSELF), ""


def is_conversations(path: Path) -> bool:
    """Return whether a file holds conversations, by its suffix and its first record."""
    suffix = path.suffix.lower()
    if suffix == ".json":
        return True
    if suffix not in (".jsonl", ".ndjson") or not path.is_file():
        return False
    _, first = next(read_rows(path), (0, {}))
    return "messages" in first or "conversations" in first


def read_conversations(path: Path) -> Iterator[tuple[str, Conversation]]:
    """Yield each conversation with where it stands, from a file of any of the forms.

    Turns may be written as role and content or, as elsewhere, as from and value.

    Raises:
        RequestError: The file cannot be read, or holds something else.
    """
    if path.suffix.lower() != ".json":
        for line, record in read_rows(path):
            yield f"on line {line}", _conversation(record, f"{path}:{line}")
        return
    try:
        records = json.loads(path.read_text(encoding="utf-8-sig", errors="surrogateescape"))
    except OSError as error:
        raise RequestError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise RequestError(f"{path}: no JSON: {error}") from None
    if not isinstance(records, list):
        found = type(records).__name__
        raise RequestError(f"{path}: {found}; expected a list of conversations about images")
    for number, record in enumerate(records):
        yield f"in entry {number}", _conversation(record, f"{path}: entry {number}")


def write_conversations(path: Path, conversations: Iterable[Conversation], *, form: str) -> int:
    """Write a file of a form, and for LLaMA-Factory its entry in the `dataset_info.json` beside.

    Returns:
        How many conversations were written.

    Raises:
        RequestError: A file cannot be written, or the `dataset_info.json` there is none.
    """
    number = 0
    info = _dataset_info(path) if form == "llama-factory" else None
    is_lines = SUFFIX_OF[form] == ".jsonl"
    try:
        with path.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            file.write("" if is_lines else "[")
            for number, conversation in enumerate(conversations, start=1):
                if not is_lines:
                    file.write(",\n" if number > 1 else "\n")
                record = conversation.to_record(form, number - 1)
                file.write(json.dumps(record, ensure_ascii=False) + ("\n" if is_lines else ""))
            file.write("" if is_lines else "\n]\n")
        if info is not None:
            text = json.dumps(info, indent=2, ensure_ascii=False)
            (path.parent / _INFO).write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise RequestError(f"{path}: cannot be written: {error.strerror}") from None
    return number


def _dataset_info(path: Path) -> dict[str, Any]:
    """Return what registers a file, beside what is registered already."""
    info = path.parent / _INFO
    try:
        known = json.loads(info.read_text(encoding="utf-8")) if info.exists() else {}
    except (OSError, ValueError):
        known = None
    if not isinstance(known, dict):
        raise RequestError(f"{info}: not what LLaMA-Factory registers datasets in; expected JSON")
    return {**known, path.stem: {"file_name": path.name, **_SHAREGPT}}


def _conversation(record: object, where: str) -> Conversation:
    fields = record if isinstance(record, Mapping) else {}
    messages = fields.get("messages", fields.get("conversations"))
    if not isinstance(messages, list):
        raise RequestError(f"{where}: no turns; expected a list 'messages' or 'conversations'")
    said = [turn for turn in map(_turn, messages) if turn is not None]
    questions, answers = said[::2], said[1::2]
    is_alternating = len(questions) == len(answers) and bool(said)
    if (
        not is_alternating
        or any(role not in _USERS for role, _ in questions)
        or any(role not in _ASSISTANTS for role, _ in answers)
    ):
        roles = ", ".join(role for role, _ in said) or "none"
        raise RequestError(f"{where}: turns of {roles}; expected user and assistant in turn")
    pairs = zip(questions, answers, strict=True)
    turns = ((_IMAGE_TAG.sub("", asked[1]).strip(), answer[1]) for asked, answer in pairs)
    return Conversation(_image(fields, where), tuple(turns))


def _turn(message: object) -> tuple[str, str] | None:
    """Return role and text of a turn; None for what the system says."""
    fields = message if isinstance(message, Mapping) else {}
    role = str(fields.get("role", fields.get("from")))
    return None if role == "system" else (role, str(fields.get("content", fields.get("value"))))


def _image(record: Mapping[str, Any], where: str) -> str:
    images = record.get("images", record.get("image"))
    if isinstance(images, Mapping):
        images = list(images.values())
    if isinstance(images, str):
        return images
    if not isinstance(images, list) or len(images) != 1 or not isinstance(images[0], str):
        found = f"{len(images)} images" if isinstance(images, list) else "no image"
        raise RequestError(f"{where}: {found}; expected the path of one")
    return images[0]
