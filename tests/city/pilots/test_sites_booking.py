"""Sites and their windows: who offers, who holds, who books, and never two in one place."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from tests.cast import START
from tests.city.pilots.world import DAY, World, organisation, person, pilot_world, three
from veche.city.pilots.access.companies import NotTheAgency
from veche.city.pilots.access.sites import NotTheOwner, NotTheSite, UnknownSite, site_for
from veche.city.pilots.models import Application, Booking, Site, SiteWindow
from veche.city.pilots.operations import booking, booking_ends, matching, refusals_sites, sites
from veche.city.pilots.operations.sites import SiteGiven
from veche.core.notices.models import Notice
from veche.core.organisations.queries import holdings
from veche.errors import Refused

Span = tuple[dt.datetime, dt.datetime]
SPAN: Span = (START + 10 * DAY, START + 40 * DAY)


def window(world: World, places: int = 1, **more: Any) -> SiteWindow:
    """A window of a hundred days at the site of the world."""
    return sites.add_window(
        by=world.keeper, at=START, site=more.get("site", world.site), begins=START,
        ends=START + 100 * DAY, places=places,
    )  # fmt: skip


def given(world: World, **more: Any) -> SiteGiven:
    """What is said of a site."""
    values: dict[str, Any] = {
        "names": three("Hall"), "texts": {"en": "A hall."}, "territory": world.town.west,
        "longitude": 49.3, "latitude": 53.4, "environment": "indoors",
        "offers": {"power": True, "area": 40, "lit": False}, "requires": ["insurance"],
        "reaches": {"old": 120},
    }  # fmt: skip
    return SiteGiven(**values | more)


def held(
    world: World, one: Application, open_: SiteWindow, during: Span = SPAN, **more: Any
) -> Booking:
    """Hold a place for an application."""
    values: dict[str, Any] = {"by": world.agent, "at": START, **more}
    return booking.hold(application=one, site=open_.site, window=open_, during=during, **values)


def test_an_owner_offers_a_site_and_closes_it_and_who_is_there_is_told(world: World) -> None:
    with pytest.raises(NotTheAgency):
        sites.add_site(by=world.founder, at=START, owner=world.school, given=given(world))
    refused: tuple[dict[str, Any], ...] = (
        {"names": {}}, {"environment": "moon"}, {"longitude": float("nan")},
        {"offers": {"insurance": True}}, {"offers": {"area": True}}, {"requires": ["power"]},
        {"reaches": {"martians": 3}}, {"latitude": 91.0}, {"texts": {"en": "a" * 5_001}},
    )  # fmt: skip
    for wrong in refused:
        with pytest.raises(Refused):
            sites.add_site(
                by=world.keeper, at=START, owner=world.school, given=given(world, **wrong)
            )
    made = sites.add_site(by=world.keeper, at=START, owner=world.school, given=given(world))
    assert made.offers == {"power": True, "area": 40} and made.published_at is None
    with pytest.raises(UnknownSite):
        site_for(made.code, holdings(world.founder, START))
    other = person("Other", role="site_owner", organisation=organisation("clinic"))
    with pytest.raises(NotTheOwner):
        sites.publish_site(by=other, at=START, site=made)
    with pytest.raises(NotTheSite):
        sites.set_site(by=other, at=START, site=made, given=given(world))
    mark = sites.mark_of(made)
    sites.set_site(
        by=world.keeper, at=START, site=made, given=given(world, address="Main street 1"),
        seen=mark,
    )  # fmt: skip
    with pytest.raises(refusals_sites.SiteChanged):
        sites.set_site(by=world.agent, at=START, site=made, given=given(world), seen=mark)
    sites.publish_site(by=world.keeper, at=START, site=made)
    assert site_for(made.code).address == "Main street 1"

    first = world.application("matching")
    second = world.application("matching")
    at = window(world, places=2, site=made)
    one, two = held(world, first, at), held(world, second, at)
    assert (one.place, two.place) == (1, 2)
    booking.book(by=world.keeper, at=START, booking=one)
    with pytest.raises(Refused):
        sites.close_site(by=world.keeper, at=START, site=made, because=" ")
    sites.close_site(by=world.keeper, at=START + DAY, site=made, because="The roof leaks.")
    assert standings() == ["booked", "released"]
    lost = Notice.objects.filter(kind="pilots.site-lost")
    assert {row.person_id for row in lost} == {world.founder.pk, world.agent.pk}
    assert {row.case_id for row in lost} == {first.pk, second.pk}
    with pytest.raises(refusals_sites.SiteClosed):
        held(world, second, at, at=START + DAY)


def standings() -> list[str]:
    """How the bookings stand, oldest first."""
    return list(Booking.objects.order_by("pk").values_list("standing", flat=True))


def test_a_hold_is_accepted_refused_or_runs_out_and_never_blocks(world: World) -> None:
    at = window(world)
    first, second = world.application("matching"), world.application("matching")
    with pytest.raises(NotTheAgency):
        held(world, first, at, by=world.founder)
    with pytest.raises(refusals_sites.NotMatching):
        held(world, world.application("panel"), at)
    with pytest.raises(refusals_sites.OutsideWindow):
        held(world, first, at, (START + 90 * DAY, START + 101 * DAY))
    hold = held(world, first, at)
    with pytest.raises(refusals_sites.HoldAgain):
        held(world, first, at, (START + 50 * DAY, START + 60 * DAY))
    with pytest.raises(refusals_sites.NoPlaceLeft):
        held(world, second, at, (START + 39 * DAY, START + 50 * DAY))
    assert held(world, second, at, (SPAN[1], SPAN[1] + DAY)).place == 1  # they only touch
    # It is over on the fifth day, whether the timer has come by or not.
    assert standings() == ["held", "held"]
    late = START + 5 * DAY
    with pytest.raises(refusals_sites.HoldOver):
        booking.book(by=world.keeper, at=late, booking=hold)
    third = world.application("matching", at=START + DAY)
    other = held(world, third, at, at=late)
    assert standings() == ["released", "released", "held"]
    told = Notice.objects.filter(kind="pilots.hold-ran-out", case_id=first.pk)
    assert {row.person_id for row in told} == {world.founder.pk, world.agent.pk}
    with pytest.raises(NotTheOwner):
        booking.book(by=world.agent, at=late, booking=other)
    with pytest.raises(refusals_sites.SiteReason):
        booking.release(by=world.keeper, at=late, booking=other, because="")
    booking.release(by=world.keeper, at=late, booking=other, because="Exams are written then.")
    assert Notice.objects.filter(kind="pilots.hold-refused", case_id=third.pk).exists()
    with pytest.raises(refusals_sites.HoldOver):
        booking.release(by=world.keeper, at=late, booking=other, because="Once more.")
    again = held(world, third, at, at=late)
    booking_ends.sweep_holds(at=late + 5 * DAY)
    again.refresh_from_db()
    assert (again.standing, again.ended_because) == ("released", booking_ends.RAN_OUT)


def test_the_owner_ranks_and_one_acceptance_frees_the_other_sites(world: World) -> None:
    at = window(world, places=2)
    other = sites.add_site(by=world.keeper, at=START, owner=world.school, given=given(world))
    sites.publish_site(by=world.keeper, at=START, site=other)
    there = window(world, site=other)
    first, second = world.application("matching"), world.application("matching")
    one, two, three_ = held(world, first, at), held(world, second, at), held(world, first, there)
    booking.rank_holds(by=world.keeper, at=START, site=world.site, order=[two, one, three_])
    ranks = Booking.objects.order_by("pk").values_list("rank", flat=True)
    assert list(ranks) == [2, 1, None]
    booking.book(by=world.keeper, at=START, booking=one)
    assert standings() == ["booked", "held", "released"]
    with pytest.raises(refusals_sites.SiteBookedAlready):
        held(world, first, there)
    made = matching.place(
        by=world.agent, at=START + DAY, application=first, site=world.site, window=at, during=SPAN
    )
    assert made.pk == one.pk
    first.case.refresh_from_db()
    assert first.case.state == "methodology"
    with pytest.raises(refusals_sites.NotMatching):
        matching.find_none(
            by=world.agent, at=START + DAY, application=first, because="None of them fits."
        )
    ended = matching.find_none(
        by=world.agent, at=START + DAY, application=second, because="None of them fits."
    )
    assert (ended.case.state, ended.reason) == ("rejected", "None of them fits.")
    assert standings() == ["booked", "released", "released"]


def test_the_agency_places_at_once_and_an_ended_application_frees_its_place(world: World) -> None:
    at = window(world)
    one = world.application("matching")
    held(world, one, at)
    later = (START + 20 * DAY, START + 50 * DAY)  # other days than those held
    made = matching.place(
        by=world.agent, at=START + DAY, application=one, site=world.site, window=at, during=later
    )
    assert (made.standing, made.during.lower) == ("booked", later[0])
    assert standings() == ["released", "booked"]
    world._move(one, "withdraw", START + 2 * DAY, world.founder)
    booking_ends.sweep_holds(at=START + 3 * DAY)
    assert standings() == ["released", "released"]


def test_the_database_says_so_too(world: World) -> None:
    at = window(world)
    one, two = world.application("matching"), world.application("matching")
    row = held(world, one, at)

    def put(**values: Any) -> None:
        with transaction.atomic():
            Booking.objects.create(
                **{
                    "site": world.site, "window": at, "application": two, "standing": "booked",
                    "during": DateTimeTZRange(*SPAN), "at": START, **values,
                }
            )  # fmt: skip

    free = DateTimeTZRange(START + 60 * DAY, START + 70 * DAY)
    elsewhere = Site.objects.create(
        owner=world.school, code="elsewhere", names=three("x"), texts={}, environment="street",
        territory=world.town.west, longitude=0, latitude=0, published_at=START,
    )  # fmt: skip
    for wrong in (
        {},  # the place is taken
        {"during": DateTimeTZRange(START + 95 * DAY, START + 105 * DAY)},
        {"during": free, "place": 2},
        {"during": free, "place": 0},
        {"during": free, "site": elsewhere},
        {"during": DateTimeTZRange(None, START + 5 * DAY)},
        {"during": free, "standing": "held"},  # without an end
    ):
        with pytest.raises(IntegrityError):
            put(**wrong)
    put(during=free)
    with pytest.raises(refusals_sites.WindowsOverlap):
        window(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteWindow.objects.create(site=world.site, during=DateTimeTZRange(*SPAN))
    for begins, ends in ((START, START + 30 * DAY), (START + 15 * DAY, START + 100 * DAY)):
        with pytest.raises(refusals_sites.WindowBooked):
            sites.set_window(
                by=world.keeper, at=START, window=at, begins=begins, ends=ends, places=1
            )
    sites.set_window(
        by=world.keeper, at=START, window=at, begins=START + 5 * DAY, ends=START + 99 * DAY,
        places=3,
    )  # fmt: skip
    with pytest.raises(refusals_sites.WindowBooked):
        sites.remove_window(by=world.keeper, at=START, window=at)
    row.refresh_from_db()
    assert row.standing == "held"


TRIES, THREADS = 1_000, 8


@pytest.mark.django_db(transaction=True)
def test_of_a_thousand_who_book_the_same_window_at_once_exactly_one_does() -> None:
    world = pilot_world()
    at = window(world)
    asking = [world.application("matching") for _n in range(THREADS)]
    for one in asking:  # what the operations would each ask the database for
        one.programme, one.case  # noqa: B018
    found: list[str] = []
    gate = threading.Barrier(THREADS)

    def try_(one: Application) -> None:
        try:
            gate.wait()
            for _n in range(TRIES // THREADS):
                try:
                    held(world, one, at)
                    found.append("held")
                except refusals_sites.NoPlaceLeft:
                    found.append("taken")
                except refusals_sites.HoldAgain:
                    found.append("mine")
        finally:
            connection.close()

    threads = [threading.Thread(target=try_, args=(one,)) for one in asking]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == TRIES and found.count("held") == 1
    assert Booking.objects.count() == 1
