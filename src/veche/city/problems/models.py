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
    """The first promise, with the pauses: when the office had to answer."""
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
            models.Index(fields=["category", "longitude"], name="problems_near"),
            models.Index(fields=["longitude", "latitude"], name="problems_by_place"),
            models.Index(
                fields=["object"], name="problems_by_object", condition=Q(object__isnull=False)
            ),
            # What happened in the last days, however long the past; nothing of an import is here.
            models.Index(
                fields=["answered_at"],
                name="problems_answered",
                condition=Q(answered_at__isnull=False),
            ),
            models.Index(
                fields=["confirmed_at"],
                name="problems_confirmed",
                condition=Q(confirmed_at__isnull=False),
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


class NearRule(models.Model):
    """How near is the same place, by category: data that a city changes. The narrower rule wins."""

    theme = models.CharField(max_length=80, blank=True, default="", unique=True)
    """Code of a category or of a group of them; empty for all."""
    metres = models.PositiveSmallIntegerField()
    """Within this distance another report may be about the same thing."""
    came_back_metres = models.PositiveSmallIntegerField()
    """Within this distance what is reported again is the same place."""
    came_back_days = models.PositiveSmallIntegerField()
    """How many days after an end it still counts as having come back."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(metres__range=(1, 2000), came_back_metres__range=(1, 2000))
                & Q(came_back_days__range=(1, 730)),
                name="problems_near_rule",
            )
        ]

    def __str__(self) -> str:
        return f"{self.theme or 'all'}: {self.metres} m"


class CheckRound(models.Model):
    """An answer that volunteers are asked to look at: one round for each answer."""

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    """The step by which the office answered."""
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    """Nobody is asked after this moment."""
    verdict = models.CharField(max_length=8, blank=True, default="")
    """``done`` or ``undone``: what two of them said; empty until then."""
    ended_at = models.DateTimeField(null=True)
    """When it was decided, overtaken or given up."""
    next_at = models.DateTimeField(null=True)
    """Nobody near was found: not tried again before this moment."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="problems_one_round"),
            models.CheckConstraint(
                condition=Q(verdict__in=["", "done", "undone"]), name="problems_round_verdict"
            ),
        ]
        indexes = [
            models.Index(
                fields=["opened_at"], condition=Q(ended_at__isnull=True), name="problems_round_open"
            )
        ]

    def __str__(self) -> str:
        return f"round of {self.case_id}.{self.seq}"


class CheckTask(models.Model):
    """A volunteer is asked to look. What was said is public, who said it is not."""

    round = models.ForeignKey(CheckRound, models.PROTECT, related_name="+", db_index=False)
    volunteer = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    """When the volunteer promised to go."""
    ended_at = models.DateTimeField(null=True)
    """When it was answered, declined, ran out or was no longer needed."""
    said = models.CharField(max_length=10, blank=True, default="")
    """``done``, ``undone`` or ``not_found``; ``declined``; empty where nothing was said."""
    closed = models.CharField(max_length=10, blank=True, default="")
    """Why it ended without a word of the volunteer's: ``hidden`` (the matter is shown to nobody),
    ``moved`` (it went on, or was withdrawn), ``enough`` (others have looked), ``late``; empty while
    it waits and where it was answered or declined."""
    text = models.TextField(blank=True, default="")
    """A few words; everybody can read them."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "volunteer"], name="problems_asked_once"),
            models.CheckConstraint(
                condition=Q(said__in=["", "done", "undone", "not_found", "declined"]),
                name="problems_check_said",
            ),
            models.CheckConstraint(
                condition=Q(said="") | Q(ended_at__isnull=False), name="problems_check_ended"
            ),
            models.CheckConstraint(
                condition=Q(closed__in=["", "hidden", "moved", "enough", "late"]),
                name="problems_check_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["volunteer", "-id"], name="problems_task_volunteer"),
            models.Index(
                fields=["due_at"], condition=Q(ended_at__isnull=True), name="problems_task_open"
            ),
        ]

    def __str__(self) -> str:
        return f"check {self.pk} of round {self.round_id}"


class StandardAnswer(models.Model):
    """What an author can tick about how it went: data that a city changes."""

    code = models.SlugField(max_length=40, unique=True)
    topic = models.CharField(max_length=20)
    """``result``, ``time``, ``words`` or ``people``."""
    good = models.BooleanField()
    names = models.JSONField()
    position = models.IntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(topic__in=["result", "time", "words", "people"]),
                name="problems_answer_topic",
            )
        ]

    def __str__(self) -> str:
        return here(self.names)


class Satisfaction(models.Model):
    """How the author found the work, after their decision or their silence."""

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    """The step after which it was said."""
    decision = models.CharField(max_length=12)
    """``confirm``, ``return`` or ``lapse``."""
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+", db_index=False
    )
    score = models.PositiveSmallIntegerField()
    """1 (bad) to 5 (good)."""
    answers = models.JSONField(default=list)
    """Codes of standard answers."""
    text = models.TextField(blank=True, default="")
    text_public = models.BooleanField(default=False)
    """Whether the author lets everybody read the text; else the office alone reads it."""
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "satisfaction"
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="problems_rated_once"),
            models.CheckConstraint(condition=Q(score__range=(1, 5)), name="problems_score"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.score}"


class Recurrence(models.Model):
    """What was called finished at a place was reported there again."""

    case = models.OneToOneField("cases.Case", models.PROTECT, primary_key=True, related_name="+")
    past = models.ForeignKey("cases.Case", models.PROTECT, related_name="+")
    metres = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()
    """Whole days between that end and the new report."""
    ended_at = models.DateTimeField()
    """When the past one was called finished."""
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """The office that had called it finished."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(past=models.F("case")), name="problems_came_back")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} after {self.past_id}"


class Joined(models.Model):
    """A problem that is the same as an earlier one: it goes on there."""

    child = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    parent = models.ForeignKey("cases.Case", models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    """By which role it was joined."""
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    """When it was separated again."""

    class Meta:
        verbose_name_plural = "joined"
        constraints = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(until__isnull=True), name="problems_joined_once"
            ),
            models.CheckConstraint(condition=~Q(child=models.F("parent")), name="problems_joined"),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} joined to {self.parent_id}"
