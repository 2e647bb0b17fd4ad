"""From a sketch to a taxonomy: names put right, roots joined, ids made; each of it noted."""

from __future__ import annotations

import re
from collections import Counter

from hiercls.taxonomy.fault import Fault, Place, quoted
from hiercls.taxonomy.forms import read_draft
from hiercls.taxonomy.graph import Taxonomy
from hiercls.taxonomy.ids import LONGEST_ID, make_ids, slug
from hiercls.taxonomy.importing.notes import Tally, counted, tally
from hiercls.taxonomy.importing.sketch import Sketch, Sketched

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


def assemble(sketch: Sketch, name: str, root: str | None, *, keeps_underscores: bool) -> Taxonomy:
    """Return the taxonomy of a sketch.

    Args:
        sketch: Changed on the way, and given notes.
        name: Of the taxonomy.
        root: The root's name, or None to leave it, or to call a new one as the taxonomy.
        keeps_underscores: Or else they become spaces where no name has any.

    Raises:
        Fault: If it is no rooted graph.
    """
    if not sketch.nodes:
        raise Fault("nothing in it; expected nodes")
    _mend_names(sketch)
    if not keeps_underscores:
        _space_names(sketch)
    order = _join_roots(sketch, name, root)
    ids = _make_ids(sketch, order)
    try:
        return Taxonomy(read_draft(_document(sketch, name, order, ids)))
    except Fault as fault:
        places = {ids[number]: node.place for number, node in enumerate(sketch.nodes)}
        raise _placed(fault, places) from None


def _mend_names(sketch: Sketch) -> None:
    mended, unnamed = Tally(), Tally()
    for node in sketch.nodes:
        name = one_line(node.name)
        if name != node.name:
            mended.add(repr(node.name[:60]))
        if not name:
            if node.id is None:
                raise Fault("a node without a name; expected one", place=node.place)
            unnamed.add(node.id)
            name = one_line(node.id)
        node.name = name
        node.description = one_line(node.description or "") or None
    found = counted(mended.count, "name")
    message = f"{found} with spaces at the ends, line breaks or control characters put right"
    sketch.notes.add("mended", message, mended)
    message = f"{counted(unnamed.count, 'node')} without a name, called by the id"
    sketch.notes.add("unnamed", message, unnamed)


def one_line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _space_names(sketch: Sketch) -> None:
    """Write spaces for underscores, where no name has a space.

    A node that has no id keeps its name as one, if it is the only one with it: labelled images
    are likely to be called so.
    """
    if any(" " in node.name for node in sketch.nodes):
        return
    times = Counter(node.name for node in sketch.nodes)
    given = {node.id for node in sketch.nodes}
    spaced = Tally()
    for node in sketch.nodes:
        name = one_line(node.name.replace("_", " "))
        if name and name != node.name:
            spaced.add(f"{node.name!r}")
            if node.id is None and times[node.name] == 1 and node.name not in given:
                node.id = node.name
            node.name = name
    found = counted(spaced.count, "name")
    sketch.notes.add("underscores", f"{found} with underscores, written with spaces", spaced)


def _join_roots(sketch: Sketch, name: str, root: str | None) -> list[int]:
    """Put a root above several; return the numbers of all nodes, the root's first."""
    roots = [number for number, node in enumerate(sketch.nodes) if not node.parents]
    if len(roots) > 1:
        top = len(sketch.nodes)
        sketch.nodes.append(Sketched(root or name))
        for number in roots:
            sketch.nodes[number].parents.append(top)
        shown = tally([quoted(sketch.nodes[number].name) for number in roots])
        message = f"{len(roots):,} roots joined under a new one, {quoted(root or name)}"
        sketch.notes.add("roots", message, shown)
    else:
        top = roots[0] if roots else 0
        sketch.nodes[top].name = root or sketch.nodes[top].name
    return [top, *(number for number in range(len(sketch.nodes)) if number != top)]


def _make_ids(sketch: Sketch, order: list[int]) -> list[str]:
    """Return the ids by number, those that are missing made from names.

    Raises:
        Fault: If two nodes were given the same.
    """
    nodes = sketch.nodes
    given: dict[str, int] = {}
    for number, node in enumerate(nodes):
        if node.id is not None and given.setdefault(node.id, number) != number:
            message = f"two nodes have the id {quoted(node.id)}; expected one"
            raise Fault(message, place=node.place)
    if len(given) == len(nodes):
        return list(given)
    position = {number: at for at, number in enumerate(order)}
    made = make_ids(
        [nodes[number].name for number in order],
        [nodes[number].id for number in order],
        [position[nodes[number].parents[0]] if nodes[number].parents else 0 for number in order],
    )
    ids = dict(zip(order, made, strict=True))
    taken, numbered = set(given), Tally()
    for number in order:
        own = ids[number]
        if nodes[number].id is None and (own is None or own in taken):
            own = _numbered(slug(nodes[number].name) or "node", taken)
            numbered.add(f"{quoted(nodes[number].name)} is {own}")
        ids[number] = own
        taken.add(own or "")
    num_made = len(nodes) - len(given)
    if num_made > (nodes[order[0]].place is None) or not given:
        sketch.notes.add("ids", f"{counted(num_made, 'id')} made from names", Tally(num_made))
    message = f"{counted(numbered.count, 'id')} numbered, where names give none or one given before"
    sketch.notes.add("numbered", message, numbered)
    return [ids[number] or "" for number in range(len(nodes))]


def _numbered(base: str, taken: set[str]) -> str:
    base = base[: LONGEST_ID - 20]
    return next(
        own for number in range(2, len(taken) + 3) if (own := f"{base}-{number}") not in taken
    )


def _document(sketch: Sketch, name: str, order: list[int], ids: list[str]) -> dict[str, object]:
    """Return the flat form, which the strict reader checks once more."""
    inner = {parent for node in sketch.nodes for parent in node.parents}
    nodes = {}
    for number in order:
        node = sketch.nodes[number]
        entry: dict[str, object] = {
            "name": node.name,
            "parents": [ids[parent] for parent in node.parents],
            "description": node.description,
            "question": node.question,
            "class": True if node.is_class and number in inner else None,
            "index": node.index,
        }
        nodes[ids[number]] = {key: value for key, value in entry.items() if value is not None}
    about = {"name": name, "source": sketch.source, "licence": sketch.licence}
    return {**{key: value for key, value in about.items() if value is not None}, "nodes": nodes}


def _placed(fault: Fault, places: dict[str, Place]) -> Fault:
    """Return a fault with the place of its node in the source, in place of that in the document."""

    def moved(place: Place) -> Place:
        keys: list[str | int] = []
        while place is not None:
            place, key = place
            keys.append(key)
        return places.get(str(keys[-2])) if len(keys) > 1 else None

    return Fault(fault.message, place=moved(fault.place), first=moved(fault.first))
