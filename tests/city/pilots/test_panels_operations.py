"""A panel from its call to its minutes: quorum, recusals, majority, and what stays."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tests.cast import START
from tests.city.pilots.world import World, three
from veche.city.pilots.access.conflicts import UnknownApplication
from veche.city.pilots.models import Panel, PanelVote
from veche.city.pilots.operations import panels as doing
from veche.city.pilots.operations import refusals_experts as no
from veche.city.pilots.rules.panels import tally
from veche.core.organisations.operations import appoint

LATER = START + dt.timedelta(days=2)


def called(world: World, quorum: int = 3) -> Panel:
    return doing.call_panel(
        by=world.agent, at=START, programme=world.programme, titles=three("November"),
        meets_at=LATER, members=world.panel, chair=world.panel[0], quorum=quorum,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("choices", "quorum", "outcome"),
    [
        (["select"] * 3 + ["decline"], 4, "select"),
        (["select", "decline", "decline"], 3, "decline"),
        (["select", "decline", "abstain"], 3, "later"),
        (["select", "select", "recused"], 3, "later"),
        (["abstain"] * 3, 3, "later"),
        ([], 1, "later"),
    ],
)
def test_the_majority_of_enough_votes_decides(
    choices: list[str], quorum: int, outcome: str
) -> None:
    assert tally(choices, quorum).outcome == outcome


def test_a_panel_from_its_call_to_its_minutes(world: World) -> None:
    application = world.application("panel")
    company, founder = world.another_company()
    other = world.application("panel", company=company, founder=founder, title="A lamp")
    chair, second, third, fourth, tied = world.panel
    appoint(by=None, at=START, person=tied, role="officer",
            organisation=world.company.organisation)  # fmt: skip
    with pytest.raises(no.PanelWrong):
        called(world, quorum=6)
    with pytest.raises(no.NotAPanellist):
        doing.call_panel(
            by=world.agent, at=START, programme=world.programme, titles=three("x"), meets_at=LATER,
            members=[world.keeper], chair=world.panel[0], quorum=1,
        )  # fmt: skip
    panel = called(world)
    item = doing.add_item(by=world.agent, at=START, panel=panel, application=application)
    lamp = doing.add_item(by=world.agent, at=START, panel=panel, application=other)
    with pytest.raises(no.ItemThere):
        doing.add_item(by=world.agent, at=START, panel=panel, application=other)
    # Whoever is tied has stepped aside already.
    assert PanelVote.objects.get(item=item).member.person == tied
    with pytest.raises(no.PanelNotOpen):
        doing.vote(by=second, at=LATER, item=item, choice="select")
    doing.open_panel(by=chair, at=LATER, panel=panel)
    with pytest.raises(no.PanelOpen):
        doing.open_panel(by=chair, at=LATER, panel=panel)
    with pytest.raises(no.NotThere):
        doing.vote(by=second, at=LATER, item=item, choice="select")
    for one in (chair, second, third, tied):
        doing.come(by=one, at=LATER, panel=panel)
    with pytest.raises(UnknownApplication):
        doing.vote(by=tied, at=LATER, item=item, choice="select")
    with pytest.raises(no.NotAMember):
        doing.vote(by=world.agent, at=LATER, item=item, choice="select")
    doing.vote(by=chair, at=LATER, item=item, choice="decline")
    doing.vote(by=second, at=LATER, item=item, choice="select", reason="It helps.")
    with pytest.raises(no.NoQuorum):
        doing.decide(by=world.agent, at=LATER, item=item, reason="The blind walk alone.")
    doing.vote(by=third, at=LATER, item=item, choice="select")
    doing.vote(by=chair, at=LATER, item=item, choice="select")  # thought again
    with pytest.raises(no.VoteWrong):
        doing.vote(by=chair, at=LATER, item=item, choice="recused")
    with pytest.raises(no.DecisionReason):
        doing.decide(by=world.agent, at=LATER, item=item, reason="")
    doing.decide(by=world.agent, at=LATER, item=item, reason="The blind walk alone.")
    application.refresh_from_db()
    assert (application.case.state, application.decided_at) == ("matching", LATER)
    with pytest.raises(no.ItemDecided):
        doing.vote(by=chair, at=LATER, item=item, choice="decline")
    with pytest.raises(IntegrityError), transaction.atomic():
        PanelVote.objects.filter(item=item).update(choice="decline")

    doing.come(by=fourth, at=LATER, panel=panel)
    doing.recuse(by=fourth, at=LATER, item=lamp, reason="My brother builds lamps.")
    with pytest.raises(no.StepsAside):
        doing.vote(by=fourth, at=LATER, item=lamp, choice="select")
    for one, choice in ((chair, "select"), (second, "decline"), (third, "abstain")):
        doing.vote(by=one, at=LATER, item=lamp, choice=choice)
    with pytest.raises(no.ItemsOpen):
        doing.close_panel(by=chair, at=LATER, panel=panel, minutes="The panel met and voted.")
    put_off = doing.decide(by=world.agent, at=LATER, item=lamp, reason="As many for as against.")
    assert put_off.decision == "later"
    other.refresh_from_db()
    assert other.case.state == "panel"
    with pytest.raises(no.NotTheChair):
        doing.close_panel(by=second, at=LATER, panel=panel, minutes="The panel met and voted.")
    closed = doing.close_panel(by=chair, at=LATER, panel=panel, minutes="The panel met and voted.")
    assert closed.closed_by == chair
    with pytest.raises(IntegrityError), transaction.atomic():
        Panel.objects.filter(pk=panel.pk).update(minutes="It never met.")
    # What was put off comes onto another agenda; a press that came twice calls one panel.
    again = called(world)
    with pytest.raises(no.PanelThere):
        called(world)
    doing.add_item(by=world.agent, at=LATER, panel=again, application=other)


def test_a_tied_chair_closes_without_learning_what_is_left(world: World) -> None:
    panel, left = called(world), world.application("panel")
    chair = world.panel[0]
    item = doing.add_item(by=world.agent, at=START, panel=panel, application=left)
    doing.open_panel(by=chair, at=LATER, panel=panel)
    with pytest.raises(no.ItemsOpen):
        doing.close_panel(by=chair, at=LATER, panel=panel, minutes="The panel met and voted.")
    appoint(by=None, at=LATER, person=chair, role="officer",
            organisation=world.company.organisation)  # fmt: skip
    doing.close_panel(by=chair, at=LATER, panel=panel, minutes="The panel met and voted.")
    item.refresh_from_db()
    assert (item.decision, item.decided_at) == ("later", LATER)
    doing.add_item(by=world.agent, at=LATER, panel=called(world), application=left)


def test_a_vote_of_who_turns_out_to_be_tied_does_not_count(world: World) -> None:
    item = doing.add_item(
        by=world.agent, at=START, panel=called(world), application=world.application("panel")
    )
    doing.open_panel(by=world.agent, at=LATER, panel=item.panel)
    for one in world.panel[:3]:
        doing.come(by=one, at=LATER, panel=item.panel)
        doing.vote(by=one, at=LATER, item=item, choice="select")
    appoint(by=None, at=LATER, person=world.panel[2], role="officer",
            organisation=world.company.organisation)  # fmt: skip
    with pytest.raises(no.NoQuorum):
        doing.decide(by=world.agent, at=LATER, item=item, reason="The blind walk alone.")
