"""What the demo town asks for is asked in any town."""

from __future__ import annotations

import datetime as dt

from tests.cast import START
from tests.city.pilots.world import World, three
from veche.city.pilots.demo import asked
from veche.city.pilots.models import Call, DemandTheme, Scouted, Support, Technology
from veche.city.problems.models import Category
from veche.core.people.models import Person

DAY = dt.timedelta(days=1)


def test_the_demo_asks_for_light(world: World) -> None:
    at = START + 10 * DAY
    group = Category.objects.create(code="lighting", names=three("Lighting"))
    Category.objects.filter(code="lamp").update(group=group)
    world.town.report(at=START, category="lamp", longitude=49.75)
    Person.objects.filter(pk=world.agent.pk).update(cast="programme")
    Technology.objects.create(code="energy", names=three("Energy"))
    asked.load(at=at)
    theme = DemandTheme.objects.get(theme="lighting")
    assert {one.code for one in theme.technologies.all()} == {"energy", "sensing"}
    draft = Call.objects.get(case__state="draft")
    assert draft.criteria.count() == 2
    assert [(line.theme, line.count) for line in draft.evidence.all()] == [("lighting", 1)]
    assert Scouted.objects.count() == len(asked.SCOUTED)
    assert Support.objects.count() == len(asked.SUPPORT)
