-- What the engine keeps beside the tables of entities.
CREATE TABLE sequence (
  name TEXT NOT NULL PRIMARY KEY,
  last BIGINT NOT NULL
);

-- Every change of every record, in the order in which they took effect.
CREATE TABLE record_change (
  seq BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  entity TEXT NOT NULL,
  record_id BLOB NOT NULL,
  version BIGINT NOT NULL,
  kind TEXT NOT NULL,
  action TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor BLOB NOT NULL,
  actor_name TEXT NOT NULL,
  via TEXT NOT NULL,
  peer TEXT NOT NULL,
  reason TEXT NOT NULL,
  request_key TEXT,
  organisation BIGINT NOT NULL,
  site BIGINT NOT NULL,
  vault BIGINT NOT NULL,
  realm BIGINT NOT NULL,
  owner BLOB,
  undoes BIGINT,
  diff TEXT NOT NULL
);
CREATE UNIQUE INDEX i_record_change_record ON record_change (record_id, version);
CREATE UNIQUE INDEX i_record_change_request ON record_change (actor, request_key) WHERE request_key IS NOT NULL;
CREATE INDEX i_record_change_entity ON record_change (entity, seq);

-- Which row of the search index holds the words of a record.
CREATE TABLE record_search_row (
  record_id BLOB NOT NULL PRIMARY KEY,
  row BIGINT NOT NULL
);

-- only: sqlite
CREATE VIRTUAL TABLE record_search USING fts5(
  tokens, record_id UNINDEXED, entity UNINDEXED, organisation UNINDEXED, site UNINDEXED, vault UNINDEXED,
  tokenize='ascii'
);

-- only: postgres
CREATE TABLE record_search (
  row BIGINT NOT NULL PRIMARY KEY,
  tokens TEXT NOT NULL,
  record_id BLOB NOT NULL,
  entity TEXT NOT NULL,
  organisation BIGINT NOT NULL,
  site BIGINT NOT NULL,
  vault BIGINT NOT NULL,
  search tsvector GENERATED ALWAYS AS (to_tsvector('simple', tokens)) STORED
);
CREATE INDEX i_record_search ON record_search USING gin (search);
