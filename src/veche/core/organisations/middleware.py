"""Who is asking: the person and the roles held now, found once a request and only when asked."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property

from veche import clock
from veche.core.organisations.access import over_city
from veche.core.organisations.models import Holding
from veche.core.organisations.queries import holdings
from veche.core.people.models import Person
from veche.demo_guard import is_demo


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

    @cached_property
    def city_roles(self) -> frozenset[str]:
        """The names of the roles held over a whole city, not in a part of it only."""
        return frozenset(h.role for h in self.holdings if over_city(h))


FREE = frozenset({"volunteer"})
"""Roles that need no second factor."""
_OPEN = ("account/", "sign-in/", "sign-out/", "demo/")
"""What stays open to staff that has no second factor yet; all else leads there."""


class SecondFactorMiddleware:
    """Whoever holds a role of the staff sets up a second factor before any other page opens.

    A role is power over other people's matters; a password alone is too little for it. A demo,
    where anybody signs in with one press, does not ask.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, or the way to setting up a second factor."""
        if settings.SECOND_FACTOR and not self._open(request) and lacks_second_factor(request):
            return redirect("mfa_index")
        return self.get_response(request)

    @staticmethod
    def _open(request: HttpRequest) -> bool:
        language, _, rest = request.path.lstrip("/").partition("/")
        if language in ("i18n", "static", "sign-on", "healthz"):
            return True
        return rest.startswith(_OPEN)


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether who asks holds a role of the staff without a second factor."""
    who = asker(request)
    if who.person is None or is_demo() or not who.roles - FREE:
        return False
    if any(r.get("method") == "mfa" for r in get_authentication_records(request, who.person)):
        return False
    return not is_mfa_enabled(who.person, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])


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
