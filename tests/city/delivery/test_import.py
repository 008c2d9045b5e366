"""A strategy from a table: what is taken, what is refused, and what a newer file changes."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests import commands
from tests.cast import START, SmallTown, small_town
from veche.city.delivery.models import Goal, Measured, Strategy, Superseded
from veche.city.delivery.operations.imports import import_strategy
from veche.city.delivery.operations.strategy import PlannersOnly
from veche.core.journal.models import Record
from veche.core.organisations.models import Holding, Organisation
from veche.imported import CannotImport

HEADER = (
    "code,above,kind,title,title_ru,owner,begins,ends,planned,spent,indicator,unit,baseline,"
    "baseline_on,target,target_on,value,value_on"
)
ROWS = (
    "2,,goal,Safe streets,Безопасные улицы,,2026,2030,,,Deaths,people,12,2025,3,2030-12-31,11,2026",
    "2.1,2,task,Crossings,,roads,2026-01-01,2028-12-31,,,,,,,,,,",
    "2.1.1,2.1,measure,Lights at schools,,roads,2026-03-01,01.09.2027,1200000.50,300000,,,,,,,,",
    "2.1.2,2.1,measure,Paint,,Office of paint,2026,2026,80 000,0,,,,,,,,",
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> SmallTown:
    """The small town."""
    return small_town()


@pytest.fixture
def bring(town: SmallTown, tmp_path: Path) -> Any:
    """Import rows under the header; the summary, and the rejects as (line, reason)."""

    def run(*rows: str, header: str = HEADER, **more: Any) -> tuple[dict[str, int], Any]:
        file, out = tmp_path / "plan.csv", tmp_path / "rejects.csv"
        file.write_text("\n".join([header, *rows]), encoding="utf-8")
        values: dict[str, Any] = {
            "by": None, "at": START, "file": file, "code": "plan", "titles": {"en": "Plan"},
            "territory": town.city, "rejects": out,
        }  # fmt: skip
        found = import_strategy(**{**values, **more})
        with out.open(encoding="utf-8", newline="") as lines:
            refused = [(int(row[0]), row[1]) for row in list(csv.reader(lines))[1:]]
        return found, refused

    return run


def counts(read: int, imported: int = 0, superseded: int = 0, unchanged: int = 0) -> dict[str, int]:
    """A summary; the rest was rejected."""
    return {
        "read": read, "imported": imported, "superseded": superseded, "unchanged": unchanged,
        "rejected": read - imported - superseded - unchanged,
    }  # fmt: skip


def test_rows_become_a_tree(bring: Any, town: SmallTown) -> None:
    found, refused = bring(*ROWS)
    assert (found, refused) == (counts(4, imported=4), [])
    goal, task, lights, paint = Goal.objects.order_by("code")
    assert (goal.above, task.above, lights.above, paint.above) == (None, goal, task, task)
    assert goal.titles == {"en": "Safe streets", "ru": "Безопасные улицы"}
    assert (goal.baseline, goal.target, str(goal.baseline_on)) == (12, 3, "2025-12-31")
    assert (str(goal.begins), str(goal.ends)) == ("2026-01-01", "2030-12-31")
    assert (lights.planned, lights.spent) == (Decimal("1200000.50"), Decimal(300000))
    assert str(lights.ends) == "2027-09-01"
    assert paint.planned == 80000
    assert lights.owner == town.roads
    measured = Measured.objects.get()
    assert (measured.goal, measured.value, str(measured.on)) == (goal, 11, "2026-12-31")
    strategy = Strategy.objects.get()
    assert (str(strategy.begins), str(strategy.ends)) == ("2026-01-01", "2030-12-31")
    met = Organisation.objects.get(code="plan/Office of paint")
    assert (met.imported, paint.owner) == (True, met)


def test_one_record_and_a_second_time_changes_nothing(bring: Any) -> None:
    bring(*ROWS)
    (record,) = Record.objects.filter(kind="delivery.strategy-imported")
    assert record.public["imported"] == 4 and len(record.public["sha256"]) == 64
    before = list(Goal.objects.order_by("pk").values())
    assert bring(*ROWS)[0] == counts(4, unchanged=4)
    assert list(Goal.objects.order_by("pk").values()) == before
    assert not Superseded.objects.exists()


def test_what_a_newer_file_changes_is_superseded(bring: Any, town: SmallTown) -> None:
    bring(*ROWS)
    newer = [
        ROWS[0].replace("3,2030-12-31,11", "5,2030-12-31,10"),
        ROWS[1],
        ROWS[2].replace("01.09.2027,1200000.50", "2028-09-01,1500000"),
        ROWS[3].replace("Paint", "White paint"),
        "2.1.3,2.1,measure,Signs,,roads,,,,,,,,,,,,",
    ]
    found, _refused = bring(*newer, reason="the council decided")
    assert found == counts(5, imported=1, superseded=3, unchanged=1)
    kept = {
        (s.goal.code, s.field): (s.before, s.after, s.reason)
        for s in Superseded.objects.select_related("goal")
        if s.goal is not None
    }
    why = "the council decided"
    assert kept == {
        ("2", "target"): ("3", "5", why),
        ("2", "measured"): ("2026-12-31 11", "2026-12-31 10", why),
        ("2.1.1", "ends"): ("2027-09-01", "2028-09-01", why),
        ("2.1.1", "planned"): ("1200000.50", "1500000.00", why),
    }
    assert Goal.objects.get(code="2.1.2").titles["en"] == "White paint"
    assert Measured.objects.get().value == 10


def test_without_a_reason_the_file_is_named(bring: Any) -> None:
    bring(*ROWS)
    bring(ROWS[0].replace("3,2030-12-31", "4,2030-12-31"))
    assert Superseded.objects.get().reason == "import plan.csv"
    assert Goal.objects.count() == 4


def test_a_column_that_is_missing_changes_nothing(bring: Any) -> None:
    bring(*ROWS)
    found, _refused = bring("2.1.1,measure,Lights at schools", header="code,kind,title")
    assert found == counts(1, unchanged=1)
    assert Goal.objects.get(code="2.1.1").planned == Decimal("1200000.50")


def test_without_a_column_the_code_says_what_is_above(bring: Any) -> None:
    found, _refused = bring(
        "1.1.1;мероприятие;Фонари", "1;цель;Свет", "1.1;задача;Дворы", "7.2;goal;Alone",
        header="code;kind;title",
    )  # fmt: skip
    assert found == counts(4, imported=4)
    above = {g.code: g.above.code if g.above else "" for g in Goal.objects.select_related("above")}
    assert above == {"1": "", "1.1": "1", "1.1.1": "1.1", "7.2": ""}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",,goal,X", "“code” is missing."),
        ("a b,,goal,X", "A code is made of"),
        ("9,,aim,X", "“kind” must be goal, task or measure: “aim”."),
        ("9,,goal,", "“title” is missing."),
        ("9,8,task,X", "There is no “8” above it"),
        ("9,2.1.1,measure,X", "It cannot hang under “2.1.1”"),
        ("9,2.1,goal,X", "It cannot hang under “2.1”"),
        ("9,,goal,X,,,2026-02-30", "“begins” is not a date"),
        ("9,,goal,X,,,2027,2026", "“ends” lies before “begins”."),
        ("9,,goal,X,,,,,12.345", "more than two decimals"),
        ("9,,goal,X,,,,,1e400", "not a number"),
        ("9,,goal,X,,,,,-5", "not a possible sum"),
        ('9,,goal,X,,,,,"1,234"', "not a number"),
        ("9,,goal,X,,,,,,,,,nan", "“baseline” is not a number"),
        ("2,,goal,X", "stands in the file already, in line 2"),
    ],
)
def test_bad_rows_are_refused_with_line_and_reason(bring: Any, row: str, reason: str) -> None:
    cells = next(csv.reader([row]))
    padded = ",".join(f'"{cell}"' for cell in cells) + "," * (18 - len(cells))
    found, refused = bring(*ROWS, padded)
    assert found == counts(5, imported=4)
    ((line, said),) = refused
    assert line == 6
    assert reason in said


def test_what_hangs_under_a_refused_row_is_refused_too(bring: Any) -> None:
    rows = (ROWS[0].replace(",goal,", ",aim,"), *ROWS[1:])
    with pytest.raises(CannotImport, match="not one of 4 rows"):
        bring(*rows)
    bring(*ROWS)
    assert bring(*rows)[0] == counts(4, unchanged=3)


def test_a_circle_hangs_nowhere(bring: Any) -> None:
    tail = "," * 14
    found, refused = bring(*ROWS, f"5,6,goal,X{tail}", f"6,5,goal,Y{tail}")
    assert found == counts(6, imported=4)
    assert [line for line, _ in refused] == [6, 7]
    assert "hangs nowhere" in refused[0][1]


def test_a_kind_does_not_change(bring: Any) -> None:
    bring(*ROWS)
    found, refused = bring(ROWS[1].replace(",task,", ",goal,"))
    assert found == counts(1)
    assert refused[0][1].startswith("This item is a “task” already")


def test_only_a_planner_imports(bring: Any, town: SmallTown) -> None:
    with pytest.raises(PlannersOnly):
        bring(*ROWS, by=town.officer)
    assert bring(*ROWS, by=town.planner)[0] == counts(4, imported=4)


def test_the_database_refuses_an_edit_in_place(bring: Any) -> None:
    bring(*ROWS)
    for change in ("ends = '2040-01-01'", "target = 99", "planned = NULL"):
        with (
            pytest.raises(IntegrityError, match="superseded with a reason"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE delivery_goal SET {change} WHERE code IN ('2', '2.1.1')")


def test_the_command(town: SmallTown, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "Plan 2030.csv"
    file.write_text("\n".join([HEADER, *ROWS]), encoding="utf-8")
    assert commands.run("delivery", "import", str(file), "--json", "--title", "The plan") == 0
    said = json.loads(capsys.readouterr().out)
    assert said.pop("seconds") >= 0
    assert said == counts(4, imported=4)
    assert Strategy.objects.get(code="plan-2030").titles == {"en": "The plan"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "there is no file"),
        (b"", "is empty"),
        (b"name,price\n1,2\n", "the file has no column “code”; it has name, price."),
        ("code,kind,title\n1,goal,Ж".encode("cp1251"), "not one of 1 rows"),
        (b"code,kind,title,code\n", "“code” twice"),
        (b"\xff\xfec\x00", "is not UTF-8"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_a_sentence(
    town: SmallTown, tmp_path: Path, capsys: Any, content: bytes | None, why: str
) -> None:
    file = tmp_path / "plan.csv"
    if content is not None:
        file.write_bytes(content)
    assert commands.run("delivery", "import", str(file)) == 2
    said = capsys.readouterr().err
    assert said.startswith("Nothing was imported: ") and why in said
    assert not Strategy.objects.exists()


def test_rejects_are_not_written_over_the_file(bring: Any, tmp_path: Path) -> None:
    with pytest.raises(CannotImport, match="overwritten"):
        bring(*ROWS, rejects=tmp_path / "plan.csv")
    assert len((tmp_path / "plan.csv").read_text("utf-8").splitlines()) == 5


def test_a_planner_of_a_district_changes_no_plan_of_the_city(bring: Any, town: SmallTown) -> None:
    bring(*ROWS)
    Holding.objects.filter(person=town.planner).update(territory=town.west)
    with pytest.raises(PlannersOnly):
        bring(ROWS[0].replace("Safe", "Wide"), by=town.planner, territory=town.west)


def test_numbers_and_bytes_that_cannot_be_are_rejected_row_by_row(bring: Any) -> None:
    odd = [
        "3,,goal,Not a number,,,,,NaN,,,,,,,,,",
        "4,,goal,Too much,,,,,1e99,,,,,,,,,",
        f"5,,goal,Digits,,,,,{'9' * 5000},,,,,,,,,",
        "6,,goal,Endless,,,,,,,,,inf,,,,,",
        "7,,goal,No day,,,2026-02-30,,,,,,,,,,,",
        "8,,goal,Zero\0byte,,,,,,,,,,,,,,",
        "9,,goal,Short",
    ]
    found, refused = bring(ROWS[0] + "\r", *[f"{one}\r" for one in odd], header=f"\ufeff{HEADER}\r")
    assert (found["imported"], found["rejected"]) == (1, 7)
    assert [line for line, _why in refused] == [3, 4, 5, 6, 7, 8, 9]
