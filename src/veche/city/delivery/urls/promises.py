"""Addresses: promises, their steps and their acceptance."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.delivery.acts import ACTS
from veche.city.delivery.views import acceptance, make, promise, steps

urlpatterns: list[URLPattern] = [
    path("make/", make.make, name="make"),
    path("acceptance-rules/", acceptance.rules, name="acceptance-rules"),
    path("step/<slug:number>/", promise.step, name="step"),
    path("<slug:number>/", promise.promise, name="promise"),
    path("<slug:number>/accept/", acceptance.accept, name="accept"),
    path("<slug:number>/follow/", promise.follow, name="follow"),
    path("<slug:number>/unfollow/", promise.unfollow, name="unfollow"),
    path("<slug:number>/proof/", promise.proof, name="proof"),
    path("<slug:number>/promise.csv", promise.csv, name="promise-csv"),
    path("<slug:number>/steps.ics", promise.calendar, name="promise-calendar"),
    path("<slug:number>/satisfaction/", make.satisfaction, name="satisfaction"),
    path(
        "<slug:number>/photograph/<slug:address>/<slug:size>/",
        promise.photograph,
        name="photograph",
    ),
    *(
        path(f"<slug:number>/{one.code}/", steps.act, {"code": one.code}, name=one.code)
        for one in ACTS
    ),
]
