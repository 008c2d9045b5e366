"""What a digest costs: one pass over 10,000, 25,000 and 50,000 subscribers, rendering included.

Every subscriber hears of a district, of a theme in it, or of a circle of their own, so that some
digests are alike and most are not. Measured is the pass into the outgoing store; handing letters
to a mail server is apart. Runs on a database of its own, dropped at the end.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any

from django.core import mail
from django.db import connection

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

SIZES = (10_000, 25_000, 50_000)
PROBLEMS = 24
"""Told in a day to those around them: a dozen notices for each subscriber."""
AT_MOST = 60.0
PEER = "Decidim: jobs a subscriber, most not sent at 40,000"
DAY = dt.timedelta(days=1)

_PEOPLE = """
INSERT INTO people_person (password, email, name, language, level, is_active, since)
SELECT '!', 'reader-' || n || '@example.org', 'Reader ' || n,
       (ARRAY['en', 'ru', 'zh-hans'])[1 + n %% 3], 'email', true, %(at)s
FROM generate_series(%(first)s::int, %(last)s::int) n
"""
_READERS = """
INSERT INTO notices_reader (person_id, language, mark, ways, bounces, since)
SELECT id, language, md5(id::text), '{}', 0, %(at)s FROM people_person p
WHERE name LIKE 'Reader %%' AND NOT EXISTS (
    SELECT FROM notices_reader r WHERE r.person_id = p.id)
"""
# Everybody hears of a theme in a district, and of a circle around their home.
_WANTED = """
INSERT INTO notices_subscription
    (reader_id, territory_id, street, street_name, theme, longitude, latitude, radius, since)
SELECT r.id, w.territory, '', '', w.theme, w.longitude, w.latitude, w.radius, %(at)s
FROM notices_reader r CROSS JOIN LATERAL (VALUES
    ((%(districts)s::bigint[])[1 + r.id %% 2], (ARRAY['pothole', 'lamp'])[1 + (r.id / 2) %% 2],
     NULL::float, NULL::float, NULL::int),
    (NULL, '', 49.0 + random() * (1 + r.id * 0), 53.0 + random() * (1 + r.id * 0), 5000)
) w (territory, theme, longitude, latitude, radius)
WHERE NOT EXISTS (SELECT FROM notices_subscription s WHERE s.reader_id = r.id)
"""


def bench(report: Any) -> None:
    """Measure the pass at each size, one row each."""
    name = connection.settings_dict["NAME"]
    connection.settings_dict.setdefault("TEST", {})["NAME"] = f"bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        from veche.project.cli import sync

        sync()
        _measure(report)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _measure(report: Any) -> None:
    from tests.cast import small_town

    from veche.core.notices.models import Letter, LetterBody, Waiting
    from veche.core.notices.operations import send_letters, write_digests

    at = dt.datetime(2026, 11, 17, 6, 0, tzinfo=dt.UTC)
    town = small_town()
    problems = _problems(town, at)
    first, before, seconds = 1, 0.0, 0.0
    for day, size in enumerate(SIZES):
        now = at + day * DAY
        with connection.cursor() as cursor:
            values = {"first": first, "last": size, "at": at,
                      "districts": [town.west.pk, town.east.pk]}  # fmt: skip
            for statement in (_PEOPLE, _READERS, _WANTED):
                cursor.execute(statement, values)
            cursor.execute("ANALYZE")
        first = size + 1
        told, telling = _tell(problems, now)
        report(f"{size:,} subscribers: told", told, "notices")
        report(f"{size:,} subscribers: a telling", telling * 1000, "ms")
        begun = time.monotonic()
        made = write_digests(by=None, at=now, kind="daily", period=now.date().isoformat())
        seconds = time.monotonic() - begun
        report(f"{size:,} subscribers: digests", made, "letters", at_least=size * 0.95)
        report(f"{size:,} subscribers: one pass", seconds, "s", at_most=AT_MOST, beside=PEER)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        report(f"{size:,} subscribers: peak memory", memory, "MB", at_most=400)
        before = before or memory
        words = LetterBody.objects.count()
        report(f"{size:,} subscribers: kept words", words, "bodies")
        left = Waiting.objects.filter(pace="daily").count()
        report(f"{size:,} subscribers: left over", left, "notices", at_most=0)
        Letter.objects.filter(state="waiting").update(state="sent")
    _ideas(town, at + len(SIZES) * DAY, report)
    report("memory at 50,000 against 10,000", memory / before, "times", at_most=1.5)
    # The next day the first fifty thousandth letter is handed over: what sending costs apart.
    Letter.objects.filter(pk__in=Letter.objects.order_by("-pk").values("pk")[:2_000]).update(
        state="waiting"
    )
    mail.outbox = []  # type: ignore[attr-defined]
    begun = time.monotonic()
    run = send_letters(at=at + 30 * DAY)
    spent = (time.monotonic() - begun) / max(1, run.sent) * 1000
    report("handing over, without the mail server", spent, "ms a letter")


_WANT_IDEAS = """
INSERT INTO notices_subscription
    (reader_id, territory_id, street, street_name, theme, longitude, latitude, radius, since)
SELECT id, NULL, '', '', 'ideas', NULL, NULL, NULL, %(at)s FROM notices_reader
"""
IDEAS = 12
"""Published in a day: every subscriber hears of all of them."""


def _ideas(town: Any, at: dt.datetime, report: Any) -> None:
    """The same for ideas: all 50,000 subscribed to them, one pass."""
    from tests.city.ideas.ideas import HOUR, Ideas

    from veche.core.notices.models import Letter, Notice
    from veche.core.notices.operations import write_digests
    from veche.core.notices.tasks import announce_waiting
    from veche.core.organisations.operations import appoint
    from veche.core.people.operations import add_person

    early = at - 400 * DAY
    organiser = add_person(by=None, at=early, name="Organiser", email="organiser@example.org")
    appoint(by=None, at=early, person=organiser, role="organiser", territory=town.city)
    made = Ideas(town=town, organiser=organiser)
    with connection.cursor() as cursor:
        cursor.execute(_WANT_IDEAS, {"at": at - DAY})
        cursor.execute("ANALYZE")
    call = made.calling(at=at - 10 * HOUR)
    begun = time.monotonic()
    for number in range(IDEAS):
        people = made.people(1)
        made.idea_of(call, by=people[0], at=at - 9 * HOUR, title=f"Idea number {number}")
    while announce_waiting(at):
        pass
    told = Notice.objects.filter(kind="ideas.new").count()
    report("ideas, 50,000 subscribers: told", told, "notices", at_least=50_000 * IDEAS * 0.95)
    report("ideas, 50,000 subscribers: told in", time.monotonic() - begun, "s")
    begun = time.monotonic()
    letters = write_digests(by=None, at=at, kind="daily", period=at.date().isoformat())
    seconds = time.monotonic() - begun
    report("ideas, 50,000 subscribers: digests", letters, "letters", at_least=50_000 * 0.95)
    report("ideas, 50,000 subscribers: one pass", seconds, "s", at_most=AT_MOST, beside=PEER)
    Letter.objects.filter(state="waiting").update(state="sent")


def _problems(town: Any, at: dt.datetime) -> list[Any]:
    """A day's problems, published, nobody told yet."""
    from veche.city.problems import operations
    from veche.core.notices.models import Announcement

    rng = random.Random(1)
    cases = []
    for n in range(PROBLEMS):
        case = town.report(
            at=at - DAY,
            category=rng.choice(["pothole", "lamp"]),
            longitude=49.0 + rng.random(),
            latitude=53.0 + rng.random(),
            text=f"Broken near house {n}. It has been so for a week.",
        ).case
        cases.append(operations.accept(by=town.moderator, at=at - DAY / 2, case=case))
    Announcement.objects.all().delete()
    return cases


def _tell(cases: list[Any], at: dt.datetime) -> tuple[int, float]:
    """Announce a part of them; how many were told, seconds of one telling."""
    from veche.core.notices import operations
    from veche.core.notices.models import Announcement
    from veche.core.notices.tasks import announce_waiting

    begun = time.monotonic()
    for n, case in enumerate(cases):
        moment = at - dt.timedelta(hours=3) + n * dt.timedelta(seconds=1)
        operations.announce(by=None, at=moment, case=case, kind="problems.new")
    while announce_waiting(at):
        pass
    spent = (time.monotonic() - begun) / len(cases)
    from veche.core.notices.models import Notice

    told = Notice.objects.filter(topic="around", at__gte=at - dt.timedelta(hours=4)).count()
    assert not Announcement.objects.filter(done_at=None).exists()
    return told, spent
