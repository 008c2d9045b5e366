"""Addresses of the count as it stands now, and of what promises are checked by.

``/votes/NUMBER/live``, ``/votes/NUMBER/tally.json`` and ``/cast`` have no language and are answered
without Django: `veche.city.ballots.native`.
"""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.ballots.views import promises

urlpatterns: list[URLPattern] = [
    path("promise-keys/", promises.keys, name="keys"),
    path("promise-keys.txt", promises.key_list, name="promise-keys"),
]
