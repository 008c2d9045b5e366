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
