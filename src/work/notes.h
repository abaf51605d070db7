// What people add to any record: comments, links between records, files, own lists and own fields; and what
// the program tells a person. Each names the record it is about by entity and id, since it can be about any.
#pragma once

#include <optional>
#include <string>

#include "schema/entity.h"

namespace hinomi::work {

// May be read by whoever may read the record it is about.
struct Comment {
  std::string about_entity;
  std::string about;  // id
  std::string text;
  schema::Texts mentions;  // ids of people
  std::string excerpt;     // of the text, kept by the server
};
[[nodiscard]] schema::Entity comment_entity();

// "from" stands to "to" as `kind` says: "caused_by", "duplicate_of", "relates_to", …
struct Relation {
  std::string from_entity;
  std::string from_record;
  std::string kind;
  std::string to_entity;
  std::string to_record;
  std::optional<std::string> remark;
};
[[nodiscard]] schema::Entity relation_entity();

// The bytes lie in the blob store under their hash.
struct Attachment {
  std::string about_entity;
  std::string about;
  std::string name;
  std::string media_type;
  std::int64_t size = 0;
  std::string sha256;  // hex
};
[[nodiscard]] schema::Entity attachment_entity();

// A list of somebody: filters, columns and order, as the query of an address.
struct SavedView {
  base::RecordId person{};
  std::string name;
  std::string path;  // of the entity
  std::string query;
  schema::Texts columns;
};
[[nodiscard]] schema::Entity saved_view_entity();

enum class CustomKind : std::uint8_t { text, integer, boolean, date, choice };
[[nodiscard]] std::span<const std::string_view> choices_of(CustomKind kind);

// A field that an organisation adds to an entity.
struct CustomField {
  std::string about_entity;
  std::string name;  // snake_case
  std::string label_ja;
  std::string label_en;
  CustomKind kind = CustomKind::text;
  schema::Texts options;  // of a choice
  bool needed = false;
};
[[nodiscard]] schema::Entity custom_field_entity();

// In the inbox of one person: they were mentioned, something is theirs to decide, something went wrong.
struct Notice {
  base::RecordId recipient{};
  std::string kind;     // "mention", "assignment", "approval", "job"
  std::string subject;  // title of the record it is about
  std::string about_entity;
  std::string about;
  std::optional<std::string> excerpt;
  std::optional<base::TimeNs> read_at;
};
[[nodiscard]] schema::Entity notice_entity();

}  // namespace hinomi::work
