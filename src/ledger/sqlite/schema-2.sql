-- From version 1 to 2: sums by which rows that changed by themselves are noticed, a count of changes by which an older
-- copy is recognised, and when a row came to its end.

-- Goes up with every batch that is claimed. `restored_at`: posts dated before it may have been mailed already.
ALTER TABLE meta ADD COLUMN generation INTEGER NOT NULL DEFAULT 0 CHECK (generation >= 0);
ALTER TABLE meta ADD COLUMN restored_at INTEGER;

-- Over all recipients the issue was frozen with.
ALTER TABLE issue ADD COLUMN members_sum INTEGER NOT NULL DEFAULT 0;

-- Seconds from freezing to the reply that ended the row.
ALTER TABLE delivery ADD COLUMN ended_after INTEGER;

-- How many rows of an issue have an end, and a sum over them; one row for each sender who ended some.
CREATE TABLE account (
    issue_id INTEGER NOT NULL REFERENCES issue (id),
    owner INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    ended_sum INTEGER NOT NULL,
    PRIMARY KEY (issue_id, owner)
) STRICT, WITHOUT ROWID;
