"""Letters, questions and thanks: each goes its way to its end."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from tests.cast import START
from tests.city.appeals.cast import DAY, EARLY, HOUR, Letters
from veche.city.appeals import operations as appeals
from veche.city.appeals.access import NOTHING, OUTLINE, WORDS, sees
from veche.city.appeals.models import Appeal
from veche.city.appeals.operations.refusals import (
    AlreadyWritten,
    SameOffice,
    SignInFirst,
    UnknownTopic,
)
from veche.city.appeals.personal import collect, erase
from veche.core.cases.models import Case, CaseEvent
from veche.core.cases.operations import MoveNotPossible, NoRoleForMove, advance
from veche.core.cases.queries import history
from veche.core.journal.models import Record, Secret
from veche.core.moderation import operations as moderation
from veche.core.moderation.limits import TooMany
from veche.core.moderation.queries import may_appeal
from veche.core.notices.models import Notice
from veche.core.organisations.operations import appoint
from veche.core.organisations.queries import holdings
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.texts import TextLength, UnknownReason


def how(appeal: Appeal, person: Person | None) -> str:
    appeal = Appeal.objects.select_related("case", "case__territory").get(pk=appeal.pk)
    return sees(appeal, person, holdings(person, START + DAY))


def test_a_public_letter_is_read_answered_and_rated(made: Letters) -> None:
    town = made.town
    appeal = made.write()
    assert appeal.case.state == "moderation"
    assert how(appeal, town.neighbour) == NOTHING
    case = appeals.accept(by=town.moderator, at=START + HOUR, case=appeal.case)
    assert (case.state, case.organisation) == ("work", town.roads)
    appeal.refresh_from_db()
    assert appeal.answer_due_at is not None
    assert (appeal.answer_due_at - START).days == 30
    assert how(appeal, None) == WORDS
    case = appeals.answer(
        by=town.officer, at=START + 2 * DAY, case=case, text="It is painted in May."
    )
    assert case.state == "answered"
    case = appeals.rate(by=town.resident, at=START + 3 * DAY, case=case, satisfaction="partly")
    assert case.state == "rated"
    appeal.refresh_from_db()
    assert (appeal.satisfaction, appeal.answer) == ("partly", "It is painted in May.")
    told = Notice.objects.filter(person=town.resident).order_by("id")
    assert list(told.values_list("kind", flat=True)) == [
        "appeals.accepted", "appeals.given", "appeals.answered",
    ]  # fmt: skip


def test_a_private_letter_is_read_by_its_author_and_the_office_only(made: Letters) -> None:
    town = made.town
    appeal = made.write(public=False, title="A private thing", text="Nobody else may know of it.")
    assert appeal.case.state == "work"  # no moderator reads it
    assert how(appeal, town.resident) == how(appeal, town.officer) == WORDS
    for other in (None, town.neighbour, town.moderator, town.dispatcher, town.light_officer):
        assert how(appeal, other) == NOTHING
    case = appeals.hand_on(
        by=town.officer, at=START + DAY, case=appeal.case, organisation=town.lights,
        text="The lights office knows of it.",
    )  # fmt: skip
    assert how(appeal, town.officer) == NOTHING
    assert how(appeal, town.light_officer) == WORDS
    case = appeals.answer(
        by=town.light_officer, at=START + 2 * DAY, case=case, text="Told to you alone."
    )
    appeals.rate(
        by=town.resident, at=START + 3 * DAY, case=case, satisfaction="no", text="Not to me."
    )
    # Nothing of the words stands where everybody can read.
    for words in ("Told to you", "Nobody else", "private thing", "Not to me", "knows of it"):
        assert not CaseEvent.objects.filter(public__icontains=words).exists()
        assert not Record.objects.filter(public__icontains=words).exists()


def test_what_was_promised_stays_when_it_is_handed_on(made: Letters) -> None:
    town = made.town
    appeal = made.write(public=False)
    promised = appeal.case.due_at
    case = appeals.hand_on(
        by=town.officer, at=START + 20 * DAY, case=appeal.case, organisation=town.lights,
        text="Not ours by the order of 2020.",
    )  # fmt: skip
    assert case.state == "work" and case.due_at == promised
    with pytest.raises(SameOffice):
        appeals.hand_on(
            by=town.light_officer, at=START + 21 * DAY, case=case, organisation=town.lights,
            text="It is ours after all.",
        )  # fmt: skip


def test_a_question_has_eight_days_and_thanks_none(made: Letters) -> None:
    question = made.write(kind="question", public=False)
    assert question.case.state == "question"
    assert question.case.due_at is not None and (question.case.due_at - START).days == 8
    thanks = made.write(kind="thanks", public=False)
    assert thanks.case.state == "passed_on" and thanks.case.closed_at == START
    assert thanks.case.organisation == made.town.roads
    thanks.refresh_from_db()
    assert thanks.answer_due_at is None and thanks.given_at == START
    kinds = Notice.objects.filter(person=made.town.resident).values_list("kind", flat=True)
    assert "appeals.passed-on" in kinds


def test_the_chosen_office_gets_it_and_a_dispatcher_finds_one_for_the_rest(made: Letters) -> None:
    town = made.town
    chosen = made.write(public=False, office=town.lights)
    assert chosen.case.organisation == town.lights
    lost = made.write(public=False, topic="about-nothing", territory="west")
    assert lost.case.state == "routing" and lost.case.territory == town.west
    assert how(lost, town.dispatcher) == OUTLINE
    case = appeals.assign(
        by=town.dispatcher, at=START + HOUR, case=lost.case, organisation=town.lights
    )
    assert (case.state, case.organisation) == ("work", town.lights)
    assert how(lost, town.dispatcher) == NOTHING


def test_a_moderator_rejects_or_keeps_it_from_others(made: Letters) -> None:
    town = made.town
    with pytest.raises(UnknownReason):
        appeals.reject(
            by=town.moderator, at=START, case=made.write().case, reason="x", text="No reason."
        )
    case = appeals.reject(
        by=town.moderator, at=START, case=made.write().case, reason="insult", text="Say it calmly."
    )
    assert case.state == "rejected" and case.closed_at == START
    appeal = made.write()
    case = appeals.close_to_others(by=town.moderator, at=START, case=appeal.case)
    assert case.state == "work"
    assert how(appeal, None) == how(appeal, town.moderator) == NOTHING
    assert how(appeal, town.officer) == WORDS


def test_terms_that_pass_do_their_work(made: Letters) -> None:
    town = made.town
    appeal = made.write()
    advance(at=START + 25 * HOUR)
    appeal.case.refresh_from_db()
    assert appeal.case.state == "work"
    case = appeals.answer(
        by=town.officer, at=START + 2 * DAY, case=appeal.case, text="Yes, in May."
    )
    advance(at=START + 17 * DAY)
    case.refresh_from_db()
    assert case.state == "unrated"
    assert [e.target for e in history(case)] == [
        "moderation", "routing", "work", "answered", "unrated",
    ]  # fmt: skip


def test_what_cannot_be_taken_is_refused(made: Letters) -> None:
    town = made.town
    with pytest.raises(SignInFirst):
        made.write(by=None)
    with pytest.raises(UnknownTopic):
        made.write(topic="nothing")
    with pytest.raises(TextLength):
        made.write(text="short")
    with pytest.raises(TextLength):
        made.write(title="x")
    form = uuid.uuid4()
    first = made.write(submission=form)
    with pytest.raises(AlreadyWritten) as refused:
        made.write(submission=form)
    assert refused.value.details["number"] == first.case.number
    assert Appeal.objects.count() == 1
    with pytest.raises(NoRoleForMove):
        appeals.accept(by=town.officer, at=START, case=first.case)
    with pytest.raises(MoveNotPossible):
        appeals.rate(by=town.resident, at=START, case=first.case, satisfaction="yes")
    case = appeals.accept(by=town.moderator, at=START, case=first.case)
    with pytest.raises(NoRoleForMove):
        appeals.answer(by=town.light_officer, at=START, case=case, text="It is not ours.")
    with pytest.raises(UnknownReason):
        appeals.refuse(by=town.officer, at=START, case=case, reason="lazy", text="Not today.")
    case = appeals.refuse(
        by=town.officer, at=START, case=case, reason="court", text="The court decides in June."
    )
    assert case.state == "refused" and history(case)[-1].public["reason"] == "court"


def test_one_person_writes_ten_a_day(made: Letters) -> None:
    for _n in range(10):
        made.write(public=False)
    with pytest.raises(TooMany):
        made.write(public=False)
    made.write(public=False, at=START + 2 * DAY)


def test_forgetting_takes_the_words_of_private_letters_and_keeps_the_count(made: Letters) -> None:
    town = made.town
    private, public = made.write(public=False), made.write()
    appeals.accept(by=town.moderator, at=START, case=public.case)
    said = "We shall visit you at home on Friday."
    appeals.answer(by=town.officer, at=START + HOUR, case=private.case, text=said)
    kept = Secret.objects.filter(record__subject=f"appeal:{private.case.number}")
    assert any(said in str(one.personal) for one in kept)
    assert len(collect(town.resident)["letters"]) == 2
    erase(by=None, at=START + DAY, person=town.resident)
    private.refresh_from_db()
    public.refresh_from_db()
    assert private.text == private.title == private.answer == "" and public.text
    assert not kept.all().exists(), "nor in the journal, where the office had said it"
    assert Appeal.objects.count() == 2


def test_every_letter_received_has_one_place_to_be(made: Letters) -> None:
    for public in (True, False):
        for kind in Appeal.Kind.values:
            made.write(kind=kind, public=public)
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM cases_case GROUP BY state")
        assert sum(n for _state, n in cursor.fetchall()) == 6


def test_a_removed_letter_can_be_objected_to_and_comes_back(made: Letters) -> None:
    town = made.town
    other = add_person(by=None, at=EARLY, name="Second moderator", email="second@example.org")
    appoint(by=None, at=EARLY, person=other, role="moderator", territory=town.city)
    letter = made.write()
    appeals.accept(by=town.moderator, at=START, case=letter.case)
    appeals.remove(
        by=town.moderator, at=START + HOUR, case=letter.case, reason="spam", text="It is spam."
    )
    case = Case.objects.get(pk=letter.pk)
    assert case.state == "removed" and may_appeal(case)
    moderation.appeal(by=town.resident, at=START + HOUR, case=case, text="It is no spam at all.")
    moderation.judge(
        by=other, at=START + 2 * HOUR, case=case, overturn=True, text="It is none, indeed."
    )
    case.refresh_from_db()
    assert case.state == "work" and case.promised_at is not None
