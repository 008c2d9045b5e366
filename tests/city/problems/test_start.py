"""What a fresh process knows before anything has been synced."""

from __future__ import annotations

import subprocess
import sys

_ASK = """
import django
django.setup()
from veche.core.cases.procedure import PROCEDURES
from veche.core.notices.words import SENTENCES
assert "problem" in PROCEDURES and "problems.answered" in SENTENCES
"""


def test_a_web_process_knows_the_procedure_and_the_words_of_notices() -> None:
    subprocess.run([sys.executable, "-c", _ASK], check=True)
