"""Addresses of problems."""

from __future__ import annotations

from django.urls import path, re_path

from veche.city.problems.check_urls import urlpatterns as checks
from veche.city.problems.staff_urls import urlpatterns as staff
from veche.city.problems.views import (
    acts,
    author,
    lists,
    matter,
    near,
    proof,
    report,
    several,
    tables,
)

app_name = "problems"

urlpatterns = [
    path("", lists.problems, name="list"),
    path("problems.csv", tables.csv, name="csv"),
    path("problems.geojson", tables.geojson, name="geojson"),
    path("feed.atom", tables.feed, name="feed"),
    path("report/", report.report, name="report"),
    path("report/questions/", report.questions, name="report-questions"),
    path("report/near/", near.near, name="report-near"),
    path("report/map.svg", report.picture, name="report-map"),
    path("report/ground.json", report.ground, name="report-ground"),
    path("report/kept/<slug:name>.jpg", report.kept_picture, name="report-kept"),
    path("mine/", author.mine, name="mine"),
    *staff,
    *checks,
    path("<slug:number>/", matter.matter, name="matter"),
    path("<slug:number>/several/", several.several, name="several"),
    path("<slug:number>/proof/", proof.proof, name="proof"),
    path("<slug:number>/do/<slug:code>/", acts.act, name="act"),
    path("<slug:number>/confirm/", author.confirm, name="confirm"),
    path("<slug:number>/return/", author.send_back, name="send_back"),
    path("<slug:number>/withdraw/", author.withdraw, name="withdraw"),
    path("<slug:number>/follow/", author.follow, name="follow"),
    path("<slug:number>/unfollow/", author.unfollow, name="unfollow"),
    re_path(
        r"^(?P<number>[-\w]+)/photographs/(?P<n>[0-9]{1,4}|[0-9a-f]{24})-(?P<size>small|large)\.jpg$",
        matter.photograph,
        name="photograph",
    ),
]
