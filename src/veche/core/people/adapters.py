"""django-allauth's way into the house: what it does is written by our operations, in our words.

Its views and tables sign people in; whatever of it changes an account comes through here and
leaves a record in the journal.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context as asked
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from veche import clock
from veche.core.people.models import Person
from veche.core.people.network import address
from veche.core.people.operations.signing import (
    end_sign_ins,
    note_change_of_access,
    note_sign_in,
    open_account,
)
from veche.core.people.sessions import describe
from veche.core.people.tasks import send_letter
from veche.languages import here

SAID: dict[str, str | Promise] = {
    "login_code_sent": _("A code is on its way to {email}."),
    "email_confirmation_sent": _("A code is on its way to {email}."),
    "email_confirmed": _("The address {email} is confirmed."),
    "password_changed": _("The new password is set."),
    "password_set": _("The password is set."),
    "totp_activated": _("The authenticator app is set up."),
    "totp_deactivated": _("The authenticator app is removed."),
    "webauthn_added": _("The passkey is added."),
    "webauthn_removed": _("The passkey is removed."),
    "recovery_codes_generated": _("These are your new recovery codes."),
    "account_connected": _("The sign-on is connected."),
    "account_disconnected": _("The sign-on is disconnected."),
}
"""What is told after a step; about anything else nothing is said."""
ENDS_OTHERS = frozenset(
    {
        "password_changed",
        "password_set",
        "password_reset",
        "email_changed",
        "totp_activated",
        "totp_deactivated",
        "webauthn_added",
        "webauthn_removed",
        "recovery_codes_generated",
    }
)
"""Changes after which somebody is signed in nowhere but where they made the change: a door that is
locked anew is of no use while somebody stands inside."""


class AccountAdapter(DefaultAccountAdapter):
    """Accounts: opened, signed in to, changed."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "rate_limited": _("Too many tries. Wait a few minutes and try again."),
        "too_many_login_attempts": _("Too many tries. Wait a few minutes and try again."),
        "incorrect_code": _("This is not the code. Check it and type it again."),
        "incorrect_password": _("This is not the password. Check it and type it again."),
        "enter_current_password": _("This is not the password. Check it and type it again."),
        "email_taken": _("Somebody already uses this e-mail address."),
        "duplicate_email": _("This address is yours already."),
    }

    def save_user(
        self, request: HttpRequest, user: Person, form: Any, commit: bool = True
    ) -> Person:
        """Open the account of somebody who filled in the form."""
        data = form.cleaned_data
        user.email = str(data.get("email") or "").lower() or None
        user.name = data.get("name") or user.name
        user.language = get_language() or settings.LANGUAGE_CODE
        user.set_password(data.get("password1") or None)
        if commit:
            open_account(by=None, at=clock.now(), person=user)
        return user

    def login(self, request: HttpRequest, user: Person) -> None:
        """Sign in, and note it."""
        super().login(request, user)
        at = clock.now()
        describe(request.session, request.META.get("HTTP_USER_AGENT", ""), at)
        used = [str(r.get("method")) for r in get_authentication_records(request, user)]
        note_sign_in(by=user, at=at, how="+".join(dict.fromkeys(used)))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The first page in the language of the reader."""
        return f"/{get_language() or settings.LANGUAGE_CODE}/"

    get_signup_redirect_url = get_login_redirect_url
    get_logout_redirect_url = get_login_redirect_url

    def get_client_ip(self, request: HttpRequest) -> str:
        """The network address that limits are counted for."""
        return address(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue one of our letters; it is sent by the worker."""
        prefix = template_prefix.rpartition("/")[2]
        words = {"code": str(context["code"])} if "code" in context else {}
        person = context.get("user")
        language = get_language() or settings.LANGUAGE_CODE
        if isinstance(person, Person) and person.pk:
            language = person.language
        send_letter.defer(prefix=prefix, email=email, language=language, words=words)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Person,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """A change of the ways into an account: a record, a letter to its owner, and the end of
        the sign-ins elsewhere."""
        what = template_prefix.rpartition("/")[2]
        at = clock.now()
        note_change_of_access(by=user, at=at, what=what)
        if what in ENDS_OTHERS:
            self._end_others(user, at)
        super().send_notification_mail(
            template_prefix, user, {**(context or {}), "user": user}, email
        )

    def _end_others(self, user: Person, at: dt.datetime) -> None:
        """End the sign-ins of a person but the one that asks now, and say so on the next page."""
        request: HttpRequest | None = asked.request
        here = request.session.session_key if request is not None else None
        ended = end_sign_ins(by=user, at=at, keep=here)
        if ended and request is not None:
            said = ngettext(
                "%(count)s other sign-in was ended.", "%(count)s other sign-ins were ended.", ended
            )
            messages.info(request, said % {"count": ended})

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say in our words what was done."""
        if message_template:
            name = message_template.rpartition("/")[2].removesuffix(".txt")
            said = SAID.get(name)
            if said is None:
                return
            email = (message_context or {}).get("email", "")
            message = str(said).format(email=email)
        if message:
            level = messages.INFO if level == messages.SUCCESS else level
            messages.add_message(request, level, message, extra_tags)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Passkeys, authenticator apps and recovery codes."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This is not the code. Check it and type it again."),
        "unverified_email": _("Confirm your e-mail address first."),
    }

    def encrypt(self, text: str) -> str:
        """Secrets are not kept in the clear."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What `encrypt` has hidden."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def _get_site_name(self) -> str:
        return here(settings.TOWN_NAMES) or "veche"

    def build_totp_svg(self, url: str) -> str:
        """The picture an authenticator app reads."""
        import io

        import segno

        out = io.BytesIO()
        segno.make(url, error="m").save(out, kind="svg", scale=5, border=4, light="#fff")
        return out.getvalue().decode()

    def generate_authenticator_name(self, user: Person, type: Any) -> str:
        """The name a new passkey is offered."""
        from django.utils.translation import gettext

        return gettext("My passkey")


def _box() -> Fernet:
    key = hashlib.sha256(b"second-factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
