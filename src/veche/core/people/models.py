"""Tables of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding


class Level(models.TextChoices):
    """How far we know who a person is; each level includes the ones before it."""

    UNVERIFIED = "unverified", _("not verified")
    EMAIL = "email", _("e-mail confirmed")
    RESIDENT = "resident", _("resident")
    IDENTIFIED = "identified", _("identified")


class PersonManager(BaseUserManager["Person"]):
    """Finds people by e-mail, whatever its letter case."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """The account of this e-mail address."""
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody with an account. Least data: a name to be called by, and how to be told."""

    email = models.EmailField(unique=True, null=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=8, default="en")
    level = models.CharField(max_length=12, choices=Level, default=Level.UNVERIFIED)
    is_active = models.BooleanField(default=True)
    cast = models.CharField(max_length=40, unique=True, null=True)
    """The part this person plays in the demo town; empty for real people."""
    since = models.DateTimeField(db_default=Now())
    last_login = None  # least data: nobody needs it

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    objects = PersonManager()

    def __str__(self) -> str:
        return self.name or f"person {self.pk}"

    holdings: tuple[Holding, ...]
    """The roles this person holds now; set once a request by the role middleware."""


class Look(models.Model):
    """A look of somebody of the staff at what is known about a person; shown to that person."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    what = models.CharField(max_length=40)
    """A code of `veche.core.people.looks.WHAT`: what was looked at."""
    case_number = models.CharField(max_length=40, blank=True)
    """The matter at hand; empty when the look had none."""

    class Meta:
        indexes = [models.Index(fields=["person", "at"], name="people_look_newest")]

    def __str__(self) -> str:
        return f"{self.what} of person {self.person_id}"
