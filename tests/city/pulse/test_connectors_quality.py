"""The quality scale: every rule is looked at for every connector, and no claim is too high."""

from __future__ import annotations

import datetime as dt
import json
import random
import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from tests.cast import START, SmallTown
from tests.city.pulse.test_sources import connect
from veche.city.pulse.connectors import base, net
from veche.city.pulse.connectors.base import Asked, Fault, Measured
from veche.city.pulse.models import Reading, Source
from veche.city.pulse.operations import hooks, polling, sources
from veche.city.pulse.operations.intake import Taken
from veche.city.pulse.queries.diagnostics import diagnostics_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[3]
_FILE = resources.files("veche.city.pulse.connectors").joinpath("quality.toml")
SCALE: dict[str, dict[str, str]] = tomllib.loads(_FILE.read_text("utf-8"))
SECRET = "s3cr3t-0f-a-test"


def _body(name: str, body: bytes | None = None, at: dt.datetime = START, **more: Any) -> Asked:
    given = base.simulator(name).answer("", at) if body is None else body

    def fetch(address: str, headers: object = None, most: int = 0) -> bytes:
        return given if body is not None else base.simulator(name).answer(address, at)

    return Asked(dict(base.simulator(name).SETTINGS), {}, at, fetch, simulated=True, **more)


def _bring(source: Source, at: dt.datetime) -> Taken | None:
    """What the source tells at a moment, as it really comes in."""
    if base.manifest(source.connector).way == "poll":
        return polling.poll(source.pk, at)
    body = base.simulator(source.connector).answer("", at)
    return hooks.take_message(source, body, {}, at)


def names(name: str, town: SmallTown) -> bool:
    """Three languages everywhere."""
    told = base.manifest(name)
    said = [told.names, told.sentence, *(one.label for one in told.fields)]
    said += [one.hint for one in told.fields if one.hint]
    return all({"en", "ru", "zh"} == set(one) and all(one.values()) for one in said)


def tried(name: str, town: SmallTown) -> bool:
    """A fault before saving, in each language its own sentence."""
    if base.manifest(name).way == "push":  # nothing can be asked of it; garbage is refused instead
        fault = _fault(lambda: base.reader(name).read(_body(name, b"<html>")))
    else:
        settings = {
            **base.simulator(name).SETTINGS,
            "address": "http://127.0.0.1/",
            "host": "127.0.0.1",
        }
        fault = _fault(lambda: polling.test(name, settings, {}, START))
    if fault is None:
        return False
    told = set()
    for language in ("en", "ru", "zh-hans"):
        with translation.override(language):
            told.add(str(fault))
    return len(told) == 3


def _fault(what: Callable[[], object]) -> Fault | None:
    try:
        what()
    except Fault as fault:
        return fault
    return None


def bounded(name: str, town: SmallTown) -> bool:
    """Only by `net`, which looks at the address; push takes no more than its door's cap."""
    folder = resources.files("veche.city.pulse.connectors").joinpath(name)
    text = folder.joinpath("read.py").read_text("utf-8")
    if base.manifest(name).way == "push":
        return "socket" not in text and "http" not in text.replace("http_poll", "")
    if "psycopg" in text or "paho" in text:
        return "net.look_up(" in text and "net.PATIENCE" in text
    return "asked.fetch(" in text and not any(
        word in text for word in ("import requests", "urllib.request", "http.client", "socket")
    )


def secrets(name: str, town: SmallTown) -> bool:
    """A secret is nowhere to be seen."""
    told = base.manifest(name)
    if told.way == "push":  # its sender shows a key of which a digest is kept
        return not told.secrets
    given = {one.name: SECRET for one in told.secrets}
    source = connect(town, name, secrets=given, settings={**base.simulator(name).SETTINGS,
        "address": "http://127.0.0.1:9/", "host": "127.0.0.1"})  # fmt: skip
    polling.poll(source.pk, START)
    kept = Source.objects.select_related("owner").get(pk=source.pk)
    shown = json.dumps(diagnostics_of(kept, START)) + kept.problem + json.dumps(kept.settings)
    sealed = bytes(kept.secret or b"")
    return (
        bool(kept.problem) and SECRET not in shown and bool(given) and SECRET.encode() not in sealed
    )


def simulated(name: str, town: SmallTown) -> bool:
    """Its simulator is read whole."""
    found = base.reader(name).read(_body(name))
    return bool(found.measured) and not found.refused


def garbage(name: str, town: SmallTown) -> bool:
    """Turned bytes; for those that speak no HTTP the rows and messages they may get."""
    chance = random.Random(name)
    good = base.simulator(name).answer("", START)
    for _time in range(60):
        turned = bytearray(good)
        turned[chance.randrange(len(turned))] = chance.randrange(256)
        try:
            if name == "mqtt":
                from veche.city.pulse.connectors.mqtt.read import message

                message("noise/x", bytes(turned[:40]), _body(name), base.Refusals())
            elif name == "sql":
                row = {
                    "thing": chance.choice([None, "", 5]),
                    "property": "p",
                    "at": chance.choice([None, "x", 1e300]),
                    "number": chance.choice(["", "x"]),
                }
                rows = json.dumps([row])
                base.reader(name).read(_body(name, rows.encode()))
            else:
                base.reader(name).read(_body(name, bytes(turned)))
        except Fault:
            continue
    return True


def replayed(name: str, town: SmallTown) -> bool:
    """The same moment twice."""
    source = connect(town, name)
    first = _bring(source, START)
    Source.objects.filter(pk=source.pk).update(seen_at=None)  # asked again from the beginning
    again = _bring(source, START)
    return bool(first and again and first.taken and not again.taken and again.repeated)


def schema(name: str, town: SmallTown) -> bool:
    """What the simulator tells is what was said, unless the other side alone knows."""
    told = polling.schema_of(base.manifest(name), base.simulator(name).SETTINGS)
    said = {part["name"] for part in told}
    really = {one.property for one in base.reader(name).read(_body(name)).measured}
    units = all(one.unit for one in base.reader(name).read(_body(name)).measured)
    return units and (really <= said or not said)


def standard(name: str, town: SmallTown) -> bool:
    """It is named."""
    return bool(base.manifest(name).standard)


def documented(name: str, town: SmallTown) -> bool:
    """The manual names it and every setting of it."""
    text = (ROOT / "docs/city/sources.md").read_text("utf-8")
    part = text.partition(f"### `{name}`")[2].partition("\n### ")[0]
    return bool(part) and all(f"`{one.name}`" in part for one in base.manifest(name).fields)


def removed(name: str, town: SmallTown) -> bool:
    """Off, nothing is taken; on, again."""
    source = connect(town, name)
    sources.switch_off(by=town.steward, at=START, source=source, why="x")
    off = _bring(Source.objects.get(pk=source.pk), START)
    nothing = (off is None or not off.taken) and not Reading.objects.exists()
    sources.switch_on(by=town.steward, at=START, source=source)
    on = _bring(Source.objects.get(pk=source.pk), START)
    return nothing and bool(on and on.taken)


def freshness(name: str, town: SmallTown) -> bool:
    """Times that can be kept; only a feed of events is heard without a reading."""
    told = base.manifest(name)
    sources.check_times(told.cadence, told.fresh_for, 1)
    values_only = not told.events
    heard = base.reader(name).read(_body(name)).heard
    return heard or values_only


CHECKS: dict[str, Callable[[str, SmallTown], bool]] = {
    one.__name__: one
    for one in (
        names, tried, bounded, secrets, simulated, garbage, replayed, schema, standard,
        documented, removed, freshness,
    )
}  # fmt: skip


def test_every_rule_has_a_check() -> None:
    """No rule that nobody looks at, and no check without a rule."""
    assert [*SCALE] == [*base.QUALITIES]
    assert {rule for level in SCALE.values() for rule in level} == set(CHECKS)


@pytest.mark.parametrize("name", base.NAMES)
@pytest.mark.parametrize("rule", CHECKS)
def test_a_claim_is_kept(town: SmallTown, name: str, rule: str) -> None:
    """Every rule up to the level that a connector claims."""
    level = next(one for one, rules in SCALE.items() if rule in rules)
    claimed = base.QUALITIES.index(base.manifest(name).quality)
    assert CHECKS[rule](name, town) or base.QUALITIES.index(level) > claimed, SCALE[level][rule]


def test_a_check_can_fail(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connector that breaks is found out."""

    def broken(asked: Asked) -> base.Found:
        return base.Found([Measured("t", "nobody-said", asked.at, 1.0)])

    monkeypatch.setattr("veche.city.pulse.connectors.cap.read.read", broken)
    assert not schema("cap", town)
    monkeypatch.setattr(base, "manifest", lambda _n: base.Manifest(
        "x", {"en": "x"}, {}, "poll", "gold", "", (), ()))  # fmt: skip
    assert not names("cap", town)
    assert not standard("cap", town)
    assert net.MOST
