"""Forms of trials: to begin and end one, to measure, to plan and to join; they save nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.queries.lists import kinds_now
from veche.city.pilots.models import Indicator, Trial
from veche.city.pilots.operations.testers import MOST_WANTED, Given
from veche.city.pilots.operations.trial_guard import LONGEST_REASON
from veche.city.pilots.queries import streams as city_streams
from veche.city.pilots.queries.trials import quotas
from veche.city.pilots.rules.measured import LONGEST_NOTE, MOST_BYTES, number_of
from veche.city.pilots.rules.testers import CONSENT, LONGEST_WORDS, scale_of
from veche.city.pilots.words.testers import AGES, KINDS, MARKS
from veche.core.desk.adapter import DeskForm
from veche.look.fields import moment_field

_CHOOSE = {"required": _("Choose one."), "invalid_choice": _("Choose one.")}
_NUMBER = {"required": _("Write a number."), "invalid": _("Write a number, such as 48.5.")}
EVERYBODY = _("Everybody can read it.")


def why_field(label: Any, *, required: bool = True, hint: Any = EVERYBODY) -> forms.CharField:
    """A reason that everybody can read."""
    return forms.CharField(
        label=label, required=required, max_length=LONGEST_REASON, help_text=hint,
        widget=forms.Textarea, error_messages={"required": _("Say why, in a sentence.")},
    )  # fmt: skip


class NumberField(forms.CharField):
    """A number as people write it in any of the languages, with a point or a comma."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(max_length=40, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        """The number; None where it may be left out and is.

        Raises:
            ValidationError: it is none, or beyond what can be measured.
        """
        text = super().clean(value)
        if not text:
            return None
        number = number_of(text)
        if number is None:
            raise forms.ValidationError(self.error_messages["invalid"])
        return number


class TrialForm(DeskForm):
    """A step in a trial; ``trial`` is none while none has begun."""

    def __init__(
        self, *args: Any, trial: Trial | None = None, at: dt.datetime | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.trial, self.at = trial, at
        self.begin()

    def begin(self) -> None:
        """Add what depends on the trial."""

    def of_methodology(self, *, by_testers: bool) -> list[Indicator]:
        """The indicators of the trial, in their order."""
        assert self.trial is not None
        rows = Indicator.objects.filter(methodology=self.trial.methodology_id)
        return list(rows.filter(by_testers=by_testers).order_by("place"))

    def choose_indicator(self) -> None:
        """Which indicator it is about; testers answer for their own."""
        choices = [
            (one.code, f"{one.name}, {one.unit}") for one in self.of_methodology(by_testers=False)
        ]
        self.fields["indicator"] = forms.ChoiceField(
            label=_("Indicator"), choices=choices, error_messages=_CHOOSE
        )

    def indicator(self) -> Indicator:
        """The one that was chosen."""
        code = self.cleaned_data["indicator"]
        return next(one for one in self.of_methodology(by_testers=False) if one.code == code)


class StartForm(TrialForm):
    """Nothing is asked but the step itself."""


class MeasureForm(TrialForm):
    """One value."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    value = NumberField(label=_("Value"), error_messages=_NUMBER)
    measured_at = moment_field(_("Measured when"))
    note = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST_NOTE, help_text=EVERYBODY
    )

    def begin(self) -> None:
        """The indicators of this trial, and this moment."""
        self.choose_indicator()
        self.order_fields(["submission", "indicator", "value", "measured_at", "note"])
        if self.at is not None:
            self.fields["measured_at"].initial = self.at.replace(second=0, microsecond=0)

    def step(self) -> dict[str, Any]:
        """The value as the operation takes it."""
        data = self.cleaned_data
        return {
            "indicator": self.indicator(),
            "value": data["value"],
            "measured_at": data["measured_at"],
            "note": data["note"],
            "submission": data["submission"],
        }


class TableForm(TrialForm):
    """A table of measurements."""

    file = forms.FileField(
        label=_("The table (CSV)"),
        help_text=_(
            "The first line names the columns: indicator, measured_at, value and, if you like,"
            " note. At most 5 MB."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("The file is empty."),
            "missing": _("Choose the file."),
        },
    )

    def clean_file(self) -> Any:
        """Not larger than is read."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(
                gettext("The file is larger than %(most)s MB.") % {"most": MOST_BYTES // 1_000_000}
            )
        return file

    def step(self) -> dict[str, Any]:
        """Its bytes and its name."""
        file = self.cleaned_data["file"]
        return {"data": file.read(), "name": file.name or ""}


class SupersedeForm(TrialForm):
    """The right value, or none, and why."""

    value = NumberField(
        label=_("The right value"), required=False, error_messages=_NUMBER,
        help_text=_("Leave it empty if there is none: then the wrong one counts no more."),
    )  # fmt: skip
    because = why_field(_("Why the value is wrong"))

    def step(self) -> dict[str, Any]:
        """The value and the reason."""
        return {"value": self.cleaned_data["value"], "because": self.cleaned_data["because"]}


class StreamForm(TrialForm):
    """Which indicator is read from which stream."""

    def begin(self) -> None:
        """The indicators of this trial, and the streams that may be read, the nearest first."""
        assert self.trial is not None and self.at is not None
        self.choose_indicator()
        self.found = {str(one.pk): one for one in city_streams.near(self.trial, self.at)}
        choices = [(key, city_streams.said(one)) for key, one in self.found.items()]
        self.fields["stream"] = forms.ChoiceField(
            label=_("Stream of the city's pulse"), choices=[("", "—"), *choices],
            error_messages=_CHOOSE,
            help_text=_("The nearest to the site come first; only public ones, and those that an"
                        " agreement gives to the agency or the department."),
        )  # fmt: skip

    def step(self) -> dict[str, Any]:
        """Both."""
        return {
            "indicator": self.indicator(),
            "stream": self.found[self.cleaned_data["stream"]],
        }


class QuotaForm(TrialForm):
    """How many testers of each kind are wanted."""

    def begin(self) -> None:
        """A number for each kind."""
        known = quotas(self.trial) if self.trial is not None else {}
        for kind, label in KINDS.items():
            self.fields[f"wanted-{kind}"] = forms.IntegerField(
                label=str(label), required=False, min_value=0, max_value=MOST_WANTED,
                initial=known.get(kind), error_messages=_NUMBER,
            )  # fmt: skip

    def step(self) -> dict[str, Any]:
        """The number of each kind."""
        return {"wanted": {kind: self.cleaned_data[f"wanted-{kind}"] for kind in KINDS}}


class IncidentForm(TrialForm):
    """What went wrong."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    title = forms.CharField(
        label=_("What happened, in a few words"), max_length=120,
        help_text=_("Everybody can read it: no names."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("What else those who deal with it must know"), required=False, max_length=4_000,
        widget=forms.Textarea,
    )  # fmt: skip

    def begin(self) -> None:
        """The kinds that are opened now; the agency may stop the trial with it."""
        assert self.at is not None
        self.kinds = {one.code: one for one in kinds_now(self.at)}
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind"), error_messages=_CHOOSE,
            choices=[("", "—"), *((code, str(one)) for code, one in self.kinds.items())],
        )  # fmt: skip
        self.fields["stop"] = forms.BooleanField(
            label=_("Stop the trial for safety now"), required=False
        )
        self.order_fields(["submission", "title", "kind", "text", "stop"])

    def step(self) -> dict[str, Any]:
        """As the operation takes it."""
        data = self.cleaned_data
        return {
            "kind": self.kinds[data["kind"]],
            "title": data["title"],
            "text": data["text"],
            "stop": bool(data.get("stop")),
            "submission": data["submission"],
        }


class JoinForm(forms.Form):
    """What a tester may say of themselves, and their consent."""

    use_required_attribute = False
    age = forms.ChoiceField(
        label=_("Your age"), required=False, widget=forms.RadioSelect,
        choices=[("", _("I would rather not say")), *AGES.items()], error_messages=_CHOOSE,
    )  # fmt: skip
    disability = forms.ChoiceField(
        label=_("Do you live with a disability?"), required=False,
        widget=forms.RadioSelect, error_messages=_CHOOSE,
        choices=[("", _("I would rather not say")), ("yes", _("Yes")), ("no", _("No"))],
    )  # fmt: skip
    guardian = forms.BooleanField(
        label=_("I am 14 to 17, and a parent or guardian has agreed"), required=False
    )
    consent = forms.BooleanField(
        label=_("I have read this and agree"),
        error_messages={"required": _("Read what is asked and kept, and say that you agree.")},
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=24)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": CONSENT, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def step(self) -> dict[str, Any]:
        """As the operation takes it."""
        data = self.cleaned_data
        return {
            "consent": data["version"],
            "age": data["age"],
            "disability": {"yes": True, "no": False}.get(data["disability"]),
            "guardian": data["guardian"],
        }


class AnswerForm(forms.Form):
    """A question for each indicator that testers are asked for."""

    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        asked: list[Indicator],
        known: dict[int, tuple[float | None, str, bool]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for one in asked:
            value, words, public = (known or {}).get(one.pk, (None, "", False))
            self.fields[f"value-{one.code}"] = self._value(one, value)
            self.fields[f"words-{one.code}"] = forms.CharField(
                label=_("In your words"), required=False, max_length=LONGEST_WORDS,
                widget=forms.Textarea, initial=words,
                help_text=_("The agency and the company read it, without your name. Write no"
                            " names and nothing by which you are known."),
            )  # fmt: skip
            self.fields[f"public-{one.code}"] = forms.BooleanField(
                label=_("Everybody may read these words"), required=False, initial=public,
                help_text=_("After the trial, without your name, and only when at least five people"
                            " allow it. They can be read until a year after you are told the"
                            " outcome, or until you leave."),
            )  # fmt: skip

    @staticmethod
    def _value(one: Indicator, value: float | None) -> forms.Field:
        scale = scale_of(one.unit, one.measure)
        if scale.kind == "number":
            return NumberField(
                label=f"{one.name} ({one.unit})", required=False, initial=value,
                error_messages=_NUMBER,
            )  # fmt: skip
        choices: list[tuple[str, Any]] = (
            [(str(mark), word) for mark, word in MARKS.items()]
            if scale.kind == "marks"
            else [("1", _("Yes")), ("0", _("No"))]
        )
        return forms.ChoiceField(
            label=one.name, required=False, widget=forms.RadioSelect, error_messages=_CHOOSE,
            choices=[*choices, ("", _("No answer"))],
            initial="" if value is None else f"{value:.0f}",
        )  # fmt: skip

    def questions(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Value and words of each question, and whether everybody may read these, in the order of
        the indicators."""
        return [
            (self[f"value-{one.code}"], self[f"words-{one.code}"], self[f"public-{one.code}"])
            for one in self.asked
        ]

    def given(self) -> dict[str, Given]:
        """The answers as the operation takes them."""
        found = {}
        for one in self.asked:
            value = self.cleaned_data[f"value-{one.code}"]
            found[one.code] = Given(
                float(value) if value not in ("", None) else None,
                self.cleaned_data[f"words-{one.code}"],
                self.cleaned_data[f"public-{one.code}"],
            )
        return found
