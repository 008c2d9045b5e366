"""The facilitator of the demo town at work on the call that runs, and the idea of its resident."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from veche.city.ideas import bulk
from veche.city.ideas.models import Call, Idea
from veche.city.ideas.operations import merging, reading, scoring, synthesis, writing
from veche.core.organisations.models import Holding
from veche.core.people.models import Person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
_TITLE = "Приподнятый переход у нашей школы"
_TEXT = (
    "Каждое утро у школы тормозят в последний момент. Сделайте переход приподнятым и осветите его."
)
_MEASURE = (
    "Переходы у школ делают приподнятыми, чтобы машины сбрасывали скорость, и освещают их.\n\n"
    "Во дворах по дороге к школе ставят лампы с датчиком: они включаются, только когда кто-то идёт."
)
_SCORES = {
    "feasibility": (4, "Место есть, сети не мешают; работы на две недели."),
    "cost": (3, "Переход стоит как двадцать скамеек, но служит тридцать лет."),
    "effect": (5, "У двух школ, где так сделано, за год не сбили никого."),
}
_WHY_JOINED = "Говорят об одном: переход у школы должен заставлять машины ехать медленно."
_WHY_LISTED = "Поддержано многими, выполнимо за год, цена известна."
_ASKED = "Какой из двух переходов опаснее: у главного входа или у стадиона?"


def facilitate(call: Call, present: dt.datetime, residents: Sequence[int]) -> None:
    """Join what says the same, write one measure, score, ask, and propose a shortlist;
    ``residents`` are those who may support it."""
    who = Person.objects.get(cast="facilitator")
    own = _own_idea(call, present)
    crossings = _of(call, "Переход у школы", present)
    merging.combine_many(
        by=who,
        at=present - 2 * DAY,
        ideas=[one.pk for one in crossings[1:3]],
        into=crossings[0].pk,
        reason=_WHY_JOINED,
    )
    lamp = _of(call, "Свет у подъездов", present)[0]
    measure = synthesis.synthesise(
        by=who,
        at=present - 2 * DAY + HOUR,
        call=call,
        title="Безопасный путь в школу",
        text=_MEASURE,
        language="ru",
        sources=[
            synthesis.Cited("Сделайте переход приподнятым и осветите его", 1, idea=own.pk),
            synthesis.Cited("чтобы машины сбрасывали скорость", 1, idea=crossings[0].pk),
            synthesis.Cited("включаются, только когда кто-то идёт", 2, idea=lamp.pk),
        ],
    )
    crowd = [(own.pk, one, 1) for one in residents[10:57]]
    crowd += [(measure.pk, one, 1) for one in residents[20:116]]
    crowd += [(measure.pk, one, -1) for one in residents[116:125]]
    bulk.load_ratings(by=None, at=present - 2 * DAY + 2 * HOUR, ratings=crowd)
    synthesis.ask_help(by=who, at=present - DAY, case=own.case, text=_ASKED)
    best = _best(call, present)
    for place, one in enumerate(best):
        scoring.score(
            by=who,
            at=present - DAY + place * HOUR,
            case=one.case,
            values={code: max(1, value - place % 2) for code, (value, _why) in _SCORES.items()},
            words={code: why for code, (_value, why) in _SCORES.items()},
        )
    scoring.shortlist_many(
        by=who,
        at=present - 12 * HOUR,
        ideas=[measure.pk, *(one.pk for one in best)],
        text=_WHY_LISTED,
    )


def _own_idea(call: Call, present: dt.datetime) -> Idea:
    """The idea of the cast's resident, passed by a moderator."""
    author = Person.objects.get(cast="resident")
    idea = writing.write_idea(
        by=author,
        at=present - 6 * DAY,
        call=call,
        submission=uuid.uuid5(uuid.NAMESPACE_URL, "veche:demo:crossing"),
        title=_TITLE,
        text=_TEXT,
        language="ru",
    )
    held = Holding.objects.filter(role="moderator", until=None).select_related("person")
    reading.accept(by=held.latest("id").person, at=present - 6 * DAY + 2 * HOUR, case=idea.case)
    return Idea.objects.select_related("case").get(pk=idea.pk)


def _of(call: Call, words: str, present: dt.datetime) -> Sequence[Idea]:
    """Ideas of a kind that have been there for some days, the most supported first."""
    rows = Idea.objects.filter(
        call=call, language="ru", title__startswith=words, published_at__lt=present - 4 * DAY
    )
    return list(rows.select_related("case").order_by("-supporters", "pk"))


def _best(call: Call, present: dt.datetime) -> Sequence[Idea]:
    """The four ideas with the most support."""
    rows = Idea.objects.filter(call=call, into=None, published_at__lt=present - 4 * DAY)
    return list(rows.select_related("case").order_by("-supporters", "pk")[:4])
