"""The demo town with a short past, and the stage of the walks: ready in a few seconds.

``python -m tests.browser.small`` brings the database of ``VECHE_HOME`` to life as the demo does,
with the same cast and places, but with the last weeks of problems instead of a year of them.
"""

from __future__ import annotations

import functools
import os
import sys

PAST, DAYS = 400, 40
"""Problems of the past, and over how many days they are spread: a queue worth looking at."""
STAGE = "stage.json"
"""The file in the home that says which matter belongs to which walk."""


def main() -> int:
    """Prepare the database; the exit status of `veche.project.prepare`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "veche.project.settings")
    from veche.project import home, prepare
    from veche.town import problems

    whole = problems.history
    problems.history = functools.partial(whole, PAST, DAYS)
    status = prepare.main()
    if status == 0:
        from tests.browser.stage import set_stage
        from veche import clock

        set_stage(clock.now(), home.current().path / STAGE)
    return status


if __name__ == "__main__":
    sys.exit(main())
