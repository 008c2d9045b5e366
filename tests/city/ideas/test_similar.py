"""Ideas that say nearly the same, in the database: kept up, asked, shown to nobody who may not."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import START
from tests.city.ideas.ideas import Ideas
from veche.city.ideas.models import (
    Call,
    Idea,
    SimilarDue,
    SimilarGram,
    SimilarLink,
    SimilarSize,
    SimilarText,
)
from veche.city.ideas.operations import similar as keeping
from veche.city.ideas.operations.reading import remove
from veche.city.ideas.operations.similar import index_texts
from veche.city.ideas.operations.writing import reword
from veche.city.ideas.queries.similar import about, like_words, runs
from veche.city.ideas.similar.index import Index
from veche.core.journal.models import Record

MINUTE = dt.timedelta(minutes=1)
TEXTS = [
    ("Отремонтировать детскую площадку", "Качели сломаны, во дворе на Речной негде играть."),
    ("Ремонт детской площадки на Речной", "Во дворе сломаны качели, детям негде играть."),
    ("Велодорожка вдоль набережной", "От вокзала до парка, отделить её от пешеходов."),
    ("More benches at the market", "Old people have nowhere to sit while they wait for a bus."),
    ("在河边修建自行车道", "从火车站到公园，与行人分开，方便上班的人。"),
    ("河边需要一条自行车道", "火车站到公园的路上骑车不安全，请与行人分开。"),
]


def _some(made: Ideas, call: Call, count: int = len(TEXTS)) -> list[Idea]:
    return [
        made.idea_of(call, at=START + n * MINUTE, title=title, text=text)
        for n, (title, text) in enumerate(TEXTS[:count])
    ]


def test_every_language_finds_its_own_and_pages_know_their_neighbours(made: Ideas) -> None:
    ideas = _some(made, made.calling())
    assert like_words(*TEXTS[0]) == []
    before = Record.objects.filter(kind="ideas.texts-indexed").count()
    assert index_texts(at=START + 200 * MINUTE) > 0
    assert Record.objects.filter(kind="ideas.texts-indexed").count() > before
    near = like_words("Починить качели", "На детской площадке во дворе на Речной сломаны качели.")
    assert {one.idea.pk for one in near} == {ideas[0].pk, ideas[1].pk}
    (found, *_others) = like_words("自行车道", "希望在河边，从火车站到公园修一条自行车道。")
    assert found.idea.pk in (ideas[4].pk, ideas[5].pk)
    links = {(link.idea_id, link.other_id) for link in SimilarLink.objects.all()}
    assert {(ideas[0].pk, ideas[1].pk), (ideas[1].pk, ideas[0].pk)} <= links
    assert not any(ideas[3].pk in pair for pair in links)
    beside = about(Idea.objects.get(pk=ideas[0].pk), None, START)  # type: ignore[arg-type]
    assert [one.idea.pk for one in beside["near"]] == [ideas[1].pk]
    assert index_texts(at=START + 210 * MINUTE) == 0


def test_the_database_gives_the_scores_of_the_engine(made: Ideas) -> None:
    ideas = _some(made, made.calling())
    index_texts(at=START + 200 * MINUTE)
    engine = Index([f"{title} {text}" for title, text in TEXTS])
    words = ("Качели", "Сломаны качели во дворе на Речной, детям негде играть")
    exact = {near.text: near.score for near in engine.like(" ".join(words))}
    near = like_words(*words)
    assert near
    for one in near:
        place = next(n for n, idea in enumerate(ideas) if idea.pk == one.idea.pk)
        assert one.score == pytest.approx(exact[place], abs=1e-4)


def test_what_is_taken_away_is_found_by_nobody_at_once_and_leaves_nothing(made: Ideas) -> None:
    ideas = _some(made, made.calling(), 3)
    index_texts(at=START + 200 * MINUTE)
    case = Idea.objects.get(pk=ideas[1].pk).case
    at = START + 300 * MINUTE
    remove(
        by=made.town.moderator,
        at=at,
        case=case,
        reason="personal-data",
        text="It names a neighbour.",
    )
    assert [one.idea.pk for one in like_words(*TEXTS[1])] == [ideas[0].pk]
    gone = about(Idea.objects.get(pk=ideas[0].pk), None, START)  # type: ignore[arg-type]
    assert gone["near"] == []
    index_texts(at=at + MINUTE)
    assert not SimilarText.objects.filter(idea=ideas[1]).exists()
    assert not SimilarLink.objects.exists()
    _counted()


def test_other_words_are_read_anew(made: Ideas) -> None:
    ideas = _some(made, made.calling(), 3)
    index_texts(at=START + 200 * MINUTE)
    author = made.town.resident
    case = Idea.objects.get(pk=ideas[1].pk).case
    reword(by=author, at=START + 300 * MINUTE, case=case, title="Озеленить крыши школ",
           text="На плоских крышах можно посадить травы: летом будет не так жарко.")  # fmt: skip
    assert SimilarDue.objects.filter(idea=ideas[1]).exists()
    index_texts(at=START + 310 * MINUTE)
    near = like_words("Зелёные крыши", "Посадить травы на плоских крышах школ, летом не так жарко")
    assert [one.idea.pk for one in near] == [ideas[1].pk]
    assert not SimilarLink.objects.filter(other=ideas[1]).exists()
    _counted()


def _counted() -> None:
    """What is kept of each run is what stands in the texts, neither more nor less."""
    held: dict[int, int] = {}
    for one in SimilarText.objects.select_related("idea"):
        assert dict(zip(one.grams, bytes(one.times), strict=True)) == runs(
            one.idea.title, one.idea.text
        )
        for number in one.grams:
            held[number] = held.get(number, 0) + 1
    kept = dict(SimilarGram.objects.filter(texts__gt=0).values_list("number", "texts"))
    assert kept == held
    assert SimilarSize.objects.get().texts == SimilarText.objects.count()


def test_many_are_read_in_steps_and_measured_anew_when_there_are_more(
    made: Ideas, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = made.calling()
    monkeypatch.setattr(keeping, "FEW", 1)
    _some(made, call, 2)
    index_texts(at=START + 200 * MINUTE)
    assert set(SimilarText.objects.values_list("measured", flat=True)) == {2}
    _some(made, call)
    index_texts(at=START + 400 * MINUTE)
    assert set(SimilarText.objects.values_list("measured", flat=True)) == {8}
    _counted()


def test_the_form_shows_them_while_one_writes_and_before_one_sends(
    made: Ideas, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("veche.clock.now", lambda: START + 300 * MINUTE)
    call = made.calling()
    ideas = _some(made, call, 3)
    index_texts(at=START + 200 * MINUTE)
    number = Idea.objects.get(pk=ideas[0].pk).case.number
    sent = {"title": "Качели во дворе", "text": "Сломаны качели на детской площадке на Речной"}
    part = client.post("/ru/ideas/alike/", sent)
    said = part.content.decode()
    assert part.status_code == 200 and "no-store" in part["Cache-Control"]
    assert "Отремонтировать детскую площадку" in said and f"/ru/ideas/{number}/#talk" in said
    assert "Велодорожка" not in said and "<html" not in said
    assert client.get("/ru/ideas/alike/").status_code == 405
    nothing = client.post("/en/ideas/alike/", {"title": "<b>x", "text": "\x00\u202e" * 9})
    assert 'id="alike"' in nothing.content.decode() and "rows" not in nothing.content.decode()
    client.force_login(made.town.neighbour)
    form = client.post(f"/ru/ideas/calls/{call.case.number}/write/", {**sent, "do": "look"})
    assert "Отремонтировать детскую площадку" in form.content.decode()
    assert "hx-post" in form.content.decode()


def test_two_words_and_nothing_ask_nothing(made: Ideas) -> None:
    assert like_words("", "") == []
    assert like_words("ab", "") == []
    assert like_words("\u200b" * 50, "😀" * 5000) == []


def test_each_run_is_looked_up_in_the_index_however_few_ideas_there_are(made: Ideas) -> None:
    """The planner reads every row again for every run where it may: seconds instead of one
    thousandth."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = 'ideas_similar_met'")
        assert set(cursor.fetchone()[0]) == {
            "enable_seqscan=off", "enable_indexscan=off", "enable_indexonlyscan=off",
        }  # fmt: skip
    call = made.calling()
    _some(made, call)
    index_texts(at=START + 200 * MINUTE)
    with CaptureQueriesContext(connection) as asked:
        like_words(*TEXTS[0])
    assert len(asked) == 3
