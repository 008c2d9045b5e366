"""The office says that a promise is kept; those whom it concerns say whether it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.city.delivery import rules
from veche.city.delivery.models import AcceptanceRule, Asked, Promise, Step, Verdict
from veche.city.delivery.operations.guard import locked, office_acts
from veche.city.delivery.operations.refusals import (
    AskedLater,
    NoSteps,
    NotAsked,
    NothingRepaired,
    OwnWork,
    StepsOpen,
)
from veche.city.delivery.operations.steps import show
from veche.city.delivery.queries.acceptance import is_party, lives_there, rule_for, tally
from veche.core.cases.models import Case, CaseEvent, CaseFile
from veche.core.cases.operations import attach, move_case, subject
from veche.core.files.operations import forget_photographs, keep
from veche.core.journal.operations import record
from veche.core.moderation.limits import spend
from veche.core.notices.operations import announce, follow, tell_followers
from veche.core.notices.operations.telling import make_readers, numbers_of_tellings, queue, tell
from veche.core.organisations.access import check_keeps_rules
from veche.operation import inside, operation
from veche.texts import UnknownReason, sized

if TYPE_CHECKING:
    from veche.core.files.photographs import Photograph
    from veche.core.people.models import Person

BATCH = 20_000
"""People told in one transaction."""
# Who lives in the place now, as far as the city knows; those asked for a better reason stay so.
_RESIDENTS = """
INSERT INTO delivery_asked (promise_id, person_id, why)
SELECT DISTINCT %(promise)s::bigint, r.person_id, 'lives' FROM people_residence r
    JOIN places_territory t ON t.id = r.territory_id JOIN people_person p ON p.id = r.person_id
WHERE r.since <= %(at)s AND r.until > %(at)s AND p.is_active
    AND %(place)s IN (t.id, t.district_id, t.city_id)
ON CONFLICT (promise_id, person_id) DO NOTHING
"""
# Whoever works for the office does not judge its work, for whatever reason they would be asked.
_NOT_THE_OFFICE = """
DELETE FROM delivery_asked a USING organisations_holding h
WHERE a.promise_id = %(promise)s AND h.person_id = a.person_id AND h.organisation_id = %(office)s
    AND h.since <= %(at)s AND (h.until IS NULL OR h.until > %(at)s)
"""
_WHOM = """
SELECT person_id FROM delivery_asked
WHERE promise_id = %(promise)s AND id > %(after)s AND id <= %(until)s
"""
_TOLD = f"""
SELECT r.id AS reader_id, 'invited' AS topic, %(case)s AS case_id, '{{}}'::text AS details,
       %(telling)s::bigint AS telling
FROM ({_WHOM}) w JOIN notices_reader r ON r.person_id = w.person_id
"""
_UNTIL = """
SELECT max(id) FROM (
    SELECT id FROM delivery_asked WHERE promise_id = %s AND id > %s ORDER BY id LIMIT %s
) x
"""


@operation
def say_done(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    text: str,
    photographs: Sequence[Photograph] = (),
    seen: int | None = None,
) -> Promise:
    """The office says that a promise is kept: those whom it concerns are asked for 14 days.

    How many were asked, and the rule they judge by, are written into the step: a rule that the
    city changes later holds for the promises that are asked about later.

    Raises:
        NoSteps: nothing was done.
        NothingRepaired: nothing was done since residents, or the control department, said that it
            is not done.
        StepsOpen: a step is neither finished nor dropped.
        veche.texts.TextLength: the words are missing.
        StepMissed, NoRoleForMove, Changed, MoveNotPossible: as for every act of the office.
    """
    from veche.city.delivery import tasks

    promise = locked(case)
    office_acts(by=by, at=at, promise=promise, seen=seen)
    waits = Step.objects.filter(promise=promise, case__closed_at=None).order_by("number").first()
    if waits is not None:
        raise StepsOpen(step=waits.number)
    if not Step.objects.filter(promise=promise, done_on__isnull=False).exists():
        raise NoSteps
    if promise.case.state == "repair" and not _repaired(promise):
        raise NothingRepaired
    text = sized(text, rules.LEAST_REASON, rules.MOST_TEXT)
    asked = _ask_residents(promise, at)
    rule = rule_for(promise.case.territory)
    promise.case = move_case(
        by=by,
        at=at,
        case=promise.case,
        move="say_done",
        public={
            "text": text,
            "round": promise.round + 1,
            "asked": asked,
            "quorum": rule.quorum(asked),
            "share": rule.share,
        },
    )
    promise.round, promise.done_at = promise.round + 1, at
    promise.save(update_fields=["round", "done_at"], force_update=True)
    show(by=by, at=at, case=promise.case, photographs=photographs, kind="after")
    announce(by=by, at=at, case=promise.case, kind="delivery.said-done")
    tasks.ask_on.defer(promise=promise.pk, round=promise.round)
    return promise


def _repaired(promise: Promise) -> bool:
    """Whether a step was finished since the repair began: else an office could ask again and again
    until those who refuse are tired of it."""
    events = CaseEvent.objects.filter(case=promise.case, move__in=("refuse", "find_undone"))
    since = events.order_by("-seq").values_list("at", flat=True)[:1]
    steps = Step.objects.filter(promise=promise, done_on__isnull=False).values("pk")
    return CaseEvent.objects.filter(case__in=steps, move="finish", at__gte=since).exists()


@inside
def _ask_residents(promise: Promise, at: dt.datetime) -> int:
    """Put those who live at the place beside those who took part, without those who work for the
    office; returns how many are asked."""
    values = {
        "promise": promise.pk,
        "at": at,
        "place": promise.case.territory_id,
        "office": promise.case.organisation_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RESIDENTS, values)
        cursor.execute(_NOT_THE_OFFICE, values)
    return Asked.objects.filter(promise=promise).count()


@operation
def tell_asked(*, by: None, at: dt.datetime, promise: int, round: int, after: int) -> int | None:
    """Tell the next of those who are asked, in one pass of sets; where to go on, or None at the
    end. Notices carry the moment the office spoke, so that a second run tells nobody twice."""
    row = Promise.objects.select_related("case").get(pk=promise)
    with connection.cursor() as cursor:
        cursor.execute(_UNTIL, [promise, after, BATCH])
        (until,) = cursor.fetchone()
    told = 0
    if until is not None and row.round == round and row.case.state == "acceptance":
        values: dict[str, Any] = {
            "kind": "delivery.asked",
            "case": promise,
            "promise": promise,
            "at": row.done_at,
            "by": None,
            "after": after,
            "until": until,
            "telling": numbers_of_tellings(1)[0],
        }
        make_readers(_WHOM, values)
        told, letters, pushes = tell(_TOLD, values)
        queue(letters, pushes)
    record(
        kind="delivery.asked",
        by=by,
        at=at,
        subject=subject(row.case),
        public={"people": told, "round": round},
    )
    return int(until) if until is not None else None


@operation
def give_verdict(
    *,
    by: Person,
    at: dt.datetime,
    case: Case,
    accepts: bool,
    reason: str = "",
    text: str = "",
    photograph: Photograph | None = None,
) -> Verdict:
    """Somebody who is asked says whether it is done; until the term ends they can say otherwise.

    Who said what is never shown. A refusal gives a reason from the list; the words and a photograph
    help the office to put it right.

    Raises:
        AskedLater: nobody is asked now.
        NotAsked: the promise does not concern them, as far as the city knows.
        OwnWork: they work for the office that answers for it.
        veche.texts.UnknownReason, veche.texts.TextLength: a refusal without a reason or in too many
            words.
        veche.core.moderation.limits.TooMany: they have answered more often than one may.
    """
    promise = Promise.objects.select_related("case__territory").get(pk=case.pk)
    # Shared, so that a hundred can answer at once while the end of the term waits for them.
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM cases_case WHERE id = %s FOR SHARE", [case.pk])
        (state,) = cursor.fetchone()
    if state != "acceptance":
        raise AskedLater
    if is_party(by, promise.pk, at):
        raise OwnWork
    if not Asked.objects.filter(promise=promise, person=by).exists():
        if not lives_there(by, promise.case.territory, at):
            raise NotAsked
        Asked.objects.get_or_create(
            promise=promise, person=by, defaults={"why": Asked.Why.LIVES_THERE}
        )
    if not accepts and reason not in rules.REFUSALS:
        raise UnknownReason
    spend(by=by, at=at, what="delivery.verdict", keys={})
    said = {
        "accepts": accepts,
        "reason": "" if accepts else reason,
        "text": "" if accepts else sized(text, 0, rules.MOST_REASON),
        "at": at,
    }
    verdict, _made = Verdict.objects.update_or_create(
        promise=promise, round=promise.round, person=by, defaults=said
    )
    _picture(verdict, promise.case, photograph, by, at)
    record(
        kind="delivery.verdict",
        by=by,
        at=at,
        subject=subject(promise.case),
        public={"round": promise.round},
        personal={"accepts": accepts, "reason": said["reason"], "text": said["text"]},
    )
    follow(by=by, at=at, case=promise.case)
    return verdict


@inside
def _picture(
    verdict: Verdict, case: Case, photograph: Photograph | None, by: Person, at: dt.datetime
) -> None:
    """Keep the photograph of a refusal; what was sent before, or with an answer that was turned
    round, is taken off."""
    old = verdict.photograph_id
    if old is not None and (photograph is not None or verdict.accepts):
        take_off(by=by, at=at, links=[old])
    if photograph is not None and not verdict.accepts:
        file = keep(by=by, at=at, photograph=photograph)
        link = attach(by=by, at=at, case=case, file=file, kind="check")
        Verdict.objects.filter(pk=verdict.pk).update(photograph=link)


@inside
def take_off(*, by: Person | None, at: dt.datetime, links: Collection[int]) -> None:
    """Take photographs of residents, by the numbers of their `CaseFile`, off a promise, with every
    copy that nothing else names."""
    rows = CaseFile.objects.filter(pk__in=links)
    files = list(rows.values_list("file_id", flat=True))
    Verdict.objects.filter(photograph__in=links).update(photograph=None)
    rows.delete()
    forget_photographs(by=by, at=at, files=files)


@operation
def end_acceptance(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The term is over: by the rule written down when residents were asked, the promise is kept,
    goes to repair with their reasons, or ends unconfirmed."""
    promise = locked(case)
    said = asked_by(promise.case)
    counts = tally(promise.pk, promise.round)
    move = rules.outcome(said["quorum"], said["share"], counts.accepts, counts.refuses)
    public = {
        "round": promise.round,
        "asked": said["asked"],
        "accepts": counts.accepts,
        "refuses": counts.refuses,
    }
    case = move_case(by=by, at=at, case=promise.case, move=move, public=public)
    kinds = {"accept": "kept", "refuse": "refused", "lapse": "unconfirmed"}
    tell_followers(by=by, at=at, case=case, kind=f"delivery.{kinds[move]}")
    announce(by=by, at=at, case=case, kind="delivery.ended")
    return case


def asked_by(case: Case) -> dict[str, int]:
    """The rule by which residents judge now, as it was written down when they were asked."""
    events = CaseEvent.objects.filter(case=case, move="say_done").order_by("-seq")
    public = events.values_list("public", flat=True).first() or {}
    return {key: int(public[key]) for key in ("asked", "quorum", "share", "round")}


@operation
def set_rule(
    *,
    by: Person | None,
    at: dt.datetime,
    kind: str,
    least: int,
    percent: int,
    most: int,
    share: int,
) -> AcceptanceRule:
    """Say when what was done counts as refused in a kind of place; for promises that residents are
    asked about from now on.

    Raises:
        veche.core.organisations.access.NotARuleKeeper: the person sets no rules of the city.
    """
    check_keeps_rules(by, at)
    values = {"least": least, "percent": percent, "most": most, "share": share}
    rule, _made = AcceptanceRule.objects.update_or_create(kind=kind, defaults=values)
    record(
        kind="delivery.rule-set", by=by, at=at, subject=f"acceptance:{kind or 'all'}", public=values
    )
    return rule
