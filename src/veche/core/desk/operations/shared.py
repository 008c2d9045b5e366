"""What is kept under a name: views and the words of answers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.core.desk import rules
from veche.core.desk.models import ReplyTemplate, SavedView
from veche.core.desk.operations.refusals import NameMissing, NotYourOffice
from veche.core.journal.operations import record
from veche.core.organisations.access import covers
from veche.core.organisations.queries import holdings
from veche.core.places.queries import atlas
from veche.errors import NotFound
from veche.operation import operation
from veche.texts import readable

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person


@operation
def save_view(
    *,
    by: Person,
    at: dt.datetime,
    title: str,
    query: str,
    organisation: Organisation | None = None,
) -> SavedView:
    """Keep filters under a name, for oneself or for one's office; the same name is replaced.

    Raises:
        NameMissing: the name is empty or too long.
        NotYourOffice: the person holds no role in the office.
    """
    title = " ".join(readable(title).split())
    if not 0 < len(title) <= rules.LONGEST_TITLE:
        raise NameMissing
    if organisation is not None:
        _of_office(by, at, organisation)
    view, _made = SavedView.objects.update_or_create(
        owner=by if organisation is None else None,
        organisation=organisation,
        title=title,
        defaults={"query": query[:400]},
    )
    record(
        kind="desk.view-saved",
        by=by,
        at=at,
        subject=_subject(by, organisation),
        public={"query": query[:400], "shared": organisation is not None},
    )
    return view


@operation
def drop_view(*, by: Person, at: dt.datetime, view: SavedView) -> None:
    """Forget a saved view.

    Raises:
        NotFound: it is somebody else's.
        NotYourOffice: it is shared by another office.
    """
    if view.organisation is not None:
        _of_office(by, at, view.organisation)
    elif view.owner_id != by.pk:
        raise NotFound
    view.delete()
    record(kind="desk.view-dropped", by=by, at=at, subject=_subject(by, view.organisation))


@operation
def set_template(
    *,
    by: Person | None,
    at: dt.datetime,
    procedure: str,
    move: str,
    title: str,
    text: str,
    theme: str = "",
    organisation: Organisation | None = None,
    active: bool = True,
    template: ReplyTemplate | None = None,
) -> ReplyTemplate:
    """Add words for an answer, or change them.

    Raises:
        NameMissing: the name is empty or too long.
        NotYourOffice: the office is not the person's; what is for every office is an
            administrator's.
    """
    title = " ".join(readable(title).split())
    if not 0 < len(title) <= rules.LONGEST_TITLE:
        raise NameMissing
    if by is not None:
        for office in {organisation, template.organisation if template else organisation}:
            _of_office(by, at, office)
    template = template or ReplyTemplate()
    template.procedure, template.move, template.theme = procedure, move, theme
    template.title, template.text = title, readable(text).strip()
    template.organisation, template.active = organisation, active
    template.save()
    record(
        kind="desk.template-set",
        by=by,
        at=at,
        subject=f"template:{template.pk}",
        public={
            "procedure": procedure,
            "move": move,
            "theme": theme,
            "title": title,
            "text": template.text,
            "office": organisation.code if organisation else None,
            "active": active,
        },
    )
    return template


def _of_office(by: Person, at: dt.datetime, organisation: Organisation | None) -> None:
    """Refuse somebody who holds no role in the office, or is no administrator of the city."""
    city = atlas().home()
    for holding in holdings(by, at):
        if organisation is not None and holding.organisation_id == organisation.pk:
            return
        if holding.role == "administrator" and covers(holding, city):
            return
    raise NotYourOffice


def _subject(by: Person, organisation: Organisation | None) -> str:
    return f"organisation:{organisation.code}" if organisation else f"person:{by.pk}"
