"""The page on which one writes an idea: looked at before it is sent, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.ideas import access, pending, rules
from veche.city.ideas.forms.write import IdeaForm, RewordForm
from veche.city.ideas.models import Call, Idea
from veche.city.ideas.operations import writing
from veche.city.ideas.operations.refusals import AlreadyWritten, TooManyPhotographs
from veche.city.ideas.queries import calls
from veche.city.ideas.views import idea as pages
from veche.city.ideas.views.common import sender_of, sent, sign_in
from veche.core.moderation.preview import Preview, carry_out, pressed
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places import ground as grounds
from veche.core.places.pressing import STEPS, read_window
from veche.core.places.pressing import pressed as moved
from veche.core.places.queries import atlas
from veche.errors import NotAllowed, NotFound, Refused
from veche.languages import here
from veche.look.fields import say_refusal
from veche.look.plan import Bounds, around


class OnlyTheAuthor(NotAllowed):
    """Somebody else wants to reword or take back an idea."""

    code = "only-the-author"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, number: str) -> HttpResponse:
    """The form; sent, it becomes an idea and leads to its page."""
    who = asker(request)
    call = access.call_seen_by(number, who.person, who.holdings)
    person = who.person
    refusal = access.why_not_write(call, person, clock.now())
    if person is None and call.case.state == "running":
        return sign_in(request)
    if person is None or refusal is not None:
        context = {"call": call, "title": here(call.titles), "refusal": refusal}
        context["residence"] = getattr(refusal, "code", "") == "residents-only"
        return render(request, "ideas/not_now.html", context, status=403)
    window = call.case.territory.bounds
    if request.method != "POST":
        form = IdeaForm(questions=call.questions)
        return _form(request, call, form, window)
    data = sent(request)
    step = data.get("do", "")
    kept, faults = photographs_of(request, data, person)
    window = moved(data, read_window(data.get("window", "")) or window)
    form = IdeaForm(data, questions=call.questions)
    if pressed(data):
        carry_out(data, form.public)
        form = IdeaForm(data, questions=call.questions)
    if step in STEPS or step in ("unpin",) or step.startswith("forget:") or "point.x" in data:
        if step == "unpin":
            data["longitude"] = data["latitude"] = ""
        form.not_sent_yet()
        return _form(request, call, form, window, kept=kept)
    status = 200 if form.is_valid() else 422
    for code, sentence in faults:
        form.add_error("photographs", sentence)
        status = code
    if status != 200:
        return _form(request, call, form, window, kept=kept, status=status)
    preview = _preview(form)
    if step == "look" or pressed(data) or not preview.looked(data):
        # What was found in the words is looked at once before they go.
        return _form(request, call, form, window, kept=kept, preview=preview)
    return _send(request, call, form, window, kept, person)


def _send(
    request: HttpRequest,
    call: Call,
    form: IdeaForm,
    window: Bounds,
    kept: list[str],
    person: Person,
) -> HttpResponse:
    point = form.point()
    try:
        made = writing.write_idea(
            by=person,
            at=clock.now(),
            call=call,
            submission=form.cleaned_data["submission"],
            title=form.cleaned_data["title"],
            text=form.cleaned_data["text"],
            language=get_language() or "en",
            answers=form.answers(),
            longitude=point[0] if point else None,
            latitude=point[1] if point else None,
            photographs=[one for one in map(pending.get, kept) if one is not None],
            sender=sender_of(request),
        )
    except AlreadyWritten as refusal:
        number = str(refusal.details["number"]) or _made_by(form)
        if not number:
            return _form(request, call, form, window, kept=kept, status=409)
        messages.info(request, gettext("This form was sent before: here is what it made."))
        return HttpResponseRedirect(reverse("ideas:idea", args=[number]))
    except Refused as refusal:
        say_refusal(form, refusal)
        return _form(request, call, form, window, kept=kept, status=refusal.status)
    pending.drop(kept)
    number = made.case.number
    messages.success(request, gettext("We have it: number %(number)s.") % {"number": number})
    request.session[pages.SENT] = number
    return HttpResponseRedirect(reverse("ideas:idea", args=[number]))


def _made_by(form: IdeaForm) -> str:
    """What this form made a moment ago in another window; empty when nothing did."""
    found = Idea.objects.filter(submission=form.cleaned_data["submission"])
    return found.values_list("case__number", flat=True).first() or ""


def photographs_of(
    request: HttpRequest, data: Any, person: Person
) -> tuple[list[str], list[tuple[int, str]]]:
    """Names of the photographs kept so far with those just sent, and what was refused."""
    gone = data.get("do", "").partition("forget:")[2]
    pending.drop([gone] if gone else [])
    named = [name for name in data.getlist("kept") if name and name != gone]
    named = named[: rules.MOST_PHOTOGRAPHS]
    kept = [name for name in named if pending.thumbnail(name)]
    fresh, faults = pending.take(request, request.FILES.getlist("photographs"), person)
    if len(kept) < len(named):
        sentence = gettext("A photograph waited too long and is gone: choose it again.")
        faults.append((422, sentence))
    kept += fresh
    if len(kept) > rules.MOST_PHOTOGRAPHS:
        pending.drop(kept[rules.MOST_PHOTOGRAPHS :])
        faults.append((422, str(TooManyPhotographs(most=rules.MOST_PHOTOGRAPHS))))
    return kept[: rules.MOST_PHOTOGRAPHS], faults


def _preview(form: IdeaForm) -> Preview:
    """The words of the form as everybody will see them."""
    return Preview.of(
        {
            name: (form.fields[name].label or "", str(form.cleaned_data.get(name) or ""))
            for name in form.public
        }
    )


def _form(
    request: HttpRequest,
    call: Call,
    form: IdeaForm,
    window: Bounds,
    *,
    kept: Sequence[str] = (),
    preview: Preview | None = None,
    status: int = 200,
) -> HttpResponse:
    values = form.data if form.is_bound else form.initial
    lon, lat = values.get("longitude") or "", values.get("latitude") or ""
    context = {
        "call": call,
        "case": call.case,
        "title": here(call.titles),
        "text": here(call.texts),
        "course": calls.course_of(call, clock.now()),
        "form": form,
        "preview": preview,
        "kept": kept,
        "lon": lon,
        "lat": lat,
        "here": _here(lon, lat),
        "window": ",".join(f"{part:.6f}" for part in window),
        "side": grounds.PICTURE_SIDE,
        "preview_map": _map(form) if preview else None,
    }
    return render(request, "ideas/write.html", context, status=status)


def _here(lon: Any, lat: Any) -> Any:
    """The territory the pin stands in; None without one."""
    try:
        return atlas().at(float(lon), float(lat))
    except (TypeError, ValueError):
        return None


def _map(form: IdeaForm) -> Any:
    point, places = form.point(), atlas()
    home = places.home()
    if point is None or home is None:
        return None
    from veche.look.plan import Mark

    return grounds.plan(
        grounds.ground(home, places),
        around([point], least=0.009, margin=0.3),
        marks=[Mark(*point, tone="hot", title=form.cleaned_data["title"])],
        title=form.cleaned_data["title"],
        ratio="4x3",
    )


@require_safe
def kept_picture(_request: HttpRequest, photograph: str) -> HttpResponse:
    """The small picture of a photograph that waits for its form."""
    small = pending.thumbnail(photograph)
    if small is None:
        raise Http404
    response = HttpResponse(small, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _own(request: HttpRequest, number: str) -> tuple[Idea, Person]:
    """The idea of this number, for its author.

    Raises:
        NotFound, OnlyTheAuthor: it is not theirs.
    """
    one, _how = pages.idea_for(request, number)
    person = asker(request).person
    if person is None or not access.is_author(one, person):
        raise OnlyTheAuthor
    return one, person


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reword(request: HttpRequest, number: str) -> HttpResponse:
    """The author says it in other words; what it said before stays to be read."""
    if asker(request).person is None:
        return sign_in(request)
    one, person = _own(request, number)
    if "reword" not in pages.author_moves(one):
        raise NotFound
    if request.method != "POST":
        start = {"title": one.title, "text": one.text, "seen": one.case.seq}
        return _reword(request, one, RewordForm(initial=start))
    data = sent(request)
    if pressed(data):
        carry_out(data, ("title", "text"))
    form = RewordForm(data)
    if not form.is_valid():
        return _reword(request, one, form, status=422)
    preview = Preview.of(
        {name: (form.fields[name].label or "", form.cleaned_data[name]) for name in
         ("title", "text")}
    )  # fmt: skip
    if pressed(data) or not preview.looked(data):
        return _reword(request, one, form, preview)
    try:
        writing.reword(
            by=person,
            at=clock.now(),
            case=one.case,
            title=form.cleaned_data["title"],
            text=form.cleaned_data["text"],
            seen=form.cleaned_data["seen"],
        )
    except Refused as refusal:
        say_refusal(form, refusal)
        return _reword(request, one, form, status=refusal.status)
    messages.success(request, gettext("It says so now. What it said before stays to be read."))
    return HttpResponseRedirect(reverse("ideas:idea", args=[number]))


def _reword(
    request: HttpRequest,
    one: Idea,
    form: RewordForm,
    preview: Preview | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"idea": one, "case": one.case, "form": form, "preview": preview}
    return render(request, "ideas/reword.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """The author takes it back, after having been asked once more."""
    if asker(request).person is None:
        return sign_in(request)
    one, person = _own(request, number)
    if request.method != "POST":
        return render(request, "ideas/withdraw.html", {"idea": one, "case": one.case})
    try:
        writing.withdraw(by=person, at=clock.now(), case=one.case)
    except Refused as refusal:
        one, how = pages.idea_for(request, number)
        return pages.page(request, one, how, refusal=str(refusal), status=refusal.status)
    messages.success(request, gettext("You took it back."))
    return HttpResponseRedirect(reverse("ideas:idea", args=[number]))
