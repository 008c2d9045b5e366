"""An idea, its earlier words, and who is for and against it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from veche.city.ideas import states

_LISTED = Q(public=True, into__isnull=True)
"""What lists show: a joined idea is found at the one it was joined to."""


class Idea(models.Model):
    """One idea, from first words to the accepted work: it is never copied, only moved.

    A measure that facilitators wrote out of several ideas, and an initiative, are ideas as well.
    """

    class Kind(models.TextChoices):
        IDEA = "idea"
        MEASURE = "measure"
        INITIATIVE = "initiative"

    case = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.IDEA)
    call = models.ForeignKey(
        "ideas.Call", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """The call it answers; an initiative answers none."""
    title = models.CharField(max_length=120)
    text = models.TextField()
    language = models.CharField(max_length=8)
    """In which it was written: ``en``, ``ru`` or ``zh-hans``."""
    answers = models.JSONField(default=dict)
    """What it says to the questions of its call: code → words."""
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    """The idea it was joined to, while it is."""
    promise = models.CharField(max_length=20, blank=True, default="")
    """The number of the promise it became."""
    version = models.SmallIntegerField(default=1)
    submission = models.UUIDField(unique=True, null=True)
    """Made with the form: the same form sent twice is one idea."""
    public = models.BooleanField(default=False, db_default=False)
    """Whether everybody may read it; kept by a trigger on its case."""
    published_at = models.DateTimeField(null=True)
    supporters = models.IntegerField(default=0, db_default=0)
    """People counted for it; kept by a trigger on the ratings."""
    opponents = models.IntegerField(default=0, db_default=0)
    comments = models.IntegerField(default=0, db_default=0)
    """Comments that everybody can read; kept by a trigger."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="ideas_on_earth",
            ),
            models.CheckConstraint(
                condition=~Q(into=models.F("case")), name="ideas_not_into_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["call", "-published_at", "-case"], condition=_LISTED,
                         name="ideas_newest"),
            models.Index(fields=["call", "-supporters", "-case"], condition=_LISTED,
                         name="ideas_most_supported"),
            models.Index(fields=["call", "-comments", "-case"], condition=_LISTED,
                         name="ideas_most_discussed"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def shown_state(self) -> str:
        """The state of its case as it is shown (`veche.look.states`)."""
        return states.IDEA.get(self.case.state, self.case.state)


class Version(models.Model):
    """What an idea said before it was reworded."""

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="+", db_index=False)
    number = models.SmallIntegerField()
    title = models.CharField(max_length=120)
    text = models.TextField()
    until = models.DateTimeField()
    """When other words took their place."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["idea", "number"], name="ideas_one_version")]

    def __str__(self) -> str:
        return f"version {self.number} of idea {self.idea_id}"


class Rating(models.Model):
    """One person is for or against one idea. A person has at most one for each idea, also after
    ideas were joined."""

    class Standing(models.TextChoices):
        COUNTED = "counted"
        HELD = "held"
        """Came in a rush of new accounts: not counted until somebody looks."""
        VOID = "void"
        """Taken out by a decision, which can be taken back."""

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    value = models.SmallIntegerField()
    """1 for, -1 against."""
    at = models.DateTimeField()
    standing = models.CharField(max_length=8, choices=Standing, default=Standing.COUNTED)
    through = models.ForeignKey(Idea, models.SET_NULL, null=True, related_name="+")
    """The joined idea that this person supported; empty: this one itself."""
    fresh = models.BooleanField(default=False, db_default=False)
    """Whether the account was new when it rated, by the rule of that moment."""
    rush = models.ForeignKey(
        "ideas.Rush", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    """The rush it came in."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idea", "person"], name="ideas_one_rating"),
            models.CheckConstraint(condition=Q(value__in=(-1, 1)), name="ideas_for_or_against"),
        ]
        indexes = [
            models.Index(fields=["idea", "at"], name="ideas_fresh", condition=Q(fresh=True)),
            models.Index(fields=["rush"], name="ideas_rushed", condition=Q(rush__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.value:+d} for idea {self.idea_id}"
