"""Addresses of signing in and out, at the root of every language."""

from __future__ import annotations

from django.urls import path

from veche.core.people import views
from veche.core.people.views import once

app_name = "people"

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("verify/", once.once, name="once"),
]
