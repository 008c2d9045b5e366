"""Tables of notices."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class Reader(models.Model):
    """Somebody who is told: a person with an account, or an e-mail address without one."""

    person = models.OneToOneField("people.Person", models.CASCADE, null=True, related_name="+")
    email = models.EmailField(null=True)
    """Only without an account; that of an account stands there."""
    language = models.CharField(max_length=8, default="en")
    """Only without an account."""
    confirmed_at = models.DateTimeField(null=True)
    """When the link in the letter to this address was followed; not needed with an account."""
    mark = models.CharField(max_length=32)
    """Random; part of what is signed in links, so that changing it closes all of them."""
    ways = models.JSONField(default=dict)
    """``{"mail": {"own": "now", …}, "push": {…}}``; what is not chosen is as `rules.USUAL`."""
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    """Hours of the city's day in which nothing is sent."""
    calendar_digest = models.CharField(max_length=64, null=True, unique=True)
    """SHA-256 of the secret in the calendar's address."""
    bounces = models.PositiveSmallIntegerField(default=0)
    mail_stopped_at = models.DateTimeField(null=True)
    """When so many letters had come back that no more are sent."""
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, email__isnull=True)
                | Q(person__isnull=True, email__isnull=False),
                name="notices_reader_is_one",
            ),
            models.UniqueConstraint(Lower("email"), name="notices_reader_email"),
        ]

    def __str__(self) -> str:
        return f"reader {self.pk}"


class Following(models.Model):
    """Somebody wants to be told of every step of a matter."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+")
    reader = models.ForeignKey(Reader, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", models.CASCADE, null=True, related_name="+")
    """The reader's, kept here for lists; empty without an account."""
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "case"], name="notices_follow_once")
        ]

    def __str__(self) -> str:
        return f"{self.reader_id} follows {self.case_id}"


class Subscription(models.Model):
    """Somebody wants to hear of new matters and their outcomes: in a territory, on a street, in a
    circle, of a theme, or of a theme in one of these."""

    reader = models.ForeignKey(Reader, models.CASCADE, related_name="+", db_index=False)
    territory = models.ForeignKey(
        "places.Territory", models.CASCADE, null=True, related_name="+", db_index=False
    )
    """The area; for a street its city."""
    street = models.CharField(max_length=120, blank=True, default="")
    """As `rules.street_of` writes it."""
    street_name = models.CharField(max_length=120, blank=True, default="")
    """As the reader wrote it."""
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    radius = models.PositiveIntegerField(null=True)
    """Metres of the circle."""
    theme = models.CharField(max_length=80, blank=True, default="")
    """Code of a category or of a group of them; empty: any."""
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "reader", "territory", "street", "longitude", "latitude", "radius", "theme",
                ],
                nulls_distinct=False,
                name="notices_subscribe_once",
            ),
            models.CheckConstraint(
                condition=~Q(theme="") | Q(territory__isnull=False) | Q(radius__isnull=False),
                name="notices_subscription_is_of_something",
            ),
            models.CheckConstraint(
                condition=Q(radius__isnull=True, longitude__isnull=True, latitude__isnull=True)
                | Q(radius__isnull=False, longitude__isnull=False, latitude__isnull=False),
                name="notices_circle_whole",
            ),
            models.CheckConstraint(
                condition=Q(street="") | Q(territory__isnull=False),
                name="notices_street_in_city",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["territory", "theme"],
                name="notices_by_area",
                condition=Q(street="", radius__isnull=True),
            ),
            models.Index(
                fields=["street", "territory"], name="notices_by_street", condition=~Q(street="")
            ),
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"


class Wish(models.Model):
    """What somebody asked for by e-mail and has not confirmed; nothing is in force before.

    The link in the letter is signed; nothing that is stored opens it.
    """

    reader = models.ForeignKey(Reader, models.CASCADE, related_name="+")
    what = models.JSONField()
    """The arguments of the subscription, or ``{"case": number}``."""
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"wish {self.pk}"


class Announcement(models.Model):
    """A new matter or an outcome of which those around it are to hear: work for the worker.

    Written in the transaction of the step itself; done once, whoever dies in between.
    """

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=64)
    by = models.BigIntegerField(null=True)
    """The person who did it and need not be told."""
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], name="notices_to_announce", condition=Q(done_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}"


class LetterBody(models.Model):
    """The words of letters, once for all who are told the same in the same language."""

    digest = models.BinaryField(max_length=32, unique=True)
    subject = models.CharField(max_length=240)
    text = models.TextField()
    html = models.TextField()

    def __str__(self) -> str:
        return self.subject


class Letter(models.Model):
    """One letter to one reader: written once, sent once."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        DROPPED = "dropped"
        MERGED = "merged"

    reader = models.ForeignKey(Reader, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8)
    """``now``, ``daily``, ``weekly``, ``late`` (put together after an outage), ``confirm``, and
    ``alert`` and ``danger``, the messages to the public."""
    period = models.CharField(max_length=40)
    """The day, the week, the telling or the wish it is about."""
    body = models.ForeignKey(
        LetterBody, models.PROTECT, null=True, related_name="+", db_index=False
    )
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    made_at = models.DateTimeField()
    not_before = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    lane = models.PositiveSmallIntegerField(null=True)
    """The sender that has it in hand."""
    sent_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=200, blank=True, default="")
    content = ArrayField(models.BigIntegerField(), default=list)
    """What it says: for each saying twice its number, plus one where the matter is the reader's."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "kind", "period"], name="notices_one_letter")
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                name="notices_letters_waiting",
                condition=Q(state="waiting"),
            ),
            models.Index(
                fields=["lane"], name="notices_letters_in_hand", condition=Q(state="sending")
            ),
            models.Index(fields=["body"], name="notices_letter_body"),
            models.Index(
                fields=["period"],
                name="notices_alert_letters",
                condition=Q(kind__in=("alert", "danger")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period} to {self.reader_id}"


class Notice(models.Model):
    """One thing said to one reader; worded when it is shown."""

    reader = models.ForeignKey(Reader, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(
        "people.Person", models.CASCADE, null=True, related_name="+", db_index=False
    )
    """The reader's; empty without an account."""
    kind = models.CharField(max_length=64)
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+", db_index=False)
    details = models.JSONField(default=dict)
    at = models.DateTimeField()
    topic = models.CharField(max_length=8)
    """One of `rules.TOPICS`."""
    telling = models.BigIntegerField()
    """The same for all who were told the same at once."""
    seen_at = models.DateTimeField(null=True)
    push = models.BooleanField(default=False)
    """Whether it waits to be pushed to the reader's devices."""
    pushed_at = models.DateTimeField(null=True)
    """When a device took it; kept of messages to the public only."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reader", "case", "kind", "at"], name="notices_told_once"
            )
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="notices_newest"),
            models.Index(
                fields=["person"], name="notices_unseen", condition=Q(seen_at__isnull=True)
            ),
            models.Index(fields=["reader"], name="notices_to_push", condition=Q(push=True)),
            models.Index(
                fields=["case"], name="notices_alerted", condition=Q(topic__in=("alert", "danger"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.reader_id}"


class Saying(models.Model):
    """What was said at once to some readers, kept while letters may have to be written of it."""

    number = models.BigIntegerField(primary_key=True)
    """The ``telling`` of its notices."""
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=64)
    details = models.JSONField(default=dict)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}"


class Waiting(models.Model):
    """A reader is to be told something by letter; taken out when the letter is written.

    Narrow, and apart from the notices: a digest of a whole city takes out half a million rows.
    """

    reader = models.ForeignKey(
        Reader, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    telling = models.BigIntegerField()
    own = models.BooleanField()
    topic = models.CharField(max_length=8, blank=True)
    pace = models.CharField(max_length=6)
    """``now``, ``daily``, ``weekly``; ``late`` for what was in a letter that was taken back; a
    message to the public as its topic is."""

    class Meta:
        indexes = [models.Index(fields=["pace", "reader"], name="notices_waiting_pace")]

    def __str__(self) -> str:
        return f"{self.telling} to {self.reader_id}"


class DigestPass(models.Model):
    """The digests of a day or week were made: it is done once."""

    kind = models.CharField(max_length=8)
    period = models.CharField(max_length=10)
    at = models.DateTimeField()
    letters = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "period"], name="notices_one_pass")]

    def __str__(self) -> str:
        return f"{self.kind} {self.period}"


class MailServer(models.Model):
    """Whether the mail server answers; one row, written when it stops and when it answers again."""

    away_since = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return "away" if self.away_since else "there"


class PushAddress(models.Model):
    """A browser that wants to be woken."""

    reader = models.ForeignKey(Reader, models.CASCADE, related_name="+")
    endpoint = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the endpoint."""
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    since = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"push {self.pk}"
