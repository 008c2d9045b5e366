"""Addresses of the pulse, under ``/pulse/``."""

from __future__ import annotations

from django.urls import URLPattern

from veche.city.pulse.urls.hot import urlpatterns as hot
from veche.city.pulse.urls.maintenance import urlpatterns as maintenance
from veche.city.pulse.urls.signs import urlpatterns as signs
from veche.city.pulse.urls.sources import urlpatterns as sources

app_name = "pulse"

urlpatterns: list[URLPattern] = [*sources, *hot, *maintenance, *signs]
