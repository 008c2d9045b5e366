"""Forms of experts, assignments and reviews; they save nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.models import Call, Criterion, Target, Technology
from veche.city.pilots.operations import experts as doing
from veche.city.pilots.operations import reviews
from veche.city.pilots.words.experts import REFUSALS
from veche.core.organisations.models import Tie
from veche.languages import here

NONE = ("", "—")


class ExpertForm(forms.Form):
    """What an expert knows, and how many applications they take."""

    use_required_attribute = False
    technologies = forms.MultipleChoiceField(
        label=_("Technologies"), required=False, widget=forms.CheckboxSelectMultiple
    )
    targets = forms.MultipleChoiceField(
        label=_("Development goals"), required=False, widget=forms.CheckboxSelectMultiple
    )
    words = forms.CharField(
        label=_("What they know, in their own words"),
        required=False,
        widget=forms.Textarea,
        max_length=doing.LONGEST_WORDS,
        help_text=_("Applications with the same words are given to them first."),
    )
    capacity = forms.IntegerField(
        label=_("How many applications they take in one round"),
        min_value=1,
        max_value=doing.MOST,
        initial=15,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("technologies", Technology), ("targets", Target)):
            one = self.fields[name]
            assert isinstance(one, forms.MultipleChoiceField)
            one.choices = [
                (row.code, f"{row.code} {here(row.names)}" if name == "targets" else str(row))
                for row in model.objects.order_by("code")
            ]


class EnrolForm(ExpertForm):
    """The same for somebody who is found by the address of their account."""

    address = forms.EmailField(
        label=_("E-mail address of their account"),
        error_messages={"required": _("Write the address of their account.")},
    )
    field_order = ("address",)


class RunForm(forms.Form):
    """What is to be assigned, and by which numbers."""

    use_required_attribute = False
    call = forms.ChoiceField(label=_("Which applications"), required=False)
    reviews = forms.IntegerField(
        label=_("Readers of each application"), min_value=1, max_value=20, required=False,
        help_text=_("Empty: as the call or the programme says."),
    )  # fmt: skip
    least = forms.IntegerField(
        label=_("Least load of an expert"), min_value=0, max_value=200, required=False
    )
    most = forms.IntegerField(
        label=_("Most load of an expert"), min_value=1, max_value=200, required=False
    )
    seed = forms.IntegerField(
        label=_("Seed"), min_value=0, max_value=2**31 - 1, required=False,
        help_text=_("Chooses among equals: the same seed gives the same assignment."),
    )  # fmt: skip

    def __init__(self, *args: Any, calls: Sequence[Call], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        one = self.fields["call"]
        assert isinstance(one, forms.ChoiceField)
        one.choices = [("", _("all that wait for readers"))] + [
            (row.case.number, str(row)) for row in calls
        ]


class RefuseForm(forms.Form):
    """Why an expert does not read something."""

    use_required_attribute = False
    reason = forms.ChoiceField(
        label=_("Why you do not read it"),
        choices=list(REFUSALS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason.")},
    )
    tie = forms.ChoiceField(
        label=_("If you are tied to the company: how"),
        choices=[NONE, *Tie.Kind.choices],
        required=False,
        help_text=_("It becomes one of your ties: you will not be given anything of this company."),
    )
    words = forms.CharField(
        label=_("In your own words"), required=False, widget=forms.Textarea, max_length=300
    )


class TakeBackForm(forms.Form):
    """Why something is taken back from an expert."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("Why it is taken back"),
        widget=forms.Textarea,
        max_length=400,
        help_text=_("The agency alone reads it."),
        error_messages={"required": _("Write it: one sentence is enough.")},
    )


class ReviewForm(forms.Form):
    """A mark with its reason for every criterion, and the whole in words."""

    use_required_attribute = False

    def __init__(self, *args: Any, criteria: Sequence[Criterion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = list(criteria)
        for one in self.criteria:
            words = {anchor.mark: here(anchor.words) for anchor in one.anchors.all()}
            self.fields[f"mark_{one.pk}"] = forms.TypedChoiceField(
                label=gettext("{criterion}: your mark").format(criterion=one),
                choices=[
                    (mark, f"{mark} · {words[mark]}" if words.get(mark) else str(mark))
                    for mark in range(reviews.HIGHEST, -1, -1)
                ],
                coerce=int,
                # Marks wait in the browser with the words until the review is handed in.
                widget=forms.RadioSelect(attrs={"data-keep": ""}),
                error_messages={"required": _("Choose a mark.")},
            )
            self.fields[f"reason_{one.pk}"] = forms.CharField(
                label=gettext("{criterion}: why this mark").format(criterion=one),
                widget=forms.Textarea,
                min_length=reviews.SHORTEST_REASON,
                max_length=reviews.LONGEST_REASON,
                error_messages={"required": _("Give the mark a reason.")},
            )
        self.fields["summary"] = forms.CharField(
            label=_("The whole in a few sentences"),
            widget=forms.Textarea,
            min_length=reviews.SHORTEST_SUMMARY,
            max_length=reviews.LONGEST_SUMMARY,
            help_text=_("Everybody reads it after the decision, without your name."),
            error_messages={"required": _("Sum up what you found.")},
        )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Every criterion with its two fields."""
        return [
            {"criterion": one, "mark": self[f"mark_{one.pk}"], "reason": self[f"reason_{one.pk}"]}
            for one in self.criteria
        ]

    @property
    def marks(self) -> dict[str, tuple[int, str]]:
        """What was marked, by the code of the criterion."""
        values = self.cleaned_data
        return {
            one.code: (values[f"mark_{one.pk}"], values[f"reason_{one.pk}"])
            for one in self.criteria
        }
