"""The timer of the whole program: once a minute, every five seconds in the demo."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from procrastinate.contrib.django import app

from veche import clock, module

EVERY = "* * * * * */5" if settings.DEMO else "* * * * *"
"""In the demo the clock is turned by hand, and people look at what happens."""

logger = logging.getLogger(__name__)


@app.periodic(cron=EVERY)
@app.task(name="veche.tick", queueing_lock="veche.tick", lock="veche.tick")
def tick(timestamp: int) -> None:
    """Call everything that the manifests have timed, with the city's present moment."""
    run_timers()


def run_timers(**more: Any) -> int:
    """Call every timer that a manifest names with ``at``; returns how many failed.

    One that fails is logged and must not hold up the others; it is called again next time.
    """
    failed = 0
    for manifest in module.load():
        for path in manifest.timers:
            timer = module.resolve(path)
            assert callable(timer), path
            try:
                timer(at=clock.now(), **more)
            except Exception:
                failed += 1
                logger.exception("timer %s", path)
    return failed
