"""Addresses: applications, screening and appeals."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.pilots.acts_applications import ACTS
from veche.city.pilots.views import appeals, applications, apply, screening

urlpatterns: list[URLPattern] = [
    path("apply/<slug:call>/", apply.begin, name="apply"),
    path("apply/<slug:call>/<slug:number>/<slug:step>/", apply.step, name="apply-step"),
    path("mine/", screening.mine, name="mine"),
    path("mine/applications.csv", screening.mine_csv, name="mine-csv"),
    path("work/", screening.work, name="work"),
    path("screening/", screening.screen, name="screening"),
    path("screening/applications.csv", screening.csv, name="screening-csv"),
    path("appeals/<slug:number>/", appeals.appeal, name="appeal"),
    path("appeals/<slug:number>/judge/", appeals.judge, name="appeal-judge"),
    path("applications/<slug:number>/", applications.application, name="application"),
    path("applications/<slug:number>/paper/<int:paper>/", applications.paper, name="paper"),
    path("applications/<slug:number>/dates.ics", applications.calendar, name="application-dates"),
    path("applications/<slug:number>/follow/", applications.follow, name="application-follow"),
    path(
        "applications/<slug:number>/unfollow/", applications.unfollow, name="application-unfollow"
    ),
    path("applications/<slug:number>/proof/", applications.proof, name="application-proof"),
    *(
        path(
            f"applications/<slug:number>/{one.code}/",
            applications.act,
            {"code": one.code},
            name=f"application-{one.code}",
        )
        for one in ACTS
    ),
]
