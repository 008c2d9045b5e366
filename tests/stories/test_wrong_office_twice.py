"""The wrong office twice: two offices say that it is not theirs, and the author waits no longer."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.cast import START, SmallTown, small_town

from veche.city.problems import operations as problems
from veche.core.cases import operations as cases
from veche.core.cases.models import Dispute
from veche.core.cases.queries import history
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import add_organisation, appoint

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def test_the_wrong_office_twice(town: SmallTown) -> None:
    water = add_organisation(
        by=None, at=START, code="water", kind=Organisation.Kind.OPERATOR,
        names={"en": "Water utility"},
    )  # fmt: skip
    appoint(by=None, at=START, person=town.neighbour, role="officer", organisation=water)

    # Monday: the asphalt round a manhole has sunk. The roads office gets it: eight days.
    case = problems.accept(by=town.moderator, at=START + HOUR, case=town.report(at=START).case)
    promised = case.promised_at
    assert promised is not None

    # Tuesday: the roads office says that it is the well, not the road.
    case = problems.hand_back(
        by=town.officer, at=START + DAY, case=case, reason="other-office",
        text="The ring of the well has sunk, and the well is not ours.", proposed=town.lights,
    )  # fmt: skip
    # The dispatcher believes them and sends it to the office they named.
    case = problems.reassign(
        by=town.dispatcher, at=START + DAY + 3 * HOUR, case=case, organisation=town.lights
    )

    # Wednesday: that office says before an arbiter that it is the well of the water utility.
    case = problems.dispute(
        by=town.light_officer, at=START + 2 * DAY, case=case, reason="other-office",
        text="The cover bears the mark of the water utility.", proposed=water,
    )  # fmt: skip
    case.refresh_from_db()
    assert (case.state, case.promised_at) == ("disputed", promised)

    # Thursday: the arbiter reads the register. The word binds.
    case = problems.settle(
        by=town.arbiter, at=START + 3 * DAY, case=case, organisation=water,
        text="The register names the water utility for this well.",
    )  # fmt: skip
    with pytest.raises(cases.Bound):
        problems.hand_back(
            by=town.neighbour, at=START + 3 * DAY + HOUR, case=case, reason="other-office",
            text="We do not think that it is ours.",
        )  # fmt: skip

    # All the while the author's eight days have run; the answer comes within them.
    case.refresh_from_db()
    assert case.promised_at == case.first_promised_at == promised
    case = problems.answer(
        by=town.neighbour, at=START + 7 * DAY, case=case, text="The ring was replaced."
    )
    problems.confirm(by=town.resident, at=START + 8 * DAY, case=case)
    case.problem.refresh_from_db()
    assert case.problem.answered_at <= case.problem.answer_due_at

    # Twice whoever had sent it there was wrong, and both times that is counted.
    assert list(Dispute.objects.order_by("id").values_list("wrong", flat=True)) == [
        "routing", "routing",
    ]  # fmt: skip
    assert [e.move for e in history(case)][3:7] == ["hand_back", "reassign", "dispute", "settle"]
