"""Addresses: open calls and what points to them; the settings of the programme."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.pilots.views import call_drafts, calls, demand, forms_of_calls, settings

urlpatterns: list[URLPattern] = [
    path("calls/", calls.listed, name="calls"),
    path("calls/calls.csv", calls.csv, name="calls-csv"),
    path("calls/calls.atom", calls.atom, name="calls-feed"),
    path("calls/new/", call_drafts.draft, name="call-new"),
    path("calls/<slug:number>/", calls.call, name="call"),
    path("calls/<slug:number>/call.ics", calls.calendar, name="call-calendar"),
    path("calls/<slug:number>/follow/", calls.follow, name="call-follow"),
    path("calls/<slug:number>/change/", call_drafts.change, name="call-change"),
    path("calls/<slug:number>/criteria/new/", call_drafts.criterion, name="criterion-new"),
    path("calls/<slug:number>/criteria/<slug:code>/", call_drafts.criterion, name="criterion"),
    path(
        "calls/<slug:number>/criteria/<slug:code>/drop/",
        call_drafts.drop_criterion,
        name="criterion-drop",
    ),
    *(
        path(f"calls/<slug:number>/{code}/", call_drafts.act, {"code": code}, name=f"call-{code}")
        for code in call_drafts.ACTS
    ),
    path("forms/", forms_of_calls.listed, name="forms"),
    path("forms/new/", forms_of_calls.build, name="form-new"),
    path("forms/<slug:code>/", forms_of_calls.one, name="form"),
    path("forms/<slug:code>/change/", forms_of_calls.build, name="form-change"),
    path("demand/", demand.demand, name="demand"),
    path("demand/demand.csv", demand.csv, name="demand-csv"),
    path("demand/row/", demand.row, name="demand-row"),
    path("demand/first/", demand.first, name="test-first"),
    path("demand/first/first.csv", demand.first_csv, name="test-first-csv"),
    path("settings/", settings.settings, name="settings"),
    path("settings/technology/", settings.word, {"kind": "technology"}, name="technology-new"),
    path(
        "settings/technology/<slug:code>/",
        settings.word,
        {"kind": "technology"},
        name="technology",
    ),
    path("settings/target/", settings.word, {"kind": "target"}, name="target-new"),
    path("settings/target/<str:code>/", settings.word, {"kind": "target"}, name="target"),
    path("settings/theme/<str:code>/", settings.theme, name="demand-theme"),
]
