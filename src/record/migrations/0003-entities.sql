ALTER TABLE r_assignment ADD COLUMN f_in_force BIGINT;
CREATE INDEX i_assignment_in_force ON r_assignment ((COALESCE(f_in_force, -9223372036854775807)), id);
CREATE TABLE r_schedule (
  id BLOB NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  number TEXT,
  organisation BIGINT NOT NULL,
  site BIGINT NOT NULL,
  zone BIGINT NOT NULL,
  operated_by BIGINT NOT NULL,
  vault BIGINT NOT NULL,
  data_class BIGINT NOT NULL,
  realm BIGINT NOT NULL,
  tlp BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by BLOB NOT NULL,
  updated_at BIGINT NOT NULL,
  updated_by BLOB NOT NULL,
  deleted_at BIGINT,
  tags TEXT NOT NULL,
  custom TEXT NOT NULL,
  f_title TEXT,
  s_title TEXT NOT NULL DEFAULT '',
  f_kind TEXT,
  s_kind TEXT NOT NULL DEFAULT '',
  f_arguments TEXT,
  f_when TEXT,
  s_when TEXT NOT NULL DEFAULT '',
  f_time_zone TEXT,
  f_calendar TEXT,
  f_missed TEXT,
  f_enabled BIGINT,
  f_run_as BLOB,
  f_next_at BIGINT,
  f_last_at BIGINT,
  f_handled_until BIGINT,
  f_error TEXT
);
CREATE INDEX i_schedule_at ON r_schedule (updated_at, id);
CREATE INDEX i_schedule_title ON r_schedule ((s_title), id);
CREATE INDEX i_schedule_kind ON r_schedule ((s_kind), id);
CREATE INDEX i_schedule_when ON r_schedule ((s_when), id);
CREATE INDEX i_schedule_enabled ON r_schedule ((COALESCE(f_enabled, -9223372036854775807)), id);
CREATE INDEX i_schedule_run_as ON r_schedule ((f_run_as), id);
CREATE INDEX i_schedule_next_at ON r_schedule ((COALESCE(f_next_at, -9223372036854775807)), id);
CREATE INDEX i_schedule_last_at ON r_schedule ((COALESCE(f_last_at, -9223372036854775807)), id);
CREATE TABLE r_job (
  id BLOB NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  number TEXT,
  organisation BIGINT NOT NULL,
  site BIGINT NOT NULL,
  zone BIGINT NOT NULL,
  operated_by BIGINT NOT NULL,
  vault BIGINT NOT NULL,
  data_class BIGINT NOT NULL,
  realm BIGINT NOT NULL,
  tlp BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by BLOB NOT NULL,
  updated_at BIGINT NOT NULL,
  updated_by BLOB NOT NULL,
  deleted_at BIGINT,
  tags TEXT NOT NULL,
  custom TEXT NOT NULL,
  f_title TEXT,
  s_title TEXT NOT NULL DEFAULT '',
  f_kind TEXT,
  s_kind TEXT NOT NULL DEFAULT '',
  f_state TEXT,
  f_asked_by BLOB,
  f_schedule BLOB,
  f_attempts BIGINT,
  f_cancel_requested BIGINT,
  f_started_at BIGINT,
  f_ended_at BIGINT,
  f_error TEXT,
  f_result TEXT,
  f_done BIGINT,
  f_total BIGINT,
  f_per_second DOUBLE PRECISION,
  f_remaining_seconds BIGINT,
  f_runs_on TEXT,
  f_log TEXT
);
CREATE INDEX i_job_at ON r_job (updated_at, id);
CREATE INDEX i_job_title ON r_job ((s_title), id);
CREATE INDEX i_job_kind ON r_job ((s_kind), id);
CREATE INDEX i_job_state ON r_job ((COALESCE(f_state, '')), id);
CREATE INDEX i_job_asked_by ON r_job ((f_asked_by), id);
CREATE INDEX i_job_schedule ON r_job ((f_schedule), id);
CREATE INDEX i_job_started_at ON r_job ((COALESCE(f_started_at, -9223372036854775807)), id);
CREATE INDEX i_job_ended_at ON r_job ((COALESCE(f_ended_at, -9223372036854775807)), id);
CREATE TABLE r_approval (
  id BLOB NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  number TEXT,
  organisation BIGINT NOT NULL,
  site BIGINT NOT NULL,
  zone BIGINT NOT NULL,
  operated_by BIGINT NOT NULL,
  vault BIGINT NOT NULL,
  data_class BIGINT NOT NULL,
  realm BIGINT NOT NULL,
  tlp BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by BLOB NOT NULL,
  updated_at BIGINT NOT NULL,
  updated_by BLOB NOT NULL,
  deleted_at BIGINT,
  tags TEXT NOT NULL,
  custom TEXT NOT NULL,
  f_title TEXT,
  s_title TEXT NOT NULL DEFAULT '',
  f_about_entity TEXT,
  s_about_entity TEXT NOT NULL DEFAULT '',
  f_about TEXT,
  s_about TEXT NOT NULL DEFAULT '',
  f_deed TEXT,
  s_deed TEXT NOT NULL DEFAULT '',
  f_about_version BIGINT,
  f_arguments TEXT,
  f_asked_because TEXT,
  f_requested_by BLOB,
  f_state TEXT,
  f_expires_at BIGINT,
  f_nonce TEXT,
  f_hash TEXT,
  f_decided_at BIGINT,
  f_decision_number TEXT,
  s_decision_number TEXT NOT NULL DEFAULT '',
  f_outcome TEXT
);
CREATE INDEX i_approval_at ON r_approval (updated_at, id);
CREATE UNIQUE INDEX i_approval_number ON r_approval (organisation, number);
CREATE INDEX i_approval_title ON r_approval ((s_title), id);
CREATE INDEX i_approval_about_entity ON r_approval ((s_about_entity), id);
CREATE INDEX i_approval_about ON r_approval ((s_about), id);
CREATE INDEX i_approval_deed ON r_approval ((s_deed), id);
CREATE INDEX i_approval_requested_by ON r_approval ((f_requested_by), id);
CREATE INDEX i_approval_state ON r_approval ((COALESCE(f_state, '')), id);
CREATE INDEX i_approval_expires_at ON r_approval ((COALESCE(f_expires_at, -9223372036854775807)), id);
CREATE INDEX i_approval_decided_at ON r_approval ((COALESCE(f_decided_at, -9223372036854775807)), id);
CREATE INDEX i_approval_decision_number ON r_approval ((s_decision_number), id);
CREATE TABLE r_approval_step (
  id BLOB NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  number TEXT,
  organisation BIGINT NOT NULL,
  site BIGINT NOT NULL,
  zone BIGINT NOT NULL,
  operated_by BIGINT NOT NULL,
  vault BIGINT NOT NULL,
  data_class BIGINT NOT NULL,
  realm BIGINT NOT NULL,
  tlp BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by BLOB NOT NULL,
  updated_at BIGINT NOT NULL,
  updated_by BLOB NOT NULL,
  deleted_at BIGINT,
  tags TEXT NOT NULL,
  custom TEXT NOT NULL,
  f_title TEXT,
  f_approval BLOB,
  f_position BIGINT,
  f_rule TEXT,
  f_person BLOB,
  f_post BLOB,
  f_deputy_allowed BIGINT,
  f_decision TEXT,
  f_decided_by BLOB,
  f_as_deputy BIGINT,
  f_decided_at BIGINT,
  f_comment TEXT
);
CREATE INDEX i_approval_step_at ON r_approval_step (updated_at, id);
CREATE INDEX i_approval_step_approval ON r_approval_step ((f_approval), id);
CREATE INDEX i_approval_step_position ON r_approval_step ((COALESCE(f_position, -9223372036854775807)), id);
CREATE TABLE r_break_glass (
  id BLOB NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL,
  number TEXT,
  organisation BIGINT NOT NULL,
  site BIGINT NOT NULL,
  zone BIGINT NOT NULL,
  operated_by BIGINT NOT NULL,
  vault BIGINT NOT NULL,
  data_class BIGINT NOT NULL,
  realm BIGINT NOT NULL,
  tlp BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by BLOB NOT NULL,
  updated_at BIGINT NOT NULL,
  updated_by BLOB NOT NULL,
  deleted_at BIGINT,
  tags TEXT NOT NULL,
  custom TEXT NOT NULL,
  f_title TEXT,
  s_title TEXT NOT NULL DEFAULT '',
  f_person BLOB,
  f_why TEXT,
  f_ticket TEXT,
  s_ticket TEXT NOT NULL DEFAULT '',
  f_role TEXT,
  f_starts_at BIGINT,
  f_ends_at BIGINT,
  f_state TEXT,
  f_review_due BIGINT,
  f_reviewed_by BLOB,
  f_reviewed_at BIGINT,
  f_verdict TEXT,
  f_remark TEXT,
  f_lock_told BIGINT
);
CREATE INDEX i_break_glass_at ON r_break_glass (updated_at, id);
CREATE UNIQUE INDEX i_break_glass_number ON r_break_glass (organisation, number);
CREATE INDEX i_break_glass_title ON r_break_glass ((s_title), id);
CREATE INDEX i_break_glass_person ON r_break_glass ((f_person), id);
CREATE INDEX i_break_glass_ticket ON r_break_glass ((s_ticket), id);
CREATE INDEX i_break_glass_starts_at ON r_break_glass ((COALESCE(f_starts_at, -9223372036854775807)), id);
CREATE INDEX i_break_glass_ends_at ON r_break_glass ((COALESCE(f_ends_at, -9223372036854775807)), id);
CREATE INDEX i_break_glass_state ON r_break_glass ((COALESCE(f_state, '')), id);
CREATE INDEX i_break_glass_review_due ON r_break_glass ((COALESCE(f_review_due, -9223372036854775807)), id);
CREATE INDEX i_break_glass_verdict ON r_break_glass ((COALESCE(f_verdict, '')), id);

-- What changes while a job runs; one row for each record of r_job (work/job_store.h).
CREATE TABLE job_progress (
  record_id BLOB NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  arguments TEXT NOT NULL,
  state TEXT NOT NULL,
  not_before BIGINT NOT NULL,
  lease_server TEXT NOT NULL,
  lease_until BIGINT NOT NULL,
  claims BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  cancel_requested BIGINT NOT NULL,
  max_attempts BIGINT NOT NULL,
  first_delay BIGINT NOT NULL,
  longest_delay BIGINT NOT NULL,
  lease_time BIGINT NOT NULL,
  created BIGINT NOT NULL,
  started BIGINT NOT NULL,
  finished BIGINT NOT NULL,
  done BIGINT NOT NULL,
  total BIGINT NOT NULL,
  rate_sum DOUBLE PRECISION NOT NULL,
  rate_weight DOUBLE PRECISION NOT NULL,
  measured BIGINT NOT NULL,
  measured_done BIGINT NOT NULL,
  resume TEXT NOT NULL,
  resume_done BIGINT NOT NULL,
  error TEXT NOT NULL,
  log TEXT NOT NULL
);
CREATE INDEX i_job_progress_state ON job_progress (state, not_before);

-- What counts the unread notices of somebody.
CREATE INDEX i_notice_unread ON r_notice (f_recipient) WHERE f_read_at IS NULL AND deleted_at IS NULL;
