"""Addresses of votes, under ``/votes/``: one file for each circle of people that uses them.

Words with a meaning of their own stand before ``<slug:number>``, so the public list comes last.
"""

from __future__ import annotations

from veche.city.ballots.urls.channels import urlpatterns as channels
from veche.city.ballots.urls.live import urlpatterns as live
from veche.city.ballots.urls.public import urlpatterns as public
from veche.city.ballots.urls.staff import urlpatterns as staff

app_name = "votes"

urlpatterns = [*staff, *channels, *live, *public]
