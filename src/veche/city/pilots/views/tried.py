"""A form that was sent, and the step it asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from veche.errors import Refused
from veche.look.fields import say_refusal

if TYPE_CHECKING:
    from django.forms import Form


def tried(form: Form, run: Callable[[], object]) -> int:
    """Take the step that a form asks for; 0 when it is done, else the status of the answer: what
    is wrong, or why it was refused, stands in the form beside what was written."""
    if not form.is_valid():
        return 422
    try:
        run()
    except Refused as refusal:
        say_refusal(form, refusal)
        return refusal.status
    return 0
