"""Addresses of the portal."""

from __future__ import annotations

from django.urls import path

from veche.portal import demo, views
from veche.portal.me.urls import urlpatterns as me
from veche.portal.public.urls import urlpatterns as public
from veche.portal.wall.urls import urlpatterns as wall

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("demo/", demo.cast_page, name="demo"),
    path("demo/sign-in/", demo.sign_in, name="demo-sign-in"),
    path("demo/clock/", demo.turn, name="demo-turn"),
    *me,
    *public,
    *wall,
]
