"""How our own PostgreSQL is set: for a town on a small machine, counted process by process."""

from __future__ import annotations

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    # Every connection's process is counted with what it has touched of them; the system's own
    # cache of files stands behind.
    "shared_buffers": "24MB",
    # Nobody follows this cluster, and a process that only tidies touches every buffer.
    "max_logical_replication_workers": "0",
    "bgwriter_lru_maxpages": "0",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "jit": "off",
    # Small machines and containers have little shared memory; a parallel query would fail there.
    "max_parallel_workers_per_gather": "0",
}
_SINCE_18 = {"io_method": "sync"}
"""Reading through processes of its own is for machines with many disks."""
_UNSAFE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # Copies of databases are written once, not to the log too.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    # What a test writes is never committed: whoever counts the rows of a table meanwhile finds
    # none, and the planner then believes that it is empty (a query ran for minutes). The tests
    # clear away what they left themselves (`tests.database.tidy`).
    "autovacuum": "off",
}


def options(major: int, *, safe: bool) -> dict[str, str]:
    """The settings of a server of this major version; not ``safe``: durability given up."""
    return _SETTINGS | (_SINCE_18 if major >= 18 else {}) | ({} if safe else _UNSAFE)
