"""Addresses of sources and agreements."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.pulse.views import agreements, sources, sources_staff

urlpatterns: list[URLPattern] = [
    path("sources/", sources.catalogue, name="sources"),
    path("sources.csv", sources.table, name="sources-csv"),
    path("departments.csv", sources.departments, name="departments-csv"),
    path("sources/<slug:code>/", sources.source, name="source"),
    path("sources/<slug:code>/refused.csv", sources.refusals, name="source-refused-csv"),
    path("sources/<slug:code>/settings/", sources_staff.settings, name="source-settings"),
    path("sources/<slug:code>/keys/", sources_staff.make_key, name="source-key"),
    path(
        "sources/<slug:code>/keys/<int:pk>/", sources_staff.withdraw_key, name="source-key-withdraw"
    ),
    path("sources/<slug:code>/off/", sources_staff.off, name="source-off"),
    path("sources/<slug:code>/on/", sources_staff.on, name="source-on"),
    path("sources/<slug:code>/ask/", sources_staff.poll, name="source-poll"),
    path(
        "sources/<slug:code>/diagnostics.json",
        sources_staff.diagnostics,
        name="source-diagnostics",
    ),
    path("connect/", sources_staff.ways, name="connect"),
    path("connect/<slug:connector>/", sources_staff.connect, name="connect-by"),
    path("agreements/", agreements.listing, name="agreements"),
    path("agreements.csv", agreements.table, name="agreements-csv"),
    path("agree/", agreements.make, name="agreement-make"),
    path("agreements/<slug:code>/", agreements.one, name="agreement"),
    path("agreements/<slug:code>/change/", agreements.change, name="agreement-change"),
    path("agreements/<slug:code>/end/", agreements.end, name="agreement-end"),
]
