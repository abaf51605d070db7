// The roles and catalogues as they ship.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "content/maturity.h"
#include "content/permission_table.h"
#include "content/reader.h"
#include "content/role_catalogue.h"
#include "content/service_catalogue.h"
#include "content/testing/shipped.h"

namespace hinomi::content {
namespace {

const std::string kFolder = HINOMI_SOURCE_DIR "/content";

// Read once: what a test iterates over must outlive the loop.
const PermissionTable& permissions() {
  static const PermissionTable table = [] {
    auto loaded = PermissionTable::load(kFolder + "/permissions.yaml");
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded ? *loaded : PermissionTable();
  }();
  return table;
}

const RoleCatalogue& roles() {
  static const RoleCatalogue catalogue = [] {
    auto loaded = RoleCatalogue::load(kFolder, shipped_names());
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded ? *loaded : RoleCatalogue();
  }();
  return catalogue;
}

const ServiceCatalogue& services() {
  static const ServiceCatalogue catalogue = [] {
    auto loaded = ServiceCatalogue::load(kFolder + "/catalogues/itu-t-x1060.yaml", roles());
    EXPECT_TRUE(loaded) << loaded.error().message;
    return loaded ? *loaded : ServiceCatalogue();
  }();
  return catalogue;
}

TEST(RoleContent, has_the_54_roles_of_the_catalogue_in_its_nine_categories) {
  const RoleCatalogue& catalogue = roles();
  EXPECT_EQ(catalogue.key(), "isog-j-2018");
  EXPECT_EQ(catalogue.roles().size(), 54u);
  std::map<char, int> counts;
  for (const Role& role : catalogue.roles()) ++counts[role.code.letter];
  const std::map<char, int> expected{{'A', 6}, {'B', 5},  {'C', 5}, {'D', 8}, {'E', 7},
                                     {'F', 4}, {'G', 10}, {'H', 3}, {'I', 6}};
  EXPECT_EQ(counts, expected);
  EXPECT_EQ(catalogue.categories().size(), expected.size());
}

TEST(RoleContent, stands_in_the_order_of_codes) {
  const RoleCatalogue& catalogue = roles();
  const auto& list = catalogue.roles();
  EXPECT_TRUE(
      std::is_sorted(list.begin(), list.end(), [](const Role& a, const Role& b) { return a.code < b.code; }));
  const auto g2 =
      std::find_if(list.begin(), list.end(), [](const Role& r) { return r.code == Code{'G', 2}; });
  const auto g10 =
      std::find_if(list.begin(), list.end(), [](const Role& r) { return r.code == Code{'G', 10}; });
  EXPECT_LT(g2, g10);
}

TEST(RoleContent, is_written_in_both_languages) {
  const auto expect_both = [](const Bilingual& text, const Role& role) {
    EXPECT_TRUE(has_japanese(text.ja)) << role.code.to_string() << ": " << text.ja;
    EXPECT_FALSE(text.en.empty()) << role.code.to_string();
    EXPECT_FALSE(has_japanese(text.en)) << role.code.to_string() << ": " << text.en;
  };
  for (const Role& role : roles().roles()) {
    for (const Bilingual* text :
         {&role.names, &role.aim, &role.work.in, &role.work.does, &role.work.out, &role.work.reader}) {
      expect_both(*text, role);
    }
    for (const RoleMeasure& measure : role.measures) {
      expect_both(measure.names, role);
      expect_both(measure.definition, role);
    }
    for (const Bilingual& skill : role.skills) expect_both(skill, role);
  }
}

TEST(RoleContent, no_two_roles_share_a_name_or_an_aim) {
  std::map<std::string, Code> seen;
  for (const Role& role : roles().roles()) {
    for (const std::string& text : {role.names.ja, role.names.en, role.aim.ja, role.aim.en}) {
      const auto [first, added] = seen.try_emplace(text, role.code);
      EXPECT_TRUE(added) << role.code.to_string() << " and " << first->second.to_string() << ": " << text;
    }
  }
}

// README.md and README.ja.md tell what works; they and the content must not contradict each other.
TEST(RoleContent, agrees_with_the_tables_of_the_readmes) {
  const auto lines_of = [](const std::string& name) {
    std::ifstream file(std::string(HINOMI_SOURCE_DIR) + "/" + name);
    std::map<std::string, std::string> lines;
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("| ")) lines[line.substr(2, line.find(' ', 2) - 2)] = line;
    }
    return lines;
  };
  const auto english = lines_of("README.md");
  const auto japanese = lines_of("README.ja.md");
  for (const Role& role : roles().roles()) {
    const std::string code = role.code.to_string();
    ASSERT_TRUE(english.contains(code) && japanese.contains(code)) << code;
    const bool planned = role.state == RoleState::planned;
    EXPECT_TRUE(
        english.at(code).starts_with("| " + code + " | " + role.names.en + " (" + role.names.ja + ") | "))
        << english.at(code);
    EXPECT_TRUE(japanese.at(code).starts_with("| " + code + " | " + role.names.ja + " | "))
        << japanese.at(code);
    EXPECT_EQ(english.at(code).ends_with("| planned |"), planned) << english.at(code);
    EXPECT_EQ(japanese.at(code).ends_with("| 予定 |"), planned) << japanese.at(code);
  }
}

TEST(RoleContent, every_role_is_measured_may_do_something_and_needs_skills) {
  for (const Role& role : roles().roles()) {
    EXPECT_GE(role.measures.size(), 2u) << role.code.to_string();
    EXPECT_GE(role.permissions.size(), 1u) << role.code.to_string();
    EXPECT_GE(role.skills.size(), 3u) << role.code.to_string();
    EXPECT_LE(role.skills.size(), 6u) << role.code.to_string();
  }
}

TEST(RoleContent, no_role_stands_alone) {
  for (const Role& role : roles().roles()) {
    EXPECT_FALSE(role.feeds.empty()) << role.code.to_string();
    EXPECT_FALSE(role.fed_by.empty()) << role.code.to_string();
  }
}

// The flows that the design of the platform names role by role.
TEST(RoleContent, knows_the_flows_between_roles) {
  const RoleCatalogue& catalogue = roles();
  const auto feeds = [&catalogue](Code from, Code to) {
    const Role* role = catalogue.find(from);
    return role != nullptr && std::binary_search(role->feeds.begin(), role->feeds.end(), to);
  };
  const std::vector<std::pair<Code, Code>> flows{
      {{'G', 6}, {'B', 1}}, {{'B', 1}, {'B', 3}}, {{'B', 3}, {'B', 2}}, {{'B', 2}, {'D', 1}},
      {{'A', 2}, {'B', 1}}, {{'A', 2}, {'D', 1}}, {{'A', 2}, {'D', 3}}, {{'B', 4}, {'B', 5}},
      {{'B', 5}, {'G', 7}}, {{'E', 6}, {'D', 1}}, {{'D', 1}, {'D', 3}}, {{'D', 3}, {'D', 7}},
      {{'A', 3}, {'D', 4}}, {{'D', 3}, {'D', 4}}, {{'D', 4}, {'C', 5}}, {{'D', 5}, {'C', 5}},
      {{'C', 1}, {'C', 4}}, {{'C', 2}, {'C', 4}}, {{'C', 3}, {'C', 4}}, {{'C', 4}, {'D', 3}},
      {{'C', 3}, {'F', 4}}, {{'F', 4}, {'G', 7}}, {{'D', 8}, {'F', 1}}, {{'F', 1}, {'A', 4}},
      {{'F', 2}, {'E', 3}}, {{'E', 2}, {'E', 3}}, {{'E', 7}, {'A', 3}}, {{'A', 5}, {'G', 9}},
      {{'A', 6}, {'I', 2}}, {{'H', 3}, {'H', 2}}, {{'H', 2}, {'C', 5}}, {{'A', 1}, {'H', 1}},
      {{'I', 6}, {'F', 2}}, {{'F', 4}, {'I', 6}}, {{'I', 3}, {'E', 5}}, {{'A', 5}, {'A', 1}}};
  for (const auto& [from, to] : flows) EXPECT_TRUE(feeds(from, to)) << from.to_string() << to.to_string();
}

TEST(PermissionContent, every_permission_is_in_the_bundle_of_a_role) {
  Names used;
  for (const Role& role : roles().roles()) used.insert(role.permissions.begin(), role.permissions.end());
  for (const std::string& name : permissions().names()) EXPECT_TRUE(used.contains(name)) << name;
}

TEST(PermissionContent, every_area_of_a_category_belongs_to_one_that_exists) {
  const RoleCatalogue& catalogue = roles();
  for (const PermissionArea& area : permissions().areas()) {
    if (area.belongs_to == "platform") continue;
    EXPECT_NE(catalogue.category(area.belongs_to[0]), nullptr) << area.key;
  }
}

Names bundle(const RoleCatalogue& catalogue, Code code) {
  const Role* role = catalogue.find(code);
  return role == nullptr ? Names{} : Names(role->permissions.begin(), role->permissions.end());
}

// Those who have any permission of an area.
std::string holders(const RoleCatalogue& catalogue, const std::string& prefix) {
  std::string out;
  for (const Role& role : catalogue.roles()) {
    if (std::any_of(role.permissions.begin(), role.permissions.end(),
                    [&prefix](const std::string& name) { return name.starts_with(prefix); })) {
      out += (out.empty() ? "" : " ") + role.code.to_string();
    }
  }
  return out;
}

TEST(PermissionContent, who_runs_the_platform_sees_settings_and_no_content) {
  const RoleCatalogue& catalogue = roles();
  const PermissionTable& table = permissions();
  const Names administrator = bundle(catalogue, {'G', 10});
  EXPECT_TRUE(administrator.contains("settings.change"));
  EXPECT_TRUE(administrator.contains("account.manage"));
  const Names unavoidable{"policy.read", "policy.acknowledge", "task.read", "task.change"};
  for (const std::string& name : administrator) {
    const Permission* permission = table.find(name);
    ASSERT_NE(permission, nullptr) << name;
    EXPECT_TRUE(table.areas()[permission->area].belongs_to == "platform" || unavoidable.contains(name))
        << name;
  }
  EXPECT_FALSE(administrator.contains("audit.export"));
  EXPECT_FALSE(administrator.contains("vault.open"));
  EXPECT_FALSE(administrator.contains("assignment.create")) << "could give himself any role";
  EXPECT_FALSE(administrator.contains("role.change")) << "could give his role any permission";
}

TEST(PermissionContent, what_must_stay_with_few_stays_with_few) {
  const RoleCatalogue& catalogue = roles();
  EXPECT_EQ(holders(catalogue, "account.manage"), "G-10");
  EXPECT_EQ(holders(catalogue, "settings.change"), "G-10");
  EXPECT_EQ(holders(catalogue, "role.change"), "A-1");
  EXPECT_EQ(holders(catalogue, "assignment.create"), "A-1 A-6");
  EXPECT_EQ(holders(catalogue, "recovery.release"), "D-2");
  EXPECT_EQ(holders(catalogue, "audit."), "H-1");
  EXPECT_EQ(holders(catalogue, "vault.open"), "H-2");
  EXPECT_EQ(holders(catalogue, "insider_case."), "D-6 H-2");
  EXPECT_EQ(holders(catalogue, "insider_alert."), "H-3");
  EXPECT_EQ(holders(catalogue, "break_glass.use"), "D-2");
  EXPECT_EQ(holders(catalogue, "evidence.destroy"), "C-5");
  EXPECT_EQ(holders(catalogue, "evidence.release"), "C-5");
  EXPECT_EQ(holders(catalogue, "sample.download"), "C-3");
  EXPECT_EQ(holders(catalogue, "drill.read_person"), "E-6");
  EXPECT_EQ(holders(catalogue, "candidate."), "I-4");
}

TEST(PermissionContent, who_reviews_emergency_access_does_not_use_it) {
  for (const Role& role : roles().roles()) {
    const Names names(role.permissions.begin(), role.permissions.end());
    EXPECT_FALSE(names.contains("break_glass.use") && names.contains("break_glass.review"))
        << role.code.to_string();
  }
}

TEST(ServiceContent, maps_64_services_to_roles_or_marks_them) {
  const ServiceCatalogue& x1060 = services();
  EXPECT_EQ(x1060.services().size(), 64u);
  std::map<char, int> counts;
  int without = 0;
  for (const Service& service : x1060.services()) {
    ++counts[service.code.letter];
    without += service.has_role() ? 0 : 1;
  }
  const std::map<char, int> expected{{'A', 13}, {'B', 4},  {'C', 4}, {'D', 7}, {'E', 9},
                                     {'F', 5},  {'G', 13}, {'H', 2}, {'I', 7}};
  EXPECT_EQ(counts, expected);
  EXPECT_EQ(without, 14);
}

TEST(ServiceContent, every_role_is_seen_through_a_service) {
  const RoleCatalogue& catalogue = roles();
  const ServiceCatalogue& x1060 = services();
  for (const Role& role : catalogue.roles()) {
    EXPECT_FALSE(x1060.services_of(role.code).empty()) << role.code.to_string();
  }
}

TEST(MaturityContent, has_five_levels_for_both_ways) {
  const auto maturity = Maturity::load(kFolder + "/roles/maturity.yaml");
  ASSERT_TRUE(maturity) << maturity.error().message;
  EXPECT_EQ(maturity->insource.size(), 5u);
  EXPECT_EQ(maturity->outsource.back().level, 5);
}

}  // namespace
}  // namespace hinomi::content
