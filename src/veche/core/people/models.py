"""Tables of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import connection, models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding
    from veche.core.people.sessions import SessionStore


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

    def get(self, *args: Any, **kwargs: Any) -> Person:
        """One person.

        By number alone it is asked without the mapper, which took longer than the rest of the
        sign-in: so begins every page of whoever is signed in.

        Raises:
            Person.DoesNotExist: there is none.
        """
        if args or kwargs.keys() != {"pk"} or not isinstance(kwargs["pk"], int):
            return super().get(*args, **kwargs)
        names = [field.attname for field in self.model._meta.concrete_fields]
        columns = ", ".join(f'"{field.column}"' for field in self.model._meta.concrete_fields)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM people_person WHERE id = %s", [kwargs["pk"]])
            row = cursor.fetchone()
        if row is None:
            raise self.model.DoesNotExist
        return self.model.from_db(connection.alias, names, row)


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


class SignIn(AbstractBaseSession):
    """A browser that is signed in (or in the middle of a form), kept on the server: ending it here
    ends every copy of its cookie."""

    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    since = models.DateTimeField(null=True)
    device = models.CharField(max_length=60, blank=True)
    """Browser and system in two words, for the person to know it again; never an address."""

    class Meta:
        indexes = [models.Index(fields=["person"], name="people_sign_in_person")]

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        """The store that writes these rows."""
        from veche.core.people.sessions import SessionStore

        return SessionStore


class Residence(models.Model):
    """A person lives in a territory, as far as the city knows, from a moment to a moment."""

    class How(models.TextChoices):
        LETTER = "letter", _("a code by letter")
        COUNTER = "counter", _("at a counter")
        SIGN_ON = "sign-on", _("the city's sign-on")

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    how = models.CharField(max_length=12, choices=How)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "until"], name="people_residence_person")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")), name="people_residence_term"
            )
        ]

    def __str__(self) -> str:
        return f"person {self.person_id} lives in {self.territory}"


class BirthDate(models.Model):
    """The day a person was born, where it was shown: for the age that some votes ask for.

    Kept only from a paper or a sign-on that was believed, shown to nobody but the person, and
    erased with the account or when the person asks.
    """

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+")
    day = models.DateField()
    how = models.CharField(max_length=12, choices=Residence.How)

    def __str__(self) -> str:
        return f"birth date of person {self.person_id}"


class ResidenceLetter(models.Model):
    """A letter with a code that somebody asked for, to show that they live where they say.

    The address stands here only until the letter is printed; of the code only a digest is kept.
    """

    person = models.OneToOneField(Person, models.CASCADE, related_name="+")
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    address = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    printed_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    tries = models.SmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"letter to person {self.person_id}"


class OnceCode(models.Model):
    """A code sent to an e-mail address for one act without an account; the address is not kept."""

    digest = models.CharField(max_length=64)
    """Keyed digest of the address and the code together."""
    until = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["until"], name="people_once_until")]

    def __str__(self) -> str:
        return f"code until {self.until}"


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
