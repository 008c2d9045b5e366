"""Tables of problems."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from veche.languages import here

TITLE_LENGTH = 90


def headline(text: str) -> str:
    """The first sentence of what was written, cut at a word; empty where nothing was."""
    first = text.strip().split("\n", 1)[0].strip()
    for stop in (". ", "! ", "? ", "。", "！", "？"):
        head, found, _rest = first.partition(stop)
        if found and len(head) >= 12:
            first = head
            break
    if len(first) > TITLE_LENGTH:
        first = first[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
    return first.rstrip(".。")


def unsaid(category: str, address: str) -> str:
    """What stands for the first sentence where no words were given."""
    return f"{category}, {address}" if address else category


class Category(models.Model):
    """What kind of thing is wrong; a category may stand in a group."""

    code = models.CharField(max_length=80, unique=True)
    group = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    names = models.JSONField()
    questions = models.JSONField(default=list)
    """``[{"code", "kind": choice|text|number|yesno, "names", "choices", "required"}]``"""
    urgent_words = models.JSONField(default=dict)
    anonymous_allowed = models.BooleanField(default=True)
    position = models.IntegerField(default=0)
    imported = models.BooleanField(default=False)
    object_kind = models.CharField(max_length=40, blank=True, default="")
    """Code of the kind of objects it happens at; empty: at no object of the registry."""
    active = models.BooleanField(default=True)
    """Whether residents can choose it."""

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return here(self.names)


class Problem(models.Model):
    """Something is wrong at a place. Where it stands is told by its case.

    The moments below are copies of what the events say, kept for lists and figures; a test
    recomputes them from the events.
    """

    case = models.OneToOneField(
        "cases.Case", models.PROTECT, primary_key=True, related_name="problem"
    )
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", db_index=False)
    text = models.TextField(blank=True)
    address = models.CharField(max_length=240, blank=True)
    longitude = models.FloatField()
    latitude = models.FloatField()
    object = models.ForeignKey(
        "places.CityObject", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """The lamp, stop or other object of the registry that it is about."""
    beside = models.ForeignKey(
        "places.Territory", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """The other side of a near border, where another office answers; sent there when the first
    office says that it lies on the other side."""
    answers = models.JSONField(default=dict)
    """What was answered to the questions of the category, by code."""
    author_key = models.CharField(max_length=64, null=True)
    """SHA-256 of the secret in an anonymous author's link."""
    submission = models.UUIDField(unique=True, null=True)
    """Made with the form: the same form sent twice is one problem."""

    accepted_at = models.DateTimeField(null=True)
    assigned_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    """The first answer or refusal of the office."""
    answer_due_at = models.DateTimeField(null=True)
    """The first promise: when the office had to answer."""
    confirmed_at = models.DateTimeField(null=True)
    returns = models.PositiveSmallIntegerField(default=0)

    source = models.CharField(max_length=60, blank=True, default="")
    source_id = models.CharField(max_length=80, blank=True, default="")
    source_status = models.CharField(max_length=60, blank=True, default="")
    source_due_at = models.DateTimeField(null=True)
    source_closed_at = models.DateTimeField(null=True)
    source_digest = models.BinaryField(max_length=16, null=True)
    """Of the imported row: an unchanged row is not written again."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"],
                condition=~Q(source=""),
                name="problems_imported_once",
            ),
            models.CheckConstraint(
                condition=Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="problems_on_earth",
            ),
        ]
        indexes = [
            models.Index(fields=["category"], name="problems_by_category"),
            models.Index(fields=["longitude", "latitude"], name="problems_by_place"),
            models.Index(
                fields=["object"], name="problems_by_object", condition=Q(object__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The first sentence, or the category and the place where no words were given."""
        return headline(self.text) or unsaid(str(self.category), self.address)

    @property
    def imported(self) -> bool:
        """Whether it came from another system."""
        return bool(self.source)
