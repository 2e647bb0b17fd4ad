"""The page in a real browser: what people do with it, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import chromium
import pytest
from chromium import Browser
from report_cases import (
    HOSTILE,
    animals,
    draw_pictures,
    evaluation,
    examples,
    is_exact,
    named,
)

from hiercls.evaluate import Scored
from hiercls.report import write_page
from hiercls.taxonomy import Taxonomy

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium.missing() is not None, reason=str(chromium.missing())),
]
ENTER, RIGHT, LEFT, DOWN, ESCAPE, TAB = "\ue007", "\ue014", "\ue012", "\ue015", "\ue00c", "\ue004"
COUNT = 130


def written(path: Path, taxonomy: Taxonomy, scored: list[Scored]) -> Path:
    write_page(path, evaluation(taxonomy, scored), scored, taxonomy)
    return path


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> list[Scored]:
    drawn = draw_pictures(examples(animals(), COUNT), tmp_path_factory.mktemp("pictures"))
    Path(drawn[0].example.image).unlink()
    return drawn


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, scored: list[Scored]) -> Path:
    return written(tmp_path_factory.mktemp("page") / "page.html", animals(), scored)


@pytest.fixture(scope="module")
def driver() -> Iterator[Browser]:
    with chromium.started() as browser:
        yield browser


@pytest.fixture
def browser(driver: Browser, page: Path) -> Iterator[Browser]:
    driver.resize(1280, 900)
    driver.prefer("light")
    driver.open(page)
    yield driver
    assert driver.complaints() == []


def status(browser: Browser) -> str:
    return browser.run("return document.getElementById('status').textContent")


def num_shown(browser: Browser) -> int:
    return int(status(browser).split(" of ")[-1].split()[0].replace(",", ""))


def cards(browser: Browser, part: str = "") -> list[str]:
    """Return the text of each card, or of a part of each."""
    script = "return [...document.querySelectorAll(arguments[0])].map(c => c.textContent)"
    return browser.run(script, f".card {part}".strip())


def fill(browser: Browser, field: str, value: Any) -> None:
    """Put a value into a field as a hand would."""
    browser.run(
        "const field = document.getElementById(arguments[0]); field.value = arguments[1];"
        "for (const kind of ['input', 'change'])"
        "  field.dispatchEvent(new Event(kind, { bubbles: true }));",
        field,
        value,
    )


def choose(browser: Browser, outcome: str) -> None:
    browser.run(
        "[...document.querySelectorAll('.choice')]"
        "  .find(choice => choice.textContent.startsWith(arguments[0]))"
        "  .querySelector('input').click()",
        outcome,
    )


def focused(browser: Browser) -> str:
    return browser.run("return document.activeElement.textContent")


def test_all_pictures_are_listed_a_page_at_a_time(browser: Browser) -> None:
    assert status(browser) == f"1 to 48 of {COUNT} pictures"
    browser.find("[data-turn='1']").click()
    browser.find(".bottom [data-turn='1']").click()
    assert status(browser) == f"97 to {COUNT} of {COUNT} pictures"
    assert browser.run("return document.querySelector(\"[data-turn='1']\").disabled")
    assert len(cards(browser)) == COUNT - 96


def test_a_picture_that_is_gone_is_a_placeholder(browser: Browser) -> None:
    assert "no picture" in cards(browser)[0]
    assert browser.run("return document.querySelectorAll('.card img').length") == 47
    browser.wait("return document.querySelector('.card img').naturalWidth === 96")


def test_the_outcome_filter_shows_right_and_wrong(browser: Browser, scored: list[Scored]) -> None:
    right = sum(is_exact(one) for one in scored)
    choose(browser, "right")
    assert num_shown(browser) == right
    assert set(cards(browser, ".badge")) == {"right"}
    choose(browser, "no answer")
    assert num_shown(browser) == sum(one.prediction.error is not None for one in scored)
    choose(browser, "all")
    assert num_shown(browser) == COUNT


def test_node_level_name_and_confidence_filter_together(
    browser: Browser, scored: list[Scored]
) -> None:
    dogs = {"dog", *animals().descendants("dog")}
    fill(browser, "truth", "dog")
    assert num_shown(browser) == sum(one.example.node in dogs for one in scored)
    fill(browser, "answer", "wild animal")
    wild = {"wild", *animals().descendants("wild")}
    both = [
        one
        for one in scored
        if one.example.node in dogs and one.prediction.path and one.prediction.path[-1] in wild
    ]
    assert num_shown(browser) == len(both) > 0
    fill(browser, "low", 40)
    sure = [one for one in both if one.prediction.probability >= 0.4]
    assert num_shown(browser) == len(sure) < len(both)
    browser.find("#filters button[type=reset]").click()
    assert num_shown(browser) == COUNT
    fill(browser, "text", "LYNX/")
    assert num_shown(browser) == sum("lynx/" in one.example.name for one in scored)
    fill(browser, "text", "nothing like this")
    assert status(browser) == "No picture is like this"
    fill(browser, "text", "")
    fill(browser, "level", 0)
    paths = [(one.prediction.path, animals().ancestors(one.example.node)) for one in scored]
    first = [path for path, above in paths if path and path[0] not in above]
    assert num_shown(browser) == len(first)


def test_an_unknown_node_is_told_and_changes_nothing(browser: Browser) -> None:
    fill(browser, "truth", "dog")
    known = num_shown(browser)
    fill(browser, "truth", "dogg")
    assert num_shown(browser) == known
    message = browser.run("return document.getElementById('truth').validationMessage")
    assert message == "No node has this name; choose one of the list."


def test_names_are_suggested_while_one_types(browser: Browser) -> None:
    browser.find("#truth").type("wolf")
    offered = browser.run("return [...document.querySelectorAll('#truth-names option')]"
                          ".map(option => option.value)")  # fmt: skip
    assert offered == ["wolf-dog", "wolf"]


def test_the_order_is_by_confidence_and_puts_what_failed_last(browser: Browser) -> None:
    for order, is_falling in (("sure", True), ("unsure", False)):
        fill(browser, "order", order)
        shown = [float(text.split()[0]) for text in cards(browser, ".facts span:last-child")]
        assert shown == sorted(shown, reverse=is_falling)
        assert len(shown) == 48


def test_the_choice_of_pictures_is_a_link(browser: Browser, page: Path) -> None:
    fill(browser, "truth", "dog")
    choose(browser, "wrong")
    wanted = num_shown(browser)
    address = browser.run("return location.hash")
    browser.open(page, address)
    assert num_shown(browser) == wanted
    assert browser.run("return document.getElementById('truth').value") == "dog"
    browser.open(page, "#pictures?truth=no-such&low=x&order=odd&outcome=1e9&nonsense=1")
    assert status(browser) == "No picture is like this"


def test_the_tree_opens_closes_and_leads_to_the_pictures(
    browser: Browser, scored: list[Scored]
) -> None:
    rows = "return [...document.querySelectorAll('.row .label')].map(row => row.textContent)"
    assert browser.run(rows) == ["animal", "pet", "wild animal"]
    browser.find("#tree-open").click()
    names = browser.run(rows)
    assert names.count("wolf-dog") == 2 and len(names) == 11  # below both of its parents
    browser.find("#tree-close").click()
    assert len(browser.run(rows)) == 3
    browser.run("document.querySelectorAll('.row .show')[2].click()")
    wild = {"wild", *animals().descendants("wild")}
    assert num_shown(browser) == sum(one.example.node in wild for one in scored)
    assert browser.run("return document.getElementById('truth').value") == "wild animal"


def test_the_tree_goes_by_the_keyboard(browser: Browser) -> None:
    browser.run("document.querySelector('.row .name').focus()")
    browser.press(DOWN)
    assert focused(browser) == "pet"
    browser.press(RIGHT, DOWN)
    assert focused(browser) == "dog"
    browser.press(LEFT)  # to the parent, as nothing is open
    assert focused(browser) == "pet"
    browser.press(LEFT)
    opened = "return document.activeElement.getAttribute('aria-expanded')"
    assert browser.run(opened) == "false"
    browser.press(ENTER)
    assert browser.run(opened) == "true"
    browser.press("p")
    assert browser.run("return document.getElementById('truth').value") == "pet"
    assert focused(browser) == status(browser)  # and goes on from there


def test_the_worst_nodes_come_first_if_one_likes(browser: Browser) -> None:
    fill(browser, "tree-order", "worst")
    browser.find("#tree-open").click()
    shares = browser.run(
        "return [...document.querySelectorAll('.tree ul ul > li > .row')].map(row =>"
        " [row.parentElement.parentElement.parentElement.node,"
        "  parseFloat(row.children[4].textContent)])"
    )
    below: dict[int, list[float]] = {}
    for parent, share in shares:
        below.setdefault(parent, []).append(share)
    assert all(found == sorted(found) for found in below.values())


def test_a_confusion_leads_to_its_pictures(browser: Browser) -> None:
    times = browser.run("return document.querySelector('.confusions .count').textContent")
    browser.run("document.querySelector('.confusions button').click()")
    assert f"{num_shown(browser)} ×" == times
    assert set(cards(browser, ".badge")) == {"wrong"}


def test_a_picture_opens_with_its_questions(browser: Browser, scored: list[Scored]) -> None:
    browser.run("document.querySelectorAll('.card .open')[5].click()")
    one = scored[5]
    text = browser.find("#detail").text
    assert one.example.name in text
    for step in one.prediction.steps:
        asked = animals().node(step.node).name
        assert f"Which of these is in the picture? at {asked}" in text
        assert f"{100 * max(step.probabilities):.1f}" in text
    assert all(animals().node(node).name in text for node in one.prediction.path)


def test_the_close_view_goes_by_the_keyboard(browser: Browser, scored: list[Scored]) -> None:
    browser.run("document.querySelectorAll('.card .open')[46].focus()")
    browser.press(ENTER)
    titles = "return document.getElementById('detail-title').textContent"
    assert browser.run(titles) == scored[46].example.name
    browser.press(RIGHT, RIGHT)
    assert browser.run(titles) == scored[48].example.name
    browser.run("document.querySelectorAll('#detail button')[1].focus()")
    assert focused(browser) == "Next"
    browser.press(ENTER, ENTER)
    assert browser.run(titles) == scored[50].example.name
    assert focused(browser) == "Next"
    browser.press(LEFT, LEFT, ESCAPE)
    assert not browser.run("return document.getElementById('detail').open")
    assert status(browser).startswith("49 to 96")  # the page of the picture seen last
    assert focused(browser).endswith("show its questions")


def test_what_nothing_is_known_of_cannot_be_chosen(driver: Browser, tmp_path: Path) -> None:
    bare = [
        Scored(one.example, replace(one.prediction, probability=None, steps=(), top=()))
        for one in examples(animals(), 30)
    ]
    driver.open(written(tmp_path / "page.html", animals(), bare))
    shown = "return document.getElementById(arguments[0]).offsetParent !== null"
    assert [driver.run(shown, own) for own in ("level", "low", "order")] == [True, False, False]
    assert "questions" not in driver.find("#pictures > .hint").text


@pytest.mark.parametrize("width", [1280, 768, 390, 320])
def test_nothing_is_wider_than_the_screen(browser: Browser, width: int) -> None:
    browser.resize(width, 800, is_phone=width < 500)
    browser.find("#tree-open").click()
    browser.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert browser.run("return document.documentElement.scrollWidth") <= width
    browser.run("document.querySelector('.card .open').click()")
    assert browser.run(
        "const box = document.getElementById('detail'); return box.scrollWidth <= box.clientWidth"
    )


def test_the_page_is_dark_where_dark_is_preferred(browser: Browser) -> None:
    ground = "return getComputedStyle(document.body).backgroundColor"
    light = browser.run(ground)
    browser.prefer("dark")
    dark = browser.run(ground)
    assert sum(map(int, dark[4:-1].split(","))) < 150 < 600 < sum(map(int, light[4:-1].split(",")))
    label = "return getComputedStyle(document.querySelector('.plot svg text')).fill"
    assert sum(map(int, browser.run(label)[4:-1].split(","))) > 400


def test_every_control_has_a_name(browser: Browser) -> None:
    tree = browser.command("Accessibility.getFullAXTree")["nodes"]
    kinds = {"button", "searchbox", "combobox", "slider", "checkbox", "radio", "link", "textbox"}
    controls = [node for node in tree if node.get("role", {}).get("value") in kinds]
    assert len(controls) > 30
    for node in controls:
        assert node["name"]["value"].strip() not in {"", "any"}, node
    named = {node["name"]["value"] for node in controls}
    assert {"True node", "Answered node", "First mistake", "Picture", "from", "to"} <= named


def test_the_page_prints(browser: Browser) -> None:
    browser.prefer("dark")
    pdf = browser.print()
    assert pdf.startswith(b"%PDF") and len(pdf) > 50_000


def test_hostile_names_do_nothing(driver: Browser, tmp_path: Path) -> None:
    taxonomy = named(HOSTILE)
    scored = [
        Scored(type(one.example)(one.example.image, one.example.node, f"{HOSTILE[i % 6]}{i}"),
               one.prediction)
        for i, one in enumerate(examples(taxonomy, 60))
    ]  # fmt: skip
    page = written(tmp_path / "page.html", taxonomy, scored)
    driver.open(page)
    assert len(driver.run("return [...document.scripts].map(s => s.type)")) == 3
    driver.find("#tree-open").click()
    driver.run("document.querySelectorAll('.card .open')[1].click()")
    strange = "return document.querySelectorAll('[onerror], [onload], img[src=x]').length"
    assert driver.run(strange) == 0
    titles = driver.run("return [...document.querySelectorAll('.row .label')].map(r => r.title)")
    assert HOSTILE[1] in titles and HOSTILE[2] in titles
    assert driver.complaints() == []


def test_ten_thousand_pictures_are_quick(driver: Browser, tmp_path: Path) -> None:
    page = written(tmp_path / "page.html", animals(), examples(animals(), 10_000))
    driver.open(page)
    assert num_shown(driver) == 10_000
    begin = "const begin = performance.now(); "
    milliseconds = driver.run(
        begin + "document.querySelectorAll('.choice input')[2].click();"
        "document.body.getBoundingClientRect(); return performance.now() - begin"
    )
    assert milliseconds < 2000  # some 20 on a machine that does nothing else
