"""The city's or the country's sign-on (OpenID Connect): what it says about a person is believed.

What it is called, where it is and which of its claims mean what is set by the environment
(`docs/operate/accounts.md`). Of its claims nothing is kept but what follows from them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from veche import clock
from veche.core.people.models import BirthDate, Level, Person, Residence
from veche.core.people.operations.birth import NotABirthDate, note_birth_date
from veche.core.people.operations.signing import open_account, raise_level


class SignOnAdapter(DefaultSocialAccountAdapter):
    """Accounts that come from the sign-on."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[Any]:
        """The sign-on of the settings; none is kept in the database."""
        from allauth.socialaccount.adapter import _build_apps_from_settings

        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps_of in found.values() for app in apps_of]

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Believe the claims of somebody who is known already; keep none of them."""
        sociallogin.claims = dict(_picked(sociallogin.account.extra_data))
        sociallogin.account.extra_data = {}
        if not sociallogin.is_existing:
            # An address that the sign-on has not confirmed may be anybody's: whoever named a
            # stranger's would share an account with them, and letters would go to the stranger.
            kept = [one for one in sociallogin.email_addresses if one.verified]
            sociallogin.email_addresses = kept
            sociallogin.user.email = kept[0].email.lower() if kept else None
        if sociallogin.is_existing:
            believe(sociallogin.user, sociallogin.claims, sociallogin.account)
        elif sociallogin.state.get("process") == "connect" and isinstance(request.user, Person):
            believe(request.user, sociallogin.claims)

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Person:
        """The name and address the sign-on gives."""
        person: Person = sociallogin.user
        names = [data.get("first_name"), data.get("last_name")]
        said = data.get("name") or " ".join(str(name) for name in names if name)
        person.name = str(said)[:120]
        person.email = str(data.get("email") or "").lower() or None
        person.language = get_language() or settings.LANGUAGE_CODE
        return person

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Person:
        """Open the account of somebody the sign-on brings for the first time."""
        person: Person = sociallogin.user
        person.set_unusable_password()
        if form is not None:
            person.name = form.cleaned_data.get("name") or person.name
            # What is typed here is confirmed by nobody; the page of addresses asks for a code.
            person.email, sociallogin.email_addresses = None, []
        open_account(by=None, at=clock.now(), person=person)
        sociallogin.save(request)
        believe(person, getattr(sociallogin, "claims", {}))
        return person


def _picked(data: dict[str, Any]) -> dict[str, Any]:
    return {**(data.get("id_token") or {}), **(data.get("userinfo") or {})} or data


def believe(person: Person, claims: dict[str, Any], known: Any = None) -> None:
    """Raise the level of a person, and write where they live, as the claims say.

    ``known`` is the row of the sign-on that django-allauth has just written the claims into: they
    are taken out of it again.
    """
    level = Level(settings.SIGN_ON["level"])
    name, _, values = str(settings.SIGN_ON["level_claim"]).partition(":")
    if name:
        meant = dict(part.split("=", 1) for part in values.split(";") if "=" in part)
        said = meant.get(str(claims.get(name, "")))
        if said in Level.values:
            level = Level(said)
    place = None
    code = claims.get(str(settings.SIGN_ON["place_claim"]) or "\0")
    if isinstance(code, str) and code:
        place = apps.get_model("places", "Territory")._default_manager.filter(code=code).first()
    raise_level(by=None, at=clock.now(), person=person, level=level, territory=place, known=known)
    _believe_birth(person, claims.get(str(settings.SIGN_ON.get("birth_claim", "")) or "\0"))


def _believe_birth(person: Person, said: object) -> None:
    """Note the day of birth where the sign-on gives one, once: least data, and only a whole day."""
    try:
        day = dt.date.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return
    if day is None or BirthDate.objects.filter(pk=person.pk, day=day).exists():
        return
    with contextlib.suppress(NotABirthDate):
        note_birth_date(by=None, at=clock.now(), person=person, day=day, how=Residence.How.SIGN_ON)
