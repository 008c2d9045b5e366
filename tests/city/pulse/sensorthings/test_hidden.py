"""What is not public stays so on every way that leads to it."""

from __future__ import annotations

import datetime as dt
import json

from django.test import Client

from tests.cast import SmallTown
from tests.city.pulse.sensorthings.small import BASE, Small, point
from tests.city.pulse.world import make_source, make_stream, take_rows
from veche import clock
from veche.city.pulse.models import Location, Look, Stream, Thing
from veche.city.pulse.operations.keys import make_key
from veche.city.pulse.sensorthings.shapes import box


class Closed:
    """A thing of a source that is not public."""

    def __init__(self, small: Small) -> None:
        self.source = make_source("closed", public=False)
        stream = make_stream(
            self.source, thing=Thing.objects.create(source=self.source, code="x", name="Hidden")
        )
        Stream.objects.filter(pk=stream.pk).update(property=small.warmth, name="Hidden stream")
        take_rows(stream, [77.125], since=clock.now())
        place = Location.objects.create(
            source=self.source, name="Hidden place", location=point(30, 60), **box(point(30, 60))
        )
        stream.thing.locations.add(place)
        self.stream, self.place = stream.pk, place.pk


def _seen(small: Small, client: Client) -> list[list[str]]:
    """Names by every way that could lead to what is hidden."""
    found = []
    for path, options in (
        ("Things", {"orderby": "id desc"}),
        ("Datastreams", {}),
        ("Observations", {"filter": "result eq 77.125", "expand": "Datastream"}),
        ("Locations", {"filter": "st_within(location, geography'POINT(30 60)')"}),
        ("Locations", {"filter": "geo.distance(location, geography'POINT(30 60)') lt 1"}),
        (f"ObservedProperties({small.warmth.pk})/Datastreams", {}),
        ("ObservedProperties", {"filter": "Datastreams/Thing/name eq 'Hidden'"}),
        ("ObservedProperties", {"filter": "Datastreams/Observations/result eq 77.125"}),
        ("ObservedProperties", {"filter": "Datastreams/any(d: d/name eq 'Hidden stream')"}),
        ("ObservedProperties", {"expand": "Datastreams/Observations"}),
    ):
        answer = client.get(BASE + path, {f"${name}": one for name, one in options.items()})
        assert answer.status_code == 200
        text = answer.content.decode()
        found.append([word for word in ("Hidden", "77.125", "Temperature") if word in text])
    return found


def test_what_is_not_public_is_hidden_from_every_side(small: Small) -> None:
    before = _seen(small, small.client)
    hidden = Closed(small)
    assert _seen(small, small.client) == before
    assert not any("Hidden" in words or "77.125" in words for words in before)
    for path in (f"Datastreams({hidden.stream})", f"Locations({hidden.place})/Things"):
        assert small.client.get(BASE + path).status_code == 404


def test_a_watcher_reads_all_and_the_look_is_written_down(town: SmallTown, small: Small) -> None:
    hidden = Closed(small)
    client = Client()
    client.force_login(town.operator)
    seen = _seen(small, client)
    assert all("Hidden" in seen[n] for n in (0, 1, 2, 3, 4, 5, 9))
    assert "Temperature" in seen[6]
    looks = Look.objects.all()
    assert {(look.source_id, look.person_id) for look in looks} == {
        (hidden.source.pk, town.operator.pk)
    }
    assert "SensorThings/Things" in {look.what for look in looks}


def test_a_key_reads_its_own_and_no_other(small: Small) -> None:
    hidden, other = Closed(small), make_source("other", public=False)
    Thing.objects.create(source=other, name="Other")
    _key, told = make_key(
        by=None, at=clock.now() - dt.timedelta(hours=1), source=hidden.source, name="gateway"
    )
    answer = small.client.get(BASE + "Things", headers={"Authorization": f"Bearer {told}"})
    names = [one["name"] for one in json.loads(answer.content)["value"]]
    assert "Hidden" in names
    assert "Other" not in names
    assert Look.objects.get().key is not None
