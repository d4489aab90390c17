-- The ledger, version 1. Times are milliseconds since 1970 in UTC. Small numbers and short words,
-- because a list of a million readers must fit into 200 MB. Checks on letters are GLOB or OR, not IN: for a longer IN,
-- SQLite fills a table of its own at each write.

CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    ledger_id BLOB NOT NULL CHECK (length(ledger_id) = 16),
    publication TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Every post ever seen published. `seq` is given once.
CREATE TABLE post (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    tags TEXT NOT NULL,
    is_baseline INTEGER NOT NULL CHECK (is_baseline IN (0, 1)),
    is_mailed INTEGER NOT NULL CHECK (is_mailed IN (0, 1)),
    announced_at INTEGER NOT NULL
) STRICT;

-- One row for each distinct set of preferences.
CREATE TABLE cohort (
    id INTEGER PRIMARY KEY,
    pace TEXT,
    hour INTEGER,
    weekday INTEGER,
    month_day INTEGER,
    zone TEXT,
    topics TEXT NOT NULL,
    lang TEXT
) STRICT;

CREATE UNIQUE INDEX cohort_once ON cohort (
    ifnull(pace, ''), ifnull(hour, -1), ifnull(weekday, 0), ifnull(month_day, 0), ifnull(zone, ''), topics,
    ifnull(lang, '')
);

-- What is said of where readers come from and why they went, each text once.
CREATE TABLE wording (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

-- P pending, C confirmed, L left, S suppressed. A forgotten reader keeps the number and nothing else.
CREATE TABLE subscriber (
    id INTEGER PRIMARY KEY,
    identity TEXT UNIQUE,
    spelling TEXT,              -- the address as it is written, where that is not the identity
    name TEXT,
    cohort_id INTEGER NOT NULL REFERENCES cohort (id),
    state TEXT NOT NULL CHECK (state GLOB '[PCLS]'),
    through_seq INTEGER NOT NULL CHECK (through_seq >= 0),
    cadence_since INTEGER NOT NULL,
    confirmed_at INTEGER NOT NULL,
    source_id INTEGER NOT NULL REFERENCES wording (id),
    failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    CHECK (identity IS NOT NULL OR (state IN ('L', 'S') AND spelling IS NULL AND name IS NULL))
) STRICT;

CREATE INDEX subscriber_standing ON subscriber (cohort_id, through_seq, cadence_since) WHERE state = 'C';

-- The evidence, only ever added to: joined, changed, left, dropped (no longer in the declared list),
-- suppressed, forgotten.
CREATE TABLE event (
    sub_id INTEGER NOT NULL REFERENCES subscriber (id),
    no INTEGER NOT NULL CHECK (no >= 0),
    kind TEXT NOT NULL CHECK (kind GLOB '[JCLDSF]'),
    at INTEGER NOT NULL,
    wording_id INTEGER NOT NULL REFERENCES wording (id),
    PRIMARY KEY (sub_id, no)
) STRICT, WITHOUT ROWID;

-- Forgotten readers, recognisable only to the holder of the key.
CREATE TABLE suppression (
    fingerprint BLOB PRIMARY KEY CHECK (length(fingerprint) = 16),
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far each stream of issues has come.
CREATE TABLE series (
    name TEXT PRIMARY KEY,
    last_key TEXT NOT NULL,
    through_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE issue (
    id INTEGER PRIMARY KEY,
    series TEXT NOT NULL REFERENCES series (name),
    key TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    frozen_at INTEGER NOT NULL,
    through_seq INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    candidates INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('sending', 'halted', 'done', 'empty')),
    why_halted TEXT,
    UNIQUE (series, key),
    CHECK ((state = 'halted') = (why_halted IS NOT NULL))
) STRICT;

CREATE TABLE edition (
    issue_id INTEGER NOT NULL REFERENCES issue (id),
    no INTEGER NOT NULL,
    lang TEXT NOT NULL,
    draft BLOB NOT NULL,
    PRIMARY KEY (issue_id, no)
) STRICT;

CREATE TABLE edition_post (
    issue_id INTEGER NOT NULL,
    edition INTEGER NOT NULL,
    place INTEGER NOT NULL,
    seq INTEGER NOT NULL REFERENCES post (seq),
    PRIMARY KEY (issue_id, edition, place),
    FOREIGN KEY (issue_id, edition) REFERENCES edition (issue_id, no)
) STRICT, WITHOUT ROWID;

-- One row for each recipient of each issue: Q queued, C claimed, I in flight, S sent, F failed, U unknown,
-- X excluded, E expired. `epoch` counts claims and is the fence: what an older claim asks for finds no row.
-- `cause` tells what a failed row failed by and what excluded a row.
CREATE TABLE delivery (
    issue_id INTEGER NOT NULL REFERENCES issue (id),
    sub_id INTEGER NOT NULL REFERENCES subscriber (id),
    edition INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state GLOB '[QCISFUXE]'),
    epoch INTEGER NOT NULL DEFAULT 0 CHECK (epoch >= 0),
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    ambiguous INTEGER NOT NULL DEFAULT 0 CHECK (ambiguous >= 0),
    next_at INTEGER NOT NULL DEFAULT 0,
    first_at INTEGER,
    cause TEXT CHECK (
        cause = 'recipient' OR cause = 'content' OR cause = 'unsendable' OR cause = 'left' OR cause = 'suppressed'
        OR cause = 'withdrawn'
    ),
    reply TEXT,
    PRIMARY KEY (issue_id, sub_id),
    FOREIGN KEY (issue_id, edition) REFERENCES edition (issue_id, no)
) STRICT, WITHOUT ROWID;

-- So that the last batch is claimed as fast as the first.
CREATE INDEX delivery_due ON delivery (issue_id, next_at, sub_id) WHERE state = 'Q';
CREATE INDEX delivery_held ON delivery (issue_id, sub_id) WHERE state IN ('C', 'I');
