"""From a file or folder in any known form to a taxonomy, and what was decided on the way."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.exporting import save_readable
from hiercls.taxonomy.fault import Fault
from hiercls.taxonomy.files import read_text, shown_path
from hiercls.taxonomy.graph import Taxonomy
from hiercls.taxonomy.importing.assembly import assemble, one_line
from hiercls.taxonomy.importing.content import refuse_odd_size
from hiercls.taxonomy.importing.data import YAML_SUFFIXES, read_data
from hiercls.taxonomy.importing.dataset_rows import ARROW_SUFFIXES
from hiercls.taxonomy.importing.edges import read_edges
from hiercls.taxonomy.importing.folders import read_folders
from hiercls.taxonomy.importing.hugging_face import read_dataset
from hiercls.taxonomy.importing.leaf_paths import read_leaf_paths
from hiercls.taxonomy.importing.names import name_by_file, name_by_wordnet
from hiercls.taxonomy.importing.nested_data import read_nested_data
from hiercls.taxonomy.importing.node_link import read_node_link
from hiercls.taxonomy.importing.notes import Note, counted
from hiercls.taxonomy.importing.outline import read_outline
from hiercls.taxonomy.importing.path_lines import read_paths
from hiercls.taxonomy.importing.recognition import form_of_data, form_of_folder, form_of_text
from hiercls.taxonomy.importing.settings import DATA_FORMS, FOLDER_FORMS, ImportSettings
from hiercls.taxonomy.importing.sketch import Sketch
from hiercls.taxonomy.importing.structure_notes import note_structure
from hiercls.taxonomy.importing.synset_list import read_synsets
from hiercls.taxonomy.importing.table import read_table
from hiercls.taxonomy.lines import error_in_file
from hiercls.taxonomy.wordnet import DEBIAN_FOLDER, WordNet


@dataclass(frozen=True, slots=True)
class Imported:
    """A taxonomy, the form it was read from, and what had to be decided."""

    taxonomy: Taxonomy
    source: str
    form: str
    is_recognised: bool
    notes: tuple[Note, ...]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it in the nested form where that can hold it, else in the flat one.

        Raises:
            TaxonomyError: If the file cannot be written.
        """
        save_readable(self.taxonomy, path)

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        return {
            "source": self.source,
            "form": self.form,
            "recognised": self.is_recognised,
            "name": self.taxonomy.name,
            "nodes": len(self.taxonomy),
            "leaves": len(self.taxonomy.leaves),
            "notes": [note.to_json() for note in self.notes],
        }

    def to_text(self) -> str:
        """Return the report for people, a note a line."""
        counts = f"{counted(len(self.taxonomy), 'node')}, "
        counts += counted(len(self.taxonomy.leaves), "leaf", "leaves")
        how = "recognised" if self.is_recognised else "as asked"
        first = f"{self.source}: {counts}; read as {self.form}, {how}"
        return "\n".join([first, *(f"note: {note.to_text()}" for note in self.notes)])


def import_taxonomy(
    source: str | os.PathLike[str], settings: ImportSettings | None = None
) -> Imported:
    """Read a taxonomy in another form.

    Args:
        source: A file, or a folder of images or of a dataset.
        settings: The form, if it shall not be recognised, and what else can be chosen.

    Raises:
        TaxonomyError: One line with file, line where there is one, and what was expected.
        RequestError: For a setting that the form has no use for.

    Example:
        >>> imported = import_taxonomy("labels.csv")  # doctest: +SKIP
        >>> imported.save("labels.yaml")  # doctest: +SKIP
    """
    path = Path(source)
    settings = settings or ImportSettings()
    shown = shown_path(path)
    form, sketch = _sketched(path, settings)
    if settings.names_path is not None:
        name_by_file(sketch, settings.names_path, settings)
    wordnet_path = settings.wordnet_path or (DEBIAN_FOLDER if form == "wordnet" else None)
    if wordnet_path is not None:
        name_by_wordnet(sketch, wordnet_path)
    stem = path.resolve().name if path.is_dir() else path.stem
    name = settings.name or one_line(sketch.name or stem) or "taxonomy"
    try:
        taxonomy = assemble(
            sketch, name, settings.root, keeps_underscores=settings.keeps_underscores
        )
    except Fault as fault:
        raise _error(fault, path, form) from None
    note_structure(taxonomy, sketch.notes)
    return Imported(taxonomy, shown, form, settings.form is None, tuple(sketch.notes.taken))


def _sketched(path: Path, settings: ImportSettings) -> tuple[str, Sketch]:
    """Return the form of a source and what it says."""
    sketch = Sketch(settings.max_nodes)
    if path.is_dir() or path.suffix.lower() in ARROW_SUFFIXES or settings.form == "hf":
        return _sketched_folder(path, sketch, settings), sketch
    text = read_text(path, max_bytes=settings.max_bytes)
    suffix = path.suffix.lower()
    form = settings.form or ""
    try:
        refuse_odd_size(text, settings.max_nodes)
        if form in DATA_FORMS or (not form and _is_data(text, suffix)):
            data = read_data(text, suffix, settings.max_nodes)
            form = form or form_of_data(data)
            settings.refuse_unused(form)
            _read_data_form(form, data, path, sketch, settings)
        else:
            form = form or form_of_text(text, suffix)
            settings.refuse_unused(form)
            _read_text_form(form, text, sketch, settings)
    except Fault as fault:
        raise _error(fault, path, form, text) from None
    return form, sketch


def _sketched_folder(path: Path, sketch: Sketch, settings: ImportSettings) -> str:
    form = settings.form or form_of_folder(path)
    if form not in FOLDER_FORMS:
        raise TaxonomyError(f"{shown_path(path)} is a folder; expected a file for the form {form}")
    if not path.exists():
        raise TaxonomyError(f"{shown_path(path)}: no such file or folder")
    settings.refuse_unused(form)
    try:
        if form == "hf":
            read_dataset(path, sketch, settings)
        else:
            read_folders(path, sketch)
    except Fault as fault:
        raise _error(fault, path, form) from None
    return form


def _is_data(text: str, suffix: str) -> bool:
    if suffix in (".json", *YAML_SUFFIXES):
        return True
    return text.lstrip("\ufeff \t\r\n").startswith(("{", "["))


def _read_data_form(
    form: str, data: object, path: Path, sketch: Sketch, settings: ImportSettings
) -> None:
    match form:
        case "hf":
            read_dataset(path, sketch, settings)
        case "node-link":
            read_node_link(data, sketch, settings)
        case "leaf-paths":
            read_leaf_paths(data, sketch)
        case _:
            read_nested_data(data, sketch)


def _read_text_form(form: str, text: str, sketch: Sketch, settings: ImportSettings) -> None:
    match form:
        case "edges":
            read_edges(text, sketch, settings)
        case "outline":
            read_outline(text, sketch)
        case "paths":
            read_paths(text, sketch, settings)
        case "wordnet":
            read_synsets(text, sketch, WordNet(settings.wordnet_path or DEBIAN_FOLDER))
        case "folders":
            raise Fault("a file; expected a folder of images")
        case _:
            read_table(text, sketch, settings)


def _error(fault: Fault, path: Path, form: str, text: str | None = None) -> TaxonomyError:
    """Return the error for the user; the place in text is its line, in data it has to be found."""
    shown = shown_path(path)
    place, is_data = fault.place, form in DATA_FORMS
    if place is not None and not is_data:
        line = place[1]
        hint = fault.hint
        first = f" (first on line {fault.first[1]})" if fault.first else ""
        where = f"{shown}:{line}" if isinstance(line, int) else shown
        return TaxonomyError(f"{where}: {fault.message}{first}", hint=hint)
    if is_data and place is not None and text is None:
        text = read_text(path)
    return error_in_file(fault, shown, text or "")
