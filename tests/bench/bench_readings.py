"""What readings cost: the intake beside a plain COPY, a file, a broker, and a database that dies.

Runs on databases of its own beside the one of the home, dropped at the end; the broker's part has a
cluster of its own in a folder that is removed. Rows a second depend on who else uses the machine:
what must be reached is stated beside the same rows written by COPY in the same run.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from django.db import connection
from tests.bench.bench_problems import backend_seconds
from tests.city.pulse.broker import MOSQUITTO, broker

from veche import clock
from veche.city.ballots import load as scratch_of
from veche.city.pulse.loading import File
from veche.city.pulse.models import ObservedProperty, Sensor, Source, Stream, Thing
from veche.city.pulse.operations.intake import Row, take
from veche.city.pulse.operations.loading import load
from veche.city.pulse.operations.rollups import sweep
from veche.core.organisations.models import Organisation
from veche.project import postgres
from veche.project.home import Home
from veche.project.measure import Report

SIGNALS = Path(__file__).resolve().parents[3] / "shared/data/signals"
FILES = (
    ("air_quality_beijing/Dongsi.csv.gz", "Asia/Shanghai"),
    ("bike_counters/broadway.csv.gz", "America/Los_Angeles"),
)
READINGS = int(os.environ.get("VECHE_BENCH_READINGS", "400000"))
STREAMS, BATCH = 100, 50_000
MESSAGES = 20_000
RIDES = 11_000_000
"""Flow counts of one day in a city of twenty millions."""
_COPY = "COPY pulse_reading (id, stream_id, at, number) FROM STDIN"
_PUBLISH = """
import json, sys, datetime as dt
import paho.mqtt.client as paho
port, stream, count = map(int, sys.argv[1:])
client = paho.Client(paho.CallbackAPIVersion.VERSION2)
client.max_inflight_messages_set(2000)
client.max_queued_messages_set(0)
client.connect("127.0.0.1", port)
client.loop_start()
begin = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
topic = f"air/v1.1/Datastreams({stream})/Observations"
for n in range(count):
    at = (begin + dt.timedelta(seconds=n)).isoformat()
    last = client.publish(topic, json.dumps({"phenomenonTime": at, "result": n}), qos=1)
last.wait_for_publish()
while client._out_messages:
    pass
client.disconnect()
"""


def bench(report: Report) -> None:
    """Measure everything, one row each."""
    with scratch_of.scratch(f"bench_{os.getpid()}"):
        source, streams = _streams(STREAMS)
        _intake(report, source, streams)
    with scratch_of.scratch(f"bench_{os.getpid()}"):
        _files(report)
    if MOSQUITTO:
        _broker(report)


def _streams(count: int) -> tuple[Source, list[Stream]]:
    office = Organisation.objects.create(
        code="bench", kind="department", names={"en": "B", "ru": "B", "zh": "B"}
    )
    names = {"en": "Air", "ru": "Air", "zh": "Air"}
    source = Source.objects.create(
        code="air", names=names, owner=office, connector="door", retention_days=36_500
    )
    thing = Thing.objects.create(source=source, code="t", name="t")
    sensor = Sensor.objects.create(source=source, name="s", encoding_type="text", metadata="m")
    what = ObservedProperty.objects.create(code="p", name="p", definition="p")
    made = Stream.objects.bulk_create(
        [
            Stream(
                thing=thing, source=source, sensor=sensor, property=what, code=f"s{n}", name="s",
                observation_type="m", unit={"name": "m", "symbol": "m"}, low=-1e9, high=1e9,
            )
            for n in range(count)
        ]
    )  # fmt: skip
    return source, made


def _rows(streams: list[Stream], begin: dt.datetime, count: int) -> Iterator[list[Row]]:
    """Readings as they come: at each moment one of every stream."""
    step = dt.timedelta(seconds=10)
    block: list[Row] = []
    for n in range(count // len(streams)):
        at = begin + n * step
        block += [Row(one.pk, at, n * 0.25) for one in streams]
        if len(block) >= BATCH:
            yield block
            block = []
    if block:
        yield block


def _intake(report: Report, source: Source, streams: list[Stream]) -> None:
    at = clock.now()
    day = at.replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=9)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pulse_make_day(d::date) FROM generate_series(%s, %s, interval '1 day') AS d",
            [day - dt.timedelta(days=9), at],
        )
    ours = plain = ours_cpu = plain_cpu = 0.0
    blocks = zip(
        _rows(streams, day, READINGS), _rows(streams, day - dt.timedelta(days=9), READINGS),
        strict=True,
    )  # fmt: skip
    for mine, theirs in blocks:  # turn by turn, so that both share what else happens
        begun, spent = time.monotonic(), backend_seconds() + time.process_time()
        take(by=None, at=at, source=source, rows=mine)
        ours += time.monotonic() - begun
        ours_cpu += backend_seconds() + time.process_time() - spent
        begun, spent = time.monotonic(), backend_seconds() + time.process_time()
        with connection.cursor() as cursor, cursor.copy(_COPY) as out:
            for number, row in enumerate(theirs):
                out.write_row((number, row.stream, row.at, row.number))
        plain += time.monotonic() - begun
        plain_cpu += backend_seconds() + time.process_time() - spent
    report("readings a second, judged and written", READINGS / ours, "/s")
    report("the same rows by plain COPY", READINGS / plain, "/s")
    report(
        "  as a share of COPY", plain / ours, "", at_least=0.3, beside="issue: 0.3 for DataArray"
    )
    report("  CPU of a million readings", ours_cpu / READINGS * 1e6, "s", beside="COPY: "
           f"{plain_cpu / READINGS * 1e6:.1f} s")  # fmt: skip
    again = next(iter(_rows(streams, day, READINGS)))
    begun = time.monotonic()
    told = take(by=None, at=at, source=source, rows=again)
    report("known again, a second", len(again) / (time.monotonic() - begun), "/s")
    assert told.repeated == len(again)
    begun = time.monotonic()
    sweep(at=at)
    report("sums of their hours and days", time.monotonic() - begun, "s")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits"
            " WHERE inhparent = 'pulse_reading'::regclass"
        )
        size = int(cursor.fetchone()[0]) / (2 * READINGS)
    report("bytes of a reading, its indexes included", size, "B")
    report("11 million rides a day: its partition", size * RIDES / 1e9, "GB", at_most=40)
    report("  and the time to take them", RIDES / READINGS * ours / 3600, "h", at_most=6)


def _files(report: Report) -> None:
    Organisation.objects.create(
        code="bench", kind="department", names={"en": "B", "ru": "B", "zh": "B"}
    )
    office = Organisation.objects.get(code="bench")
    for name, zone in FILES:
        path = SIGNALS / name
        if not path.exists():
            continue
        source = Source.objects.create(
            code=name.split("/", 1)[0], names={"en": name, "ru": name, "zh": name}, owner=office,
            connector="door", retention_days=36_500,
        )  # fmt: skip
        for turn in ("first", "again"):
            begun = time.monotonic()
            file = File(path, zone=ZoneInfo(zone))
            read, told = load(by=None, at=clock.now(), source=source, file=file)
            rate = read / (time.monotonic() - begun)
            report(f"{path.name.split('.')[0]}, {read:,} readings, {turn}", rate, "/s")
            assert told.taken + told.repeated == read, told


# --- a broker, and a database that is killed --------------------------------------------------


def _broker(report: Report) -> None:
    with tempfile.TemporaryDirectory() as made, broker(Path(made)) as port:
        home = Home(Path(made) / "home")
        home.path.mkdir()
        env = {**os.environ, "VECHE_HOME": str(home.path)}
        env.pop("DATABASE_URL", None)
        cluster = postgres.ensure(home)
        try:
            stream = _prepared(env)
            rate, spent = _listened(home, env, port, stream, kill=False)
            report("messages of a broker a second, QoS 1", rate, "/s", at_least=3_000)
            report("  CPU of the listener for one", spent, "ms")
            lost, _spent = _listened(home, env, port, stream, kill=True)
            report("lost while the database was killed", lost, "", at_most=0)
        finally:
            cluster.release()
            cluster.stop()


_PREPARE = """
from veche.project import cli
done = cli.open_database()
cli.prepare()
cli.bring_up_to_date()
from tests.bench.bench_readings import _streams
print(_streams(1)[1][0].pk)
done()
"""


def _prepared(env: dict[str, str]) -> int:
    """A database with one source and one stream; the stream's number."""
    told = subprocess.run(
        [sys.executable, "-c", _PREPARE], env={**env, "DJANGO_SETTINGS_MODULE":
        "veche.project.settings"}, capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    return int(told.stdout.split()[-1])


def _count(home: Home) -> int:
    with contextlib.suppress(psycopg.Error), psycopg.connect(**postgres.parameters(home)) as asked:
        row = asked.execute("SELECT count(*) FROM pulse_reading").fetchone()
        return int(row[0]) if row else 0
    return -1


def _listened(
    home: Home, env: dict[str, str], port: int, stream: int, *, kill: bool
) -> tuple[float, float]:
    """Messages a second, with ``kill`` how many were lost; and the listener's CPU for one, ms."""
    with psycopg.connect(**postgres.parameters(home)) as asked:
        asked.execute("TRUNCATE pulse_reading")
    words = [sys.executable, "-m", "veche", "pulse", "listen", "--broker", f"127.0.0.1:{port}"]
    publish = [sys.executable, "-c", _PUBLISH, str(port), str(stream), str(MESSAGES)]
    if not kill:
        # One publisher in Python is slower than what is measured: the broker keeps its messages
        # for the session, and what is timed is their way into the database.
        with _listening(words, env):
            pass
        subprocess.run(publish, check=True, timeout=120)
    with _listening(words, env) as listener:
        before, begun, there = _cpu(listener.pid), time.monotonic(), _count(home)
        if kill:
            with subprocess.Popen(publish) as publisher:
                while _count(home) < MESSAGES // 4:
                    time.sleep(0.05)
                pid = int((home.data / "postmaster.pid").read_text().split()[0])
                os.kill(pid, signal.SIGKILL)
                time.sleep(2)
                postgres.ensure(home)
                publisher.wait(120)
        end = time.monotonic() + 180
        while _count(home) < MESSAGES and time.monotonic() < end:
            time.sleep(0.1)
        seconds = time.monotonic() - begun
        spent = (_cpu(listener.pid) - before) / MESSAGES * 1000
    found = _count(home)
    return (float(MESSAGES - found) if kill else (found - there) / seconds), spent


@contextlib.contextmanager
def _listening(words: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The command, once the broker has heard of it; ended in order."""
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE) as listener:
        assert listener.stdout
        listener.stdout.readline()
        yield listener
        listener.send_signal(signal.SIGTERM)
        listener.wait(30)


def _cpu(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
