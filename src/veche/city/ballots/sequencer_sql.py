"""What the sequencer asks the database. Nothing here reads a table from its beginning.

Each statement finds its rows by the partial index of what waits, or by the key of one vote.
"""

from __future__ import annotations

STEADY = (
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
    " set_config('enable_mergejoin', 'off', true), set_config('enable_bitmapscan', 'off', true)"
)
"""Rows are looked up one by one: a plan made while tables were small must not read them whole.

For the same reason what is looked up stands in a lateral query with ``OFFSET 0``: there is no other
order in which it could be joined.
"""

WAITING = """
WITH RECURSIVE w AS (
    (SELECT vote_id FROM ballots_ballot WHERE place IS NULL ORDER BY vote_id LIMIT 1)
    UNION ALL
    SELECT (SELECT b.vote_id FROM ballots_ballot b
        WHERE b.place IS NULL AND b.vote_id > w.vote_id ORDER BY b.vote_id LIMIT 1)
    FROM w WHERE w.vote_id IS NOT NULL
)
SELECT vote_id FROM w WHERE vote_id IS NOT NULL
UNION SELECT vote_id FROM ballots_logentry WHERE place IS NULL
ORDER BY vote_id
"""
"""Votes with something that waits, however much waits in each."""

LOG = """
SELECT l.size, l.verifier, v.audited, v.digest, v.config ->> 'vote'
FROM ballots_votelog l JOIN ballots_vote v ON v.case_id = l.vote_id
WHERE l.vote_id = %s FOR UPDATE OF l
"""
ENTRIES = """
SELECT id, body FROM ballots_logentry WHERE vote_id = %s AND place IS NULL ORDER BY id LIMIT %s
"""
BALLOTS = """
SELECT code, revision, territory_id, channel, choice, entry_id FROM ballots_ballot
WHERE vote_id = %s AND place IS NULL LIMIT %s
"""
MORE_OF_CODES = """
SELECT b.code, b.revision, b.territory_id, b.channel, b.choice, b.entry_id
FROM (SELECT DISTINCT unnest(%(codes)s::bytea[]) AS code) c CROSS JOIN LATERAL (
    SELECT * FROM ballots_ballot
    WHERE vote_id = %(vote)s AND code = c.code AND coalesce(place, -1) < 0 OFFSET 0
) b
"""
"""By the key of each code: said otherwise, the index of all that waits would be read for each."""
STANDING = """
SELECT b.* FROM (SELECT DISTINCT unnest(%(codes)s::bytea[]) AS code) c CROSS JOIN LATERAL (
    SELECT code, revision, territory_id, channel, choice FROM ballots_ballot
    WHERE vote_id = %(vote)s AND code = c.code AND place IS NOT NULL AND NOT annulled
    ORDER BY revision DESC LIMIT 1
) b
"""
OF_CODE = """
SELECT code, revision, territory_id, channel, choice, annulled FROM ballots_ballot
WHERE vote_id = %s AND code = %s AND place IS NOT NULL
"""
ANNUL = """
UPDATE ballots_ballot SET annulled = true
WHERE vote_id = %s AND code = %s AND revision = ANY(%s::smallint[])
"""
PARTS = """
SELECT p.entry_id, p.channel FROM unnest(%s::bigint[]) e(id) CROSS JOIN LATERAL (
    SELECT entry_id, channel FROM ballots_part WHERE entry_id = e.id OFFSET 0
) p
"""
PLACE = """
UPDATE ballots_ballot b SET place = f.place, entry_id = NULL, annulled = f.annulled
FROM (
    SELECT u.place, u.annulled, o.at
    FROM unnest(%s::bytea[], %s::smallint[], %s::bigint[], %s::boolean[])
        AS u (code, revision, place, annulled) CROSS JOIN LATERAL (
        SELECT ctid AS at FROM ballots_ballot
        WHERE vote_id = %s AND code = u.code AND revision = u.revision OFFSET 0
    ) o
) f WHERE b.ctid = f.at
"""
PLACE_ENTRIES = """
UPDATE ballots_logentry l SET place = u.place
FROM unnest(%s::bigint[], %s::bigint[]) AS u (id, place) WHERE l.id = u.id
"""
TAKE_PART = """
INSERT INTO ballots_part (entry_id, channel)
SELECT u.entry, u.channel FROM unnest(%s::bigint[], %s::text[]) AS u (entry, channel)
ON CONFLICT (entry_id) DO UPDATE SET channel = EXCLUDED.channel
WHERE ballots_part.channel = 'web' AND EXCLUDED.channel <> 'web'
"""
LESS = """
UPDATE ballots_sum s SET number = s.number - f.number
FROM (
    SELECT u.number, o.at FROM unnest(%s::bytea[], %s::bigint[], %s::text[], %s::bigint[])
        AS u (digest, territory, channel, number) CROSS JOIN LATERAL (
        SELECT ctid AS at FROM ballots_sum WHERE vote_id = %s AND digest = u.digest
            AND territory_id = u.territory AND channel = u.channel OFFSET 0
    ) o
) f WHERE s.ctid = f.at
"""
MORE = """
INSERT INTO ballots_sum (vote_id, digest, territory_id, channel, choice, number)
SELECT %s, u.digest, u.territory, u.channel, u.choice, u.number
FROM unnest(%s::bytea[], %s::bigint[], %s::text[], %s::text[], %s::bigint[])
    AS u (digest, territory, channel, choice, number)
ON CONFLICT (vote_id, digest, territory_id, channel)
    DO UPDATE SET number = ballots_sum.number + EXCLUDED.number
"""
PAPER = """
SELECT body FROM ballots_logentry WHERE vote_id = %s AND id < %s
    AND body::jsonb ->> 'batch' = %s ORDER BY id
"""
"""What the log told of a batch of paper before an entry of it, also where both are placed now."""
GROW = "UPDATE ballots_votelog SET size = %s WHERE vote_id = %s"
KEEP = "INSERT INTO ballots_unpublished (vote_id, place, leaves) VALUES (%s, %s, %s)"

# --- signing ----------------------------------------------------------------------------------

NUMBER = """
SELECT config ->> 'vote', config #>> '{live,mode}' = 'live' FROM ballots_vote WHERE case_id = %s
"""
SIGNED = """
SELECT size, root, note FROM ballots_votecheckpoint WHERE vote_id = %s ORDER BY size DESC LIMIT 1
"""
SIGNED_AT = "SELECT root FROM ballots_votecheckpoint WHERE vote_id = %s AND size = %s"
KEPT = "SELECT place, leaves FROM ballots_unpublished WHERE vote_id = %s ORDER BY place"
UNPUBLISHED = "SELECT DISTINCT vote_id FROM ballots_unpublished"
SIGN = "INSERT INTO ballots_votecheckpoint (vote_id, size, root, note) VALUES (%s, %s, %s, %s)"
VERIFIER = "UPDATE ballots_votelog SET verifier = %s WHERE vote_id = %s AND verifier <> %s"
PUBLISHED = "DELETE FROM ballots_unpublished WHERE vote_id = %s AND place < %s"
CERTIFY = "UPDATE ballots_vote SET certificate = %s WHERE case_id = %s"

# --- the live count ---------------------------------------------------------------------------

LIVE = """
SELECT v.case_id FROM ballots_vote v JOIN cases_case c ON c.id = v.case_id
WHERE c.state IN ('open', 'suspended', 'closed')
"""
CONFIG = "SELECT config::text FROM ballots_vote WHERE case_id = %s"
ROLL = """
SELECT t.code, count(*) FROM ballots_rollentry e JOIN places_territory t ON t.id = e.territory_id
WHERE e.vote_id = %s AND e.struck_at IS NULL GROUP BY t.code
"""
SUMS = """
SELECT s.choice, t.code, s.channel, s.number FROM ballots_sum s
    JOIN places_territory t ON t.id = s.territory_id WHERE s.vote_id = %s AND s.number > 0
"""
TURNOUT = """
SELECT '', t.code, s.channel, sum(s.number)::bigint FROM ballots_sum s
    JOIN places_territory t ON t.id = s.territory_id WHERE s.vote_id = %s AND s.number > 0
GROUP BY t.code, s.channel
"""
TELL = """
INSERT INTO ballots_tally (vote_id, at, body) VALUES (%s, city_now(), %s)
ON CONFLICT (vote_id) DO UPDATE SET at = EXCLUDED.at, body = EXCLUDED.body
"""
TERRITORIES = "SELECT id, code FROM places_territory"
HOUR = """
WITH now AS (
    SELECT date_trunc('hour',
        LEAST(city_now(), closes_at - interval '1 microsecond'), 'UTC') AS hour
    FROM ballots_vote WHERE case_id = %(vote)s
), last AS (
    SELECT l.hour, l.number - coalesce((
        SELECT p.number FROM ballots_turnouthour p
        WHERE p.vote_id = %(vote)s AND p.hour < l.hour ORDER BY p.hour DESC LIMIT 1
    ), 0) AS more
    FROM ballots_turnouthour l WHERE l.vote_id = %(vote)s ORDER BY l.hour DESC LIMIT 1
), moved AS (
    UPDATE ballots_turnouthour t SET hour = GREATEST(t.hour, now.hour), number = %(number)s
    FROM now, last WHERE t.vote_id = %(vote)s AND t.hour = last.hour
        AND (last.hour >= now.hour OR last.more < %(least)s)
    RETURNING t.hour
)
INSERT INTO ballots_turnouthour (vote_id, hour, number)
SELECT %(vote)s, now.hour, %(number)s FROM now WHERE NOT EXISTS (SELECT FROM moved)
"""
"""The turnout as it stands at this hour. The row before it is taken over while too few have come
since the one before that: a row tells of at least so many people, but for the newest."""
