from __future__ import annotations

from pathlib import Path

import pytest

from hiercls.config import PlanSettings
from hiercls.data import Passages, read_confusions
from hiercls.data.confusions import Lookalikes
from hiercls.errors import RequestError
from hiercls.plan import Plan
from hiercls.taxonomy import Taxonomy

PETS = Taxonomy.from_dict(
    {
        "name": "pets",
        "children": [
            {"name": "dog", "children": [{"name": "Pug"}, {"name": "Husky"}]},
            {"name": "wild", "children": [{"name": "Wolf"}, {"name": "Fox"}]},
        ],
    }
)


def test_labels_of_a_confusion_file_are_resolved(tmp_path: Path) -> None:
    path = tmp_path / "confusions.csv"
    path.write_text("true,predicted,count\nhusky,wild/Wolf,3\nHusky,wolf,1\npug,Fox,2\n")
    assert read_confusions(path, PETS) == {("husky", "wolf"): 4, ("pug", "fox"): 2}


def test_labels_of_a_confusion_file_that_are_no_nodes_are_all_listed(tmp_path: Path) -> None:
    path = tmp_path / "confusions.csv"
    path.write_text("true,predicted,count\nhuskie,wolf,3\npug,cow,1\n")
    with pytest.raises(RequestError, match="2 labels cannot be found") as caught:
        read_confusions(path, PETS)
    assert "'huskie' is no node (1 row, first in row 2; did you mean 'Husky'?)" in str(caught.value)
    assert "'cow' is no node (1 row, first in row 3)" in str(caught.value)


def test_confusions_of_leaves_are_those_of_the_nodes_above_them_too() -> None:
    passages = Passages(Plan(PETS, PlanSettings(merge="none")))
    near = Lookalikes(passages, {("husky", "wolf"): 4, ("fox", "husky"): 1, ("pug", "husky"): 2})
    assert near.of(1, "husky") == {"wolf": 4, "fox": 1, "pug": 2}
    assert near.of(1, "wolf") == {"husky": 4}
    assert near.of(0, "dog") == {"wild": 5}
    assert near.of(0, "husky") == {}
