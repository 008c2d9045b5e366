"""docs/reference says what the program declares, and every setting stands there."""

from __future__ import annotations

import re

from tests.architecture.source import ROOT

from veche import module
from veche.project import reference
from veche.project.variables import SETTINGS

READ = re.compile(r"""environ(?:\.get\(|\.setdefault\(|\[)\s*["'](\w+)["']""")
NAMED = re.compile(r"\bVECHE_[A-Z_]+\b")
OTHERS = {
    "DJANGO_SETTINGS_MODULE", "LC_ALL", "LANG", "DISPLAY", "WAYLAND_DISPLAY",
    "OPENBLAS_NUM_THREADS", "PATH",
}  # fmt: skip
"""Not ours: their owners document them."""


def test_the_pages_are_up_to_date() -> None:
    assert reference.stale() == [], "run ./veche reference"


def test_every_setting_that_is_read_is_documented() -> None:
    read: set[str] = set()
    for path in [*(ROOT / "src").rglob("*.py"), ROOT / "veche"]:
        if path.name == "variables.py":
            continue
        text = path.read_text()
        read |= {*READ.findall(text), *NAMED.findall(text)}
    documented = {setting.name for setting in SETTINGS}
    documented |= {name for manifest in module.load() for name in manifest.settings}
    assert read - documented - OTHERS == set(), "read, but not in docs/reference/settings.md"
    assert documented - read == set(), "documented, but nobody reads it"


def test_every_address_says_what_it_is() -> None:
    bare = [
        shape
        for shape, name, view in reference.addresses()
        if not (reference.FOREIGN.get(name) or view.__doc__)
    ]
    assert bare == []
