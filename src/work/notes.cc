#include "work/notes.h"

namespace hinomi::work {
namespace {

using namespace schema;  // the words of declarations

constexpr std::string_view kCustomKinds[] = {"text", "integer", "boolean", "date", "choice"};
constexpr std::uint32_t kName = 40;
constexpr std::uint32_t kQuery = 2000;
constexpr std::uint32_t kHash = 64;

}  // namespace

std::span<const std::string_view> choices_of(CustomKind /*kind*/) {
  return kCustomKinds;
}

Entity comment_entity() {
  return {.name = "comment",
          .path = "comments",
          .title = "excerpt",
          .fields = fields_of<Comment>({
              text<&Comment::about_entity>("about_entity").server_owned().at_most(kName).filterable(),
              text<&Comment::about>("about").server_owned().at_most(kName).filterable(),
              prose<&Comment::text>("text").required().searchable(),
              texts<&Comment::mentions>("mentions"),
              text<&Comment::excerpt>("excerpt").server_owned(),
          }),
          .attached = true};
}

Entity relation_entity() {
  return {.name = "relation",
          .path = "relations",
          .title = "kind",
          .fields = fields_of<Relation>({
              text<&Relation::from_entity>("from_entity").server_owned().at_most(kName).filterable(),
              text<&Relation::from_record>("from_record").server_owned().at_most(kName).filterable(),
              text<&Relation::kind>("kind").required().at_most(kName).filterable(),
              text<&Relation::to_entity>("to_entity").required().at_most(kName).filterable(),
              text<&Relation::to_record>("to_record").required().at_most(kName).filterable(),
              text<&Relation::remark>("remark"),
          }),
          .attached = true};
}

Entity attachment_entity() {
  return {.name = "attachment",
          .path = "attachments",
          .title = "name",
          .fields = fields_of<Attachment>({
              text<&Attachment::about_entity>("about_entity").server_owned().at_most(kName).filterable(),
              text<&Attachment::about>("about").server_owned().at_most(kName).filterable(),
              text<&Attachment::name>("name").required().searchable().listed(),
              text<&Attachment::media_type>("media_type").server_owned(),
              integer<&Attachment::size>("size").server_owned(),
              text<&Attachment::sha256>("sha256").server_owned().at_most(kHash).filterable(),
          }),
          .attached = true};
}

Entity saved_view_entity() {
  return {.name = "saved_view",
          .path = "saved_views",
          .title = "name",
          .fields = fields_of<SavedView>({
              reference<&SavedView::person>("person", "person").server_owned().filterable(),
              text<&SavedView::name>("name").required().listed(),
              text<&SavedView::path>("path").required().at_most(kName).filterable(),
              text<&SavedView::query>("query").at_most(kQuery),
              texts<&SavedView::columns>("columns"),
          }),
          .owner = "person",
          .may_be_sealed = false};
}

Entity custom_field_entity() {
  return {.name = "custom_field",
          .path = "custom_fields",
          .title = "name",
          .fields = fields_of<CustomField>({
              text<&CustomField::about_entity>("about_entity").required().at_most(kName).listed(),
              text<&CustomField::name>("name").required().at_most(kName).listed(),
              text<&CustomField::label_ja>("label_ja").required().listed(),
              text<&CustomField::label_en>("label_en").required().listed(),
              choice<&CustomField::kind>("kind").listed(),
              texts<&CustomField::options>("options"),
              flag<&CustomField::needed>("needed").listed(),
          }),
          .may_be_sealed = false};
}

Entity notice_entity() {
  return {.name = "notice",
          .path = "notices",
          .title = "subject",
          .fields = fields_of<Notice>({
              reference<&Notice::recipient>("recipient", "person").server_owned().filterable(),
              text<&Notice::kind>("kind").server_owned().at_most(kName).listed(),
              text<&Notice::subject>("subject").server_owned().listed(),
              text<&Notice::about_entity>("about_entity").server_owned().at_most(kName).filterable(),
              text<&Notice::about>("about").server_owned().at_most(kName).filterable(),
              text<&Notice::excerpt>("excerpt").server_owned(),
              time<&Notice::read_at>("read_at").server_owned().listed(),
          }),
          .actions = {{.name = "mark_read"}},
          .owner = "recipient",
          .may_be_sealed = false};
}

}  // namespace hinomi::work
