"""The city now: a visitor on a phone, an operator, a steward and an analyst at the desk, a resident
with a water meter. Each walk is acted in one language; the others look at every page beside it."""

from __future__ import annotations

import re
import secrets

from tests.browser.conftest import IN_TURN
from tests.browser.walk import DESK, Walk

pytestmark = IN_TURN


def found(walk: Walk, folder: str, name: str = r"[\w-]+") -> str:
    """What the first address of this folder on the page names, in the shape of ``name``."""
    for link in walk.page.locator("main a").all():
        if one := re.search(rf"/{folder}/({name})/$", link.get_attribute("href") or ""):
            return one[1]
    raise AssertionError(f"{walk.page.url}: no address in {folder}")


def test_a_visitor_asks_how_the_city_is(walk: Walk) -> None:
    walk.be().go("pulse/").look()
    walk.sees("The districts")
    sign = found(walk, "pulse/signs")
    walk.go(f"pulse/signs/{sign}/").look()
    walk.go("pulse/sources/").look()
    source = found(walk, "pulse/sources")
    walk.go(f"pulse/sources/{source}/").look()
    walk.go("pulse/agreements/").look()
    agreement = found(walk, "pulse/agreements")
    walk.go(f"pulse/agreements/{agreement}/").look()
    walk.go("pulse/places/").look()


def test_a_visitor_reads_the_spheres(walk: Walk) -> None:
    walk.be().go("spheres/").look()
    for sphere in ("water", "transport", "safety"):
        walk.go(f"spheres/{sphere}/").look()
    walk.go("spheres/losses/").look()
    walk.go(f"spheres/losses/{found(walk, 'losses')}/").look()
    walk.go("spheres/cameras/").look()
    walk.go(f"spheres/cameras/{found(walk, 'cameras')}/").look()
    walk.go("spheres/stops/").look()
    walk.go(f"spheres/stops/{found(walk, 'stops')}/").look()
    walk.go("spheres/flows/").look()
    walk.go("spheres/tariffs/").look()


def test_an_operator_sees_to_the_alarms(walk: Walk) -> None:
    walk.be("operator", DESK).go("pulse/alarms/").look()
    alarm = found(walk, "pulse/alarms", r"\d+")
    walk.page.locator(f"#p-{alarm}").check()
    walk.press("I see them")
    walk.look()
    walk.press("Undo the last")
    walk.go(f"pulse/alarms/{alarm}/").look()
    walk.go("pulse/alarms/work/").look()
    walk.go("pulse/limits/").look()
    walk.go(f"pulse/limits/{found(walk, 'limits')}/").look()
    walk.go("spheres/cameras/queue/").look()
    walk.go("spheres/switching/").look()


def test_a_resident_gives_a_number(walk: Walk) -> None:
    walk.be("resident").go("spheres/meters/").look()
    walk.go("spheres/meters/add/").look()
    walk.write("Number on its face", f"W-{secrets.token_hex(4)}")
    walk.press("Add")
    walk.look()
    walk.write("What the meter shows", "12")
    walk.press("Send")
    walk.look()


def test_a_steward_and_an_analyst_at_the_desk(walk: Walk) -> None:
    walk.be("steward", DESK).go("pulse/sources/").look()
    walk.go("pulse/connect/").look()
    walk.go("pulse/connect/http_poll/").look()
    walk.go("pulse/agree/").look()
    walk.be("analyst", DESK).go("pulse/places/").look()
    walk.go("spheres/safety/").look()
    walk.go("spheres/flows/").look()
