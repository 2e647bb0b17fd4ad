"""What all tests share: plain tests run first, the slow ones after them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure; and a change is not merged or refused by luck.
settings.register_profile(
    "hiercls",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("hiercls")

NOBODY = 65534  # the number of a user with no rights, on every Unix

# Threads cost more than they bring on models this small, most of all on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


@pytest.fixture
def someone_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work in `tmp_path` as a user who may not read everything, also where root runs the tests."""
    monkeypatch.chdir(tmp_path)
    if os.geteuid() != 0:
        yield
        return
    os.chown(tmp_path, NOBODY, -1)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small checkpoint of random weights for each architecture, in the published layout."""
    from hiercls.model.maker import ARCHITECTURES, make_checkpoint

    folder = tmp_path_factory.mktemp("checkpoints")
    texts = ["Which of these is in the picture?\nA. thing number 1\nAnswer with the letter."]
    return {
        kind: make_checkpoint(folder / kind, texts, architecture=kind) for kind in ARCHITECTURES
    }
