"""One command of a module, run in this process and its database."""

from __future__ import annotations

import argparse
from typing import Any

from veche import module


def run(*words: str) -> int:
    """The exit status of one command line."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    for manifest in module.load():
        if manifest.commands:
            register: Any = module.resolve(manifest.commands)
            register(commands)
    arguments = parser.parse_args(words)
    return int(arguments.run(arguments))
