"""What forms offer to choose from."""

from __future__ import annotations

from veche.core.organisations.models import Organisation
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


def offices() -> list[tuple[str, str]]:
    """Code and name of what one can write to, by name: no companies, nothing met in an import."""
    rows = Organisation.objects.filter(imported=False).exclude(kind=Organisation.Kind.COMPANY)
    return sorted(((one.code, str(one)) for one in rows), key=lambda row: row[1])
