"""An application goes the whole way by the kernel's own rules."""

from __future__ import annotations

import pytest

from tests.city.pilots.world import World

STAGES = (
    "draft", "screening", "more_info", "review", "panel", "matching", "methodology", "agreement",
    "running", "evaluating", "answering", "rolled_out", "rejected", "withdrawn",
)  # fmt: skip


@pytest.mark.parametrize("stage", STAGES)
def test_an_application_reaches_every_stage(world: World, stage: str) -> None:
    made = world.application(stage)
    made.case.refresh_from_db()
    assert made.case.state == stage
