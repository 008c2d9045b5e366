"""With which office an idea lies, and until when it is answered, on the ways that are rare."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from tests.cast import START
from tests.city.ideas.choosing import Choosing, choosing
from tests.city.ideas.ideas import DAY, HOUR, Ideas
from veche.city.ideas.models import Idea, Phase, Version
from veche.city.ideas.operations import course, reading, writing
from veche.city.ideas.operations.erasure import blank_words
from veche.city.ideas.operations.initiatives import write_initiative
from veche.city.ideas.operations.merging import combine_many, separate
from veche.city.ideas.operations.refusals import OthersJoined, StillUnanswered
from veche.city.ideas.operations.synthesis import Cited, synthesise
from veche.core.cases.models import Case
from veche.core.moderation.limits import TooMany
from veche.core.moderation.operations import appeal, judge, set_limit
from veche.core.organisations.operations import appoint
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
WORDS = "It is about the topic, as I wrote."
AT = START + 2 * HOUR


def overturned(made: Ideas, case: Case, at: dt.datetime) -> Case:
    """A moderator rejects it, its author objects, another moderator publishes it after all."""
    second = add_person(by=None, at=START, name="Second", email="second@example.org")
    appoint(by=None, at=START, person=second, role="moderator", territory=made.town.city)
    reading.reject(by=made.town.moderator, at=AT, case=case, reason="unclear", text=WORDS)
    appeal(by=made.town.resident, at=AT + HOUR, case=case, text=WORDS)
    judge(by=second, at=at, case=case, overturn=True, text=WORDS)
    return Case.objects.get(pk=case.pk)


def test_an_idea_published_after_all_lies_with_the_office_of_its_call(made: Ideas) -> None:
    case = overturned(made, made.written(made.calling()).case, AT + 2 * HOUR)
    assert (case.state, case.organisation_id) == ("open", made.town.roads.pk)
    assert case.promised_at == START + 70 * DAY


def test_an_initiative_published_after_all_lies_with_the_office_it_asks(made: Ideas) -> None:
    initiative = write_initiative(
        by=made.town.resident, at=START + HOUR, territory=made.town.city, office=made.town.roads,
        submission=uuid.uuid4(), title="A light by the school",
        text="It is dark there in winter, and children walk.", points=["Put up a lamp there."],
    )  # fmt: skip
    case = overturned(made, initiative.idea.case, AT + 2 * HOUR)
    assert (case.state, case.organisation_id) == ("collecting", made.town.roads.pk)


def test_an_idea_published_after_the_answer_was_due_has_the_term_of_the_procedure(
    made: Ideas,
) -> None:
    """Nobody is late with what they could not read before."""
    late = START + 80 * DAY
    case = overturned(made, made.written(made.calling()).case, late)
    assert case.promised_at is not None and case.promised_at > late


def test_a_call_is_not_closed_while_a_moderator_reads(made: Ideas) -> None:
    call = made.calling()
    made.written(call)
    course.end_phases(by=None, at=START + 2 * HOUR, case=call.case)
    with pytest.raises(StillUnanswered):
        course.close_call(by=made.town.officer, at=START + 3 * HOUR, case=call.case)


def test_rewording_counts_against_the_limit_of_ideas(made: Ideas) -> None:
    idea = made.idea_of(made.calling())
    set_limit(by=None, at=START, what="idea", scope="person", most=2)

    def reword(number: int) -> Idea:
        return writing.reword(
            by=made.town.resident, at=AT + number * HOUR, case=idea.case,
            title=f"A crossing, version {number}", text="Children cross here. Paint a crossing.",
        )  # fmt: skip

    reword(1)
    with pytest.raises(TooMany):
        reword(2)


def test_earlier_words_of_what_was_taken_out_are_forgotten_too(made: Ideas) -> None:
    idea = made.idea_of(made.calling())
    writing.reword(
        by=made.town.resident, at=AT, case=idea.case, title="In other words",
        text="Children cross here. Paint a crossing.",
    )  # fmt: skip
    reading.remove(
        by=made.town.moderator, at=AT + HOUR, case=idea.case, reason="spam", text=WORDS
    )  # fmt: skip
    blank_words(by=None, at=AT + DAY, person=made.town.resident)
    assert not Version.objects.filter(idea=idea).exists()


def answering(made: Choosing) -> dt.datetime:
    """The call has phases: the moment by which its office answers."""
    until = START + 40 * DAY
    for kind, first, last in (("collect", START - DAY, START + 9 * DAY),
                              ("answer", START + 9 * DAY, until)):  # fmt: skip
        Phase(call=made.call, kind=kind, opens_at=first, closes_at=last).save()
    return until


def test_a_measure_is_answered_when_its_call_is(db: None) -> None:
    made = choosing()
    until = answering(made)
    idea = made.idea("Raise the crossing")
    measure = synthesise(
        by=made.town.facilitator, at=START + HOUR, call=made.call, title="Safe crossings",
        text="The crossing is raised and lit by night.",
        sources=[Cited("Raise the crossing", 1, idea=idea.pk)],
    )  # fmt: skip
    assert measure.case.promised_at == until


def test_a_parted_idea_is_answered_when_its_call_is(db: None) -> None:
    made = choosing()
    until = answering(made)
    crossing, zebra = made.idea("A crossing"), made.idea("A zebra")
    who = made.town.facilitator
    combine_many(
        by=who, at=START + HOUR, ideas=[zebra.pk], into=crossing.pk, reason="They say the same."
    )
    separate(by=who, at=START + DAY, case=zebra.case, reason="They are not the same.")
    due = Case.objects.get(pk=zebra.pk).due_at
    assert due is not None and due <= until


def test_an_idea_that_goes_on_for_others_is_not_taken_back(db: None) -> None:
    made = choosing()
    author = made.people[0]
    crossing, zebra = made.idea("A crossing", by=author), made.idea("A zebra")
    who = made.town.facilitator
    combine_many(
        by=who, at=START + HOUR, ideas=[zebra.pk], into=crossing.pk, reason="They say the same."
    )
    with pytest.raises(OthersJoined):
        writing.withdraw(by=author, at=START + DAY, case=crossing.case)
    separate(by=who, at=START + DAY, case=zebra.case, reason="They are not the same.")
    assert writing.withdraw(by=author, at=START + DAY, case=crossing.case).state == "withdrawn"
