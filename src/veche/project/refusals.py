"""The one place where a refusal becomes an answer: a page, or problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist

from veche.errors import Refused

_PAGES = (400, 403, 404, 409, 413, 422)


def wants_json(request: HttpRequest) -> bool:
    """Whether the client asked for JSON rather than a page."""
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept


def answer(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The answer that says ``refusal``."""
    sentence = str(refusal)
    if wants_json(request):
        body = {"type": "about:blank", "title": sentence, "status": refusal.status}
        return JsonResponse(
            body | {"code": refusal.code},
            status=refusal.status,
            content_type="application/problem+json",
        )
    return page(request, refusal.status, sentence, refusal.code)


def page(request: HttpRequest, status: int, sentence: str, code: str = "") -> HttpResponse:
    """An error page in the town's look, with ``sentence`` as what happened."""
    context = {"sentence": sentence, "code": code, "status": status, "exception": sentence}
    for name in (f"{status if status in _PAGES else 409}.html", "look/error.html"):
        try:
            return render(request, name, context, status=status)
        except TemplateDoesNotExist:
            continue
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that stood open too long, or came from elsewhere."""
    from django.utils.translation import gettext

    sentence = gettext(
        "This form has expired. Go back, reload the page and send it again:"
        " what you wrote is kept in your browser."
    )
    return page(request, 403, sentence, "expired-form")


class RefusalMiddleware:
    """Turns a :class:`veche.errors.Refused` that a view let through into its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing is done on the way in or out."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Refusals only; anything else is a fault and stays one."""
        return answer(request, fault) if isinstance(fault, Refused) else None
