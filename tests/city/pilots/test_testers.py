"""Residents test: they join once, answer, leave, are told, and are unlinked after their time."""

from __future__ import annotations

import csv
import datetime as dt
import io
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import START
from tests.city.pilots.test_trials import running
from tests.city.pilots.world import DAY, World, person
from veche.city.pilots import models, personal_trials
from veche.city.pilots.datasets.programme import DATASETS
from veche.city.pilots.models import Indicator, Trial
from veche.city.pilots.operations import measurements, testers, trials
from veche.city.pilots.operations.testers import (
    AgeUnknown,
    AnswersOver,
    ConsentNeeded,
    Given,
    GuardianNeeded,
    MarkWrong,
    NotATester,
    QuotaWrong,
    TiedTester,
    TrialOver,
)
from veche.city.pilots.queries.trials import indicators, mix_of, words_of_testers
from veche.city.pilots.rules import testers as rules
from veche.city.pilots.rules.testers import CONSENT, KEPT, Said, floor_of, mix, scale_of
from veche.city.pilots.words.testers import AGES, CONSENTS, KINDS
from veche.core.journal.models import Record
from veche.core.notices.models import Notice
from veche.core.opendata.queries import cells, csv_lines, figure
from veche.core.organisations.models import Tie
from veche.core.people.models import Person

NOW = START + 5 * DAY
AGED = "pilot_testers_by_age"


def test_how_testers_are_asked_follows_from_the_unit() -> None:
    for unit in ("marks 1 to 5", "marks 1–5", "балл от 1 до 5", "1至5分", "1-5"):
        assert scale_of(unit, "mean").kind == "marks"
    assert scale_of("g", "mean").kind == scale_of("11 to 51 m", "mean").kind == "number"
    assert scale_of("%", "share").kind == "yes-no"
    marks, number = scale_of("1–5", "mean"), scale_of("m", "mean")
    assert [mark for mark in (0, 1, 2.5, 5, 6) if marks.allows(mark)] == [1, 5]
    assert number.allows(-3.5) and not number.allows(float("inf"))
    assert not number.allows(float("nan"))
    assert set(KINDS) == set(rules.KINDS) and tuple(AGES) == rules.AGES
    assert CONSENT in CONSENTS


def test_no_number_of_testers_names_one() -> None:
    young, old, middle = Said("18-24"), Said("65+"), Said("25-44")
    few = mix([young] * 4, {"young": 10}, growing=False)
    assert few.total is None and [one.reached for one in few.parts] == [None]
    alone = mix([young] * 5, {"young": 10}, growing=False)
    assert (alone.total, alone.parts[0].reached) == (5, 5)
    # One who is not young beside five who are: the rest would be one person.
    assert mix([young] * 5 + [old], {"young": 1}, growing=False).parts[0].reached is None
    # Young and old are both many, but one in between would be what is left.
    between = mix([young] * 8 + [old] * 6 + [middle], {}, growing=False)
    assert {one.kind: one.reached for one in between.parts} == {"young": 8}
    whole = mix([young] * 8 + [old] * 6 + [middle] * 5, {"disabled": 3}, growing=False)
    assert {one.kind: one.reached for one in whole.parts} == {
        "young": 8, "old": 6, "disabled": None,
    }  # fmt: skip
    grows = mix([young] * 8 + [old] * 6, {}, growing=True)
    assert (grows.total, {one.kind: one.reached for one in grows.parts}) == (
        10, {"young": 5, "old": 5},
    )  # fmt: skip
    assert [floor_of(n) for n in (0, 4, 5, 9, 10)] == [0, 0, 5, 5, 10]


def crowd(
    trial: Trial, count: int, *, age: str = "", value: float | None = None
) -> list[models.Tester]:
    """So many people who test, and answer if a value is given; rows alone."""
    begin = Person.objects.count()
    people = Person.objects.bulk_create(
        Person(name=f"T{n}", email=f"t{n}@example.org", since=START)
        for n in range(begin, begin + count)
    )
    made = models.Tester.objects.bulk_create(
        models.Tester(trial=trial, person=one, age=age, consent=CONSENT, consented_at=START)
        for one in people
    )
    if value is not None:
        ease = Indicator.objects.get(methodology=trial.methodology, code="ease")
        models.TesterAnswer.objects.bulk_create(
            models.TesterAnswer(tester=one, indicator=ease, value=value, at=START) for one in made
        )
    return made


def test_who_is_tied_to_the_company_does_not_test(world: World) -> None:
    _made, trial, _weight = running(world)
    join: dict[str, Any] = {"at": NOW, "trial": trial, "consent": CONSENT}
    with pytest.raises(TiedTester):
        testers.enrol(by=world.founder, **join)
    who = world.town.resident
    testers.enrol(by=who, **join)
    firm = world.company.organisation
    Tie.objects.create(person=who, organisation=firm, kind="employment", since=NOW,
                       source="declared", declared_at=NOW)  # fmt: skip
    with pytest.raises(TiedTester):
        testers.answer(by=who, at=NOW, trial=trial, given={"ease": Given(5)})
    client = Client()
    client.force_login(world.founder)
    page = client.post(f"/en/pilots/test/{trial.key}/", {"consent": CONSENT})
    assert page.status_code == 409 and "You are tied to the company" in page.content.decode()


def test_open_data_tells_no_growing_number_of_testers(world: World) -> None:
    made, trial, _weight = running(world)
    crowd(trial, 7, age="65+")

    def told(at: dt.datetime) -> dict[Any, Any]:
        return {row["group"][0]: row["values"][0] for row in cells(*figure(AGED), at)}

    pilots = next(one for one in DATASETS if one.name == "pilots")
    place = [one.name for one in pilots.columns].index("testers")

    def testing(at: dt.datetime) -> str:
        rows = csv.reader(io.StringIO(b"".join(csv_lines(pilots, at)).decode()))
        return next(row[place] for row in rows if row[0] == made.case.number)

    assert "65+" not in told(NOW) and testing(NOW) == "5"
    trials.end_trial(by=world.agent, at=NOW, application=made, because="All have tried it.")
    assert told(NOW)["65+"] == 7 and testing(NOW) == "7"


def test_joining_twice_is_one_and_leaving_takes_everything_back(world: World) -> None:
    _made, trial, _weight = running(world)
    who = world.town.resident
    join: dict[str, Any] = {"by": who, "at": NOW, "trial": trial, "consent": CONSENT}
    changes: tuple[tuple[type[Exception], dict[str, Any]], ...] = (
        (ConsentNeeded, {"consent": ""}),
        (ConsentNeeded, {"consent": "0"}),
        (AgeUnknown, {"age": "13"}),
        (GuardianNeeded, {"age": "14-17"}),
    )
    for fault, changed in changes:
        with pytest.raises(fault):
            testers.enrol(**{**join, **changed})
    first = testers.enrol(**join, age="14-17", guardian=True)
    again = testers.enrol(**join, age="65+", disability=True)
    assert first.pk == again.pk and (again.age, again.guardian) == ("65+", False)
    for bad in (0, 6, 2.5):
        with pytest.raises(MarkWrong):
            testers.answer(by=who, at=NOW, trial=trial, given={"ease": Given(bad)})
    with pytest.raises(measurements.UnknownIndicator):
        testers.answer(by=who, at=NOW, trial=trial, given={"weight": Given(3)})
    with pytest.raises(NotATester):
        testers.answer(by=world.founder, at=NOW, trial=trial, given={"ease": Given(3)})
    testers.answer(by=who, at=NOW, trial=trial, given={"ease": Given(3, "=cmd Heavy")})
    testers.answer(by=who, at=NOW, trial=trial, given={"ease": Given(4, "Light")})
    others = [one.pk for one in crowd(trial, 4, value=3)]
    assert [(one.value, one.words) for one in words_of_testers(trial)] == [(None, "Light")]
    trial.ended_at = NOW
    assert [(one.value, one.words) for one in words_of_testers(trial)] == [(4, "Light")]
    trial.ended_at = None
    models.TesterAnswer.objects.filter(tester__in=others).delete()
    models.Tester.objects.filter(pk__in=others).delete()
    assert personal_trials.collect(who)["pilot_tests"][0]["answers"][0]["words"] == "Light"

    testers.leave(by=who, at=NOW, trial=trial)
    row = models.Tester.objects.get(pk=first.pk)
    assert (row.person, row.age, row.disability, row.left_at) == (None, "", None, NOW)
    assert not models.TesterAnswer.objects.exists() and not personal_trials.collect(who)
    with pytest.raises(NotATester):
        testers.leave(by=who, at=NOW, trial=trial)
    # The journal is open and for ever: it says that somebody joined and left, never who.
    told = Record.objects.filter(kind__startswith="pilot.tester")
    assert told.count() == 5 and not told.filter(actor__isnull=False).exists()

    testers.enrol(**join)
    personal_trials.erase(by=None, at=NOW, person=who)
    assert not models.Tester.objects.filter(person__isnull=False).exists()
    with pytest.raises(TrialOver):  # its last day is over, though nobody has ended it yet
        testers.enrol(**{**join, "at": trial.ends_at})
    trials.end_trial(by=world.agent, at=trial.ends_at, application=trial.application)
    with pytest.raises(TrialOver):
        testers.enrol(**join)
    with pytest.raises(AnswersOver):
        testers.answer(by=who, at=NOW, trial=trial, given={"ease": Given(1)})


def test_what_testers_say_is_told_when_it_is_over_and_of_five(world: World) -> None:
    made, trial, _weight = running(world)
    testers.set_quota(by=world.agent, at=NOW, trial=trial, wanted={"young": 3, "old": 2})
    for wrong in ({"women": 3}, {"young": -1}):
        with pytest.raises(QuotaWrong):
            testers.set_quota(by=world.agent, at=NOW, trial=trial, wanted=wrong)
    crowd(trial, 4, age="18-24", value=3)
    assert mix_of(trial).total is None and indicators(trial, NOW)[1].told is None
    crowd(trial, 3, age="18-24", value=5)
    shown = indicators(trial, NOW)[1]
    assert shown.hidden and shown.outcome.value is None and shown.told == 5
    assert mix_of(trial).total == 5  # of seven: by one more nobody is seen to come
    trials.end_trial(by=world.agent, at=trial.ends_at, application=made)
    trial.refresh_from_db()
    shown = indicators(trial, NOW)[1]
    assert shown.outcome.value == pytest.approx(27 / 7) and shown.outcome.met is False
    assert mix_of(trial).total == 7
    assert [(one.kind, one.wanted, one.reached) for one in mix_of(trial).parts] == [
        ("young", 3, 7), ("old", 2, None),
    ]  # fmt: skip


def test_thousands_are_told_the_outcome_at_once_and_unlinked_after_a_year(world: World) -> None:
    made, trial, _weight = running(world)
    crowd(trial, 500, value=4)
    trials.end_trial(by=world.agent, at=trial.ends_at, application=made)
    at = trial.ends_at + 5 * DAY
    world._move(made, "publish", at, world.founder)
    records = [Record(subject=f"pilot:{made.case.number}")]
    begin = time.process_time()
    testers.hear_published(records=records, at=at)
    testers.hear_published(records=records, at=at)
    assert time.process_time() - begin < 2
    assert Notice.objects.filter(kind="pilot.testers-report").count() == 500
    trial.refresh_from_db()
    assert trial.told_at == at and models.Tester.objects.filter(told_at=at).count() == 500
    later = at + 20 * DAY
    made.answer, made.because = "stop", "It was too heavy."
    made.save()
    world._move(made, "stop", later, world.founder)
    assert testers.tell_outcome(by=world.officer, at=later, trial=trial) == 500
    testers.sweep_testers(at=later + KEPT - dt.timedelta(hours=1))
    assert models.Tester.objects.filter(person__isnull=False).count() == 500
    testers.sweep_testers(at=later + KEPT)
    assert not models.Tester.objects.filter(person__isnull=False).exists()
    assert models.TesterAnswer.objects.count() == 500


def test_a_resident_joins_by_the_sheet_on_a_phone_answers_and_leaves(
    world: World, client: Client
) -> None:
    made, trial, _weight = running(world)
    page = f"/en/pilots/test/{trial.key}/"
    assert client.get("/en/pilots/test/nothing/").status_code == 404
    assert b"ten letters" in client.get("/en/pilots/test/?word=nothing").content
    assert client.get(f"/en/pilots/test/?word={trial.key}")["Location"] == page
    assert b"Sign in and join" in client.get(page).content
    away = client.post(page)
    assert away.status_code == 302 and "next=" in away["Location"]

    client.force_login(world.town.resident)
    refused = client.post(page, {"age": "65+", "version": CONSENT})
    assert refused.status_code == 422 and b'value="65+"' in refused.content
    stale = client.post(page, {"consent": "on", "version": "0"})
    assert stale.status_code == 422 and not models.Tester.objects.exists()
    joined = {"consent": "on", "version": CONSENT, "age": "65+", "disability": "no"}
    for _press in range(2):
        assert client.post(page, joined).status_code == 302
    assert models.Tester.objects.get().age == "65+"
    assert b"How easy it is" in client.get(page).content
    for bad in ({"value-ease": "9"}, {"value-ease": "x"}):
        answer = client.post(f"{page}answer/", {**bad, "words-ease": "I keep my words"})
        assert answer.status_code == 422 and b"I keep my words" in answer.content
    assert client.post(f"{page}answer/", {"value-ease": "4", "words-ease": "<b>Feather</b>"})
    assert models.TesterAnswer.objects.get().value == 4

    public = client.get(f"/en/pilots/trials/{made.case.number}/").content.decode()
    assert "Feather" not in public
    client.force_login(world.founder)
    own = client.get(f"/en/pilots/trials/{made.case.number}/").content.decode()
    assert "&lt;b&gt;Feather&lt;/b&gt;" in own
    client.force_login(world.officer)
    assert "Feather" not in client.get(f"/en/pilots/trials/{made.case.number}/").content.decode()

    client.force_login(world.town.resident)
    assert client.get(f"{page}leave/").status_code == 200
    assert client.post(f"{page}leave/").status_code == 302
    assert not models.TesterAnswer.objects.exists()
    assert client.get(f"{page}leave/").status_code == 404
    assert person("Somebody").pk  # nobody else was touched


def test_those_who_join_and_answer_do_not_wait_for_each_other(world: World) -> None:
    trial = world.application("running", at=START).trials.get()
    with CaptureQueriesContext(connection) as asked:
        testers.enrol(by=world.town.resident, at=NOW, trial=trial, consent=CONSENT)
        testers.answer(by=world.town.resident, at=NOW, trial=trial, given={"ease": Given(4)})
    shared = [one["sql"] for one in asked if "FOR SHARE" in one["sql"]]
    alone = [one["sql"] for one in asked if "FOR UPDATE" in one["sql"]]
    assert len(shared) == 2 and all('"pilots_tester' in one for one in alone)
