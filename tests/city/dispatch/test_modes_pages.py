"""Pages of modes, of command and of what must go on, for everybody and for those who act."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import SmallTown
from tests.city.dispatch.conftest import Ground
from veche import clock
from veche.city.dispatch import commands_modes, pictures_modes
from veche.city.dispatch.models import (
    CityMode,
    Command,
    EssentialService,
    ModeAct,
    ModeLevel,
    ModeRule,
    Secondment,
)
from veche.city.dispatch.operations import command, modes, seconding
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
WHY = "Gusts of 28 m/s are forecast for the evening."


@pytest.fixture
def town(ground: Ground) -> SmallTown:
    """The town of the ground."""
    return ground.town


def browser(person: Person | None = None) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def text(client: Client, name: str, *args: object, status: int = 200) -> str:
    """What a page says."""
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def typed(moment: dt.datetime) -> str:
    """A moment as a form is sent it."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def entered(town: SmallTown, level: int = 3, **more: Any) -> CityMode:
    """A level in force for three hours already, by the mayor."""
    at = clock.now()
    values: dict[str, Any] = {
        "by": town.mayor, "at": at - 3 * HOUR, "territory": town.west, "level": level,
        "reason": WHY, "until": at + 6 * HOUR,
    }  # fmt: skip
    return modes.enter_mode(**(values | more))


def test_a_calm_city_says_so_and_no_page_shows_a_banner(town: SmallTown) -> None:
    """The usual mode is one sentence on its page and nothing anywhere else."""
    page = text(browser(), "dispatch:mode")
    assert "The city works as usual." in page
    assert "Enter a mode" not in page
    for name in ("dispatch:mode", "portal:home", "opendata:index"):
        assert "mode-bar" not in text(browser(), name)


def test_every_page_says_the_mode_with_its_age(town: SmallTown) -> None:
    """Number, colour in words, name, place, age and end stand on every page of everybody."""
    Person.objects.filter(pk=town.mayor.pk).update(name="Zinaida Petrova")
    entered(town)
    for client in (browser(), browser(town.officer)):
        page = text(client, "opendata:index")
        assert "Mode 3 of 5, orange: Impacts under way" in page
        assert "for 3 hours already" in page
        assert "West" in page
    page = text(browser(), "dispatch:mode")
    assert "mode-bar" not in page  # the page itself says it
    assert "Put off every trip that can wait." in page
    assert WHY in page
    assert "the mayor" in page
    assert "Zinaida" not in page


def test_a_page_asks_at_most_once_and_then_not_at_all(town: SmallTown) -> None:
    """What every page shows costs the second page nothing."""
    entered(town)
    asked: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        if "dispatch_citymode" in sql or "dispatch_modelevel" in sql:
            asked.append(sql)
        return execute(sql, *rest)

    from veche.city.dispatch.queries import modes as queries

    queries.forget()
    with connection.execute_wrapper(note):
        text(browser(), "opendata:index")
        first = len(asked)
        text(browser(), "opendata:index")
    assert 1 <= first <= 2
    assert len(asked) == first


def test_a_dispatcher_enters_extends_and_ends_on_pages(town: SmallTown) -> None:
    """With a reason and an end; level 4 is not offered; a wrong end stands beside its field."""
    client, at = browser(town.dispatcher), clock.now()
    page = text(client, "dispatch:mode-enter")
    assert 'value="3"' in page
    assert 'value="4"' not in page
    assert ">Town<" not in page  # the district alone is theirs
    sent = {"level": "2", "territory": "west", "reason": WHY, "until": typed(at - HOUR)}
    answer = client.post(reverse("dispatch:mode-enter"), sent)
    assert answer.status_code == 422
    assert b"Choose an end that lies ahead" in answer.content
    answer = client.post(reverse("dispatch:mode-enter"), sent | {"until": typed(at + HOUR)})
    assert answer.status_code == 302
    made = CityMode.objects.get()
    later = {"reason": "It stays longer.", "until": typed(at + 5 * HOUR)}
    assert client.post(reverse("dispatch:mode-extend", args=[made.pk]), later).status_code == 302
    ended = client.post(reverse("dispatch:mode-end", args=[made.pk]), {"reason": "It is calm."})
    assert ended.status_code == 302
    assert list(ModeAct.objects.order_by("at", "pk").values_list("kind", flat=True)) == [
        "entered", "extended", "ended",
    ]  # fmt: skip
    assert text(client, "dispatch:mode-end", made.pk, status=404)
    page = text(browser(), "dispatch:mode")
    assert "It is calm." in page
    assert text(browser(town.officer), "dispatch:mode-enter", status=403)


def test_the_feed_and_the_table_tell_what_was_done(town: SmallTown) -> None:
    """Both are public; a drill is in neither, and on the page for the staff alone."""
    entered(town)
    entered(town, 5, drill=True, reason="We rehearse the flood of spring.")
    feed = text(browser(), "dispatch:mode-feed")
    assert "West, mode 3 (Impacts under way): Entered" in feed
    assert "<feed" in feed
    table = text(browser(), "dispatch:mode-csv")
    assert table.count("west") == 1
    for page in (feed, table, text(browser(), "dispatch:mode")):
        assert "rehearse" not in page
    assert "rehearse" in text(browser(town.officer), "dispatch:mode")


def test_the_mayor_names_a_commander_and_everybody_reads_it(town: SmallTown) -> None:
    """Roles and offices are public, names are for the staff; acts for the mayor are listed."""
    client, at = browser(town.mayor), clock.now()
    assert "Nobody commands" in text(browser(), "dispatch:command")
    sent = {
        "person": f"{town.head.pk}:{town.roads.pk}", "powers": ["modes", "seconding"],
        "reason": WHY, "until": typed(at + 2 * DAY),
    }  # fmt: skip
    assert client.post(reverse("dispatch:command-name"), sent).status_code == 302
    made = Command.objects.get()
    chief = browser(town.head)
    assert 'value="4"' in text(chief, "dispatch:mode-enter")
    answer = chief.post(
        reverse("dispatch:mode-enter"),
        {"level": "4", "territory": "town", "reason": WHY, "until": typed(at + DAY)},
    )
    assert answer.status_code == 302
    answer = chief.post(
        reverse("dispatch:command-second"),
        {
            "person": f"{town.light_officer.pk}:{town.lights.pk}", "role": "dispatcher",
            "where": "place:west", "until": typed(at + DAY), "reason": "For the night shift.",
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    page = text(browser(), "dispatch:command")
    assert "Roads office" in page
    assert "entered a mode" in page
    assert "District dispatcher" in page
    assert town.head.name not in page
    assert town.light_officer.name not in page
    assert town.head.name in text(browser(town.watch), "dispatch:command")
    assert "command" in text(browser(), "dispatch:command-csv")
    lent = Secondment.objects.get()
    back = chief.post(
        reverse("dispatch:command-recall", args=[lent.pk]), {"reason": "They are back."}
    )
    assert back.status_code == 302
    assert text(chief, "dispatch:command-extend", made.pk, status=403)
    more = {"reason": "Two days more.", "until": typed(at + 3 * DAY)}
    assert client.post(reverse("dispatch:command-extend", args=[made.pk]), more).status_code == 302
    over = chief.post(reverse("dispatch:command-end", args=[made.pk]), {"reason": "It is over."})
    assert over.status_code == 302
    assert text(chief, "dispatch:command-second", status=403)


def test_refusals_of_command_stand_beside_their_fields(town: SmallTown) -> None:
    """An end too far away and a missing power are said in the form; nothing is written."""
    client, at = browser(town.mayor), clock.now()
    sent = {
        "person": f"{town.head.pk}:{town.roads.pk}", "powers": ["modes"], "reason": WHY,
        "until": typed(at + 40 * DAY),
    }  # fmt: skip
    answer = client.post(reverse("dispatch:command-name"), sent)
    assert answer.status_code == 422
    assert b"within 30 days" in answer.content
    assert client.post(
        reverse("dispatch:command-name"), sent | {"powers": []}
    ).status_code == 422  # fmt: skip
    assert text(browser(town.watch), "dispatch:command-name", status=403)
    assert not Command.objects.exists()
    person = f"{town.light_officer.pk}:{town.lights.pk}"
    lent = {"person": person, "role": "officer", "where": "place:west", "reason": WHY,
            "until": typed(at + DAY)}  # fmt: skip
    answer = client.post(reverse("dispatch:command-second"), lent)
    assert answer.status_code == 422
    assert b"an office for those who work in one" in answer.content
    late = {"where": "office:roads", "since": "9999-12-30T00:00", "until": "9999-12-31T00:00"}
    answer = client.post(reverse("dispatch:command-second"), lent | late)
    assert answer.status_code == 422
    assert b"within 30 days" in answer.content


@pytest.fixture
def keeper(town: SmallTown) -> Iterator[Client]:
    """A browser of somebody who sets the city's rules."""
    appoint(
        by=None, at=clock.now() - DAY, person=town.planner, role="administrator",
        territory=town.city,
    )  # fmt: skip
    yield browser(town.planner)


def test_keepers_word_the_levels_and_set_their_rules(keeper: Client, town: SmallTown) -> None:
    """What is wrong is said; what is set stands on the public page."""
    assert text(browser(town.watch), "dispatch:levels", status=403)
    assert "Impacts under way" in text(keeper, "dispatch:levels")
    url = reverse("dispatch:level", args=[3])
    sent = {"name_en": "Storm", "factor": "20", "told": ["mayor"], "advice_en": "Stay in."}
    assert keeper.post(url, sent).status_code == 422
    assert keeper.post(url, sent | {"factor": "1.25"}).status_code == 302
    found = ModeLevel.objects.get(level=3)
    assert (found.names, str(found.factor), found.told) == ({"en": "Storm"}, "1.25", ["mayor"])
    assert "Storm" in text(browser(), "dispatch:mode")
    rule = {"level": "2", "kind": "flood", "severity": "", "tier": "3"}
    assert keeper.post(reverse("dispatch:mode-rule"), rule).status_code == 302
    assert ModeRule.objects.get(kind__code="flood").tier == 3
    assert keeper.post(reverse("dispatch:mode-rule"), rule | {"tier": ""}).status_code == 302
    assert not ModeRule.objects.filter(kind__code="flood").exists()
    assert keeper.post(reverse("dispatch:mode-rule"), {"level": "9"}).status_code == 422
    assert text(keeper, "dispatch:level", 9, status=404)
    assert "Levels of the city mode" in text(keeper, "organisations:settings")


def test_what_must_go_on_is_a_public_list(keeper: Client, ground: Ground) -> None:
    """What stands still comes first; keepers add, change and take off."""
    assert "no such service yet" in text(browser(), "dispatch:essential")
    sent = {"name_en": "Dialysis", "code": "dialysis", "office": "lights", "advice_en": "Power."}
    assert keeper.post(reverse("dispatch:essential-add"), sent).status_code == 302
    assert "All of them go on." in text(browser(), "dispatch:essential")
    service = EssentialService.objects.get()
    ground.report(at=clock.now(), service=service)
    assert "stands still: 1 incident" in text(browser(), "dispatch:essential")
    assert "dialysis,Dialysis,lights,1,Power." in text(browser(), "dispatch:essential-csv")
    ending = reverse("dispatch:essential-end", args=["dialysis"])
    assert keeper.post(ending).status_code == 409
    changed = reverse("dispatch:essential-change", args=["dialysis"])
    assert keeper.post(changed, {"name_en": "Dialysis ward"}).status_code == 302
    assert "Dialysis ward" in text(browser(), "dispatch:essential")
    water = {"name_en": "Water", "code": "water"}
    assert keeper.post(reverse("dispatch:essential-add"), water).status_code == 302
    assert keeper.post(reverse("dispatch:essential-end", args=["water"])).status_code == 302
    assert "Water" not in text(browser(), "dispatch:essential")
    assert text(browser(ground.town.watch), "dispatch:essential-add", status=403)


def _run(**more: Any) -> int:
    values: dict[str, Any] = {
        "level": None, "reason": "", "until": "", "territory": "", "by": "", "drill": False,
        "json": False,
    }  # fmt: skip
    return commands_modes.run_mode(argparse.Namespace(**(values | more)))


def test_the_command_enters_extends_ends_and_prints(
    town: SmallTown, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever sits at the machine is in the part of the log that is not public."""
    from veche.core.journal.models import Record, Secret

    assert _run() == 0
    assert capsys.readouterr().out == "The city works as usual.\n"
    assert _run(level=3, reason=WHY) == 2
    assert "--until" in capsys.readouterr().err
    assert _run(level=3, reason=WHY, until="+6h", territory="west") == 0
    assert "West: mode 3 of 5, orange: Impacts under way" in capsys.readouterr().out
    record = Record.objects.get(kind="mode.entered")
    assert record.public["role"] == "machine"
    assert "login" not in record.public
    assert Secret.objects.get(record=record).personal["login"]
    until = timezone.localtime(clock.now() + DAY).strftime("%Y-%m-%dT%H:%M")
    assert _run(level=3, reason=WHY, until=until, territory="west", json=True) == 0
    (told,) = json.loads(capsys.readouterr().out)["modes"]
    assert (told["place"], told["level"], told["drill"]) == ("west", 3, False)
    assert CityMode.objects.count() == 1
    with pytest.raises(modes.MayNotSetMode):
        _run(level=1, reason="It is calm.", territory="west", by="officer@example.org")
    assert _run(level=1, reason="It is calm.", territory="west", by="dispatcher@example.org") == 0
    assert capsys.readouterr().out == "The city works as usual.\n"
    assert _run(level=1, reason="It is calm.", territory="west") == 2
    assert _run(level=2, reason=WHY, until="+1d", by="nobody@example.org") == 2
    capsys.readouterr()
    assert _run(level=5, reason=WHY, until="+90m", drill=True) == 0
    assert capsys.readouterr().out.startswith("DRILL: Town: mode 5 of 5, purple")


def test_a_moment_is_a_day_or_a_time_from_now() -> None:
    """The city's own time where no zone is named; what is neither is nothing."""
    at = dt.datetime(2026, 11, 16, 6, 0, tzinfo=dt.UTC)
    assert commands_modes.moment("+90m", at) == at + 1.5 * HOUR
    assert commands_modes.moment("+2d", at) == at + 2 * DAY
    assert commands_modes.moment("2026-11-16T12:00", at) == at + 2 * HOUR
    assert commands_modes.moment("2026-11-16T12:00+00:00", at) == at + 6 * HOUR
    for wrong in ("", "+h", "soon", "+9999999999d", "+5w"):
        assert commands_modes.moment(wrong, at) is None


def test_the_picture_has_a_lane_for_each_place() -> None:
    """What began before and lasts after is cut; what was short is still seen."""
    at = dt.datetime(2026, 11, 16, 6, 0, tzinfo=dt.UTC)
    since = at - 100 * DAY
    found = pictures_modes.lanes(
        [
            ("West", 2, at - 10 * DAY, at + 5 * DAY),
            ("East", 3, since - DAY, since + 10 * DAY),
            ("West", 4, at - 50 * DAY, at - 50 * DAY + HOUR),
        ],
        since,
        at,
    )
    assert [(one.name, [(bar.level, bar.x, bar.width) for bar in one.bars]) for one in found] == [
        ("West", [(4, "50.00%", "0.60%"), (2, "90.00%", "10.00%")]),
        ("East", [(3, "0.00%", "10.00%")]),
    ]
    assert [one.day.month for one in pictures_modes.marks(since, at)] == [9, 10, 11]


def test_powers_end_on_pages_too(town: SmallTown) -> None:
    """Somebody whose secondment is over is refused at once."""
    at = clock.now()
    seconding.second(
        by=town.mayor, at=at - DAY, person=town.light_officer, origin=town.lights,
        role="dispatcher", territory=town.west, until=at - HOUR, reason=WHY,
    )  # fmt: skip
    assert text(browser(town.light_officer), "dispatch:mode-enter", status=403)
    command.name_commander(
        by=town.mayor, at=at - DAY, person=town.head, powers=["modes"], reason=WHY,
        until=at - HOUR,
    )  # fmt: skip
    assert text(browser(town.head), "dispatch:mode-enter", status=403)
    assert "Nobody commands" in text(browser(), "dispatch:command")
