CREATE TABLE r_organisation (
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
  f_name TEXT,
  s_name TEXT NOT NULL DEFAULT '',
  f_name_en TEXT,
  s_name_en TEXT NOT NULL DEFAULT '',
  f_short_name TEXT,
  f_key BIGINT,
  f_kind TEXT,
  f_parent BLOB,
  f_time_zone TEXT,
  f_calendar TEXT,
  f_valid_from TEXT,
  f_valid_until TEXT
);
CREATE INDEX i_organisation_at ON r_organisation (updated_at, id);
CREATE INDEX i_organisation_name ON r_organisation ((s_name), id);
CREATE INDEX i_organisation_name_en ON r_organisation ((s_name_en), id);
CREATE INDEX i_organisation_key ON r_organisation ((COALESCE(f_key, -9223372036854775807)), id);
CREATE INDEX i_organisation_kind ON r_organisation ((COALESCE(f_kind, '')), id);
CREATE INDEX i_organisation_parent ON r_organisation ((f_parent), id);
CREATE INDEX i_organisation_valid_from ON r_organisation ((COALESCE(f_valid_from, '')), id);
CREATE INDEX i_organisation_valid_until ON r_organisation ((COALESCE(f_valid_until, '')), id);
CREATE TABLE r_site (
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
  f_name TEXT,
  s_name TEXT NOT NULL DEFAULT '',
  f_name_en TEXT,
  s_name_en TEXT NOT NULL DEFAULT '',
  f_key BIGINT,
  f_time_zone TEXT,
  f_address TEXT
);
CREATE INDEX i_site_at ON r_site (updated_at, id);
CREATE INDEX i_site_name ON r_site ((s_name), id);
CREATE INDEX i_site_name_en ON r_site ((s_name_en), id);
CREATE INDEX i_site_key ON r_site ((COALESCE(f_key, -9223372036854775807)), id);
CREATE TABLE r_person (
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
  f_name TEXT,
  s_name TEXT NOT NULL DEFAULT '',
  f_name_kana TEXT,
  s_name_kana TEXT NOT NULL DEFAULT '',
  f_name_en TEXT,
  s_name_en TEXT NOT NULL DEFAULT '',
  f_email TEXT,
  s_email TEXT NOT NULL DEFAULT '',
  f_phone TEXT,
  f_employment TEXT,
  f_department TEXT,
  s_department TEXT NOT NULL DEFAULT '',
  f_joined_on TEXT,
  f_leaves_on TEXT,
  f_language TEXT
);
CREATE INDEX i_person_at ON r_person (updated_at, id);
CREATE INDEX i_person_name ON r_person ((s_name), id);
CREATE INDEX i_person_name_kana ON r_person ((s_name_kana), id);
CREATE INDEX i_person_name_en ON r_person ((s_name_en), id);
CREATE INDEX i_person_email ON r_person ((s_email), id);
CREATE INDEX i_person_employment ON r_person ((COALESCE(f_employment, '')), id);
CREATE INDEX i_person_department ON r_person ((s_department), id);
CREATE INDEX i_person_joined_on ON r_person ((COALESCE(f_joined_on, '')), id);
CREATE INDEX i_person_leaves_on ON r_person ((COALESCE(f_leaves_on, '')), id);
CREATE TABLE r_post (
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
  f_name TEXT,
  s_name TEXT NOT NULL DEFAULT '',
  f_name_en TEXT,
  s_name_en TEXT NOT NULL DEFAULT '',
  f_superior BLOB
);
CREATE INDEX i_post_at ON r_post (updated_at, id);
CREATE INDEX i_post_name ON r_post ((s_name), id);
CREATE INDEX i_post_name_en ON r_post ((s_name_en), id);
CREATE INDEX i_post_superior ON r_post ((f_superior), id);
CREATE TABLE r_holding (
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
  f_post BLOB,
  f_acting BIGINT,
  f_valid_from TEXT,
  f_valid_until TEXT
);
CREATE INDEX i_holding_at ON r_holding (updated_at, id);
CREATE INDEX i_holding_title ON r_holding ((s_title), id);
CREATE INDEX i_holding_person ON r_holding ((f_person), id);
CREATE INDEX i_holding_post ON r_holding ((f_post), id);
CREATE INDEX i_holding_acting ON r_holding ((COALESCE(f_acting, -9223372036854775807)), id);
CREATE INDEX i_holding_valid_from ON r_holding ((COALESCE(f_valid_from, '')), id);
CREATE INDEX i_holding_valid_until ON r_holding ((COALESCE(f_valid_until, '')), id);
CREATE TABLE r_assignment (
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
  f_role TEXT,
  s_role TEXT NOT NULL DEFAULT '',
  f_person BLOB,
  f_post BLOB,
  f_sourcing TEXT,
  f_deputy BIGINT,
  f_whole_group BIGINT,
  f_valid_from TEXT,
  f_valid_until TEXT
);
CREATE INDEX i_assignment_at ON r_assignment (updated_at, id);
CREATE INDEX i_assignment_title ON r_assignment ((s_title), id);
CREATE INDEX i_assignment_role ON r_assignment ((s_role), id);
CREATE INDEX i_assignment_person ON r_assignment ((f_person), id);
CREATE INDEX i_assignment_post ON r_assignment ((f_post), id);
CREATE INDEX i_assignment_sourcing ON r_assignment ((COALESCE(f_sourcing, '')), id);
CREATE INDEX i_assignment_deputy ON r_assignment ((COALESCE(f_deputy, -9223372036854775807)), id);
CREATE INDEX i_assignment_whole_group ON r_assignment ((COALESCE(f_whole_group, -9223372036854775807)), id);
CREATE INDEX i_assignment_valid_from ON r_assignment ((COALESCE(f_valid_from, '')), id);
CREATE INDEX i_assignment_valid_until ON r_assignment ((COALESCE(f_valid_until, '')), id);
CREATE TABLE r_role_setting (
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
  f_role TEXT,
  s_role TEXT NOT NULL DEFAULT '',
  f_maturity_as_is BIGINT,
  f_maturity_to_be BIGINT,
  f_area TEXT,
  s_area TEXT NOT NULL DEFAULT '',
  f_not_needed BIGINT,
  f_remark TEXT
);
CREATE INDEX i_role_setting_at ON r_role_setting (updated_at, id);
CREATE INDEX i_role_setting_role ON r_role_setting ((s_role), id);
CREATE UNIQUE INDEX i_role_setting_one_role ON r_role_setting (organisation, f_role) WHERE deleted_at IS NULL;
CREATE INDEX i_role_setting_maturity_as_is ON r_role_setting ((COALESCE(f_maturity_as_is, -9223372036854775807)), id);
CREATE INDEX i_role_setting_maturity_to_be ON r_role_setting ((COALESCE(f_maturity_to_be, -9223372036854775807)), id);
CREATE INDEX i_role_setting_area ON r_role_setting ((s_area), id);
CREATE INDEX i_role_setting_not_needed ON r_role_setting ((COALESCE(f_not_needed, -9223372036854775807)), id);
CREATE TABLE r_comment (
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
  f_about_entity TEXT,
  s_about_entity TEXT NOT NULL DEFAULT '',
  f_about TEXT,
  s_about TEXT NOT NULL DEFAULT '',
  f_text TEXT,
  f_mentions TEXT,
  f_excerpt TEXT
);
CREATE INDEX i_comment_at ON r_comment (updated_at, id);
CREATE INDEX i_comment_about_entity ON r_comment ((s_about_entity), id);
CREATE INDEX i_comment_about ON r_comment ((s_about), id);
CREATE TABLE r_relation (
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
  f_from_entity TEXT,
  s_from_entity TEXT NOT NULL DEFAULT '',
  f_from_record TEXT,
  s_from_record TEXT NOT NULL DEFAULT '',
  f_kind TEXT,
  s_kind TEXT NOT NULL DEFAULT '',
  f_to_entity TEXT,
  s_to_entity TEXT NOT NULL DEFAULT '',
  f_to_record TEXT,
  s_to_record TEXT NOT NULL DEFAULT '',
  f_remark TEXT
);
CREATE INDEX i_relation_at ON r_relation (updated_at, id);
CREATE INDEX i_relation_from_entity ON r_relation ((s_from_entity), id);
CREATE INDEX i_relation_from_record ON r_relation ((s_from_record), id);
CREATE INDEX i_relation_kind ON r_relation ((s_kind), id);
CREATE INDEX i_relation_to_entity ON r_relation ((s_to_entity), id);
CREATE INDEX i_relation_to_record ON r_relation ((s_to_record), id);
CREATE TABLE r_attachment (
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
  f_about_entity TEXT,
  s_about_entity TEXT NOT NULL DEFAULT '',
  f_about TEXT,
  s_about TEXT NOT NULL DEFAULT '',
  f_name TEXT,
  s_name TEXT NOT NULL DEFAULT '',
  f_media_type TEXT,
  f_size BIGINT,
  f_sha256 TEXT,
  s_sha256 TEXT NOT NULL DEFAULT ''
);
CREATE INDEX i_attachment_at ON r_attachment (updated_at, id);
CREATE INDEX i_attachment_about_entity ON r_attachment ((s_about_entity), id);
CREATE INDEX i_attachment_about ON r_attachment ((s_about), id);
CREATE INDEX i_attachment_name ON r_attachment ((s_name), id);
CREATE INDEX i_attachment_sha256 ON r_attachment ((s_sha256), id);
CREATE TABLE r_saved_view (
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
  f_person BLOB,
  f_name TEXT,
  s_name TEXT NOT NULL DEFAULT '',
  f_path TEXT,
  s_path TEXT NOT NULL DEFAULT '',
  f_query TEXT,
  f_columns TEXT
);
CREATE INDEX i_saved_view_at ON r_saved_view (updated_at, id);
CREATE INDEX i_saved_view_person ON r_saved_view ((f_person), id);
CREATE INDEX i_saved_view_name ON r_saved_view ((s_name), id);
CREATE INDEX i_saved_view_path ON r_saved_view ((s_path), id);
CREATE TABLE r_custom_field (
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
  f_about_entity TEXT,
  s_about_entity TEXT NOT NULL DEFAULT '',
  f_name TEXT,
  s_name TEXT NOT NULL DEFAULT '',
  f_label_ja TEXT,
  s_label_ja TEXT NOT NULL DEFAULT '',
  f_label_en TEXT,
  s_label_en TEXT NOT NULL DEFAULT '',
  f_kind TEXT,
  f_options TEXT,
  f_needed BIGINT
);
CREATE INDEX i_custom_field_at ON r_custom_field (updated_at, id);
CREATE INDEX i_custom_field_about_entity ON r_custom_field ((s_about_entity), id);
CREATE INDEX i_custom_field_name ON r_custom_field ((s_name), id);
CREATE INDEX i_custom_field_label_ja ON r_custom_field ((s_label_ja), id);
CREATE INDEX i_custom_field_label_en ON r_custom_field ((s_label_en), id);
CREATE INDEX i_custom_field_kind ON r_custom_field ((COALESCE(f_kind, '')), id);
CREATE INDEX i_custom_field_needed ON r_custom_field ((COALESCE(f_needed, -9223372036854775807)), id);
CREATE TABLE r_notice (
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
  f_recipient BLOB,
  f_kind TEXT,
  s_kind TEXT NOT NULL DEFAULT '',
  f_subject TEXT,
  s_subject TEXT NOT NULL DEFAULT '',
  f_about_entity TEXT,
  s_about_entity TEXT NOT NULL DEFAULT '',
  f_about TEXT,
  s_about TEXT NOT NULL DEFAULT '',
  f_excerpt TEXT,
  f_read_at BIGINT
);
CREATE INDEX i_notice_at ON r_notice (updated_at, id);
CREATE INDEX i_notice_recipient ON r_notice ((f_recipient), id);
CREATE INDEX i_notice_kind ON r_notice ((s_kind), id);
CREATE INDEX i_notice_subject ON r_notice ((s_subject), id);
CREATE INDEX i_notice_about_entity ON r_notice ((s_about_entity), id);
CREATE INDEX i_notice_about ON r_notice ((s_about), id);
CREATE INDEX i_notice_read_at ON r_notice ((COALESCE(f_read_at, -9223372036854775807)), id);
