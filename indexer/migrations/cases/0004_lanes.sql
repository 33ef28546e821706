-- Cases are counted by state, team and owner, and listed by them, from these alone: the rows themselves are wide.
-- The last one is for counting from a mark to its cases.
DROP INDEX cases_by_firm;
DROP INDEX cases_by_assignee;
CREATE INDEX cases_by_state ON cases (state, firm, assignee, due, "case");
CREATE INDEX cases_by_assignee ON cases (assignee, state, firm, due, "case");
CREATE INDEX cases_counted ON cases ("case", state, firm, assignee, due);
