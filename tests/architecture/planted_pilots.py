"""What the pilot programme keeps to itself, planted into the small town of the outsider: one
application that is tested, and one that is still read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tests.cast import START, SmallTown
from tests.city.pilots.world import pilot_world

from veche.city.pilots.models import (
    CompanyInvite,
    Expert,
    Indicator,
    Question,
    Review,
    ReviewMark,
    ReviewTask,
    Tester,
    TesterAnswer,
)
from veche.city.pilots.rules.testers import CONSENT
from veche.core.people.models import Person

DAY = dt.timedelta(days=1)
Word = Callable[[str], str]
"""Makes a word that stands nowhere else; given is what it is."""


def plant(town: SmallTown, word: Word) -> str:
    """Plant a programme; the word in the QR code of its trial."""
    world = pilot_world(town)
    expert, reader = world.experts[0], world.experts[1]
    for who, what in (
        (world.founder, "a founder"),
        (expert.person, "an expert"),
        (world.panel[0], "a member of a panel"),
        (world.keeper, "the keeper of a site"),
    ):
        Person.objects.filter(pk=who.pk).update(
            name=f"{word(f'name of {what}').title()} Petrova",
            email=f"{word(f'address of {what}')}@example.org",
        )
    Expert.objects.filter(pk=expert.pk).update(words=f"Knows {word('what an expert knows')}")
    CompanyInvite.objects.create(
        company=world.company, email=f"{word('address of a colleague')}@example.org",
        key="0" * 64, at=START, by=world.founder,
    )  # fmt: skip

    tested = world.application("running", at=START)
    Question.objects.create(
        application=tested, text=f"Asked: {word('a question of the agency')}.", by=world.agent,
        asked_at=START,
        reply=f"Told: {word('the answer to the agency')}.", replied_at=START + DAY,
        replied_by=world.founder,
    )  # fmt: skip
    trial = tested.trials.get()
    ease = Indicator.objects.get(methodology=trial.methodology, code="ease")
    for what, public in (("for the agency alone", False), ("to be read where five allow it", True)):
        who = Person.objects.create(
            name=word(f"name of a tester, words {what}"), since=START,
            email=f"{word(f'address of a tester, words {what}')}@example.org",
        )  # fmt: skip
        tester = Tester.objects.create(
            trial=trial, person=who, consent=CONSENT, consented_at=START + DAY, age="65+"
        )
        TesterAnswer.objects.create(
            tester=tester, indicator=ease, value=4, at=START + DAY, public=public,
            words=f"I say {word(f'words of a tester {what}')}.",
        )  # fmt: skip

    company, founder = world.another_company("secretive")
    Person.objects.filter(pk=founder.pk).update(name=word("name of another founder"))
    read = world.application(
        "review", at=START, company=company, founder=founder,
        title=f"Secret {word('title of an application that is judged')}",
        text=f"It does {word('text of an application that is judged')}.",
    )  # fmt: skip
    task = ReviewTask.objects.create(
        application=read, expert=reader, standing="done", given_at=START, due_at=START + 20 * DAY,
        ended_at=START + DAY,
    )  # fmt: skip
    review = Review.objects.create(
        task=task, at=START + DAY, summary=f"Sum: {word('a review before the decision')}."
    )
    for criterion in world.criteria:
        ReviewMark.objects.create(
            review=review, criterion=criterion, mark=3,
            reason=f"Since {word(f'a reason for a mark, {criterion.code}')}.",
        )  # fmt: skip
    assert trial.key is not None
    return str(trial.key)
