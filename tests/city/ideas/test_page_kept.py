"""The middle of an idea's page is kept for visitors, and is never another than a fresh one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import START
from tests.city.ideas.choosing import DAY, HOUR, Choosing, choosing
from veche import clock
from veche.city.ideas.models import Comment, Idea, SimilarLink
from veche.city.ideas.operations.merging import combine, separate
from veche.city.ideas.operations.opinion import add_statement
from veche.city.ideas.operations.ratings import rate, unrate
from veche.city.ideas.operations.scoring import score, shortlist
from veche.city.ideas.operations.synthesis import Cited, ask_help, synthesise
from veche.city.ideas.operations.talk import like, reword_comment, say, take_back
from veche.city.ideas.views import idea as view
from veche.core.cases.models import Case
from veche.core.moderation.operations.hiding import hide_matter

NOW = START + 2 * DAY
WHY = "It is wanted, cheap and quick."


@pytest.fixture
def made(db: None, monkeypatch: pytest.MonkeyPatch) -> Choosing:
    """The call and its people, at one moment of that week."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    view.forget()
    return choosing()


def middle(idea: Idea) -> str:
    """What a visitor reads on its page."""
    answer = Client().get(f"/en/ideas/{idea.case.number}/")
    assert answer.status_code == 200
    found = re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)
    assert found is not None
    return found[0]


def _changes(made: Choosing, idea: Idea, twin: Idea) -> list[Callable[[], object]]:
    """What can happen to an idea that its page tells, one after the other."""
    a, b = made.people[:2]
    work, pk = made.town.facilitator, idea.pk
    talk: dict[str, Comment] = {}

    def comment(name: str, **more: object) -> None:
        talk[name] = say(
            by=b, at=NOW, matter=pk, text=f"About the {name} of it.", submission=uuid.uuid4(),
            **more,  # type: ignore[arg-type]
        )  # fmt: skip

    def cite() -> None:
        synthesise(
            by=work, at=NOW, call=made.call, title="Safe crossings",
            text="A zebra is painted at the corner, and lit by night.",
            sources=[Cited("A zebra", 1, idea=pk)],
        )  # fmt: skip

    return [
        lambda: rate(by=a, at=NOW, idea=pk, value=1),
        lambda: rate(by=a, at=NOW, idea=pk, value=-1),
        lambda: unrate(by=a, at=NOW, idea=pk),
        lambda: comment("height", stance="for"),
        lambda: comment("length", stance="against"),
        lambda: comment("answer", above=talk["height"].pk),
        lambda: like(by=a, at=NOW, comment=talk["answer"].pk, value=1),
        lambda: reword_comment(by=b, at=NOW, comment=talk["length"].pk, text="Said otherwise."),
        lambda: take_back(by=b, at=NOW, comment=talk["length"].pk),
        lambda: ask_help(by=work, at=NOW, case=idea.case, text="At which of the corners?"),
        lambda: score(by=work, at=NOW, case=idea.case, values={"cost": 3}, words={"cost": WHY}),
        lambda: SimilarLink.objects.create(idea=idea, other=twin, score=0.5),
        lambda: rate(by=b, at=NOW, idea=twin.pk, value=1),
        cite,
        lambda: combine(by=work, at=NOW, case=twin.case, into=idea, reason="They say the same."),
        lambda: separate(
            by=work, at=NOW, case=Case.objects.get(pk=twin.pk), reason="They do not, after all."
        ),
        lambda: shortlist(by=work, at=NOW, case=Case.objects.get(pk=pk), text=WHY),
        lambda: add_statement(by=a, at=NOW, case=idea.case, text="A zebra is enough for all."),
        lambda: hide_matter(
            by=made.town.moderator, at=NOW, case=Case.objects.get(pk=pk), reason="personal-data"
        ),
    ]  # fmt: skip


def test_nothing_happens_that_a_kept_page_does_not_tell(made: Choosing) -> None:
    idea, twin = made.idea("A zebra at the corner"), made.idea("A zebra here")
    before = middle(idea)
    told = 0
    for number, change in enumerate(_changes(made, idea, twin)):
        change()
        kept = middle(idea)
        view.forget()
        assert middle(idea) == kept, number
        told += kept != before
        before = kept
    assert told >= 18  # a statement may wait for a moderator first


def test_a_kept_page_costs_three_questions_and_lasts_a_minute(
    made: Choosing, monkeypatch: pytest.MonkeyPatch
) -> None:
    idea = made.idea("A zebra at the corner")
    Client().get("/en/style/")  # the process knows the city's mode, as it does for all pages
    with CaptureQueriesContext(connection) as first:
        middle(idea)
    assert len(first) <= 12
    with CaptureQueriesContext(connection) as again:
        middle(idea)
    assert len(again) <= 3
    monkeypatch.setattr(clock, "now", lambda: NOW + HOUR)
    with CaptureQueriesContext(connection) as later:
        middle(idea)
    assert len(later) > 3


def test_nobody_who_is_signed_in_reads_the_visitors_page(made: Choosing) -> None:
    idea = made.idea("A zebra at the corner")
    assert "Sign in and support it" in middle(idea)
    client = Client()
    client.force_login(made.people[0])
    page = client.get(f"/en/ideas/{idea.case.number}/").content.decode()
    assert "Sign in and support it" not in page and 'name="value" value="1"' in page
    assert "Sign in and support it" in middle(idea)
    assert (
        "Sign in and support it"
        not in Client().get(f"/ru/ideas/{idea.case.number}/").content.decode()
    )
