"""What it costs to find texts that say nearly the same: a file of 100,000, and as many ideas.

The texts are invented: words of a made-up vocabulary, rare ones rarely, and every tenth text a
rewording of another. Runs on a database of its own beside the one of the home, dropped at the end.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from veche import clock
from veche.city.ballots import load
from veche.city.ideas.models import SimilarDue, SimilarText
from veche.city.ideas.operations.imports import import_ideas
from veche.city.ideas.operations.similar import index_some
from veche.city.ideas.queries.similar import like_words
from veche.city.ideas.similar.clusters import clusters
from veche.city.ideas.similar.index import Index
from veche.city.ideas.similar.report import nearest_of_all
from veche.core.places.models import Territory
from veche.core.places.operations import add_territory
from veche.project.measure import Report

TEXTS = int(os.environ.get("BENCH_TEXTS", "100000"))
IDEAS = int(os.environ.get("BENCH_IDEAS", "100000"))
ASKED = 100
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "civic-texts"
_SYLLABLES = [
    "ба", "ре", "ми", "стро", "ход", "дом", "лес", "ка", "рам", "вод", "си", "нет", "пол", "чер",
    "зда", "пар", "ули", "ный", "ская", "ние",
]  # fmt: skip
_HAN = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 1_800))


def texts(count: int, seed: int = 7) -> Iterator[tuple[str, str]]:
    """Invented titles and texts of about 250 characters, two thirds in Russian letters."""
    chance = random.Random(seed)
    words = ["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 5))) for _ in range(60_000)]
    signs = ["".join(chance.choices(_HAN, k=2)) for _ in range(20_000)]
    weights = [1 / (place + 10) for place in range(len(words))]
    heavy = _summed(weights)
    lighter = _summed(weights[: len(signs)])
    last: list[str] = []
    for number in range(count):
        if number % 10 == 9 and last:
            said = [*last]
            for place in chance.sample(range(len(said)), len(said) // 3):
                said[place] = chance.choices(words, cum_weights=heavy)[0]
            space = " "
        elif number % 3 == 2:
            said, space = chance.choices(signs, cum_weights=lighter, k=100), ""
        else:
            said, space = chance.choices(words, cum_weights=heavy, k=30), " "
            last = said
        yield space.join(said[:5]), space.join(said[5:])


def _summed(weights: list[float]) -> list[float]:
    whole, found = 0.0, []
    for weight in weights:
        whole += weight
        found.append(whole)
    return found


def bench(report: Report) -> None:
    """The engine alone, on what is real, then in the database."""
    _engine(report)
    if DATA.is_dir():
        _real(report)
    with load.scratch(f"bench_{os.getpid()}"):
        _database(report)


def _engine(report: Report) -> None:
    given = [f"{title} {text}" for title, text in texts(TEXTS)]
    begun = time.perf_counter()
    index = Index(given)
    report(f"index {TEXTS:,} texts", time.perf_counter() - begun, "s", at_most=60)
    spent = []
    for title, text in texts(ASKED, seed=8):
        begun = time.perf_counter()
        index.like(f"{title} {text}")
        spent.append(time.perf_counter() - begun)
    report("ask it (95th percentile)", _late(spent), "ms", at_most=50)
    begun = time.perf_counter()
    nearest = nearest_of_all(index, 10)
    report("the nearest of every text", time.perf_counter() - begun, "s")
    begun = time.perf_counter()
    groups = clusters(index, nearest)
    report("groups of them", time.perf_counter() - begun, "s")
    reworded = sum(any(n.text < place for n in nearest[place][:5]) for place in range(9, 5000, 10))
    report("rewordings found among the first five", 100 * reworded / 500, "%", at_least=95)
    report("texts in groups", sum(map(len, groups)) / TEXTS * 100, "%")


def _late(spent: list[float]) -> float:
    return statistics.quantiles(spent, n=20)[-1] * 1000


def _real(report: Report) -> None:
    known = [
        "伊景园|滨河苑", "丽发新城", "58车贷", "魅力之城", "五矿万境", "绿地海外滩", "泉星公园",
        "中海国际", "四季绿城",
    ]  # fmt: skip
    with (DATA / "zh-city-messages" / "messages.csv").open(encoding="utf-8", newline="") as file:
        given = [f"{row['title']} {row['text']}" for row in csv.DictReader(file)]
    whose = [next((name for name in known if re.search(name, text)), "") for text in given]
    near = list(Index(given).nearest(5))
    asked = [place for place, name in enumerate(whose) if name and whose.count(name) > 1]
    hits = sum(any(whose[n.text] == whose[place] for n in near[place]) for place in asked)
    report("Chinese messages: the same matter in five", hits / len(asked), at_least=0.92,
           beside="TF-IDF of scikit-learn: 0.93")  # fmt: skip
    with (DATA / "ru-kursk-requests" / "requests.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    nearest = list(Index([row["text"] for row in rows]).nearest(1))
    same = [
        bool(near) and rows[near[0].text]["theme"] == row["theme"]
        for row, near in zip(rows, nearest, strict=True)
    ]
    report("Russian requests: theme of the nearest", sum(same) / len(same), at_least=0.391,
           beside="TF-IDF of scikit-learn: 0.391")  # fmt: skip


def _database(report: Report) -> None:
    at = clock.now()
    square = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]
    add_territory(
        by=None, at=at, code="benchham", kind=Territory.Kind.CITY, names={"en": "Benchham"},
        outline={"type": "Polygon", "coordinates": square}, parent=None,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ideas.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "title", "text", "published"])
            day = at - dt.timedelta(days=900)
            for number, (title, text) in enumerate(texts(IDEAS)):
                writer.writerow(
                    [number, title, text, (day + dt.timedelta(minutes=number)).isoformat()]
                )
        begun = time.perf_counter()
        import_ideas(by=None, at=at, file=path, form="csv", source="bench")
        report(f"import {IDEAS:,} ideas", time.perf_counter() - begun, "s")
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        # So many at once are read without their index, as a restored dump is.
        cursor.execute("DROP INDEX ideas_similar_grams")
        while SimilarDue.objects.exists():
            index_some(by=None, at=at)
        cursor.execute(
            "CREATE INDEX ideas_similar_grams ON ideas_similartext USING gin (grams)"
            " WITH (gin_pending_list_limit = 256)"
        )
        cursor.execute("ANALYZE ideas_similartext, ideas_similargram")
    report("read them in the worker", time.perf_counter() - begun, "s")
    begun = time.perf_counter()
    while SimilarText.objects.filter(measured=0).exists():
        index_some(by=None, at=at)
    report("measure them", time.perf_counter() - begun, "s")
    begun = time.perf_counter()
    linked = index_some(by=None, at=at)
    report("the nearest of one idea, kept", (time.perf_counter() - begun) / linked * 1000, "ms")
    spent, found = [], 0
    for title, text in texts(ASKED * 2, seed=7):
        begun = time.perf_counter()
        found += bool(like_words(title, text[:150]))
        spent.append(time.perf_counter() - begun)
    report("ideas like the one being written (95th)", _late(spent), "ms", at_most=50)
    report("… of those that are there, found", 100 * found / len(spent), "%", at_least=99)
