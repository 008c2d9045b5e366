"""The desks of the demo town: words of answers, and a few saved views."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import ModuleType

from veche.core.desk.operations import save_view, set_template
from veche.core.organisations.models import Holding

WORDS = (
    ("answer", "pothole", "Яма заделана",
     "По адресу {address} яма заделана. Гарантия на работы — два года. {office}."),
    ("answer", "road-ice", "Посыпано и очищено",
     "По адресу {address} снег убран, дорожки посыпаны. Если снова скользко, верните ответ."),
    ("answer", "", "Сделано, проверьте",
     "По обращению {number} работы по адресу {address} закончены. Проверьте на месте."),
    ("refuse", "", "Не наша земля",
     "Участок по адресу {address} принадлежит собственнику: обратитесь в управляющую компанию."),
    ("refuse", "", "Запланировано на весну",
     "Работы по адресу {address} стоят в плане на апрель: зимой их делать нельзя по технологии."),
    ("reject", "", "Непонятно, где это",
     "Не удалось понять, где это. Отметьте место на карте и отправьте снова."),
)  # fmt: skip
"""Step, category, name and words; in the language of the town."""
VIEWS = (
    ("Лёд и снег", "theme=road-ice"),
    ("Ямы, просрочены", "due=late&theme=pothole"),
)
"""Views that the office of the cast's officer shares."""


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Words for every office, and the shared views of the cast's officer."""
    for move, theme, title, text in WORDS:
        set_template(
            by=None, at=at, procedure="problem", move=move, theme=theme, title=title, text=text
        )
    seat = (
        Holding.objects.filter(person__cast="officer", role="officer")
        .select_related("person", "organisation")
        .first()
    )
    if seat is not None and seat.organisation is not None:
        for title, query in VIEWS:
            save_view(
                by=seat.person, at=at, title=title, query=query, organisation=seat.organisation
            )
    report(f"desk: {len(WORDS)} words, {len(VIEWS)} views")
