"""Whatever is asked, the answer is 200 or a 400 in words."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.city.pulse.sensorthings.small import BASE, Small
from veche.city.pulse.sensorthings.entities import KINDS, SETS, Form, Kind
from veche.city.pulse.sensorthings.functions import FUNCTIONS, SPANS
from veche.city.pulse.sensorthings.geometry import NAMES
from veche.city.pulse.sensorthings.pieces import Type

_WRITTEN: dict[Type, tuple[str, ...]] = {
    Type.NUMBER: ("1", "-2.5", "1e3", "9223372036854775807", "1e308", "0", "22", "1 div 0"),
    Type.TEXT: ("''", "'a'", "'22'", "'Ёлка'", "'%_'"),
    Type.TRUTH: ("true", "false"),
    Type.MOMENT: ("2027-03-01T10:00:00Z", "2027-03-02", "now()", "maxdatetime()"),
    Type.SPAN: ("2027-03-01T10:00:00Z/2027-03-02T10:00:00Z", "2027-03-01T10:00:00Z/PT1H"),
    Type.DAY: ("2027-03-01",),
    Type.CLOCK: ("10:00:00",),
    Type.LENGTH: ("duration'PT10M'", "duration'P1Y'", "duration'P9999999Y'"),
    Type.SHAPE: (
        "geography'POINT(30 60)'",
        "geography'POLYGON((29 59,31 59,31 61,29 61,29 59))'",
        "geography'LINESTRING(0 0,1 1)'",
    ),
    Type.NULL: ("null",),
}
_FORMS = {
    Type.NUMBER: (Form.NUMBER, Form.RESULT, Form.JSON),
    Type.TEXT: (Form.TEXT, Form.RESULT, Form.JSON),
    Type.TRUTH: (Form.JSON,),
    Type.MOMENT: (Form.MOMENT, Form.SPAN),
    Type.SPAN: (Form.SPAN, Form.MOMENT),
    Type.SHAPE: (Form.SHAPE,),
}
_INSIDE = ("name", "district", "floor", "0", "code", "since", "heated", "line/code")


class Asker:
    """Makes filters that can mostly be answered, and some that cannot."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def path(self, start: Kind, wanted: Type) -> str | None:
        """Relations that are there, a property of the right form, and a way into its JSON."""
        kind, steps = start, []
        for _ in range(self.chance.choice((0, 0, 0, 1, 1, 2, 3))):
            link = self.chance.choice(kind.links)
            steps.append(link.name)
            kind = KINDS[link.target]
        fitting = [field for field in kind.fields if field.form in _FORMS.get(wanted, ())]
        if not fitting:
            return None
        field = self.chance.choice(fitting)
        steps.append(field.name)
        if field.form in (Form.JSON, Form.RESULT) and self.chance.random() < 0.5:
            steps.append(self.chance.choice(_INSIDE))
        return "/".join(steps)

    def value(self, start: Kind, wanted: Type, depth: int = 0) -> str:
        """An expression of this type."""
        if self.chance.random() < 0.03:
            wanted = self.chance.choice(list(_WRITTEN))
        chance = self.chance.random()
        ways = [
            (name, way.takes)
            for name, overloads in FUNCTIONS.items()
            for way in overloads
            if way.gives is wanted
        ]
        if wanted is Type.TRUTH:
            ways += [(name, (Type.SPAN, Type.SPAN)) for name in SPANS]
            ways += [(name, (Type.SHAPE, Type.SHAPE)) for name in NAMES if "st_" in name]
        if wanted is Type.NUMBER:
            ways += [("geo.distance", (Type.SHAPE,) * 2), ("geo.length", (Type.SHAPE,))]
        if depth < 3 and chance < 0.35 and ways:
            name, takes = self.chance.choice(ways)
            given = [self.value(start, one, depth + 1) for one in takes]
            if takes == (Type.SHAPE, Type.SHAPE):
                given[0] = self.chance.choice(_WRITTEN[Type.SHAPE])
            return f"{name}({', '.join(given)})"
        if depth < 3 and chance < 0.5 and wanted is Type.NUMBER:
            sign = self.chance.choice(("add", "sub", "mul", "div", "mod"))
            one, two = (self.value(start, wanted, depth + 1) for _ in range(2))
            return f"({one} {sign} {two})"
        if depth < 3 and chance < 0.45 and wanted is Type.MOMENT:
            length = self.chance.choice(_WRITTEN[Type.LENGTH][:2])
            return f"({self.value(start, wanted, depth + 1)} sub {length})"
        path = self.path(start, wanted) if chance < 0.85 else None
        return path or self.chance.choice(_WRITTEN[wanted])

    def filter(self, start: Kind, depth: int = 0) -> str:
        """A whole condition."""
        chance = self.chance.random()
        if depth < 3 and chance < 0.3:
            one, two = (self.filter(start, depth + 1) for _ in range(2))
            return f"({one}) {self.chance.choice(('and', 'or'))} ({two})"
        if depth < 3 and chance < 0.4:
            return f"not ({self.filter(start, depth + 1)})"
        many = [link for link in start.links if link.many]
        if depth < 2 and chance < 0.5 and many:
            link = self.chance.choice(many)
            inside = self.filter(KINDS[link.target], 3)
            for field in KINDS[link.target].fields:
                inside = inside.replace(f" {field.name} ", f" x/{field.name} ")
            return f"{link.name}/any(x: {inside})"
        if chance < 0.6:
            return self.value(start, Type.TRUTH)
        wanted = self.chance.choice([one for one in _WRITTEN if one is not Type.SHAPE])
        one, two = self.value(start, wanted), self.value(start, wanted)
        if chance < 0.65:
            return f"{one} in ({two}, {self.value(start, wanted)})"
        return f"{one} {self.chance.choice(('eq', 'ne', 'gt', 'ge', 'lt', 'le'))} {two}"


_ONCE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def _answers(small: Small, path: str, options: dict[str, Any]) -> int:
    answer = small.client.get(BASE + path, options)
    assert answer.status_code in (200, 400), (path, options, answer.content)
    if answer.status_code == 400:
        assert json.loads(answer.content)["message"]
    return answer.status_code


@pytest.mark.slow
def test_no_filter_is_a_fault(small: Small) -> None:
    statuses = []

    @settings(max_examples=1_000, deadline=None, suppress_health_check=_ONCE, database=None)
    @given(st.sampled_from(sorted(SETS)), st.integers(0, 2**62))
    def ask(path: str, seed: int) -> None:
        told = Asker(seed).filter(SETS[path])
        statuses.append(_answers(small, path, {"$filter": told}))

    ask()
    # Enough of them are good questions for this to say something.
    assert statuses.count(200) > 300


def test_no_words_are_a_fault(small: Small) -> None:
    words = ["name", "eq", "(", ")", "'a'", "and", "not", "any", ":", "/", "$top", "=", ";", ",",
             "5", "-", "[", "]", "Datastreams", "desc", "geography'POINT(0 0)'", "in", "é", "\x7f",
             "%s", "%", "{0}", '"', "\\"]  # fmt: skip
    texts = st.one_of(
        st.lists(st.sampled_from(words), max_size=12).map(" ".join), st.text(max_size=30)
    )
    names = ["$filter", "$orderby", "$select", "$expand", "$top", "$skip", "$count", "$skiptoken"]

    @settings(max_examples=300, deadline=None, suppress_health_check=_ONCE, database=None)
    @given(st.sampled_from(sorted(SETS)), st.sampled_from(names), texts)
    def ask(path: str, name: str, text: str) -> None:
        _answers(small, path, {name: text.encode("utf-8", "surrogatepass")})

    ask()
