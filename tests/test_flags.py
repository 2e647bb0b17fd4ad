import itertools
import random
import time
from pathlib import Path

import numpy as np
import pytest
import yaml

from hiercls.errors import HierclsError
from hiercls.tiny.flags import CODES, RATIOS, draw, variants
from hiercls.tiny.palettes import PALETTES, Artist, family, parse

TAXONOMY_PATH = Path(__file__).parents[1] / "taxonomies" / "flags.yaml"

# Flags that differ by a shade or by their length alone.
TWINS = [{"ro", "td"}, {"id", "mc"}]

Node = dict[str, object]


def children(node: Node) -> list[Node]:
    found = node.get("children", [])
    assert isinstance(found, list)
    return found


def below(node: Node) -> list[Node]:
    return [kin for child in children(node) for kin in (child, *below(child))]


@pytest.fixture(scope="module")
def taxonomy() -> Node:
    loaded = yaml.safe_load(TAXONOMY_PATH.read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_the_leaves_of_the_taxonomy_are_the_flags_that_can_be_drawn(taxonomy: Node) -> None:
    leaves = [node["id"] for node in below(taxonomy) if not children(node)]
    assert sorted(map(str, leaves)) == sorted(CODES)
    assert all(isinstance(leaf, str) for leaf in leaves)  # `no` is Norway, not a boolean


def test_every_question_has_two_to_ten_options_and_every_flag_lies_three_levels_down(
    taxonomy: Node,
) -> None:
    for layout in children(taxonomy):
        for arrangement in children(layout):
            for node in (layout, arrangement):
                assert 2 <= len(children(node)) <= 10
            assert not any(children(flag) for flag in children(arrangement))


def test_ids_are_unique_and_descriptions_short(taxonomy: Node) -> None:
    nodes = below(taxonomy)
    assert len({node["id"] for node in nodes}) == len(nodes)
    for node in nodes:
        assert len(str(node["description"]).split()) <= 12


def test_options_of_one_question_differ_in_name_and_description(taxonomy: Node) -> None:
    for node in (taxonomy, *below(taxonomy)):
        for key in ("name", "description"):
            told = [child[key] for child in children(node)]
            assert len(set(map(str, told))) == len(told)


@pytest.mark.parametrize("code", CODES)
def test_a_flag_is_drawn_at_the_asked_size_the_same_each_time(code: str) -> None:
    for width, height in ((16, 11), (40, 40), (60, 30)):
        picture = draw(code, width, height, variant=3)
        assert (picture.mode, picture.size) == ("RGB", (width, height))
        assert picture.tobytes() == draw(code, width, height, variant=3).tobytes()
    seeded = [draw(code, 30, 20, rng=random.Random(5)).tobytes() for _ in range(2)]
    assert seeded[0] == seeded[1]


@pytest.mark.parametrize("code", CODES)
def test_a_generator_moves_shades_a_little_and_keeps_the_flag(code: str) -> None:
    moved = np.asarray(draw(code, 30, 20, rng=random.Random(1)), float)
    drawings = [draw(code, 30, 20, variant=i) for i in range(variants(code))]
    nearest = min(np.abs(np.asarray(drawing, float) - moved).max() for drawing in drawings)
    assert nearest <= 7.5


@pytest.mark.parametrize("palette", PALETTES)
def test_no_two_flags_look_alike_but_the_twins(palette: str) -> None:
    drawings = (draw(code, 60, 40, palette=palette) for code in CODES)
    pictures = np.stack([np.asarray(drawing, np.float32).ravel() for drawing in drawings])
    power = np.square(pictures).mean(1)
    cross = pictures @ pictures.T / pictures.shape[1]
    apart = np.sqrt(np.maximum(power[:, None] + power - 2 * cross, 0))  # (flags, flags)
    for one, other in itertools.combinations(range(len(CODES)), 2):
        pair, distance = {CODES[one], CODES[other]}, apart[one, other]
        if pair in TWINS:
            assert 1 < distance < 30, (pair, distance)
        else:
            assert distance > 14, (pair, distance)


def test_every_palette_and_variant_keeps_romania_lighter_than_chad() -> None:
    for palette, variant in itertools.product(PALETTES, range(3)):
        romania, chad = (
            int(np.asarray(draw(code, 60, 40, variant=variant, palette=palette), int)[20, 5].sum())
            for code in ("ro", "td")
        )
        assert romania > chad + 10, (palette, variant)


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("fr", {(5, 20): "0055A4", (30, 20): "FFFFFF", (55, 20): "EF4135"}),
        ("td", {(5, 5): "002664", (30, 35): "FECB00", (55, 20): "C60C30"}),
        ("co", {(30, 10): "FCD116", (30, 25): "003893", (30, 35): "CE1126"}),
        ("lv", {(30, 14): "9E3039", (30, 20): "FFFFFF", (30, 25): "9E3039"}),
        ("se", {(2, 2): "006AA7", (22, 2): "FECC02", (55, 20): "FECC02", (55, 30): "006AA7"}),
        ("no", {(22, 2): "00205B", (2, 20): "00205B", (2, 2): "BA0C2F"}),
        ("jp", {(30, 20): "BC002D", (2, 2): "FFFFFF", (30, 10): "BC002D", (30, 6): "FFFFFF"}),
        ("cz", {(2, 20): "11457E", (26, 20): "11457E", (50, 5): "FFFFFF", (50, 35): "D7141A"}),
        ("sc", {(2, 2): "003F87", (30, 2): "FCD856", (58, 2): "D62828", (58, 38): "007A3D"}),
        ("gb", {(30, 2): "C8102E", (2, 20): "C8102E", (20, 2): "012169"}),
        ("my", {(58, 1): "CC0001", (58, 39): "FFFFFF", (1, 1): "010066"}),
        ("mv", {(2, 20): "D21034", (13, 20): "007E3A", (26, 20): "FFFFFF", (32, 20): "007E3A"}),
    ],
)
def test_bands_lie_where_the_law_has_them(code: str, places: dict[tuple[int, int], str]) -> None:
    picture = draw(code, 60, 40)
    assert {place: picture.getpixel(place) for place in places} == {
        place: parse(shade) for place, shade in places.items()
    }


def test_the_union_jack_is_a_pinwheel() -> None:
    picture = np.asarray(draw("gb", 120, 80), int)
    assert np.abs(picture - picture[::-1, ::-1]).max() <= 90  # half a turn changes edges at most
    assert np.abs(picture - picture[:, ::-1]).max() > 150  # a mirror moves the red diagonals


@pytest.mark.parametrize("size", [(40, 40), (60, 40), (80, 40)])
def test_a_disc_stays_round_at_every_aspect_ratio(size: tuple[int, int]) -> None:
    red = np.asarray(draw("jp", *size), int)[:, :, 1] < 128
    assert abs(int(red.any(0).sum()) - int(red.any(1).sum())) <= 1


def test_ratios_lie_between_one_and_two() -> None:
    assert set(RATIOS) == set(CODES)
    assert all(1.0 <= ratio <= 2.0 for ratio in RATIOS.values())


def test_variants_of_a_flag_with_arms_differ_by_more_than_shade() -> None:
    plain, with_arms = (np.asarray(draw("pe", 60, 40, variant=i), int) for i in (0, 3))
    assert np.abs(plain - with_arms).max() > 100


def test_the_first_variant_takes_the_first_shade_and_detail() -> None:
    artist = Artist()
    assert artist.choose(4) == 0
    assert artist.colour("0055A4 000091") == (0x00, 0x55, 0xA4)
    assert Artist(variant=1).colour("0055A4 000091") == (0x00, 0x00, 0x91)
    assert Artist(variant=Artist.SHADES * 2).choose(4) == 2


@pytest.mark.parametrize(
    ("shade", "name"),
    [
        ("000000", "black"),
        ("F4F5F8", "white"),
        ("CE1126", "red"),
        ("9E3039", "dark"),
        ("FF883E", "orange"),
        ("FCD116", "yellow"),
        ("009246", "green"),
        ("75AADB", "sky"),
        ("0055A4", "blue"),
    ],
)
def test_colours_have_the_family_a_person_would_name(shade: str, name: str) -> None:
    assert family(parse(shade)) == name


def test_wrong_requests_are_named() -> None:
    with pytest.raises(HierclsError, match="flag 'xx'; expected one of am, ar"):
        draw("xx", 60, 40)
    with pytest.raises(HierclsError, match="flag 'fr' of 0 x 40 pixels"):
        draw("fr", 0, 40)
    with pytest.raises(HierclsError, match="palette 'neon'; expected one of law"):
        draw("fr", 60, 40, palette="neon")


def test_a_flag_takes_few_milliseconds() -> None:
    start = time.process_time()
    for code in CODES:
        draw(code, 160, 107)
    milliseconds = (time.process_time() - start) / len(CODES) * 1000
    assert milliseconds < 6  # about 0.5 on the machine this was written on
