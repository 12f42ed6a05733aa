/**
 * The schema, as numbered migrations: entry 0 makes version 1 of an empty file, entry 1 takes that to version 2,
 * and so on. `PRAGMA user_version` holds the number. A released entry never changes; the next one is appended.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- Contents of flow files by their SHA-256, so that a list that 50 revisions share is stored once.
  CREATE TABLE blobs (
    sha256 TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    content BLOB NOT NULL
  ) STRICT;

  CREATE TABLE revisions (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    at TEXT NOT NULL,
    way TEXT NOT NULL,
    by TEXT,
    rollback_of INTEGER,
    instead_of TEXT
  ) STRICT;

  CREATE TABLE revision_files (
    revision INTEGER NOT NULL REFERENCES revisions ON DELETE CASCADE,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL REFERENCES blobs,
    PRIMARY KEY (revision, name)
  ) STRICT, WITHOUT ROWID;

  -- at: milliseconds since 1970. record: the decision record and the facts of the call, as JSON.
  CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    channel_id TEXT NOT NULL,
    sip_call_id TEXT NOT NULL,
    caller TEXT NOT NULL,
    callee TEXT NOT NULL,
    rule TEXT,
    flow TEXT NOT NULL,
    outcome TEXT NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX calls_at ON calls (at);
  CREATE INDEX calls_channel_id ON calls (channel_id);
  CREATE INDEX calls_sip_call_id ON calls (sip_call_id);
  CREATE INDEX calls_caller ON calls (caller);
  CREATE INDEX calls_callee ON calls (callee);
  `,
]
