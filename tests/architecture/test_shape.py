"""The rules of the house, read off the source: only operations write, the clock is passed in."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.architecture.source import SOURCE, calls, files, imports, kind_of, module_of

from veche.module import MODULES, load

WRITES = {
    "save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create",
    "delete", "update", "copy", "raw_delete",
}  # fmt: skip
"""Method names that change rows when they are called on a manager, a queryset or a model."""
HARMLESS = re.compile(r"(^|\.)(hashlib|digest|dict|context|params|values|GET|query|state|headers)$")
SQL_WRITE = re.compile(r"^\s*(WITH\b.*)?\b(INSERT|UPDATE|DELETE|COPY|TRUNCATE)\b", re.I | re.S)
WRITERS = {"operations", "bulk"}
"""Files that may write: `bulk` is the COPY half of operations over many rows."""
OTHER_WRITERS = {
    Path("core/cases/sync.py"): "the declared procedures, after a migration",
    Path("core/journal/sealer.py"): "the places and checkpoints of the log: they are its record",
    Path("project/demo_guard.py"): "the mark of a demo's database",
    Path("testing.py"): "the jobs that a test does by hand",
    Path("core/opendata/publish.py"): "COPY … TO: it reads",
    Path("city/ideas/queries/export.py"): "COPY … TO: it reads",
}
LONGEST_FILE = 400
ABOVE = ("portal", "project")


def _database_write(call: ast.Call, name: str) -> bool:
    head, _dot, method = name.rpartition(".")
    if method == "execute" and call.args:
        first = call.args[0]
        return (
            isinstance(first, ast.Constant)
            and isinstance(first.value, str)
            and bool(SQL_WRITE.match(first.value))
        )
    if method not in WRITES or HARMLESS.search(head):
        return False
    if method in ("update", "delete", "create", "get_or_create", "copy"):
        source = ast.unparse(call.func)
        return ".objects" in source or (method == "copy" and "cursor" in source)
    if method == "save":
        arguments = {k.arg for k in call.keywords}
        return not call.args and (not arguments or arguments <= {
            "force_insert", "force_update", "update_fields", "using",
        })  # fmt: skip
    return True


def test_only_operations_write() -> None:
    found = [
        f"{path}:{call.lineno} {name}"
        for path, tree in files().items()
        if kind_of(path) not in WRITERS and path not in OTHER_WRITERS and path.parts[0] != "town"
        for call, name in calls(tree)
        if _database_write(call, name)
    ]
    assert found == []


def test_every_public_function_of_operations_that_writes_is_an_operation() -> None:
    silent = []
    for path, tree in files().items():
        if kind_of(path) != "operations":
            continue
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            # `inside`: refused where no operation is under way, which leaves the record.
            marked = any(ast.unparse(d) in ("operation", "inside") for d in node.decorator_list)
            writes = any(_database_write(call, name) for call, name in calls(node))
            if writes and not marked:
                silent.append(f"{path}: {node.name}")
    assert silent == []


def said(value: ast.expr) -> set[str]:
    """The texts that an argument can be: one, or either of two."""
    if isinstance(value, ast.IfExp):
        return said(value.body) | said(value.orelse)
    return {value.value} if isinstance(value, ast.Constant) else set()


def test_every_journal_kind_is_explained_in_a_manifest() -> None:
    explained = {kind for manifest in load() for kind in manifest.journal_writes}
    written = set()
    for path, tree in files().items():
        for call, name in calls(tree):
            writer = name.rpartition(".")[2] in ("record", "record_many")
            if writer and kind_of(path) in WRITERS | {"publish"}:
                for keyword in call.keywords:
                    if keyword.arg == "kind":
                        written |= said(keyword.value)
    from veche.core.cases.procedure import PROCEDURES
    from veche.core.cases.sync import load_procedures

    load_procedures()
    written |= {
        f"{p.code}.{m.name}" for p in PROCEDURES.values() for m in p.moves if m.role != "importer"
    }
    assert written - explained == set(), "kinds that no manifest explains"
    assert explained - written == set(), "kinds that nobody writes"


def test_the_clock_is_read_at_the_edges_only() -> None:
    edges = {
        "views",
        "door",
        "door_writer",
        "adapters",
        "sign_on",
        "sessions",
        "once",
        "tasks",
        "commands",
        "middleware",
        "clock",
        "demo",
        "demo_views",
        "prepare",
        "api",
    }
    named = re.compile(
        r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|timezone\.now|clock\.now)$"
    )
    found = [
        f"{path}:{call.lineno} {name}"
        for path, tree in files().items()
        if not edges & {*path.with_suffix("").parts}
        and path.name != "desk.py"
        and not path.stem.startswith(("commands_", "demo_", "tasks_"))
        for call, name in calls(tree)
        if named.search(name)
    ]
    assert found == []


def test_no_django_signals() -> None:
    found = [
        f"{path}: {name}"
        for path, tree in files().items()
        for name in imports(tree)
        if name.startswith(("django.dispatch", "django.db.models.signals", "django.core.signals"))
    ]
    assert found == []


def test_rules_are_pure() -> None:
    found = [
        f"{path}: {name}"
        for path, tree in files().items()
        if kind_of(path) == "rules"
        for name in imports(tree)
        if name.startswith("django") or (name.startswith("veche") and ".rules" not in name)
    ]
    assert found == []


def test_modules_enter_each_other_by_the_door() -> None:
    """Another module's tables may be named (joins, types), its views, forms and tasks may not."""
    private = {"views", "forms", "desk_forms", "urls", "staff_urls", "bulk", "demo", "imports"}
    found = []
    for path, tree in files().items():
        here = module_of(path)
        for name in imports(tree):
            parts = name.split(".")
            if parts[0] != "veche" or len(parts) < 4 or parts[1] not in ("core", "city"):
                continue
            there = ".".join(parts[1:3])
            if path.name == "demo.py" and parts[3] == "demo":
                continue  # the demo town is laid module upon module
            if there != here and parts[3] in private and path.parts[0] not in ABOVE:
                found.append(f"{path}: {name}")
    assert found == []


def test_every_module_has_a_manifest_and_says_what_it_is() -> None:
    manifests = load()
    assert [f"veche.{p}" for p in _folders()] == sorted(MODULES)
    for manifest in manifests:
        assert manifest.sentence.endswith("."), manifest.name
        assert len(manifest.sentence) > 20, manifest.name


def _folders() -> list[str]:
    return sorted(
        f"{shelf}.{folder.name}"
        for shelf in ("core", "city")
        for folder in (SOURCE / shelf).iterdir()
        if (folder / "module.py").exists()
    )


def test_files_stay_short() -> None:
    long = {
        str(path): lines
        for path in files()
        if (lines := len((SOURCE / path).read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_every_operation_is_documented_and_says_what_it_raises() -> None:
    bare = [
        f"{path}: {node.name}"
        for path, tree in files().items()
        if kind_of(path) == "operations"
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []
