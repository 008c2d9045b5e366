"""What forms offer to choose from."""

from __future__ import annotations

from veche.core.places.queries import atlas


def territories(*, city: bool) -> list[tuple[str, str]]:
    """The territories to choose from, districts with what lies in them."""
    places = atlas()
    rows: list[tuple[str, str]] = []
    for top in (t for t in places.by_id.values() if t.kind == "city" and not t.imported):
        if city:
            rows.append((top.code, str(top)))
        for district in places.children(top):
            rows.append((district.code, str(district)))
            rows += [(inner.code, f"– {inner}") for inner in places.children(district)]
    return rows
