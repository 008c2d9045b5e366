"""The browser that tests look at pages with: Debian's own."""

from __future__ import annotations

import os
import shutil

CHROMIUM = os.environ.get("VECHE_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))),
    None,
)
"""The program, or None where there is none. The one without a window takes half the time of the
processor: the others draw every page into a window that nobody sees."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
