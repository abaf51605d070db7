-- Who may sign in, and what they prove it with. Secrets stand here only as hashes, or sealed under a key that
-- is kept outside the database.
CREATE TABLE account (
  person BLOB NOT NULL PRIMARY KEY,
  login TEXT NOT NULL,
  login_key TEXT NOT NULL,
  password TEXT,
  totp BLOB,
  totp_pending BLOB,
  totp_step BIGINT,
  must_enrol BIGINT NOT NULL,
  disabled_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX i_account_login ON account (login_key);

CREATE TABLE account_recovery (
  hash BLOB NOT NULL PRIMARY KEY,
  person BLOB NOT NULL
);
CREATE INDEX i_account_recovery_person ON account_recovery (person);

CREATE TABLE account_passkey (
  id BLOB NOT NULL PRIMARY KEY,
  credential BLOB NOT NULL,
  person BLOB NOT NULL,
  name TEXT NOT NULL,
  public_key BLOB NOT NULL,
  algorithm BIGINT NOT NULL,
  counter BIGINT NOT NULL,
  aaguid BLOB NOT NULL,
  transports TEXT NOT NULL,
  backup_eligible BIGINT NOT NULL,
  backed_up BIGINT NOT NULL,
  user_verified BIGINT NOT NULL,
  attestation BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE UNIQUE INDEX i_account_passkey_credential ON account_passkey (credential);
CREATE INDEX i_account_passkey_person ON account_passkey (person);

-- Challenges that were given out for passkeys: by their hash, each good once.
CREATE TABLE account_ceremony (
  challenge BLOB NOT NULL PRIMARY KEY,
  person BLOB,
  session BLOB,
  creates BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX i_account_ceremony_end ON account_ceremony (expires_at);

CREATE TABLE account_session (
  hash BLOB NOT NULL PRIMARY KEY,
  id BLOB NOT NULL,
  person BLOB NOT NULL,
  half BIGINT NOT NULL,
  methods BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  proved_at BIGINT,
  ended_at BIGINT,
  peer TEXT NOT NULL,
  agent TEXT NOT NULL
);
CREATE UNIQUE INDEX i_account_session_id ON account_session (id);
CREATE INDEX i_account_session_person ON account_session (person);
CREATE INDEX i_account_session_created ON account_session (created_at);

CREATE TABLE account_token (
  hash BLOB NOT NULL PRIMARY KEY,
  id BLOB NOT NULL,
  owner BLOB NOT NULL,
  owner_kind TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  ended_at BIGINT
);
CREATE UNIQUE INDEX i_account_token_id ON account_token (id);
CREATE INDEX i_account_token_owner ON account_token (owner);

CREATE TABLE account_invitation (
  hash BLOB NOT NULL PRIMARY KEY,
  person BLOB NOT NULL,
  must_enrol BIGINT NOT NULL,
  resets_factors BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX i_account_invitation_person ON account_invitation (person);

-- One row: the first start.
CREATE TABLE account_setup (
  one BIGINT NOT NULL PRIMARY KEY,
  secret BLOB,
  secret_at BIGINT,
  done_at BIGINT,
  administrator BLOB,
  demo_person BLOB
);

-- Data keys, each sealed under the key-encryption key that it names.
CREATE TABLE account_key (
  id BLOB NOT NULL PRIMARY KEY,
  context TEXT NOT NULL,
  sealed BLOB NOT NULL,
  created_at BIGINT NOT NULL
);
-- The key of recovery codes, sealed under a data key.
CREATE TABLE account_secret (
  name TEXT NOT NULL PRIMARY KEY,
  sealed BLOB NOT NULL
);
