"""The mode of the city, who commands, and what must go on."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from veche.city.dispatch.views import command, essential, modes, modes_set

urlpatterns: list[URLPattern | URLResolver] = [
    path("mode/", modes.mode, name="mode"),
    path("mode/modes.csv", modes.table, name="mode-csv"),
    path("mode/feed/", modes.feed, name="mode-feed"),
    path("mode/enter/", modes_set.enter, name="mode-enter"),
    path("mode/<int:pk>/extend/", modes_set.extend, name="mode-extend"),
    path("mode/<int:pk>/end/", modes_set.end, name="mode-end"),
    path("mode/levels/", modes_set.levels, name="levels"),
    path("mode/levels/<int:number>/", modes_set.level, name="level"),
    path("mode/rule/", modes_set.rule, name="mode-rule"),
    path("command/", command.command, name="command"),
    path("command/command.csv", command.table, name="command-csv"),
    path("command/name/", command.name, name="command-name"),
    path("command/<int:pk>/extend/", command.extend, name="command-extend"),
    path("command/<int:pk>/end/", command.end, name="command-end"),
    path("command/second/", command.second, name="command-second"),
    path("command/secondments/<int:pk>/recall/", command.recall, name="command-recall"),
    path("essential/", essential.listing, name="essential"),
    path("essential/services.csv", essential.table, name="essential-csv"),
    path("essential/add/", essential.add, name="essential-add"),
    path("essential/<slug:code>/", essential.change, name="essential-change"),
    path("essential/<slug:code>/end/", essential.end, name="essential-end"),
]
