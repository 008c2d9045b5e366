"""Addresses of promises and of the strategy, under ``/promises/``.

Words with a meaning of their own stand before ``<slug:number>``, so promises come last.
"""

from __future__ import annotations

from veche.city.delivery.urls.promises import urlpatterns as promises
from veche.city.delivery.urls.strategy import urlpatterns as strategy

app_name = "delivery"

urlpatterns = [*strategy, *promises]
