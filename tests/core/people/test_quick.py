"""A person asked for by number alone, without the mapper, is the same person all the same."""

from __future__ import annotations

import datetime as dt

import pytest

from veche.core.people.models import Person
from veche.core.people.operations import add_person

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)


def test_a_person_by_number_is_who_the_mapper_finds() -> None:
    made = add_person(by=None, at=AT, name="Anna", email="anna@example.org")
    quick, slow = Person.objects.get(pk=made.pk), Person.objects.get(email="anna@example.org")
    assert type(quick) is Person and quick == slow
    for field in Person._meta.concrete_fields:
        assert getattr(quick, field.attname) == getattr(slow, field.attname), field
    quick.name = "Anna P."
    quick.save()
    assert Person.objects.get(pk=made.pk).name == "Anna P.", "it is saved as any other"
    with pytest.raises(Person.DoesNotExist):
        Person.objects.get(pk=made.pk + 1)
    assert Person.objects.get(pk=str(made.pk)) == made
