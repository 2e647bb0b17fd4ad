from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from hiercls.cli.classify import classify
from hiercls.cli.demo import NEXT_STEPS
from hiercls.cli.main import exit_status, main
from hiercls.cli.output import check_output, open_results
from hiercls.cli.parser import make_parser
from hiercls.config import DEFAULT_MODEL
from hiercls.errors import HierclsError, RequestError
from hiercls.prediction import Candidate, Prediction
from hiercls.taxonomy import Taxonomy
from hiercls.tiny.flags import draw

PETS = Taxonomy.from_dict({"name": "pets", "children": [{"name": "Dog"}, {"name": "Cat"}]})


class FakeCascade:
    """Takes every picture for a dog, and fails at those called broken; may be interrupted."""

    taxonomy = PETS

    def __init__(self, interrupted_after: int | None = None) -> None:
        self.asked: list[str] = []
        self._interrupted_after = interrupted_after

    def predict_batch(self, images: Iterable[str], *, top: int) -> Iterator[Prediction]:
        for image in images:
            if len(self.asked) == self._interrupted_after:
                raise KeyboardInterrupt
            self.asked.append(image)
            if "broken" in image:
                yield Prediction.failed(image, f"{image}: damaged PNG file: truncated")
            else:
                yield Prediction(
                    image, ("dog",), ("Dog",), "dog", 0.9, (), (Candidate("dog", 0.9),)
                )


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hiercls", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


def cpu_seconds_since(begin: os.times_result) -> float:
    """Of child processes: the clock on the wall also counts what others do."""
    end = os.times()
    return end.children_user + end.children_system - begin.children_user - begin.children_system


def test_each_result_is_in_the_file_before_the_next_image_begins(tmp_path: Path) -> None:
    output = tmp_path / "results.jsonl"
    lines_seen = []

    class Watched(FakeCascade):
        def predict_batch(self, images: Iterable[str], *, top: int) -> Iterator[Prediction]:
            for prediction in super().predict_batch(images, top=top):
                lines_seen.append(output.read_text().count("\n"))
                yield prediction

    with open_results(str(output)) as results:
        classify(Watched(), ["a.png", "b.png", "c.png"], results, style="jsonl", top=5)
    assert lines_seen == [0, 1, 2]
    assert output.read_text().count("\n") == 3


def test_failures_are_counted_and_do_not_end_the_batch(capsys: pytest.CaptureFixture[str]) -> None:
    images = ["a.png", "broken.png", "b.png"]
    with open_results(None) as results:
        assert classify(FakeCascade(), images, results, style="table", top=5) == 1
    assert capsys.readouterr().out.splitlines() == [
        "a.png        90.0%  Dog",
        "broken.png  failed  damaged PNG file: truncated",
        "b.png        90.0%  Dog",
    ]


def test_the_bar_counts_and_stays_out_of_the_results(tmp_path: Path) -> None:
    bar = Console(file=io.StringIO(), force_terminal=True, width=100)
    output = tmp_path / "results.csv"
    with open_results(str(output)) as results:
        images = ["a.png", "broken.png", "b.png"]
        classify(FakeCascade(), images, results, style="csv", top=5, bar=bar)
    drawn = bar.file.getvalue()
    assert "3/3" in drawn
    assert "1 failed" in drawn
    assert "a.png" not in drawn
    assert "\x1b" not in output.read_text()


@pytest.mark.parametrize(("style", "num_lines"), [("jsonl", 2), ("csv", 3), ("table", 2)])
def test_an_interruption_keeps_what_was_done(tmp_path: Path, style: str, num_lines: int) -> None:
    output = tmp_path / "results"

    def interrupted() -> int:
        with open_results(str(output)) as results:
            images = [f"{number}.png" for number in range(9)]
            return classify(FakeCascade(2), images, results, style=style, top=5)

    assert exit_status(interrupted) == 130
    assert len(output.read_text().splitlines()) == num_lines


def test_an_existing_output_is_replaced(tmp_path: Path) -> None:
    output = tmp_path / "results.csv"
    output.write_text("old\n" * 100)
    check_output(str(output))
    assert output.read_text().startswith("old")
    with open_results(str(output)) as results:
        results.write("new")
    assert output.read_text() == "new\n"


def test_an_output_that_cannot_be_written_is_found_out_early(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="a folder; expected a file for the results"):
        check_output(str(tmp_path))
    with pytest.raises(RequestError, match="there is no folder"):
        check_output(str(tmp_path / "gone" / "results.csv"))
    check_output(None)
    check_output("results-in-this-folder.csv")


@pytest.mark.slow
def test_a_full_disk_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def write() -> int:
        with open_results("/dev/full") as results:
            results.write("x")
        return 0

    assert exit_status(write) == 2
    expected = "hiercls: error: results cannot be written: No space left on device\n"
    assert capsys.readouterr().err == expected
    shell = f"{sys.executable} -m hiercls taxonomy check flags > /dev/full"
    ended = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (2, expected)


def test_names_that_are_not_utf8_reach_a_file_byte_for_byte(tmp_path: Path) -> None:
    output = tmp_path / "results.csv"
    with open_results(str(output)) as results:
        classify(FakeCascade(), [os.fsdecode(b"caf\xe9.png")], results, style="csv", top=5)
    assert b"caf\xe9.png,dog" in output.read_bytes()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (RequestError("found this; expected that"), "hiercls: error: found this; expected that\n"),
        (HierclsError("wrong", hint="do so"), "hiercls: error: wrong\nhint: do so\n"),
    ],
)
def test_a_mistake_of_the_user_is_a_line_and_a_hint(
    error: HierclsError, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> int:
        raise error

    assert exit_status(fail) == 2
    assert capsys.readouterr() == ("", expected)


def test_a_fault_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        exit_status(lambda: 1 // 0)


FLAGS = ["classify", "a.png", "--taxonomy", "flags"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["clasify"], "invalid choice: 'clasify'"),
        (["classify", "a.png"], "the following arguments are required: --taxonomy"),
        (["classify", "a.png", "--taxonomy", "gone.yaml"], "gone.yaml"),
        (["classify", "a.png", "--taxonomy", "flags", "--top", "0"], "--top: '0' is not"),
        (["classify", "a.png", "--taxonomy", "flags", "--batch-size", "x"], "--batch-size: 'x'"),
        (["classify", "a.png", "--taxonomy", "flags", "--device", "abacus"], "device is 'abacus'"),
        (["classify", "a.png", "--taxonomy", "flags", "--dtype", "int8"], "--dtype"),
        (["classify", "a.png", "--taxonomy", "flags", "--format", "xml"], "--format"),
        (["classify", "a.png", "--tax", "flags"], "required: --taxonomy"),
        (["classify", "*.nothing", "--taxonomy", "flags"], "*.nothing: matches no image"),
        (["classify", "a.png", "--taxonomy", "flags", "--output", "gone/x"], "no folder gone"),
        ([*FLAGS, "--search", "widest"], "--search"),
        ([*FLAGS, "--search", "greedy", "--beam", "2"], "--beam with --search greedy; expected"),
        ([*FLAGS, "--search", "beam", "--budget", "9"], "--budget with --search beam; expected"),
        ([*FLAGS, "--search", "beam", "--floor", "0"], "--floor with --search beam; expected"),
        ([*FLAGS, "--floor", "2"], "--floor: '2' is not a number from 0 to 1"),
        ([*FLAGS, "--budget", "0"], "--budget: '0' is not"),
        ([*FLAGS, "--budget-unit", "tokens"], "--budget-unit without a budget"),
        (
            [*FLAGS, "--max-options", "27"],
            "--max-options 27 with --answer letter; expected at most",
        ),
        (
            [*FLAGS, "--max-options", "261", "--answer", "pair"],
            "--answer pair; expected at most 260",
        ),
        ([*FLAGS, "--max-options", "1"], "max_options is 1; expected 2 or more"),
        ([*FLAGS, "--answer", "word"], "--answer"),
        ([*FLAGS, "--shots", "2"], "--shots without examples; expected --examples with it"),
        (
            [*FLAGS, "--examples", "x", "--order", "image"],
            "--examples with --order image; expected",
        ),
        (
            ["taxonomy", "plan", "flags", "--shots", "2"],
            "--shots without a model; expected --model",
        ),
        (
            [*FLAGS, "--name-score", "mean"],
            "--name-score mean without names; expected --answer name",
        ),
        ([*FLAGS, "--merge", "some"], "--merge"),
        (["taxonomy", "check", "gone.yaml"], "gone.yaml"),
        (["taxonomy", "show", "flags", "--node", "atlantis"], "atlantis"),
    ],
)
def test_a_wrong_request_is_one_line_and_status_2(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    first, *hints = err.splitlines()
    assert first.startswith("hiercls: error: ")
    assert all(line.startswith("hint: ") for line in hints)
    assert len(hints) <= 1


@pytest.mark.slow
def test_help_is_quick_and_needs_no_torch() -> None:
    begin = os.times()
    assert "COMMAND" in run("--help").stdout
    assert cpu_seconds_since(begin) < 0.3
    heavy = "{'torch', 'transformers', 'PIL', 'numpy', 'rich', 'networkx'}"
    code = f"import sys, hiercls.cli.main as m; m.make_parser(); print({heavy} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


def test_the_version_is_that_of_the_package() -> None:
    import hiercls

    assert run("--version").stdout == f"hiercls {hiercls.__version__}\n"


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_ends_it_quietly() -> None:
    command = f"{sys.executable} -m hiercls taxonomy show flags --depth 3 | head -n 1"
    shell = ["bash", "-c", f"{command}; echo ${{PIPESTATUS[0]}} >&2"]
    ended = subprocess.run(shell, capture_output=True, text=True, timeout=60)
    assert ended.stdout.startswith("flag")
    assert ended.stderr.strip() in ("0", "141")


def test_results_to_a_closed_pipe_end_it_quietly() -> None:
    code = (
        "import sys\n"
        "from hiercls.cli.main import exit_status\n"
        "from hiercls.cli.output import open_results\n"
        "def run():\n"
        "    with open_results(None) as results:\n"
        "        while True: results.write('x' * 1000)\n"
        "sys.exit(exit_status(run))\n"
    )
    shell = ["bash", "-c", f"{sys.executable} -c {shlex.quote(code)} | head -n 1"]
    ended = subprocess.run(
        [*shell[:2], "set -o pipefail; " + shell[2]], capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (141, "")


def test_check_counts_and_show_draws(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["taxonomy", "check", "flags"]) == 0
    assert "flags: " in capsys.readouterr().out
    assert main(["taxonomy", "check", "flags", "--format", "json"]) == 0
    assert '"leaves": ' in capsys.readouterr().out
    assert main(["taxonomy", "show", "flags", "--depth", "1"]) == 0
    assert "├── " in capsys.readouterr().out


def help_of(command: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main([*command.split(), "--help"])
    return out.getvalue()


# The help of each command that does something.
HELPS = {
    command: help_of(command) for command in ("classify", "taxonomy check", "taxonomy show", "demo")
}
EXAMPLES = [
    line.strip() for text in HELPS.values() for line in re.findall(r"^  hiercls .*$", text, re.M)
]


def test_the_help_of_each_command_ends_with_two_examples() -> None:
    for command, text in HELPS.items():
        *_, title, first, second = text.rstrip().splitlines()
        assert title == "examples:"
        assert first.startswith(f"  hiercls {command}")
        assert second.startswith(f"  hiercls {command}")


def needs_model(example: str) -> bool:
    return not example.startswith("hiercls taxonomy")


@pytest.mark.parametrize(
    "example",
    [
        pytest.param(example, marks=pytest.mark.slow if needs_model(example) else ())
        for example in EXAMPLES
    ],
)
def test_an_example_of_the_help_works(example: str, tmp_path: Path) -> None:
    from PIL import Image

    picture = Image.new("RGB", (90, 60), "white")
    picture.paste("red", (0, 30, 90, 60))
    picture.save(tmp_path / "photo.png")
    (tmp_path / "photos").mkdir()
    picture.save(tmp_path / "photos" / "first.jpg")
    PETS.save(tmp_path / "my-labels.yaml")
    command = example.replace("hiercls", f"{shlex.quote(sys.executable)} -m hiercls", 1)
    ended = subprocess.run(
        command, shell=True, cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    written = "".join(
        file.read_text()
        for name in ("results.jsonl", "demo.txt")
        if (file := tmp_path / name).exists()
    )
    assert ended.stdout + written


def test_every_option_is_told_in_the_help() -> None:
    assert make_parser().prog == "hiercls"
    for option in ("--taxonomy", "--model", "--top", "--format", "--output", "--device"):
        assert option in HELPS["classify"]


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three flags, and a picture cut short."""
    folder = tmp_path_factory.mktemp("album")
    for code in ("fr", "jp", "ua"):
        draw(code, 150, 100).save(folder / f"{code}.png")
    (folder / "cut.png").write_bytes((folder / "jp.png").read_bytes()[:200])
    return folder


@pytest.mark.slow
def test_the_bundled_model_tells_flags_apart(album: Path) -> None:
    arguments = ("classify", str(album), "--taxonomy", "flags", "--model", "tiny")
    ended = run(*arguments, "--format", "jsonl")
    assert (ended.returncode, ended.stderr) == (1, "hiercls: 1 of 4 images failed\n")
    predictions = [Prediction.from_json(line) for line in ended.stdout.splitlines()]
    leaves = {Path(prediction.image).stem: prediction.leaf for prediction in predictions}
    assert leaves == {"fr": "fr", "jp": "jp", "ua": "ua", "cut": None}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--stop", "never"], "stop rule 'never'; expected leaf, threshold:P"),
        (["--stop", "coverage:0.9"], "stop rule 'coverage:0.9' needs a calibration"),
        (["--calibration", "gone.json"], "gone.json: cannot be read"),
        (["--under", "atlantis"], "atlantis"),
        (["--exclude", "flag"], "flag"),
    ],
)
def test_what_is_asked_is_checked_before_the_model_is_loaded(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*FLAGS, "--model", "no-such-model", *arguments]) == 2
    error, *hints = capsys.readouterr().err.splitlines()
    assert error.startswith("hiercls: error: ") and message in error
    assert len(hints) <= 1


@pytest.mark.slow
def test_every_way_to_ask_gives_whole_predictions(album: Path) -> None:
    arguments = ("classify", str(album / "jp.png"), "--taxonomy", "flags", "--model", "tiny")
    found = {}
    for rule in ("greedy", "beam", "best-first", "exhaustive"):
        ended = run(*arguments, "--search", rule, "--format", "jsonl")
        assert (ended.returncode, ended.stderr) == (0, "")
        found[rule] = Prediction.from_json(ended.stdout)
    assert {prediction.leaf for prediction in found.values()} == {"jp"}
    counts = {rule: prediction.questions for rule, prediction in found.items()}
    assert 3 == counts["greedy"] <= counts["best-first"] <= counts["exhaustive"]
    assert found["best-first"].exact is found["exhaustive"].exact is True
    stopped = run(*arguments, "--stop", "threshold:1", "--budget", "2", "--exclude", "jp")
    assert (stopped.returncode, stopped.stderr) == (0, "")
    assert "(stopped: " in stopped.stdout and "Japan" not in stopped.stdout


@pytest.mark.slow
def test_without_model_and_network_it_says_what_was_tried_and_the_ways_out(
    album: Path, tmp_path: Path
) -> None:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    begin = time.perf_counter()
    ended = run("classify", str(album), "--taxonomy", "flags", env=environment)
    assert time.perf_counter() - begin < 30
    assert (ended.returncode, ended.stdout) == (2, "")
    error, hint = ended.stderr.splitlines()
    assert error.startswith(f"hiercls: error: model {DEFAULT_MODEL} not found")
    assert "--model tiny" in hint
    assert "--model DIR" in hint


@pytest.mark.slow
def test_an_interrupted_run_leaves_whole_lines(album: Path) -> None:
    listing = f"{album / 'fr.png'}\n" * 2000
    arguments = ["classify", "-", "--taxonomy", "flags", "--model", "tiny", "--format", "jsonl"]
    command = [sys.executable, "-m", "hiercls", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as running:
        running.stdin.write(listing)
        running.stdin.close()
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        rest = running.stdout.read()
        assert running.stderr.read() == "hiercls: interrupted\n"
    assert running.returncode == 130
    predictions = [Prediction.from_json(line) for line in (first + rest).splitlines()]
    assert 1 <= len(predictions) < 2000


@pytest.mark.slow
def test_the_demo_shows_paths_and_ends_with_what_to_do_next() -> None:
    ended = run("demo")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.count("all together") >= 4
    assert ended.stdout.endswith(NEXT_STEPS + "\n")
