"""A call for ideas from its draft to the answer, and an idea from its writing to the public."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test import Client

from tests.cast import START
from tests.city.ideas.ideas import DAY, HOUR, Ideas, phases
from veche.city.ideas.models import Call, Idea, Version
from veche.city.ideas.operations import calls, course, reading, writing
from veche.city.ideas.operations.refusals import (
    AlreadyWritten,
    AnswerMissing,
    NotAnOrganiser,
    NothingReworded,
    NotTaken,
    OutsideCall,
    PhasesPast,
    PhasesRefused,
    ResidentsOnly,
    SignInFirst,
    StillUnanswered,
    TitleLength,
    WordsMissing,
)
from veche.city.ideas.operations.selection import take_up
from veche.city.ideas.procedure import CALL, IDEA, INITIATIVE, PUBLIC_IDEA, UNPUBLISHED
from veche.city.ideas.rules import PhasePlan, phase_fault
from veche.core.cases.models import Case
from veche.core.cases.operations import advance
from veche.core.moderation.limits import TooMany
from veche.core.notices.models import Notice
from veche.core.people.models import Residence
from veche.testing import deliver


def kept(call: Call) -> Call:
    return Call.objects.select_related("case").get(pk=call.pk)


def test_only_an_organiser_of_the_place_drafts(made: Ideas) -> None:
    with pytest.raises(NotAnOrganiser):
        made.draft(by=made.town.resident)


def test_a_call_says_what_it_is_about(made: Ideas) -> None:
    with pytest.raises(WordsMissing):
        made.draft(titles={"en": "  "})


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        ([("collect", 0, 10), ("answer", 10, 20)], ""),
        ([("collect", 0, 10), ("discuss", 5, 20)], ""),
        ([("discuss", 0, 10)], "collect"),
        ([("collect", 5, 5)], "closes"),
        ([("collect", 5, 9), ("discuss", 0, 20)], "order"),
        ([("collect", 0, 10), ("answer", 5, 20)], "answer"),
        ([("collect", 0, 500)], "long"),
        ([("collect", 0, 5), ("collect", 6, 7)], "kind"),
        ([("dream", 0, 5)], "kind"),
    ],
)
def test_phases_follow_each_other(plan: list[tuple[str, int, int]], fault: str) -> None:
    plans = [PhasePlan(kind, START + a * DAY, START + b * DAY) for kind, a, b in plan]
    assert phase_fault(plans, standing=False) == fault
    assert phase_fault(plans, standing=True) == "standing"


def test_a_call_with_impossible_phases_is_not_drafted(made: Ideas) -> None:
    with pytest.raises(PhasesRefused):
        made.draft(phases=[PhasePlan("vote", START, START + DAY)])


def test_a_call_is_changed_then_announced_and_its_phases_end_in_time(made: Ideas) -> None:
    call = made.draft()
    changed = calls.change_call(
        by=made.organiser,
        at=START,
        case=call.case,
        office=made.town.lights,
        titles={"en": "Light on the way to school"},
        texts={"en": "Where is it dark?"},
        promises={"en": "Ten lamps are put up."},
        phases=phases(START)[:2],
    )
    assert changed.case.organisation_id == made.town.lights.pk
    call = calls.announce_call(by=made.organiser, at=START, case=call.case)
    assert call.case.due_at == START + 20 * DAY
    advance(at=START + 19 * DAY)
    assert kept(call).case.state == "running"
    advance(at=START + 20 * DAY + HOUR)
    case = kept(call).case
    assert case.state == "answering"
    assert case.due_at == START + 50 * DAY


def test_no_call_is_announced_too_late(made: Ideas) -> None:
    draft = made.draft()
    with pytest.raises(PhasesPast):
        calls.announce_call(by=made.organiser, at=START + 11 * DAY, case=draft.case)


def test_a_standing_call_goes_on_year_after_year(made: Ideas) -> None:
    call = made.calling(standing=True)
    for year in (1, 2):
        advance(at=START + year * 366 * DAY)
        case = kept(call).case
        assert case.state == "running"
        assert case.due_at == START + year * 366 * DAY + 365 * DAY


def test_a_call_is_called_off_with_a_reason(made: Ideas) -> None:
    call = made.calling()
    case = calls.cancel_call(
        by=made.organiser, at=START + DAY, case=call.case, text="The money was cut this morning."
    )
    assert case.state == "cancelled"
    with pytest.raises(NotTaken):
        made.written(kept(call), at=START + 2 * DAY)


def test_ideas_of_a_call_that_is_called_off_owe_nothing(made: Ideas) -> None:
    call = made.calling()
    open_, waits = made.idea_of(call), made.written(call, by=made.town.neighbour)
    accepted = made.idea_of(call, by=made.town.neighbour, title="A lamp at the school")
    take_up(by=made.town.officer, at=START + 4 * HOUR, case=accepted.case, text="It is planned.")
    calls.cancel_call(
        by=made.organiser, at=START + 5 * HOUR, case=call.case, text="The money was cut."
    )
    deliver()
    case = Case.objects.get(pk=open_.pk)
    assert (case.state, case.due_at, case.promised_at) == ("called_off", None, None)
    assert Idea.objects.get(pk=open_.pk).public
    told = Notice.objects.filter(kind="ideas.called-off", case=open_.pk)
    assert [one.person for one in told] == [made.town.resident]
    assert Case.objects.get(pk=accepted.pk).state == "accepted"  # the office gave its word
    reading.accept(by=made.town.moderator, at=START + 6 * HOUR, case=waits.case)
    deliver()
    assert Case.objects.get(pk=waits.pk).state == "called_off"
    page = Client().get(f"/en/ideas/{open_.case.number}/").content.decode()
    assert "its call was called off" in page


def test_a_call_closes_when_every_idea_is_answered(made: Ideas) -> None:
    call = made.calling()
    idea = made.idea_of(call)
    course.end_phases(by=None, at=START + 41 * DAY, case=call.case)
    with pytest.raises(StillUnanswered):
        course.close_call(by=made.town.officer, at=START + 42 * DAY, case=call.case)
    writing.withdraw(by=made.town.resident, at=START + 42 * DAY, case=idea.case)
    case = course.close_call(by=made.town.officer, at=START + 43 * DAY, case=call.case)
    assert case.state == "answered"


def test_an_idea_is_read_by_a_moderator_then_by_everybody(made: Ideas) -> None:
    call = made.calling()
    idea = Idea.objects.get(pk=made.written(call).pk)
    assert not idea.public
    case = reading.accept(by=made.town.moderator, at=START + 2 * HOUR, case=idea.case)
    idea.refresh_from_db()
    assert idea.public
    assert idea.published_at == START + 2 * HOUR
    assert case.organisation_id == made.town.roads.pk
    assert case.promised_at == START + 70 * DAY
    assert kept(call).ideas == 1


def test_an_idea_nobody_read_is_published_after_a_day(made: Ideas) -> None:
    call = made.calling()
    idea = made.written(call)
    advance(at=START + 26 * HOUR)
    idea.refresh_from_db()
    assert idea.public
    told = Notice.objects.filter(case=idea.case).values_list("kind", flat=True)
    assert "ideas.passed" in told


def test_what_is_rejected_hidden_or_removed_is_counted_no_more(made: Ideas) -> None:
    from veche.core.moderation.operations import hide_matter, show_matter

    call = made.calling()
    idea = made.idea_of(call)
    moderator, at = made.town.moderator, START + 3 * HOUR
    hide_matter(by=moderator, at=at, case=idea.case, reason="personal-data")
    assert kept(call).ideas == 0
    show_matter(by=moderator, at=at, case=idea.case)
    assert kept(call).ideas == 1
    reading.remove(
        by=moderator, at=at, case=idea.case, reason="personal-data", text="It names a neighbour."
    )
    idea.refresh_from_db()
    assert not idea.public
    assert kept(call).ideas == 0


def test_the_database_and_the_procedure_agree_on_what_is_public() -> None:
    for procedure in (IDEA, INITIATIVE):
        assert set(UNPUBLISHED) <= set(procedure.by_code)
    assert set(PUBLIC_IDEA) == set(IDEA.by_code) - set(UNPUBLISHED)
    assert CALL.by_code["cancelled"].final


def test_the_trigger_knows_the_same_states(db: None) -> None:
    with connection.cursor() as cursor:
        for procedure in (IDEA, INITIATIVE):
            for state in procedure.by_code:
                cursor.execute("SELECT ideas_is_public(%s, NULL)", [state])
                assert cursor.fetchone()[0] is (state not in UNPUBLISHED), state


def test_who_may_write(made: Ideas) -> None:
    call = made.calling(who="residents", territory=made.town.west)
    with pytest.raises(SignInFirst):
        writing.write_idea(
            by=None, at=START, call=call, submission=uuid.uuid4(), title="A title", text="x" * 30
        )
    with pytest.raises(ResidentsOnly):
        made.written(call)
    Residence.objects.create(
        person=made.town.resident,
        territory=made.town.east,
        how=Residence.How.LETTER,
        since=START - DAY,
        until=START + 2 * HOUR,
    )
    with pytest.raises(ResidentsOnly):
        made.written(call)
    Residence.objects.create(
        person=made.town.resident,
        territory=made.town.west,
        how=Residence.How.LETTER,
        since=START + 3 * HOUR,
        until=START + 100 * DAY,
    )
    assert made.written(call, at=START + 4 * HOUR).case.territory == made.town.west


def test_ideas_are_taken_while_they_are_collected_only(made: Ideas) -> None:
    call = made.calling()
    with pytest.raises(NotTaken):
        made.written(call, at=START + 10 * DAY)


def test_what_an_idea_must_hold(made: Ideas) -> None:
    questions = [{"code": "why", "names": {"en": "Why here?"}, "required": True}]
    call = made.calling(questions=questions, territory=made.town.west)
    with pytest.raises(AnswerMissing) as missing:
        made.written(call)
    assert "Why here?" in str(missing.value)
    given = {"why": "Two schools.", "other": "nobody asked"}
    with pytest.raises(TitleLength):
        made.written(call, answers=given, title="Hm")
    with pytest.raises(OutsideCall):
        made.written(call, answers=given, longitude=49.75, latitude=53.5)
    idea = made.written(call, answers=given, longitude=49.25, latitude=53.5)
    assert idea.answers == {"why": "Two schools."}


def test_the_same_form_twice_is_one_idea(made: Ideas) -> None:
    call = made.calling()
    form = uuid.uuid4()
    idea = made.written(call, submission=form)
    with pytest.raises(AlreadyWritten) as again:
        made.written(call, submission=form)
    assert again.value.details["number"] == idea.case.number


def test_nobody_writes_more_than_twenty_a_day(made: Ideas) -> None:
    call = made.calling()
    for _number in range(20):
        made.written(call)
    with pytest.raises(TooMany):
        made.written(call)
    assert Idea.objects.count() == 20


def test_rewording_keeps_what_was_said(made: Ideas) -> None:
    idea = made.idea_of(made.calling())
    at = START + 5 * HOUR
    with pytest.raises(NothingReworded):
        writing.reword(
            by=made.town.resident, at=at, case=idea.case, title=idea.title, text=idea.text
        )
    words = "Children cross the road here. Please put up a light."
    after = writing.reword(
        by=made.town.resident, at=at, case=idea.case, title="A light by the school", text=words
    )
    assert (after.version, after.title) == (2, "A light by the school")
    old = Version.objects.get(idea=idea)
    assert (old.number, old.title, old.until) == (1, "A crossing by the school", at)


def test_hostile_text_is_kept_as_text(made: Ideas) -> None:
    call = made.calling()
    text = "<script>alert(1)</script> \u202egnirts\u202c and zero\u200bwidth\x00\x07 words here"
    idea = made.written(call, text=text)
    assert "\x00" not in idea.text and "\x07" not in idea.text
    assert idea.text.startswith("<script>")
    with pytest.raises(Exception) as long:
        made.written(call, text="😀" * 250_000)
    assert "6000" in str(long.value)
