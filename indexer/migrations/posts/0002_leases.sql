-- Who does a piece of work, beside the posts, so that a write and the question whether its writer may still write are one transaction.

CREATE TABLE lease (name TEXT PRIMARY KEY, json BLOB NOT NULL) WITHOUT ROWID;
