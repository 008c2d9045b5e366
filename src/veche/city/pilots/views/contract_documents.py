"""Documents of a contract: brought, saved, taken off."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.pilots.access.contracts import contract_for, reads_inside
from veche.city.pilots.forms.contract_documents import DocumentForm, TakeOffForm
from veche.city.pilots.models import Contract, ContractDocument
from veche.city.pilots.operations import contract_documents as operations
from veche.city.pilots.views.applications import saved
from veche.city.pilots.views.contracts import step_page, to_contract, writable
from veche.core.files.documents import DocumentTooLarge
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound, Refused
from veche.look.http import sent, sign_in


class DocumentTakenOff(Refused):
    """It was read here once."""

    code = "contract-document-taken-off"
    status = 410
    sentence = gettext_lazy("This document was taken off: {because}")


def _document(pk: int, place: int) -> ContractDocument:
    """A document of a contract that is shown.

    Raises:
        UnknownContract: there is no such contract.
        NotFound: it has no such document.
    """
    found = contract_for(pk)
    row = ContractDocument.objects.filter(contract=found, place=min(place, 32_000)).first()
    if row is None:
        raise NotFound
    row.contract = found
    return row


@require_safe
def document(request: HttpRequest, pk: int, place: int) -> HttpResponseBase:
    """A document, to be saved: never shown inside a page.

    Raises:
        UnknownContract, NotFound: there is none, or not for whoever asks.
        DocumentTakenOff: it was public, and was taken off.
    """
    row = _document(pk, place)
    if not row.public and not reads_inside(row.contract, asker(request).person, clock.now()):
        raise NotFound
    if row.taken_off_at is not None:
        raise DocumentTakenOff(because=row.taken_off_because)
    return saved(row.digest, row.name, public=row.public)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a document of a contract."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    found = writable(request, pk)
    form = DocumentForm(sent(request), request.FILES) if request.method == "POST" else None
    if form is not None and "file" in request.META.get("veche.too_large", ()):
        form.add_error("file", str(DocumentTooLarge()))

    def run(step: dict[str, Any], person: Person) -> Contract:
        operations.add_document(by=person, at=clock.now(), contract=found, **step)
        return found

    return step_page(
        request, person, form or DocumentForm(), run, _("Add a document"), to_contract(found),
        found.title, files=True,
    )  # fmt: skip


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_off(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """Take a document off a contract, with the reason."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    found = writable(request, pk)
    row = _document(pk, place)

    def run(step: dict[str, Any], person: Person) -> Contract:
        operations.take_off_document(by=person, at=clock.now(), document=row, **step)
        return found

    form = TakeOffForm(sent(request) if request.method == "POST" else None)
    title = _("Take “{title}” off").format(title=row.title)
    return step_page(request, person, form, run, title, to_contract(found), found.title)
