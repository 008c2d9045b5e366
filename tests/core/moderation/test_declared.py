"""Limits count from the first request of a process on, not from the first look at a page."""

from __future__ import annotations

import subprocess
import sys

_ASK = """
import django
django.setup()
from importlib import import_module
from django.conf import settings
import_module(settings.ROOT_URLCONF)
from veche.core.moderation.limits import DEFAULTS
wanted = [("problem.report", "person"), ("problem.report", "place"), ("appeal", "person"),
          ("correction", "person")]
assert all(key in DEFAULTS for key in wanted), sorted(DEFAULTS)
"""


def test_a_process_that_has_only_read_its_addresses_knows_every_limit() -> None:
    subprocess.run([sys.executable, "-c", _ASK], check=True)
