"""Tables of appeals and corrections. Where one stands is told by its case."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from veche.languages import here


class Topic(models.Model):
    """What a letter can be about; the office that answers for the topic gets it."""

    code = models.CharField(max_length=60, unique=True)
    names = models.JSONField()
    position = models.IntegerField(default=0)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return here(self.names)


class Appeal(models.Model):
    """A letter, a question or thanks to an office."""

    class Kind(models.TextChoices):
        LETTER = "letter"
        QUESTION = "question"
        THANKS = "thanks"

    case = models.OneToOneField(
        "cases.Case", models.PROTECT, primary_key=True, related_name="appeal"
    )
    kind = models.CharField(max_length=8, choices=Kind)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+")
    office = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    """The office the author chose; empty: whoever answers for the topic."""
    public = models.BooleanField()
    """Whether everybody may read it; else only its author and the office."""
    title = models.CharField(max_length=120)
    text = models.TextField()
    answer = models.TextField(blank=True, default="")
    """The last answer or refusal of the office, in its words."""
    reason = models.CharField(max_length=24, blank=True, default="")
    """Why the office refused, by code."""
    satisfaction = models.CharField(max_length=8, blank=True, default="")
    """What the author said of the answer: ``yes``, ``partly`` or ``no``."""
    submission = models.UUIDField(unique=True, null=True)
    """Made with the form: the same form sent twice is one letter."""
    author_key = models.CharField(max_length=64, null=True)
    """SHA-256 of the secret in the way back of an author without an account."""

    accepted_at = models.DateTimeField(null=True)
    given_at = models.DateTimeField(null=True)
    """When an office was given it first."""
    answer_due_at = models.DateTimeField(null=True)
    """The first promise: when the office had to answer."""
    answered_at = models.DateTimeField(null=True)
    """The answer or refusal of the office."""

    class Meta:
        indexes = [
            models.Index(fields=["topic"], name="appeals_by_topic"),
            models.Index(fields=["case"], condition=Q(public=True), name="appeals_public"),
        ]

    def __str__(self) -> str:
        return self.title


class Enclosure(models.Model):
    """A document that came with a letter: for its office and a moderator, never for everybody.

    Photographs of a letter are photographs of its case.
    """

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+")
    name = models.CharField(max_length=90)
    """Harmless, and with the ending of its kind."""
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    """Bytes."""
    digest = models.CharField(max_length=64, db_index=True)
    """SHA-256 of its bytes, in hexadecimal; by it they are found."""
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="appeals_enclosed")]

    def __str__(self) -> str:
        return self.name


class AnswerByMail(models.Model):
    """The e-mail address of somebody without an account who asked to be told of the answer: deleted
    when it was told, when its author says so, and at the latest at ``until``."""

    case = models.OneToOneField("cases.Case", models.CASCADE, primary_key=True, related_name="+")
    email = models.EmailField()
    language = models.CharField(max_length=10)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"address for {self.case_id}"


class Correction(models.Model):
    """Somebody says that the registry is wrong about an object, or lacks one."""

    class What(models.TextChoices):
        MISSING = "missing"
        PLACE = "place"
        OWNER = "owner"
        GONE = "gone"

    case = models.OneToOneField(
        "cases.Case", models.PROTECT, primary_key=True, related_name="correction"
    )
    what = models.CharField(max_length=8, choices=What)
    kind = models.ForeignKey("places.ObjectKind", models.PROTECT, related_name="+")
    object = models.ForeignKey("places.CityObject", models.PROTECT, null=True, related_name="+")
    """The object the registry is wrong about; of a missing one, that which was entered."""
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    """Where it stands, of a missing object and of one in a wrong place."""
    owner = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    """Whose it is said to be."""
    note = models.TextField(blank=True, default="")
    """How the author knows; shown to everybody once the registrar has decided."""
    submission = models.UUIDField(unique=True, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(what="missing") | Q(object__isnull=False),
                name="appeals_correction_of_something",
            ),
            models.CheckConstraint(
                condition=~Q(what__in=["missing", "place"])
                | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="appeals_correction_on_earth",
            ),
        ]
        indexes = [models.Index(fields=["object"], name="appeals_by_object")]

    def __str__(self) -> str:
        return f"{self.what}: {self.object or self.kind}"
