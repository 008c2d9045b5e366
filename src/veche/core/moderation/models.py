"""Tables of moderation."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from veche.languages import here


class Limit(models.Model):
    """How much one person, browser, place or network address may write: data a city can set."""

    what = models.CharField(max_length=40)
    """What is limited, as ``problem.report``."""
    scope = models.CharField(max_length=12)
    """``person``, ``place`` or ``address``."""
    most = models.PositiveIntegerField()
    seconds = models.PositiveIntegerField(default=86_400)
    """The window that slides with the clock."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["what", "scope"], name="moderation_one_limit"),
            models.CheckConstraint(
                condition=Q(most__gte=1, seconds__gte=60, seconds__lte=7 * 86_400),
                name="moderation_limit_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.scope}: {self.most} in {self.seconds} s"


class Spent(models.Model):
    """Something that counts against a limit. The key is a keyed digest: it says not whose."""

    key = models.BinaryField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["key", "at"], name="moderation_spent_key"),
            models.Index(fields=["at"], name="moderation_spent_at"),
        ]

    def __str__(self) -> str:
        return f"{bytes(self.key).hex()} at {self.at}"


class TextPrint(models.Model):
    """A text was sent: a keyed digest of its letters, to find the same text elsewhere."""

    key = models.BinaryField(max_length=16)
    at = models.DateTimeField()
    case = models.ForeignKey(
        "cases.Case", models.CASCADE, null=True, related_name="+", db_index=False
    )
    """The matter it was sent to."""

    class Meta:
        indexes = [
            models.Index(fields=["key", "at"], name="moderation_print_key"),
            models.Index(fields=["at"], name="moderation_print_at"),
        ]

    def __str__(self) -> str:
        return f"{bytes(self.key).hex()} at {self.at}"


class SpamWord(models.Model):
    """A word that adds to the score of spam: data a city can set."""

    word = models.CharField(max_length=60, unique=True)
    """In small letters, as it is looked for."""
    points = models.SmallIntegerField()
    """0: a word of the program that this city does not look for."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(points__range=(0, 5)), name="moderation_spam_points")
        ]

    def __str__(self) -> str:
        return f"{self.word}: {self.points}"


class Origin(models.Model):
    """From which network address and browser a matter came: keyed digests, for some weeks only."""

    case = models.OneToOneField("cases.Case", models.CASCADE, primary_key=True, related_name="+")
    address = models.BinaryField(max_length=16, null=True)
    browser = models.BinaryField(max_length=16, null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["address", "at"], name="moderation_origin_address"),
            models.Index(fields=["browser", "at"], name="moderation_origin_browser"),
            models.Index(fields=["at"], name="moderation_origin_at"),
        ]

    def __str__(self) -> str:
        return f"where {self.case_id} came from"


class Reason(models.Model):
    """Why something is not shown: a code with words in three languages and the rule behind it."""

    code = models.CharField(max_length=40, unique=True)
    names = models.JSONField()
    """A few words, as they stand in a sentence after “Reason:”."""
    sentences = models.JSONField()
    """The sentence for the author: what it means, and what to do."""
    rule = models.CharField(max_length=240, blank=True, default="")
    """Address of the rule, on these pages or elsewhere."""
    used_for = models.JSONField(default=list)
    """``reject``, ``hide``, ``redact``, ``spam``."""
    position = models.IntegerField(default=0)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return here(self.names)


HIDING = ("redact", "photograph", "hide")
"""Kinds of decisions that hide something of a matter while it goes its way."""


class Decision(models.Model):
    """What a moderator decided about a matter, for the public log. It names no person."""

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12)
    """``reject``, ``remove``, ``hide``, ``show``, ``redact``, ``photograph``, ``name``."""
    reason = models.CharField(max_length=40, blank=True, default="")
    role = models.CharField(max_length=24)
    person = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """Who decided; never shown. Empty: the system."""
    at = models.DateTimeField()
    sweep = models.ForeignKey("Sweep", models.PROTECT, null=True, related_name="+")
    original = models.ForeignKey(
        "Original", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """The words or the photograph as they were, where parts were hidden."""

    appeal = models.CharField(max_length=12, blank=True, default="")
    """Empty, ``open``, ``upheld`` or ``overturned``: an author objects once. ``dropped``: who
    objected was erased with what had been hidden, so that nothing is left to judge."""
    appealed_at = models.DateTimeField(null=True)
    appeal_text = models.TextField(blank=True, default="")
    """The author's words; read by those who decide, never published."""
    appeal_due_at = models.DateTimeField(null=True)
    climbed_at = models.DateTimeField(null=True)
    """When it came up to the control department: no second moderator had decided in time."""
    judged_at = models.DateTimeField(null=True)
    judge = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, related_name="+", db_index=False
    )
    judge_role = models.CharField(max_length=24, blank=True, default="")
    judge_text = models.TextField(blank=True, default="")
    """What the author is told of the outcome."""

    class Meta:
        indexes = [
            models.Index(fields=["case", "id"], name="moderation_decision_case"),
            models.Index(fields=["-at", "-id"], name="moderation_decision_at"),
            models.Index(
                fields=["appeal_due_at"],
                condition=Q(appeal="open"),
                name="moderation_appeals_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(appeal__in=["", "open", "upheld", "overturned", "dropped"]),
                name="moderation_appeal_outcome",
            ),
            models.CheckConstraint(
                condition=Q(judge__isnull=True)
                | Q(person__isnull=True)
                | ~Q(judge=models.F("person")),
                name="moderation_judged_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}: {self.reason}"


class Original(models.Model):
    """What was hidden, as it was: kept apart under an access log, deleted when its term is over."""

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12)
    """``text`` or ``photograph``."""
    field = models.CharField(max_length=40, blank=True, default="")
    """Which text: as the module calls it, ``text``, ``address``, ``answer:code``, ``step:3``."""
    writer = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """Who wrote the words or sent the photograph, where it was not the author of the matter."""
    text = models.TextField(blank=True, default="")
    digest = models.CharField(max_length=64, blank=True, default="")
    """Of the photograph, while it is kept."""
    shown = models.CharField(max_length=64, blank=True, default="")
    """Digest of the photograph shown in its place."""
    at = models.DateTimeField()
    until = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    """When it was deleted; the row stays and says that there was one."""

    class Meta:
        indexes = [
            models.Index(fields=["case", "id"], name="moderation_original_case"),
            models.Index(
                fields=["until"],
                condition=Q(gone_at__isnull=True),
                name="moderation_original_until",
            ),
            models.Index(
                fields=["digest"], condition=~Q(digest=""), name="moderation_original_digest"
            ),
            models.Index(
                fields=["writer"],
                condition=Q(writer__isnull=False),
                name="moderation_original_writer",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(gone_at__isnull=True) | Q(text="", digest=""),
                name="moderation_gone_is_gone",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.field} of {self.case_id}"


class ShownInstead(models.Model):
    """Words shown in place of those of a step: steps are appended, never changed."""

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    """The step whose words were said."""
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="moderation_one_instead")
        ]

    def __str__(self) -> str:
        return f"{self.case_id}.{self.seq}"


class OriginalLook(models.Model):
    """Somebody of the staff looked at an original; its author is shown when and why."""

    original = models.ForeignKey(Original, models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=24)
    why = models.CharField(max_length=240)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.original_id} by {self.role} at {self.at}"


class Sweep(models.Model):
    """Everything of one author, browser or network address taken away together."""

    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=40)
    text = models.TextField()
    """What every author is told."""
    by_what = models.CharField(max_length=12)
    """``person``, ``browser`` or ``address``: what the matters have in common."""
    at = models.DateTimeField()
    acts_at = models.DateTimeField()
    """Until then nobody is told and it can be undone."""
    state = models.CharField(max_length=10, default="waiting")
    """``waiting``, ``undone``, ``done``."""
    cases = models.JSONField(default=list)
    """``[[number of the case's row, was it shown], …]``."""
    left_out = models.JSONField(default=dict)
    """Number → why it was not taken away after all."""

    class Meta:
        indexes = [
            models.Index(
                fields=["acts_at"], condition=Q(state="waiting"), name="moderation_sweeps_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"sweep {self.pk}: {len(self.cases)}"
