"""Volunteers look at what an office calls finished: two who do not know of each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from veche.city.problems import rules
from veche.city.problems.models import CheckRound, CheckTask, Problem
from veche.core.cases.models import Case
from veche.core.cases.operations import attach, move_case
from veche.core.files.operations import keep
from veche.core.journal.operations import record
from veche.core.notices.holders import tell_holders
from veche.core.notices.operations import announce, tell_followers, tell_people
from veche.core.organisations.queries import holdings
from veche.errors import Invalid, NotAllowed, Refused
from veche.operation import operation
from veche.texts import sized

if TYPE_CHECKING:
    from veche.core.files.photographs import Photograph
    from veche.core.people.models import Person

VOLUNTEER = "volunteer"
SAID = ("done", "undone", "not_found")
"""What a volunteer can say who has looked."""
PHOTOGRAPH = "witness"
"""Kind of the photographs that volunteers bring."""
MOST_ROUNDS = 200
"""Rounds for which people are sought in one sweep; the timer comes again."""
_LATER = dt.timedelta(hours=6)
"""When people are sought again after nobody near was free."""


class NotYourCheck(NotAllowed):
    """Somebody else was asked, or they hold the role no longer."""

    code = "not-your-check"
    sentence = _("Only the volunteer who was asked may do this.")


class CheckOver(Refused):
    """The check was answered, ran out, or is not needed any more."""

    code = "check-over"
    sentence = _("This check is over: others have looked, or the matter has moved on.")


class UnknownFinding(Invalid):
    """Not one of the answers."""

    code = "unknown-finding"
    sentence = _("Say what you found: done, not done, or not to be found.")
    field = "said"


_STANDS = """(c.state = 'check' AND c.seq = r.seq
    OR c.state IN ('confirmed', 'verified', 'unconfirmed') AND c.seq = r.seq + 1)"""
"""The answer that a round is about is still the last word of the office."""
_WAITING = (
    """
SELECT EXISTS (SELECT FROM cases_case c WHERE c.procedure = 'problem' AND c.state = 'check'
    AND c.moved_at <= %(at)s AND c.hidden_at IS NULL
        AND NOT EXISTS (SELECT FROM problems_checkround r WHERE r.case_id = c.id AND r.seq = c.seq))
    OR EXISTS (SELECT FROM problems_checktask WHERE ended_at IS NULL AND due_at < %(at)s)
    OR EXISTS (SELECT FROM problems_checktask k JOIN problems_checkround r ON r.id = k.round_id
        JOIN cases_case c ON c.id = r.case_id WHERE k.ended_at IS NULL AND c.hidden_at IS NOT NULL)
    OR EXISTS (SELECT FROM problems_checkround r JOIN cases_case c ON c.id = r.case_id
        WHERE r.ended_at IS NULL AND (r.until <= %(at)s
            OR c.hidden_at IS NULL AND (r.next_at IS NULL OR r.next_at <= %(at)s)
            OR NOT """
    + _STANDS
    + """))
"""
)  # joined from constants
_OPEN = """
INSERT INTO problems_checkround (case_id, seq, opened_at, until, verdict)
SELECT c.id, c.seq, %(at)s, %(at)s + make_interval(days => %(round_days)s), ''
FROM cases_case c
WHERE c.procedure = 'problem' AND c.state = 'check'
    AND c.moved_at <= %(at)s AND c.hidden_at IS NULL
    AND NOT EXISTS (SELECT FROM problems_checkround r WHERE r.case_id = c.id AND r.seq = c.seq)
ORDER BY c.moved_at LIMIT %(most_rounds)s
ON CONFLICT DO NOTHING
"""
_END_ROUNDS = (
    """
UPDATE problems_checkround r SET ended_at = %(at)s FROM cases_case c
WHERE c.id = r.case_id AND r.ended_at IS NULL AND (r.until <= %(at)s OR NOT """
    + _STANDS
    + ")"
)
_END_TASKS = """
UPDATE problems_checktask k SET ended_at = %(at)s, closed = CASE
        WHEN c.hidden_at IS NOT NULL THEN 'hidden'
        WHEN k.due_at < %(at)s OR r.until <= %(at)s THEN 'late' ELSE 'moved' END
FROM problems_checkround r JOIN cases_case c ON c.id = r.case_id
WHERE r.id = k.round_id AND k.ended_at IS NULL
    AND (k.due_at < %(at)s OR r.ended_at IS NOT NULL OR c.hidden_at IS NOT NULL)
"""
_SHORT = """
short AS (
    SELECT r.id, r.case_id, c.author_id, c.organisation_id, t.id AS territory_id, t.district_id,
        t.city_id
    FROM problems_checkround r JOIN cases_case c ON c.id = r.case_id
    JOIN places_territory t ON t.id = c.territory_id
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE k.closed <> 'hidden') AS asked,
            count(*) FILTER (WHERE k.ended_at IS NULL) AS waiting,
            count(*) FILTER (WHERE k.said = 'done') AS done,
            count(*) FILTER (WHERE k.said = 'undone') AS undone
        FROM problems_checktask k WHERE k.round_id = r.id) s
    WHERE r.ended_at IS NULL AND c.hidden_at IS NULL
        AND (r.next_at IS NULL OR r.next_at <= %(at)s)
        AND s.asked < %(most_asked)s AND s.done < 2 AND s.undone < 2
        AND s.done + s.undone + s.waiting < CASE WHEN s.done > 0 AND s.undone > 0 THEN 3 ELSE 2 END
    ORDER BY r.opened_at, r.id LIMIT %(most_rounds)s
)"""
"""Rounds that lack somebody: the same rule as `rules.still_to_ask`, for all at once."""
_ASK = (
    "WITH"
    + _SHORT
    + """, held AS (
    SELECT h.person_id, h.organisation_id, h.role, h.territory_id FROM organisations_holding h
    WHERE h.since <= %(at)s AND (h.until IS NULL OR h.until > %(at)s)
), busy AS (
    SELECT volunteer_id, count(*) AS n FROM problems_checktask WHERE ended_at IS NULL GROUP BY 1
), homes AS (
    SELECT DISTINCT ON (e.person_id) e.person_id, t.id AS territory_id, t.district_id
    FROM people_residence e JOIN places_territory t ON t.id = e.territory_id
    WHERE e.since <= %(at)s AND e.until > %(at)s
        AND e.person_id = ANY(ARRAY(SELECT x.person_id FROM held x WHERE x.role = 'volunteer'))
    ORDER BY e.person_id, e.id DESC
), barred AS (
    -- Never their own matter, and never one in which they had a hand.
    SELECT s.id AS round_id, s.author_id AS person_id FROM short s
    UNION SELECT s.id, e.actor_id FROM short s JOIN cases_caseevent e ON e.case_id = s.case_id
    UNION SELECT s.id, f.person_id FROM short s JOIN notices_following f ON f.case_id = s.case_id
    UNION SELECT s.id, x.author_id FROM short s
        JOIN problems_joined j ON j.parent_id = s.case_id AND j.until IS NULL
        JOIN cases_case x ON x.id = j.child_id
    UNION SELECT s.id, x.person_id FROM short s JOIN cases_assignment a ON a.case_id = s.case_id
        JOIN held x ON x.organisation_id = a.organisation_id
    UNION SELECT s.id, k.volunteer_id FROM short s JOIN problems_checktask k ON k.round_id = s.id
    -- Two of one organisation are not independent.
    UNION SELECT s.id, y.person_id FROM short s
        JOIN problems_checktask k ON k.round_id = s.id AND k.said <> 'declined'
        JOIN held x ON x.person_id = k.volunteer_id
        JOIN held y ON y.organisation_id = x.organisation_id
), able AS MATERIALIZED (
    SELECT h.person_id, h.territory_id, coalesce(m.territory_id, h.territory_id) AS near,
        coalesce(m.district_id, h.territory_id) AS around, coalesce(b.n, 0) AS n
    FROM held h JOIN people_person p ON p.id = h.person_id AND p.is_active
    LEFT JOIN homes m ON m.person_id = h.person_id
    LEFT JOIN busy b ON b.volunteer_id = h.person_id
    WHERE h.role = 'volunteer' AND coalesce(b.n, 0) < %(most_tasks)s
), best AS (
    -- One by one: only the best of each round is looked for, nothing is sorted whole.
    SELECT s.id AS round_id, s.case_id, v.person_id, v.n
    FROM short s CROSS JOIN LATERAL (
        SELECT a.person_id, a.n FROM able a
        WHERE (a.territory_id IS NULL
                OR a.territory_id IN (s.territory_id, s.district_id, s.city_id))
            AND a.person_id <> ALL(ARRAY(SELECT x.person_id FROM barred x
                WHERE x.round_id = s.id AND x.person_id IS NOT NULL))
        ORDER BY CASE WHEN a.near = s.territory_id THEN 0 WHEN a.around = s.district_id THEN 1
                ELSE 2 END,
            a.n, md5(s.id || ':' || a.person_id)
        LIMIT 1) v
), fair AS (
    SELECT round_id, case_id, person_id,
        n + row_number() OVER (PARTITION BY person_id ORDER BY round_id) AS load FROM best
), asked AS (
    INSERT INTO problems_checktask (round_id, volunteer_id, asked_at, due_at, said, text, closed)
    SELECT round_id, person_id, %(at)s, %(due)s, '', '', '' FROM fair WHERE load <= %(most_tasks)s
    ON CONFLICT DO NOTHING RETURNING round_id, volunteer_id
)
SELECT a.volunteer_id, r.case_id FROM asked a JOIN problems_checkround r ON r.id = a.round_id
"""
)
_REST = (
    "WITH"
    + _SHORT
    + """
UPDATE problems_checkround r SET next_at = %(later)s FROM short WHERE r.id = short.id
"""
)
_SETTLED = """
UPDATE problems_checkround r SET next_at = %(at)s + interval '30 days'
WHERE r.ended_at IS NULL AND (r.next_at IS NULL OR r.next_at <= %(at)s)
"""
"""The others are looked at again when somebody has answered, declined or run out of time."""


def _values(at: dt.datetime) -> dict[str, Any]:
    from veche.core.cases.rules import Term, due
    from veche.core.cases.terms import calendar

    return {
        "at": at,
        "due": due(at, Term(rules.CHECK_DAYS), calendar()),
        "later": at + _LATER,
        "round_days": rules.ROUND_DAYS,
        "most_rounds": MOST_ROUNDS,
        "most_asked": rules.MOST_ASKED,
        "most_tasks": rules.MOST_TASKS,
    }


@operation
def ask_volunteers(*, by: None, at: dt.datetime) -> int:
    """Begin a round for every new answer, end what is over, and ask volunteers near by: in a few
    statements for all matters. Returns how many people were asked."""
    values = _values(at)
    told: list[tuple[int, int]] = []
    with connection.cursor() as cursor:
        cursor.execute(_END_ROUNDS, values)
        ended = cursor.rowcount
        cursor.execute(_END_TASKS, values)
        lapsed = cursor.rowcount
        if lapsed:
            _look_again(cursor, at)
        cursor.execute(_OPEN, values)
        opened = cursor.rowcount
        for _slot in range(2):  # one person a round in each pass: the second sees the first
            cursor.execute(_ASK, values)
            told += cursor.fetchall()
        cursor.execute(_REST, values)
        cursor.execute(_SETTLED, values)
    record(
        kind="problems.checks-asked",
        by=by,
        at=at,
        subject="problems",
        public={"rounds": opened, "asked": len(told), "lapsed": lapsed, "ended": ended},
    )
    if told:
        tell_people(by=by, at=at, told=told, kind="problems.check-asked")
    return len(told)


def _look_again(cursor: Any, at: dt.datetime) -> None:
    """Rounds whose task ended just now without an answer need somebody else."""
    cursor.execute(
        "UPDATE problems_checkround r SET next_at = NULL WHERE r.ended_at IS NULL AND EXISTS"
        " (SELECT FROM problems_checktask k WHERE k.round_id = r.id AND k.ended_at = %s"
        " AND k.said = '')",
        [at],
    )


def sweep_checks(*, at: dt.datetime) -> int:
    """The timer: nothing is written while nothing waits; returns how many people were asked."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"at": at})
        (waits,) = cursor.fetchone()
    return ask_volunteers(by=None, at=at) if waits else 0


def _mine(task: CheckTask, by: Person, at: dt.datetime) -> tuple[CheckTask, CheckRound]:
    """The task and its round, locked, when this person may answer it now.

    Raises:
        NotYourCheck: somebody else was asked, or the role has ended.
        CheckOver: it is over.
    """
    found = CheckRound.objects.select_for_update(of=("self",)).get(pk=task.round_id)
    task = CheckTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if task.volunteer_id != by.pk or not any(h.role == VOLUNTEER for h in holdings(by, at)):
        raise NotYourCheck
    if task.ended_at is not None or found.ended_at is not None or task.due_at < at:
        raise CheckOver
    if Case.objects.filter(pk=found.case_id, hidden_at__isnull=False).exists():
        raise CheckOver
    return task, found


@operation
def take_check(*, by: Person, at: dt.datetime, task: CheckTask) -> CheckTask:
    """The volunteer promises to go and look.

    Raises:
        NotYourCheck, CheckOver: it cannot be taken.
    """
    task, found = _mine(task, by, at)
    task.taken_at = task.taken_at or at
    task.save(update_fields=["taken_at"])
    record(kind="problems.check-taken", by=by, at=at, subject=f"check-round:{found.pk}")
    return task


@operation
def decline_check(*, by: Person, at: dt.datetime, task: CheckTask) -> CheckTask:
    """The volunteer cannot go; somebody else is asked.

    Raises:
        NotYourCheck, CheckOver: it is not theirs to decline.
    """
    task, found = _mine(task, by, at)
    task.said, task.ended_at = "declined", at
    task.save(update_fields=["said", "ended_at"])
    CheckRound.objects.filter(pk=found.pk).update(next_at=None)
    record(kind="problems.check-declined", by=by, at=at, subject=f"check-round:{found.pk}")
    return task


@operation
def answer_check(
    *,
    by: Person,
    at: dt.datetime,
    task: CheckTask,
    said: str,
    text: str = "",
    photographs: Sequence[Photograph] = (),
) -> CheckRound:
    """The volunteer has looked: ``done``, ``undone`` or ``not_found``.

    Two who say “not done” open the matter again, also after its end; two who say “done” confirm
    it where its author stays silent (`end_check`); where they disagree a third is asked.

    Raises:
        UnknownFinding, TextLength: what was found is not said, or not done in no words.
        NotYourCheck, CheckOver: it cannot be answered.
    """
    if said not in SAID:
        raise UnknownFinding
    least = 0 if said == "done" else rules.SHORTEST_TEXT
    text = sized(text, least, rules.LONGEST_REASON)
    task, found = _mine(task, by, at)
    case = Case.objects.select_for_update(of=("self",)).get(pk=found.case_id)
    expected = {"check": found.seq}.get(case.state, found.seq + 1)
    if case.seq != expected or case.state not in ("check", "confirmed", "verified", "unconfirmed"):
        raise CheckOver
    task.said, task.text, task.ended_at = said, text, at
    task.save(update_fields=["said", "text", "ended_at"])
    for photograph in photographs:
        file = keep(by=by, at=at, photograph=photograph)
        attach(by=by, at=at, case=case, file=file, kind=PHOTOGRAPH)
    answers = CheckTask.objects.filter(round=found).exclude(said="").order_by("ended_at", "id")
    found.verdict = rules.verdict(list(answers.values_list("said", flat=True)))
    found.next_at = None
    if found.verdict:
        found.ended_at = at
        CheckTask.objects.filter(round=found, ended_at__isnull=True).update(
            ended_at=at, closed="enough"
        )
    found.save(update_fields=["verdict", "next_at", "ended_at"])
    record(
        kind="problems.check-answered",
        by=by,
        at=at,
        subject=f"problem:{case.number}",
        public={"step": found.seq, "said": said, "verdict": found.verdict},
        personal={"text": text},
    )
    if found.verdict == "undone":
        _open_again(case, at)
    return found


def _open_again(case: Case, at: dt.datetime) -> None:
    """Two volunteers saw that it is not done: the office works again."""
    move = "find_undone" if case.state == "check" else "find_undone_later"
    case = move_case(by=None, at=at, case=case, move=move)
    Problem.objects.filter(case=case).update(returns=F("returns") + 1, confirmed_at=None)
    tell_followers(by=None, at=at, case=case, kind="problems.found-undone")
    tell_holders(by=None, at=at, case=case, kind="problems.found-undone", role="officer")


@operation
def verify(*, by: None, at: dt.datetime, case: Case) -> Case:
    """The author stayed silent, and two volunteers saw that it is done."""
    case = move_case(by=by, at=at, case=case, move="verify")
    tell_followers(by=by, at=at, case=case, kind="problems.verified")
    announce(by=by, at=at, case=case, kind="problems.verified")
    return case
