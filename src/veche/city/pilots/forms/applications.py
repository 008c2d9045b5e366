"""Forms of a company's application, of its screening and of appeals; they save nothing."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.models import Application, Company, Product
from veche.city.pilots.operations.applications import Draft
from veche.city.pilots.operations.papers import looked_at
from veche.city.pilots.rules import applications as rules
from veche.city.pilots.words import applications as said
from veche.city.pilots.words.companies import READINESS
from veche.core.desk.adapter import DeskForm
from veche.core.files.documents import ENDINGS, MOST_BYTES, Document, DocumentTooLarge
from veche.core.moderation.pointed import Pointed
from veche.core.organisations.models import Organisation
from veche.errors import Refused
from veche.languages import here

ACCEPT = ",".join(ENDINGS.values())
EVERYBODY = _("Everybody can read it.")
NONE = ("", "—")


class PaperField(forms.FileField):
    """One document; its value is a `Document` that was looked at, or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ACCEPT}))
        super().__init__(required=False, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The document.

        Raises:
            ValidationError: it cannot be taken; the sentence names the file and says why.
        """
        if not isinstance(data, UploadedFile):
            return None
        try:
            if (data.size or 0) > MOST_BYTES:
                raise DocumentTooLarge
            return looked_at(data.read(), data.name or "")
        except Refused as refusal:
            sentence = gettext("{name}: {why}").format(name=data.name, why=refusal)
            raise forms.ValidationError(sentence) from refusal


class BeginForm(forms.Form):
    """For which company and with which product one applies."""

    use_required_attribute = False
    submission = forms.UUIDField(widget=forms.HiddenInput)
    product = forms.ChoiceField(
        label=_("What you want to test"), widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of your products.")},
    )  # fmt: skip

    def __init__(self, *args: Any, companies: Sequence[Company], **kwargs: Any) -> None:
        kwargs["initial"] = {"submission": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        rows = Product.objects.filter(company__in=companies, retired_at__isnull=True)
        self.products = {
            str(one.pk): one for one in rows.select_related("company").order_by("company", "id")
        }
        many = len({one.company_id for one in self.products.values()}) > 1
        choices = [
            (pk, f"{one.name} · {one.company}" if many else one.name)
            for pk, one in self.products.items()
        ]
        self.fields["product"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["product"].initial = choices[0][0]

    @property
    def chosen(self) -> Product:
        """The product, with its company."""
        return self.products[self.cleaned_data["product"]]


class StepForm(forms.Form):
    """A step of writing: what is there is kept, complete or not."""

    use_required_attribute = False
    needed: frozenset[str] = frozenset()
    """Fields without which it cannot be sent; kept it can be, so far as it goes."""

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        self.application = application
        super().__init__(*args, **kwargs)
        self._need(needed=True)

    def _need(self, *, needed: bool) -> None:
        for name in self.needed & set(self.fields):
            self.fields[name].required = needed

    def full_clean(self) -> None:
        """What is needed is told beside its field, and asked for only before it is sent."""
        self._need(needed=False)
        super().full_clean()
        self._need(needed=True)

    def draft(self) -> Draft:
        """What can be kept of the step: whatever had no fault."""
        return Draft()


class ProfileForm(StepForm):
    """With which product one applies."""

    needed = frozenset({"product"})
    product = forms.ChoiceField(
        label=_("What you want to test"), widget=forms.RadioSelect, required=False
    )

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        kwargs["initial"] = {"product": str(application.product_id or "")}
        super().__init__(*args, application=application, **kwargs)
        rows = Product.objects.filter(company=application.company, retired_at__isnull=True)
        choices = [(str(one.pk), one.name) for one in rows.order_by("id")]
        self.fields["product"].choices = choices  # type: ignore[attr-defined]

    def draft(self) -> Draft:
        """The product."""
        chosen = self.cleaned_data.get("product")
        return Draft(product=int(chosen)) if chosen else Draft()


class SolutionForm(StepForm):
    """What the solution is."""

    needed = frozenset({"title", "text", "readiness"})
    title = forms.CharField(
        label=_("Title"), required=False, max_length=rules.LONGEST_TITLE,
        help_text=_("What it is, in a few words. Everybody reads it after the decision."),
    )  # fmt: skip
    text = forms.CharField(
        label=_("What it is and what you would test"), required=False, widget=forms.Textarea,
        max_length=rules.LONGEST_TEXT,
        help_text=_(
            "What it does and for whom, what is new, what should be found out in the city. Experts"
            " read it; everybody does once the panel has chosen it."
        ),
    )  # fmt: skip
    readiness = forms.TypedChoiceField(
        label=_("How ready it is"), required=False, coerce=int, empty_value=None,
        choices=[NONE, *((n, format_lazy("{} · {}", n, word)) for n, word in READINESS.items())],
    )  # fmt: skip

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "title": application.title, "text": application.text,
            "readiness": application.readiness,
        }  # fmt: skip
        super().__init__(*args, application=application, **kwargs)

    def draft(self) -> Draft:
        """What had no fault."""
        got = self.cleaned_data
        return Draft(title=got.get("title"), text=got.get("text"), readiness=got.get("readiness"))


class QuestionsForm(StepForm):
    """The questions of the call's form; ``answers`` are those that stand, by their code."""

    def __init__(
        self,
        *args: Any,
        application: Application,
        answers: Mapping[str, str],
        too_large: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, application=application, **kwargs)
        self.answers, self._too_large = answers, too_large
        asked = application.call.form.questions
        self.needed = frozenset(
            f"q-{one['code']}"
            for one in asked
            if one.get("needed") and not (one["kind"] == "file" and one["code"] in answers)
        )
        self.questions = {one["code"]: one for one in asked}
        for code, one in self.questions.items():
            field = _field(one)
            field.label = here(one["names"])
            field.help_text = here(one.get("hints") or {})
            if one["kind"] != "file":
                field.initial = answers.get(code, "")
            self.fields[f"q-{code}"] = field
            if one["kind"] == "file" and code in answers:
                self.fields[f"without-{code}"] = forms.BooleanField(
                    label=gettext("Take out {name}").format(name=answers[code]), required=False
                )
        self._need(needed=True)

    def clean(self) -> dict[str, Any]:
        """Numbers in their plain form; a file that was too large is named."""
        got = super().clean() or self.cleaned_data
        for code, one in self.questions.items():
            name = f"q-{code}"
            if one["kind"] == "number" and got.get(name):
                plain = rules.number(got[name])
                if plain is None:
                    self.add_error(name, _("Write a number, such as 12 or 3.5."))
                else:
                    got[name] = plain
            if name in self._too_large:
                self.add_error(name, str(DocumentTooLarge()))
        return got

    def draft(self) -> Draft:
        """What had no fault: answers, documents, and what is taken out."""
        got = self.cleaned_data
        answers = {
            code: got[f"q-{code}"]
            for code, one in self.questions.items()
            if one["kind"] != "file" and f"q-{code}" in got
        }
        papers: dict[str, Document] = {
            code: got[f"q-{code}"]
            for code, one in self.questions.items()
            if one["kind"] == "file" and got.get(f"q-{code}")
        }
        without = [
            code for code in self.questions if got.get(f"without-{code}") and code not in papers
        ]
        return Draft(answers=answers, papers=papers, without=without)


def _field(question: Mapping[str, Any]) -> forms.Field:
    """The field of one question; nothing is needed before it is sent."""
    kind = question["kind"]
    if kind == "file":
        return PaperField()
    if kind == "long":
        return forms.CharField(
            required=False, widget=forms.Textarea, max_length=rules.LONGEST_ANSWER
        )
    if kind == "choice":
        choices = [(one["code"], here(one["names"])) for one in question.get("choices") or []]
        return forms.ChoiceField(required=False, choices=[NONE, *choices])
    if kind == "yes-no":
        return forms.ChoiceField(
            required=False, choices=[NONE, ("yes", gettext("Yes")), ("no", gettext("No"))]
        )
    return forms.CharField(required=False, max_length=rules.LONGEST_LINE)


def words_field(label: Any, hint: Any = EVERYBODY, *, least: int = rules.SHORTEST_REASON) -> Any:
    """Words of an act."""
    return forms.CharField(
        label=label, help_text=hint, widget=forms.Textarea, min_length=least,
        max_length=rules.LONGEST_REASON,
        error_messages={"required": _("Write it: one sentence is enough.")},
    )  # fmt: skip


class AskForm(DeskForm):
    """What the agency asks a company."""

    words = "text"
    text = words_field(
        _("What you ask, or what should be changed"),
        _("The company reads it and answers; it may change its words. Nobody else reads it."),
    )

    def step(self) -> dict[str, Any]:
        """The question."""
        return {"text": self.cleaned_data["text"]}


class AdmitForm(DeskForm):
    """Let experts read it; of the standing intake one says who supervises the trial."""

    department = forms.ModelChoiceField(
        label=_("Department that supervises the trial"),
        queryset=Organisation.objects.none(), required=False, empty_label="—",
        help_text=_("It answers at the end whether the city buys."),
    )  # fmt: skip

    def __init__(self, *args: Any, case: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        named = Application.objects.filter(pk=case.pk, department__isnull=False) if case else None
        if named is not None and named.exists():
            del self.fields["department"]
        else:
            rows = Organisation.objects.filter(imported=False, kind="department")
            self.fields["department"].queryset = rows.order_by("code")  # type: ignore[attr-defined]

    def step(self) -> dict[str, Any]:
        """The department, where it is asked for."""
        return {"department": self.cleaned_data.get("department")}


class TurnDownForm(Pointed, DeskForm):
    """Why it is turned down."""

    words = "text"
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[NONE, *said.REASONS.items()],
        error_messages={"required": _("Choose a reason from the list.")},
    )  # fmt: skip
    text = words_field(
        _("In words"),
        _("Everybody can read it, with the title and the company. The company may object once."),
    )

    def step(self) -> dict[str, Any]:
        """The reason and the words."""
        return {"reason": self.cleaned_data["reason"], "text": self.cleaned_data["text"]}


class WithdrawForm(Pointed, DeskForm):
    """Why a company takes its application back."""

    words = "text"
    public_words = "reason"
    reason = words_field(_("Why"), _("The agency reads it; everybody does after a decision."))
    sure = forms.BooleanField(
        label=_("We take it back for good. It cannot be opened again."),
        error_messages={"required": _("Tick this if you mean it.")},
    )

    def step(self) -> dict[str, Any]:
        """The reason."""
        return {"reason": self.cleaned_data["reason"]}


class ThrowAwayForm(DeskForm):
    """A draft is thrown away."""

    sure = forms.BooleanField(
        label=_("Throw the draft away with all that was written and sent with it."),
        error_messages={"required": _("Tick this if you mean it.")},
    )


class AppealForm(Pointed, DeskForm):
    """Why a company objects."""

    words = "text"
    text = words_field(
        _("Why the decision is wrong"),
        _("An arbiter who is not of the agency reads it, and everybody after the judgement."),
        least=rules.SHORTEST_TEXT,
    )

    def step(self) -> dict[str, Any]:
        """The words."""
        return {"text": self.cleaned_data["text"]}


class JudgeForm(Pointed, DeskForm):
    """What an arbiter decides."""

    words = "text"
    granted = forms.TypedChoiceField(
        label=_("Judgement"), widget=forms.RadioSelect, coerce=lambda value: value == "yes",
        choices=[
            ("yes", _("Granted: the application goes on where it was turned down")),
            ("no", _("Denied: the decision stands")),
        ],
        error_messages={"required": _("Choose one of the two.")},
    )  # fmt: skip
    text = words_field(_("Why"))

    def step(self) -> dict[str, Any]:
        """The judgement and its reason."""
        return {"granted": self.cleaned_data["granted"], "text": self.cleaned_data["text"]}


class ReplyForm(DeskForm):
    """The answer to what was asked; beside it the words and the answers can be changed."""

    words = "reply"
    reply = words_field(_("Your answer"), _("The agency reads it."))

    def step(self) -> dict[str, Any]:
        """The answer."""
        return {"reply": self.cleaned_data["reply"]}
