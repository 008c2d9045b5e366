"""Ask red-dwarf for the groups of a conversation: JSON in, JSON out; runs in its own Python."""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def main() -> None:
    """Votes and rejected statements on the input; groups and seconds on the output."""
    from reddwarf.implementations.polis import run_pipeline  # type: ignore[import-not-found]

    asked: dict[str, Any] = json.load(sys.stdin)
    begun = time.perf_counter()
    found = run_pipeline(
        votes=asked["votes"],
        mod_out_statement_ids=asked["rejected"],
        min_user_vote_threshold=7,
        random_state=0,
    )
    seconds = time.perf_counter() - begun
    people = found.participants_df
    labels = people["cluster_id"].dropna()
    groups = {str(person): str(int(label)) for person, label in labels.items() if label >= 0}
    print(json.dumps({"groups": groups, "seconds": seconds}))


if __name__ == "__main__":
    main()
