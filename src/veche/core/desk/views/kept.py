"""Saved views and the words of answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from veche import clock
from veche.core.cases.procedure import PROCEDURES
from veche.core.desk import operations, queries, rules
from veche.core.desk.adapter import desks
from veche.core.desk.filters import Filters
from veche.core.desk.guard import after, staff_only
from veche.core.organisations.middleware import Asker, asker
from veche.core.organisations.models import Organisation
from veche.errors import Invalid, NotFound


def offices(who: Asker) -> list[Organisation]:
    """The offices this person works in."""
    found = {h.organisation_id: h.organisation for h in who.holdings if h.organisation}
    return list(found.values())


@require_POST
@staff_only
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the present filters under a name."""
    who = asker(request)
    assert who.person is not None
    office = None
    if request.POST.get("shared"):
        office = next((o for o in offices(who) if o.code == request.POST["shared"]), None)
        if office is None:
            raise operations.NotYourOffice
    filters = Filters.of(request.POST.get("query", "")[:400])
    try:
        view = operations.save_view(
            by=who.person,
            at=clock.now(),
            title=request.POST.get("title", "").replace("\x00", ""),
            query=filters.query(sort=False),
            organisation=office,
        )
    except Invalid as refusal:
        messages.error(request, str(refusal))
        return redirect(after(request))
    messages.success(request, gettext("Saved: {title}.").format(title=view.title))
    return redirect(f"{reverse('desk:queue')}?{view.query}")


@require_POST
@staff_only
def drop_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a saved view."""
    who = asker(request)
    assert who.person is not None
    view = next((v for v in queries.saved_views(who.person, who.holdings) if v.pk == pk), None)
    if view is None:
        raise NotFound
    operations.drop_view(by=who.person, at=clock.now(), view=view)
    return redirect(after(request))


class TemplateForm(forms.Form):
    """Words for an answer."""

    title = forms.CharField(label=_("Name"), max_length=rules.LONGEST_TITLE)
    outcome = forms.ChoiceField(label=_("For which step"))
    theme = forms.ChoiceField(label=_("For which category"), required=False)
    office = forms.ChoiceField(label=_("Who uses it"), required=False)
    text = forms.CharField(
        label=_("Words"),
        widget=forms.Textarea,
        min_length=10,
        max_length=4000,
        help_text=_("{number}, {address} and {office} are filled in for each matter."),
    )
    active = forms.BooleanField(label=_("Offer it"), required=False, initial=True)

    def __init__(self, *args: Any, who: Asker, **kwargs: Any) -> None:
        kwargs["use_required_attribute"] = False
        super().__init__(*args, **kwargs)
        choose: dict[str, list[tuple[str, Any]]] = {
            "outcome": outcomes(),
            "theme": [("", _("Any"))],
            "office": [(o.code, str(o)) for o in offices(who)],
        }
        choose["theme"] += sorted(all_themes().items(), key=lambda pair: pair[1])
        if "administrator" in who.roles:
            choose["office"].insert(0, ("", _("Every office")))
        for name, choices in choose.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean_text(self) -> str:
        """Braces that would not be filled in are a slip: they are pointed out."""
        text: str = self.cleaned_data["text"]
        wrong = rules.unknown_places(text)
        if wrong:
            raise forms.ValidationError(
                gettext("{places} is not filled in: use {known}.").format(
                    places=", ".join("{" + w + "}" for w in wrong),
                    known=", ".join("{" + p + "}" for p in rules.PLACES),
                )
            )
        return text


def all_themes() -> dict[str, str]:
    """Every theme of every module, by its code."""
    found: dict[str, str] = {}
    for desk in desks():
        found |= desk.themes() if desk.themes else {}
    return found


def outcomes() -> list[tuple[str, Any]]:
    """Every step that takes words: ``procedure.move`` and its title."""
    found: list[tuple[str, Any]] = []
    for desk in desks():
        for action in desk.actions:
            if not (action.form.words or action.address):
                continue
            codes = [c for c in desk.procedures if _has(c, action.move)]
            found += [(f"{c}.{action.move}", f"{desk.title}: {action.title}") for c in codes[:1]]
    return found


def _has(procedure: str, move: str) -> bool:
    return any(m.name == move for m in PROCEDURES[procedure].moves)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def templates(request: HttpRequest) -> HttpResponse:
    """The words of answers: the list, and a form to add some."""
    return _templates(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them, to be changed."""
    return _templates(request, pk)


def _templates(request: HttpRequest, pk: int | None) -> HttpResponse:
    who = asker(request)
    assert who.person is not None
    known = queries.templates_of(who.holdings)
    chosen = next((one for one in known if one.pk == pk), None)
    if pk is not None and chosen is None:
        raise NotFound
    initial: dict[str, Any] = {}
    if chosen is not None:
        initial = {
            "title": chosen.title,
            "outcome": f"{chosen.procedure}.{chosen.move}",
            "theme": chosen.theme,
            "office": chosen.organisation.code if chosen.organisation else "",
            "text": chosen.text,
            "active": chosen.active,
        }
    form, status = TemplateForm(request.POST or None, who=who, initial=initial), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            procedure, _dot, move = data["outcome"].partition(".")
            office = next((o for o in offices(who) if o.code == data["office"]), None)
            try:
                operations.set_template(
                    by=who.person,
                    at=clock.now(),
                    procedure=procedure,
                    move=move,
                    title=data["title"],
                    text=data["text"],
                    theme=data["theme"],
                    organisation=office,
                    active=data["active"],
                    template=chosen,
                )
            except Invalid as refusal:
                form.add_error(refusal.field or None, str(refusal))
            else:
                messages.success(request, gettext("Saved: {title}.").format(title=data["title"]))
                return redirect("desk:templates")
    titles = dict(outcomes())
    rows = [(one, titles.get(f"{one.procedure}.{one.move}", one.move)) for one in known]
    context = {"rows": rows, "form": form, "chosen": chosen, "themes": all_themes()}
    return render(request, "desk/templates.html", context, status=status)
