"""A company is turned down, objects, is heard, and is chosen by the panel in the end."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from tests.cast import START
from tests.city.pilots.world import DAY, World
from tests.stories.programme import HOUR, TITLE, Turn, apply, of, read, said

from veche.city.pilots.models import Appeal, Application
from veche.city.pilots.queries.statistics import statistics
from veche.core.cases.models import CaseEvent
from veche.core.notices.models import Notice

pytestmark = pytest.mark.django_db
WHY = "Nothing shows that it was ever measured."
OBJECTION = "The measurements of the institute were enclosed, on the second sheet of the file."
FOUND = "They were enclosed. The agency looked at the first sheet alone."


def test_an_appeal_that_succeeds(world: World, turn: Turn) -> None:
    made = apply(world)
    number = made.case.number
    page, own = f"applications/{number}/", of(world.founder)
    at = START + 3 * DAY
    turn(at)
    agency = of(world.agent)
    refused = {"reason": "no-evidence", "text": WHY}
    assert agency.post(f"/en/pilots/{page}turn-down/", refused).status_code == 302
    assert WHY in read(of(), page)
    assert statistics(at).funnel["decided"] == 1
    follower = of(world.town.resident)
    assert follower.post(f"/en/pilots/{page}follow/").status_code == 302

    # The company objects; those who decided cannot judge it, an arbiter can.
    turn(at + DAY)
    sent = own.post(f"/en/pilots/{page}appeal/", {"text": OBJECTION}, follow=True)
    assert "Appeal of the company" in said(sent)
    appeal = Appeal.objects.select_related("case").get()
    place = f"appeals/{appeal.case.number}/"
    read(agency, f"{place}judge/", 403)
    read(follower, place, 404)  # what a company says of itself is not everybody's
    turn(at + 2 * DAY)
    arbiter = of(world.town.arbiter)
    assert OBJECTION in read(arbiter, place)
    judged = {"granted": "yes", "text": FOUND}
    assert arbiter.post(f"/en/pilots/{place}judge/", judged).status_code == 302
    assert arbiter.post(f"/en/pilots/{place}judge/", judged).status_code == 409

    # It is undecided again, so nobody outside knows of it: no page, no figure, no follower's list.
    made = Application.objects.select_related("case").get()
    assert (made.case.state, made.decided_at, made.reason) == ("screening", None, "")
    read(of(), page, 404)
    read(follower, page, 404)
    assert TITLE not in follower.get("/en/me/").content.decode()
    turn(at + 2 * DAY + HOUR)
    assert statistics(at + 2 * DAY + HOUR).funnel["decided"] == 0
    assert FOUND in read(own, page)
    told = Notice.objects.filter(person=world.founder, kind="pilots.appeal-granted")
    assert told.count() == 1

    # It goes the usual way, and the panel chooses it. Both decisions stay in its course.
    for hour, move in enumerate(("admit", "bring", "select"), 1):
        world._move(made, move, at + 3 * DAY + hour * HOUR, world.founder)
    turn(at + 4 * DAY)
    public = read(of(), page)
    assert TITLE in public and FOUND in public
    moves = list(CaseEvent.objects.filter(case=made.pk).order_by("seq").values_list("move"))
    assert [move for (move,) in moves] == [
        "begin", "submit", "turn_down", "restore", "admit", "bring", "select",
    ]  # fmt: skip
    assert statistics(at + 4 * DAY).funnel["chosen"] == 1
    read(own, f"{page}appeal/", 409)
    for change in (
        "DELETE FROM cases_caseevent WHERE move = 'turn_down'",
        "UPDATE cases_caseevent SET move = 'admit' WHERE move = 'turn_down'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
