"""Addresses of the log's files: the same in all languages, as C2SP tlog-tiles asks."""

from __future__ import annotations

from django.urls import path

from veche.core.journal import views

app_name = "log"
urlpatterns = [
    path("journal/checkpoint", views.checkpoint, name="checkpoint"),
    path("journal/keys.txt", views.key_list, name="keys"),
    path("journal/erased.txt", views.erased, name="erased"),
    path("journal/tile/<path:rest>", views.tile, name="tile"),
]
