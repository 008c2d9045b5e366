"""The forms of django-allauth with our labels: the checks are its own, the words are ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import forms as account
from allauth.mfa.base import forms as second
from allauth.mfa.totp import forms as app
from allauth.mfa.webauthn import forms as passkey
from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LABELS: dict[str, str | _StrPromise] = {
    "email": _("E-mail"),
    "password": _("Password"),
    "oldpassword": _("Your password now"),
    "password1": _("New password"),
    "password2": _("New password once more"),
    "code": _("Code"),
    "name": _("Name"),
    "passwordless": _("Sign in with it alone, without a password"),
}
HINTS: dict[str, str | _StrPromise] = {
    "password1": _("At least 10 characters. Three or four words are easy to keep in mind."),
    "passwordless": _("The device then asks for your finger, your face or its PIN."),
}
REQUIRED: dict[str, str | _StrPromise] = {
    "email": _("Write your e-mail address."),
    "password": _("Write your password."),
    "oldpassword": _("Write your password."),
    "password1": _("Write a new password."),
    "password2": _("Write the new password once more."),
    "code": _("Type the code."),
    "name": _("Write a name."),
}


class Plain(forms.Form):
    """Our words on the fields of another's form."""

    hints: dict[str, str | _StrPromise] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.help_text = self.hints.get(name, HINTS.get(name, ""))
            field.widget.attrs.pop("placeholder", None)
            if name in REQUIRED:
                field.error_messages["required"] = REQUIRED[name]
            if name == "email":
                field.error_messages["invalid"] = _(
                    "This is not an e-mail address. It looks like this: name@example.org."
                )
            if name == "code":
                field.widget.attrs |= {"autocomplete": "one-time-code", "spellcheck": "false"}


class SignUpForm(Plain, account.SignupForm):
    """An address and a name to be called by; no password is needed."""

    name = forms.CharField(max_length=120, required=False)
    hints = {
        "email": _("A code comes to this address. Nobody else sees the address."),
        "name": _("How the city may call you. It is not shown beside what you report."),
    }


class AskCodeForm(Plain, account.RequestLoginCodeForm):
    """Where the code is to go."""


class CodeForm(Plain, account.ConfirmLoginCodeForm):
    """The code that came."""


class ConfirmAddressForm(Plain, account.ConfirmEmailVerificationCodeForm):
    """The code that came to a new address."""


class ResetCodeForm(Plain, account.ConfirmPasswordResetCodeForm):
    """The code that came for a new password."""


class ForgottenForm(Plain, account.ResetPasswordForm):
    """Whose password was forgotten."""


class NewPasswordForm(Plain, account.ResetPasswordKeyForm):
    """The new password after the code."""


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    """The old password and the new one."""


class SetPasswordForm(Plain, account.SetPasswordForm):
    """A first password."""


class AddressForm(Plain, account.AddEmailForm):
    """A new address of the account."""


class ChangeAddressForm(Plain, account.ChangeEmailForm):
    """Another address in the middle of signing up."""


class AgainForm(Plain, account.ReauthenticateForm):
    """The password once more, before something that matters."""


class SecondFactorForm(Plain, second.AuthenticateForm):
    """The code of the app, or a recovery code."""


class SecondFactorAgainForm(Plain, second.ReauthenticateForm):
    """The code of the app once more."""


class AppForm(Plain, app.ActivateTOTPForm):
    """The first code of a new app."""


class PasskeyForm(Plain, passkey.AddWebAuthnForm):
    """What a new passkey is called."""


class RenamePasskeyForm(Plain, passkey.EditWebAuthnForm):
    """What a passkey is called from now on."""
