"""Which of the two forms a document has."""

from __future__ import annotations

from hiercls.taxonomy import flat, nested
from hiercls.taxonomy.draft import Draft
from hiercls.taxonomy.entry import Entry
from hiercls.taxonomy.fault import Fault


def read_draft(data: object) -> Draft:
    """Return what a nested or flat document says.

    Raises:
        Fault: For whatever does not fit the forms.
    """
    if data is None:
        raise Fault("nothing in it; expected a taxonomy")
    top = Entry(data, None, "the taxonomy")
    if "nodes" in top.raw and "children" in top.raw:
        message = "both 'children' (nested form) and 'nodes' (flat form); expected one of them"
        raise Fault(message, place=(None, "nodes"))
    if "nodes" in top.raw:
        return flat.read_flat(top)
    if "children" in top.raw:
        return nested.read_nested(top)
    top.refuse_unknown(dict.fromkeys([*nested.TOP_KEYS, *flat.TOP_KEYS]))
    raise Fault("neither 'children' (nested form) nor 'nodes' (flat form); expected one of them")
