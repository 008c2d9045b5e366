"""Applications at the desk, in notices, before a moderator, and in what is held about a person."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client, RequestFactory

from tests.cast import START
from tests.city.pilots.test_applications_story import TEXT, worked_at
from tests.city.pilots.world import DAY, World, person
from veche import clock
from veche.city.pilots import desk, moderation, personal_applications, shown
from veche.city.pilots.models import Application, Question
from veche.city.pilots.operations import appeals, applications, screening
from veche.city.pilots.operations.forgetting import forget_replies
from veche.city.pilots.queries import applications as queries
from veche.city.pilots.sections import SECTIONS, Section
from veche.city.pilots.words import applications as said
from veche.core.cases.operations import advance
from veche.core.moderation.operations import hide_matter
from veche.core.notices.matters import Choice
from veche.core.organisations.operations import appoint


def test_a_letter_names_an_application_by_its_number_until_it_is_public(world: World) -> None:
    secret = world.application("screening")
    found = shown.find([secret.pk])[secret.pk]
    assert not found.public and secret.title not in found.title and not found.text
    assert secret.case.number in found.title
    at = START + DAY
    screening.turn_down(
        by=world.agent, at=at, application=secret, reason="other", text="It is unlawful."
    )
    turned = shown.find([secret.pk])[secret.pk]
    assert turned.public and turned.title == secret.title and not turned.text
    chosen = world.application("matching")
    assert shown.find([chosen.pk])[chosen.pk].text == chosen.text
    newest = {one.number for one in shown.newest(Choice(), 9)}
    assert newest == {secret.case.number, chosen.case.number}
    appeal = appeals.raise_appeal(by=world.founder, at=at + DAY, application=secret, text=TEXT)
    assert not shown.find_appeals([appeal.pk])[appeal.pk].public


def test_terms_that_pass_end_drafts_and_unanswered_applications(world: World) -> None:
    draft, asked = world.application("draft"), world.application("more_info")
    advance(at=START + 13 * DAY)
    asked.case.refresh_from_db()
    assert asked.case.state == "more_info"
    advance(at=START + 61 * DAY)
    for one, title in ((draft, ""), (asked, asked.title)):
        one.refresh_from_db()
        one.case.refresh_from_db()
        assert (one.case.state, one.title) == ("withdrawn", title)


def test_the_desk_leaves_out_what_an_officer_may_not_know_of(world: World) -> None:
    made = world.application("draft")
    made = applications.withdraw(by=world.founder, at=START, application=made)
    firm, founder = world.another_company()
    theirs = world.application("screening", company=firm, founder=founder, title="Another cane")
    tied = person("Tied", role="pilot_officer", organisation=world.agency)
    worked_at(tied, firm)
    line = desk.lines([theirs.pk])[theirs.pk]
    assert (line.title, line.place) == ("Another cane", firm.legal_name)
    assert [row["pk"] for row in desk.find("another")] == [theirs.pk]
    request = RequestFactory().get("/")
    for who, status in ((world.agent, 200), (tied, 404)):
        client = Client()
        client.force_login(who)
        page = client.get(f"/en/pilots/applications/{theirs.case.number}/")
        assert page.status_code == status, who
    request.user = world.agent
    panel = desk.panel(request, theirs.case)
    assert panel.context["application"] == theirs
    act = next(one for one in desk.DESK.actions if one.move == "turn_down")
    assert act.grave and act.offered is not None and act.offered(theirs.case)


def test_the_one_queue_shows_to_each_what_waits_for_them(
    world: World, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.SECOND_FACTOR = False
    monkeypatch.setattr(clock, "now", lambda: START + DAY)
    sent = world.application("screening", title="Sent cane")
    for stage in ("draft", "more_info"):
        world.application(stage, title="Cane of the founder")
    down = world.application("rejected", title="Turned down cane")
    tied = person("Tied", role="arbiter", territory=world.town.city)
    worked_at(tied, world.company)
    appeals.raise_appeal(by=world.founder, at=START + DAY / 2, application=down, text=TEXT)
    # an arbiter who founded another firm: what waits for founders is on no desk
    firm, _founder = world.another_company()
    appoint(
        by=None, at=START - DAY, person=world.town.arbiter, role="founder",
        organisation=firm.organisation,
    )  # fmt: skip
    expected = {
        world.agent: {"Sent cane"},
        world.town.arbiter: {"Turned down cane"},
        tied: set(),
        world.officer: set(),
        world.town.controller: set(),
    }
    titles = {"Sent cane", "Cane of the founder", "Turned down cane"}
    for who, wanted in expected.items():
        client = Client()
        client.force_login(who)
        page = client.get("/en/desk/").content.decode()
        assert {one for one in titles if one in page} == wanted, who.name
        matter = client.get(f"/en/desk/{sent.case.number}/")
        reads = who in (world.agent, world.officer)  # the department may look, and has no act
        assert ("Sent cane" in matter.content.decode()) == reads, who.name


def test_a_moderator_covers_the_words_of_a_company_once_they_are_public(world: World) -> None:
    made = world.application("screening")
    assert moderation.words(made.case) == []
    at = START + DAY
    screening.turn_down(
        by=world.agent, at=at, application=made, reason="other", text="It is unlawful."
    )
    made.case.refresh_from_db()
    assert [one.field for one in moderation.words(made.case)] == ["title", "text"]
    assert moderation.WRITTEN.url(made.case).endswith(f"/applications/{made.case.number}/")
    hide_matter(by=world.town.moderator, at=at + DAY, case=made.case, reason="personal-data")
    visitor = Client().get(f"/en/pilots/applications/{made.case.number}/")
    assert visitor.status_code == 404
    assert made.title not in visitor.content.decode()


def test_what_somebody_wrote_is_told_to_them_and_loses_their_name(world: World) -> None:
    made = world.application("screening")
    screening.ask(by=world.agent, at=START + DAY, application=made, text="How heavy is it?")
    screening.reply(by=world.founder, at=START + 2 * DAY, application=made, reply="Fifty grams.")
    told = personal_applications.collect(world.founder)
    assert [one["text"] for one in told["answers_given"]] == ["Fifty grams."]
    assert [one["did"] for one in told["application_steps"]] == ["submit", "reply"]
    assert personal_applications.collect(world.agent)["questions_asked"][0]["at"]
    forget_replies(by=None, at=START + 3 * DAY, person=world.founder)
    kept = Question.objects.get(application=made)
    assert (kept.reply, kept.replied_by) == ("Fifty grams.", None)


def test_every_state_and_move_has_its_words(world: World) -> None:
    from veche.city.pilots.procedure import APPEAL, PILOT
    from veche.look.states import STATES

    for procedure in (PILOT, APPEAL):
        for state in procedure.states:
            assert state.code in said.STANDS, state.code
            assert f"pilot-{state.code}" in STATES, state.code
            assert state.final or state.code == "draft" or f"{state.code}-late" in said.STANDS
    assert {move.name for move in PILOT.moves} <= set(said.DID)
    late = world.application("screening")
    now = Application.objects.select_related("case", "programme__agency").get(pk=late.pk)
    assert "should have decided" in queries.stand_of(now, START + 40 * DAY)
    draft = world.application("draft")
    draft = Application.objects.select_related("case", "call__case", "programme").get(pk=draft.pk)
    assert "The call takes it until" in queries.stand_of(draft, START)
    assert [one.code for one in queries.dates_of(draft, START)] == ["draft", "closes"]
    assert draft.call.closes_at is not None
    assert "is kept until" in queries.stand_of(draft, draft.call.closes_at)
    assert queries.dates_of(now, START)[0].at > START + dt.timedelta(days=1)


def test_a_section_is_shown_to_whom_it_is_for() -> None:
    def nothing(*_given: object) -> None:
        return None

    staff = Section("one", ("screening",), "x.html", nothing)
    public = Section("two", (), "x.html", nothing, public=True, relations=("company",))
    agency, company, nobody = (frozenset(one) for one in (("agency",), ("company",), ()))
    assert staff.shown("screening", agency, decided=False)
    assert not staff.shown("review", agency, decided=False)
    assert not staff.shown("screening", company, decided=True)
    assert public.shown("panel", company, decided=False)
    assert not public.shown("panel", nobody, decided=False)
    assert public.shown("running", nobody, decided=True)
    parts = [one.part for one in SECTIONS]
    assert len(parts) == len(set(parts))
