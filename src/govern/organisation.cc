#include "govern/organisation.h"

namespace hinomi::govern {
namespace {

using namespace schema;  // the words of declarations

constexpr std::string_view kOrganisationKinds[] = {"own", "affiliate", "supplier"};
constexpr std::string_view kEmployments[] = {"employee", "contractor", "supplier_staff", "other"};
constexpr std::int64_t kMaxKey = 0xFFFF'FFFF;
constexpr std::uint32_t kLongText = 320;
constexpr std::chrono::hours kApprovalTime{7 * 24};

}  // namespace

std::span<const std::string_view> choices_of(OrganisationKind /*kind*/) {
  return kOrganisationKinds;
}
std::span<const std::string_view> choices_of(Employment /*employment*/) {
  return kEmployments;
}

Entity organisation_entity() {
  return {.name = "organisation",
          .path = "organisations",
          .title = "name",
          .fields = fields_of<Organisation>({
              text<&Organisation::name>("name").required().searchable().listed(),
              text<&Organisation::name_en>("name_en").searchable().listed(),
              text<&Organisation::short_name>("short_name").searchable().at_most(40),
              integer<&Organisation::key>("key").between(1, kMaxKey).server_owned().write_once().listed(),
              choice<&Organisation::kind>("kind").listed(),
              reference<&Organisation::parent>("parent", "organisation").filterable(),
              text<&Organisation::time_zone>("time_zone").at_most(60),
              text<&Organisation::calendar>("calendar").at_most(40),
              date<&Organisation::valid_from>("valid_from").filterable(),
              date<&Organisation::valid_until>("valid_until").filterable(),
          }),
          .for_all_organisations = true,
          .itself = "key",
          .may_be_sealed = false,
          .deletion = {
              .name = "delete", .needs_reason = true, .four_eyes = true, .approval_within = kApprovalTime}};
}

Entity site_entity() {
  return {.name = "site",
          .path = "sites",
          .title = "name",
          .fields = fields_of<Site>({
              text<&Site::name>("name").required().searchable().listed(),
              text<&Site::name_en>("name_en").searchable().listed(),
              integer<&Site::key>("key").between(1, kMaxKey).server_owned().write_once().listed(),
              text<&Site::time_zone>("time_zone").at_most(60),
              text<&Site::address>("address").at_most(kLongText).searchable(),
          }),
          .may_be_sealed = false};
}

Entity person_entity() {
  return {.name = "person",
          .path = "people",
          .title = "name",
          .fields = fields_of<Person>({
              text<&Person::name>("name").required().searchable().listed(),
              text<&Person::name_kana>("name_kana").searchable().listed(),
              text<&Person::name_en>("name_en").searchable().listed(),
              text<&Person::email>("email").at_most(kLongText).searchable().listed(),
              text<&Person::phone>("phone").at_most(40).needs("person.read_private"),
              choice<&Person::employment>("employment").listed(),
              text<&Person::department>("department").searchable().listed(),
              date<&Person::joined_on>("joined_on").filterable(),
              date<&Person::leaves_on>("leaves_on").filterable(),
              text<&Person::language>("language").at_most(10),
          }),
          .may_be_sealed = false};
}

Entity post_entity() {
  return {.name = "post",
          .path = "posts",
          .title = "name",
          .fields = fields_of<Post>({
              text<&Post::name>("name").required().searchable().listed(),
              text<&Post::name_en>("name_en").searchable().listed(),
              reference<&Post::superior>("superior", "post").filterable(),
          }),
          .may_be_sealed = false};
}

Entity holding_entity() {
  return {.name = "holding",
          .path = "holdings",
          .title = "title",
          .fields = fields_of<Holding>({
              text<&Holding::title>("title").server_owned().listed(),
              reference<&Holding::person>("person", "person").required().listed(),
              reference<&Holding::post>("post", "post").required().listed(),
              flag<&Holding::acting>("acting").listed(),
              date<&Holding::valid_from>("valid_from").listed(),
              date<&Holding::valid_until>("valid_until").listed(),
          }),
          .may_be_sealed = false};
}

}  // namespace hinomi::govern
