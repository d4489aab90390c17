-- From version 3 to 4: what readers are owed besides their window, as in the file.
ALTER TABLE subscriber ADD COLUMN owed TEXT COLLATE "C";
CREATE INDEX subscriber_owed ON subscriber (id) WHERE owed IS NOT NULL;
