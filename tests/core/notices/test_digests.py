"""Digests, quiet hours, and what happens when it is done twice."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from tests.cast import START, SmallTown

from veche.city.problems import operations as problems
from veche.core.notices import operations
from veche.core.notices.models import DigestPass, Letter, LetterBody, Notice, Waiting
from veche.core.notices.operations import Wanted, send_letters, write_digests, write_waiting
from veche.core.notices.operations.letters import digests_missing, throw_away
from veche.core.notices.tasks import announce_waiting, tick
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ALL = ("own", "followed", "around", "work")
EIGHT = dt.datetime(2026, 11, 17, 4, 0, tzinfo=dt.UTC)
"""Eight in the morning in Samara, the day after START."""


def paced(town: SmallTown, pace: str, quiet: tuple[dt.time, dt.time] | None = None) -> None:
    reader = operations.reader_for(by=town.resident, at=START)
    ways = {"mail": dict.fromkeys(ALL, pace), "push": {}}
    operations.choose_ways(by=town.resident, at=START, reader=reader, ways=ways, quiet=quiet)


def published(town: SmallTown, at: dt.datetime = START) -> None:
    problems.accept(by=town.moderator, at=at, case=town.report(at=at).case)


def test_a_day_comes_in_one_letter_at_eight_once(town: SmallTown) -> None:
    paced(town, "daily")
    for n in range(3):
        published(town, START + n * HOUR)
    tick(at=START + 5 * HOUR)  # that day's pass is made, with everything before it
    assert send_letters(at=START + 5 * HOUR).sent == 1
    published(town, START + 6 * HOUR)
    published(town, START + 7 * HOUR)
    assert digests_missing(EIGHT - HOUR) == []
    assert digests_missing(EIGHT) == [("daily", "2026-11-17")]
    tick(at=EIGHT)
    tick(at=EIGHT + HOUR)
    letter = Letter.objects.get(period="2026-11-17")
    assert letter.body is not None and letter.body.text.count("A moderator published") == 2
    mail.outbox.clear()
    assert send_letters(at=EIGHT + HOUR).sent == 1
    assert not Waiting.objects.exists()


def test_a_week_comes_on_monday(town: SmallTown) -> None:
    paced(town, "weekly")
    tick(at=START)
    published(town, START + DAY)
    for n in range(2, 7):
        tick(at=START + n * DAY)
    assert not Letter.objects.exists()
    tick(at=START + 7 * DAY)
    assert Letter.objects.get().kind == "weekly"


def test_none_means_none(town: SmallTown) -> None:
    paced(town, "none")
    published(town)
    tick(at=START + 8 * DAY)
    assert not Letter.objects.exists()
    assert Notice.objects.filter(person=town.resident).count() == 1  # the page still says it


def test_nothing_is_sent_when_nothing_happened(town: SmallTown) -> None:
    paced(town, "daily")
    tick(at=EIGHT)
    assert not Letter.objects.exists()
    assert DigestPass.objects.filter(kind="daily").get().letters == 0


def test_the_same_words_are_kept_once_a_language(town: SmallTown) -> None:
    for n in range(12):
        language = ("en", "ru", "zh-hans")[n % 3]
        person = add_person(
            by=None, at=START, name=f"P{n}", email=f"p{n}@example.org", language=language
        )
        operations.subscribe(by=person, at=START, wanted=Wanted(territory=town.west.pk))
    published(town)
    announce_waiting(START)
    assert write_digests(by=None, at=EIGHT, kind="daily", period="2026-11-17") == 12
    assert LetterBody.objects.count() == 3
    assert Letter.objects.count() == 12


def test_a_pass_made_twice_makes_nothing_twice(town: SmallTown) -> None:
    paced(town, "daily")
    published(town)
    assert write_digests(by=None, at=EIGHT, kind="daily", period="2026-11-17") == 1
    assert write_digests(by=None, at=EIGHT, kind="daily", period="2026-11-17") == 0


def test_more_than_fits_is_counted_in_words(town: SmallTown) -> None:
    paced(town, "daily")
    for n in range(45):
        published(town, START + n * dt.timedelta(minutes=1))
    write_digests(by=None, at=EIGHT, kind="daily", period="2026-11-17")
    [body] = LetterBody.objects.all()
    assert body.text.count("http") == 40
    assert "5 more notices stand on your page." in body.text
    assert not Waiting.objects.exists()


def test_quiet_hours_cross_midnight_and_end_in_one_letter(town: SmallTown) -> None:
    paced(town, "now", (dt.time(22), dt.time(7)))
    ten = dt.datetime(2026, 11, 16, 18, 30, tzinfo=dt.UTC)  # half past ten at night in Samara
    for n in range(3):
        published(town, ten + n * HOUR)
        tick(at=ten + n * HOUR)
    assert not Letter.objects.exists()
    seven = dt.datetime(2026, 11, 17, 3, 0, tzinfo=dt.UTC)
    tick(at=seven - dt.timedelta(minutes=1))
    assert not Letter.objects.exists()
    tick(at=seven)
    assert send_letters(at=seven).sent == 1


def test_a_digest_in_quiet_hours_waits_for_their_end(town: SmallTown) -> None:
    paced(town, "daily", (dt.time(23), dt.time(10)))
    published(town)
    write_digests(by=None, at=EIGHT, kind="daily", period="2026-11-17")
    assert Letter.objects.get().not_before == EIGHT + 2 * HOUR
    assert send_letters(at=EIGHT).sent == 0
    assert send_letters(at=EIGHT + 2 * HOUR).sent == 1


def test_a_job_that_was_lost_is_made_good_by_the_timer(town: SmallTown) -> None:
    paced(town, "now")
    published(town)  # its job is never done
    assert write_waiting(by=None, at=START) == 1
    assert write_waiting(by=None, at=START) == 0


def test_a_title_that_is_not_public_is_told_to_its_author_only(town: SmallTown) -> None:
    case = town.report().case
    operations.follow(by=town.neighbour, at=START, case=case)
    text = "Please do not name people here."
    problems.reject(by=town.moderator, at=START, case=case, reason="unclear", text=text)
    write_waiting(by=None, at=START)
    mail.outbox.clear()
    send_letters(at=START)
    bodies = {m.to[0]: f"{m.subject}{m.body}" for m in mail.outbox}
    assert "A deep hole" in bodies["resident@example.org"]
    assert "A deep hole" not in bodies["neighbour@example.org"]


def test_old_letters_are_thrown_away(town: SmallTown) -> None:
    paced(town, "now")
    published(town)
    write_waiting(by=None, at=START)
    send_letters(at=START)
    throw_away(by=None, at=START + 29 * DAY)
    assert Letter.objects.count() == LetterBody.objects.count() == 1
    throw_away(by=None, at=START + 31 * DAY)
    assert Letter.objects.count() == LetterBody.objects.count() == 0


def test_what_is_hidden_leaves_the_letters_that_still_wait(town: SmallTown) -> None:
    from veche.core.cases.models import Case
    from veche.core.notices.operations import write_anew

    case = town.report().case
    operations.follow(by=town.neighbour, at=START, case=case)
    problems.accept(by=town.moderator, at=START, case=case)
    write_waiting(by=None, at=START)
    Case.objects.filter(pk=case.pk).update(hidden_at=START)
    write_anew(by=town.moderator, at=START, cases=[case])
    tick(at=START + HOUR)
    mail.outbox.clear()
    send_letters(at=START + HOUR)
    bodies = {m.to[0]: f"{m.subject}{m.body}" for m in mail.outbox}
    assert "A deep hole" not in bodies["neighbour@example.org"]
    assert "A deep hole" in bodies["resident@example.org"]  # its author may read it
    assert len(mail.outbox) == 2
