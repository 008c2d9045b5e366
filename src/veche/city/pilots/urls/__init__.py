"""The addresses of this module, one file an owner of pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from veche.city.pilots.urls import (
    agreements,
    applications,
    calls,
    companies,
    evaluations,
    experts,
    panels,
    programme,
    sites,
    trials,
)

app_name = "pilots"
urlpatterns: list[URLPattern | URLResolver] = [
    *programme.urlpatterns,
    *calls.urlpatterns,
    *companies.urlpatterns,
    *applications.urlpatterns,
    *experts.urlpatterns,
    *panels.urlpatterns,
    *sites.urlpatterns,
    *agreements.urlpatterns,
    *trials.urlpatterns,
    *evaluations.urlpatterns,
]
