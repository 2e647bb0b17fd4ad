"""A small WordNet in WordNet's own files, for tests on machines without the real one."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

# id: lemmas, hypernyms, gloss; further pointers as (sign, id). The real ids, as few as are needed.
SYNSETS: dict[str, tuple[str, str, str]] = {
    "n00001740": ("entity", "", "that which is perceived"),
    "n00021939": ("artifact, artefact", "n00001740", "a man-made object taken as a whole"),
    "n00015388": ("animal, beast", "n00001740", "a living organism"),
    "n01503061": ("bird", "n00015388", "warm-blooded egg-laying vertebrates"),
    "n02000954": ("wading bird, wader", "n01503061", "any of many long-legged birds that wade"),
    "n02012849": ("crane", "n02000954", "large long-necked wading bird of marshes"),
    "n02008041": ("heron", "n02000954", "grey or white wading bird"),
    "n02075296": ("carnivore", "n00015388", "a flesh-eating mammal"),
    "n01317541": ("domestic animal", "n00015388", "any of various tamed animals"),
    "n02084071": ("dog, domestic dog", "n02075296 n01317541", "a member of the genus Canis"),
    "n02110185": ("husky, Siberian husky", "n02084071", "breed of sled dog"),
    "n02096585": ("pug", "n02084071", "small dog"),
    "n02121620": ("cat, true cat", "n02075296", "feline mammal"),
    "n03183080": ("device", "n00021939", "an instrumentality invented for a purpose"),
    "n03126707": ("crane", "n03183080", "lifts and moves heavy objects"),
    "n02710044": ("andiron, dog", "n03183080", "metal supports for logs"),
    "n04379243": ("table", "n00021939", "furniture having a flat top"),
    "n04461879": ("towboat", "n00021939", 'a powerful boat; "it tows"; "and pushes"'),
    "n10914447": ("Crane, Stephen Crane", "@n00015388", "United States writer (1871-1900)"),
}
FIRST_SENSES = {"crane": "n10914447 n03126707 n02012849", "dog": "n02084071 n02710044"}


def write_wordnet(folder: Path) -> Path:
    """Write `data.noun` and `index.noun`; `FIRST_SENSES` come first in the index."""
    lines = ["  1 This software and database is being provided to you  "]
    senses = defaultdict(list)
    for own, (lemmas, hypernyms, gloss) in SYNSETS.items():
        words = [lemma.replace(" ", "_") for lemma in lemmas.split(", ")]
        for word in words:
            senses[word.lower()].append(own)
        listed = "".join(f" {word} 0" for word in words)
        above = hypernyms.split()
        pointers = "".join(
            f" {'@i' if parent[0] == '@' else '@'} {parent.lstrip('@')[1:]} n 0000"
            for parent in above
        )
        head = f"{own[1:]} 05 n {len(words):02x}{listed} {len(above):03d}{pointers}"
        lines.append(f"{head} | {gloss}  ")
    (folder / "data.noun").write_text("\n".join(lines) + "\n")
    index = ["  1 This software and database is being provided to you  "]
    for word, found in sorted(senses.items()):
        ids = FIRST_SENSES[word].split() if word in FIRST_SENSES else found
        offsets = " ".join(own[1:] for own in ids)
        index.append(f"{word} n {len(ids)} 2 @ ~ {len(ids)} 1 {offsets}  ")
    (folder / "index.noun").write_text("\n".join(index) + "\n")
    return folder
