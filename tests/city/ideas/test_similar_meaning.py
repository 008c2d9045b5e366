"""The same idea in another language: who belongs to whom, and what the worker keeps of it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.cast import START
from tests.city.ideas.ideas import Ideas
from tests.city.ideas.pairs import PAIRS
from veche.city.ideas.models import Idea, SimilarLink, SimilarMeaning
from veche.city.ideas.operations import similar as keeping
from veche.city.ideas.operations.similar import index_texts
from veche.city.ideas.operations.writing import reword
from veche.city.ideas.queries.similar import about
from veche.city.ideas.similar import meaning
from veche.city.ideas.similar.meaning import MeaningIndex, language_of, partners, vectors

MINUTE = dt.timedelta(minutes=1)
TEXTS = [text for pair in PAIRS for text in pair]
LANGUAGES = ["ru", "en", "zh"] * len(PAIRS)
CONCEPTS = ("качел playground 游乐场", "велодорож bicycle 自行车", "скамей bench 长椅")


def pretended(texts: list[str]) -> NDArray[np.float32]:
    """A model that knows three things, and a little noise of its own for each text."""
    found = np.zeros((len(texts), len(CONCEPTS) + 4), np.float32)
    for row, text in enumerate(texts):
        for column, names in enumerate(CONCEPTS):
            found[row, column] = any(name in text.casefold() for name in names.split())
        found[row, len(CONCEPTS) + len(text) % 4] += 0.2
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def test_the_script_tells_the_language() -> None:
    assert [language_of(text) for text in TEXTS] == LANGUAGES
    assert language_of("") == "en" and language_of("12 😀") == "en"


def test_partners_are_each_others_clear_nearest_or_nobody() -> None:
    texts = ["качели", "playground", "bench", "скамейки", "游乐场!", "新桥"]
    given = vectors(texts, pretended)
    found = partners(given, [language_of(text) for text in texts], range(len(texts)))
    pairs = {(one, other) for one, other, _score in found}
    assert pairs == {(0, 1), (1, 0), (2, 3), (3, 2), (0, 4), (4, 0), (1, 4), (4, 1)}
    # Of two that are as near nobody is chosen.
    twice = ["качели", "playground", "playgrounds on"]
    assert partners(vectors(twice, lambda t: pretended([x[:6] + "playground" for x in t])),
                    ["ru", "en", "en"], [0]) == []  # fmt: skip


def test_an_index_by_meaning_is_asked_as_the_other_is() -> None:
    index = MeaningIndex(["качели", "bench", "自行车"], pretended)
    assert index.like("a bicycle", 1)[0].text == 2
    assert [len(near) for near in index.nearest(2)] == [2, 2, 2]
    assert MeaningIndex([], pretended).like("x") == []


@pytest.mark.skipif(not meaning.installed(), reason="the extra veche[semantic] is not installed")
def test_the_real_model_finds_twenty_ideas_in_every_language() -> None:
    given = vectors(TEXTS)
    scores = given @ given.T
    for here in range(3):
        for there in range(3):
            if here == there:
                continue
            right = sum(
                int(np.argmax(scores[3 * n + here][there::3])) == n for n in range(len(PAIRS))
            )
            assert right >= 19, (here, there)
    found = partners(given, LANGUAGES, range(len(TEXTS)))
    assert all(one // 3 == other // 3 for one, other, _score in found)
    assert len(found) >= 100


def test_the_worker_links_ideas_across_languages_and_reads_new_words_anew(
    made: Ideas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "_extra", lambda: True)
    monkeypatch.setattr(meaning, "_model", pretended)
    call = made.calling()
    words = [
        ("Качели во дворе", "Сломаны качели, детям негде играть во дворе."),
        ("A new playground", "Children have nowhere to play in the yard."),
        ("河边修一座新桥", "从火车站到公园需要修一座新桥，方便大家。"),
    ]
    ideas = [
        made.idea_of(call, at=START + n * MINUTE, title=title, text=text)
        for n, (title, text) in enumerate(words)
    ]
    index_texts(at=START + 200 * MINUTE)
    links = SimilarLink.objects.filter(across=True)
    assert {(link.idea_id, link.other_id) for link in links} == {
        (ideas[0].pk, ideas[1].pk), (ideas[1].pk, ideas[0].pk),
    }  # fmt: skip
    beside = about(Idea.objects.get(pk=ideas[0].pk), None, START)  # type: ignore[arg-type]
    assert [one.idea.pk for one in beside["near"]] == [ideas[1].pk]
    case = Idea.objects.get(pk=ideas[1].pk).case
    reword(by=made.town.resident, at=START + 300 * MINUTE, case=case, title="A bench in the shade",
           text="Old people have nowhere to sit down in the park.")  # fmt: skip
    index_texts(at=START + 310 * MINUTE)
    assert SimilarMeaning.objects.count() == 3
    assert not SimilarLink.objects.filter(across=True).exists()


def test_without_the_extra_nothing_waits(made: Ideas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_extra", lambda: False)
    made.idea_of(made.calling())
    index_texts(at=START + 200 * MINUTE)
    assert not SimilarMeaning.objects.exists()
    assert index_texts(at=START + 210 * MINUTE) == 0
