-- Who is who: each row is the present state, the history is in the case log beside it.

CREATE TABLE firm (key TEXT PRIMARY KEY, json BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE approval (source TEXT NOT NULL, firm TEXT NOT NULL, json BLOB NOT NULL, PRIMARY KEY (source, firm)) WITHOUT ROWID;

CREATE TABLE person (key TEXT PRIMARY KEY, json BLOB NOT NULL, secret TEXT) WITHOUT ROWID;
