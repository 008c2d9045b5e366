"""What the addresses of django-allauth are, by the names it knows them by."""

from __future__ import annotations

WHAT: dict[str, str] = {
    "account_inactive": "Says that the account is closed.",
    "account_signup": "Opens an account with an e-mail address.",
    "account_reauthenticate": "Asks for the password once more.",
    "account_email": "Changes the e-mail address.",
    "account_email_verification_sent": "Takes the code that confirms an address.",
    "account_change_password": "Changes the password.",
    "account_set_password": "Sets a first password.",
    "account_reset_password": "Sends a code to somebody who has forgotten the password.",
    "account_confirm_password_reset_code": "Takes the code for a new password.",
    "account_complete_password_reset": "Sets the new password after the code.",
    "account_password_reset_completed": "Says that the new password is set.",
    "account_request_login_code": "Sends a code to sign in with.",
    "account_confirm_login_code": "Takes the code and signs in.",
    "mfa_index": "The ways an account is protected.",
    "mfa_authenticate": "Asks for the second factor while signing in.",
    "mfa_reauthenticate": "Asks for a code of the app once more.",
    "mfa_activate_totp": "Sets up an authenticator app.",
    "mfa_deactivate_totp": "Removes the authenticator app.",
    "mfa_view_recovery_codes": "Shows the recovery codes that are left.",
    "mfa_generate_recovery_codes": "Makes new recovery codes.",
    "mfa_download_recovery_codes": "The recovery codes as a file.",
    "mfa_list_webauthn": "The passkeys of an account.",
    "mfa_add_webauthn": "Adds a passkey.",
    "mfa_reauthenticate_webauthn": "Asks for a passkey once more.",
    "mfa_login_webauthn": "Signs in with a passkey alone.",
    "mfa_remove_webauthn": "Removes a passkey.",
    "mfa_edit_webauthn": "Renames a passkey.",
    "socialaccount_connections": "Connects the city's sign-on, or disconnects it.",
    "socialaccount_signup": "Asks for an address the sign-on did not give.",
    "socialaccount_login_cancelled": "Says that somebody turned back at the sign-on.",
    "socialaccount_login_error": "Says that the sign-on did not answer as it should.",
}
"""What each address is, because the views are not ours; for the reference."""
