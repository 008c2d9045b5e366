"""The panel: who sat, who stepped aside, how they voted, and the minutes."""

from __future__ import annotations

from django.db import models


class Panel(models.Model):
    """A meeting that decides about applications."""

    programme = models.ForeignKey("pilots.Programme", models.PROTECT, related_name="+")
    titles = models.JSONField()
    meets_at = models.DateTimeField()
    quorum = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    minutes = models.TextField(blank=True, default="")
    """What was said, published with the decisions."""
    closed_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"panel {self.pk}"


class PanelMember(models.Model):
    """Somebody called to a meeting, and whether they came."""

    panel = models.ForeignKey(Panel, models.CASCADE, related_name="members", db_index=False)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    chairs = models.BooleanField(default=False)
    came_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["panel", "person"], name="pilots_one_member")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.panel_id}"


class PanelItem(models.Model):
    """An application on the agenda, and what was decided."""

    class Decision(models.TextChoices):
        SELECT = "select"
        DECLINE = "decline"
        LATER = "later"

    panel = models.ForeignKey(Panel, models.PROTECT, related_name="items", db_index=False)
    application = models.ForeignKey("pilots.Application", models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    decision = models.CharField(max_length=7, choices=Decision, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["panel", "application"], name="pilots_one_item")
        ]

    def __str__(self) -> str:
        return f"{self.application_id} at {self.panel_id}"


class PanelVote(models.Model):
    """How a member voted on an item, or that they stepped aside, and why."""

    class Choice(models.TextChoices):
        SELECT = "select"
        DECLINE = "decline"
        ABSTAIN = "abstain"
        RECUSED = "recused"

    item = models.ForeignKey(PanelItem, models.PROTECT, related_name="votes", db_index=False)
    member = models.ForeignKey(PanelMember, models.PROTECT, related_name="+")
    choice = models.CharField(max_length=7, choices=Choice)
    reason = models.CharField(max_length=500, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "member"], name="pilots_one_panel_vote")
        ]

    def __str__(self) -> str:
        return f"{self.choice} on {self.item_id}"
