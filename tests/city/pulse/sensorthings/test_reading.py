"""Paths, options, pages and forms of reading."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from tests.city.pulse.sensorthings.small import BASE, READINGS, THINGS, Small, name_of
from veche.city.pulse.sensorthings.entities import KINDS, SETS
from veche.city.pulse.sensorthings.geometry import Looked
from veche.city.pulse.sensorthings.landing import CONFORMANCE


def test_landing_names_the_sets_and_only_what_is_vouched_for(small: Small) -> None:
    found = small.get("")
    assert [one["name"] for one in found["value"]] == list(SETS)
    assert all(one["url"].endswith(f"/sensorthings/v1.1/{one['name']}") for one in found["value"])
    assert found["serverSettings"]["conformance"] == list(CONFORMANCE)


def test_sets_and_their_properties(small: Small) -> None:
    for kind in SETS.values():
        documents = small.get(kind.plural)["value"]
        assert documents, kind.plural
        for one in documents:
            assert one["@iot.selfLink"].endswith(f"/{kind.plural}({one['@iot.id']})")
            for field in kind.fields[1:]:
                assert not field.shown or field.name in one, (kind.name, field.name)
            for link in kind.links:
                if not link.many and link.target.endswith("Datastream"):
                    continue
                assert one[f"{link.name}@iot.navigationLink"].endswith(link.name)
        path = f"{kind.plural}({documents[0]['@iot.id']})"
        assert small.get(path) == documents[0]


def test_a_reading_is_of_one_kind_of_stream(small: Small) -> None:
    single, several = (small.get(f"Observations({small.readings[name]})") for name in ("t1", "m1"))
    assert "Datastream@iot.navigationLink" in single
    assert "MultiDatastream@iot.navigationLink" not in single
    assert "MultiDatastream@iot.navigationLink" in several
    assert "Datastream@iot.navigationLink" not in several
    assert single["result"] == 20.5
    assert several["result"] == [21, 40.5]
    assert single["phenomenonTime"] == "2027-03-01T10:00:00Z"
    assert single["resultTime"] == "2027-03-01T10:00:00Z"
    assert several["resultTime"] is None


def test_paths(small: Small) -> None:
    north = small.things["Station North"].pk
    stream = small.streams["North temperature"].pk
    reading = small.readings["t1"]
    assert small.names(f"Things({north})/Datastreams") == ["North temperature", "North humidity"]
    assert small.get(f"Things({north})/Datastreams({stream})")["name"] == "North temperature"
    assert small.names(f"Things({north})/Datastreams({stream})/Observations") == [
        "t1", "t2", "t3", "t4",
    ]  # fmt: skip
    assert small.get(f"Observations({reading})/Datastream/Thing")["name"] == "Station North"
    assert small.names(f"Observations({reading})/Datastream/Thing/Locations") == [
        "At Station North"
    ]
    assert small.get(f"Observations({reading})/FeatureOfInterest/name") == {"name": "The hall"}
    assert small.names(f"FeaturesOfInterest({small.feature.pk})/Observations") == ["t1", "t2"]
    assert small.names(f"ObservedProperties({small.humidity.pk})/MultiDatastreams") == ["Both"]
    assert small.get(f"Things({north})/properties/floor") == {"floor": 3}
    assert small.get(f"Things({north})/Datastreams/$ref") == {
        "value": [
            {"@iot.selfLink": f"http://testserver/sensorthings/v1.1/Datastreams({one.pk})"}
            for one in (small.streams["North temperature"], small.streams["North humidity"])
        ]
    }
    both = small.streams["Both"].pk
    # In the order of the results' parts, which is not that of the numbers.
    assert small.names(f"MultiDatastreams({both})/ObservedProperties") == [
        "Humidity", "Temperature",
    ]  # fmt: skip


def test_bare_values(small: Small) -> None:
    north = BASE + f"Things({small.things['Station North'].pk})"
    assert small.client.get(north + "/name/$value").content == b"Station North"
    assert json.loads(small.client.get(north + "/properties/$value").content)["floor"] == 3
    tree = BASE + f"Things({small.things['Ёлка'].pk})"
    assert small.client.get(tree + "/properties").status_code == 204
    multi = BASE + f"Observations({small.readings['m1']})/Datastream"
    assert small.client.get(multi).status_code == 204
    assert small.client.get(multi + "/Thing").status_code == 404
    assert small.client.get(
        BASE + f"Observations({small.readings['t3']})/FeatureOfInterest"
    ).status_code == 204  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "Nothing", "Things(0)", "Things(99999999999999999999)", "Things('a')", "Things(1", "things",
        "Things/Datastreams", "Things({north})/Nothing", "Things({north})/name/x", "$ref/Things",
        "Things({north})/Datastreams({south})", "Datastreams({both})", "MultiDatastreams({south})",
        "Things({north})/properties/none", "Observations(1)", "Observations(9223372036854775807)",
        "Things({north})/$value", "Datastreams({south})/Thing(1)", "x" * 2000, "a/" * 50,
    ],
)  # fmt: skip
def test_what_is_not_there(small: Small, path: str) -> None:
    path = path.format(
        north=small.things["Station North"].pk, south=small.streams["South temperature"].pk,
        both=small.streams["Both"].pk,
    )  # fmt: skip
    answer = small.client.get(BASE + path)
    assert answer.status_code == 404, answer.content
    assert json.loads(answer.content)["message"]


def test_options(small: Small) -> None:
    assert small.names("Things", orderby="name desc", top=2) == ["Ёлка", "Station South"]
    assert small.names("Things", orderby="name", skip=4) == ["Station South", "Ёлка"]
    page = small.get("Things", count="true", top=1)
    assert page["@iot.count"] == len(THINGS)
    assert len(page["value"]) == 1
    assert small.get("Things", count="true", top=0) == {"@iot.count": len(THINGS), "value": []}
    counted = small.get("Observations", count="true", filter="result gt 22", top=1)
    assert counted["@iot.count"] == 2
    assert small.get("Things", select="name", top=1)["value"] == [{"name": "Station North"}]
    shown = small.get("Things", select="id,name,Datastreams", top=1)["value"][0]
    assert set(shown) == {
        "@iot.id", "@iot.selfLink", "name", "Datastreams@iot.navigationLink",
    }  # fmt: skip


def test_expand(small: Small) -> None:
    document = small.get(
        "Things",
        filter="name eq 'Station North'",
        expand="Datastreams($expand=Observations($orderby=phenomenonTime desc;$top=1),"
        "ObservedProperty;$orderby=name desc;$count=true;$top=1),Locations($select=name)",
    )["value"][0]
    assert document["Locations"] == [{"name": "At Station North"}]
    (stream,) = document["Datastreams"]
    assert document["Datastreams@iot.count"] == 2
    assert stream["name"] == "North temperature"
    assert stream["ObservedProperty"]["name"] == "Temperature"
    assert [name_of(one) for one in stream["Observations"]] == ["t4"]
    rest = json.loads(small.client.get(stream["Observations@iot.nextLink"]).content)
    assert [name_of(one) for one in rest["value"]] == ["t3"]
    rest = json.loads(small.client.get(document["Datastreams@iot.nextLink"]).content)
    assert [one["name"] for one in rest["value"]] == ["North humidity"]
    assert rest["value"][0]["Observations"] == []

    found = small.get("Observations", filter="result eq 18", expand="Datastream/Thing/Locations")
    assert found["value"][0]["Datastream"]["Thing"]["Locations"][0]["name"] == "At Station South"
    several = small.get("Observations", expand="Datastream,MultiDatastream", top=100)["value"]
    for one in several:
        assert ("Datastream" in one) != ("MultiDatastream" in one)


def test_an_expansion_is_filtered(small: Small) -> None:
    for document in small.get(
        "Datastreams", expand="Observations($filter=result gt 22;$select=result)"
    )["value"]:
        wanted = [
            number for _n, stream, _s, _u, number in READINGS
            if stream == document["name"] and type(number) in (int, float) and number > 22
        ]  # fmt: skip
        assert [one["result"] for one in document["Observations"]] == wanted


ORDERS = (
    "", "name", "name desc", "properties/floor", "properties/floor desc,name",
    "properties/district desc,properties/floor", "length(name) desc,name asc", "id desc",
    "properties/heated", "description",
)  # fmt: skip


@pytest.mark.parametrize("order", ORDERS)
def test_pages_follow_one_another(small: Small, order: str) -> None:
    _walk(small, "Things", order, len(THINGS))


@pytest.mark.parametrize(
    "order",
    [
        "", "phenomenonTime", "phenomenonTime desc", "result", "result desc", "resultTime desc",
        "Datastream/name,phenomenonTime desc", "Datastream/Thing/name desc", "resultTime,result",
        "date(phenomenonTime) desc,result", "phenomenonTime sub 2027-03-01T00:00:00Z desc",
    ],
)  # fmt: skip
def test_pages_of_readings_follow_one_another(small: Small, order: str) -> None:
    _walk(small, "Observations", order, len(READINGS))
    stream = small.streams["North temperature"].pk
    _walk(small, f"Datastreams({stream})/Observations", order, 4)


def _walk(small: Small, path: str, order: str, many: int) -> None:
    """One at a time gives what all at once gives."""
    options: dict[str, Any] = {"orderby": order} if order else {}
    whole = [one["@iot.id"] for one in small.get(path, **options)["value"]]
    assert len(set(whole)) == many
    seen: list[int] = []
    page = small.get(path, top=1, **options)
    while True:
        seen += [one["@iot.id"] for one in page["value"]]
        if "@iot.nextLink" not in page:
            break
        answer = small.client.get(page["@iot.nextLink"])
        assert answer.status_code == 200, answer.content
        page = json.loads(answer.content)
    assert seen == whole


def test_readings_of_a_stream_come_in_the_order_of_their_times(small: Small) -> None:
    path = f"Datastreams({small.streams['North temperature'].pk})/Observations"
    assert small.names(path, orderby="phenomenonTime DESC", top=2) == ["t4", "t3"]
    assert small.names(path, orderby="phenomenonTime asc", skip=1) == ["t2", "t3", "t4"]


def test_data_array(small: Small) -> None:
    tables = small.get("Observations", resultFormat="dataArray")["value"]
    assert sum(table["dataArray@iot.count"] for table in tables) == len(READINGS)
    for table in tables:
        assert ("Datastream@iot.navigationLink" in table) != (
            "MultiDatastream@iot.navigationLink" in table
        )
        assert all(len(row) == len(table["components"]) for row in table["dataArray"])
    stream = small.streams["South temperature"].pk
    (table,) = small.get(
        f"Datastreams({stream})/Observations",
        resultFormat="dataArray",
        select="phenomenonTime,result",
    )["value"]
    assert table["components"] == ["phenomenonTime", "result"]
    assert table["dataArray"] == [["2027-03-01T10:00:00Z", 18], ["2027-03-03T23:59:00Z", 24.5]]
    assert "dataArray" in small.refused("Things", resultFormat="dataArray")


def test_geojson(small: Small) -> None:
    places = small.get("Locations", resultFormat="GeoJSON")
    assert places["type"] == "FeatureCollection"
    assert places["features"][0]["geometry"] == {"type": "Point", "coordinates": [30, 60]}
    assert places["features"][0]["properties"]["name"] == "At Station North"
    things = small.get("Things", resultFormat="GeoJSON", expand="Locations")
    shapes = {one["properties"]["name"]: one["geometry"] for one in things["features"]}
    assert shapes["Station South"]["coordinates"] == [30, 59]
    assert shapes["Bus 7"] is None


def test_csv(small: Small) -> None:
    answer = small.client.get(
        BASE + "Observations",
        {"$resultFormat": "CSV", "$select": "result,phenomenonTime", "$orderby": "phenomenonTime"},
    )
    assert answer["Content-Type"].startswith("text/csv")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert lines[0] == ["result", "phenomenonTime"]
    assert len(lines) == len(READINGS) + 1
    assert lines[-1] == ["24.5", "2027-03-03T23:59:00Z"]


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("Things", {"filter": "titulus eq 'x'"}),
        ("Things", {"filter": "name eq"}),
        ("Things", {"filter": "name eq 'x"}),
        ("Things", {"filter": "(name eq 'x'"}),
        ("Things", {"filter": "name"}),
        ("Things", {"filter": "name eq 5"}),
        ("Things", {"filter": "name add 5 eq 5"}),
        ("Things", {"filter": "Datastreams"}),
        ("Things", {"filter": "Datastreams/titulus eq 'x'"}),
        ("Things", {"filter": "name/x eq 'x'"}),
        ("Things", {"filter": "frobnicate(name) eq 'x'"}),
        ("Things", {"filter": "length(name, name) eq 5"}),
        ("Things", {"filter": "Locations/location eq geography'POINT(1 1)'"}),
        ("Things", {"filter": "st_within(Locations/location, geography'POINT(1')"}),
        ("Things", {"filter": "st_within(name, geography'POINT(1 1)')"}),
        ("Things", {"filter": "st_within(Locations/location, Locations/location)"}),
        ("Things", {"filter": "st_relate(Locations/location, geography'POINT(1 1)', 'x')"}),
        ("Things", {"filter": "name eq '\x00'"}),
        ("Things", {"filter": "(" * 60 + "name eq 'x'" + ")" * 60}),
        ("Things", {"filter": "not " * 60 + "name eq 'x'"}),
        ("Things", {"filter": "name eq 'x' or " * 5000 + "name eq 'x'"}),
        ("Things", {"filter": "Datastreams/" * 30 + "name eq 'x'"}),
        ("Observations", {"filter": "result mul 1e300 gt 1e300 and result mul 1e308 gt 1"}),
        ("Observations", {"filter": "result gt 1" + "0" * 400}),
        ("Observations", {"filter": "phenomenonTime gt 2027-13-45T00:00:00Z"}),
        ("Observations", {"filter": "phenomenonTime eq 2027-03-02T00:00:00Z/2027-03-01T00:00:00Z"}),
        ("Observations", {"filter": "phenomenonTime add duration'P999999999D' gt now()"}),
        ("Observations", {"filter": "phenomenonTime gt 'yesterday'"}),
        ("Things", {"orderby": "Datastreams/name"}),
        ("Things", {"orderby": "titulus"}),
        ("Things", {"orderby": "name up"}),
        ("Locations", {"orderby": "location"}),
        ("Things", {"select": "titulus"}),
        ("Things", {"expand": "Nothing"}),
        ("Things", {"expand": "Datastreams($select=titulus)"}),
        ("Things", {"expand": "Datastreams($top=x)"}),
        ("Things", {"expand": "Datastreams($frob=1)"}),
        ("Things", {"expand": "Datastreams("}),
        ("Things", {"expand": "/".join(["Datastreams", "Thing"] * 6)}),
        ("Things", {"top": "-1"}),
        ("Things", {"top": "x"}),
        ("Things", {"skip": "99999999999999"}),
        ("Things", {"count": "maybe"}),
        ("Things", {"frob": "1"}),
        ("Things", {"skiptoken": "x"}),
        ("Things", {"skiptoken": "WyJhIl0"}),
        ("Things", {"skiptoken": "W1tb" * 1_500}),
        ("Things", {"resultFormat": "XML"}),
        ("Things", {"resultFormat": "CSV", "expand": "Locations"}),
    ],
)
def test_what_cannot_be_asked(small: Small, path: str, options: dict[str, Any]) -> None:
    assert small.refused(path, **options)


def test_an_answer_has_an_end(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("veche.city.pulse.sensorthings.fetch.BUDGET", 10)
    said = small.refused("Things", expand="Datastreams($expand=Observations)")
    assert "more than 10 entities" in said


def test_a_question_has_an_end(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("veche.city.pulse.sensorthings.read_views.SECONDS", 0.001)
    many = " or ".join(
        f"Datastreams/any(d: d/Observations/any(o: o/result gt {n} and length(d/name) eq {n}))"
        for n in range(3)
    )
    assert "longer than" in small.refused("Things", filter=many)


def test_every_kind_knows_its_way_back() -> None:
    """A relation of two kinds is told on both sides."""
    for kind in KINDS.values():
        for link in kind.links:
            target = KINDS[link.target]
            assert any(back.target == kind.name for back in target.links), (kind.name, link.name)


def test_shapes_have_an_end(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    within = "st_within(location, geography'POLYGON((0 0,90 0,90 90,0 90,0 0))')"
    apart = "st_disjoint(location, geography'POINT(0 0)')"
    assert len(small.names("Locations", filter=f"{within} and {apart}")) == 6
    monkeypatch.setattr(
        "veche.city.pulse.sensorthings.fetch.Looked", lambda allowed: Looked(allowed, left=9)
    )
    # The same is judged once, however often it is asked.
    assert len(small.names("Locations", filter=f"{within} and {within}")) == 6
    assert "shapes" in small.refused("Locations", filter=f"{within} and {apart}")
