"""Where a running veche keeps what is its own: one folder, the *home*.

A home holds the database cluster (unless ``DATABASE_URL`` names another), stored files, mail that
was not sent anywhere, and the secret key. ``var/demo`` is the home of the demo and of every
command, ``var/test`` that of the tests; ``VECHE_HOME`` names another. Standard library only: the
settings and the launcher both read it, and neither may need the other.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

SERVER_UID = 65534
"""As root the database server runs as this user ("nobody"): PostgreSQL refuses to run as root."""

SOCKET_LIMIT = 107
"""Bytes a unix socket's path may have on Linux."""

PORT = 5432
"""Only the last part of the socket's name: the cluster listens on no network address."""


def root() -> Path:
    """The checkout this package runs from, or the working folder when it was installed whole."""
    checkout = Path(__file__).resolve().parents[3]
    return checkout if (checkout / "pyproject.toml").exists() else Path.cwd()


def server_uid() -> int:
    """The user the database server runs as."""
    return SERVER_UID if os.geteuid() == 0 else os.geteuid()


def reachable(path: Path, uid: int) -> bool:
    """Whether ``uid`` may walk to ``path`` (what does not exist yet is not held against it)."""
    for step in (path, *path.parents):
        try:
            known = step.stat()
        except FileNotFoundError:
            continue
        except PermissionError:
            return False
        if step == path and not stat.S_ISDIR(known.st_mode):
            continue
        wanted = stat.S_IXUSR if known.st_uid == uid else stat.S_IXOTH
        if not known.st_mode & wanted:
            return False
    return True


def make_way(path: Path) -> Path:
    """Create ``path`` with its parents so that the server's user may walk through the new ones.

    Folders that exist keep the permissions they have.
    """
    for step in reversed((path, *path.parents)):
        if not step.exists():
            step.mkdir(exist_ok=True)
            step.chmod(0o711)
    return path


@dataclass(frozen=True)
class Home:
    """One home and the places in it."""

    path: Path

    @property
    def files(self) -> Path:
        """Photographs and documents, named by content."""
        return self.path / "files"

    @property
    def mail(self) -> Path:
        """Letters written to files when no mail server is set."""
        return self.path / "mail"

    @property
    def sealed(self) -> Path:
        """The published files of the city's log."""
        return self.path / "log" / "journal"

    @property
    def keys(self) -> Path:
        """Private keys: never in the database, never published."""
        return self.path / "keys"

    @property
    def base(self) -> Path:
        """What holds the cluster: the home, or a folder the server's user can reach.

        A checkout under root's own closed folder is out of reach for the user the server runs as;
        its permissions are not ours to change, so the cluster then stands in /var/lib/veche.
        """
        if reachable(self.path, server_uid()):
            return self.path
        return Path("/var/lib/veche") / self._mark

    @property
    def data(self) -> Path:
        """The cluster's data folder."""
        return self.base / "cluster"

    @property
    def log(self) -> Path:
        """What the database server says."""
        return self.base / "postgres.log"

    @property
    def socket(self) -> Path:
        """The folder of the unix socket; a short one under /tmp when the home's path is long."""
        near = self.base / "socket"
        if len(os.fsencode(near)) + len(f"/.s.PGSQL.{PORT}") <= SOCKET_LIMIT:
            return near
        return Path("/tmp") / f"veche-{server_uid()}-{self._mark}"

    @property
    def _mark(self) -> str:
        return hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]

    def secret(self) -> str:
        """The secret key of this home, made once, readable by its owner only."""
        file = self.path / "secret"
        try:
            return file.read_text().strip()
        except FileNotFoundError:
            make_way(self.path)
        fresh = self.path / f"secret.{os.getpid()}.{secrets.token_hex(4)}"
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(50))
        try:
            os.link(fresh, file)  # fails when another process was first: then theirs counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        return file.read_text().strip()


def current() -> Home:
    """The home this process works in: ``VECHE_HOME``, else ``var/demo`` of the checkout."""
    named = os.environ.get("VECHE_HOME")
    return Home(Path(named).absolute() if named else root() / "var" / "demo")
