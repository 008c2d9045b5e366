"""Addresses: calls, ideas, writing."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.ideas.views import calls, idea, organise, write

urlpatterns: list[URLPattern] = [
    path("", calls.listed, name="calls"),
    path("calls.csv", calls.csv, name="calls-csv"),
    path("organise/", organise.mine, name="organise"),
    path("organise/new/", organise.draft, name="draft"),
    path("organise/<slug:number>/", organise.change, name="change"),
    path("organise/<slug:number>/announce/", organise.announce, name="announce"),
    path("organise/<slug:number>/drop/", organise.drop, name="drop"),
    path("organise/<slug:number>/cancel/", organise.cancel, name="cancel"),
    path("kept/<str:photograph>/", write.kept_picture, name="kept"),
    path("calls/<slug:number>/", calls.call, name="call"),
    path("calls/<slug:number>/ideas.csv", calls.ideas_csv, name="ideas-csv"),
    path("calls/<slug:number>/write/", write.write, name="write"),
    path("<slug:number>/", idea.idea, name="idea"),
    path("<slug:number>/versions/", idea.versions, name="versions"),
    path("<slug:number>/reword/", write.reword, name="reword"),
    path("<slug:number>/withdraw/", write.withdraw, name="withdraw"),
    path("<slug:number>/follow/", idea.follow, name="follow"),
    path("<slug:number>/unfollow/", idea.unfollow, name="unfollow"),
    path("<slug:number>/proof/", idea.proof, name="proof"),
    path("<slug:number>/photographs/<str:address>/<str:size>/", idea.photograph, name="photograph"),
]
