"""Screens in rooms where nobody is signed in: each opens the wall by an address of its own."""

from __future__ import annotations

from django.db import models


class Screen(models.Model):
    """A screen that shows the wall; it can read and nothing else, until it is withdrawn."""

    name = models.CharField(max_length=80)
    """Where it hangs, in the words of who hung it."""
    digest = models.CharField(max_length=64, unique=True)
    """Of the word in its address; the word itself is kept nowhere."""
    inside = models.BooleanField(default=False)
    """Whether it shows what is for staff only: who is on duty, alarms."""
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    """Since when it shows nothing any more."""

    def __str__(self) -> str:
        return self.name


class ScreenLook(models.Model):
    """That a screen opened the wall: one row however often it did so within some minutes."""

    screen = models.ForeignKey(Screen, models.CASCADE, related_name="looks")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["screen", "-at"], name="dispatch_screen_look")]

    def __str__(self) -> str:
        return f"{self.screen_id} {self.at}"
