-- Who is on which case now. Nothing here is kept: a row counts until its moment and then goes.
CREATE TABLE present (
  "case" TEXT NOT NULL,
  firm TEXT NOT NULL,
  person TEXT NOT NULL,
  doing TEXT NOT NULL,
  until TEXT NOT NULL,
  PRIMARY KEY ("case", person)
) STRICT, WITHOUT ROWID;

CREATE INDEX present_by_until ON present (until);
