"""Tables of notices."""

from __future__ import annotations

from django.db import models


class Following(models.Model):
    """Somebody wants to be told about a case: a person, or an e-mail address without an account."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", models.CASCADE, null=True, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "person"], name="notices_follow_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} follows {self.case_id}"


class Notice(models.Model):
    """One thing said to one person, on their page and by e-mail; worded when it is shown."""

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=64)
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+")
    details = models.JSONField(default=dict)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="notices_newest")]

    def __str__(self) -> str:
        return f"{self.kind} to {self.person_id}"
