-- Posts, their search and the run ledger. `n` is the number of a post in this file, `at` and `collected` are
-- microseconds since 1970 (undated: -4611686018427387904, so that it sorts before every date).

CREATE TABLE kept (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- Combinations of the fields with few values: one number stands for all of them, so one pass counts them all.
CREATE TABLE shape (
    shape INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    lang TEXT,
    stars INTEGER,
    role TEXT,
    reply INTEGER NOT NULL,
    gone TEXT,
    state TEXT,
    posts INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX shape_fields
    ON shape (source, kind, ifnull(lang, ''), ifnull(stars, 0), ifnull(role, ''), reply, ifnull(gone, ''), ifnull(state, ''));

CREATE TABLE post (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    shape INTEGER NOT NULL,
    at INTEGER NOT NULL,
    collected INTEGER NOT NULL,
    stars REAL,
    flags INTEGER NOT NULL,
    captured INTEGER NOT NULL,
    since INTEGER NOT NULL,
    said BLOB NOT NULL,
    seq INTEGER NOT NULL,
    thread TEXT,
    parent TEXT,
    inside TEXT,
    url TEXT,
    gone_at TEXT,
    case_id TEXT
);
CREATE INDEX post_newest ON post (at DESC, id, shape);
CREATE INDEX post_shape ON post (shape, at);
CREATE INDEX post_thread ON post (thread) WHERE thread IS NOT NULL;
CREATE INDEX post_parent ON post (parent) WHERE parent IS NOT NULL;
CREATE INDEX post_inside ON post (inside) WHERE inside IS NOT NULL;
CREATE INDEX post_url ON post (url) WHERE url IS NOT NULL;
CREATE INDEX post_case ON post (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX post_seq ON post (seq);

CREATE TABLE body (n INTEGER PRIMARY KEY, json BLOB NOT NULL);

CREATE TABLE revision (
    n INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    said BLOB NOT NULL,
    json BLOB NOT NULL,
    PRIMARY KEY (n, seen, said)
) WITHOUT ROWID;

-- Fields with many values, or several for one post: firms, hashtags, products, places. `v` is the number of the field
-- (its place in plaint.query.fields.TAGS) times 2^40 plus a counter, so that the tags of one field lie together.
CREATE TABLE value (
    v INTEGER PRIMARY KEY,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    folded TEXT NOT NULL,
    posts INTEGER NOT NULL DEFAULT 0,
    UNIQUE (field, value)
);
CREATE INDEX value_folded ON value (field, folded);

-- The tags of a post, and the posts of a tag, newest first.
CREATE TABLE tag (n INTEGER NOT NULL, v INTEGER NOT NULL, PRIMARY KEY (n, v)) WITHOUT ROWID;
CREATE TABLE tagged (
    v INTEGER NOT NULL,
    at INTEGER NOT NULL,
    n INTEGER NOT NULL,
    shape INTEGER NOT NULL,
    PRIMARY KEY (v, at DESC, n)
) WITHOUT ROWID;

-- Terms come ready from plaint.posts.words; the tokenizer only splits them at the spaces.
CREATE VIRTUAL TABLE fts USING fts5(
    title, text, author, stems,
    content = '',
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co M*'"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab('fts', 'col');

-- The order of a search by relevance, kept while someone pages through it.
CREATE TABLE walk (id TEXT PRIMARY KEY, made INTEGER NOT NULL, ns BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE run (id TEXT PRIMARY KEY, source TEXT NOT NULL, started TEXT NOT NULL, json BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX run_started ON run (started);
CREATE INDEX run_source ON run (source, started);

CREATE TABLE quarantine (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    json BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX quarantine_state ON quarantine (state, at);
CREATE INDEX quarantine_source ON quarantine (state, source, reason);

CREATE TABLE page (url TEXT PRIMARY KEY, json BLOB NOT NULL) WITHOUT ROWID;
