"""The part of the writing page that shows ideas like the one being written."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from veche.city.ideas.forms.write import WordsForm
from veche.city.ideas.views.common import sent


@never_cache
@require_POST
def alike(request: HttpRequest) -> HttpResponse:
    """Ideas that say nearly the same as the words sent; nothing of them is kept."""
    return render(request, "ideas/parts/alike.html", {"form": WordsForm(sent(request))})
