"""Named lists of people: an office says who stands on them, by their e-mail addresses."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.core.journal.operations import record
from veche.core.organisations.models import ListMember, PeopleList
from veche.core.organisations.queries import holdings
from veche.core.people.models import Level, Person
from veche.errors import Invalid, NotAllowed
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation

KEEPS = ("head", "officer")
"""Roles in the keeping office that say who stands on its lists."""
MOST_TOLD = 200
"""Rows that were not matched are told one by one up to this many, then counted."""
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")


class NotTheKeeper(NotAllowed):
    """Another office keeps this list."""

    code = "not-the-keeper"
    sentence = _("Only the office that keeps this list may do this.")


class ListCodeWrong(Invalid):
    """The code is taken, or is none."""

    code = "list-code"
    sentence = _("Choose another code: small letters, digits and hyphens, not used before.")
    field = "code"


@dataclass(frozen=True)
class Replaced:
    """What became of a list that was put in anew."""

    added: int
    ended: int
    kept: int
    unmatched: tuple[tuple[int, str], ...]
    """Row of the file and what stood there, where no confirmed account has this address."""


def keeps(by: Person | None, office: Organisation, at: dt.datetime) -> bool:
    """Whether somebody keeps the lists of an office."""
    return any(h.role in KEEPS and h.organisation_id == office.pk for h in holdings(by, at))


@operation
def make_list(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    names: Mapping[str, str],
    keeper: Organisation,
) -> PeopleList:
    """Make an empty list that an office keeps.

    Raises:
        NotTheKeeper: ``by`` does not work there.
        ListCodeWrong: the code is none, or another list has it.
    """
    if by is not None and not keeps(by, keeper, at):
        raise NotTheKeeper
    if not _CODE.fullmatch(code) or PeopleList.objects.filter(code=code).exists():
        raise ListCodeWrong
    row = PeopleList.objects.create(code=code, names=dict(names), keeper=keeper)
    record(
        kind="organisations.list-made",
        by=by,
        at=at,
        subject=f"list:{code}",
        public={"names": dict(names), "keeper": keeper.code},
    )
    return row


@operation
def replace_list(
    *, by: Person | None, at: dt.datetime, row: PeopleList, emails: Sequence[str]
) -> Replaced:
    """Put a list in anew: who is not in ``emails`` any more leaves it, the others stay or join.

    Raises:
        NotTheKeeper: ``by`` does not work in the office that keeps it.
    """
    if by is not None and not keeps(by, row.keeper, at):
        raise NotTheKeeper
    PeopleList.objects.select_for_update().get(pk=row.pk)
    wanted = {text.strip().lower(): n for n, text in reversed(list(enumerate(emails, 1)))}
    wanted.pop("", None)
    known = {
        str(email).lower(): pk
        for pk, email in Person.objects.filter(email__in=list(wanted), is_active=True)
        .exclude(level=Level.UNVERIFIED)
        .values_list("pk", "email")
    }
    there = set(
        ListMember.objects.filter(list=row, until__isnull=True).values_list("person_id", flat=True)
    )
    named = set(known.values())
    ListMember.objects.filter(list=row, until__isnull=True, person_id__in=there - named).update(
        until=at
    )
    ListMember.objects.bulk_create(
        [ListMember(list=row, person_id=pk, since=at) for pk in sorted(named - there)],
        batch_size=2_000,
    )
    unmatched = tuple(sorted((n, text) for text, n in wanted.items() if text not in known))
    found = Replaced(len(named - there), len(there - named), len(there & named), unmatched)
    record(
        kind="organisations.list-replaced",
        by=by,
        at=at,
        subject=f"list:{row.code}",
        public={
            "added": found.added,
            "ended": found.ended,
            "kept": found.kept,
            "unmatched": len(unmatched),
        },
    )
    return found


@operation
def fill_list(*, by: Person | None, at: dt.datetime, row: PeopleList, people: Sequence[int]) -> int:
    """Put people, by their numbers, on a list that another module keeps for what they took part
    in; returns how many joined. Who stands on it stays.

    Raises:
        NotTheKeeper: ``by`` does not work in the office that keeps it.
    """
    if by is not None and not keeps(by, row.keeper, at):
        raise NotTheKeeper
    there = ListMember.objects.filter(list=row, until__isnull=True).values("person_id")
    joined = Person.objects.filter(pk__in=people, is_active=True).exclude(pk__in=there)
    made = ListMember.objects.bulk_create(
        [
            ListMember(list=row, person_id=pk, since=at)
            for pk in joined.values_list("pk", flat=True)
        ],
        batch_size=2_000,
    )
    record(
        kind="organisations.list-replaced",
        by=by,
        at=at,
        subject=f"list:{row.code}",
        public={"added": len(made), "ended": 0, "kept": 0, "unmatched": 0},
    )
    return len(made)


@operation
def leave_lists(*, by: Person, at: dt.datetime, person: Person) -> None:
    """Take somebody who is being forgotten off every list, now and before."""
    gone, _by_table = ListMember.objects.filter(person_id=person.pk).delete()
    record(
        kind="organisations.lists-left",
        by=None,
        at=at,
        subject=f"person:{person.pk}",
        public={"lists": gone},
    )
