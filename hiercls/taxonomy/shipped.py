"""The taxonomies that come with hiercls, and how a path or a name finds a file."""

from __future__ import annotations

import os
from pathlib import Path

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.fault import quoted
from hiercls.taxonomy.files import shown_path
from hiercls.taxonomy.suggestion import did_you_mean

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_folder() -> Path:
    """Return the folder of shipped taxonomies: in the installed package, or beside a checkout's."""
    installed = _PACKAGE / "taxonomies"
    return installed if installed.is_dir() else _PACKAGE.parent / "taxonomies"


def shipped_names() -> tuple[str, ...]:
    """Return the names that `Taxonomy.load` knows without a path, sorted."""
    return tuple(sorted(path.stem for path in shipped_folder().glob("*.yaml")))


def find_file(path_or_name: str | os.PathLike[str]) -> Path:
    """Return the file that is meant: a path that exists first, then a shipped name.

    A name may carry `.yaml`. A folder of the same name in the current folder does not hide it.

    Raises:
        TaxonomyError: With what was tried, and the shipped names.
    """
    asked = os.fspath(path_or_name)
    path = Path(asked)
    if _exists(path) and not path.is_dir():
        return path
    name = asked.removesuffix(".yaml")
    if name in shipped_names():
        return shipped_folder() / f"{name}.yaml"
    if asked and _exists(path):
        raise TaxonomyError(f"{shown_path(asked)} is a folder; expected a taxonomy file")
    raise _not_found(asked, name)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or with a NUL byte
        return False


def _not_found(asked: str, name: str) -> TaxonomyError:
    names = shipped_names()
    listed = ", ".join(names) if names else "none"
    return TaxonomyError(
        f"no taxonomy {quoted(asked)}: no such file, nor one of the shipped taxonomies ({listed})",
        hint=did_you_mean(Path(name).name, names),
    )
