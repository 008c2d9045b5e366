"""The importer: what is taken, what is refused and why, and that a second time changes little."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from veche.city.problems.bulk.imports import import_problems
from veche.city.problems.imports.mapping import read_mapping
from veche.city.problems.models import Category, Problem, Recurrence
from veche.core.cases.models import Assignment, CaseClock, CaseEvent
from veche.core.journal.models import Record
from veche.core.organisations.models import Organisation
from veche.core.places.models import Territory
from veche.imported import CannotImport
from veche.searching import SHORT_LISTS

AT = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
MAP = """
[source]
name = "elsewhere"
[columns]
id = "nr"
text = "words"
category = "kind"
latitude = "lat"
longitude = "lon"
opened = "day"
closed = "end"
due = "until"
status = "state"
organisation = "office"
author = "who"
[dates]
format = "%d.%m.%Y"
timezone = "Europe/Minsk"
[status]
done = "closed"
new = "open"
[categories]
7 = "Holes"
"""
HEADER = "nr,words,kind,lat,lon,day,end,until,state,office,who"
ROWS = [
    "1,A hole,7,53.9,27.5,01.03.2020,05.03.2020,09.03.2020,done,a,Anna Petrova",
    '2,"Two lines,\nand a comma",7,53.91,27.51,02.03.2020,,,new,a,',
    "3,Dark,8,53.92,27.52,03.03.2020,,,done,,",
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def bring(tmp_path: Path) -> Any:
    """Import lines of CSV; gives the summary, and keeps the file of rejects."""
    description = tmp_path / "map.toml"
    description.write_text(MAP, encoding="utf-8")

    def run(rows: list[str] | bytes, **more: Any) -> dict[str, int]:
        file = tmp_path / "their.csv"
        data = rows if isinstance(rows, bytes) else "\n".join([HEADER, *rows, ""]).encode()
        file.write_bytes(data)
        return import_problems(
            by=None,
            at=more.pop("at", AT),
            file=file,
            mapping=read_mapping(description, "x"),
            rejects=tmp_path / "rejects.csv",
            **more,
        )

    return run


def rejects(tmp_path: Path) -> list[dict[str, str]]:
    with (tmp_path / "rejects.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_records_are_taken_as_they_stand_there(bring: Any) -> None:
    found = bring(ROWS)
    assert found == {
        "read": 3,
        "imported": 3,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
        "came_back": 0,
    }
    one, two, three = Problem.objects.order_by("source_id").select_related("case", "category")
    assert one.case.state == "record_closed"
    assert str(one.category) == "Holes" and one.category.imported and not one.category.active
    assert one.source_closed_at == dt.datetime(2020, 3, 4, 21, tzinfo=dt.UTC)
    assert one.source_due_at == dt.datetime(2020, 3, 8, 21, tzinfo=dt.UTC)
    moves = CaseEvent.objects.filter(case=one.case).order_by("seq").values_list("move", "at")
    assert list(moves) == [
        ("record_open", dt.datetime(2020, 2, 29, 21, tzinfo=dt.UTC)),
        ("close_record", dt.datetime(2020, 3, 4, 21, tzinfo=dt.UTC)),
    ]
    assert two.text == "Two lines,\nand a comma" and two.case.state == "record_open"
    # Closed, and nobody says when: no moment is invented.
    assert three.case.state == "record_closed" and three.source_closed_at is None
    assert three.answered_at is None and three.case.organisation is None
    assert Assignment.objects.count() == 2 and CaseClock.objects.count() == 0
    assert Organisation.objects.get().imported
    place = Territory.objects.get()
    assert place.code == "elsewhere" and place.imported and place.drawn_around
    record = Record.objects.get(kind="problems.imported")
    assert record.public["imported"] == 3 and len(record.public["sha256"]) == 64
    assert set(CaseEvent.objects.values_list("batch", flat=True)) == {record.pk}


def test_authors_are_nowhere(bring: Any, tmp_path: Path) -> None:
    bring([*ROWS, ROWS[0]])
    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM problems_problem p")
        assert "Anna" not in str(cursor.fetchall())
        cursor.execute("SELECT c::text FROM cases_case c")
        assert "Anna" not in str(cursor.fetchall())
    assert "Anna" not in (tmp_path / "rejects.csv").read_text(encoding="utf-8")


def test_a_second_time_nothing_changes(bring: Any) -> None:
    bring(ROWS)
    before = list(Territory.objects.values_list("outline", flat=True))
    found = bring(ROWS)
    assert (found["imported"], found["updated"], found["unchanged"]) == (0, 0, 3)
    assert CaseEvent.objects.count() == 4 and Category.objects.count() == 2
    assert list(Territory.objects.values_list("outline", flat=True)) == before


def test_what_changed_there_is_written(bring: Any) -> None:
    bring(ROWS)
    found = bring(
        [
            "1,A deep hole,7,53.9,27.5,01.03.2020,,09.03.2020,new,b,",
            "2,Two,9,53.95,27.6,02.03.2020,04.03.2020,,done,a,",
            ROWS[2],
        ]
    )
    assert (found["updated"], found["unchanged"]) == (2, 1)
    one, two, _three = Problem.objects.order_by("source_id").select_related("case", "category")
    assert one.text == "A deep hole" and one.case.state == "record_open"
    assert str(one.case.organisation) == "b"
    last = CaseEvent.objects.filter(case=one.case).latest("seq")
    assert (last.move, last.at) == ("reopen_record", AT)
    assert two.case.state == "record_closed" and two.case.theme == "elsewhere/9"
    assert two.latitude == 53.95 and str(two.category) == "Category 9"
    open_ones = Assignment.objects.filter(case=one.case, until=None)
    assert [str(row.organisation) for row in open_ones] == ["b"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",x,7,53.9,27.5,01.03.2020,,,new,,", "“id” is missing."),
        ("9,x,7,,27.5,01.03.2020,,,new,,", "“latitude” is missing."),
        ("9,x,7,north,27.5,01.03.2020,,,new,,", "“latitude” is not a number: “north”."),
        ("9,x,7,nan,27.5,01.03.2020,,,new,,", "“latitude” must lie between −90 and 90: nan."),
        ("9,x,7,53.9,227.5,01.03.2020,,,new,,", "“longitude” must lie between −180"),
        ("9,x,7,0,0,01.03.2020,,,new,,", "The place is missing"),
        ("9,x,7,53.9,27.5,2020-03-01,,,new,,", "“opened” is not a date of the form %d.%m.%Y"),
        ("9,x,7,53.9,27.5,,,,new,,", "“opened” is missing."),
        ("9,x,7,53.9,27.5,01.03.2030,,,new,,", "“opened” lies in the future: 01.03.2030."),
        ("9,x,7,53.9,27.5,01.03.2020,,,lost,,", "The status “lost” is not in the mapping."),
        ("9,x,7,53.9,27.5,01.03.2020,,,new,", "The row has 10 columns, the header has 11."),
        (f"9,{'x' * 5000},7,53.9,27.5,01.03.2020,,,new,,", "“text” is too long: 5000"),
        ("9,x\0y,7,53.9,27.5,01.03.2020,,,new,,", "The row holds zero bytes"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_reason(
    bring: Any, tmp_path: Path, row: str, reason: str
) -> None:
    found = bring([ROWS[1], row, ROWS[0]])
    assert (found["imported"], found["rejected"]) == (2, 1)
    (refused,) = rejects(tmp_path)
    assert refused["line"] == "4"  # the row before it has two lines
    assert refused["reason"].startswith(reason)


def test_an_id_twice_is_taken_once(bring: Any, tmp_path: Path) -> None:
    found = bring([ROWS[0], ROWS[0].replace("A hole", "Another")])
    assert (found["imported"], found["rejected"]) == (1, 1)
    assert rejects(tmp_path)[0]["reason"] == "The id stands in the file already, in line 2."
    assert rejects(tmp_path)[0]["words"] == "Another"


def test_bytes_that_are_not_utf8_spoil_their_row_only(bring: Any, tmp_path: Path) -> None:
    bad = b"9,\xff\xfe,7,53.9,27.5,01.03.2020,,,new,,"
    found = bring(b"\xef\xbb\xbf" + HEADER.encode() + b"\n" + bad + b"\n" + ROWS[0].encode())
    assert (found["imported"], found["rejected"]) == (1, 1)


def test_gzip_is_known_by_its_first_bytes(bring: Any) -> None:
    packed = gzip.compress("\n".join([HEADER, *ROWS]).encode())
    assert bring(packed)["imported"] == 3
    with pytest.raises(CannotImport, match="broken off or damaged"):
        bring(packed[: len(packed) // 2])


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"\x89PNG\r\n\x1a\n\0\0", b"a;b\n1;2\n", b"\xff\xfea"]
)
def test_what_is_no_such_file_ends_in_a_sentence(bring: Any, data: bytes) -> None:
    with pytest.raises(CannotImport) as refusal:
        bring(data)
    assert str(refusal.value).startswith("Nothing was imported: ")
    assert Problem.objects.count() == 0 and Record.objects.count() == 0


@pytest.mark.parametrize(
    "description",
    [
        "[columns]\nid = 'nr'",
        "[columns]\ncolour = 'nr'",
        "[surprise]\na = 1",
        "not toml",
        "[dates]\ntimezone = 'Mars/Base'",
        "[status]\nx = 'perhaps'",
        f"[source]\nname = '{'x' * 60}'",
    ],
)
def test_a_mapping_that_cannot_be_is_refused(tmp_path: Path, description: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(description, encoding="utf-8")
    with pytest.raises(CannotImport):
        read_mapping(path, "x")
    with pytest.raises(CannotImport):
        read_mapping(tmp_path / "nowhere.toml", "x")


def area(tmp_path: Path, *boxes: tuple[str, float, float, float, float]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "name:ru": f"{name} (ru)"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]],
            },
        }
        for name, w, s, e, n in boxes
    ]
    path = tmp_path / "area.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_outlines_become_districts_and_what_lies_outside_is_refused(
    bring: Any, tmp_path: Path
) -> None:
    outlines = area(tmp_path, ("West", 27.4, 53.8, 27.505, 54), ("East", 27.505, 53.8, 27.515, 54))
    found = bring(ROWS, area=outlines)
    assert (found["imported"], found["rejected"]) == (2, 1)
    assert rejects(tmp_path)[0]["reason"] == "The point lies outside the area."
    places = dict(Problem.objects.values_list("source_id", "case__territory__code"))
    assert places == {"1": "elsewhere/West", "2": "elsewhere/East"}
    west = Territory.objects.get(code="elsewhere/West")
    assert west.names["ru"] == "West (ru)" and west.city is not None
    assert not west.city.drawn_around
    # Without the outlines the records stay in their districts, and the third lies in the city.
    found = bring(ROWS)
    assert (found["imported"], found["unchanged"]) == (1, 2)
    assert bring(ROWS, area=outlines)["updated"] == 0


def test_the_outline_drawn_around_grows_with_the_records(bring: Any) -> None:
    bring(ROWS[:1])
    bring([*ROWS[:1], ROWS[2].replace("27.52", "28.9")])
    place = Territory.objects.get()
    assert place.drawn_around and place.west < 27.5 and place.east > 28.9


def test_what_came_back_there_is_linked_by_the_import_itself(bring: Any) -> None:
    near = f"{53.9 + 20 / 111_194.9:.6f}"
    rows = [
        "1,A hole,7,53.9,27.5,01.03.2020,05.03.2020,,done,a,",
        f"2,A hole again,7,{near},27.5,10.03.2020,,,new,a,",
        "3,Another kind,8,53.9,27.5,10.03.2020,,,new,a,",
        "4,Too late,7,53.9,27.5,20.05.2020,,,new,a,",
        "5,Not near,7,53.95,27.5,10.03.2020,,,new,a,",
        "6,No end is told,9,53.9,27.6,01.03.2020,,,done,a,",
        "7,So nothing came back,9,53.9,27.6,10.03.2020,,,new,a,",
    ]
    assert bring(rows)["came_back"] == 1
    link = Recurrence.objects.select_related("case__problem", "past__problem").get()
    assert (link.past.problem.source_id, link.case.problem.source_id) == ("1", "2")
    assert (link.metres, link.days, link.organisation) == (20, 5, Organisation.objects.get())
    told = Record.objects.get(kind="problems.recurrences-found")
    assert told.subject == "import:elsewhere" and told.public["count"] == 1
    # A later file: what is new in it is looked up among all that is there, once.
    more = [*rows, "8,And again,7,53.9,27.5,11.03.2020,,,new,a,"]
    assert bring(more)["came_back"] == 1
    assert bring(more)["came_back"] == 0
    assert Recurrence.objects.count() == 2


def test_a_place_of_another_system_is_no_past(bring: Any, tmp_path: Path) -> None:
    bring(["1,A hole,7,53.9,27.5,01.03.2020,05.03.2020,,done,a,"])
    other = tmp_path / "map.toml"
    other.write_text(MAP.replace('name = "elsewhere"', 'name = "nowhere"'), encoding="utf-8")
    assert bring(["2,A hole,7,53.9,27.5,10.03.2020,,,new,a,"])["came_back"] == 0
    assert not Recurrence.objects.exists()


def test_the_list_of_the_index_is_short_again_and_no_reader_was_locked_out(bring: Any) -> None:
    assert bring(ROWS)["imported"] == 3
    with connection.cursor() as cursor:
        # The test's transaction still holds every lock that the import took.
        cursor.execute(
            "SELECT DISTINCT mode FROM pg_locks WHERE pid = pg_backend_pid()"
            " AND relation IN ('problems_problem'::regclass, 'problems_words_trgm'::regclass)"
        )
        modes = {mode for (mode,) in cursor.fetchall()}
        assert "RowExclusiveLock" in modes
        assert not modes & {"AccessExclusiveLock", "ExclusiveLock", "ShareLock"}
        cursor.execute(SHORT_LISTS)  # as a migration says it; a copy of a database forgets it
        cursor.execute(
            "SELECT setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase"
            " WHERE d.datname = current_database() AND setrole = 0"
        )
        assert "gin_pending_list_limit=256" in cursor.fetchone()[0]
        cursor.execute("SHOW gin_pending_list_limit")
        assert cursor.fetchone() != ("2MB",)
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)
