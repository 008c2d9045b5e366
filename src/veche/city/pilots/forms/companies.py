"""Forms of companies: profile, product, colleague, what was scouted, support. They save nothing."""

from __future__ import annotations

from typing import Any

from babel import Locale
from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.models import Call, Company, Product, Target, Technology
from veche.city.pilots.operations.companies import CompanyGiven, ProductGiven
from veche.city.pilots.operations.scouting import ScoutedGiven
from veche.city.pilots.operations.support import SupportGiven
from veche.city.pilots.rules.identifiers import SCHEMES
from veche.city.pilots.words import companies as said
from veche.look.fields import LANGUAGE_WORDS

MAIL_LANGUAGES = {"en": "en", "ru": "ru", "zh": "zh-hans"}
"""Language of a form → the one letters are written in."""


def countries() -> list[tuple[str, str]]:
    """Countries by their code (ISO 3166-1), in the reader's language and order."""
    code = (get_language() or "en").replace("zh-hans", "zh_Hans")
    names = Locale.parse(code).territories
    rows = [(key, str(name)) for key, name in names.items() if len(key) == 2 and key.isalpha()]
    left_out = {"EU", "UN", "EZ", "QO", "XA", "XB", "ZZ"}
    return sorted((row for row in rows if row[0] not in left_out), key=lambda row: row[1])


def languages_field() -> forms.ChoiceField:
    """One of the three languages."""
    return forms.ChoiceField(label=_("Language"), choices=list(LANGUAGE_WORDS.items()))


class _Scheme(forms.TextInput):
    """A register: proposed from a list, typed where it is another."""

    def __init__(self) -> None:
        super().__init__(attrs={"list": "schemes", "autocomplete": "off", "autocapitalize": "off"})


class ProfileForm(forms.Form):
    """What a company says of itself."""

    use_required_attribute = False
    seen = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    legal_name = forms.CharField(
        label=_("Name, as in the register"),
        max_length=300,
        error_messages={"required": _("Write the name of the company.")},
    )
    country = forms.ChoiceField(label=_("Country"))
    scheme = forms.CharField(
        label=_("Register"),
        max_length=40,
        widget=_Scheme,
        help_text=_(
            "RU-INN is the Russian taxpayer number, CN-USCC the Chinese unified social credit code,"
            " XI-LEI the international identifier; others as org-id.guide names them."
        ),
        error_messages={"required": _("Name the register.")},
    )
    identifier = forms.CharField(
        label=_("Number in the register"),
        max_length=80,
        error_messages={"required": _("Write the number.")},
    )
    size = forms.ChoiceField(
        label=_("Size"), choices=list(said.SIZES.items()), widget=forms.RadioSelect
    )
    women_led = forms.ChoiceField(
        label=_("Is it led by women?"),
        choices=list(said.WOMEN.items()),
        widget=forms.RadioSelect,
        required=False,
        help_text=_("Shown on your page and counted in the figures; it changes no decision."),
    )
    founded = forms.IntegerField(
        label=_("Founded in the year"), required=False, min_value=1600, max_value=2100
    )
    website = forms.URLField(
        label=_("Web page"), required=False, max_length=200, assume_scheme="https"
    )
    text = forms.CharField(
        label=_("What the company does"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea,
        help_text=_("Everybody reads this on your page."),
    )
    language = languages_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country, language = self.fields["country"], self.fields["language"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = countries()
        language.label = _("The language you write in")

    @property
    def schemes(self) -> tuple[str, ...]:
        """The registers that the field proposes."""
        return SCHEMES

    def given(self) -> CompanyGiven:
        """The profile as the operations take it."""
        one = self.cleaned_data
        return CompanyGiven(
            legal_name=one["legal_name"],
            scheme=one["scheme"],
            identifier=one["identifier"],
            country=one["country"],
            size=one["size"],
            women_led={"yes": True, "no": False}.get(one["women_led"]),
            founded=one["founded"],
            website=one["website"],
            text=one["text"],
            language=one["language"],
        )


def profile_of(company: Company, seen: str) -> dict[str, Any]:
    """A company as the form shows it."""
    names = (
        "legal_name", "country", "scheme", "identifier", "size", "founded", "website", "text",
        "language",
    )  # fmt: skip
    women = {True: "yes", False: "no", None: ""}[company.women_led]
    return {**{n: getattr(company, n) for n in names}, "women_led": women, "seen": seen}


def technology_choices() -> list[tuple[str, str]]:
    """Technologies by code, in the order of their names."""
    return sorted(((t.code, str(t)) for t in Technology.objects.all()), key=lambda row: row[1])


def target_choices() -> list[tuple[str, str]]:
    """Goals and targets by code, in the order of their numbers."""

    def order(code: str) -> list[tuple[bool, int, str]]:
        return [(not p.isdigit(), int(p) if p.isdigit() else 0, p) for p in code.split(".")]

    rows = sorted(Target.objects.all(), key=lambda one: order(one.code))
    return [(one.code, f"{one.code} {one}") for one in rows]


class Sorted(forms.Form):
    """A form with technologies and targets."""

    technologies = forms.MultipleChoiceField(
        label=_("Technologies"), required=False, widget=forms.CheckboxSelectMultiple
    )
    targets = forms.MultipleChoiceField(
        label=_("Development goals and targets it serves"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("technologies", technology_choices),
            ("targets", target_choices),
        ):
            field = self.fields.get(name)
            if isinstance(field, forms.MultipleChoiceField):
                field.choices = choices()

    def sorts(self) -> dict[str, Any]:
        """The rows that were chosen."""
        one = self.cleaned_data
        return {
            "technologies": list(Technology.objects.filter(code__in=one.get("technologies", ()))),
            "targets": list(Target.objects.filter(code__in=one.get("targets", ()))),
        }


class ProductForm(Sorted):
    """What a company says of something it makes."""

    use_required_attribute = False
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Name of the product"),
        max_length=200,
        error_messages={"required": _("Give it a name.")},
    )
    text = forms.CharField(
        label=_("What it is and what it does"),
        max_length=20_000,
        widget=forms.Textarea,
        error_messages={"required": _("Say what it is.")},
    )
    readiness = forms.TypedChoiceField(
        label=_("How ready it is"),
        coerce=int,
        choices=[(n, f"{n}. {words}") for n, words in said.READINESS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how ready it is, from 1 to 9.")},
    )
    evidence = forms.CharField(
        label=_("What shows that it works"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea,
        help_text=_("Trials, customers, certificates, papers: with dates and addresses."),
    )
    serves = forms.CharField(
        label=_("Whom it serves"), required=False, max_length=10_000, widget=forms.Textarea
    )
    accessibility = forms.CharField(
        label=_("How people with disabilities use it"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea,
    )
    field_order = (
        "name", "text", "readiness", "evidence", "serves", "accessibility", "technologies",
        "targets",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Made here, for the words of the levels are lazy and a class would fix their language.
        levels = self.fields["readiness"]
        assert isinstance(levels, forms.ChoiceField)
        levels.choices = [(n, f"{n}. {words}") for n, words in said.READINESS.items()]

    def given(self) -> ProductGiven:
        """The product as the operations take it."""
        one = self.cleaned_data
        names = ("name", "text", "readiness", "evidence", "serves", "accessibility")
        return ProductGiven(**{name: one[name] for name in names}, **self.sorts())


def product_of(product: Product, seen: str) -> dict[str, Any]:
    """A product as the form shows it."""
    names = ("name", "text", "readiness", "evidence", "serves", "accessibility")
    return {
        **{name: getattr(product, name) for name in names},
        "technologies": [one.code for one in product.technologies.all()],
        "targets": [one.code for one in product.targets.all()],
        "seen": seen,
    }


class LetterForm(forms.Form):
    """Whom a letter goes to, and in which language."""

    use_required_attribute = False
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        error_messages={"required": _("Write the address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    language = languages_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].label = _("The language of the letter")

    def letter(self) -> dict[str, str]:
        """As the operations take it."""
        values = self.cleaned_data
        return {"email": values["email"], "language": MAIL_LANGUAGES[values["language"]]}

    def told(self) -> str:
        """That the letter was sent."""
        return gettext("A letter is on its way to {email}.").format(**self.cleaned_data)


class ScoutForm(Sorted):
    """A solution that a scout found."""

    use_required_attribute = False
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("The solution"), max_length=200, error_messages={"required": _("Name it.")}
    )
    maker = forms.CharField(
        label=_("Who makes it"),
        max_length=300,
        error_messages={"required": _("Say who makes it.")},
    )
    where = forms.CharField(
        label=_("Where it was found"),
        max_length=400,
        help_text=_("An address, a fair, a paper: so that others can look too."),
        error_messages={"required": _("Say where it was found.")},
    )
    text = forms.CharField(
        label=_("What it does, and for what the city could use it"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea,
    )
    call = forms.ChoiceField(label=_("The call it would fit"), required=False)
    targets = None  # type: ignore[assignment]
    field_order = ("name", "maker", "where", "text", "technologies", "call")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["call"]
        assert isinstance(chosen, forms.ChoiceField)
        rows = Call.objects.filter(case__state="open").select_related("case")
        chosen.choices = [
            ("", _("None of those open now")), *((one.case.number, str(one)) for one in rows),
        ]  # fmt: skip

    def given(self) -> ScoutedGiven:
        """What was found as the operations take it."""
        one = self.cleaned_data
        call = Call.objects.filter(case__number=one["call"]).first() if one["call"] else None
        return ScoutedGiven(
            name=one["name"], maker=one["maker"], where=one["where"], text=one["text"],
            technologies=self.sorts()["technologies"], call=call,
        )  # fmt: skip


class SupportForm(forms.Form):
    """Something the programme did for a company."""

    use_required_attribute = False
    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What kind of help"), choices=list(said.SUPPORT.items()), widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("What was done"),
        max_length=800,
        help_text=_("Everybody reads this on the company's page."),
        error_messages={"required": _("Say what was done.")},
    )
    amount = forms.DecimalField(
        label=_("Money, if any"), required=False, max_digits=16, decimal_places=2, min_value=0
    )
    on = forms.DateField(
        label=_("On which day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose a day.")},
    )

    def given(self) -> SupportGiven:
        """The help as the operations take it."""
        one = self.cleaned_data
        return SupportGiven(one["kind"], one["words"], one["on"], one["amount"])
