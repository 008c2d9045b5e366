"""What happened is told by place and hours; of people nothing is kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client

from tests.cast import START, SmallTown
from tests.commands import run
from veche.city.spheres.access import NotAnAnalyst
from veche.city.spheres.models import Occurrence, OccurrenceLink
from veche.city.spheres.operations import occurrences as operations
from veche.city.spheres.queries import safety as queries
from veche.core.people.models import Person

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
WORDS = "Two cars met on wet asphalt at the crossing by the bridge."


def _enter(*rows: tuple[str, dt.timedelta, float], kind: str = "crash", text: str = WORDS) -> None:
    operations.enter_occurrences(
        by=None, at=START, source="112",
        rows=[
            operations.Happened(number, kind, START + ago, lon, 53.5, text)
            for number, ago, lon in rows
        ],
    )  # fmt: skip


def _as(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_words_that_name_somebody_are_left_out(town: SmallTown) -> None:
    rows = [
        operations.Happened("1", "crash", START, 49.2, 53.5, "Ring +7 927 555-01-77, the driver."),
        operations.Happened("2", "crash", START, 49.2, 53.5, WORDS),
        operations.Happened("3", "crash", START, 10.0, 10.0, WORDS),
    ]  # fmt: skip
    found = operations.enter_occurrences(by=None, at=START, source="112", rows=rows)
    assert found == (2, 0, 1, 1)
    assert operations.enter_occurrences(by=None, at=START, source="112", rows=rows).repeated == 2
    assert Occurrence.objects.get(number="1").text == ""


def test_place_and_time_are_asked_together(town: SmallTown) -> None:
    # Ten in the morning and eleven at night, in the west and in the east.
    _enter(("1", 0 * HOUR, 49.2), ("2", -11 * HOUR, 49.2), ("3", 0 * HOUR, 49.7))
    day = START.date()

    def numbers(**more: object) -> list[str]:
        which = queries.Choice(since=day - 2 * DAY, until=day, **more)  # type: ignore[arg-type]
        return sorted(which.rows().values_list("number", flat=True))

    assert numbers(place="west") == ["1", "2"]
    assert numbers(place="west", from_hour=22, to_hour=4) == ["2"]
    assert numbers(from_hour=9, to_hour=12) == ["1", "3"]
    assert numbers(kind="fire") == []


def test_everybody_reads_counts_of_five_and_more_and_never_one_gap() -> None:
    assert [one.count for one in queries.shown({"a": 40, "b": 9, "c": 3}, exact=False)] == [
        40, None, None,
    ]  # fmt: skip
    assert [one.count for one in queries.shown({"a": 40, "b": 9, "c": 3}, exact=True)] == [40, 9, 3]
    assert [one.count for one in queries.shown({"a": 4}, exact=False)] == [None]


def test_two_answers_are_not_subtracted_to_one_occurrence(town: SmallTown) -> None:
    _enter(*((str(n), -n * HOUR, 49.2) for n in range(6)), ("last", -2 * DAY, 49.2))

    def said(**query: str) -> str:
        return Client().get("/en/spheres/safety/", query).content.decode()

    whole = said(since="2026-11-14", until="2026-11-16")
    less = said(since="2026-11-15", until="2026-11-16")
    assert "5 occurrences fit." in whole
    assert "5 occurrences fit." in less
    # Nor is an hour in which something was told from one in which nothing was.
    hour = {"since": "2026-11-14", "until": "2026-11-14"}
    assert "too few" in said(**hour)
    assert "too few" in said(since="2026-11-13", until="2026-11-13")
    table = Client().get("/en/spheres/safety/occurrences.csv", hour).content.decode()
    assert len(table.splitlines()) == 1


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_no_day_is_too_early_or_too_late_to_ask_for(town: SmallTown, day: str) -> None:
    answer = Client().get("/en/spheres/safety/", {"since": day, "until": day})
    assert answer.status_code == 200


def test_parting_two_leads_back_by_plain_digits_only(town: SmallTown) -> None:
    _enter(("1", 0 * HOUR, 49.2), ("2", 0 * HOUR, 49.2))
    first, second = Occurrence.objects.values_list("pk", flat=True)
    link = operations.link(by=town.analyst, at=START, first=first, second=second, why="Same")
    answer = _as(town.analyst).post(f"/en/spheres/safety/links/{link.pk}/part/", {"back": "²"})
    assert answer.status_code == 302


def test_one_by_one_only_analysts_read(town: SmallTown) -> None:
    _enter(*((str(n), -n * HOUR, 49.2) for n in range(8)))
    one = Occurrence.objects.get(number="1")
    query = {"since": "2026-11-01", "until": "2026-11-30"}
    page = Client().get("/en/spheres/safety/", query).content.decode()
    assert "10 occurrences fit." in page
    assert WORDS not in page
    assert "One by one" not in page
    assert Client().get(f"/en/spheres/safety/{one.pk}/").status_code == 302
    assert _as(town.resident).get(f"/en/spheres/safety/{one.pk}/").status_code == 403
    page = _as(town.analyst).get("/en/spheres/safety/", query).content.decode()
    assert "One by one" in page
    assert WORDS in _as(town.analyst).get(f"/en/spheres/safety/{one.pk}/").content.decode()
    quiet = Client().get("/en/spheres/safety/", query | {"from_hour": "3", "to_hour": "4"})
    assert "too few to be told" in quiet.content.decode()
    assert Client().get("/en/spheres/safety/", {"place": "nowhere"}).status_code == 404
    assert Client().get("/en/spheres/safety/", {"since": "x", "from_hour": "99"}).status_code == 200


def test_similar_ones_are_offered_and_linked_by_a_person(town: SmallTown) -> None:
    _enter(("1", 0 * HOUR, 49.2), ("2", -5 * DAY, 49.2))
    _enter(("3", -3 * DAY, 49.7), kind="fire", text="Smoke in a cellar, the wiring glowed.")
    first, second = Occurrence.objects.get(number="1"), Occurrence.objects.get(number="2")
    assert [a.other.number for a in queries.alike(first)] == ["2"]
    client = _as(town.analyst)
    url = f"/en/spheres/safety/{first.pk}/link/"
    assert client.post(url, {"other": second.pk}).status_code == 422
    assert client.post(url, {"other": second.pk, "why": "The same manhole."}).status_code == 302
    link = OccurrenceLink.objects.get()
    assert (link.first_id, link.second_id) == tuple(sorted((first.pk, second.pk)))
    assert queries.alike(first) == []
    assert "The same manhole." in client.get(f"/en/spheres/safety/{second.pk}/").content.decode()
    client.post(f"/en/spheres/safety/links/{link.pk}/part/", {"back": first.pk})
    assert not OccurrenceLink.objects.exists()
    with pytest.raises(operations.LinkItself):
        operations.link(by=town.analyst, at=START, first=first.pk, second=first.pk, why="x")
    with pytest.raises(NotAnAnalyst):
        operations.link(by=town.resident, at=START, first=first.pk, second=second.pk, why="x")


def test_the_command_enters_a_file(
    town: SmallTown, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "o.csv"
    file.write_text(
        "number,kind,time,longitude,latitude,text\n1,fire,2026-11-15T12:00:00,49.2,53.5,Smoke\n"
        "2,fire,soon,49.2,53.5,\n3,fire,2026-11-15T12:00:00,here,53.5,\n"
    )
    code = run("spheres", "occurrences", str(file), "--source", "112", "--json")
    said = capsys.readouterr()
    assert code == 0
    assert '"added": 1' in said.out
    assert '"refused": 2' in said.out
