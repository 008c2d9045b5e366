"""After-action, packets, evaluation and the assessment of offices."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from veche.city.dispatch.views import afteraction, assessment, evaluation, packets

_ONE = "incidents/<slug:number>/after-action/"
_PACKET = "packets/<slug:unit>/<slug:until>/"
_ROUND = "assessment/<slug:code>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(_ONE, afteraction.course, name="after-action"),
    path(f"{_ONE}after-action.csv", afteraction.table, name="after-action-csv"),
    path(f"{_ONE}after-action.json", afteraction.machine, name="after-action-json"),
    path(f"{_ONE}begin/", afteraction.begin, name="review-begin"),
    path(f"{_ONE}review/", afteraction.review, name="review"),
    path("lessons/", afteraction.all_lessons, name="lessons"),
    path("lessons/lessons.csv", afteraction.lessons_csv, name="lessons-csv"),
    path("lessons/<int:lesson>/tell/", afteraction.tell, name="lesson-tell"),
    path("packets/", packets.packets, name="packets"),
    path("packets/packets.csv", packets.table, name="packets-csv"),
    path("packets/<slug:unit>/", packets.unit, name="packet-unit"),
    path(_PACKET, packets.packet, name="packet"),
    path(f"{_PACKET}packet.csv", packets.packet_csv, name="packet-csv"),
    path(f"{_PACKET}packet.json", packets.machine, name="packet-json"),
    path(f"{_PACKET}memo/", packets.memo, name="packet-memo"),
    path("evaluation/", evaluation.evaluation, name="evaluation"),
    path("evaluation/evaluation.csv", evaluation.table, name="evaluation-csv"),
    path("evaluation/iso-37120/", evaluation.codes, name="iso-codes"),
    path("evaluation/iso-37120.csv", evaluation.codes_csv, name="iso-codes-csv"),
    path("assessment/", assessment.rounds, name="assessment"),
    path("assessment/new/", assessment.new, name="assessment-new"),
    path(_ROUND, assessment.one, name="assessment-round"),
    path(f"{_ROUND}assessment.csv", assessment.table, name="assessment-csv"),
    path(f"{_ROUND}mark/<slug:office>/", assessment.mark, name="assessment-mark"),
]
