"""An application: one case from the draft to the city's answer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Application(models.Model):
    """A company offers a solution; everything that follows happens in this one case.

    What the company wrote is copied here when it applies: the profile may change later.
    """

    class Answered(models.TextChoices):
        BUY = "buy"
        EXTEND = "extend"
        STOP = "stop"

    case = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="+")
    programme = models.ForeignKey("pilots.Programme", models.PROTECT, related_name="+")
    call = models.ForeignKey("pilots.Call", models.PROTECT, related_name="+")
    company = models.ForeignKey("pilots.Company", models.PROTECT, related_name="+")
    product = models.ForeignKey("pilots.Product", models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    """Who supervises its trial, and may buy what was tested."""
    title = models.CharField(max_length=160, blank=True, default="")
    text = models.TextField(blank=True, default="")
    language = models.CharField(max_length=2, default="ru")
    profile = models.JSONField(default=dict)
    """Company and product as they stood when it was sent."""
    readiness = models.PositiveSmallIntegerField(null=True)
    revision = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    """When the clock of the programme began."""
    decided_at = models.DateTimeField(null=True)
    """When the panel chose, or it was turned down: from then on it is public."""
    evaluated_at = models.DateTimeField(null=True)
    """When the report was published: there the clock of the programme ends."""
    reason_code = models.CharField(max_length=16, blank=True, default="")
    """Why it was turned down at the screening: a code of
    `veche.city.pilots.rules.applications.REASONS`."""
    reason = models.TextField(blank=True, default="")
    """Why it was turned down or withdrawn, in public words."""
    mean = models.FloatField(null=True)
    """The weighted mean of its marks, 0 to 5, once all are in."""
    adjusted = models.FloatField(null=True)
    """The same, with the severity of its experts taken out."""
    uncertainty = models.FloatField(null=True)
    """Standard error of the adjusted score."""
    answer = models.CharField(max_length=6, choices=Answered, blank=True, default="")
    because = models.TextField(blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    submission = models.UUIDField(unique=True, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="") | ~Q(because=""), name="pilots_answer_because"
            )
        ]
        indexes = [
            models.Index(fields=["call"], name="pilots_of_call"),
            models.Index(fields=["decided_at"], name="pilots_decided"),
        ]

    def __str__(self) -> str:
        return self.title


class Paper(models.Model):
    """A document that a company sent with its application: handed out to whoever reads the
    application before the decision, to be saved; never to everybody."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="papers")
    name = models.CharField(max_length=90)
    """Harmless, and with the ending of its kind."""
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    """Bytes."""
    digest = models.CharField(max_length=64, db_index=True)
    """SHA-256 of its bytes, in hexadecimal; by it they are found."""
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Answer(models.Model):
    """What the company answered to one question of the form, in one revision.

    Of a revision that was sent, what was written beside the form stands here too, under
    ``_title``, ``_text`` and ``_readiness``. A trigger keeps what was sent.
    """

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="answers", db_index=False
    )
    revision = models.PositiveSmallIntegerField(default=1)
    question = models.SlugField(max_length=40)
    text = models.TextField(blank=True, default="")
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "revision", "question"], name="pilots_one_answer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.question} of {self.application_id}"


class Question(models.Model):
    """Something the agency asks a company while it screens an application."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="questions")
    text = models.TextField()
    asked_at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    reply = models.TextField(blank=True, default="")
    replied_at = models.DateTimeField(null=True)
    replied_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.text[:60]


class Appeal(models.Model):
    """A company objects, once, to being turned down; somebody outside the agency judges."""

    case = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="+")
    application = models.OneToOneField(Application, models.PROTECT, related_name="appeal")
    text = models.TextField()
    decision = models.TextField(blank=True, default="")
    granted = models.BooleanField(null=True)

    def __str__(self) -> str:
        return f"appeal of {self.application_id}"


class StageTerm(models.Model):
    """How many days of the programme's clock a stage should take."""

    programme = models.ForeignKey(
        "pilots.Programme", models.CASCADE, related_name="stages", db_index=False
    )
    stage = models.CharField(max_length=12)
    """One of `veche.city.pilots.rules.stages.STAGES`."""
    days = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "stage"], name="pilots_one_stage_term")
        ]

    def __str__(self) -> str:
        return f"{self.stage}: {self.days}"


class Breach(models.Model):
    """A term of the programme was broken: written once, never taken back."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="breaches")
    stage = models.CharField(max_length=12)
    """The stage, or ``all`` for the clock of the whole way."""
    days = models.PositiveSmallIntegerField()
    """What was allowed."""
    due_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "breaches"
        constraints = [
            models.UniqueConstraint(
                fields=["application", "stage", "due_at"], name="pilots_one_breach"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stage} of {self.application_id}"
