"""Who is asking: the person and the roles held now, found once a request and only when asked."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

from veche import clock
from veche.core.organisations.models import Holding
from veche.core.organisations.queries import holdings
from veche.core.people.models import Person


class Asker:
    """The person behind a request, and what they may be."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def person(self) -> Person | None:
        """The person signed in; None for a visitor."""
        user = self._request.user
        if not user.is_authenticated:
            return None
        # `request.user` is a lazy wrapper: its class is Person only once it has been looked at.
        return user if isinstance(user, Person) else None

    @cached_property
    def holdings(self) -> tuple[Holding, ...]:
        """The roles held at this moment."""
        return holdings(self.person, clock.now()) if self.person else ()

    @cached_property
    def roles(self) -> frozenset[str]:
        """The names of the roles held."""
        return frozenset(h.role for h in self.holdings)


class AskerMiddleware:
    """Sets ``request.asker``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, with who asks known to the view."""
        request.asker = Asker(request)  # type: ignore[attr-defined]
        return self.get_response(request)


def asker(request: HttpRequest) -> Asker:
    """Who is asking, typed."""
    found = getattr(request, "asker", None)
    return found if isinstance(found, Asker) else Asker(request)
