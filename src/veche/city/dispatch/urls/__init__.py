"""The addresses of this module, one file an owner of pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from veche.city.dispatch.urls import (
    afteraction,
    alerts,
    duty,
    housing,
    incidents,
    modes,
)

app_name = "dispatch"
urlpatterns: list[URLPattern | URLResolver] = [
    *incidents.urlpatterns,
    *duty.urlpatterns,
    *modes.urlpatterns,
    *alerts.urlpatterns,
    *afteraction.urlpatterns,
    *housing.urlpatterns,
]
