"""The address to which systems send their events; it stands outside the languages."""

from __future__ import annotations

from django.urls import path

from veche.city.pulse.views.hooks import hook

app_name = "hooks"
urlpatterns = [path("<slug:code>", hook, name="hook")]
