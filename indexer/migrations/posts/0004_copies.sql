-- Which posts are copies of one text (plaint.posts.grouping): the group of each, who wrote it, all its words in order as one number, and
-- what its tags say of it. `band` has the posts that stand for their groups under a band, few for each.

CREATE TABLE copy (n INTEGER PRIMARY KEY, grp TEXT NOT NULL, source TEXT NOT NULL, author TEXT, whole TEXT NOT NULL, label TEXT NOT NULL);
CREATE INDEX copy_group ON copy (grp, author, source);
CREATE INDEX copy_whole ON copy (grp, whole);
CREATE TABLE band (band INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (band, n)) WITHOUT ROWID;
CREATE INDEX band_post ON band (n);

-- How far a post reaches, 0 to 100 (plaint.understand.reach); its band is a tag.
ALTER TABLE post ADD COLUMN reach INTEGER;
