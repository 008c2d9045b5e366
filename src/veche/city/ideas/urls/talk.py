"""Addresses: comments, ratings, rushes, exports."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.ideas.views import export, ratings, rushes, talk

urlpatterns: list[URLPattern] = [
    path("comments/", rushes.to_read, name="comments-to-read"),
    path("rushes/", rushes.rushes, name="rushes"),
    path("rushes/rule/", rushes.rule, name="rush-rule"),
    path("rushes/<int:pk>/", rushes.rush, name="rush"),
    path("calls/<slug:number>/export/", export.page, name="export"),
    path("calls/<slug:number>/export/<slug:what>.<slug:kind>", export.file, name="export-file"),
    path("<slug:number>/rate/", ratings.rate, name="rate"),
    path("<slug:number>/rushes/", ratings.rushes_of, name="idea-rushes"),
    path("<slug:number>/comments/", talk.comments, name="comments"),
    path("<slug:number>/comments/<int:pk>/", talk.thread, name="thread"),
    path("<slug:number>/comments/<int:pk>/like/", talk.like, name="comment-like"),
    path("<slug:number>/comments/<int:pk>/reword/", talk.reword, name="comment-reword"),
    path("<slug:number>/comments/<int:pk>/take-back/", talk.take_back, name="comment-take-back"),
    path("<slug:number>/comments/<int:pk>/versions/", talk.versions, name="comment-versions"),
    path("<slug:number>/comments/<int:pk>/object/", talk.object_to, name="comment-object"),
]
