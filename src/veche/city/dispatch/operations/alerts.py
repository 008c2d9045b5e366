"""Writing to the public: begun, read by a second person where it is grave, published, put right,
cancelled; it ends by itself."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.alert_access import common, territories_of
from veche.city.dispatch.alert_contents import LONGEST_HEADLINE, Contents, NotInAllLanguages
from veche.city.dispatch.alert_procedure import DISPATCHER, IN_FORCE
from veche.city.dispatch.models import (
    Alert,
    AlertDraft,
    AlertSending,
    AlertSeries,
    Incident,
)
from veche.city.dispatch.operations.alert_issuing import CODES, issue
from veche.city.dispatch.operations.incidents_log import add_entry
from veche.city.dispatch.queries.alerts import rule_of
from veche.core.cases.models import Case
from veche.core.cases.operations import MoveNotPossible, move_case, open_case, subject
from veche.core.cases.operations.moves import role_holding
from veche.core.cases.queries import procedure_of
from veche.core.journal.operations import record
from veche.core.notices.holders import tell_holders
from veche.core.notices.operations import take_alert_back
from veche.errors import Invalid, NotAllowed, Refused
from veche.languages import LANGUAGES
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.people.models import Person

KINDS = {"Alert": "alert.sent", "Update": "alert.put-right", "Cancel": "alert.called-off"}
"""Kinds of notices by the type of the alert."""
DRILL_KIND = "alert.drill"
CONFIRM_KIND = "alert.to-confirm"
SHORTEST_REASON, LONGEST_REASON = 5, 300


class DraftGone(Refused):
    """It was published or thrown away meanwhile."""

    code = "alert-draft-gone"
    sentence = _("Somebody else has published this or thrown it away meanwhile.")


class OutsidePlace(Invalid):
    """The new places lie where the message was not begun."""

    code = "alert-outside"
    sentence = _("This message was begun for {place}. Begin another for other places.")
    field = "territories"


class NotInForce(Refused):
    """There is nothing to put right or to cancel."""

    code = "alert-not-in-force"
    sentence = _("This message is not in force.")


class SecondPerson(NotAllowed):
    """So grave a message is published by another than who wrote it."""

    code = "alert-second-person"
    sentence = _("So grave a message is published by a second dispatcher, who has read it.")


@operation
def begin_alert(
    *,
    by: Person,
    at: dt.datetime,
    contents: Contents,
    status: str = AlertSeries.Status.ACTUAL,
    incident: Incident | None = None,
    submission: uuid.UUID | None = None,
) -> AlertDraft:
    """Begin to write; nobody outside sees it. A drill's incident makes it an exercise, whatever
    ``status`` says.

    Raises:
        Invalid: something is missing or too long.
        NoRoleForMove: the writer is no dispatcher of all these places.
    """
    if submission is not None:
        again = AlertDraft.objects.filter(series__submission=submission).first()
        if again is not None:
            record(kind="alert.again", by=by, at=at, subject=subject(again.series.case))
            return again
    contents = contents.checked(at)
    if incident is not None and incident.drill:
        status = AlertSeries.Status.EXERCISE
    territory = common(territories_of(contents.territories))
    theme = incident.kind.theme if incident is not None else "alerts"
    case = open_case(
        by=by,
        at=at,
        procedure="alert",
        move="write",
        theme=theme,
        territory=territory,
        public={"status": status},
    )
    series = AlertSeries(case=case, incident=incident, status=status, submission=submission)
    series.save(force_insert=True)
    return AlertDraft.objects.create(series=series, contents=contents.to_json(), by=by, at=at)


@operation
def begin_update(*, by: Person, at: dt.datetime, series: AlertSeries) -> AlertDraft:
    """Begin to put right what is in force; the draft says the same as it does until it is changed.
    Where somebody has begun already it is theirs.

    Raises:
        NotInForce: there is nothing to put right.
        NoRoleForMove: the writer is no dispatcher there.
    """
    case = _in_force(series)
    role_holding(case, DISPATCHER, "territory", by, at)
    draft = AlertDraft.objects.filter(series=series, ended_at__isnull=True).first()
    if draft is None:
        last = series.alerts.latest("number")
        draft = AlertDraft.objects.create(series=series, contents=last.contents, by=by, at=at)
    record(kind="alert.begin-update", by=by, at=at, subject=subject(case))
    return draft


@operation
def rewrite(*, by: Person, at: dt.datetime, draft: AlertDraft, contents: Contents) -> AlertDraft:
    """Write it otherwise: whoever writes last is its writer, and it must be read anew.

    Raises:
        DraftGone, OutsidePlace, Invalid, NoRoleForMove.
    """
    draft = _open(draft)
    case = draft.series.case
    role_holding(case, DISPATCHER, "territory", by, at)
    contents = contents.checked(at)
    around = case.territory
    named = territories_of(contents.territories)
    if any(around.pk not in (one.pk, one.district_id, one.city_id) for one in named):
        raise OutsidePlace(place=str(around))
    draft.contents, draft.by, draft.at = contents.to_json(), by, at
    draft.asked_at, draft.declined = None, ""
    draft.save(update_fields=["contents", "by", "at", "asked_at", "declined"])
    record(kind="alert.rewrite", by=by, at=at, subject=subject(case))
    return draft


@operation
def ask_second(*, by: Person, at: dt.datetime, draft: AlertDraft) -> AlertDraft:
    """Ask the other dispatchers of the place to read and publish it."""
    draft = _open(draft)
    case = draft.series.case
    role_holding(case, DISPATCHER, "territory", by, at)
    draft.asked_at, draft.declined = at, ""
    draft.save(update_fields=["asked_at", "declined"])
    record(kind="alert.ask", by=by, at=at, subject=subject(case))
    tell_holders(by=by, at=at, case=case, kind=CONFIRM_KIND, role=DISPATCHER)
    return draft


@operation
def decline(*, by: Person, at: dt.datetime, draft: AlertDraft, reason: str) -> AlertDraft:
    """The second person does not publish it and says why.

    Raises:
        TextLength: no reason is given.
    """
    draft = _open(draft)
    case = draft.series.case
    role_holding(case, DISPATCHER, "territory", by, at)
    draft.asked_at = None
    draft.declined = sized(reason, SHORTEST_REASON, LONGEST_REASON)
    draft.save(update_fields=["asked_at", "declined"])
    record(kind="alert.decline", by=by, at=at, subject=subject(case))
    return draft


@operation
def drop(*, by: Person, at: dt.datetime, draft: AlertDraft) -> None:
    """Throw a draft away; what is in force stays in force."""
    draft = _open(draft)
    case = draft.series.case
    draft.ended_at = at
    draft.save(update_fields=["ended_at"])
    if case.state == "writing":
        move_case(by=by, at=at, case=case, move="drop")
        return
    role_holding(case, DISPATCHER, "territory", by, at)
    record(kind="alert.drop-update", by=by, at=at, subject=subject(case))


@operation
def publish(*, by: Person, at: dt.datetime, draft: AlertDraft) -> Alert:
    """Publish a draft: from this moment it stands at its address, and people are told.

    Raises:
        SecondPerson: it is so grave that a second person must, or nobody was asked to read it.
        DraftGone, NotInForce, Invalid, NoRoleForMove.
    """
    draft = _open(draft)
    series, case = draft.series, draft.series.case
    contents = Contents.from_json(draft.contents).checked(at)
    if rule_of(contents.severity, contents.urgency).second and (
        by.pk == draft.by_id or draft.asked_at is None
    ):
        raise SecondPerson
    first = case.state == "writing"
    if not first:
        _in_force(series)
    draft.ended_at = at
    draft.save(update_fields=["ended_at"])
    made = issue(
        series, Alert.Type.ALERT if first else Alert.Type.UPDATE, contents, draft.by, by, at
    )
    again = {"writing": "publish", "in_force": "update", "updated": "update_again"}
    _move(series, again[case.state], made, by, at, contents.expires)
    return made


@operation
def cancel(*, by: Person, at: dt.datetime, series: AlertSeries, why: Mapping[str, str]) -> Alert:
    """Take back what is in force: everybody who was told of it is told so. One person is enough.

    Raises:
        NotInForce, NoRoleForMove; NotInAllLanguages: the reason is not given in all languages.
    """
    _in_force(series)
    last = series.alerts.latest("number")
    before = Contents.from_json(last.contents)
    reason = {}
    for code in LANGUAGES:
        reason[code] = sized(str(why.get(code) or ""), 0, LONGEST_REASON)
        if not reason[code]:
            fault = NotInAllLanguages()
            vars(fault)["field"] = f"why_{code}"
            raise fault
    contents = replace(
        before,
        urgency="Past",
        response="AllClear",
        headline={code: _cancelled(code, before.headline[code]) for code in LANGUAGES},
        description=reason,
        instruction={},
        onset=None,
    )
    AlertDraft.objects.filter(series=series, ended_at__isnull=True).update(ended_at=at)
    made = issue(series, Alert.Type.CANCEL, contents, by, by, at)
    _move(series, "cancel", made, by, at, None)
    return made


def _cancelled(code: str, headline: str) -> str:
    with translation.override(CODES[code]):
        text = gettext("Cancelled: {headline}").format(headline=headline)
    return text if len(text) <= LONGEST_HEADLINE else f"{text[: LONGEST_HEADLINE - 1]}…"


@operation
def expire(*, by: None, at: dt.datetime, case: Case) -> None:
    """Its hours are over: it ends, and its letters that still wait are not sent.

    Raises:
        MoveNotPossible: it was put right while the clock was looking, and lasts longer.
    """
    case = _locked(case.pk)
    if case.due_at is not None and case.due_at > at:
        raise MoveNotPossible(state=procedure_of(case).by_code[case.state].title)
    series = AlertSeries.objects.get(case=case)
    AlertDraft.objects.filter(series=series, ended_at__isnull=True).update(ended_at=at)
    tellings = told_by(series)
    if tellings:
        take_alert_back(by=by, at=at, case=case, tellings=tellings)
    move_case(by=by, at=at, case=case, move="expire")


@operation
def forget_draft(*, by: None, at: dt.datetime, case: Case) -> None:
    """Nobody published it for a day."""
    case = _locked(case.pk)
    AlertDraft.objects.filter(series_id=case.pk, ended_at__isnull=True).update(ended_at=at)
    move_case(by=by, at=at, case=case, move="forget")


def told_by(series: AlertSeries) -> list[int]:
    """The tellings of all alerts of a series."""
    rows = AlertSending.objects.filter(alert__series=series, telling__isnull=False)
    return [int(one) for one in rows.values_list("telling", flat=True) if one is not None]


def _open(draft: AlertDraft) -> AlertDraft:
    """The draft as it stands now, held until the operation ends; its case is always held before
    it, so that who publishes and who cancels do not wait for each other.

    Raises:
        DraftGone: it is none any more.
    """
    _locked(draft.series_id)
    rows = AlertDraft.objects.select_for_update(of=("self",))
    rows = rows.select_related("series__case__territory", "series__incident", "by")
    found = rows.get(pk=draft.pk)
    if found.ended_at is not None:
        raise DraftGone
    return found


def _locked(case: int) -> Case:
    rows = Case.objects.select_for_update(of=("self",)).select_related("territory")
    return rows.get(pk=case)


def _in_force(series: AlertSeries) -> Case:
    case = _locked(series.pk)
    if case.state not in IN_FORCE:
        raise NotInForce
    return case


def _move(
    series: AlertSeries,
    move: str,
    made: Alert,
    by: Person,
    at: dt.datetime,
    until: dt.datetime | None,
) -> None:
    said: dict[str, Any] = {
        "identifier": made.identifier,
        "sha256": made.digest,
        "status": made.status,
        "severity": made.severity,
        "urgency": made.urgency,
        "expires": made.expires.isoformat(),
    }
    case = move_case(by=by, at=at, case=series.case, move=move, until=until, public=said)
    if series.incident is not None:
        add_entry(
            by=by,
            at=at,
            incident=series.incident,
            kind="message",
            details={"alert": case.number, "identifier": made.identifier, "type": made.type},
        )
    from veche.city.dispatch.tasks_alerts import send_alert

    send_alert.defer(alert=made.pk)
