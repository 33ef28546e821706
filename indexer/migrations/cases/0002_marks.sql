-- What lists are filtered by besides: labels, priority, team, product and so on.
CREATE TABLE case_marks (
  mark TEXT NOT NULL,
  "case" TEXT NOT NULL,
  PRIMARY KEY (mark, "case")
) STRICT, WITHOUT ROWID;

CREATE INDEX case_marks_by_case ON case_marks ("case");

-- Cases listed before this have no marks yet: list them again.
INSERT OR REPLACE INTO behind ("case", version) SELECT "case", version FROM cases;
