"""The trial: what was measured, what went wrong, and the residents who tested."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Trial(models.Model):
    """A solution is tested at a site. A trigger refuses one without three valid signatures."""

    class How(models.TextChoices):
        """How a trial ended."""

        DONE = "done"
        SAFETY = "safety"
        """Stopped, because somebody could have been hurt."""
        SITE = "site"
        """Its site was lost; the application looks for another."""
        WITHDRAWN = "withdrawn"
        """The company took its application back."""

    application = models.ForeignKey(
        "pilots.Application", models.PROTECT, related_name="trials", db_index=False
    )
    number = models.PositiveSmallIntegerField(default=1)
    """The first, or one after an extension or a lost site."""
    agreement = models.OneToOneField("pilots.Agreement", models.PROTECT, related_name="trial")
    methodology = models.ForeignKey("pilots.Methodology", models.PROTECT, related_name="+")
    site = models.ForeignKey("pilots.Site", models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    """When it was to end; `ended_at` is when it did."""
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=9, choices=How, blank=True, default="")
    ended_because = models.TextField(blank=True, default="")
    told_at = models.DateTimeField(null=True)
    """When its testers were told what became of it."""
    key = models.CharField(max_length=64, unique=True, null=True)
    """The word in the QR code by which residents enrol."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="pilots_one_trial"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="pilots_trial_window"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_how="")
                | Q(ended_at__isnull=False) & ~Q(ended_how=""),
                name="pilots_trial_ended_how",
            ),
        ]

    def __str__(self) -> str:
        return f"trial {self.number} of {self.application_id}"


class Stream(models.Model):
    """An indicator is read from a stream of the city's pulse."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="streams", db_index=False)
    indicator = models.ForeignKey("pilots.Indicator", models.PROTECT, related_name="+")
    stream = models.ForeignKey("pulse.Stream", models.PROTECT, related_name="+")
    since = models.DateTimeField(null=True)
    """From when on its readings count."""
    read_until = models.DateTimeField(null=True)
    """Readings before this moment have become measurements."""
    ended_at = models.DateTimeField(null=True)
    """When it was no longer read: the trial ended, or the source is no longer open to it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trial", "indicator"], name="pilots_one_stream")
        ]

    def __str__(self) -> str:
        return f"{self.stream_id} for {self.indicator_id}"


class MeasurementFile(models.Model):
    """A table of measurements that was sent; the same bytes are taken once."""

    trial = models.ForeignKey(Trial, models.PROTECT, related_name="files", db_index=False)
    digest = models.CharField(max_length=64)
    """SHA-256 of it."""
    name = models.CharField(max_length=120)
    taken = models.PositiveIntegerField()
    rejected = models.JSONField(default=list)
    """Rows that were not taken: a list of ``[line, why]``."""
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trial", "digest"], name="pilots_one_measured_file")
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.trial_id}"


class Measurement(models.Model):
    """A value of an indicator; a wrong one is superseded, never changed."""

    class Origin(models.TextChoices):
        HAND = "hand"
        FILE = "file"
        STREAM = "stream"

    trial = models.ForeignKey(Trial, models.PROTECT, related_name="measurements", db_index=False)
    indicator = models.ForeignKey("pilots.Indicator", models.PROTECT, related_name="+")
    value = models.FloatField()
    measured_at = models.DateTimeField()
    origin = models.CharField(max_length=6, choices=Origin)
    note = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    file = models.ForeignKey(
        MeasurementFile, models.PROTECT, null=True, related_name="+", db_index=False
    )
    superseded_by = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """The right value; itself: there is none, it should not count."""
    superseded_because = models.CharField(max_length=300, blank=True, default="")
    submission = models.UUIDField(unique=True, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["trial", "indicator", "measured_at"], name="pilots_measured")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "indicator", "measured_at"],
                condition=Q(origin="stream"),
                name="pilots_read_once",
            ),
            models.CheckConstraint(
                condition=Q(superseded_by__isnull=True, superseded_because="")
                | Q(superseded_by__isnull=False) & ~Q(superseded_because=""),
                name="pilots_superseded_because",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value} of {self.indicator_id}"


class TesterQuota(models.Model):
    """How many testers of one kind are wanted: young, old, with a disability …"""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="quotas", db_index=False)
    kind = models.CharField(max_length=12)
    """One of `veche.city.pilots.rules.testers.KINDS`."""
    wanted = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name_plural = "tester quotas"
        constraints = [models.UniqueConstraint(fields=["trial", "kind"], name="pilots_one_quota")]

    def __str__(self) -> str:
        return f"{self.wanted} {self.kind}"


class Tester(models.Model):
    """A resident tests, having consented; what they said of themselves serves the mix alone."""

    trial = models.ForeignKey(Trial, models.PROTECT, related_name="testers", db_index=False)
    person = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")
    age = models.CharField(max_length=8, blank=True, default="")
    """A band of years, such as ``14-24``; empty: not said."""
    disability = models.BooleanField(null=True)
    """Empty: not said."""
    guardian = models.BooleanField(default=False)
    """Under eighteen: they say that a parent or guardian has agreed."""
    consent = models.CharField(max_length=24)
    """The version of the text they consented to."""
    consented_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    """When they took their consent back: what they said of themselves is blanked then, their
    answers are deleted, and they are unlinked."""
    told_at = models.DateTimeField(null=True)
    """When they were told the outcome."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "person"],
                condition=Q(person__isnull=False),
                name="pilots_one_tester",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True)
                | Q(person__isnull=True, age="", disability__isnull=True),
                name="pilots_tester_who_left",
            ),
        ]

    def __str__(self) -> str:
        return f"tester {self.pk}"


class TesterAnswer(models.Model):
    """What a tester said of one indicator: a mark or a value, and words."""

    tester = models.ForeignKey(Tester, models.CASCADE, related_name="answers", db_index=False)
    indicator = models.ForeignKey("pilots.Indicator", models.PROTECT, related_name="+")
    value = models.FloatField(null=True)
    words = models.TextField(blank=True, default="")
    public = models.BooleanField(default=False)
    """Whether they ticked that everybody may read the words."""
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tester", "indicator"], name="pilots_one_tester_answer")
        ]

    def __str__(self) -> str:
        return f"{self.tester_id} of {self.indicator_id}"


class TrialIncident(models.Model):
    """Something that went wrong in a trial, dealt with by dispatch."""

    trial = models.ForeignKey(Trial, models.PROTECT, related_name="incidents", db_index=False)
    incident = models.OneToOneField("dispatch.Incident", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trial", "incident"], name="pilots_one_incident")
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} in {self.trial_id}"
