"""Names, categories, offices, people, stories and drawings hold together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from veche.town.categories import categories, groups, urgent_word
from veche.town.geometry import town
from veche.town.names import LANGUAGES, Names, data
from veche.town.offices import offices, responsible
from veche.town.people import cast, heads, residents, staff
from veche.town.photographs import KINDS, Kind, photograph
from veche.town.problems import REFUSALS, REJECTIONS
from veche.town.stories import stories
from veche.town.wording import FILES


def _all_names() -> Iterator[Names]:
    for area in town().areas:
        yield area.names
    for feature in town().features:
        if feature.kind != "lane":
            yield feature.names
    for group in groups():
        yield group.names
    for category in categories():
        yield category.names
        for question in category.questions:
            yield question.label
            yield from (choice.names for choice in question.choices)
    for office in offices():
        yield office.names
    for member in (*cast(), *staff()):
        yield member.names
    for person in residents():
        yield person.names
    for story in stories():
        yield story.title
        yield from (step.text for step in story.steps if step.text)


def test_everything_is_named_in_three_languages() -> None:
    for found in _all_names():
        assert set(found) == set(LANGUAGES), found
        assert all(text.strip() for text in found.values()), found


def test_chinese_is_punctuated_as_chinese() -> None:
    for category in categories():
        for question in category.questions:
            assert not set(question.label["zh"]) & set("?,:;!"), question.label
    for story in stories():
        for step in story.steps:
            assert not set(step.text.get("zh", "")) & set("?,;!"), step.text


def test_codes_and_names_are_not_repeated() -> None:
    assert len({c.code for c in categories()}) == len(categories()) >= 24
    assert {c.group for c in categories()} == {g.code for g in groups()}
    assert len(groups()) == 8
    assert len({o.code for o in offices()}) == len(offices()) == 200
    for language in LANGUAGES:
        assert len({o.names[language] for o in offices()}) == 200
        streets = town().of_kind("street")
        assert len({s.names[language] for s in streets}) == len(streets)


def test_questions_are_askable() -> None:
    for category in categories():
        assert len(category.questions) <= 3
        assert len(category.months) == 12
        for question in category.questions:
            assert (question.kind == "choice") == bool(question.choices)


def test_one_office_answers_for_each_category_in_each_district() -> None:
    pairs = [pair for office in offices() for pair in office.answers_for]
    assert len(pairs) == len(set(pairs))
    expected = {(c.code, d.code) for c in categories() for d in town().districts}
    assert set(pairs) == expected
    known = {office.code for office in offices()}
    assert all(responsible(*pair) in known for pair in pairs)
    with pytest.raises(KeyError):
        responsible("unknown", "zarechye-d1")


def test_offices_work_in_known_areas() -> None:
    codes = {area.code for area in town().areas}
    assert all(office.area in codes for office in offices() if office.area)
    assert {office.kind for office in offices()} == {
        "department", "operator", "company", "self_government",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "urgent"),
    [
        ("Во дворе сильный ЗАПАХ ГАЗА", True),
        ("A live wire is lying on the path", True),
        ("楼道里有煤气味", True),
        ("Не горит фонарь у школы", False),
    ],
)
def test_what_must_not_wait_is_noticed(text: str, urgent: bool) -> None:
    assert bool(urgent_word(text)) is urgent


def test_a_category_has_urgent_words_of_its_own() -> None:
    dogs = next(c for c in categories() if c.code == "dogs")
    assert urgent_word("Собака укусила ребёнка") is None
    assert urgent_word("Собака укусила ребёнка", dogs) == "собака укусила"


def test_the_cast_is_complete_and_belongs_somewhere() -> None:
    assert len({member.key for member in cast()}) == len(cast()) >= 16
    assert len({member.key for member in (*cast(), *staff())}) == len(cast()) - 1 + len(staff())
    known = {office.code for office in offices()}
    areas = {area.code for area in town().areas}
    for member in (*cast(), *staff()):
        assert member.organisation is None or member.organisation in known
        assert member.area is None or member.area in areas
        assert member.email.endswith("@example.org")
    answering = {office.code for office in offices() if office.answers_for}
    assert {member.organisation for member in staff()} == answering


def test_residents_live_in_the_town() -> None:
    people = residents()
    assert len(people) == 5000
    assert len({person.email for person in people}) == 5000
    areas = {area.code for area in town().neighbourhoods}
    assert {person.neighbourhood for person in people} == areas
    assert {person.language for person in people} == set(LANGUAGES)


def test_stories_are_told_by_people_who_may() -> None:
    known = {member.key: member for member in (*cast(), *staff(), *heads())}
    assert [story.key for story in stories()] == [
        "simple", "returned", "late", "refused", "rejected",
        "wrong-office", "not-fixed", "wrong-later",
    ]  # fmt: skip
    roles = {
        "accept": "moderator", "reject": "moderator", "hand_back": "officer", "dispute": "officer",
        "ask_later": "officer", "sign_later": "head", "reassign": "dispatcher", "settle": "arbiter",
    }  # fmt: skip
    for story in stories():
        assert story.steps[0].act == "report"
        assert [s.after for s in story.steps] == sorted(s.after for s in story.steps)
        assert story.rejection is None or story.rejection in REJECTIONS
        assert story.refusal is None or story.refusal in REFUSALS
        for step in story.steps:
            if step.act in ("answer", "refuse"):
                decided = [s.office for s in story.steps if s.act in ("reassign", "settle")]
                assert known[step.who].organisation == (decided or [story.organisation])[-1]
                assert step.after.days % 7 < 5, "offices act on working days"
            elif step.act in roles:
                assert known[step.who].role == roles[step.act]
            else:
                assert known[step.who].role == "resident"


@pytest.mark.parametrize("kind", KINDS)
def test_drawings_are_small_and_the_same_every_time(kind: Kind) -> None:
    for mended in (False, True):
        picture = photograph(kind, mended, 3)
        assert len(picture) < 60_000
        assert Image.open(BytesIO(picture)).size == (960, 720)
        assert photograph.__wrapped__(kind, mended, 3) == picture
    assert photograph(kind, False, 3) != photograph(kind, True, 3)


def test_residents_have_many_ways_to_say_it() -> None:
    groups_of = {category.code: category.group for category in categories()}
    texts: dict[str, dict[str, dict[str, list[str]]]] = {}
    for file in FILES:
        texts.update(data(file))
    patterns = Counter[str]()
    for code, group in groups_of.items():
        assert set(texts[code]) == set(LANGUAGES)
        patterns[group] += len(texts[code]["ru"]["first"])
        assert len(texts[code]["ru"]["done"]) >= 4
    assert min(patterns.values()) >= 25


def test_texts_open_only_known_gaps() -> None:
    gaps = data(FILES[0])["gaps"]
    for file in FILES:
        for part in data(file).values():
            for language, lists in part.items():
                known = set(gaps.get(language, gaps["ru"]))
                for text in (text for texts in lists.values() for text in texts):
                    assert set(re.findall(r"\{(\w+)\}", text)) <= known, text
