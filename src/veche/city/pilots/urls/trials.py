"""Addresses: trials, measurements and testers."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.pilots import acts_trials
from veche.city.pilots.views import testers, trials

urlpatterns: list[URLPattern] = [
    path("trials/", trials.trials, name="trials"),
    path("trials/trials.csv", trials.trials_csv, name="trials-csv"),
    path("trials/<slug:number>/", trials.trial, name="trial"),
    path("trials/<slug:number>/measurements.csv", trials.measurements_csv, name="trial-csv"),
    path("trials/<slug:number>/testers.csv", trials.testers_csv, name="trial-testers-csv"),
    path("trials/<slug:number>/poster/", trials.poster, name="trial-poster"),
    path("trials/<slug:number>/measurements/<int:pk>/", trials.supersede, name="trial-supersede"),
    path("trials/<slug:number>/streams/<int:pk>/", trials.drop_stream, name="trial-stream"),
    path("trials/<slug:number>/<int:which>/", trials.trial, name="trial-of-number"),
    path(
        "trials/<slug:number>/<int:which>/measurements.csv", trials.measurements_csv,
        name="trial-of-number-csv",
    ),
    path(
        "trials/<slug:number>/<int:which>/testers.csv", trials.testers_csv,
        name="trial-of-number-testers-csv",
    ),
    *(
        path(
            f"trials/<slug:number>/{one.code}/", trials.act, {"code": one.code},
            name=f"trial-{one.code}",
        )
        for one in acts_trials.ACTS
    ),
    path("test/", testers.word, name="test-word"),
    path("test/<slug:word>/", testers.test, name="test"),
    path("test/<slug:word>/answer/", testers.answer, name="test-answer"),
    path("test/<slug:word>/leave/", testers.leave, name="test-leave"),
]  # fmt: skip
