"""Reporting: what is typed is kept, what is wrong is said, what is right becomes a problem."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from PIL import Image

from tests.city.problems.conftest import Town
from veche.city.problems import operations
from veche.city.problems.models import Problem
from veche.city.problems.operations import AnswerMissing
from veche.core.cases.models import CaseEvent, CaseFile
from veche.core.moderation.models import Limit

URL = "/en/problems/report/"


def sheet(**changes: Any) -> dict[str, Any]:
    return {
        "submission": str(uuid.uuid4()),
        "key": "k" * 32,
        "category": "pothole",
        "longitude": "49.41",
        "latitude": "53.51",
        "address": "School Street 5",
        "text": "There is a deep hole in the road.",
        "do": "send",
        **changes,
    }


def test_a_visitor_reports_and_follows_by_the_secret_link(town: Town, client: Client) -> None:
    assert client.get(URL).status_code == 200
    answer = client.post(URL, sheet(**{"q-depth": "deep"}))
    problem = Problem.objects.select_related("case").get()
    page = f"/en/problems/{problem.case.number}/"
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert problem.answers == {"depth": "deep"}
    first = client.get(page)
    assert "k" * 32 in first.content.decode()
    assert "k" * 32 not in client.get(page).content.decode(), "the link is shown once"
    stranger = Client()
    assert stranger.get(page).status_code == 404
    assert stranger.get(f"{page}?key={'x' * 32}").status_code == 404
    assert stranger.get(f"{page}?key={'k' * 32}", follow=True).status_code == 200


def test_the_same_form_twice_is_one_problem(town: Town, client: Client) -> None:
    filled = sheet()
    first = client.post(URL, filled)
    again = Client()
    second = again.post(URL, filled)
    assert first["Location"] == second["Location"]
    assert Problem.objects.count() == 1
    assert again.get(second["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": "short"}, "at least 10 characters"),
        ({"text": ""}, "Write what is wrong"),
        ({"category": "nothing"}, "There is no such category"),
        ({"category": ""}, "Choose what it is about"),
        ({"category": "tree"}, "Sign in first"),
        ({"longitude": "10", "latitude": "10"}, "lies outside Testtown"),
        ({"longitude": "", "address": ""}, "Show the place on the map"),
        ({"longitude": "nan"}, ""),
        ({"q-depth": "bottomless"}, "Choose one of the answers"),
        ({"submission": "no-uuid", "text": "x\x00y"}, "at least 10 characters"),
        ({"text": "I smell a gas leak here, come"}, "Call 112 now"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_kept(
    town: Town, client: Client, changes: dict[str, str], sentence: str
) -> None:
    answer = client.post(URL, sheet(**changes))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    if "address" not in changes:
        assert "School Street 5" in page
    assert not Problem.objects.exists()


def test_what_is_not_urgent_is_sent(town: Town, client: Client) -> None:
    answer = client.post(URL, sheet(text="Old gas leak sign hangs loose", not_urgent="on"))
    assert answer.status_code == 302


def test_photographs_wait_while_the_words_are_mended(
    town: Town, client: Client, photograph: Callable[..., bytes]
) -> None:
    one = SimpleUploadedFile("one.jpg", photograph("blue"), "image/jpeg")
    answer = client.post(URL, sheet(text="", photographs=[one]))
    assert answer.status_code == 422
    kept = re.findall(r'name="kept" value="([0-9a-f]{32})"', answer.content.decode())
    assert len(kept) == 1
    assert client.get(f"/en/problems/report/kept/{kept[0]}.jpg").status_code == 200
    two = SimpleUploadedFile("two.jpg", photograph("green"), "image/jpeg")
    assert client.post(URL, sheet(kept=kept, photographs=[two])).status_code == 302
    assert CaseFile.objects.filter(kind="before").count() == 2
    number = Problem.objects.get().case.number
    shown = client.get(f"/en/problems/{number}/photographs/1-small.jpg")
    assert (shown.status_code, shown["Cache-Control"]) == (200, "private, no-store")
    assert Client().get(f"/en/problems/{number}/photographs/1-small.jpg").status_code == 404
    assert client.get(f"/en/problems/{number}/photographs/9-small.jpg").status_code == 404


def test_a_photograph_that_waited_too_long_is_asked_for_again(town: Town, client: Client) -> None:
    answer = client.post(URL, sheet(kept=["0" * 32]))
    assert answer.status_code == 422
    assert "waited too long" in answer.content.decode()


def test_a_text_is_no_photograph(town: Town, client: Client) -> None:
    bad = SimpleUploadedFile("virus.exe", b"MZ" * 400, "image/jpeg")
    answer = client.post(URL, sheet(photographs=[bad]))
    page = answer.content.decode()
    assert answer.status_code == 415
    assert "not a photograph we can read" in page
    assert "There is a deep hole in the road." in page


def test_a_photograph_too_large_is_left_out_and_the_words_kept(
    town: Town, client: Client, settings: Any
) -> None:
    settings.LARGEST_FILE = 1000
    big = SimpleUploadedFile("big.jpg", b"x" * 200_000, "image/jpeg")
    answer = client.post(URL, sheet(photographs=[big]))
    page = answer.content.decode()
    assert answer.status_code == 413
    assert "at most 20 MB" in page
    assert "There is a deep hole in the road." in page


def test_a_picture_of_a_billion_pixels_is_not_unpacked(town: Town, client: Client) -> None:
    out = io.BytesIO()
    Image.new("1", (10_000, 7_000)).save(out, "PNG")
    bomb = SimpleUploadedFile("bomb.png", out.getvalue(), "image/png")
    assert client.post(URL, sheet(photographs=[bomb])).status_code == 413


def test_an_expired_form_says_that_the_words_are_kept(town: Town) -> None:
    answer = Client(enforce_csrf_checks=True).post(URL, sheet())
    assert answer.status_code == 403
    assert "expired" in answer.content.decode()
    assert not Problem.objects.exists()


@pytest.mark.parametrize("value", ["", "x", "\x00", "1e999", "-", "²", "9" * 400, "<b>"])
def test_garbage_in_any_field_is_no_fault(town: Town, client: Client, value: str) -> None:
    names = (*sheet(), "kept", "drawn", "neighbourhood", "not_urgent", "q-depth")
    for name in (*names, "point.x", "point.y"):
        changes = {"point.x": "1", "point.y": "1"} if name.startswith("point") else {}
        answer = client.post(URL, sheet(**{**changes, name: value}))
        assert answer.status_code in (200, 302, 422), name
    for name in ("category", "longitude", "latitude", "place"):
        for tail in ("", "map.svg", "questions/"):
            asked = {"longitude": "49.41", "latitude": "53.51", name: value}
            assert client.get(URL + tail, asked).status_code == 200, (name, tail)


def test_the_still_map_sets_the_pin(town: Town, client: Client) -> None:
    values = sheet(longitude="", latitude="", address="", **{"point.x": "170", "point.y": "170"})
    del values["do"]
    answer = client.post(URL, values)
    page = answer.content.decode()
    assert answer.status_code == 200
    lon = float(re.search(r'name="longitude" value="([\d.]+)"', page).group(1))  # type: ignore[union-attr]
    assert abs(lon - 49.45) < 0.001
    assert (
        client.get("/en/problems/report/map.svg?place=x&longitude=a&latitude=9").status_code == 200
    )


def test_the_preview_shows_and_sends_nothing(town: Town, client: Client) -> None:
    answer = client.post(URL, sheet(do="look"))
    assert answer.status_code == 200, answer.context["form"].errors
    assert "This is what everybody will see" in answer.content.decode()
    assert not Problem.objects.exists()


def test_without_the_map_an_address_in_a_neighbourhood_is_enough(
    town: Town, client: Client
) -> None:
    answer = client.post(URL, sheet(longitude="", latitude="", neighbourhood="north"))
    assert answer.status_code == 302
    assert Problem.objects.get().case.territory.code == "north"


def test_questions_come_with_the_category(town: Town, client: Client) -> None:
    page = client.get("/en/problems/report/questions/?category=pothole").content.decode()
    assert "How deep?" in page
    assert client.get("/en/problems/report/questions/?category=%00").status_code == 200


def test_a_question_without_a_fitting_answer_is_named_in_the_readers_language(town: Town) -> None:
    with translation.override("ru"), pytest.raises(AnswerMissing) as refusal:
        town.report(answers={"depth": "bottomless"})
    assert "Какой глубины?" in str(refusal.value)


# What everybody will see ----------------------------------------------------------------------

TELLING = "Яма у дома 9, звоните мне +7 912 345-67-89, Иванов И. И. ждёт."


def test_what_tells_private_persons_is_pointed_out_before_it_is_sent(
    town: Town, client: Client
) -> None:
    answer = client.post(URL, sheet(text=TELLING))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert not Problem.objects.exists()
    assert "This is what everybody will see" in page
    assert "<mark" in page and 'value="hide:text:' in page
    assert 'class="map' in page
    mark = re.search(r'name="looked" value="([0-9a-f]+)"', page)
    assert mark is not None
    as_it_is = client.post(URL, sheet(text=TELLING, looked=mark[1]))
    assert as_it_is.status_code == 302
    assert Problem.objects.get().text == TELLING


def test_one_press_hides_one_finding_and_another_all(town: Town, client: Client) -> None:
    values = sheet(text=TELLING)
    page = client.post(URL, values).content.decode()
    press = re.search(r'value="(hide:text:\d+:\d+)"', page)
    assert press is not None
    page = client.post(URL, {**values, "do": press[1]}).content.decode()
    assert "[телефон], Иванов И. И. ждёт" in page
    page = client.post(URL, {**values, "do": "hide:all"}).content.decode()
    assert "[телефон], [имя] ждёт" in page
    assert not Problem.objects.exists()
    assert client.post(URL, {**values, "do": "hide:text:x"}).status_code == 200


def test_words_changed_after_the_look_are_looked_at_again(town: Town, client: Client) -> None:
    page = client.post(URL, sheet(text=TELLING)).content.decode()
    mark = re.search(r'name="looked" value="([0-9a-f]+)"', page)
    assert mark is not None
    answer = client.post(URL, sheet(text=TELLING + " И ещё 8 912 345-67-80.", looked=mark[1]))
    assert answer.status_code == 200
    assert not Problem.objects.exists()


def test_too_many_reports_are_refused_with_the_hour_and_the_words_kept(
    town: Town, client: Client
) -> None:
    Limit.objects.create(what="problem.report", scope="address", most=2)
    for _ in range(2):
        assert client.post(URL, sheet()).status_code == 302
    answer = client.post(URL, sheet(text="One more hole is here now."))
    page = answer.content.decode()
    assert answer.status_code == 429
    assert "no more are accepted from one network" in page and "You can go on after" in page
    assert "One more hole is here now." in page
    assert Problem.objects.count() == 2


def test_one_browser_without_an_account_is_counted_too(town: Town, client: Client) -> None:
    Limit.objects.create(what="problem.report", scope="person", most=1)
    assert client.post(URL, sheet()).status_code == 302
    assert client.post(URL, sheet()).status_code == 429
    assert Client().post(URL, sheet()).status_code == 302


def test_danger_is_never_queued_whatever_the_door(town: Town) -> None:
    with pytest.raises(operations.UrgentFirst):
        _danger(town)
    problem = _danger(town, not_urgent=True)
    event = CaseEvent.objects.get(case=problem.case)
    assert event.public["not_urgent"]  # the moderator is told that the author was asked


def _danger(town: Town, **more: Any) -> Problem:
    return operations.report(
        by=None, at=dt.datetime(2026, 11, 16, 6, 0, tzinfo=dt.UTC), submission=uuid.uuid4(),
        category=sheet()["category"], text="There is a gas leak by the door", longitude=49.41,
        latitude=53.51, **more,
    )  # fmt: skip
