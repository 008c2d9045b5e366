"""Measures cite what they were written out of; scores and the shortlist are open."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import START
from tests.city.ideas.choosing import DAY, HOUR, Choosing, choosing, state
from veche.city.ideas.models import Citation, Comment, HelpAsked, Idea, Score, Version
from veche.city.ideas.operations.independent import NotAFacilitator, NotIndependent
from veche.city.ideas.operations.scoring import (
    NotScored,
    WrongScore,
    score,
    shortlist,
    shortlist_many,
    unlist,
)
from veche.city.ideas.operations.synthesis import (
    Cited,
    NoSources,
    NotItsWords,
    UnknownSource,
    ask_help,
    synthesise,
)
from veche.core.cases.models import Case
from veche.core.cases.operations import Changed, MoveNotPossible, NoRoleForMove
from veche.core.notices.models import Notice
from veche.core.notices.operations import follow
from veche.texts import TextLength

TEXT = "The crossing is raised and lit by night.\n\nA guard stands there in the mornings."
WHY = "It is wanted, cheap and quick."


@pytest.fixture
def made(db: None) -> Choosing:
    """The call and its people."""
    return choosing()


def measure(made: Choosing, *sources: Cited, text: str = TEXT) -> Idea:
    """The facilitator writes a measure out of these."""
    return synthesise(
        by=made.town.facilitator,
        at=START + HOUR,
        call=made.call,
        title="Safe crossings",
        text=text,
        sources=sources,
    )


def test_a_measure_cites_and_its_authors_hear_of_it(made: Choosing) -> None:
    a, b = made.people[:2]
    raised, guard = made.idea("Raise the crossing", by=a), made.idea("A guard", by=a)
    said = Comment.objects.create(
        matter=raised.case, author=b, text="And light it by\nnight, please.", at=START
    )
    made_of = measure(
        made,
        Cited("Raise the crossing", 1, idea=raised.pk),
        Cited("light it by night", 1, comment=said.pk),
        Cited("A guard", 2, idea=guard.pk),
    )
    made_of.refresh_from_db()
    assert (made_of.kind, made_of.public, state(made_of)) == ("measure", True, "open")
    case = Case.objects.get(pk=made_of.pk)
    assert case.organisation == made.town.roads and case.author_id is None
    rows = Citation.objects.filter(measure=made_of).values_list("words", "passage").order_by("id")
    assert list(rows) == [("Raise the crossing", 1), ("light it by night", 1), ("A guard", 2)]
    told = Notice.objects.filter(kind="ideas.cited", case_id=made_of.pk)
    assert sorted(told.values_list("person_id", flat=True)) == [a.pk, b.pk]  # a once, for two


def test_what_is_not_said_is_not_cited(made: Choosing) -> None:
    idea = made.idea("Raise the crossing")
    with pytest.raises(NotItsWords):
        measure(made, Cited("Lower the crossing", 1, idea=idea.pk))
    with pytest.raises(NotItsWords):  # the measure has two paragraphs
        measure(made, Cited("Raise the crossing", 3, idea=idea.pk))
    with pytest.raises(NoSources):
        measure(made)
    with pytest.raises(UnknownSource):
        measure(made, Cited("Raise", 1, idea=idea.pk + 1_000_000))
    hidden = Comment.objects.create(
        matter=idea.case, author=made.people[0], text="Raise it higher", at=START, shown=False,
        standing="removed",
    )  # fmt: skip
    with pytest.raises(UnknownSource):
        measure(made, Cited("Raise it", 1, comment=hidden.pk))
    with pytest.raises(NotAFacilitator):
        synthesise(by=made.town.neighbour, at=START + HOUR, call=made.call, title="Mine alone",
                   text=TEXT, sources=[Cited("Raise", 1, idea=idea.pk)])  # fmt: skip
    own = made.idea("My own words", by=made.town.facilitator)
    with pytest.raises(NotIndependent):
        measure(made, Cited("My own words", 1, idea=own.pk))
    assert not Idea.objects.filter(kind="measure").exists()


def test_help_is_asked_of_those_who_follow(made: Choosing) -> None:
    idea, a = made.idea("A crossing"), made.people[0]
    follow(by=a, at=START, case=idea.case)
    asked = ask_help(
        by=made.town.facilitator, at=START + HOUR, case=idea.case, text="At which of the corners?"
    )
    assert HelpAsked.objects.get() == asked
    assert Notice.objects.filter(kind="ideas.help", person=a).count() == 1
    with pytest.raises(NotAFacilitator):
        ask_help(by=a, at=START + HOUR, case=idea.case, text="What do you think?")


def test_scores_are_open_and_said_anew(made: Choosing) -> None:
    idea = made.idea("A crossing")
    who = made.town.facilitator
    values = {"feasibility": 4, "cost": 2}
    words = {"feasibility": "Paint and two signs.", "cost": "The signs are dear."}
    score(by=who, at=START + HOUR, case=idea.case, values=values, words=words)
    score(by=who, at=START + DAY, case=idea.case, values={"cost": 3}, words=words)
    score(by=made.other, at=START + DAY, case=idea.case, values={"cost": 5}, words=words)
    found = Score.objects.filter(idea=idea).values_list("expert_id", "criterion", "value")
    assert sorted(found) == sorted(
        [(who.pk, "cost", 3), (who.pk, "feasibility", 4), (made.other.pk, "cost", 5)]
    )
    for wrong in ({"cost": 6}, {"beauty": 3}, {}):
        with pytest.raises(WrongScore):
            score(by=who, at=START + DAY, case=idea.case, values=wrong, words=words)
    with pytest.raises(TextLength):
        score(by=who, at=START + DAY, case=idea.case, values={"cost": 3}, words={})
    own = made.idea("Mine", by=who)
    with pytest.raises(NotIndependent):
        score(by=who, at=START + DAY, case=own.case, values={"cost": 3}, words=words)


def test_the_shortlist(made: Choosing) -> None:
    one, two, own = made.idea("One"), made.idea("Two"), made.idea("Mine", by=made.other)
    who = made.town.facilitator
    follow(by=made.people[0], at=START, case=two.case)
    seen = Case.objects.get(pk=one.pk).seq
    with pytest.raises(TextLength):
        shortlist(by=who, at=START + HOUR, case=one.case, text="good")
    shortlist(by=who, at=START + HOUR, case=one.case, text=WHY, seen=seen)
    with pytest.raises(Changed):
        shortlist(by=who, at=START + HOUR, case=one.case, text=WHY, seen=seen)
    with pytest.raises(NotIndependent):
        shortlist_many(by=made.other, at=START + HOUR, ideas=[two.pk, own.pk], text=WHY)
    moved = shortlist_many(by=who, at=START + HOUR, ideas=[one.pk, two.pk], text=WHY)
    assert set(moved.cases) == {two.pk} and set(moved.refused) == {one.pk}
    assert Notice.objects.filter(kind="ideas.shortlisted", person=made.people[0]).count() == 1
    with pytest.raises(NoRoleForMove):
        shortlist(by=made.town.neighbour, at=START + HOUR, case=own.case, text=WHY)
    unlist(by=who, at=START + DAY, case=two.case, text="It is the same as one.")
    assert (state(one), state(two)) == ("shortlisted", "open")
    with pytest.raises(MoveNotPossible):
        unlist(by=who, at=START + DAY, case=two.case, text="It is the same as one.")
    with pytest.raises(NotScored):
        Case.objects.filter(pk=two.pk)
        from veche.city.ideas.operations.selection import decline

        decline(by=made.town.officer, at=START + DAY, case=two.case, reason="no-place", text=WHY)
        score(by=who, at=START + DAY, case=two.case, values={"cost": 3}, words={"cost": WHY})


def test_covered_words_are_covered_where_they_were_cited(made: Choosing) -> None:
    one, two = made.idea("Raise the crossing"), made.idea("Call Ann at home")
    said = Comment.objects.create(matter=one.case, author=made.people[0], text="Light it", at=START)
    cited = measure(
        made,
        Cited("Raise the crossing", 1, idea=one.pk),
        Cited("Call Ann at home", 2, idea=two.pk),
        Cited("Light it", 1, comment=said.pk),
    )

    def pages() -> str:
        found = [cited.case.number, one.case.number, two.case.number]
        paths = [f"/en/ideas/{n}/{rest}" for n in found for rest in ("", "story/")]
        return "".join(Client().get(path).content.decode() for path in paths)

    assert pages().count("<q>Call Ann at home</q>") == 2 and "<q>Light it</q>" in pages()
    # Reworded by its author it stays cited: the earlier words can be read.
    Version.objects.create(idea=two, number=1, title=two.title, text=two.text, until=START)
    Idea.objects.filter(pk=two.pk).update(title="Call us", text="Call us, please.")
    assert "Call Ann at home" in pages()
    # Covered by a moderator, in the earlier version as well, it is gone from everywhere.
    Version.objects.filter(idea=two).update(title="Call ██████", text="██████")
    Comment.objects.filter(pk=said.pk).update(shown=False, standing="removed")
    assert "Call Ann at home" not in pages() and "Light it" not in pages()
    assert "<q>Raise the crossing</q>" in pages()
