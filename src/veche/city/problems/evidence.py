"""The photographs sent with an answer: cleaned, and kept for the next try if there is one."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from django.http import HttpRequest

from veche.city.problems import operations, pending, rules
from veche.city.problems.views.common import pictures
from veche.core.files.photographs import Photograph
from veche.core.organisations.middleware import asker


class Taken:
    """The photographs sent with a form: cleaned, and kept for the next try if there is one."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.photographs: list[Photograph] = []
        self.refusal: str | None = None
        self.status = 0

    @classmethod
    def of(cls, request: HttpRequest) -> Taken:
        """Those kept from an earlier try, then the new ones; the first that cannot be taken is
        told and the others are kept."""
        taken = cls()
        for name in request.POST.getlist("kept")[: rules.MOST_PHOTOGRAPHS]:
            photograph = pending.get(name)
            if photograph is not None and name not in request.POST.getlist("leave-out"):
                taken._add(name, photograph)
        good, faults = pictures(request, request.FILES.getlist("photographs"))
        for photograph in good:
            if len(taken.names) < rules.MOST_PHOTOGRAPHS:
                taken._add(pending.put(photograph, asker(request).person), photograph)
            else:
                too_many = operations.TooManyPhotographs(most=rules.MOST_PHOTOGRAPHS)
                faults.append((too_many.status, str(too_many)))
                break
        if faults:
            taken.status, taken.refusal = faults[0]
        return taken

    def _add(self, name: str, photograph: Photograph) -> None:
        self.names.append(name)
        self.photographs.append(photograph)

    def shown(self) -> Sequence[tuple[str, str]]:
        """The name of each, and its small picture to stand in the page."""
        return [
            (name, "data:image/jpeg;base64," + base64.b64encode(photograph.thumbnail).decode())
            for name, photograph in zip(self.names, self.photographs, strict=True)
        ]
