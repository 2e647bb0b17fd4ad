from __future__ import annotations

from pathlib import Path

import pytest
from wordnet_sample import SYNSETS, write_wordnet

from hiercls.errors import TaxonomyError
from hiercls.taxonomy.wordnet import DEBIAN_FOLDER, Synset, WordNet

has_wordnet = pytest.mark.skipif(
    not (DEBIAN_FOLDER / "data.noun").is_file(), reason="WordNet 3.0 is not installed"
)


@pytest.fixture(scope="module")
def wordnet(tmp_path_factory: pytest.TempPathFactory) -> WordNet:
    return WordNet(write_wordnet(tmp_path_factory.mktemp("wordnet")))


def test_every_synset_reads_as_it_was_written(wordnet: WordNet) -> None:
    assert len(wordnet) == len(SYNSETS) and set(wordnet) == set(SYNSETS)
    assert wordnet.synset("n02084071") == Synset(
        id="n02084071",
        lemmas=("dog", "domestic dog"),
        gloss="a member of the genus Canis",
        hypernyms=("n02075296", "n01317541"),
    )


def test_examples_are_no_part_of_the_gloss(wordnet: WordNet) -> None:
    assert wordnet.synset("n04461879").gloss == "a powerful boat"


def test_a_person_is_an_instance_and_a_kind_is_none(wordnet: WordNet) -> None:
    assert wordnet.synset("n10914447").is_instance
    assert wordnet.synset("n10914447").hypernyms == ("n00015388",)
    assert not wordnet.synset("n02012849").is_instance


def test_senses_come_in_the_order_of_the_index_whatever_the_case(wordnet: WordNet) -> None:
    assert wordnet.senses("Crane") == ("n10914447", "n03126707", "n02012849")
    assert wordnet.senses("wading bird") == ("n02000954",)
    assert wordnet.senses("xyzzy") == ()


def test_ancestors_include_those_of_every_parent(wordnet: WordNet) -> None:
    found = wordnet.with_ancestors(["n02110185"])
    expected = {"n02110185", "n02084071", "n02075296", "n01317541", "n00015388", "n00001740"}
    assert set(found) == expected and next(iter(found)) == "n02110185"


def test_what_is_not_there_is_one_clear_line(wordnet: WordNet, tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match=r"no noun 'n99999999' in WordNet 3\.0"):
        wordnet.synset("n99999999")
    with pytest.raises(TaxonomyError, match=r"no file .*data\.noun; expected WordNet's"):
        WordNet(tmp_path)
    (tmp_path / "data.noun").write_text("nothing\n")
    with pytest.raises(TaxonomyError, match="has no nouns"):
        WordNet(tmp_path)


def test_a_line_cut_short_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "data.noun").write_text("00001740 03 n 01 entity 0\n")
    with pytest.raises(TaxonomyError, match="the line of n00001740 is cut short"):
        WordNet(tmp_path).synset("n00001740")


@pytest.mark.slow
@has_wordnet
def test_the_real_one_reads_throughout() -> None:
    real = WordNet()
    assert len(real) == 82_115
    assert all(real.synset(own).lemmas for own in real)
    assert real.synset("n01440764").lemmas == ("tench", "Tinca tinca")
