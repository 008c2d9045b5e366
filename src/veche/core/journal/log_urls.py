"""Addresses of the log's files: the same in all languages, as C2SP tlog-tiles asks."""

from __future__ import annotations

from django.urls import path

from veche.core.journal import views

_INNER = "journal/<slug:shelf>/<slug:name>"
app_name = "log"
urlpatterns = [
    path("journal/checkpoint", views.checkpoint, name="checkpoint"),
    path("journal/keys.txt", views.key_list, name="keys"),
    path("journal/erased.txt", views.erased, name="erased"),
    path("journal/tile/<path:rest>", views.tile, name="tile"),
    # Smaller logs that lie within the city's, such as that of one vote.
    path(f"{_INNER}/checkpoint", views.checkpoint, name="inner-checkpoint"),
    path(f"{_INNER}/keys.txt", views.key_list, name="inner-keys"),
    path(f"{_INNER}/tile/<path:rest>", views.tile, name="inner-tile"),
]
