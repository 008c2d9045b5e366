"""What is written to people about their accounts: every letter in one place.

A letter is found by the name django-allauth gives it (or ours); it has a subject and a few lines.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.languages import here

Text = str | Promise
_CODE: Text = _("Your code: {code}")
_SHORT: Text = _("It is good for 15 minutes. Nobody of the city will ever ask you for it.")
_NOT_YOU: Text = _("If it was not you, do nothing: without the code nothing happens.")
_WARN: Text = _(
    "If it was not you, set a new password and end the other sign-ins on your page at once."
)
_ENDED: Text = _("You are signed out everywhere but where this was done.")

LETTERS: dict[str, tuple[Text, tuple[Text, ...]]] = {
    "once": (_("Your code: {code}"), (_("Type it on the page you came from."), _SHORT, _NOT_YOU)),
    "once-done": (
        _("The way back to what you did"),
        (
            "{link}",
            _(
                "Whoever has this link can act as you: keep it to yourself. "
                "We do not keep your address."
            ),
        ),
    ),
    "once-done-kept": (
        _("The way back to what you did"),
        (
            "{link}",
            _("Whoever has this link can act as you: keep it to yourself."),
            _(
                "We write once more when there is an answer or a decision, and delete your address"
                " then; at the latest after {days} days."
            ),
        ),
    ),
    "once-outcome": (
        _("An answer or a decision about {number}"),
        (
            _("Open the page by the link in the letter that you got when you wrote."),
            _("This is the last letter: your address has been deleted."),
        ),
    ),
    "login_code": (_CODE, (_("Type it to sign in."), _SHORT, _NOT_YOU)),
    "email_confirmation_signup": (
        _CODE,
        (_("Type it to confirm that this address is yours."), _SHORT, _NOT_YOU),
    ),
    "email_confirmation": (
        _CODE,
        (_("Type it to confirm that this address is yours."), _SHORT, _NOT_YOU),
    ),
    "password_reset_code": (_CODE, (_("Type it to set a new password."), _SHORT, _NOT_YOU)),
    "account_already_exists": (
        _("You have an account already"),
        (
            _("Somebody, perhaps you, asked for an account with this address: there is one."),
            _("Sign in with a code by e-mail; no password is needed."),
        ),
    ),
    "unknown_account": (
        _("No account has this address"),
        (
            _("Somebody, perhaps you, wanted to sign in with this address: no account has it."),
            _("Perhaps you used another address. If it was not you, do nothing."),
        ),
    ),
    "password_changed": (_("Your password was changed"), (_ENDED, _WARN)),
    "password_set": (_("A password was set"), (_ENDED, _WARN)),
    "password_reset": (_("Your password was changed"), (_ENDED, _WARN)),
    "email_changed": (
        _("Your e-mail address was changed"),
        (_("Letters now go to the new address."), _ENDED, _WARN),
    ),
    "email_deleted": (_("An e-mail address was removed from your account"), (_WARN,)),
    "totp_activated": (_("An authenticator app was added to your account"), (_ENDED, _WARN)),
    "totp_deactivated": (_("The authenticator app was removed from your account"), (_ENDED, _WARN)),
    "webauthn_added": (_("A passkey was added to your account"), (_ENDED, _WARN)),
    "webauthn_removed": (_("A passkey was removed from your account"), (_ENDED, _WARN)),
    "recovery_codes_generated": (_("New recovery codes were made"), (_ENDED, _WARN)),
    "account_connected": (_("A sign-on was connected to your account"), (_WARN,)),
    "account_disconnected": (_("A sign-on was disconnected from your account"), (_WARN,)),
    "erased": (
        _("Your account was erased"),
        (_("What you reported stays, without your name. This is the last letter to you."),),
    ),
}


def letter(prefix: str, words: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text of a letter in the language now active.

    Raises:
        KeyError: there is no letter of this name.
    """
    subject, lines = LETTERS[prefix]
    said = dict(words)
    first = str(subject).format(**said)
    body = [first + ".", *(str(line).format(**said) for line in lines)]
    city = here(settings.TOWN_NAMES) or gettext("veche")
    return f"{city}: {first}", "\n\n".join(body) + "\n"
