"""Addresses of the people who organise votes and decide on them, and of what is asked of them."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.ballots.views import appeals, commission, decide, invite, make, roll

urlpatterns: list[URLPattern] = [
    path("make/", make.made, name="made"),
    path("make/new/", make.new, name="new"),
    path("make/<slug:number>/", make.draft, name="draft"),
    path("make/<slug:number>/change/", make.change, name="change"),
    path("make/<slug:number>/questions/", make.new_question, name="question-new"),
    path("make/<slug:number>/questions/<int:place>/", make.question, name="question-form"),
    path("make/<slug:number>/questions/<int:place>/look/", make.look, name="look"),
    path("make/<slug:number>/questions/<int:place>/arrange/", make.arrange, name="arrange"),
    path("make/<slug:number>/drop/", make.drop, name="drop"),
    path("make/<slug:number>/publish/", make.publish, name="publish"),
    path("make/<slug:number>/manage/", commission.manage, name="manage"),
    path("make/<slug:number>/strike/", commission.strike, name="strike"),
    path("make/<slug:number>/annul/", decide.annul, name="annul-ballots"),
    path("make/<slug:number>/dice/", decide.dice, name="dice"),
    path("make/<slug:number>/invite/", invite.invite_all, name="invite-all"),
    path("lists/", roll.lists, name="lists"),
    path("lists/<slug:code>/", roll.members, name="list-members"),
    path("asked/<slug:number>/", appeals.asked, name="asked"),
    path("asked/<slug:number>/withdraw/", appeals.withdraw, name="withdraw-appeal"),
    path("asked/<slug:number>/take-back/", roll.withdraw, name="withdraw-request"),
    path("i/<str:token>/", invite.open_link, name="invited"),
    path("i/<str:token>/<int:place>/", invite.question, name="invited-question"),
    path("i/<str:token>/review/", invite.review, name="invited-review"),
    path("i/<str:token>/cast/", invite.cast, name="invited-cast"),
    path("i/<str:token>/receipt/", invite.receipt, name="invited-receipt"),
    path("i/<str:token>/receipt.txt", invite.file, name="invited-file"),
    path("<slug:number>/roll/", roll.roll, name="roll"),
    path("<slug:number>/come/", invite.come, name="come"),
    path("<slug:number>/appeals/", appeals.appeals, name="appeals"),
    path("<slug:number>/appeal/", appeals.appeal, name="appeal"),
]
