// The records of the demo company: who works there and who does which role.
#include <array>

#include "app/record_keeper.h"
#include "base/json_writer.h"
#include "demo/company.h"
#include "record/json.h"

namespace hinomi::app {
namespace {

using record::Engine;

// "SORAMINO"'s organisation and the companies around it.
constexpr std::string_view kOrganisations[] = {
    R"({"name":"空見野精機株式会社","name_en":"Soramino Precision Co., Ltd.","short_name":"空見野","kind":"own","time_zone":"Asia/Tokyo","calendar":"jp"})",
    R"({"name":"空見野ロジスティクス株式会社","name_en":"Soramino Logistics Co., Ltd.","short_name":"空見野ロジ","kind":"affiliate","time_zone":"Asia/Tokyo","calendar":"jp"})",
    R"({"name":"見張り番セキュリティ株式会社","name_en":"Mihariban Security K.K.","short_name":"見張り番","kind":"supplier","time_zone":"Asia/Tokyo","calendar":"jp"})",
};
constexpr std::string_view kSites[] = {
    R"({"name":"本社","name_en":"Head office","time_zone":"Asia/Tokyo","organisation":1})",
    R"({"name":"北工場","name_en":"North plant","time_zone":"Asia/Tokyo","organisation":1})",
    R"({"name":"港物流センター","name_en":"Harbour distribution centre","time_zone":"Asia/Tokyo","organisation":1})",
};
constexpr std::string_view kPosts[] = {
    R"({"name":"最高情報セキュリティ責任者","name_en":"Chief information security officer","organisation":1})",
    R"({"name":"CSIRT 責任者","name_en":"Head of the CSIRT","organisation":1})",
    R"({"name":"SOC リーダー","name_en":"SOC lead","organisation":1})",
    R"({"name":"アナリスト（当直）","name_en":"Analyst on duty","organisation":1})",
    R"({"name":"法務担当","name_en":"Legal counsel","organisation":1})",
};

// Which post or firm does a role: an index into kPosts, or -1 where the supplier's person does it.
struct RoleOwner {
  std::string_view roles;  // separated by blanks
  int post;
};
constexpr RoleOwner kOwners[] = {
    {"A-1 A-3 A-6 D-7 I-5 I-6", 0},
    {"A-2 A-4 A-5 D-1 D-2 D-3 D-6 D-8 F-1 F-3 I-1 I-2 I-4", 1},
    {"B-2 B-3 B-4 B-5 C-4 C-5 E-7 F-4 G-6 G-7 G-10", 2},
    {"B-1 D-4 D-5 E-1 E-2 E-3 G-1 G-3", 3},
    {"H-1 H-2 H-3", 4},
    {"B-1 B-2 C-1 C-2 C-3 E-4 E-5 F-2 G-2", -1},
};

class Seeder {
 public:
  explicit Seeder(Engine& engine) : engine_(engine) { context_.who = &system_; }

  base::Result<std::string> make(std::string_view entity, std::string_view body,
                                 std::optional<base::RecordId> id = std::nullopt) {
    const schema::Entity& declared = engine_.registry().get(entity);
    auto read = record::read_draft(declared, body, true);
    if (!read) return read.error();
    HINOMI_CHECK(read->faults.empty());
    if (id) read->draft.id = id;
    // The texts above count the demo's own organisations; others may stand before them.
    if (read->draft.organisation) {
      const auto counted = static_cast<std::size_t>(*read->draft.organisation);
      if (counted >= 1 && counted <= keys_.size()) read->draft.organisation = keys_[counted - 1];
    }
    context_.realm = declared.for_all_organisations ? base::Realm::real : base::Realm::demo;
    const auto made = engine_.create(context_, declared, std::move(read->draft));
    if (!made) {
      const std::string field = made.refusal().faults.empty() ? "" : made.refusal().faults.front().field;
      return base::Error{base::ErrorCode::internal,
                         "a record of the demo was refused: " + std::string(entity) + " " + field + " " +
                             made.refusal().error.message,
                         "",
                         {}};
    }
    if (entity == "organisation") {
      const auto* const key = std::get_if<std::int64_t>(&made->values[declared.index_of("key")]);
      HINOMI_CHECK(key != nullptr);
      keys_.push_back(static_cast<base::OrganisationId>(*key));
    }
    return made->id.text();
  }

 private:
  Engine& engine_;
  access::Principal system_ = access::system_principal();
  record::Context context_;
  std::vector<base::OrganisationId> keys_;  // of the organisations made so far
};

std::string person_body(std::string_view name, std::string_view department, std::string_view account,
                        int organisation) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("name").string(name).key("department").string(department);
  json.key("email").string(std::string(account) + "@" + std::string(demo::kDomainName));
  json.key("organisation").integer(organisation);
  if (organisation == 3) json.key("employment").string("supplier_staff");
  json.end_object();
  return body;
}

std::string link_body(std::string_view role, std::string_view field, std::string_view id, bool outsourced) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("role").string(role).key(field).string(id).key("organisation").integer(1);
  json.key("sourcing").string(outsourced ? "outsourced" : "inhouse").end_object();
  return body;
}

std::string holding_body(std::string_view person, std::string_view post) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("person").string(person).key("post").string(post);
  json.key("valid_from").string("2026-04-01").key("organisation").integer(1).end_object();
  return body;
}

base::Result<void> assign_roles(Seeder& seeder, const std::vector<std::string>& posts,
                                const std::string& supplier_person) {
  for (const RoleOwner& owner : kOwners) {
    std::string_view rest = owner.roles;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      const std::string_view role = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const auto made =
          owner.post < 0
              ? seeder.make("assignment", link_body(role, "person", supplier_person, true))
              : seeder.make("assignment",
                            link_body(role, "post", posts[static_cast<std::size_t>(owner.post)], false));
      if (!made) return made.error();
    }
  }
  return {};
}

// The one who looks around in the demo may do everything in it.
base::Result<void> add_visitor(Seeder& seeder) {
  const auto person =
      seeder.make("person",
                  R"({"name":"火の見 太郎","name_kana":"ひのみ たろう","name_en":"Taro Hinomi",)"
                  R"("department":"CSIRT","language":"ja","organisation":1})",
                  demo_person());
  if (!person) return person.error();
  constexpr std::string_view kLetters = "ABCDEFGHI";
  constexpr int kCounts[] = {6, 5, 5, 8, 7, 4, 10, 3, 6};
  std::vector<std::string> roles{"administrator", "auditor"};
  for (std::size_t i = 0; i < kLetters.size(); ++i)
    for (int number = 1; number <= kCounts[i]; ++number)
      roles.push_back(std::string(1, kLetters[i]) + "-" + std::to_string(number));
  for (const std::string& role : roles) {
    std::string body = link_body(role, "person", *person, false);
    body.insert(body.size() - 1, R"(,"deputy":true,"whole_group":true)");
    const auto made = seeder.make("assignment", body);
    if (!made) return made.error();
  }
  return {};
}

base::Result<void> add_company(Engine& engine, bool with_visitor) {
  Seeder seeder(engine);
  for (const std::string_view body : kOrganisations)
    if (auto made = seeder.make("organisation", body); !made) return made.error();
  for (const std::string_view body : kSites)
    if (auto made = seeder.make("site", body); !made) return made.error();
  std::vector<std::string> posts;
  for (const std::string_view body : kPosts) {
    auto made = seeder.make("post", body);
    if (!made) return made.error();
    posts.push_back(std::move(*made));
  }
  if (with_visitor)
    if (auto visitor = add_visitor(seeder); !visitor) return visitor;
  const demo::Company company = demo::make_company();
  std::size_t index = 0;
  for (const demo::Person& person : company.people) {
    const auto made = seeder.make("person", person_body(person.name, person.department, person.account, 1));
    if (!made) return made.error();
    // The first people of the company hold its posts, the fourth post by three.
    const std::size_t post = index < 3 ? index : index < 6 ? 3 : 4;
    if (index < 7)
      if (auto held = seeder.make("holding", holding_body(*made, posts[post])); !held) return held.error();
    ++index;
  }
  const auto supplier = seeder.make("person", person_body("見張 守", "SOC", "m.mihari", 3));
  if (!supplier) return supplier.error();
  return assign_roles(seeder, posts, *supplier);
}

}  // namespace

base::RecordId demo_person() noexcept {
  return base::RecordId{
      {0x01, 0x93, 0x5d, 0x8c, 0x00, 0x00, 0x70, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01}};
}

base::Result<void> add_demo_records(Engine& engine) {
  const access::Principal system = access::system_principal();
  record::Context context;
  context.who = &system;
  record::ListQuery any;
  any.realm = std::nullopt;
  any.limit = 1;
  const auto there = engine.list(context, engine.registry().get("organisation"), any);
  if (!there) return there.refusal().error;
  if (!there->records.empty()) return {};
  return add_company(engine, true);
}

base::Result<void> add_demo_company(Engine& engine) {
  return add_company(engine, false);
}

}  // namespace hinomi::app
