-- Tables of published figures, each file by its digest; the figures lie beside it in parts.

CREATE TABLE reference (digest TEXT PRIMARY KEY, json BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE figures (digest TEXT NOT NULL, part INTEGER NOT NULL, json BLOB NOT NULL, PRIMARY KEY (digest, part)) WITHOUT ROWID;
