-- The log of what people did: appended to, never changed. Positions have no gaps.
CREATE TABLE entries (
  position INTEGER PRIMARY KEY,
  stream TEXT NOT NULL,
  version INTEGER NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  command TEXT NOT NULL,
  kind TEXT NOT NULL,
  said TEXT NOT NULL,
  digests TEXT NOT NULL,
  before TEXT NOT NULL,
  hash TEXT NOT NULL,
  UNIQUE (stream, version)
) STRICT;

CREATE INDEX entries_by_command ON entries (command);

CREATE TABLE seals (
  number INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  position INTEGER NOT NULL,
  heads TEXT NOT NULL,
  "order" TEXT NOT NULL,
  before TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

-- Texts outside the chain; an erased one keeps its row without secret and text.
CREATE TABLE bodies (
  position INTEGER NOT NULL,
  stream TEXT NOT NULL,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  secret TEXT,
  text TEXT,
  PRIMARY KEY (position, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX bodies_by_stream ON bodies (stream, version);

-- REPLACE would delete without firing the triggers below, so an insert onto something is refused too.
CREATE TRIGGER entries_only_grow BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM entries WHERE position = NEW.position OR (stream = NEW.stream AND version = NEW.version))
BEGIN SELECT RAISE(ABORT, 'the log is only appended to'); END;

CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'the log is only appended to'); END;

CREATE TRIGGER entries_never_go BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'the log is only appended to'); END;

CREATE TRIGGER seals_only_grow BEFORE INSERT ON seals
WHEN EXISTS (SELECT 1 FROM seals WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'seals are only appended'); END;

CREATE TRIGGER seals_never_change BEFORE UPDATE ON seals
BEGIN SELECT RAISE(ABORT, 'seals are only appended'); END;

CREATE TRIGGER seals_never_go BEFORE DELETE ON seals
BEGIN SELECT RAISE(ABORT, 'seals are only appended'); END;

CREATE TRIGGER bodies_only_grow BEFORE INSERT ON bodies
WHEN EXISTS (SELECT 1 FROM bodies WHERE position = NEW.position AND name = NEW.name)
BEGIN SELECT RAISE(ABORT, 'a body is written once'); END;

CREATE TRIGGER bodies_are_only_erased BEFORE UPDATE ON bodies
WHEN NEW.secret IS NOT NULL OR NEW.text IS NOT NULL OR NEW.position <> OLD.position OR NEW.name <> OLD.name
  OR NEW.stream <> OLD.stream OR NEW.version <> OLD.version
BEGIN SELECT RAISE(ABORT, 'a body is written once and may only be erased'); END;

CREATE TRIGGER bodies_never_go BEFORE DELETE ON bodies
BEGIN SELECT RAISE(ABORT, 'a body is erased, never deleted'); END;

-- What lists show; made again from the log at any time.
CREATE TABLE cases (
  "case" TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  firm TEXT NOT NULL,
  state TEXT NOT NULL,
  assignee TEXT,
  due TEXT,
  shown TEXT NOT NULL
) STRICT;

CREATE INDEX cases_by_due ON cases (due IS NULL, due, "case");
CREATE INDEX cases_by_firm ON cases (firm, state);
CREATE INDEX cases_by_assignee ON cases (assignee, state);

CREATE TABLE case_posts (
  post TEXT NOT NULL,
  "case" TEXT NOT NULL,
  PRIMARY KEY (post, "case")
) STRICT, WITHOUT ROWID;

CREATE INDEX case_posts_by_case ON case_posts ("case");

-- Cases whose newest entry is not yet in the projection.
CREATE TABLE behind (
  "case" TEXT PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT;
