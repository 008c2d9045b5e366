"""Addresses of the pages about the log."""

from __future__ import annotations

from django.urls import path

from veche.core.journal import views

app_name = "journal"
urlpatterns = [
    path("", views.log, name="log"),
    path("receipts/<int:record>.tlog-proof", views.receipt, name="receipt"),
]
