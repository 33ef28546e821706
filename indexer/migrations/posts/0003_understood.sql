-- What was understood of a post, whole; its values for search are tags, and `chance` is how likely a complaint it is (thousandths of 1).

CREATE TABLE understood (n INTEGER PRIMARY KEY, json BLOB NOT NULL);
ALTER TABLE post ADD COLUMN chance REAL;
