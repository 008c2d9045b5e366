"""Reading what was decided and what is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from veche.core.cases.models import Case, CaseFile
from veche.core.desk.adapter import DeskLine, desks
from veche.core.files.models import StoredFile
from veche.core.moderation import reasons
from veche.core.moderation.access import judged_by
from veche.core.moderation.models import HIDING, Decision, Origin, Original, OriginalLook, Sweep
from veche.core.moderation.operations.sweeps import MOST
from veche.errors import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from veche.core.organisations.models import Holding
    from veche.core.people.models import Person

PAGE = 50


@dataclass(frozen=True)
class Asked:
    """What the public log is filtered by."""

    kind: str = ""
    outcome: str = ""
    reason: str = ""


def log(asked: Asked) -> QuerySet[Decision]:
    """The decisions, newest first; what an author did to their own words is no decision."""
    rows = Decision.objects.select_related("case", "case__territory").exclude(role="author")
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.reason:
        rows = rows.filter(reason=asked.reason)
    if asked.outcome:
        rows = rows.filter(appeal=asked.outcome)
    return rows.order_by("-at", "-id")


def totals(asked: Asked) -> Mapping[str, int]:
    """How many decisions there are, and how their appeals ended."""
    rows = log(asked).order_by()
    return rows.aggregate(
        all=Count("id"),
        appealed=Count("id", filter=~Q(appeal="")),
        upheld=Count("id", filter=Q(appeal="upheld")),
        overturned=Count("id", filter=Q(appeal="overturned")),
        climbed=Count("id", filter=Q(climbed_at__isnull=False)),
    )


def log_rows(asked: Asked) -> Iterator[Sequence[object]]:
    """The log as lines of a table file: no person, no words."""
    yield (
        "number", "decided_datetime", "decision", "reason", "role", "district", "appeal",
        "appealed_datetime", "appeal_due_datetime", "climbed_datetime", "judged_datetime",
        "judged_by_role",
    )  # fmt: skip
    for one in log(asked).iterator(chunk_size=500):
        yield (
            one.case.number,
            _iso(one.at),
            one.kind,
            one.reason,
            one.role,
            one.case.territory.code,
            one.appeal,
            _iso(one.appealed_at),
            _iso(one.appeal_due_at),
            _iso(one.climbed_at),
            _iso(one.judged_at),
            one.judge_role,
        )


def _iso(moment: dt.datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def decisions(case: Case) -> list[Decision]:
    """What was decided about a case, oldest first, with the case and the words as they were."""
    rows = Decision.objects.filter(case=case).select_related("case", "original")
    return list(rows.order_by("id"))


def hiding(pk: int) -> Decision | None:
    """A decision that hid words, a part of a photograph or a whole matter; None when there is none
    of this number."""
    return (
        Decision.objects.filter(pk=pk, kind__in=HIDING)
        .exclude(role="author")
        .select_related("case", "case__territory", "case__author", "original")
        .first()
    )


def hidden_of(person: Person, most: int = 100) -> list[Decision]:
    """What moderators hid of what a person wrote or photographed, newest first."""
    own = Q(case__author=person) & (Q(original=None) | Q(original__writer=None))
    rows = Decision.objects.filter(own | Q(original__writer=person), kind__in=HIDING).exclude(
        role="author"
    )
    return list(rows.select_related("case", "original").order_by("-id")[:most])


@dataclass(frozen=True)
class Waiting:
    """An objection that waits for whoever asks."""

    decision: Decision
    words: bool
    """Whether it is about what was hidden; else about a matter that was not published."""


def to_judge(person: Person, held: Sequence[Holding], most: int = 50) -> list[Waiting]:
    """The objections that wait for somebody, the most urgent first: never against their own
    decision."""
    rows = (
        Decision.objects.filter(judged_by(held), appeal="open")
        .exclude(person=person)
        .select_related("case", "case__territory")
        .order_by("appeal_due_at", "id")
    )
    return [Waiting(one, one.kind in HIDING) for one in rows[:most]]


def last_rejection(case: Case) -> Decision | None:
    """The decision its author may object to, or has objected to."""
    return Decision.objects.filter(case=case, kind__in=["reject", "remove"]).order_by("-id").first()


def may_appeal(case: Case) -> bool:
    """Whether an objection is still possible: it was rejected, and nobody objected yet."""
    from veche.core.cases.queries import procedure_of

    if procedure_of(case).move("appeal", case.state) is None:
        return False
    appealed = Decision.objects.filter(case=case).exclude(appeal="").exists()
    return not appealed and last_rejection(case) is not None


@dataclass(frozen=True)
class Hidden:
    """Why a matter is hidden, and since when."""

    reason: str
    since: dt.datetime


def hidden(case: Case) -> Hidden | None:
    """Why a case is hidden; None when it is shown."""
    if case.hidden_at is None:
        return None
    found = Decision.objects.filter(case=case, kind="hide").order_by("-id").first()
    code = found.reason if found else _sweep_reason(case)
    return Hidden(reason=reasons.words_of(code), since=case.hidden_at)


def _sweep_reason(case: Case) -> str:
    found = Sweep.objects.filter(at=case.hidden_at or case.opened_at, state="waiting").first()
    return found.reason if found else ""


def originals(case: Case) -> list[Original]:
    """What was hidden of a case and when it is deleted; without looking at it."""
    return list(Original.objects.filter(case=case).defer("text").order_by("id"))


def looks(case: Case) -> list[OriginalLook]:
    """Who of the staff looked at originals of a case, newest first: role, moment, reason."""
    rows = OriginalLook.objects.filter(original__case=case).select_related("original")
    return list(rows.order_by("-id"))


def pictures(case: Case) -> list[StoredFile]:
    """The photographs of a case, each once, as they are shown now."""
    rows = CaseFile.objects.filter(case=case).select_related("file").order_by("id")
    return list({one.file_id: one.file for one in rows}.values())


def picture(case: Case, address: str) -> StoredFile:
    """The photograph of this address among those of a case.

    Raises:
        NotFound: it is not one of them.
    """
    for one in pictures(case):
        if one.address == address:
            return one
    raise NotFound


def took_picture(person: Person | None, case: Case, file: StoredFile) -> bool:
    """Whether a photograph of a case is what is left of one that this person sent."""
    if person is None:
        return False
    rows = Original.objects.filter(case=case, kind="photograph", writer=person)
    return rows.filter(Q(shown=file.digest) | Q(digest=file.digest)).exists()


def case_of(number: str) -> Case:
    """The case of this number with its place.

    Raises:
        NotFound: there is none.
    """
    found = (
        Case.objects.filter(number=number)
        .select_related("territory", "author", "organisation")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def alike(case: Case) -> dict[str, list[int]]:
    """Open cases by whoever sent this one: ``person``, ``browser``, ``address``.

    The number of the case itself is among them.
    """
    found: dict[str, list[int]] = {}
    still = Case.objects.filter(closed_at__isnull=True)
    if case.author_id is not None:
        rows = still.filter(author_id=case.author_id)
        found["person"] = list(rows.order_by("-id").values_list("pk", flat=True)[:MOST])
    origin = Origin.objects.filter(case=case).first()
    for what in ("browser", "address") if origin is not None else ():
        value = getattr(origin, what)
        if value is not None:
            same = Origin.objects.filter(**{what: value}).values("case_id")
            rows = still.filter(pk__in=same)
            found[what] = list(rows.order_by("-id").values_list("pk", flat=True)[:MOST])
    return {what: numbers for what, numbers in found.items() if numbers}


@dataclass(frozen=True)
class Line:
    """A matter in a list of the staff."""

    pk: int
    number: str
    text: str
    url: str
    state: str
    opened_at: dt.datetime
    place: str


def lines(numbers: Sequence[int]) -> list[Line]:
    """Matters by the numbers of their rows, newest first, as the desk of their module says them."""
    rows = Case.objects.filter(pk__in=list(numbers)).select_related("territory").order_by("-id")
    cases = list(rows[:MOST])
    said: dict[int, DeskLine] = {}
    for desk in desks():
        said.update(desk.lines([c.pk for c in cases if c.procedure in desk.procedures]))
    return [
        Line(
            case.pk,
            case.number,
            (said[case.pk].text or said[case.pk].title)[:160] if case.pk in said else "",
            said[case.pk].url if case.pk in said else "",
            case.state,
            case.opened_at,
            str(case.territory),
        )
        for case in cases
    ]


def senders(case: Case) -> list[tuple[str, list[Line]]]:
    """What whoever sent a matter sent besides, each once, by what they have in common first."""
    found: list[tuple[str, list[Line]]] = []
    seen: set[int] = set()
    for what, numbers in alike(case).items():
        fresh = [pk for pk in numbers if pk not in seen]
        seen.update(fresh)
        if fresh:
            found.append((what, lines(fresh)))
    return found
