from __future__ import annotations

import doctest
import importlib
import inspect
import os
import pkgutil
import re
import shlex
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import hiercls
from hiercls import errors
from hiercls.cli.parser import make_parser

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "transformers", "peft"}


def modules_without_torch() -> list[str]:
    """Every module but the model, which alone may import torch, and those that train with it."""
    heavy = ("hiercls.model", "hiercls.tiny.training", "hiercls.tiny.__main__")
    found = pkgutil.walk_packages(hiercls.__path__, "hiercls.", onerror=lambda name: None)
    names = [module.name for module in found if not module.name.startswith(heavy)]
    return ["hiercls", *(name for name in names if name != "hiercls.__main__")]


def test_every_public_name_is_there() -> None:
    for name in hiercls.__all__:
        assert getattr(hiercls, name) is not None
    assert dir(hiercls) == hiercls.__all__


def test_every_error_is_public_and_comes_from_one_tree() -> None:
    raised = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value)
        and issubclass(value, Exception)
        and not issubclass(value, Warning)
    }
    assert raised <= set(hiercls.__all__)
    assert all(issubclass(getattr(errors, name), errors.HierclsError) for name in raised)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'hiercls' has no attribute 'Cascad'"):
        hiercls.Cascad  # noqa: B018


def test_the_package_is_imported_in_a_moment_and_without_torch() -> None:
    code = f"import sys, hiercls; print({HEAVY} & set(sys.modules), len(sys.modules))"
    imported = subprocess.check_output([sys.executable, "-I", "-c", code], text=True)
    assert imported.startswith("set()")
    begin = os.times()
    subprocess.check_call([sys.executable, "-c", "import hiercls"])
    end = os.times()
    # Of the processor: the clock on the wall also counts what others do.
    seconds = end.children_user + end.children_system - begin.children_user - begin.children_system
    assert seconds < 0.3


@pytest.mark.slow
def test_only_the_model_imports_torch() -> None:
    names = modules_without_torch()
    code = f"import sys, importlib\nfor n in {names}: importlib.import_module(n)\n"
    code += f"print({HEAVY} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


@pytest.mark.slow
@pytest.mark.parametrize("name", modules_without_torch())
def test_the_examples_in_the_docstrings_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_every_direct_dependency_is_pinned() -> None:
    name = re.compile("[A-Za-z0-9-]+")
    wanted = {name.match(line).group().lower() for line in metadata.requires("hiercls")}
    assert {"torch", "pillow", "pytest", "types-pyyaml"} <= wanted
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {line.split("==")[0].lower() for line in lines if "==" in line}
    assert wanted == pinned


def test_the_changelog_knows_this_version() -> None:
    assert f"## [{hiercls.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_every_command_in_the_readme_is_one() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    commands = [line for line in lines if line.startswith("hiercls ")]
    assert len(commands) >= 4
    for command in commands:
        make_parser().parse_args(shlex.split(command, comments=True)[1:])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_all_that_the_command_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "hiercls/py.typed" in names
    for folder in ("taxonomies", "hiercls/tiny/weights", "hiercls/tiny/pictures"):
        inside = "hiercls/taxonomies" if folder == "taxonomies" else folder
        files = [file for file in (ROOT / folder).iterdir() if file.is_file()]
        assert files
        assert names >= {f"{inside}/{file.name}" for file in files}
    assert not any(name.startswith(("tests", "taxonomies")) for name in names)
    assert wheel.stat().st_size < 12e6


@pytest.mark.slow
def test_an_installed_package_finds_its_taxonomies_from_anywhere(
    wheel: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    command = [sys.executable, "-m", "hiercls", "taxonomy", "check", "flags"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    ended = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("flags: ")
    where = [sys.executable, "-c", "import hiercls; print(hiercls.__file__)"]
    found = subprocess.check_output(where, cwd=tmp_path, env=environment, text=True)
    assert found.startswith(str(tmp_path))
