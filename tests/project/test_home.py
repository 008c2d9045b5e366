from __future__ import annotations

from pathlib import Path

from veche.project.home import SOCKET_LIMIT, Home


def test_the_secret_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path / "a")
    assert home.secret() == home.secret() != ""
    assert (home.path / "secret").stat().st_mode & 0o777 == 0o600


def test_a_long_path_still_gives_a_short_socket(tmp_path: Path) -> None:
    deep = Home(tmp_path / ("long" * 30))
    assert len(str(deep.socket)) + len("/.s.PGSQL.5432") <= SOCKET_LIMIT
