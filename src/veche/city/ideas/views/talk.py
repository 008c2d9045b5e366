"""Saying something about a matter: comments, replies, helpful or not, objections."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.ideas import access
from veche.city.ideas.forms.talk import CommentForm, ObjectionForm, RewordForm
from veche.city.ideas.models import Comment, Idea
from veche.city.ideas.operations import comments as moderating
from veche.city.ideas.operations import talk as operations
from veche.city.ideas.operations.refusals import AlreadyWritten
from veche.city.ideas.queries import talk as queries
from veche.city.ideas.views.common import cached, page_number, sender_of, sent, sign_in
from veche.core.cases.models import Case
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound, Refused
from veche.languages import here


@dataclass(frozen=True)
class Matter:
    """What is talked about, as its page knows it."""

    case: Case
    title: str
    url: str
    idea: Idea | None


def matter_for(request: HttpRequest, number: str) -> Matter:
    """The idea, initiative or call of this number, for whoever may read its words.

    Raises:
        NotFound: there is none, or they may not know of it.
    """
    who = asker(request)
    case = Case.objects.filter(number=number).first()
    if case is not None and case.procedure == "call":
        call = access.call_seen_by(number, who.person, who.holdings)
        return Matter(call.case, here(call.titles), reverse("ideas:call", args=[number]), None)
    idea, how = access.seen_by(number, who.person, who.holdings)
    if how != access.WORDS:
        raise NotFound
    return Matter(idea.case, idea.title, reverse("ideas:idea", args=[number]), idea)


def comment_of(matter: Matter, pk: int) -> Comment:
    """A comment on a matter.

    Raises:
        NotFound: there is none of this number.
    """
    found = Comment.objects.filter(pk=pk, matter=matter.case).select_related("office").first()
    if found is None:
        raise NotFound
    found.matter = matter.case
    return found


def place_of(matter: Matter, comment: Comment) -> str:
    """The address of a comment in its thread."""
    root = comment.root_id or comment.pk
    return f"{reverse('ideas:thread', args=[matter.case.number, root])}#c-{comment.pk}"


@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: HttpRequest, number: str) -> HttpResponse:
    """All comments of a matter, page by page; sent, a new one."""
    matter, who = matter_for(request, number), asker(request)
    if request.method == "POST":
        return _say(request, matter)
    page = page_number(request.GET.get("page", ""), queries.MOST_PAGES)
    talk = queries.of_matter(
        matter.case, who, page=page, sort=request.GET.get("sort", "helpful")
    )  # fmt: skip
    context = {"matter": matter, "case": matter.case, "talk": talk, "form": _form(talk)}
    return cached(request, render(request, "ideas/talk/comments.html", context))


def _form(talk: dict[str, Any]) -> CommentForm:
    """An empty form for whoever asks."""
    initial = {"submission": talk["submission"], "stance": "none"}
    return CommentForm(official=talk["official"], initial=initial, auto_id="id_say_%s")


def _say(request: HttpRequest, matter: Matter) -> HttpResponse:
    who = asker(request)
    if who.person is None:
        return sign_in(request)
    speaks = operations.office_of(matter.case, who.person, clock.now()) is not None
    form = CommentForm(sent(request), official=speaks, auto_id="id_say_%s")
    refusal, status = "", 422
    if form.is_valid() and request.POST.get("do") != "look":
        given = form.cleaned_data
        try:
            made = operations.say(
                by=who.person,
                at=clock.now(),
                matter=matter.case.pk,
                text=given["text"],
                submission=given["submission"],
                stance=given.get("stance") or "none",
                above=given.get("above"),
                official=bool(given.get("official")),
                sender=sender_of(request),
            )
        except AlreadyWritten:
            return HttpResponseRedirect(f"{matter.url}#h-talk")
        except Refused as fault:
            refusal, status = str(fault), fault.status
        else:
            messages.success(
                request,
                gettext("Everybody can read your comment.")
                if made.shown
                else gettext("Your comment waits for a moderator, for a day at most."),
            )
            return HttpResponseRedirect(place_of(matter, made))
    context = {
        "matter": matter,
        "case": matter.case,
        "form": form,
        "refusal": refusal,
        "above": _above(matter, form["above"].value()),
    }
    return render(request, "ideas/talk/say.html", context, status=status)


def _above(matter: Matter, number: Any) -> Comment | None:
    """The comment that is replied to; None where it is none."""
    text = str(number or "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return Comment.objects.filter(pk=int(text), matter=matter.case, shown=True).first()


@require_safe
def thread(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """One thread whole, with the form for a reply to any comment of it."""
    matter, who = matter_for(request, number), asker(request)
    page = page_number(request.GET.get("page", ""), queries.MOST_PAGES)
    found = queries.thread(matter.case, pk, who.person, page)
    if found is None:
        one = comment_of(matter, pk)
        if one.root_id is None or not one.shown:
            raise NotFound
        return HttpResponseRedirect(place_of(matter, one))
    first, further = found
    wanted = _above(matter, request.GET.get("to", "")) or _above(matter, first.pk)
    talk: dict[str, Any] = {
        "open": queries.is_open(matter.case),
        "person": who.person,
        "official": queries.speaks(who, matter.case),
    }
    form = CommentForm(
        official=talk["official"],
        initial={"submission": uuid.uuid4(), "above": wanted.pk if wanted else None},
        auto_id="id_say_%s",
    )
    context = {
        "matter": matter,
        "case": matter.case,
        "first": first,
        "talk": talk,
        "above": wanted,
        "form": form,
        "page": page,
        "further": further,
    }
    return render(request, "ideas/talk/thread.html", context)


@never_cache
@require_POST
def like(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Find a comment helpful, not helpful, or neither any more."""
    matter, person = matter_for(request, number), asker(request).person
    if person is None:
        return sign_in(request)
    one = comment_of(matter, pk)
    value = {"1": 1, "-1": -1, "0": 0}.get(request.POST.get("value", ""))
    if value is None:
        raise operations.UnknownStance
    operations.like(by=person, at=clock.now(), comment=one.pk, value=value)
    if request.headers.get("HX-Request"):
        said = queries.one(matter.case, one.pk, person)
        context = {
            "one": said,
            "case": matter.case,
            "talk": {"person": person, "open": queries.is_open(matter.case)},
        }
        return render(request, "ideas/talk/likes.html", context)
    return HttpResponseRedirect(place_of(matter, one))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reword(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The author says it in other words."""
    matter, person = matter_for(request, number), asker(request).person
    if person is None:
        return sign_in(request)
    one = _own(comment_of(matter, pk), person)
    posted = request.method == "POST"
    form = RewordForm(
        sent(request) if posted else None, initial={"text": one.text, "seen": one.version}
    )
    refusal, status = "", 422 if posted else 200
    if posted and form.is_valid():
        try:
            operations.reword_comment(
                by=person,
                at=clock.now(),
                comment=one.pk,
                text=form.cleaned_data["text"],
                seen=form.cleaned_data["seen"],
            )
        except Refused as fault:
            refusal, status = str(fault), fault.status
        else:
            messages.success(request, gettext("What it said before stays to be read."))
            return HttpResponseRedirect(place_of(matter, one))
    context = {
        "matter": matter, "case": matter.case, "form": form, "refusal": refusal, "comment": one,
    }  # fmt: skip
    return render(request, "ideas/talk/reword.html", context, status=status)


def _own(one: Comment, person: Person) -> Comment:
    if one.author_id != person.pk:
        raise operations.NotYourComment
    if one.standing not in ("shown", "waiting"):
        raise operations.CommentGone
    return one


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The author takes a comment back, once asked again."""
    matter, person = matter_for(request, number), asker(request).person
    if person is None:
        return sign_in(request)
    one = _own(comment_of(matter, pk), person)
    if request.method == "POST":
        operations.take_back(by=person, at=clock.now(), comment=one.pk)
        messages.success(request, gettext("You took it back. Replies to it stay."))
        return HttpResponseRedirect(f"{matter.url}#h-talk")
    context = {"matter": matter, "case": matter.case, "comment": one}
    return render(request, "ideas/talk/take_back.html", context)


@require_safe
def versions(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """What a comment said before, with what was changed."""
    matter = matter_for(request, number)
    one = comment_of(matter, pk)
    if not one.shown:
        raise NotFound
    context = {
        "matter": matter, "case": matter.case, "comment": one, "changes": queries.changes(one),
    }  # fmt: skip
    return render(request, "ideas/talk/versions.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A reader says that a comment breaks the rules."""
    matter, person = matter_for(request, number), asker(request).person
    if person is None:
        return sign_in(request)
    one = comment_of(matter, pk)
    if not one.shown:
        raise operations.CommentGone
    posted = request.method == "POST"
    form = ObjectionForm(request.POST if posted else None)
    refusal, status = "", 422 if posted else 200
    if posted and form.is_valid():
        try:
            moderating.object_to_comment(
                by=person, at=clock.now(), comment=one.pk, reason=form.cleaned_data["reason"]
            )
        except Refused as fault:
            refusal, status = str(fault), fault.status
        else:
            messages.success(request, gettext("A moderator will look at it."))
            return HttpResponseRedirect(place_of(matter, one))
    context = {
        "matter": matter, "case": matter.case, "form": form, "refusal": refusal, "comment": one,
    }  # fmt: skip
    return render(request, "ideas/talk/object.html", context, status=status)
