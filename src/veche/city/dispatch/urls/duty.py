"""Duty lists, the handbook, and the steps by which what waits climbs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from veche.city.dispatch.views import duty, duty_set, handbook, handover, ladders

urlpatterns: list[URLPattern | URLResolver] = [
    path("duty/", duty.now, name="duty"),
    path("duty/now.csv", duty.now_csv, name="duty-csv"),
    path("duty/mine/", duty.mine, name="duty-mine"),
    path("duty/mine.ics", duty.mine_calendar, name="duty-calendar"),
    path("duty/lists/", duty_set.lists, name="duty-lists"),
    path("duty/lists/<slug:code>/", duty_set.lists, name="duty-list-set"),
    path("duty/turns/<int:pk>/remove/", duty_set.remove, name="duty-remove"),
    path("duty/turns/<int:pk>/stand-in/", duty_set.stand_in, name="duty-stand-in"),
    path("duty/turns/<int:pk>/exchange/", duty_set.swap, name="duty-swap"),
    path("duty/turns/<int:pk>/hand-over/", handover.write, name="handover-write"),
    path("duty/exchanges/<int:pk>/", duty_set.answer, name="duty-answer"),
    path("duty/hand-overs/<int:pk>/", handover.one, name="handover"),
    path("duty/hand-overs/<int:pk>/take/", handover.take, name="handover-take"),
    path("duty/of/<slug:code>/", duty.one_list, name="duty-list"),
    path("duty/of/<slug:code>/turns.csv", duty.turns_csv, name="duty-turns-csv"),
    path("duty/of/<slug:code>/add/", duty_set.add, name="duty-add"),
    path("duty/of/<slug:code>/rotation/", duty_set.rotation, name="duty-rotation"),
    path("handbook/", handbook.entries, name="handbook"),
    path("handbook/handbook.csv", handbook.table, name="handbook-csv"),
    path("handbook/tick/<slug:number>/<int:step>/", handbook.tick, name="handbook-tick"),
    path("handbook/<slug:code>/", handbook.entry, name="handbook-entry"),
    path("handbook/<slug:code>/write/", handbook.write, name="handbook-write"),
    path("handbook/<slug:code>/<int:version>/", handbook.version, name="handbook-version"),
    path("escalation/", ladders.ladders, name="ladders"),
    path("escalation/ladders.csv", ladders.table, name="ladders-csv"),
    path("escalation/<slug:procedure>/<slug:state>/<int:tier>/", ladders.ladder, name="ladder"),
]
