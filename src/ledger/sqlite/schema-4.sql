-- From version 3 to 4: what readers are owed besides their window.

-- Numbers of posts, a space between two: those of mails from which the reader was excluded because another post in them
-- was withdrawn.
ALTER TABLE subscriber ADD COLUMN owed TEXT;

DROP INDEX subscriber_standing;
CREATE INDEX subscriber_standing ON subscriber (cohort_id, through_seq, owed, cadence_since) WHERE state = 'C';
