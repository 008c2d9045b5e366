"""The registry of objects: entered, changed, ended, imported; nothing said of one is lost."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from tests.cast import START, SmallTown, box, small_town
from tests.commands import run

from veche.core.places.bulk import import_objects
from veche.core.places.models import CityObject, ObjectChange, ObjectKind
from veche.core.places.operations import objects as registry
from veche.core.places.queries import atlas
from veche.core.places.queries.borders import beside
from veche.core.places.queries.objects import changes, nearest, object_of
from veche.core.places.rules import folded

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def feature(outline: dict[str, Any], **properties: str) -> dict[str, Any]:
    return {"type": "Feature", "geometry": outline, "properties": properties}


@pytest.fixture
def town() -> SmallTown:
    made = small_town()
    registry.set_kind(by=None, at=START, code="lamp", names={"en": "Lamp"})
    return made


def lamp(town: SmallTown, identifier: str = "L-1", **more: Any) -> CityObject:
    values = {"longitude": 49.25, "latitude": 53.5, "owner": town.lights, **more}
    return registry.add_object(by=None, at=START, kind="lamp", identifier=identifier, **values)


def kept(thing: CityObject) -> dict[str, Any]:
    """What the changes of an object add up to."""
    return folded((change.before, change.after) for change in changes(thing))


def assert_folds() -> None:
    """Every row of the registry is what its changes say."""
    for thing in CityObject.objects.select_related("kind", "territory", "owner"):
        assert kept(thing) == registry.told(thing), thing


def test_an_object_is_entered_moved_given_away_and_ended(town: SmallTown) -> None:
    thing = lamp(town)
    assert thing.territory == town.west
    thing = registry.move_object(
        by=None, at=START + DAY, thing=thing, longitude=49.75, latitude=53.5, reason="It was moved."
    )
    assert thing.territory == town.east
    thing = registry.change_owner(
        by=None, at=START + DAY, thing=thing, owner=town.roads, reason="Sold.", matter="2026-1"
    )
    thing = registry.end_object(
        by=None, at=START + 2 * DAY, thing=thing, day=dt.date(2026, 11, 18), reason="Felled."
    )
    told = changes(thing)
    assert [change.what for change in told] == ["added", "changed", "changed", "ended"]
    assert told[2].before == {"owner": "lights"} and told[2].after == {"owner": "roads"}
    assert told[2].matter == "2026-1"
    assert_folds()
    with pytest.raises(registry.ObjectEnded):
        registry.change_owner(by=None, at=START, thing=thing, owner=None, reason="")


def test_what_cannot_be_entered_is_refused(town: SmallTown) -> None:
    lamp(town)
    with pytest.raises(registry.IdentifierTaken):
        lamp(town)
    with pytest.raises(registry.BadIdentifier):
        lamp(town, "a b/c")
    with pytest.raises(registry.ObjectOutside):
        lamp(town, "L-2", longitude=10.0)
    with pytest.raises(registry.NothingToChange):
        registry.change_owner(
            by=None, at=START, thing=object_of("lamp", "L-1"), owner=town.lights, reason=""
        )
    assert CityObject.objects.count() == 1


def test_the_past_of_an_object_cannot_be_rewritten(town: SmallTown) -> None:
    thing = lamp(town)
    with pytest.raises(IntegrityError), transaction.atomic():
        ObjectChange.objects.filter(object=thing).update(reason="other")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM places_cityobject")


def test_the_nearest_come_first_and_those_that_ended_do_not_come(town: SmallTown) -> None:
    near, far = lamp(town, "near"), lamp(town, "far", longitude=49.2508)
    gone = lamp(town, "gone", longitude=49.2501)
    registry.end_object(by=None, at=START, thing=gone, day=START.date(), reason="")
    found = nearest(49.25, 53.5, START.date(), ["lamp"])
    assert [one.object for one in found] == [near, far]
    assert 45 <= found[1].metres <= 60
    assert nearest(49.25, 53.5, START.date(), ["stop"]) == []
    assert nearest(49.26, 53.5, START.date()) == []


def test_near_a_border_the_other_side_is_named(town: SmallTown) -> None:
    places = atlas()
    assert beside(places, 49.4999, 53.5) == [town.east]  # seven metres
    assert beside(places, 49.5001, 53.5) == [town.west]
    assert beside(places, 49.499, 53.5) == []  # 66 metres
    assert beside(places, 49.499, 53.5, metres=100) == [town.east]
    assert beside(places, 10.0, 10.0) == []


ROWS = """id,lon,lat,name,address,owner,since,until
L-1,49.25,53.5,Lamp at the gate,Bridge Street 9,lights,2020-05-01,
L-2,49.75,53.5,,,,,
L-2,49.75,53.6,,,,,
L-3,5,5,,,,,
L-4,49.2,north,,,,,
L 5,49.2,53.5,,,,,
L-6,49.2,53.5,,,nobody,,
L-7,49.2,53.5,,,,2020-05-01,2019-01-01
"""


def bring(file: Path, **more: Any) -> dict[str, int]:
    return import_objects(by=None, at=START, file=file, kind="lamp", **more)


def test_a_register_comes_in_once_and_its_faults_are_told(town: SmallTown, tmp_path: Path) -> None:
    file, rejects = tmp_path / "lamps.csv", tmp_path / "rejects.csv"
    file.write_text(ROWS)
    found = bring(file, rejects=rejects)
    assert found == {
        "read": 8, "added": 2, "changed": 0, "unchanged": 0, "ended": 0, "rejected": 6,
    }  # fmt: skip
    assert found["read"] == found["added"] + found["rejected"]
    with rejects.open() as lines:
        told = {int(row["line"]): row["reason"] for row in csv.DictReader(lines)}
    assert set(told) == {4, 5, 6, 7, 8, 9}
    assert "line 3" in told[4] and "outside" in told[5] and "nobody" in told[8]
    thing = object_of("lamp", "L-1")
    assert (thing.owner, thing.names["ru"]) == (town.lights, "Lamp at the gate")
    assert thing.since == dt.date(2020, 5, 1)
    assert_folds()
    again = bring(file)
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 2)
    assert ObjectChange.objects.count() == 2


def test_a_newer_file_changes_what_it_says_and_no_more(town: SmallTown, tmp_path: Path) -> None:
    file = tmp_path / "lamps.csv"
    file.write_text(ROWS)
    bring(file)
    # A resident's correction: the lamp belongs to the roads office. The file does not know it yet.
    registry.change_owner(
        by=None, at=START, thing=object_of("lamp", "L-1"), owner=town.roads, reason="", matter="m"
    )
    bring(file)
    assert object_of("lamp", "L-1").owner == town.roads
    file.write_text("id,lon,lat,until\nL-1,49.26,53.5,2026-01-01\n")
    found = bring(file, complete=True)
    assert (found["changed"], found["ended"]) == (1, 1)
    thing = object_of("lamp", "L-1")
    assert (thing.longitude, thing.owner, thing.until) == (49.26, town.roads, dt.date(2026, 1, 1))
    assert thing.names["en"] == "Lamp at the gate"
    assert object_of("lamp", "L-2").until == START.date()
    assert changes(thing)[-1].what == "ended"
    assert_folds()


def test_geojson_with_outlines_of_objects(town: SmallTown, tmp_path: Path) -> None:
    file = tmp_path / "grounds.geojson"
    features: list[Any] = [
        feature(box(49.2, 53.4, 49.21, 53.41), id="P-1", kind="playground", name_ru="Площадка"),
        {"type": "Feature", "id": 7, "properties": {"kind": "bin"},
         "geometry": {"type": "Point", "coordinates": [49.3, 53.5]}},
        {"type": "Feature", "properties": {}, "geometry": None},
        feature({"type": "Polygon", "coordinates": []}, id="P-2", kind="playground"),
    ]  # fmt: skip
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert run("places", "import", str(file)) == 0
    place = object_of("playground", "P-1")
    assert place.outline is not None and place.outline["type"] == "Polygon"
    assert place.names["en"] == "Площадка"
    assert object_of("bin", "7").territory == town.west
    assert CityObject.objects.count() == 2
    assert ObjectKind.objects.filter(code="playground").exists()
    assert_folds()


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", '{"type": "Feature"}', '{"features": [{"type"'])
def test_what_is_no_register_is_said(
    town: SmallTown, tmp_path: Path, text: str, capsys: Any
) -> None:
    file = tmp_path / "x.dat"
    file.write_text(text)
    assert run("places", "import", str(file)) == 2
    assert "Nothing was imported" in capsys.readouterr().err
    assert not CityObject.objects.exists()


def test_outlines_by_the_same_word(tmp_path: Path, capsys: Any) -> None:
    file, rejects = tmp_path / "city.geojson", tmp_path / "rejects.csv"
    features = [
        feature(box(49.0, 53.0, 49.5, 54.0), code="w", kind="district", name_ru="Юг", parent="c"),
        feature(box(49.0, 53.0, 50.0, 54.0), code="c", kind="city", name_en="City"),
        feature(box(49.0, 53.0, 50.0, 54.0), code="d", kind="district", name_en="D", parent="no"),
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert run("places", "import", str(file), "--rejects", str(rejects), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["what"], found["added"], found["rejected"]) == ("outlines", 2, 1)
    assert run("places", "import", str(file), "--json") == 0
    assert json.loads(capsys.readouterr().out)["unchanged"] == 2


def test_the_listing(town: SmallTown, capsys: Any) -> None:
    lamp(town)
    assert run("places", "objects", "--kind", "lamp") == 0
    line = capsys.readouterr().out.strip().split("\t")
    assert line[:2] == ["lamp", "L-1"] and line[6:8] == ["west", "lights"]
    assert run("places", "objects", "--territory", "east") == 0
    assert capsys.readouterr().out == ""
