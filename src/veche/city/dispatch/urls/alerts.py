"""Messages to the public as pages; as CAP and Atom they stand outside the languages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from veche.city.dispatch.views import alerts, alerts_rules, alerts_writing

urlpatterns: list[URLPattern | URLResolver] = [
    path("alerts/", alerts.in_force, name="alerts"),
    path("alerts.csv", alerts.table, name="alerts-csv"),
    path("alerts/new/", alerts_writing.new, name="alert-new"),
    path("alerts/rules/", alerts_rules.rules, name="alert-rules"),
    path("alerts/first-words/<slug:kind>/", alerts_rules.first_words, name="alert-first-words"),
    path("alerts/<slug:number>/", alerts.alert, name="alert"),
    path("alerts/<slug:number>/proof/", alerts.proof, name="alert-proof"),
    path("alerts/<slug:number>/draft/", alerts_writing.draft, name="alert-draft"),
    path("alerts/<slug:number>/put-right/", alerts_writing.put_right, name="alert-put-right"),
    path("alerts/<slug:number>/cancel/", alerts_writing.cancel, name="alert-cancel"),
]
