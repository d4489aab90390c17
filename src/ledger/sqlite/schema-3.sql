-- From version 2 to 3: how many mails each lane carried in each hour, for limits by the hour and the day.

-- `hour`: hours since 1970 in UTC.
CREATE TABLE spent (
    lane TEXT NOT NULL,
    hour INTEGER NOT NULL,
    mails INTEGER NOT NULL CHECK (mails >= 0),
    PRIMARY KEY (lane, hour)
) STRICT, WITHOUT ROWID;
