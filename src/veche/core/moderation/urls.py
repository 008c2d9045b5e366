"""Addresses of moderation."""

from __future__ import annotations

from django.urls import path, re_path

from veche.core.moderation.views import appeals, city, log, objections, parts, spam, sweeps

app_name = "moderation"
_PICTURE = r"^(?P<number>[-\w]+)/photographs/(?P<address>[0-9a-f]{24})"

urlpatterns = [
    path("", log.log, name="log"),
    path("log.csv", log.log_csv, name="log-csv"),
    path("rules/", city.rules, name="rules"),
    path("rules/words/", spam.words, name="spam-words"),
    path("rules/limits/end/", city.end_limit, name="limit-end"),
    path("rules/reasons/new/", city.reason, name="reason-new"),
    path("rules/reasons/<slug:code>/", city.reason, name="reason"),
    path("rules/reasons/<slug:code>/end/", city.end_reason, name="reason-end"),
    path("mine/", objections.mine, name="mine"),
    path("decisions/<int:pk>/object/", objections.object_to, name="object"),
    path("decisions/<int:pk>/judge/", objections.judge, name="judge-words"),
    path("sweeps/<int:pk>/", sweeps.sweep, name="sweep"),
    path("sweeps/<int:pk>/undo/", sweeps.undo, name="sweep-undo"),
    path("<slug:number>/", parts.parts, name="parts"),
    path("<slug:number>/hide/", parts.hide, name="hide"),
    path("<slug:number>/show/", parts.show, name="show"),
    path("<slug:number>/appeal/", appeals.appeal, name="appeal"),
    path("<slug:number>/judge/", appeals.judge, name="judge"),
    path("<slug:number>/sender/", sweeps.sender, name="sender"),
    path("<slug:number>/originals/<int:pk>/", parts.original, name="original"),
    re_path(_PICTURE + r"/$", parts.cover, name="cover"),
    re_path(_PICTURE + r"\.jpg$", parts.picture, name="picture"),
]
