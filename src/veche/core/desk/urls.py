"""Addresses of the desk."""

from __future__ import annotations

from django.urls import path

from veche.core.desk.views import acts, kept, many, queue

app_name = "desk"

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("desk.csv", queue.csv, name="csv"),
    path("print/", queue.printed, name="print"),
    path("seen/", queue.seen, name="seen"),
    path("keys/", queue.keys, name="keys"),
    path("views/", kept.save_view, name="save-view"),
    path("views/<int:pk>/drop/", kept.drop_view, name="drop-view"),
    path("templates/", kept.templates, name="templates"),
    path("templates/<int:pk>/", kept.template, name="template"),
    path("many/", many.choose, name="many"),
    path("changes/", many.changes, name="changes"),
    path("changes/<int:pk>/", many.change, name="change"),
    path("changes/<int:pk>/undo/", many.undo, name="undo"),
    path("<slug:number>/", queue.matter, name="matter"),
    path("<slug:number>/take/", acts.take, name="take"),
    path("<slug:number>/release/", acts.release, name="release"),
    path("<slug:number>/<slug:move>/", acts.act, name="act"),
    path("<slug:number>/<slug:move>/draft/", acts.draft, name="draft"),
]
