"""Addresses: sites, their windows and matching."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.pilots.views import matching, matching_one, photographs, sites, sites_own

urlpatterns: list[URLPattern] = [
    path("sites/", sites.sites, name="sites"),
    path("sites/sites.csv", sites.csv, name="sites-csv"),
    path("sites/mine/", sites_own.mine, name="sites-mine"),
    path("sites/new/", sites_own.new, name="site-new"),
    path("sites/holds/<int:number>/accept/", sites_own.accept, name="hold-accept"),
    path("sites/holds/<int:number>/refuse/", sites_own.refuse, name="hold-refuse"),
    path("sites/<slug:code>/", sites.site, name="site"),
    path("sites/<slug:code>/windows.csv", sites.windows_csv, name="site-csv"),
    path("sites/<slug:code>/edit/", sites_own.edit, name="site-edit"),
    path("sites/<slug:code>/photographs/", photographs.photographs, name="site-photographs"),
    path(
        "sites/<slug:code>/photographs/<int:number>/first/",
        photographs.first,
        name="site-photograph-first",
    ),
    path(
        "sites/<slug:code>/photographs/<int:number>/remove/",
        photographs.take_away,
        name="site-photograph-remove",
    ),
    path(
        "sites/<slug:code>/photographs/<slug:address>/<slug:size>/",
        photographs.photograph,
        name="site-photograph",
    ),
    path("sites/<slug:code>/publish/", sites_own.publish, name="site-publish"),
    path("sites/<slug:code>/close/", sites_own.close, name="site-close"),
    path("sites/<slug:code>/rank/", sites_own.rank, name="site-rank"),
    path("sites/<slug:code>/windows/new/", sites_own.add_window, name="window-new"),
    path("sites/<slug:code>/windows/<int:number>/", sites_own.set_window, name="window"),
    path(
        "sites/<slug:code>/windows/<int:number>/remove/",
        sites_own.remove_window,
        name="window-remove",
    ),
    path("matching/", matching.overview, name="matching"),
    path("matching/matching.json", matching.run_json, name="matching-json"),
    path("matching/weights/", matching.weights, name="matching-weights"),
    path("matching/<slug:number>/", matching_one.one, name="matching-one"),
    path("matching/<slug:number>/sites.csv", matching_one.one_csv, name="matching-csv"),
    path("matching/<slug:number>/choose/", matching_one.choose, name="matching-choose"),
    path("matching/<slug:number>/needs/", matching_one.needs, name="matching-needs"),
    path("matching/<slug:number>/none/", matching_one.none, name="matching-none"),
    path(
        "matching/<slug:number>/places/<int:place>/", matching_one.release, name="matching-release"
    ),
]
