"""What a department can do once the report of a trial is published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise as Text
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.applications import HEADS, acts_for
from veche.city.pilots.forms import evaluations as forms
from veche.city.pilots.operations import evaluations, rollout
from veche.city.pilots.procedure import OFFICER
from veche.core.desk.adapter import DeskForm

if TYPE_CHECKING:
    from veche.city.pilots.access.applications import Standing
    from veche.core.organisations.models import Holding


@dataclass(frozen=True)
class Act:
    """One act; its page stands at ``/pilots/evaluations/<number>/<code>/``."""

    code: str
    state: str
    """The state in which it can be done."""
    roles: tuple[str, ...]
    """Who does it, in the department."""
    title: str | Text
    run: Callable[..., Any]
    """``run(by=, at=, application=, **form.step())``."""
    form: type[DeskForm]
    done: str | Text
    said: str | Text = ""
    """What it means, above the form."""


ACTS: tuple[Act, ...] = (
    Act("answer", "answering", (OFFICER,), _("Answer the report"), evaluations.answer,
        forms.AnswerForm, _("Your answer is published."),
        _("Everybody reads your answer and your reason; those who tested are told.")),
    Act("rollout", "rolled_out", HEADS, _("Write down where it is used"), rollout.add_rollout,
        forms.RollOutForm, _("It is written down."),
        _("Where the city uses it is public, and counts in the figures of the programme.")),
    Act("come-to-use", "not_rolled_out", (OFFICER,), _("It is used after all"),
        rollout.come_to_use, forms.UseForm, _("It is written down."),
        _("The first answer stays shown beside the new one.")),
)  # fmt: skip
BY_CODE = {one.code: one for one in ACTS}


def possible(act: Act, stand: Standing, held: Sequence[Holding]) -> bool:
    """Whether somebody who stands so and holds these roles can do it now."""
    found = stand.application
    return (
        "department" in stand.relations
        and found.case.state == act.state
        and any(acts_for(held, role, found.department_id) for role in act.roles)
    )


def acts_of(stand: Standing, held: Sequence[Holding]) -> list[Act]:
    """What somebody can do now."""
    return [one for one in ACTS if possible(one, stand, held)]
