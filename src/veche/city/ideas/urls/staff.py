"""Addresses: facilitators, offices that choose, authors who object, and the story of an idea."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.ideas.views import facilitate, select, story

urlpatterns: list[URLPattern] = [
    path("mine/", story.mine, name="mine"),
    path("work/", facilitate.mine, name="work"),
    path("calls/<slug:number>/work/", facilitate.table, name="worktable"),
    path("calls/<slug:number>/work/join/", facilitate.join, name="join"),
    path("calls/<slug:number>/work/shortlist/", facilitate.propose, name="shortlist"),
    path("calls/<slug:number>/work/measure/", facilitate.measure, name="measure"),
    path("calls/<slug:number>/choose/", select.table, name="choose"),
    path("calls/<slug:number>/choose/answer/", select.answer, name="answer"),
    path("calls/<slug:number>/choose/join/", select.combine, name="choose-join"),
    path("calls/<slug:number>/choose/vote/", select.vote, name="choose-vote"),
    path("calls/<slug:number>/choose/promise/", select.promise, name="choose-promise"),
    path("calls/<slug:number>/choose/close/", select.close, name="close"),
    path("<slug:number>/score/", facilitate.scores, name="score"),
    path("<slug:number>/ask/", facilitate.ask, name="ask"),
    path("<slug:number>/separate/", facilitate.part, name="separate"),
    path("<slug:number>/object/", select.objection, name="object"),
    path("<slug:number>/story/", story.story, name="story"),
]
