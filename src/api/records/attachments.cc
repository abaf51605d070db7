// Files that stand with a record. What people upload is only ever handed out as a download: it is never a
// page, a picture or a script of our origin, whatever it says it is.
#include "api/records/answer.h"
#include "api/records/attached.h"
#include "api/records/file_answer.h"
#include "api/records/service.h"

namespace hinomi::api::records {
namespace {

using schema::Entity;
using store::blobs::BlobId;
using store::blobs::BlobReader;

constexpr std::string_view kUnknownType = "application/octet-stream";

// What the sender says it is, for people to see; nothing is done by it.
std::string media_type_of(const http::Request& request) {
  std::string_view type = request.field("content-type");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  constexpr std::size_t kMaxType = 100;
  std::size_t slashes = 0;
  for (const char c : type) {
    constexpr std::string_view kMarks = "!#$&-^_.+/";
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      kMarks.find(c) != std::string_view::npos;
    if (!fits) return std::string(kUnknownType);
    if (c == '/') ++slashes;
  }
  return slashes == 1 && type.size() <= kMaxType ? std::string(type) : std::string(kUnknownType);
}

http::Response failed(const base::Error& error) {
  return refusal_answer({record::Refusal::Kind::failed, {}, error});
}

}  // namespace

http::Response RecordService::attachments(const Asked& asked, const Entity& entity) {
  return notes_of(asked, entity, "attachment");
}

http::Response RecordService::add_attachment(const Asked& asked, const Entity& entity,
                                             store::blobs::BlobWriter& content) {
  const Entity& attachments = engine_.registry().get("attachment");
  // Before anything is kept.
  const auto parent = parent_to_add_to(asked, entity, attachments);
  if (!parent) return refusal_answer(parent.refusal());
  const std::string name = name_of_file(asked.request);
  if (name.empty())
    return refusal_answer({record::Refusal::Kind::invalid, {{"name", "needed", "send X-Hinomi-Name"}}, {}});
  const auto stored = content.finish();
  if (!stored) return failed(stored.error());
  record::Draft draft;
  const auto set = [&](std::string_view field, schema::Value value) {
    draft.values.emplace_back(attachments.index_of(field), std::move(value));
  };
  set("about_entity", std::string(entity.name));
  set("about", parent->id.text());
  set("name", file_name(name));
  set("media_type", media_type_of(asked.request));
  set("size", static_cast<std::int64_t>(stored->size));
  set("sha256", stored->id.text());
  const auto made = add_attached(asked, entity, *parent, attachments, std::move(draft));
  return made ? record_answer(attachments, *made, 201) : refusal_answer(made.refusal());
}

http::Response RecordService::attachment_content(const Asked& asked) {
  const auto id =
      asked.request.params.empty() ? std::nullopt : base::RecordId::parse(asked.request.params[0]);
  const Entity* const attachments = engine_.registry().find("attachment");
  if (!id || attachments == nullptr || files_.blobs == nullptr) return not_found();
  static const access::Principal system = access::system_principal();
  record::Context context;
  context.who = &system;
  const auto attachment = engine_.get(context, *attachments, *id);
  if (!attachment) return refusal_answer(attachment.refusal());
  if (attachment->deleted_at) return not_found();
  // It may be read by whoever may read what it stands with.
  const Entity* const entity = engine_.registry().find(note_text(*attachments, *attachment, "about_entity"));
  const auto about = base::RecordId::parse(note_text(*attachments, *attachment, "about"));
  if (entity == nullptr || !about) return not_found();
  const auto parent = engine_.get(context_of(asked), *entity, *about);
  if (!parent) return refusal_answer(parent.refusal());
  if (parent->deleted_at) return not_found();
  const auto blob = BlobId::parse(note_text(*attachments, *attachment, "sha256"));
  if (!blob) return not_found();
  auto opened = files_.blobs->open(*blob);
  if (!opened) return failed(opened.error());
  const std::shared_ptr<BlobReader> reader = std::move(*opened);
  return download(note_text(*attachments, *attachment, "name"), kUnknownType,
                  source_of(reader->size(), [reader](std::uint64_t offset, std::span<char> into) {
                    return reader->read_at(offset, into);
                  }));
}

}  // namespace hinomi::api::records
