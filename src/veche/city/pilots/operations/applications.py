"""A company writes an application, sends it, and may take it back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

from veche.city.pilots.access.applications import acts_for
from veche.city.pilots.models import Answer, Application, Call, Company, Paper, Product
from veche.city.pilots.operations.barring import refresh_barred
from veche.city.pilots.operations.papers import forget_papers, keep_paper
from veche.city.pilots.operations.refusals_applications import (
    AlreadyBegun,
    AlreadySent,
    CallNotOpen,
    NotComplete,
    NotTheFounder,
    OtherCompany,
    TitleLength,
    TooManyDrafts,
    UnknownQuestion,
)
from veche.city.pilots.operations.telling_applications import (
    let_company_follow,
    tell_agency,
    tell_company,
)
from veche.city.pilots.procedure import FOUNDER
from veche.city.pilots.rules import applications as rules
from veche.core.cases.models import Case
from veche.core.cases.operations import move_case, open_case, subject
from veche.core.journal.operations import record
from veche.core.organisations.queries import holdings
from veche.operation import inside, operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.files.documents import Document
    from veche.core.people.models import Person

THEME = "pilot"


@dataclass(frozen=True)
class Draft:
    """What one step of writing says; what is None is left as it stands."""

    product: int | None = None
    """Number of one of the company's products."""
    title: str | None = None
    text: str | None = None
    readiness: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    """By the code of a question; an empty one is taken out."""
    papers: Mapping[str, Document] = field(default_factory=dict)
    """Documents that were looked at, by the code of a question."""
    without: Sequence[str] = ()
    """Codes of questions whose document is taken out."""


def check_founder(by: Person | None, company: int, at: dt.datetime) -> None:
    """Let pass who acts for a company now.

    Raises:
        NotTheFounder: they do not.
    """
    if by is None or not acts_for(holdings(by, at), FOUNDER, company):
        raise NotTheFounder


def takes(call: Call, at: dt.datetime) -> bool:
    """Whether a call takes applications at a moment: it is open, and within its window."""
    return (
        call.case.state == "open"
        and (call.opens_at is None or call.opens_at <= at)
        and (call.closes_at is None or at < call.closes_at)
    )


@inside
def locked(application: Application | int) -> Application:
    """The application as it stands now, its row held until the operation ends; always taken before
    its case and what hangs on it, so that nobody waits for each other.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    pk = application if isinstance(application, int) else application.pk
    rows = Application.objects.select_for_update(of=("self",)).select_related(
        "case__territory", "programme__agency", "company__organisation", "call", "department"
    )
    return rows.get(pk=pk)


@operation
def begin(
    *,
    by: Person,
    at: dt.datetime,
    call: Call,
    company: Company,
    product: Product | None = None,
    submission: uuid.UUID | None = None,
) -> Application:
    """Begin an application: a draft that only the company sees.

    Raises:
        NotTheFounder: they do not act for the company.
        CallNotOpen: the call takes none now.
        AlreadyBegun: this press began one before.
        TooManyDrafts: the company has too many drafts for this call.
        OtherCompany: the product is not theirs.
    """
    check_founder(by, company.pk, at)
    if submission is not None:
        for number in Application.objects.filter(submission=submission).values_list(
            "case__number", flat=True
        ):
            raise AlreadyBegun(number=number)
    # Its case as it stands now, whatever the caller has read before.
    rows = Call.objects.select_related("case__territory", "programme__agency")
    call = rows.get(pk=call.pk)
    if not takes(call, at):
        raise CallNotOpen
    drafts = Application.objects.filter(company=company, call=call, case__state="draft")
    if drafts.count() >= rules.MOST_DRAFTS:
        raise TooManyDrafts(most=rules.MOST_DRAFTS)
    if product is not None:
        _check_product(product.pk, company.pk)
    case = open_case(
        by=None, at=at, procedure="pilot", move="begin", theme=THEME,
        territory=call.case.territory, organisation=call.programme.agency,
    )  # fmt: skip
    made = Application(
        case=case,
        programme=call.programme,
        call=call,
        company=company,
        product=product,
        title=product.name if product is not None else "",
        text=product.text if product is not None else "",
        readiness=product.readiness if product is not None else None,
        language=company.language,
        created_at=at,
        submission=submission,
    )
    try:
        made.save(force_insert=True)
    except IntegrityError as error:  # two presses at the same moment
        raise AlreadyBegun(number="") from error
    record(kind="pilots.application-begun", by=by, at=at, subject=subject(case))
    return made


def _check_product(product: int, company: int) -> None:
    rows = Product.objects.filter(pk=product, company=company, retired_at__isnull=True)
    if not rows.exists():
        raise OtherCompany


@operation
def save_draft(
    *, by: Person, at: dt.datetime, application: Application, draft: Draft
) -> Application:
    """Keep what was written so far; nothing needs to be complete yet.

    Raises:
        NotTheFounder: they do not act for the company.
        AlreadySent: it is no draft any more.
        OtherCompany: the product is not theirs.
        UnknownQuestion: the form of the call has no such question.
        veche.texts.TextLength: something is too long.
    """
    application = locked(application)
    check_founder(by, application.company_id, at)
    if application.case.state != "draft":
        raise AlreadySent(number=application.case.number)
    if draft.product is not None:
        _check_product(draft.product, application.company_id)
        application.product_id = draft.product
    if draft.title is not None:
        title = " ".join(draft.title.split())
        application.title = sized(title, 0, rules.LONGEST_TITLE, TitleLength)
    if draft.text is not None:
        application.text = sized(draft.text, 0, rules.LONGEST_TEXT)
    if draft.readiness is not None:
        application.readiness = draft.readiness if draft.readiness in rules.READINESS else None
    application.save()
    put_answers(by=by, at=at, application=application, draft=draft)
    record(
        kind="pilots.draft-saved", by=by, at=at, subject=subject(application.case),
        public={"answers": len(draft.answers), "documents": len(draft.papers)},
    )  # fmt: skip
    return application


@inside
def put_answers(*, by: Person, at: dt.datetime, application: Application, draft: Draft) -> None:
    """Put the answers and documents of a step into the present revision of an application.

    Raises:
        UnknownQuestion: the form has no such question, or not of this kind.
        veche.operation.OutsideOperation: no operation is under way.
    """
    kinds = {one["code"]: one["kind"] for one in application.call.form.questions}
    files = {*draft.papers, *draft.without}
    if any(kinds.get(code) != "file" for code in files) or any(
        kinds.get(code, "file") == "file" for code in draft.answers
    ):
        raise UnknownQuestion
    rows = Answer.objects.filter(application=application, revision=application.revision)
    rows.filter(question__in=[*draft.answers, *files]).delete()
    fresh = []
    for code, text in draft.answers.items():
        most = rules.LONGEST_LINE if kinds[code] == "text" else rules.LONGEST_ANSWER
        kept = sized(text, 0, most)
        if kept:
            fresh.append(_answer(application, code, kept))
    for code, document in draft.papers.items():
        paper = keep_paper(by=by, at=at, application=application, document=document)
        fresh.append(_answer(application, code, paper.name, paper))
    Answer.objects.bulk_create(fresh)
    forget_papers(application=application)


def _answer(application: Application, code: str, text: str, paper: Paper | None = None) -> Answer:
    return Answer(
        application=application, revision=application.revision, question=code, text=text,
        paper=paper,
    )  # fmt: skip


def given(application: Application) -> rules.Given:
    """What an application holds now, to be asked whether it is complete."""
    rows = Answer.objects.filter(application=application, revision=application.revision)
    answers = list(rows)
    return rules.Given(
        title=application.title,
        text=application.text,
        readiness=application.readiness,
        product=application.product_id is not None,
        answers={one.question: one.text for one in answers},
        papers=frozenset(one.question for one in answers if one.paper_id is not None),
    )


@inside
def put_revision(*, application: Application) -> None:
    """Write what stands beside the form among the answers of the present revision, so that it can
    be compared with a later one.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    Answer.objects.bulk_create(
        [
            _answer(application, rules.TITLE, application.title),
            _answer(application, rules.TEXT, application.text),
            _answer(application, rules.READY, str(application.readiness or "")),
        ]
    )


@operation
def submit(
    *, by: Person, at: dt.datetime, application: Application, seen: int | None = None
) -> Application:
    """Send an application: from now on the agency reads it, and its clock runs.

    The call is held while this is decided: what comes after its last moment is refused, and who
    closes it waits for who sends. Company and product are copied as they stand now.

    Raises:
        NotTheFounder: they do not act for the company.
        AlreadySent: it was sent before.
        CallNotOpen: the call takes none now.
        NotComplete: something needed is missing; the draft stays as it is.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    application = locked(application)
    check_founder(by, application.company_id, at)
    if application.submitted_at is not None:
        raise AlreadySent(number=application.case.number)
    call = application.call
    call.case = Case.objects.select_for_update(of=("self",)).get(pk=call.pk)
    call.refresh_from_db(fields=["opens_at", "closes_at"])
    if not takes(call, at):
        raise CallNotOpen
    gaps = rules.missing(given(application), call.form.questions)
    if gaps:
        raise NotComplete(gaps=gaps)
    application.profile = profile_of(application.company, application.product)
    application.language = application.company.language
    application.department = call.department
    put_revision(application=application)
    application.submitted_at = at
    application.save()
    application.case = move_case(
        by=by, at=at, case=application.case, move="submit", seen=seen,
        organisation=application.programme.agency,
        personal={"title": application.title},
    )  # fmt: skip
    refresh_barred(by=None, at=at, applications=[application.pk])
    let_company_follow(at=at, application=application)
    tell_company(by=by, at=at, application=application, kind="pilots.submitted")
    return application


def profile_of(company: Company, product: Product | None) -> dict[str, Any]:
    """A company and its product as they stand now, to be kept with an application."""
    organisation = company.organisation
    found: dict[str, Any] = {
        "company": {
            "names": organisation.names,
            "legal_name": company.legal_name,
            "scheme": company.scheme,
            "identifier": company.identifier,
            "country": company.country,
            "size": company.size,
            "women_led": company.women_led,
            "founded": company.founded,
            "website": company.website,
            "text": company.text,
            "confirmed": company.confirmed_at is not None,
        }
    }
    if product is not None:
        found["product"] = {
            "name": product.name,
            "text": product.text,
            "readiness": product.readiness,
            "evidence": product.evidence,
            "serves": product.serves,
            "accessibility": product.accessibility,
            "technologies": sorted(product.technologies.values_list("code", flat=True)),
            "targets": sorted(product.targets.values_list("code", flat=True)),
        }
    return found


@operation
def withdraw(
    *,
    by: Person,
    at: dt.datetime,
    application: Application,
    reason: str = "",
    seen: int | None = None,
) -> Application:
    """Take an application back, at any time until its trial has ended; a draft is thrown away with
    all that was written.

    Raises:
        NotTheFounder: they do not act for the company.
        veche.texts.TextLength: of what was sent, why is not said.
        Changed, MoveNotPossible, NoRoleForMove: as for every move.
    """
    application = locked(application)
    check_founder(by, application.company_id, at)
    draft = application.case.state == "draft"
    least = 0 if draft else rules.SHORTEST_REASON
    application.reason = "" if draft else sized(reason, least, rules.LONGEST_REASON)
    application.case = move_case(by=by, at=at, case=application.case, move="withdraw", seen=seen)
    if draft:
        _empty(application)
    application.save()
    if not draft:
        tell_company(by=by, at=at, application=application, kind="pilots.withdrawn")
        tell_agency(by=by, at=at, application=application, kind="pilots.withdrawn-staff")
    return application


@operation
def drop_draft(*, by: Person | None, at: dt.datetime, case: Case) -> Application:
    """Nobody sent a draft in time: it is thrown away with all that was written. Called by the sweep
    of terms.

    Raises:
        MoveNotPossible: it was sent.
        NoRoleForMove: somebody calls it; only the system does.
    """
    application = locked(case.pk)
    application.case = move_case(by=by, at=at, case=application.case, move="drop")
    tell_company(by=None, at=at, application=application, kind="pilots.dropped")
    _empty(application)
    application.save()
    return application


@inside
def _empty(application: Application) -> None:
    """Forget the words and documents of a draft: nobody but the company ever read them."""
    Answer.objects.filter(application=application).delete()
    forget_papers(application=application)
    application.title, application.text, application.readiness = "", "", None
