-- Cases listed before this have no clocks in their lists yet: list them again.
INSERT OR REPLACE INTO behind ("case", version) SELECT "case", version FROM cases;
