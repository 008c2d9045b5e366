"""The agency reads what was sent: it asks, admits, or turns down with a reason."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from veche.city.pilots.models import Answer, Application, Question
from veche.city.pilots.operations.agency_guard import check_unchanged, for_agency
from veche.city.pilots.operations.applications import (
    Draft,
    check_founder,
    given,
    locked,
    put_answers,
    put_revision,
)
from veche.city.pilots.operations.refusals_applications import (
    DepartmentNeeded,
    NotComplete,
    NothingAsked,
    ReplyLength,
    TitleLength,
)
from veche.city.pilots.operations.telling_applications import (
    tell_agency,
    tell_company,
    tell_department,
)
from veche.city.pilots.rules import applications as rules
from veche.core.cases.operations import move_case
from veche.operation import inside, operation
from veche.texts import UnknownReason, sized

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person


@operation
def ask(
    *, by: Person, at: dt.datetime, application: Application, text: str, seen: int | None = None
) -> Question:
    """Ask the company something, or hand its words back to be changed; the city waits for it.

    Raises:
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        NotTheAgency: they do not run the programme.
        veche.texts.TextLength: nothing is asked, or too much.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    application = for_agency(by, at, application, seen)
    words = sized(text, rules.SHORTEST_REASON, rules.LONGEST_REASON)
    asked = Question.objects.create(application=application, text=words, asked_at=at, by=by)
    application.case = move_case(
        by=by, at=at, case=application.case, move="ask", seen=seen, personal={"question": words}
    )
    tell_company(by=by, at=at, application=application, kind="pilots.asked")
    return asked


@operation
def reply(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    reply: str,
    draft: Draft | None = None,
    seen: int | None = None,
) -> Application:
    """Answer what the agency asked; what the company changes in its words is a new revision, the
    former one stays.

    Raises:
        NotTheFounder: they do not act for the company.
        NothingAsked: no question waits.
        NotComplete: something needed was taken out.
        ReplyLength, TitleLength, veche.texts.TextLength, UnknownQuestion: of what was written.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    application = locked(application)
    check_founder(by, application.company_id, at)
    check_unchanged(application, seen)
    waiting = application.questions.filter(replied_at__isnull=True).order_by("-id").first()
    if application.case.state != "more_info" or waiting is None:
        raise NothingAsked
    waiting.reply = sized(reply, rules.SHORTEST_REASON, rules.LONGEST_REASON, ReplyLength)
    waiting.replied_at, waiting.replied_by = at, by
    waiting.save()
    changed = draft is not None and _differs(application, draft)
    if draft is not None and changed:
        _revise(by, at, application, draft)
    application.case = move_case(
        by=by, at=at, case=application.case, move="reply", seen=seen,
        public={"revision": application.revision} if changed else None,
        personal={"reply": waiting.reply},
    )  # fmt: skip
    tell_agency(by=by, at=at, application=application, kind="pilots.replied")
    return application


def _differs(application: Application, draft: Draft) -> bool:
    """Whether a draft changes anything of what was sent."""
    rows = Answer.objects.filter(application=application, revision=application.revision)
    stand = dict(rows.values_list("question", "text"))
    words = {
        rules.TITLE: None if draft.title is None else " ".join(draft.title.split()),
        rules.TEXT: None if draft.text is None else draft.text.replace("\r\n", "\n").strip(),
        rules.READY: None if draft.readiness is None else str(draft.readiness),
        **{code: text.replace("\r\n", "\n").strip() for code, text in draft.answers.items()},
    }
    return bool(draft.papers or set(draft.without) & set(stand)) or any(
        text is not None and text != stand.get(code, "") for code, text in words.items()
    )


@inside
def _revise(by: Person, at: dt.datetime, application: Application, draft: Draft) -> None:
    """A new revision: the answers that stand, with what was changed."""
    rows = list(Answer.objects.filter(application=application, revision=application.revision))
    application.revision += 1
    beside = (rules.TITLE, rules.TEXT, rules.READY)
    renewed = {*draft.answers, *draft.papers, *draft.without, *beside}
    Answer.objects.bulk_create(
        [
            Answer(
                application=application, revision=application.revision, question=one.question,
                text=one.text, paper_id=one.paper_id,
            )
            for one in rows
            if one.question not in renewed
        ]
    )  # fmt: skip
    if draft.title is not None:
        title = " ".join(draft.title.split())
        application.title = sized(title, rules.SHORTEST_TITLE, rules.LONGEST_TITLE, TitleLength)
    if draft.text is not None:
        application.text = sized(draft.text, rules.SHORTEST_TEXT, rules.LONGEST_TEXT)
    if draft.readiness in rules.READINESS:
        application.readiness = draft.readiness
    application.save()
    put_answers(by=by, at=at, application=application, draft=draft)
    gaps = rules.missing(given(application), application.call.form.questions)
    if gaps:
        raise NotComplete(gaps=gaps)
    put_revision(application=application)


@operation
def lapse(*, by: Person | None, at: dt.datetime, case: Case) -> Application:
    """The company did not answer in time: its application ends. Called by the sweep of terms.

    Raises:
        MoveNotPossible: it was answered.
        NoRoleForMove: somebody calls it; only the system does.
    """
    application = locked(case.pk)
    application.case = move_case(by=by, at=at, case=application.case, move="lapse")
    tell_company(by=None, at=at, application=application, kind="pilots.lapsed")
    tell_agency(by=None, at=at, application=application, kind="pilots.lapsed-staff")
    return application


@operation
def admit(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    department: Organisation | None = None,
    seen: int | None = None,
) -> Application:
    """Let the experts read it. An application of the standing intake is given the department that
    will supervise its trial and answer at the end.

    Raises:
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        NotTheAgency: they do not run the programme.
        DepartmentNeeded: nobody is named yet who supervises the trial.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    application = for_agency(by, at, application, seen)
    if application.department_id is None:
        if department is None or department.kind != "department":
            raise DepartmentNeeded
        application.department = department
        application.save(update_fields=["department"])
    application.case = move_case(by=by, at=at, case=application.case, move="admit", seen=seen)
    tell_company(by=by, at=at, application=application, kind="pilots.admitted")
    tell_department(by=by, at=at, application=application, kind="pilots.admitted-staff")
    return application


@operation
def turn_down(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    reason: str,
    text: str,
    seen: int | None = None,
) -> Application:
    """End an application at the screening, with a reason of the list and in words. Both are public
    from now on, and the company may object once.

    Raises:
        veche.city.pilots.access.conflicts.UnknownApplication: they may not know of it.
        NotTheAgency: they do not run the programme.
        veche.texts.UnknownReason: the reason is not on the list.
        veche.texts.TextLength: it is not said in words.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    application = for_agency(by, at, application, seen)
    if reason not in rules.REASONS:
        raise UnknownReason
    application.reason_code = reason
    application.reason = sized(text, rules.SHORTEST_REASON, rules.LONGEST_REASON)
    application.decided_at = at
    application.case = move_case(
        by=by, at=at, case=application.case, move="turn_down", seen=seen,
        public={"reason": reason, "text": application.reason},
    )  # fmt: skip
    application.save(update_fields=["reason_code", "reason", "decided_at"])
    tell_company(by=by, at=at, application=application, kind="pilots.turned-down")
    return application
