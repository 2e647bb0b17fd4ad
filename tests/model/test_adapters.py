from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from PIL import Image
from scorers import opened
from transformers import AutoModelForImageTextToText

from hiercls import Cascade
from hiercls.config import AdapterSettings, ModelSettings, PlanSettings
from hiercls.errors import ConfigError, HierclsWarning, ModelError, RequestError
from hiercls.model.adapters.choice import choose, find_adapters
from hiercls.model.adapters.folder import load_adapters
from hiercls.model.adapters.manifest import read_manifest
from hiercls.model.adapters.merging import merge_level
from hiercls.model.adapters.sharing import export_adapters, push_adapters
from hiercls.model.checkpoint import load_checkpoint
from hiercls.model.library import Library
from hiercls.model.scorer import MiniCPMVScorer
from hiercls.model.training.running import train
from hiercls.plan import Plan
from hiercls.scoring import Request
from hiercls.taxonomy import Taxonomy
from tests.model.training_cases import PETS, RUNNING, TRAINING, pets_plan, pets_work

pytestmark = pytest.mark.slow

STRONG = replace(TRAINING, learning_rate=0.02)  # so that an adapter changes every answer
PLAN = pets_plan()
IMAGES = [Image.new("RGB", (64, 64), "red"), Image.new("RGB", (48, 80), "blue")]


@pytest.fixture(scope="module")
def model(checkpoints: dict[str, Path]) -> Path:
    return checkpoints["minicpmv4_6"]


@pytest.fixture(scope="module")
def question_first(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model, trained to be asked before it sees the image."""
    folder = tmp_path_factory.mktemp("question-first") / "model"
    shutil.copytree(model, folder)
    template = folder / "chat_template.jinja"
    template.write_text(template.read_text().replace("<|image_pad|>\\n", "<|image_pad|>"))
    from dataclasses import asdict

    from hiercls.questions import PromptFormat

    (folder / "prompt_format.json").write_text(json.dumps(asdict(PromptFormat(order="question"))))
    return folder


@pytest.fixture(scope="module")
def trained(
    model: Path, question_first: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Adapters by activation, and full ones of a model that is asked first."""
    folder = tmp_path_factory.mktemp("trained")
    for name, base, activation in (
        ("suffix", model, "suffix"),
        ("full", model, "full"),
        ("question", question_first, "full"),
    ):
        work = pets_work(
            base,
            folder / "pictures",
            training=replace(STRONG, epochs=1),
            adapters=AdapterSettings(rank=4, activation=activation),
        )
        train(work, folder / name)
    return {name: folder / name for name in ("suffix", "full", "question")}


def serve(model: Path, adapters: Path | None) -> MiniCPMVScorer:
    choice = None if adapters is None else choose(adapters, whole=PLAN, asked=PLAN)
    scorer = MiniCPMVScorer.load(model, RUNNING, adapters=choice)
    scorer.check(PLAN.question(node) for node in PLAN.nodes)
    return scorer


def ask_all(scorer: MiniCPMVScorer, *, together: bool) -> list[tuple[float, ...]]:
    handles = opened(scorer, IMAGES)
    requests = [Request(handle, PLAN.question(node)) for handle in handles for node in PLAN.nodes]
    if together:
        return scorer.score(requests)
    return [scorer.score([request])[0] for request in requests]


def worst(one: list[tuple[float, ...]], other: list[tuple[float, ...]]) -> float:
    pairs = zip(one, other, strict=True)
    return max(abs(a - b) for row, same in pairs for a, b in zip(row, same, strict=True))


@pytest.mark.parametrize("name", ["suffix", "full", "question"])
def test_questions_of_all_levels_together_are_answered_as_each_alone(
    model: Path, question_first: Path, trained: dict[str, Path], name: str
) -> None:
    base = question_first if name == "question" else model
    scorer = serve(base, trained[name])
    together = ask_all(scorer, together=True)
    assert worst(together, ask_all(scorer, together=False)) < 1e-4
    assert worst(together, ask_all(serve(base, None), together=True)) > 1e-2


@pytest.mark.parametrize("name", ["full", "question"])
def test_full_adapters_answer_as_the_librarys_forward_with_them_on(
    model: Path, question_first: Path, trained: dict[str, Path], name: str
) -> None:
    base = question_first if name == "question" else model
    found = ask_all(serve(base, trained[name]), together=True)
    checkpoint = load_checkpoint(base, RUNNING)
    adapters = load_adapters(checkpoint.model, trained[name], read_manifest(trained[name]))
    library = Library(checkpoint, serve(base, None).prompt)
    expected = []
    for image in IMAGES:
        for node in PLAN.nodes:
            question = PLAN.question(node)
            with adapters.on(f"level-{question.level + 1}"):
                expected.append(library.answer(image, question))
    assert worst(found, expected) < 1e-4


def test_suffix_adapters_leave_the_image_alone(model: Path, trained: dict[str, Path]) -> None:
    one, other = serve(model, trained["suffix"]), serve(model, None)
    states = []
    for scorer in (one, other):
        (handle,) = opened(scorer, IMAGES[:1])
        states.append(handle.state)  # type: ignore[attr-defined]
    shorter = min(own.num_tokens for own in states)
    assert states[0].num_tokens == shorter  # the base model also reads what all questions share
    keys = [own.layers[3][0][:shorter] for own in states]
    assert float((keys[0] - keys[1]).abs().max()) < 1e-5


@pytest.mark.parametrize("name", ["suffix", "full"])
def test_an_adapter_folder_loads_with_peft_alone(
    model: Path, trained: dict[str, Path], name: str
) -> None:
    base: Any = AutoModelForImageTextToText.from_pretrained(model, dtype=torch.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=FutureWarning)
        loaded: Any = PeftModel.from_pretrained(base, str(trained[name] / "level-2"))
    state = {key: own for key, own in loaded.named_parameters() if "lora_" in key}
    ours = load_checkpoint(model, RUNNING)
    adapters = load_adapters(ours.model, trained[name], read_manifest(trained[name]))
    expected = adapters.parameters("level-2")
    assert len(state) == len(expected) == 62
    for own, same in zip(state.values(), expected, strict=True):
        assert torch.equal(own, same)


def test_a_merged_level_answers_as_its_adapter_does(
    model: Path, trained: dict[str, Path], tmp_path: Path
) -> None:
    merged = merge_level(trained["full"], 1, tmp_path / "merged", model=model, settings=RUNNING)
    with_adapter = ask_all(serve(model, trained["full"]), together=True)
    alone = ask_all(serve(merged, None), together=True)
    levels = [PLAN.question(node).level for node in PLAN.nodes] * len(IMAGES)
    for level, one, other in zip(levels, with_adapter, alone, strict=True):
        assert (worst([one], [other]) < 1e-4) == (level == 1)


def test_what_reads_questions_alone_is_not_merged(
    model: Path, trained: dict[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(RequestError, match="the adapters are off while the image is read"):
        merge_level(trained["suffix"], 0, tmp_path / "merged", model=model)
    with pytest.raises(RequestError, match="no adapter of level 3; found level 1, level 2"):
        merge_level(trained["full"], 2, tmp_path / "merged", model=model)


def cascade(model: Path, adapters: Path, taxonomy: dict[str, Any], **options: Any) -> Cascade:
    return Cascade.load(
        Taxonomy.from_dict(taxonomy),
        model=model,
        settings=ModelSettings(self_test=False),
        plan=PlanSettings(merge=options.pop("merge", "none")),
        adapters=adapters,
        **options,
    )


def warned(caught: list[warnings.WarningMessage]) -> list[str]:
    return [str(own.message) for own in caught if issubclass(own.category, HierclsWarning)]


def test_a_part_of_the_taxonomy_is_answered_by_the_adapters_of_the_whole(
    model: Path, trained: dict[str, Path]
) -> None:
    whole = cascade(model, trained["suffix"], PETS)
    part = cascade(model, trained["suffix"], PETS, under="dog")
    question = part.plan.question("dog")
    assert question.level == 0 and whole.plan.question("dog").level == 1
    answers = [
        own.scorer.score([Request(opened(own.scorer, IMAGES[:1])[0], asked)])
        for own, asked in ((whole, whole.plan.question("dog")), (part, question))
    ]
    assert worst(*answers) < 1e-5


def edited(**changes: Any) -> dict[str, Any]:
    first, second, third = (dict(own) for own in PETS["children"])  # type: ignore[attr-defined]
    first.update(changes)
    return {"name": "pets", "children": [first, second, third]}


def test_changed_questions_are_named_and_unchanged_ones_are_not(
    model: Path, trained: dict[str, Path]
) -> None:
    more = [{"name": "husky"}, {"name": "pug"}, {"name": "boxer"}]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        cascade(model, trained["suffix"], PETS)
        assert warned(caught) == []
        cascade(model, trained["suffix"], edited(children=more))
    assert warned(caught) == ["the adapters were trained on other options at 'dog'"]


def test_new_questions_are_named(model: Path, trained: dict[str, Path]) -> None:
    first, second, _ = PETS["children"]  # type: ignore[misc]
    birds = {"name": "parrot", "children": [{"name": "lori"}, {"name": "macaw"}]}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        cascade(model, trained["suffix"], {"name": "pets", "children": [first, second, birds]})
    assert warned(caught) == ["the adapters were not trained on the questions at 'parrot'"]


def test_another_order_of_levels_is_an_error(model: Path, trained: dict[str, Path]) -> None:
    deeper = [{"name": "husky", "children": [{"name": "red"}, {"name": "grey"}]}, {"name": "pug"}]
    with pytest.raises(ConfigError, match="trained for 2 levels, and the plan has 3"):
        cascade(model, trained["suffix"], edited(children=deeper))
    animals = {"name": "animals", "children": [{"name": "rock"}, PETS]}
    with pytest.raises(ConfigError) as caught:
        cascade(model, trained["suffix"], animals)
    assert "the question at 'pets' was of level 1 in training and is of level 2" in str(caught)
    assert caught.value.hint is not None and "--merge none" in caught.value.hint


def test_another_form_of_question_is_an_error(
    model: Path, question_first: Path, trained: dict[str, Path]
) -> None:
    with pytest.raises(ConfigError, match="trained with another form of question"):
        cascade(question_first, trained["suffix"], PETS)


def test_another_model_is_an_error(checkpoints: dict[str, Path], trained: dict[str, Path]) -> None:
    with pytest.raises(ConfigError, match="trained with another model than"):
        cascade(checkpoints["minicpmv4_7"], trained["suffix"], PETS)


@pytest.fixture
def copy(trained: dict[str, Path], tmp_path: Path) -> Path:
    shutil.copytree(trained["suffix"], tmp_path / "copy")
    return tmp_path / "copy"


def test_other_weights_than_the_manifest_tells_of_are_refused(model: Path, copy: Path) -> None:
    path = copy / "level-1" / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-4] + b"\1\2\3\4")
    with pytest.raises(ModelError, match="not the weights that"):
        cascade(model, copy, PETS)
    path.unlink()
    with pytest.raises(ModelError, match="not there; expected by"):
        cascade(model, copy, PETS)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON"),
        ("[]", "version 'list'; expected adapters of version 1"),
        ('{"version": 1}', "not what hiercls train writes"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_damaged_manifest_gets_one_line(copy: Path, content: str | None, message: str) -> None:
    path = copy / "adapters.json"
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(ModelError, match=message) as caught:
        read_manifest(copy)
    assert "\n" not in caught.value.message and str(path) in caught.value.message


def test_a_calibration_beside_the_adapters_is_used_while_it_fits(model: Path, copy: Path) -> None:
    from hiercls.calibration import Calibration

    plain = cascade(model, copy, PETS)
    assert plain.calibration is None
    Calibration((2.0, 3.0), hashes=plain.hashes).save(copy / "calibration.json")
    assert cascade(model, copy, PETS).calibration == Calibration((2.0, 3.0), hashes=plain.hashes)
    Calibration((2.0,), hashes={**plain.hashes, "adapters": "others"}).save(
        copy / "calibration.json"
    )
    with pytest.warns(HierclsWarning, match="is left out: .* fitted with another adapters"):
        assert cascade(model, copy, PETS).calibration is None


def test_an_export_holds_what_is_needed_and_no_more(
    model: Path, copy: Path, tmp_path: Path
) -> None:
    export_adapters(copy, tmp_path / "export")
    names = {str(path.relative_to(tmp_path / "export")) for path in files(tmp_path / "export")}
    own = ("adapter_config.json", "adapter_model.safetensors")
    levels = {f"level-{level}/{name}" for level in (1, 2) for name in own}
    assert names == {"adapters.json", "README.md"} | levels
    assert ask_all(serve(model, tmp_path / "export"), together=True) == ask_all(
        serve(model, copy), together=True
    )
    with pytest.raises(RequestError, match="there already; expected an empty folder or none"):
        export_adapters(copy, tmp_path / "export")


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


class LocalHub:
    """A hub that is a folder: what is pushed lies where the hub's cache would have it."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.made: list[tuple[str, bool]] = []

    def create_repo(self, repo_id: str, *, private: bool, exist_ok: bool) -> object:
        assert exist_ok
        self.made.append((repo_id, private))
        return None

    def upload_folder(self, *, repo_id: str, folder_path: str, commit_message: str) -> object:
        there = self.cache / f"models--{repo_id.replace('/', '--')}"
        shutil.copytree(folder_path, there / "snapshots" / "1234")
        (there / "refs").mkdir()
        (there / "refs" / "main").write_text("1234")
        assert commit_message == "Adapters for pets"
        return None


def test_what_is_pushed_is_found_again_by_its_id(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = LocalHub(tmp_path / "cache")
    push_adapters(copy, "someone/pets", hub=hub, private=True)
    assert hub.made == [("someone/pets", True)]
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    assert read_manifest(find_adapters("someone/pets")) == read_manifest(copy)


def test_adapters_that_are_nowhere_are_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="a file; expected the folder that holds"):
        find_adapters(tmp_path / "file")
    with pytest.raises(ModelError, match="neither a folder nor a hub id"):
        find_adapters("no/such/folder")


def test_a_plan_of_one_level_needs_no_other(model: Path, tmp_path: Path) -> None:
    work = pets_work(model, tmp_path / "pictures", training=replace(TRAINING, epochs=1))
    merged = Plan(work.plan.taxonomy, PlanSettings(merge="all"))
    train(replace(work, plan=merged, levels=(0,)), tmp_path / "run")
    found = cascade(model, tmp_path / "run", PETS, merge="all")
    assert found.plan.num_levels == 1
    with pytest.raises(ConfigError, match="trained for 1 levels, and the plan has 2"):
        cascade(model, tmp_path / "run", PETS)
