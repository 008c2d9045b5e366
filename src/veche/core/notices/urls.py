"""Addresses of notices."""

from __future__ import annotations

from django.urls import path

from veche.core.notices.views import feeds, links, mine, push, subscribing

app_name = "notices"

urlpatterns = [
    path("", mine.notices, name="mine"),
    path("settings/", mine.settings, name="settings"),
    path("subscriptions/", subscribing.subscriptions, name="subscriptions"),
    path("subscribe/", subscribing.subscribe, name="subscribe"),
    path("confirm/", links.confirm, name="confirm"),
    path("stop/", links.stop, name="stop"),
    path("device/", push.device, name="device"),
    path("calendar/", feeds.new_calendar, name="calendar-new"),
    path("calendar.ics", feeds.calendar, name="calendar"),
    path("feed.atom", feeds.feed, name="feed"),
]
