"""Tables of cases."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class AllowedMove(models.Model):
    """A declared move, synced from Python, against which the trigger checks every event."""

    procedure = models.CharField(max_length=24)
    move = models.CharField(max_length=24)
    source = models.CharField(max_length=24, blank=True)
    target = models.CharField(max_length=24)
    role = models.CharField(max_length=24)
    scope = models.CharField(max_length=12, blank=True)
    final = models.BooleanField()
    """Whether the target ends the case."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "move", "source"], name="cases_one_move_from_a_state"
            )
        ]

    def __str__(self) -> str:
        return f"{self.procedure}: {self.source} → {self.move} → {self.target}"


class Case(models.Model):
    """A matter: where it stands, whose it is, until when. Moved by its events only."""

    number = models.CharField(max_length=20)
    procedure = models.CharField(max_length=24)
    theme = models.CharField(max_length=80)
    """What kind of thing it is about, by code: it decides who answers and how long they have."""
    # The indexes below begin with these columns; one more each would cost every insert and move.
    territory = models.ForeignKey(
        "places.Territory", models.PROTECT, related_name="+", db_index=False
    )
    author = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, related_name="+", db_index=False
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    blocking = models.BooleanField(default=True)
    """Whether the parent waits for it."""
    opened_at = models.DateTimeField()

    # Written by the trigger on events only:
    state = models.CharField(max_length=24, blank=True, default="")
    seq = models.IntegerField(default=0)
    moved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # The trigger has looked it up with the event; offices are never deleted.
    organisation = models.ForeignKey(
        "organisations.Organisation",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    due_at = models.DateTimeField(null=True)
    """When something is due next: the open clock or the promise to the author; for lists."""

    promised_at = models.DateTimeField(null=True)
    """Until when the author was promised an answer; null while none is owed. Never moves earlier
    (a trigger refuses it)."""
    first_promised_at = models.DateTimeField(null=True)
    """The first such promise: a prolongation never hides lateness against it. Only a pause moves
    it, by the time the author was waited for."""
    paused_at = models.DateTimeField(null=True)
    """Since when the promise stands still, because the author was asked for something."""
    climbed = models.PositiveSmallIntegerField(default=0, db_default=0)
    """How high an overdue promise has climbed: 0 nobody, 1 the head of the office, 2 the control
    department, 3 the public red list."""
    hidden_at = models.DateTimeField(null=True)
    """When its words were hidden from the public, by law or for personal data; null: shown."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="cases_one_number")]
        indexes = [
            # A case that has not made its first move is in no list: a bulk load then writes
            # each of these once, not twice.
            models.Index(
                fields=["territory", "state"], name="cases_territory_state", condition=~Q(state="")
            ),
            # What the desk counts over all that waits stands in it: the rows are not read.
            models.Index(
                fields=["organisation", "state", "due_at"],
                name="cases_queue",
                include=["id", "moved_at"],
                condition=~Q(state=""),
            ),
            models.Index(
                fields=["state", "due_at"], name="cases_state_due", condition=~Q(state="")
            ),
            models.Index(fields=["-opened_at", "-id"], name="cases_newest"),
            models.Index(
                fields=["promised_at"],
                name="cases_promised",
                condition=Q(promised_at__isnull=False, paused_at__isnull=True),
            ),
            models.Index(
                fields=["parent"], name="cases_children", condition=Q(parent__isnull=False)
            ),
            models.Index(
                fields=["author", "-id"], name="cases_author", condition=Q(author__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CaseEvent(models.Model):
    """One step of a case; appended, and the only way to move it.

    The trigger on events looks up the case, the actor, the role and the office of all new rows
    at once, and a case is never deleted: foreign keys would look each up again, one by one (in an
    import of 84,610 records that was a quarter of the time).
    """

    case = models.ForeignKey(
        Case, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    seq = models.IntegerField()
    move = models.CharField(max_length=24)
    source = models.CharField(max_length=24, blank=True)
    target = models.CharField(max_length=24)
    actor = models.ForeignKey(
        "people.Person",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    holding = models.ForeignKey(
        "organisations.Holding",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    """The role by which the actor moved it."""
    organisation = models.ForeignKey(
        "organisations.Organisation",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    """The office the case lies with after this step."""
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    batch = models.BigIntegerField(null=True)
    """The journal record of the import that brought it."""
    public = models.JSONField(default=dict)
    """What the step says to everybody: reason code, text, outcome."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="cases_one_event_at_a_time"),
        ]
        indexes = [
            # What came back to an office: audits look at three months of it every day, and must
            # not read all that ever happened. One step in a hundred stands in it.
            models.Index(fields=["at"], condition=Q(target="returned"), name="cases_event_returned")
        ]

    def __str__(self) -> str:
        return f"{self.case_id}.{self.seq} {self.move}"


class Assignment(models.Model):
    """An office has a case from a moment to a moment; a trigger sees to it that both exist."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_constraint=False)
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, related_name="+", db_constraint=False
    )
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    number = models.PositiveSmallIntegerField(null=True)
    unit = models.CharField(max_length=16, blank=True, default="", db_default="")
    """How long the office has by its contract: hours, calendar_days or working_days; empty where
    it answers by no contract, or by one that names no term."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(until__isnull=True), name="cases_one_lead"
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=True, unit="")
                | Q(number__gte=1, unit__in=["hours", "calendar_days", "working_days"]),
                name="cases_contract_term",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} with {self.organisation_id}"


class CaseClock(models.Model):
    """A term that runs or ran: whose, from when, until when, and when it was stopped."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    state = models.CharField(max_length=24)
    organisation = models.ForeignKey(
        "organisations.Organisation", models.PROTECT, null=True, related_name="+"
    )
    started_at = models.DateTimeField()
    first_due_at = models.DateTimeField()
    """The first promise; a prolongation never hides lateness against it."""
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    passed_at = models.DateTimeField(null=True)
    """When the sweep found it had run out."""
    held_until = models.DateTimeField(null=True)
    """Not swept before this moment: what should follow it failed."""
    by_contract = models.BooleanField(default=False, db_default=False)
    """Whether it runs by the contract of the office. Then it is the office's alone: the promise to
    the author stands beside it and is never earlier."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(stopped_at__isnull=True), name="cases_one_open_clock"
            )
        ]
        indexes = [
            models.Index(fields=["case", "id"], name="cases_clock_case"),
            models.Index(
                fields=["due_at"],
                condition=Q(stopped_at__isnull=True, passed_at__isnull=True),
                name="cases_clock_sweep",
            ),
            models.Index(
                fields=["organisation", "case"],
                condition=Q(by_contract=True),
                name="cases_clock_contract",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.state} until {self.due_at}"


class TermRule(models.Model):
    """How long a state may last: data that a city changes. The narrower rule wins."""

    procedure = models.CharField(max_length=24)
    state = models.CharField(max_length=24)
    theme = models.CharField(max_length=80, blank=True, default="")
    """One theme, or empty for all."""
    number = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "state", "theme"], name="cases_one_term"),
            models.CheckConstraint(
                condition=Q(unit__in=["hours", "calendar_days", "working_days"]),
                name="cases_term_unit",
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="cases_term_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.procedure}.{self.state}: {self.number} {self.unit}"


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a holiday, or a working day moved there."""

    day = models.DateField(unique=True)
    works = models.BooleanField()
    names = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.day}: {'worked' if self.works else 'free'}"


class CaseFile(models.Model):
    """A photograph or document of a case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    """``before``, ``after`` or ``check``."""
    seq = models.IntegerField()
    """The event it came with."""
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="cases_file_case")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}"
