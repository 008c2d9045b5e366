"""Ideas that say the same go on as one: every person is counted once, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.cast import START
from tests.city.ideas.choosing import HOUR, Choosing, choosing, state, supporters
from veche.city.ideas.models import Idea, Merge, Rating
from veche.city.ideas.operations.independent import NotIndependent
from veche.city.ideas.operations.merging import NotJoined, NotTheSame, combine_many, separate
from veche.core.cases.operations import NoRoleForMove
from veche.core.notices.models import Following, Notice
from veche.core.notices.operations import follow
from veche.texts import TextLength

WHY = "They ask for the same crossing."


@pytest.fixture
def made(db: None) -> Choosing:
    """The call and its people."""
    return choosing()


def join(made: Choosing, into: Idea, *ideas: Idea, hours: int = 1) -> list[Merge]:
    """The facilitator joins ideas to another."""
    return combine_many(
        by=made.town.facilitator, at=START + hours * HOUR, ideas=[one.pk for one in ideas],
        into=into.pk, reason=WHY,
    )  # fmt: skip


def part(made: Choosing, idea: Idea, hours: int = 2) -> Idea:
    """The facilitator parts an idea."""
    return separate(
        by=made.town.facilitator, at=START + hours * HOUR, case=idea.case, reason=WHY
    )  # fmt: skip


def test_each_counts_once_and_is_told_once(made: Choosing) -> None:
    a, b, c, d, e, _f = made.people
    crossing = made.idea("A crossing", by=made.town.neighbour)
    zebra, lights = made.idea("A zebra"), made.idea("Lights at the crossing")
    made.rate(crossing, a, b)
    made.rate(crossing, e, value=-1)
    made.rate(zebra, b, c, d, e)
    made.rate(lights, c, d)
    join(made, crossing, zebra, lights)
    assert supporters(crossing) == [a.pk, b.pk, c.pk, d.pk]
    crossing.refresh_from_db()
    assert (crossing.supporters, crossing.opponents) == (4, 1)  # against it stays against it
    assert supporters(zebra) == [b.pk, c.pk, d.pk, e.pk]  # their own rows stay
    through = dict(Rating.objects.filter(idea=crossing).values_list("person_id", "through_id"))
    assert through == {a.pk: None, b.pk: None, c.pk: zebra.pk, d.pk: zebra.pk, e.pk: None}
    assert state(zebra) == state(lights) == "combined"
    # c and d support both that were joined: one notice each; the author of both as well.
    told = Notice.objects.filter(kind="ideas.combined").values_list("person_id", flat=True)
    assert sorted(told) == sorted([made.town.resident.pk, b.pk, c.pk, d.pk, e.pk])
    notice = Notice.objects.filter(kind="ideas.combined", person=c).get()
    assert notice.details == {"into": crossing.case.number}


def test_followers_go_along_and_come_back(made: Choosing) -> None:
    crossing, zebra = made.idea("A crossing"), made.idea("A zebra")
    both, only = made.people[:2]
    for person, idea in ((both, crossing), (both, zebra), (only, zebra)):
        follow(by=person, at=START, case=idea.case)
    join(made, crossing, zebra)
    who = Following.objects.filter(case=crossing.case).values_list("person_id", flat=True)
    assert {both.pk, only.pk} <= set(who)
    part(made, zebra)
    who = Following.objects.filter(case=crossing.case).values_list("person_id", flat=True)
    assert both.pk in who and only.pk not in who


def test_parting_keeps_who_supports_another_joined_one(made: Choosing) -> None:
    root, one, two = made.idea("Root"), made.idea("One"), made.idea("Two")
    a, b = made.people[:2]
    made.rate(one, a, b)
    made.rate(two, a)
    join(made, root, one)
    join(made, root, two, hours=2)
    part(made, one, hours=3)
    assert supporters(root) == [a.pk]  # now through the second
    assert Rating.objects.get(idea=root, person=a).through_id == two.pk
    assert state(one) == "open" and supporters(one) == [a.pk, b.pk]
    part(made, two, hours=4)
    assert supporters(root) == []


def test_whoever_withdrew_is_not_brought_back(made: Choosing) -> None:
    root, one, two = made.idea("Root"), made.idea("One"), made.idea("Two")
    a = made.people[0]
    made.rate(one, a)
    made.rate(two, a)
    join(made, root, one, two)
    Rating.objects.filter(idea=root, person=a).delete()
    part(made, one)
    assert supporters(root) == []


def test_what_was_joined_goes_along(made: Choosing) -> None:
    leaf, middle, root = made.idea("Leaf"), made.idea("Middle"), made.idea("Root")
    a, b, c, *_others = made.people
    made.rate(leaf, a)
    made.rate(middle, b)
    made.rate(root, c)
    join(made, middle, leaf)
    join(made, root, middle, hours=2)
    leaf.refresh_from_db()
    assert leaf.into_id == root.pk  # one step leads to the one that goes on
    assert supporters(root) == [a.pk, b.pk, c.pk]
    part(made, middle, hours=3)
    leaf.refresh_from_db()
    assert leaf.into_id == middle.pk
    assert supporters(middle) == [a.pk, b.pk] and supporters(root) == [c.pk]
    join(made, root, middle, hours=4)
    part(made, leaf, hours=5)  # out of the middle of the chain
    assert supporters(root) == [b.pk, c.pk] and supporters(middle) == [b.pk]


def test_refusals(made: Choosing) -> None:
    one, two, three = made.idea("One"), made.idea("Two"), made.idea("Three")
    with pytest.raises(NotTheSame):
        join(made, one, one)
    with pytest.raises(TextLength):
        combine_many(by=made.town.facilitator, at=START + HOUR, ideas=[one.pk], into=two.pk,
                     reason="no")  # fmt: skip
    with pytest.raises(NoRoleForMove):
        combine_many(by=made.town.neighbour, at=START + HOUR, ideas=[two.pk], into=three.pk,
                     reason=WHY)  # fmt: skip
    own = made.idea("My own", by=made.town.facilitator)
    with pytest.raises(NotIndependent):
        join(made, one, own)
    with pytest.raises(NotIndependent):
        join(made, own, one)
    join(made, two, one)
    with pytest.raises(NotTheSame):  # in a circle
        join(made, one, two)
    with pytest.raises(NotTheSame):  # to what is joined itself
        join(made, one, three)
    with pytest.raises(NotJoined):
        part(made, three)
    assert Merge.objects.filter(undone_at__isnull=True).count() == 1


def test_a_person_of_the_answering_office_is_a_party(made: Choosing) -> None:
    from veche.core.organisations.operations import appoint

    one, two = made.idea("One"), made.idea("Two")
    appoint(by=None, at=START, person=made.other, role="officer", organisation=made.town.roads)
    with pytest.raises(NotIndependent):
        combine_many(by=made.other, at=START + HOUR, ideas=[one.pk], into=two.pk, reason=WHY)


IDEAS, PEOPLE = 5, 4
_ACTS = st.one_of(
    st.tuples(st.just("rate"), st.integers(0, IDEAS - 1), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("against"), st.integers(0, IDEAS - 1), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("unrate"), st.integers(0, IDEAS - 1), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("merge"), st.integers(0, IDEAS - 1), st.integers(0, IDEAS - 1)),
    st.tuples(st.just("separate"), st.integers(0, IDEAS - 1), st.just(0)),
)


class EachCountsOnce(TestCase):
    """Whatever is rated, joined and parted, in whatever order."""

    made: Choosing
    ideas: list[Idea]

    @classmethod
    def setUpTestData(cls) -> None:
        """The call, five ideas, four people."""
        cls.made = choosing(PEOPLE)
        cls.ideas = [cls.made.idea(f"Idea {n}") for n in range(IDEAS)]

    @settings(max_examples=40)
    @given(st.lists(_ACTS, max_size=14))
    def test_any_order(self, acts: list[tuple[str, int, int]]) -> None:
        """A person has at most one row on an idea; the one that goes on counts exactly those who
        support it or something joined to it; parting everything gives back what people said."""
        own: dict[tuple[int, int], int] = {}
        hours = 1
        for name, n, m in acts:
            hours += 1
            idea = Idea.objects.select_related("case").get(pk=self.ideas[n].pk)
            if name == "merge":
                other = Idea.objects.get(pk=self.ideas[m].pk)
                if idea.into_id is None and other.into_id is None and n != m:
                    join(self.made, other, idea, hours=hours)
            elif name == "separate":
                if idea.into_id is not None:
                    part(self.made, idea, hours=hours)
            else:
                # Who rates a joined idea rates the one it goes on in.
                root = idea.into_id or idea.pk
                person = self.made.people[m]
                if name == "unrate":
                    Rating.objects.filter(idea_id=root, person=person).delete()
                    own.pop((root, person.pk), None)
                else:
                    value = 1 if name == "rate" else -1
                    Rating.objects.update_or_create(
                        idea_id=root,
                        person=person,
                        defaults={"value": value, "at": START, "through": None},
                    )
                    own[root, person.pk] = value
            self.check(own)
        joined = [one for one in self.ideas if Idea.objects.get(pk=one.pk).into_id is not None]
        for idea in joined:
            hours += 1
            part(self.made, idea, hours=hours)
        rows = Rating.objects.values_list("idea_id", "person_id", "value")
        assert sorted(rows) == sorted((*key, value) for key, value in own.items())
        self.check(own)

    def check(self, own: dict[tuple[int, int], int]) -> None:
        """What holds after every act."""
        # What people said themselves is never lost.
        said = Rating.objects.filter(through=None).values_list("idea_id", "person_id", "value")
        assert {(i, p): v for i, p, v in said} == own
        below: dict[int, set[int]] = {}
        for one in Idea.objects.filter(into__isnull=False):
            assert one.into_id is not None
            below.setdefault(one.into_id, set()).add(one.pk)
        for idea in Idea.objects.filter(into=None):
            rows = list(Rating.objects.filter(idea=idea))
            assert len({row.person_id for row in rows}) == len(rows)
            assert idea.supporters == sum(row.value == 1 for row in rows)
            assert idea.opponents == sum(row.value == -1 for row in rows)
            for row in rows:
                if row.through_id is not None:  # through something joined that they support
                    assert row.through_id in below.get(idea.pk, set())
                    assert own.get((row.through_id, row.person_id)) == 1
