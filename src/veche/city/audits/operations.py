"""Opening audits by the rule, and what their people do."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.audits import queries, rules
from veche.city.audits.models import Audit, AuditMatter, AuditSweep
from veche.core.cases.models import Case
from veche.core.cases.operations import move_case, open_case
from veche.core.cases.terms import city_zone
from veche.core.journal.operations import record
from veche.core.notices.holders import tell_holders
from veche.core.organisations.models import Organisation
from veche.core.places.queries import atlas
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

THEME = "audit"
LEAST_WORDS, MOST_WORDS = 20, 6000


def sweep(*, at: dt.datetime) -> int:
    """The timer: once a day, look at all offices; returns how many audits were opened."""
    if AuditSweep.objects.filter(day=at.astimezone(city_zone()).date()).exists():
        return 0
    return open_audits(by=None, at=at)


@operation
def open_audits(*, by: Person | None, at: dt.datetime) -> int:
    """Open an audit of every office that the rule finds wanting and that has none now.

    An office that had an audit in the period is not audited again for the same faults.
    """
    since = at - dt.timedelta(days=rules.DAYS)
    found = queries.wanting(since, at)
    home = atlas().home()
    opened = 0
    for office in Organisation.objects.filter(pk__in=found) if home is not None else ():
        assert home is not None
        faults, given = found[office.pk]
        counts = rules.counts(faults)
        case = open_case(
            by=None,
            at=at,
            procedure="audit",
            move="open",
            theme=THEME,
            territory=home,
            organisation=office,
            public={"office": office.code, "faulty": len(faults), "given": given, **counts},
        )
        audit = Audit(
            case=case,
            office=office,
            since=since,
            until=at,
            given=given,
            faulty=len(faults),
            counts=counts,
        )
        audit.save(force_insert=True)
        AuditMatter.objects.bulk_create(
            AuditMatter(audit=audit, case_id=pk, faults=" ".join(sorted(kinds)))
            for pk, kinds in sorted(faults.items())
        )
        for role in ("controller", "head"):
            tell_holders(by=None, at=at, case=case, kind="audits.opened", role=role)
        opened += 1
    AuditSweep.objects.bulk_create(
        [AuditSweep(day=at.astimezone(city_zone()).date(), offices=len(found), opened=opened)],
        ignore_conflicts=True,
    )
    record(kind="audits.swept", by=by, at=at, subject="audits", public={"opened": opened})
    return opened


@operation
def conclude(
    *, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None
) -> Case:
    """The control department found faults of the office, and says which.

    Raises:
        TextLength: the findings are too short or too long.
    """
    text = sized(text, LEAST_WORDS, MOST_WORDS)
    case = move_case(by=by, at=at, case=case, move="conclude", seen=seen, public={"text": text})
    Audit.objects.filter(case=case).update(findings=text)
    tell_holders(by=by, at=at, case=case, kind="audits.concluded", role="head")
    return case


@operation
def clear(*, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None) -> Case:
    """The control department found no fault of the office, and says why.

    Raises:
        TextLength: the findings are too short or too long.
    """
    text = sized(text, LEAST_WORDS, MOST_WORDS)
    case = move_case(by=by, at=at, case=case, move="clear", seen=seen, public={"text": text})
    Audit.objects.filter(case=case).update(findings=text)
    return case


@operation
def remedy(*, by: Person, at: dt.datetime, case: Case, text: str, seen: int | None = None) -> Case:
    """The head of the office says what will change.

    Raises:
        TextLength: the words are too few or too many.
    """
    text = sized(text, LEAST_WORDS, MOST_WORDS)
    case = move_case(by=by, at=at, case=case, move="remedy", seen=seen, public={"text": text})
    Audit.objects.filter(case=case).update(remedy=text)
    return case


@operation
def leave_unanswered(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The head did not say within the term what will change: that stays on the page for ever."""
    return move_case(by=by, at=at, case=case, move="lapse")
