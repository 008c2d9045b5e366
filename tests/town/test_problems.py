"""A year of problems is consistent in time, varied, and the same for the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest
import shapely

from veche.town.categories import categories, urgent_word
from veche.town.geometry import town
from veche.town.offices import responsible
from veche.town.people import residents
from veche.town.problems import REFUSALS, REJECTIONS, PastProblem, history

END = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TOWN_TIME = timedelta(hours=4)


@cache
def year() -> tuple[PastProblem, ...]:
    """Return the whole year, made once."""
    return tuple(history(end=END))


def _known(problem: PastProblem) -> list[datetime]:
    """Return the times of a problem in the order they must have."""
    times = (
        problem.reported_at, problem.moderated_at, problem.routed_at, problem.answered_at,
        problem.checked_at, problem.second_answered_at, problem.second_checked_at,
        problem.closed_at,
    )  # fmt: skip
    return [time for time in times if time is not None]


def test_twenty_thousand_problems_in_order_of_time() -> None:
    assert len(year()) == 20_000
    assert [p.number for p in year()] == list(range(1, 20_001))
    for one, other in pairwise(year()):
        assert one.reported_at <= other.reported_at
    assert year()[0].reported_at > END - timedelta(days=366)


def test_times_follow_each_other_and_end_in_time() -> None:
    for problem in year():
        times = _known(problem)
        assert times == sorted(times), problem
        assert times[-1] <= END, problem
        assert all(time.tzinfo is not None for time in times)


def test_what_happened_fits_the_state() -> None:
    for p in year():
        final = p.state in ("confirmed", "unconfirmed", "refused", "rejected")
        assert (p.closed_at is not None) == final, p
        assert (p.verdict is None) == (p.moderated_at is None) == (p.state == "moderation"), p
        assert (p.rejection in REJECTIONS) == (p.verdict == "rejected") == (p.state == "rejected")
        assert (p.organisation is None) == (p.routed_at is None), p
        assert (p.answer is None) == (p.outcome is None) == (p.answered_at is None), p
        assert (p.refusal in REFUSALS) == (p.outcome == "refused") == (p.state == "refused"), p
        assert (p.return_reason is not None) == (p.check == "returned"), p
        assert (p.second_answer is None) == (p.second_answered_at is None), p
        last = p.second_check if p.check == "returned" else p.check
        assert (p.state == "confirmed") == (last == "confirmed"), p
        assert (p.state == "unconfirmed") == (last == "none"), p
        if p.state == "work":
            assert p.answered_at is None or (p.check == "returned" and not p.second_answer), p
        if p.author is None:
            assert p.check in (None, "none"), p


def test_unconfirmed_means_fourteen_days_of_silence() -> None:
    for p in year():
        answered = p.second_answered_at or p.answered_at
        if p.state == "unconfirmed":
            assert answered is not None
            assert p.closed_at == answered + timedelta(days=14)
        if p.state == "check":
            assert answered is not None
            assert END - answered <= timedelta(days=14)


def test_offices_act_in_office_hours() -> None:
    for p in year():
        for time in (p.answered_at, p.second_answered_at):
            if time is not None:
                local = time + TOWN_TIME
                assert local.weekday() < 5, p
                assert 9 <= local.hour < 18, p
        if p.moderated_at is not None:
            assert 8 <= (p.moderated_at + TOWN_TIME).hour < 21, p


def test_places_are_real() -> None:
    outlines = {area.code: area.outline for area in town().neighbourhoods}
    for outline in outlines.values():
        shapely.prepare(outline)
    for p in year()[::7]:
        assert outlines[p.neighbourhood].contains(shapely.Point(p.lon, p.lat))
        assert p.neighbourhood.startswith(p.district)
        assert p.organisation in (None, responsible(p.category, p.district))
        assert p.author is None or 0 <= p.author < len(residents())


def test_details_answer_questions_of_the_category() -> None:
    kinds = {category.code: category for category in categories()}
    for p in year()[::5]:
        questions = {question.code: question for question in kinds[p.category].questions}
        assert set(p.details) <= set(questions)
        for code, question in questions.items():
            if question.required:
                assert code in p.details
            if question.choices and code in p.details:
                assert p.details[code] in {choice.code for choice in question.choices}
        if p.author is None:
            assert kinds[p.category].anonymous_allowed


def test_texts_are_varied_and_filled() -> None:
    texts = Counter(p.text for p in year())
    assert len(texts) > 13_000
    assert texts.most_common(1)[0][1] < 40
    for p in year():
        for text in (p.text, p.answer or "", p.return_reason or "", p.second_answer or ""):
            assert "{" not in text and "  " not in text and ": :" not in text, text
            assert not text[:1].islower(), text


def test_nothing_urgent_waited_for_a_moderator() -> None:
    """A text with an urgent word is sent to the emergency number, so none is in the past."""
    kinds = {category.code: category for category in categories()}
    for text, code in {(p.text, p.category) for p in year()}:
        assert urgent_word(text, kinds[code]) is None, text


def test_neighbours_report_the_same_thing() -> None:
    seen: dict[tuple[str, str], datetime] = {}
    echoes = []
    for p in year():
        before = seen.get((p.category, p.address))
        if before is not None and p.reported_at - before < timedelta(hours=12):
            echoes.append(p)
        seen[p.category, p.address] = p.reported_at
    assert len(echoes) > 100
    assert sum(p.rejection == "duplicate" for p in echoes) > len(echoes) / 3


def test_languages_are_mixed() -> None:
    share = Counter(p.language for p in year())
    assert 0.03 < share["en"] / 20_000 < 0.08
    assert 0.015 < share["zh"] / 20_000 < 0.06


def test_seasons_are_felt() -> None:
    months = Counter(p.reported_at.month for p in year() if p.category == "road-ice")
    assert months[1] > 50 and months[6] == months[7] == 0
    holes = Counter(p.reported_at.month for p in year() if p.category == "pothole")
    assert holes[4] > 2 * holes[1]
    winter = ("сугроб", "Снег во дворе", "на морозе", "Ёлки после")
    for p in year():
        if 5 <= p.reported_at.month <= 9:
            assert not any(word in p.text for word in winter), p.text


def test_the_year_is_plausible() -> None:
    waits = sorted(
        (p.moderated_at - p.reported_at).total_seconds() / 3600 for p in year() if p.moderated_at
    )
    assert sum(hours <= 24 for hours in waits) / len(waits) > 0.9
    assert waits[-1] > 24
    answers = sorted(
        (p.answered_at - p.reported_at).total_seconds() / 86_400 for p in year() if p.answered_at
    )
    assert 4 < answers[len(answers) // 2] < 6
    late = sum(days > 8 for days in answers) / len(answers)
    assert 0.08 < late < 0.25
    states = Counter(p.state for p in year())
    assert {"moderation", "work", "check", "confirmed", "unconfirmed", "refused"} <= set(states)


def test_the_same_seed_gives_the_same_year() -> None:
    again = list(history(400, end=END, seed=5))
    assert again == list(history(400, end=END, seed=5))
    assert again != list(history(400, end=END, seed=6))


def test_an_end_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        next(history(1, end=datetime(2026, 1, 1)))


@pytest.mark.parametrize("n", [0, 1, 7])
def test_small_histories(n: int) -> None:
    assert len(list(history(n, days=3, end=END))) == n
