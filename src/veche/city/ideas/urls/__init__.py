"""Addresses of ideas, under ``/ideas/``.

Words with a meaning of their own stand before ``<slug:number>``, so the public pages come last.
"""

from __future__ import annotations

from veche.city.ideas.urls.initiatives import urlpatterns as initiatives
from veche.city.ideas.urls.opinion import urlpatterns as opinion
from veche.city.ideas.urls.public import urlpatterns as public
from veche.city.ideas.urls.similar import urlpatterns as similar
from veche.city.ideas.urls.staff import urlpatterns as staff
from veche.city.ideas.urls.talk import urlpatterns as talk

app_name = "ideas"

urlpatterns = [*staff, *initiatives, *opinion, *similar, *talk, *public]
