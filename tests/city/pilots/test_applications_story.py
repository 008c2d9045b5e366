"""A company applies, is asked, is turned down, objects and is heard."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction

from tests.cast import START
from tests.city.pilots.world import DAY, World, organisation, person, three
from veche.city.pilots.access.applications import application_for, relations, to_staff
from veche.city.pilots.access.conflicts import UnknownApplication
from veche.city.pilots.models import (
    Answer,
    Appeal,
    Application,
    Call,
    Company,
    FormVersion,
    Product,
)
from veche.city.pilots.operations import appeals, applications, screening
from veche.city.pilots.operations.applications import Draft
from veche.city.pilots.operations.refusals_applications import (
    AlreadyBegun,
    AlreadySent,
    AppealTwice,
    CallNotOpen,
    DepartmentNeeded,
    NotComplete,
    NotTheAgency,
    NotTheFounder,
    OtherCompany,
    PartyToIt,
    TooLateToAppeal,
)
from veche.city.pilots.queries import applications as queries
from veche.city.pilots.queries import screening as lists
from veche.core.cases.operations import Changed, move_case, open_case
from veche.core.files.documents import Document
from veche.core.notices import operations as notices
from veche.core.notices.models import Following, Notice
from veche.core.organisations.models import Tie
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person

TEXT = "The cane tells a blind person by touch what stands in the way, three metres ahead."
QUESTIONS = [
    {"code": "weight", "kind": "number", "needed": True, "names": {"en": "Weight in g"},
     "hints": {}, "choices": []},
    {"code": "tested", "kind": "yes-no", "needed": False, "names": {"en": "Tested before"},
     "hints": {}, "choices": []},
    {"code": "proof", "kind": "file", "needed": True, "names": {"en": "What shows it"},
     "hints": {}, "choices": []},
]  # fmt: skip
PAPER = Document("proof.txt", "text/plain", b"It weighs 60 g.")


def asks(world: World) -> Call:
    """The world's call with three questions."""
    case = open_case(
        by=None, at=START - 99 * DAY, procedure="pilot_call", move="draft", theme="pilot_call",
        territory=world.town.city, organisation=world.agency,
    )  # fmt: skip
    call = Call.objects.create(
        case=case,
        programme=world.programme,
        department=world.department,
        form=FormVersion.objects.create(code="cane", number=1, questions=QUESTIONS, at=START),
        titles=three("Walk alone"),
        tasks=three("Help blind people to walk alone."),
        opens_at=START - 98 * DAY,
        closes_at=START + 30 * DAY,
    )
    move_case(by=world.agent, at=START - 98 * DAY, case=case, move="open")
    return Call.objects.select_related("case__territory", "programme__agency").get(pk=call.pk)


def worked_at(who: Person, company: Company) -> None:
    Tie.objects.create(
        person=who, organisation=company.organisation, kind="employment", source="declared",
        since=START - 900 * DAY, until=START - 400 * DAY, declared_at=START,
    )  # fmt: skip


def begun(world: World, call: Call) -> Application:
    return applications.begin(
        by=world.founder, at=START, call=call, company=world.company,
        product=Product.objects.get(company=world.company),
    )  # fmt: skip


def test_a_company_applies_and_answers_with_a_revision(world: World) -> None:
    call, hour = asks(world), dt.timedelta(hours=1)
    press = uuid.uuid4()
    made = applications.begin(
        by=world.founder, at=START, call=call, company=world.company, submission=press
    )
    with pytest.raises(AlreadyBegun) as twice:
        applications.begin(
            by=world.founder, at=START, call=call, company=world.company, submission=press
        )
    assert made.case.number in str(twice.value)
    stranger = person("Stranger", role="founder", organisation=organisation("other", "company"))
    with pytest.raises(NotTheFounder):
        applications.save_draft(by=stranger, at=START, application=made, draft=Draft(title="Mine"))
    with pytest.raises(NotComplete) as gaps:
        applications.submit(by=world.founder, at=START + hour, application=made)
    assert ("profile", "product") in gaps.value.details["gaps"]
    # nobody else knows of a draft
    assert relations(made, world.agent, START) == frozenset()
    with pytest.raises(UnknownApplication):
        application_for(made.case.number, world.agent, START)

    product = Product.objects.get(company=world.company)
    _firm, other_founder = world.another_company()
    foreign = Product.objects.exclude(company=world.company).get()
    with pytest.raises(OtherCompany):
        applications.save_draft(
            by=world.founder, at=START, application=made, draft=Draft(product=foreign.pk)
        )
    assert other_founder is not None
    applications.save_draft(
        by=world.founder, at=START + hour, application=made,
        draft=Draft(product=product.pk, title="A cane that sees", text=TEXT, readiness=7),
    )  # fmt: skip
    applications.save_draft(
        by=world.founder, at=START + hour, application=made,
        draft=Draft(answers={"weight": "60", "tested": "no"}, papers={"proof": PAPER}),
    )  # fmt: skip
    sent = applications.submit(by=world.founder, at=START + 2 * hour, application=made)
    assert (sent.case.state, sent.case.organisation_id) == ("screening", world.agency.pk)
    assert sent.department == world.department
    assert sent.profile["product"]["name"] == "Cane"
    assert Following.objects.filter(case=made.pk, person=world.founder).exists()
    with pytest.raises(AlreadySent):
        applications.submit(by=world.founder, at=START + 2 * hour, application=made)
    product.name = "Another"
    product.save()
    assert Application.objects.get(pk=made.pk).profile["product"]["name"] == "Cane"
    with pytest.raises(AlreadySent):
        applications.save_draft(
            by=world.founder, at=START + 3 * hour, application=made, draft=Draft(title="New title")
        )
    answer = Answer.objects.get(application=made, question="weight")
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.filter(pk=answer.pk).update(text="1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=made.pk).update(submitted_at=START)

    with pytest.raises(NotTheAgency):  # the department reads it, the agency decides
        screening.ask(by=world.officer, at=START + 3 * hour, application=made, text="How heavy?")
    seen = sent.case.seq
    screening.ask(
        by=world.agent, at=START + 3 * hour, application=made, text="How heavy is it?", seen=seen
    )
    second = person("Second", role="pilot_officer", organisation=world.agency)
    with pytest.raises(Changed):  # two officers, one application
        screening.admit(by=second, at=START + 3 * hour, application=made, seen=seen)
    replied = screening.reply(
        by=world.founder, at=START + 4 * hour, application=made, reply="We made it lighter.",
        draft=Draft(answers={"weight": "50"}, text=TEXT.replace("three", "five")),
    )  # fmt: skip
    assert (replied.revision, replied.case.state) == (2, "screening")
    now = Application.objects.select_related("call__form").get(pk=made.pk)
    (revision,) = queries.revisions(now)
    changed = {one.name: [(p.kind, p.text) for p in one.pieces] for one in revision.changes}
    assert changed["Weight in g"] == [("old", "60"), ("new", "50")]
    assert ("new", "five") in changed["What the solution is"] and len(changed) == 2
    assert [one.text for one in queries.answers_of(now)] == ["50", "No", "proof.txt"]
    assert [one.text for one in queries.answers_of(now, 1)] == ["60", "No", "proof.txt"]
    admitted = screening.admit(by=second, at=START + 5 * hour, application=made)
    assert admitted.case.state == "review"
    told = Notice.objects.filter(case=made.pk, person=world.founder).values_list("kind", flat=True)
    assert set(told) == {"pilots.asked", "pilots.admitted"}
    assert Notice.objects.filter(person=world.agent, kind="pilots.replied").exists()


def test_the_window_of_a_call_is_kept_at_the_moment_of_sending(world: World) -> None:
    call = world.call
    made = begun(world, call)
    applications.save_draft(by=world.founder, at=START, application=made, draft=Draft(text=TEXT))
    assert call.closes_at is not None
    with pytest.raises(CallNotOpen):
        applications.submit(by=world.founder, at=call.closes_at, application=made)
    assert Application.objects.get(pk=made.pk).submitted_at is None
    with pytest.raises(CallNotOpen):
        applications.begin(by=world.founder, at=call.closes_at, call=call, company=world.company)
    last = call.closes_at - dt.timedelta(seconds=1)
    sent = applications.submit(by=world.founder, at=last, application=made)
    assert sent.submitted_at == last
    dropped = begun(world, call)
    applications.drop_draft(by=None, at=START + 61 * DAY, case=dropped.case)
    dropped.refresh_from_db()
    assert (dropped.case.state, dropped.title, dropped.text) == ("withdrawn", "", "")
    gone = begun(world, call)
    applications.withdraw(by=world.founder, at=START, application=gone)
    assert Application.objects.get(pk=gone.pk).text == ""
    with pytest.raises(DepartmentNeeded):
        Application.objects.filter(pk=made.pk).update(department=None)
        screening.admit(by=world.agent, at=last, application=made)
    screening.admit(by=world.agent, at=last, application=made, department=world.department)
    back = applications.withdraw(
        by=world.founder, at=last, application=made, reason="We were sold to another firm."
    )
    assert back.case.state == "withdrawn" and back.decided_at is None
    with pytest.raises(UnknownApplication):  # it was never decided about: it is not public
        application_for(made.case.number, world.town.resident, last)


def test_an_appeal_is_judged_once_outside_the_agency(world: World) -> None:
    made = world.application("screening")
    at = START + DAY
    screening.turn_down(
        by=world.agent, at=at, application=made, reason="no-evidence", text="Nothing was measured."
    )
    assert application_for(made.case.number, None, at).relations == frozenset()  # now it is public
    notices.follow(by=world.town.resident, at=at, case=made.case)
    _firm, other = world.another_company()
    with pytest.raises(NotTheFounder):
        appeals.raise_appeal(by=other, at=at, application=made, text=TEXT)
    with pytest.raises(TooLateToAppeal):
        appeals.raise_appeal(by=world.founder, at=at + 16 * DAY, application=made, text=TEXT)
    appeal = appeals.raise_appeal(by=world.founder, at=at + DAY, application=made, text=TEXT)
    with pytest.raises(AppealTwice):
        appeals.raise_appeal(by=world.founder, at=at + DAY, application=made, text=TEXT)
    arbiter = world.town.arbiter
    told = Notice.objects.filter(case=appeal.pk).values_list("kind", "person")
    assert ("pilots.appeal-to-judge", arbiter.pk) in set(told)
    inner = person("Inner", role="arbiter", territory=world.town.city)
    appoint(by=None, at=START - DAY, person=inner, role="pilot_officer", organisation=world.agency)
    with pytest.raises(PartyToIt):
        appeals.judge_appeal(
            by=inner, at=at + 2 * DAY, appeal=appeal, granted=False, text="It stands."
        )
    tied = person("Tied", role="arbiter", territory=world.town.city)
    worked_at(tied, world.company)
    with pytest.raises(UnknownApplication):
        appeals.judge_appeal(
            by=tied, at=at + 2 * DAY, appeal=appeal, granted=True, text="It is ours."
        )
    appeals.judge_appeal(
        by=arbiter, at=at + 2 * DAY, appeal=appeal, granted=True, text="The evidence was enclosed."
    )
    assert not Following.objects.filter(case=made.pk, person=world.town.resident).exists()
    back = Application.objects.select_related("case").get(pk=made.pk)
    assert (back.case.state, back.decided_at, back.reason) == ("screening", None, "")
    with pytest.raises(UnknownApplication):  # undecided again: nobody outside reads it
        application_for(made.case.number, world.town.resident, at + 3 * DAY)
    screening.turn_down(
        by=world.agent, at=at + 3 * DAY, application=made, reason="other", text="It is unlawful."
    )
    with pytest.raises(AppealTwice):
        appeals.raise_appeal(by=world.founder, at=at + 4 * DAY, application=made, text=TEXT)
    assert Appeal.objects.count() == 1
    declined = world.application("panel", company=_firm, founder=other)
    assert appeals.restored_to(made) == "restore"
    assert appeals.restored_to(declined) == "restore_panel"


def test_lists_leave_out_what_somebody_may_not_know_of(world: World) -> None:
    mine = world.application("screening")
    firm, founder = world.another_company()
    theirs = world.application("screening", company=firm, founder=founder, title="Another cane")
    at = START + 30 * DAY
    tied = person("Agent2", role="pilot_officer", organisation=world.agency)
    worked_at(tied, firm)
    assert {one.pk for one in to_staff(world.agent, at)} == {mine.pk, theirs.pk}
    assert {one.pk for one in to_staff(tied, at)} == {mine.pk}
    (tally,) = lists.counts(tied, at)
    assert (tally.state, tally.count, tally.late) == ("screening", 1, 1)
    which = lists.read_filter({"late": "1", "q": "another", "stage": "nonsense", "page": "-4"})
    assert (which.stage, which.page) == ("open", 1)
    assert [one.pk for one in lists.listed(world.agent, which, at)] == [theirs.pk]
    assert not lists.listed(tied, which, at).exists()
    found = lists.checks(mine, world.agent, at)
    assert [one.application.pk for one in found.alike] == [theirs.pk]  # nearly the same words
    assert lists.checks(mine, tied, at).alike == []
    assert relations(theirs, tied, at) == frozenset()
    assert relations(theirs, world.officer, at) == frozenset({"department"})
