"""A stranger reckons the scores of a finished call from its marks, and knows no expert."""

from __future__ import annotations

import csv
import datetime as dt
import random
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from tests.cast import START
from tests.city.pilots.world import DAY, World, make_call
from veche import clock
from veche.city.pilots.datasets.scores import DATASETS, FIGURES
from veche.city.pilots.models import (
    Application,
    Call,
    CallReader,
    CallScore,
    FinalScore,
    Review,
    ReviewMark,
    ReviewTask,
)
from veche.city.pilots.operations.call_scores import sweep_scores
from veche.city.pilots.queries.scores import score_call
from veche.city.pilots.scores_check import check_scores
from veche.core.cases.operations import move_case
from veche.core.opendata import publish

HOUR = dt.timedelta(hours=1)
LATER = START + 40 * DAY


def read(made: Application, world: World, experts: list[int], seed: int) -> None:
    """Some experts mark an application, the later ones of the list more severely."""
    chance = random.Random(seed)
    criteria = list(made.call.criteria.order_by("place"))
    for number in experts:
        task = ReviewTask.objects.create(
            application=made, expert=world.experts[number], standing="done", given_at=START,
            due_at=START + DAY, ended_at=START + HOUR,
        )  # fmt: skip
        review = Review.objects.create(task=task, summary="Read.", at=START + HOUR)
        for one in criteria:
            mark = min(5, max(0, chance.randrange(2, 6) - number // 2))
            ReviewMark.objects.create(review=review, criterion=one, mark=mark, reason="So.")


def finish(call: Call, world: World) -> None:
    move_case(by=world.agent, at=START + DAY, case=call.case, move="close")
    move_case(by=world.agent, at=START + DAY, case=call.case, move="finish")


def finished(world: World) -> list[Application]:
    """Six decided applications read by three of five experts each, and one withdrawn before."""
    made = []
    for place in range(6):
        one = world.application("review", title=f"Solution {place}")
        read(one, world, [place % 5, (place + 1) % 5, (place + 3) % 5], place)
        made.append(one)
        Application.objects.filter(pk=one.pk).update(decided_at=START + DAY)
    gone = world.application("review", title="Taken back")
    read(gone, world, [0, 1, 2], 99)
    finish(world.call, world)
    return made


def written(folder: Path) -> Path:
    folder.mkdir()
    with transaction.atomic(), connection.cursor() as cursor:
        publish.write(
            cursor, folder, datasets=DATASETS, figures=FIGURES, at=LATER, city={"en": "Town"}
        )
    return folder


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def changed(folder: Path, name: str, was: str, now: str) -> list[str]:
    """What a stranger finds after somebody changed a file; the file is put back."""
    path = folder / "data" / f"{name}.csv"
    kept = path.read_text()
    assert was in kept
    path.write_text(kept.replace(was, now, 1))
    differences, _summary = check_scores(folder)
    path.write_text(kept)
    return differences


@pytest.mark.django_db
def test_a_stranger_reckons_the_scores(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = finished(world)
    sweep_scores(at=LATER)
    score = CallScore.objects.get()
    assert (score.experts, score.reviews, score.told) == (5, 18, True)
    sweep_scores(at=LATER + HOUR)
    assert CallScore.objects.get().at == LATER, "nothing is reckoned twice"
    folder = written(tmp_path / "out")
    marks = rows(folder, "pilot_call_marks")
    assert {row["number"] for row in marks} == {one.case.number for one in made}
    numbers = {row["expert"] for row in marks}
    assert len(numbers) == 5 and not numbers & {str(one.pk) for one in world.experts}
    assert len(rows(folder, "pilot_call_scores")) == 6

    differences, summary = check_scores(folder)
    assert differences == []
    assert "6 adjusted scores of 1 calls" in summary
    alone = subprocess.run(
        [sys.executable, str(folder / "verify.py"), str(folder)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert alone.returncode == 0, alone.stdout
    assert "6 adjusted scores" in alone.stdout

    first = rows(folder, "pilot_call_scores")[0]
    assert changed(folder, "pilot_call_scores", first["adjusted"], "2.999999")
    variance = rows(folder, "pilot_call_variances")[0]
    assert any(
        "more likely" in one
        for one in changed(folder, "pilot_call_variances", variance["ratio"], "77.0")
    )
    last = marks[0]
    line = f"{last['expert']},{last['criterion']},{last['weight']},{last['mark']}"
    other = line[:-1] + str((int(last["mark"]) + 2) % 6)
    assert changed(folder, "pilot_call_marks", line, other)
    (folder / "data" / "pilot_call_marks.csv").write_text("call\n\x00")
    assert check_scores(folder)[0]

    # The scores of the city itself, reckoned elsewhere: without the one that was taken back.
    fitted = score_call(world.call)
    assert set(FinalScore.objects.values_list("application", flat=True)) < set(fitted)

    monkeypatch.setattr(clock, "now", lambda: LATER)
    for language in ("en", "ru", "zh-hans"):
        page = Client().get(f"/{language}/pilots/calls/{world.call.case.number}/")
        assert page.status_code == 200
        assert "pilot_call_marks" in page.content.decode()

    # An appeal: until it is decided again nothing of the call is told; then numbers stay.
    before = dict(CallReader.objects.values_list("expert", "number"))
    Application.objects.filter(pk=made[0].pk).update(decided_at=None)
    assert rows(written(tmp_path / "appeal"), "pilot_call_scores") == []
    assert (
        "pilot_call_scores"
        not in Client().get(f"/en/pilots/calls/{world.call.case.number}/").content.decode()
    )
    Application.objects.filter(pk=made[0].pk).update(decided_at=LATER + DAY)
    sweep_scores(at=LATER + 2 * DAY)
    assert CallScore.objects.get().at == LATER + 2 * DAY
    assert dict(CallReader.objects.values_list("expert", "number")) == before
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE pilots_callreader SET number = 1")


@pytest.mark.django_db
def test_fewer_than_five_experts_are_told_by_means_alone(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = make_call(world.programme, world.town, world.agent, department=world.department)
    for place in range(4):
        one = world.application("review", call=call)
        read(one, world, [0, 1, 2 + place % 2], place)
        Application.objects.filter(pk=one.pk).update(decided_at=START + DAY)
    finish(call, world)
    sweep_scores(at=LATER)
    assert not CallReader.objects.exists()
    folder = written(tmp_path / "out")
    assert rows(folder, "pilot_call_marks") == []
    assert {(row["told"], row["experts"], row["ratio"])
            for row in rows(folder, "pilot_call_variances")} == {("false", "", "")}  # fmt: skip
    assert all(row["mean"] and not row["adjusted"] for row in rows(folder, "pilot_call_scores"))
    differences, summary = check_scores(folder)
    assert differences == [] and "of 4 more applications the mean alone" in summary
    monkeypatch.setattr(clock, "now", lambda: LATER)
    page = Client().get(f"/en/pilots/calls/{call.case.number}/").content.decode()
    assert "Fewer than five experts marked" in page and "Adjusted" not in page
