// What is wrong with a content file is refused with its place.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "content/bundle_table.h"
#include "content/maturity.h"
#include "content/permission_table.h"
#include "content/role_catalogue.h"
#include "content/service_catalogue.h"

namespace hinomi::content {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

TEST(Code, is_read_only_as_it_is_written) {
  EXPECT_EQ(Code::parse("A-10"), (Code{'A', 10}));
  EXPECT_EQ((Code{'I', 6}).to_string(), "I-6");
  for (const char* text : {"", "A", "A-", "A-0", "A-01", "a-1", "A1", "A-1 ", " A-1", "AA-1", "A-100", "A--1",
                           "A-+1", "A-99999999999", "Ａ-1"}) {
    EXPECT_FALSE(Code::parse(text)) << text;
  }
}

TEST(Code, two_stands_before_ten) {
  EXPECT_LT((Code{'A', 2}), (Code{'A', 10}));
  EXPECT_LT((Code{'A', 10}), (Code{'B', 1}));
}

// A small catalogue of two roles in a folder of its own; each test breaks one thing.
class Refusal : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(HINOMI_TEST_SCRATCH) / "content" /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    write("roles/categories.yaml",
          "catalogue: two-roles\n"
          "categories:\n"
          "  - {letter: A, names: {ja: 運営, en: Running}}\n");
    write("catalogues/two-roles.yaml",
          "catalogue: two-roles\n"
          "kind: roles\n"
          "names: {ja: 二つの役割, en: Two roles}\n"
          "edition: \"1\"\n"
          "source: {ja: 自作, en: Ours}\n"
          "roles: [A-2, A-10]\n");
    write("roles/A/A-2.yaml", role("A-2", "feeds: [A-10]\nfed_by: []\n", "speed"));
    write("roles/A/A-10.yaml", role("A-10", "feeds: []\nfed_by: [A-2]\n", "care"));
    known_.permissions = {"alert.read", "alert.judge"};
  }

  static std::string role(const std::string& code, const std::string& links, const std::string& measure) {
    return "catalogue: two-roles\n"  // line 1
           "code: " +
           code +
           "\n"                                                                              // 2
           "category: A\n"                                                                   // 3
           "state: planned\n"                                                                // 4
           "names: {ja: 方針, en: Policy}\n"                                                 // 5
           "aim: {ja: 方針を定めます。, en: Sets policy.}\n"                                 // 6
           "work:\n"                                                                         // 7
           "  in: {ja: 入力, en: Input}\n"                                                   // 8
           "  does: {ja: 作業, en: Work}\n"                                                  // 9
           "  out: {ja: 成果, en: Output}\n"                                                 // 10
           "  reader: {ja: 読み手, en: Reader}\n"                                            // 11
           "uses: {entities: [], actions: [], screens: [], measures: [], procedures: []}\n"  // 12
           "measures:\n"                                                                     // 13
           "  - key: " +
           measure +
           "\n"                                                // 14
           "    names: {ja: 速さ, en: Speed}\n"                // 15
           "    definition: {ja: 速さの中央値, en: Median}\n"  // 16
           "    unit: duration\n"                              // 17
           "    good: down\n"                                  // 18
           "permissions: [alert.read]\n"                       // 19
           "default_sourcing: I\n" +                           // 20
           links +                                             // 21, 22
           "skills: [{ja: 分析, en: Analysis}]\n";             // 23
  }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / name, std::ios::binary).rdbuf();
    return text.str();
  }
  void change(const std::string& name, const std::string& from, const std::string& to) const {
    std::string text = read(name);
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write(name, text.replace(at, from.size(), to));
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  base::Result<RoleCatalogue> load() const { return RoleCatalogue::load(folder_.string(), known_); }

  void expect_refused(const std::string& place, const std::string& what) const {
    const auto loaded = load();
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::invalid_input);
    EXPECT_TRUE(loaded.error().message.starts_with(path(place) + ": ")) << loaded.error().message;
    EXPECT_NE(loaded.error().message.find(what), std::string::npos) << loaded.error().message;
  }

  fs::path folder_;
  Known known_;
};

constexpr const char* kRole = "roles/A/A-2.yaml";

TEST_F(Refusal, the_small_catalogue_itself_is_accepted_in_the_order_of_codes) {
  const auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_EQ(loaded->roles().size(), 2u);
  EXPECT_EQ(loaded->roles()[0].code.to_string(), "A-2");
  EXPECT_EQ(loaded->roles()[1].code.to_string(), "A-10");
  EXPECT_EQ(loaded->roles()[0].names.in(base::Language::ja), "方針");
  EXPECT_EQ(loaded->roles()[0].names.in(base::Language::en), "Policy");
  EXPECT_EQ(area_of(loaded->roles()[0].default_sourcing), "I");
  EXPECT_EQ(name_of(loaded->roles()[0].measures[0].unit), "duration");
  EXPECT_EQ(loaded->find({'A', 3}), nullptr);
}

TEST_F(Refusal, a_text_without_japanese_is_named) {
  change(kRole, "names: {ja: 方針, en: Policy}", "names: {en: Policy}");
  expect_refused("roles/A/A-2.yaml:5:9", "'ja' is missing");
}

TEST_F(Refusal, an_empty_text_is_named) {
  change(kRole, "in: {ja: 入力,", "in: {ja: \"\",");
  expect_refused("roles/A/A-2.yaml:8:13", "expected a text");
}

TEST_F(Refusal, english_in_the_place_of_japanese_is_named) {
  change(kRole, "ja: 方針, en: Policy", "ja: Policy, en: Policy");
  expect_refused("roles/A/A-2.yaml:5:13", "no Japanese character");
}

TEST_F(Refusal, japanese_in_the_place_of_english_is_named) {
  change(kRole, "en: Policy}", "en: 方針}");
  expect_refused("roles/A/A-2.yaml:5:21", "holds Japanese");
}

TEST_F(Refusal, a_text_that_reorders_what_is_seen_is_named) {
  change(kRole, "en: Sets policy.", "en: \"Sets \\u202Epolicy.\"");
  expect_refused("roles/A/A-2.yaml:6:26", "not seen");
}

TEST_F(Refusal, an_unknown_key_is_named) {
  change(kRole, "state: planned\n", "state: planned\nowner: me\n");
  expect_refused("roles/A/A-2.yaml:5:1", "unknown key 'owner'");
}

TEST_F(Refusal, a_missing_key_is_named) {
  change(kRole, "default_sourcing: I\n", "");
  expect_refused("roles/A/A-2.yaml:1:1", "'default_sourcing' is missing");
}

TEST_F(Refusal, a_key_that_stands_twice_is_named) {
  change(kRole, "state: planned\n", "state: planned\nstate: planned\n");
  expect_refused("roles/A/A-2.yaml:5:1", "state");
}

TEST_F(Refusal, a_bad_code_is_named) {
  change(kRole, "feeds: [A-10]", "feeds: [A-010]");
  expect_refused("roles/A/A-2.yaml:21:9", "'A-010' is no code");
}

TEST_F(Refusal, a_file_about_another_role_is_named) {
  change(kRole, "code: A-2", "code: A-3");
  expect_refused("roles/A/A-2.yaml:2:7", "must be A-2");
}

TEST_F(Refusal, a_role_of_another_catalogue_is_named) {
  change(kRole, "catalogue: two-roles", "catalogue: other");
  expect_refused("roles/A/A-2.yaml:1:12", "must be two-roles");
}

TEST_F(Refusal, an_unknown_state_is_named) {
  change(kRole, "state: planned", "state: done");
  expect_refused("roles/A/A-2.yaml:4:8", "none of planned, partial, built");
}

TEST_F(Refusal, a_built_role_without_scenario_is_named) {
  change(kRole, "state: planned", "state: built");
  expect_refused("roles/A/A-2.yaml:4:8", "scenario");
}

TEST_F(Refusal, a_scenario_that_does_not_exist_is_named) {
  change(kRole, "state: planned", "state: built\nscenario: roles/A-2");
  expect_refused("roles/A/A-2.yaml:5:11", "no scenario of this name");
  known_.scenarios = {"roles/A-2"};
  const auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->find({'A', 2})->state, RoleState::built);
}

TEST_F(Refusal, a_scenario_of_a_role_that_is_not_built_is_named) {
  known_.scenarios = {"roles/A-2"};
  change(kRole, "state: planned", "state: partial\nscenario: roles/A-2");
  expect_refused("roles/A/A-2.yaml:4:8", "only a built one");
}

TEST_F(Refusal, a_permission_that_does_not_exist_is_named) {
  change(kRole, "permissions: [alert.read]", "permissions: [alert.read, alert.reed]");
  expect_refused("roles/A/A-2.yaml:19:27", "no permission of this name");
}

TEST_F(Refusal, a_permission_that_stands_twice_is_named) {
  change(kRole, "permissions: [alert.read]", "permissions: [alert.read, alert.read]");
  expect_refused("roles/A/A-2.yaml:19:27", "stands twice");
}

TEST_F(Refusal, no_permission_at_all_is_named) {
  change(kRole, "permissions: [alert.read]", "permissions: []");
  expect_refused("roles/A/A-2.yaml:19:14", "a list of 0");
}

TEST_F(Refusal, every_kind_of_reference_must_resolve) {
  const std::vector<std::pair<std::string, Names Known::*>> kinds{{"entities", &Known::entities},
                                                                  {"actions", &Known::actions},
                                                                  {"screens", &Known::screens},
                                                                  {"measures", &Known::measures},
                                                                  {"procedures", &Known::procedures}};
  for (const auto& [kind, names] : kinds) {
    const std::string whole = read(kRole);
    change(kRole, kind + ": []", kind + ": [thing]");
    const auto refused = load();
    ASSERT_FALSE(refused) << kind;
    EXPECT_NE(refused.error().message.find("roles/A/A-2.yaml:12:"), std::string::npos) << kind;
    known_.*names = {"thing"};
    EXPECT_TRUE(load()) << kind;
    write(kRole, whole);
  }
}

TEST_F(Refusal, a_measure_of_two_roles_is_named) {
  change("roles/A/A-10.yaml", "key: care", "key: speed");
  expect_refused("roles/A/A-10.yaml:1:1", "'speed' stands twice (A-2)");
}

TEST_F(Refusal, an_unknown_unit_is_named) {
  change(kRole, "unit: duration", "unit: furlong");
  expect_refused("roles/A/A-2.yaml:17:11", "'furlong'");
}

TEST_F(Refusal, a_flow_to_no_role_is_named) {
  change(kRole, "feeds: [A-10]", "feeds: [A-10, A-3]");
  expect_refused("roles/A/A-2.yaml:1:1", "A-3, which is no other role");
}

TEST_F(Refusal, a_flow_known_to_one_side_only_is_named) {
  change("roles/A/A-10.yaml", "fed_by: [A-2]", "fed_by: []");
  expect_refused("roles/A/A-2.yaml:1:1", "'fed_by' of A-10 does not name A-2");
  write("roles/A/A-2.yaml", role("A-2", "feeds: []\nfed_by: []\n", "speed"));
  write("roles/A/A-10.yaml", role("A-10", "feeds: []\nfed_by: [A-2]\n", "care"));
  expect_refused("roles/A/A-10.yaml:1:1", "'feeds' of A-2 does not name A-10");
}

TEST_F(Refusal, a_flow_to_itself_is_named) {
  change(kRole, "fed_by: []", "fed_by: [A-2]");
  expect_refused("roles/A/A-2.yaml:1:1", "no other role");
}

TEST_F(Refusal, a_listed_role_without_file_is_named) {
  fs::remove(folder_ / "roles/A/A-10.yaml");
  const auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::not_found);
  EXPECT_NE(loaded.error().message.find("A-10.yaml"), std::string::npos) << loaded.error().message;
}

TEST_F(Refusal, a_file_that_is_not_listed_is_named) {
  write("roles/A/A-3.yaml", role("A-3", "feeds: []\nfed_by: []\n", "other"));
  expect_refused("roles/A/A-3.yaml:1:1", "does not list A-3");
}

TEST_F(Refusal, a_file_with_another_name_is_named_except_leftovers_of_editors) {
  write("roles/A/A-2.yaml~", "old");
  write("roles/A/.A-2.yaml.swp", "old");
  EXPECT_TRUE(load());
  for (const char* name :
       {"roles/A/A-3.yml", "roles/B/A-2.yaml", "roles/A/deep/A-2.yaml", "roles/A-2.yaml"}) {
    write(name, "");
    const auto loaded = load();
    ASSERT_FALSE(loaded) << name;
    EXPECT_NE(loaded.error().message.find("named <letter>/<code>.yaml"), std::string::npos) << name;
    fs::remove(folder_ / name);
  }
}

TEST_F(Refusal, a_code_of_no_category_is_named) {
  change("catalogues/two-roles.yaml", "[A-2, A-10]", "[A-2, B-1]");
  expect_refused("catalogues/two-roles.yaml:6:14", "B-1 is of no category");
}

TEST_F(Refusal, a_code_listed_twice_is_named) {
  change("catalogues/two-roles.yaml", "[A-2, A-10]", "[A-2, A-2]");
  expect_refused("catalogues/two-roles.yaml:6:14", "stands twice");
}

TEST_F(Refusal, a_catalogue_whose_name_leaves_the_folder_is_named) {
  change("roles/categories.yaml", "catalogue: two-roles", "catalogue: ../two-roles");
  expect_refused("roles/categories.yaml:1:12", "a-z, 0-9");
}

TEST_F(Refusal, a_file_of_a_megabyte_is_named) {
  write(kRole, std::string(1'000'000, '#'));
  const auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, ErrorCode::limit_exceeded);
  EXPECT_TRUE(loaded.error().message.starts_with(path(kRole) + ":1:1: ")) << loaded.error().message;
}

TEST_F(Refusal, too_long_a_text_is_named) {
  change(kRole, "en: Policy}", "en: " + std::string(201, 'x') + "}");
  expect_refused("roles/A/A-2.yaml:5:21", "more than 200 bytes");
}

TEST_F(Refusal, a_file_cut_anywhere_is_refused_and_never_crashes) {
  const std::string whole = read(kRole);
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
    write(kRole, whole.substr(0, size));
    ASSERT_FALSE(load()) << size;
  }
}

TEST_F(Refusal, no_yaml_two_documents_and_a_list_are_named) {
  write(kRole, "names: {ja: [");
  EXPECT_FALSE(load());
  write(kRole, "- a\n");
  expect_refused("roles/A/A-2.yaml:1:1", "one mapping");
  write(kRole, "a: 1\n---\nb: 2\n");
  expect_refused("roles/A/A-2.yaml:1:1", "one mapping");
}

class PermissionRefusal : public Refusal {
 protected:
  std::string refused(const std::string& text) const {
    write("permissions.yaml", text);
    const auto table = PermissionTable::load(path("permissions.yaml"));
    return table ? "accepted" : table.error().message.substr(path("permissions.yaml").size());
  }
  const std::string area_ =
      "areas:\n"
      "  - area: alert\n"
      "    belongs_to: B\n"
      "    names: {ja: アラート, en: Alerts}\n"
      "    permissions:\n"
      "      alert.read: {ja: アラートの閲覧, en: Read alerts}\n";
};

TEST_F(PermissionRefusal, a_table_is_read_in_its_order) {
  write("permissions.yaml", area_ + "      alert.judge: {ja: アラートの判定, en: Judge alerts}\n");
  const auto table = PermissionTable::load(path("permissions.yaml"));
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_NE(table->find("alert.judge"), nullptr);
  EXPECT_EQ(table->find("alert.judge")->label.en, "Judge alerts");
  EXPECT_EQ(table->find("alert.close"), nullptr);
  EXPECT_EQ(table->permissions().front().name, "alert.read");
  EXPECT_EQ(table->names(), (Names{"alert.judge", "alert.read"}));
}

TEST_F(PermissionRefusal, a_permission_outside_its_area_is_named) {
  EXPECT_EQ(refused(area_ + "      rule.read: {ja: 閲覧, en: Read}\n").substr(0, 6), ":7:7: ");
  EXPECT_EQ(refused(area_ + "      alert.Read: {ja: 閲覧, en: Read}\n").substr(0, 6), ":7:7: ");
  EXPECT_EQ(refused(area_ + "      alert.: {ja: 閲覧, en: Read}\n").substr(0, 6), ":7:7: ");
}

TEST_F(PermissionRefusal, an_area_or_a_permission_that_stands_twice_is_named) {
  EXPECT_EQ(refused(area_ + area_.substr(7)).substr(0, 5), ":7:5:");
  EXPECT_EQ(refused(area_ + "      alert.read: {ja: 閲覧, en: Read}\n").substr(0, 5), ":7:7:");
}

TEST_F(PermissionRefusal, an_area_of_nobody_is_named) {
  std::string text = area_;
  text.replace(text.find(": B"), 3, ": b");
  EXPECT_NE(refused(text).find(":3:17: expected the letter"), std::string::npos);
}

class ServiceRefusal : public Refusal {
 protected:
  void SetUp() override {
    Refusal::SetUp();
    auto loaded = load();
    ASSERT_TRUE(loaded);
    roles_ = std::make_unique<RoleCatalogue>(std::move(*loaded));
  }
  base::Result<ServiceCatalogue> with(const std::string& services) const {
    write("catalogues/s.yaml",
          "catalogue: s\n"
          "kind: services\n"
          "roles_of: two-roles\n"
          "names: {ja: サービス, en: Services}\n"
          "edition: \"1\"\n"
          "source: {ja: 自作, en: Ours}\n"
          "categories: [{letter: A, names: {ja: 運営, en: Running}}]\n"
          "services:\n" +
              services);
    return ServiceCatalogue::load(path("catalogues/s.yaml"), *roles_);
  }
  std::string refused(const std::string& services) const {
    const auto loaded = with(services);
    return loaded ? "accepted" : loaded.error().message.substr(path("catalogues/s.yaml").size());
  }
  static std::string service(const std::string& code, const std::string& rest) {
    return "  - {code: " + code + ", names: {ja: 方針, en: Policy}, verified: true, " + rest + "}\n";
  }
  std::unique_ptr<RoleCatalogue> roles_;
};

TEST_F(ServiceRefusal, services_are_found_by_role_in_the_order_of_codes) {
  const auto loaded = with(service("A-10", "roles: [A-2]") + service("A-2", "roles: [A-2, A-10]") +
                           service("A-1", "roles: [], without_role: true, near: [A-10]"));
  ASSERT_TRUE(loaded) << loaded.error().message;
  const auto of_a2 = loaded->services_of({'A', 2});
  ASSERT_EQ(of_a2.size(), 2u);
  EXPECT_EQ(of_a2[0]->code.to_string(), "A-2");
  EXPECT_EQ(of_a2[1]->code.to_string(), "A-10");
  EXPECT_EQ(loaded->services_of({'A', 10}).size(), 1u);
  EXPECT_FALSE(loaded->services()[0].has_role());
}

TEST_F(ServiceRefusal, a_service_with_neither_role_nor_mark_is_named) {
  EXPECT_EQ(refused(service("A-1", "roles: []")).substr(0, 5), ":9:6:");
  EXPECT_EQ(refused(service("A-1", "roles: [A-2], without_role: true")).substr(0, 5), ":9:6:");
  EXPECT_NE(refused(service("A-1", "roles: [A-2], near: [A-10]")).find("without a role"), std::string::npos);
}

TEST_F(ServiceRefusal, a_service_of_an_unknown_role_or_category_or_code_is_named) {
  EXPECT_NE(refused(service("A-1", "roles: [A-3]")).find("A-3 is no role of two-roles"), std::string::npos);
  EXPECT_NE(refused(service("B-1", "roles: [A-2]")).find("B-1 is of no category"), std::string::npos);
  EXPECT_NE(refused(service("A1", "roles: [A-2]")).find("'A1' is no code"), std::string::npos);
  EXPECT_NE(refused(service("A-1", "roles: [A-2]") + service("A-1", "roles: [A-2]"))
                .find(":10:6: A-1 stands twice"),
            std::string::npos);
}

TEST_F(Refusal, levels_of_maturity_out_of_order_are_named) {
  std::string level = "  - {level: 1, meaning: {ja: 段階, en: Level}}\n";
  std::string levels;
  for (int i = 1; i <= 5; ++i)
    levels += "  - {level: " + std::to_string(i) + ", meaning: {ja: 段階, en: Level}}\n";
  const std::string head = "note: {ja: 自作, en: Ours}\nnot_applicable: {ja: 不要, en: Not needed}\n";
  write("roles/maturity.yaml", head + "insource:\n" + levels + "outsource:\n" + levels);
  EXPECT_TRUE(Maturity::load(path("roles/maturity.yaml")));
  write("roles/maturity.yaml",
        head + "insource:\n" + levels + "outsource:\n" + level + level + level + level + level);
  const auto refused = Maturity::load(path("roles/maturity.yaml"));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.starts_with(path("roles/maturity.yaml") + ":11:13: "))
      << refused.error().message;
}

TEST_F(Refusal, bundles_name_permissions_that_exist_each_once_with_those_the_program_gives) {
  const auto bundle = [](const std::string& key, const std::string& permissions) {
    return "  - key: " + key + "\n    names: {ja: 束, en: Bundle}\n    aim: {ja: 束です。, en: A bundle.}\n" +
           "    permissions: [" + permissions + "]\n";
  };
  const auto load = [&](const std::string& text) {
    write("bundles.yaml", "bundles:\n" + text);
    return BundleTable::load((folder_ / "bundles.yaml").string(), known_.permissions);
  };
  const std::string two = bundle("administrator", "alert.read") + bundle("member", "alert.judge, alert.read");
  const auto good = load(two);
  ASSERT_TRUE(good) << good.error().message;
  ASSERT_NE(good->find("member"), nullptr);
  EXPECT_EQ(good->find("member")->permissions, (std::vector<std::string>{"alert.judge", "alert.read"}));
  EXPECT_EQ(good->find("auditor"), nullptr);
  for (const std::string& bad : {bundle("administrator", "alert.read"), bundle("member", "alert.read"),
                                 two + bundle("member", "alert.read"), two + bundle("auditor", "alert.no"),
                                 two + bundle("auditor", "alert.read, alert.read"),
                                 two + bundle("auditor", ""), two + bundle("Auditor", "alert.read")}) {
    const auto refused = load(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_NE(refused.error().message.find("bundles.yaml:"), std::string::npos) << refused.error().message;
  }
}

}  // namespace
}  // namespace hinomi::content
