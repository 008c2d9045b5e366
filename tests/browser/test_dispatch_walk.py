"""Dispatch on a phone: an alarm becomes an incident, an office ends it, the city looks back at it.

Each walk is acted in one language; the others look at every page beside it.
"""

from __future__ import annotations

import re

from tests.browser.conftest import IN_TURN
from tests.browser.walk import DESK, Walk

pytestmark = IN_TURN
LEAD = "d6-roads"
"""The office of the cast's officer."""


def found(walk: Walk, folder: str) -> str:
    """What the first address of this folder on the page names."""
    return every(walk, folder)[0]


def every(walk: Walk, folder: str) -> list[str]:
    """What all addresses of this folder on the page name."""
    links = [link.get_attribute("href") or "" for link in walk.page.locator("main a").all()]
    named = [one[1] for link in links if (one := re.search(rf"/{folder}/([\d-]+)/$", link))]
    assert named, f"{walk.page.url}: no address in {folder}"
    return named


def test_a_visitor_asks_what_is_open(walk: Walk) -> None:
    walk.be().go("dispatch/incidents/").look()
    incident = found(walk, "incidents")
    walk.go(f"dispatch/incidents/{incident}/").look()
    walk.go(f"dispatch/incidents/{incident}/after-action/").look()
    walk.go("dispatch/shut-offs/").look()
    walk.go(f"dispatch/shut-offs/{found(walk, 'shut-offs')}/").look()
    walk.go("dispatch/alerts/").look()
    walk.go("dispatch/mode/").look()
    walk.go("dispatch/essential/").look()
    walk.go("dispatch/incidents/pending/").look()
    walk.go("dispatch/evaluation/").look()


def test_from_the_alarm_to_what_was_learned(walk: Walk) -> None:
    number = made_of_an_alarm(walk)
    here = f"dispatch/incidents/{number}/"
    walk.be("watch").go("dispatch/incidents/work/").look()
    walk.go(here).look()
    walk.follow("It is so")
    walk.look()
    walk.press("It is so")
    walk.sees("It is verified.")
    walk.follow("Give it to an office")
    walk.look()
    walk.box("Who leads").select_option(value=LEAD)
    walk.press("Give it to an office")
    walk.sees("The office has it.")
    walk.be("officer").go("dispatch/incidents/work/").look()
    walk.go(here)
    walk.press("Accept")
    walk.sees("Your office leads.")
    walk.press("We are on the spot")
    walk.look()
    walk.follow("It is done")
    walk.look()
    walk.write("What was done", "Задвижка перекрыта, труба заменена, вода идёт.")
    walk.press("It is done")
    walk.be("watch").go(here)
    while walk.page.get_by_role("button", name=walk.say("They need not help")).count():
        walk.press("They need not help")  # it does not end over an open part
    walk.press("Verified on site: close it")
    walk.sees("The incident is over.")
    walk.look()
    walk.be("controller").go(f"{here}after-action/").look()
    walk.press("Begin the review")
    walk.look()
    walk.go(f"{here}after-action/").sees("The review is open.")


def made_of_an_alarm(walk: Walk) -> str:
    """The number of an incident which the operator has made of an alarm."""
    walk.be("operator").go("pulse/alarms/")
    for alarm in every(walk, "pulse/alarms"):
        walk.go(f"pulse/alarms/{alarm}/")
        if walk.page.locator("#i-kind").count():
            break
    walk.unfold("Make an incident of it")
    walk.look()
    walk.choose("Kind of incident")
    walk.write("In a few words, for everybody", "Вода на проезжей части")
    walk.press("Open the incident")
    walk.reads("Вода на проезжей части")
    return walk.number()


def test_the_watch_goes_round(walk: Walk) -> None:
    walk.be("watch", DESK).go("dispatch/incidents/new/").look()
    walk.go("dispatch/duty/").look()
    walk.go("dispatch/handbook/").look()
    walk.go("dispatch/calls/").look()
    walk.go("dispatch/crews/").look()
    walk.go("dispatch/shut-offs/new/").look()
    walk.go("dispatch/alerts/new/").look()
    walk.go("dispatch/command/").look()
    walk.go("dispatch/packets/").look()
    walk.go("dispatch/lessons/").look()
    walk.be("administrator", DESK).go("dispatch/escalation/").look()
