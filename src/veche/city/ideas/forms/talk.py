"""Forms by which something is said about a matter: they check what was typed and save nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.ideas.talking import (
    LONGEST_COMMENT,
    LONGEST_REASON,
    SHORTEST_COMMENT,
    SHORTEST_REASON,
)
from veche.core.moderation import reasons
from veche.core.moderation.pointed import Pointed

STANCES = (("for", _("for it")), ("against", _("against it")), ("none", _("neither")))


class WordsForm(Pointed, forms.Form):
    """What a comment says."""

    use_required_attribute = False
    text = forms.CharField(
        label=_("Comment"),
        widget=forms.Textarea,
        min_length=SHORTEST_COMMENT,
        max_length=LONGEST_COMMENT,
        help_text=_("Everybody can read it. It stands under a number, not under your name."),
        error_messages={"required": _("Write what you want to say.")},
    )


class CommentForm(WordsForm):
    """A comment, or a reply to one."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    stance = forms.ChoiceField(
        label=_("You say it as somebody who is"),
        choices=STANCES,
        widget=forms.RadioSelect,
        required=False,
    )
    above = forms.IntegerField(required=False, widget=forms.HiddenInput)
    official = forms.BooleanField(label=_("Say it in the name of the office"), required=False)

    def __init__(self, *args: Any, official: bool = False, **kwargs: Any) -> None:
        """``official``: whoever writes may speak for the office."""
        super().__init__(*args, **kwargs)
        if not official:
            del self.fields["official"]
        if self["above"].value():
            del self.fields["stance"]


class RewordForm(WordsForm):
    """Other words for a comment."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class ObjectionForm(forms.Form):
    """Why a comment breaks the rules."""

    use_required_attribute = False
    reason = forms.ChoiceField(
        label=_("What is wrong with it?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason from the list.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = reasons.choices(reasons.HIDE)


class RushForm(forms.Form):
    """What becomes of a rush, and why."""

    use_required_attribute = False
    outcome = forms.ChoiceField(choices=[(o, o) for o in ("released", "void", "open")])
    reason = forms.CharField(
        label=_("Why? Everybody can read it."),
        widget=forms.Textarea,
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        error_messages={"required": _("Say why: everybody can read it.")},
    )


class RushRuleForm(forms.Form):
    """From when on ratings of new accounts are held."""

    use_required_attribute = False
    most = forms.IntegerField(
        label=_("Ratings of one idea by new accounts that count in a minute"),
        min_value=1,
        max_value=10_000,
        error_messages={"required": _("Write a number."), "invalid": _("Write a number.")},
    )
    days = forms.IntegerField(
        label=_("An account is new for so many days"),
        min_value=1,
        max_value=365,
        error_messages={"required": _("Write a number."), "invalid": _("Write a number.")},
    )
