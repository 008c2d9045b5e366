"""Sites for trials, when they are free, who booked them, and how they were matched."""

from __future__ import annotations

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Q

from veche.languages import here


class Site(models.Model):
    """A place that offers itself for trials: a school, a clinic, a street, a depot."""

    owner = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    code = models.SlugField(max_length=60, unique=True)
    names = models.JSONField()
    texts = models.JSONField()
    territory = models.ForeignKey("places.Territory", models.PROTECT, related_name="+")
    address = models.CharField(max_length=200, blank=True, default="")
    longitude = models.FloatField()
    latitude = models.FloatField()
    environment = models.CharField(max_length=24)
    """One of `veche.city.pilots.rules.sites.ENVIRONMENTS`: street, indoors, water, vehicle …"""
    offers = models.JSONField(default=dict)
    """What is there: ``{"power": true, "network": true, "step_free": true, "people": 200 …}``, by
    the codes of `veche.city.pilots.rules.sites.FEATURES`."""
    reaches = models.JSONField(default=dict)
    """How many people of a group it reaches in a month: ``{"old": 120}``, by the codes of
    `veche.city.pilots.rules.sites.GROUPS`; what is not told counts as ``people`` of the offer."""
    requires = models.JSONField(default=list)
    """What the site asks of whoever tests there: codes of the same list."""
    contact = models.CharField(max_length=200, blank=True, default="")
    """An office and its telephone, not a person."""
    published_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=500, blank=True, default="")

    def __str__(self) -> str:
        return here(self.names)


class SitePhotograph(models.Model):
    """A photograph of a site, with what is to be seen on it, for those who do not see it."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="photographs", db_index=False)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    """1 stands first, and in lists."""
    words = models.JSONField()
    """What is to be seen, by language."""
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "place"], name="pilots_photograph_place",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(place__gte=1, place__lte=6), name="pilots_six_photographs"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return here(self.words)


class SiteWindow(models.Model):
    """From when to when a site takes trials, and how many at once."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="windows")
    during = DateTimeRangeField()
    places = models.PositiveSmallIntegerField(default=1)
    """How many trials fit at once: each is booked as a place of its own, 1 to this number."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(places__gte=1), name="pilots_window_places")
        ]

    def __str__(self) -> str:
        return f"window {self.pk} of {self.site_id}"


class Booking(models.Model):
    """A place at a site is taken for a trial; an exclusion constraint keeps two from one place."""

    class Standing(models.TextChoices):
        HELD = "held"
        """While the owner decides; runs out."""
        BOOKED = "booked"
        RELEASED = "released"

    site = models.ForeignKey(Site, models.PROTECT, related_name="bookings")
    window = models.ForeignKey(SiteWindow, models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField(default=1)
    application = models.ForeignKey("pilots.Application", models.PROTECT, related_name="bookings")
    during = DateTimeRangeField()
    standing = models.CharField(max_length=8, choices=Standing)
    held_until = models.DateTimeField(null=True)
    rank = models.PositiveSmallIntegerField(null=True)
    """Where the owner of the site puts it among what is asked of them: 1 they would like most."""
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    ended_because = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(standing="booked"),
                name="pilots_one_site_of_a_trial",
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} at {self.site_id}"


class SiteNeeds(models.Model):
    """What the trial of one application needs of a site: the agency writes it down, from the
    application or after asking the company."""

    application = models.OneToOneField(
        "pilots.Application", models.CASCADE, primary_key=True, related_name="site_needs"
    )
    environment = models.CharField(max_length=24, blank=True, default="")
    """One of `veche.city.pilots.rules.sites.ENVIRONMENTS`; empty: any."""
    needs = models.JSONField(default=dict)
    """What must be there: codes of `veche.city.pilots.rules.sites.FEATURES` with true or the least
    number."""
    wishes = models.JSONField(default=dict)
    """What would be good to have, in the same form."""
    brings = models.JSONField(default=list)
    """What the company brings of what sites ask for: codes of the same list."""
    target_group = models.CharField(max_length=24, blank=True, default="")
    """One of `veche.city.pilots.rules.sites.GROUPS`; empty: everybody."""
    months = models.JSONField(default=list)
    """Months (1 to 12) in which it can be tested; empty: all year."""
    days = models.PositiveSmallIntegerField(default=60)
    """How long the trial takes."""
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    """Between which days it must lie; empty: any."""
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    """Near which place it should be; empty: anywhere."""
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "needs of sites"
        constraints = [
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=366), name="pilots_needs_days"
            ),
            models.CheckConstraint(
                condition=Q(first_day__isnull=True)
                | Q(last_day__isnull=True)
                | Q(last_day__gte=models.F("first_day")),
                name="pilots_needs_term",
            ),
        ]

    def __str__(self) -> str:
        return f"needs of {self.application_id}"


class SiteCriterion(models.Model):
    """What makes a site fit a solution, and how much it weighs: data a city can change."""

    programme = models.ForeignKey("pilots.Programme", models.CASCADE, related_name="site_criteria")
    code = models.CharField(max_length=24)
    """One of `veche.city.pilots.rules.sites.CRITERIA`."""
    weight = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        verbose_name_plural = "site criteria"
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="pilots_one_site_criterion")
        ]

    def __str__(self) -> str:
        return self.code


class MatchRun(models.Model):
    """One matching of solutions to sites: what went in, what came out, and the next best."""

    programme = models.ForeignKey("pilots.Programme", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    instance = models.JSONField()
    digest = models.CharField(max_length=64)
    result = models.JSONField()
    solver = models.CharField(max_length=60)

    def __str__(self) -> str:
        return f"match {self.pk}"
