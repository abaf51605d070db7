#include "access/decision.h"

#include <gtest/gtest.h>

#include <random>

namespace hinomi::access {
namespace {

using base::OrganisationId;
using base::SiteId;
using base::VaultId;

Principal analyst(std::initializer_list<std::pair<std::string_view, Reach>> grants) {
  auto held = std::make_shared<Grants>();
  for (const auto& [permission, reach] : grants) held->add(permission, reach);
  Principal principal;
  principal.kind = PrincipalKind::staff;
  principal.id = *base::RecordId::parse("017f22e2-79b0-7fff-bf44-5566778899aa");
  principal.grants = held;
  return principal;
}

Reach in(std::uint32_t organisation, std::optional<std::uint32_t> site = std::nullopt) {
  Reach reach;
  reach.add(Place{OrganisationId{organisation}, site ? std::optional(SiteId{*site}) : std::nullopt});
  return reach;
}

ObjectView object(std::uint32_t organisation, std::uint32_t site = 0, std::uint32_t vault = 0) {
  ObjectView view;
  view.labels.organisation = OrganisationId{organisation};
  view.labels.site = SiteId{site};
  view.labels.vault = VaultId{vault};
  return view;
}

TEST(DecisionTest, what_may_not_be_read_is_hidden_not_refused) {
  const Principal one = analyst({{"person.read", in(1)}, {"person.change", in(2)}});
  EXPECT_EQ(decide(one, "person.read", "person.read", object(1)), Decision::allowed);
  EXPECT_EQ(decide(one, "person.change", "person.read", object(1)), Decision::refused);
  EXPECT_EQ(decide(one, "person.change", "person.read", object(2)), Decision::hidden);
  EXPECT_EQ(decide(one, "person.read", "person.read", object(3)), Decision::hidden);
}

TEST(DecisionTest, a_site_narrows_its_organisation) {
  const Principal one = analyst({{"person.read", in(1, 7)}});
  EXPECT_EQ(decide(one, "person.read", "person.read", object(1, 7)), Decision::allowed);
  EXPECT_EQ(decide(one, "person.read", "person.read", object(1, 8)), Decision::hidden);
  EXPECT_EQ(decide(one, "person.read", "person.read", object(1)), Decision::hidden);
}

TEST(DecisionTest, a_vault_is_closed_to_everybody_but_its_members) {
  Reach everywhere;
  everywhere.everywhere = true;
  Principal one = analyst({{"person.read", everywhere}});
  EXPECT_EQ(decide(one, "person.read", "person.read", object(1, 0, 5)), Decision::hidden);
  EXPECT_EQ(decide(system_principal(), "person.read", "person.read", object(1, 0, 5)), Decision::hidden);
  one.vaults = {VaultId{5}};
  EXPECT_EQ(decide(one, "person.read", "person.read", object(1, 0, 5)), Decision::allowed);
}

TEST(DecisionTest, what_has_an_owner_is_for_nobody_else) {
  const Principal one = analyst({{"notice.read", in(1)}});
  ObjectView view = object(1);
  view.owner = one.id;
  EXPECT_EQ(decide(one, "notice.read", "notice.read", view), Decision::allowed);
  view.owner = base::RecordId::parse("017f22e2-79b0-7fff-bf44-5566778899ab");
  EXPECT_EQ(decide(one, "notice.read", "notice.read", view), Decision::hidden);
}

TEST(DecisionTest, nobody_without_grants_may_anything) {
  EXPECT_EQ(decide(Principal{}, "person.read", "person.read", object(0)), Decision::hidden);
  EXPECT_EQ(RowFilter::of(Principal{}, "person.read", true).sql, "1=0");
}

// Grants of two roles give exactly what each gives by itself, never more.
TEST(DecisionTest, two_roles_never_widen_one_another) {
  std::mt19937 random(20261125);
  constexpr std::string_view kPermissions[] = {"a.read", "a.change", "b.read"};
  const auto roll = [&](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::pair<std::string_view, Reach>> given;
    for (std::uint32_t i = 0; i < 1 + roll(5); ++i) {
      Reach reach = in(roll(3), roll(2) == 0 ? std::nullopt : std::optional(roll(3)));
      given.emplace_back(kPermissions[roll(3)], reach);
    }
    auto together = std::make_shared<Grants>();
    for (const auto& [permission, reach] : given) together->add(permission, reach);
    Principal both;
    both.kind = PrincipalKind::staff;
    both.grants = together;
    for (const std::string_view permission : kPermissions)
      for (std::uint32_t organisation = 0; organisation < 3; ++organisation)
        for (std::uint32_t site = 0; site < 3; ++site) {
          const bool by_one = std::any_of(given.begin(), given.end(), [&](const auto& one) {
            return one.first == permission && one.second.holds(OrganisationId{organisation}, SiteId{site});
          });
          const bool allowed =
              decide(both, permission, permission, object(organisation, site)) == Decision::allowed;
          ASSERT_EQ(allowed, by_one);
        }
  }
}

TEST(DecisionTest, what_two_hold_in_common_is_held_by_each) {
  std::mt19937 random(7);
  const auto roll = [&](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
  const auto some = [&] {
    Grants grants;
    for (std::uint32_t i = 0; i < 1 + roll(4); ++i) {
      Reach reach = in(roll(3), roll(2) == 0 ? std::nullopt : std::optional(roll(3)));
      reach.everywhere = roll(8) == 0;
      grants.add(roll(2) == 0 ? "a.read" : "b.read", reach);
    }
    return grants;
  };
  const auto holds = [](const Grants& grants, std::string_view permission, std::uint32_t o, std::uint32_t s) {
    const Reach* const reach = grants.find(permission);
    return reach != nullptr && reach->holds(OrganisationId{o}, SiteId{s});
  };
  for (int round = 0; round < 2000; ++round) {
    const Grants a = some();
    const Grants b = some();
    const Grants both = Grants::common(a, b);
    for (const std::string_view permission : {"a.read", "b.read"})
      for (std::uint32_t o = 0; o < 3; ++o)
        for (std::uint32_t s = 0; s < 3; ++s)
          ASSERT_EQ(holds(both, permission, o, s), holds(a, permission, o, s) && holds(b, permission, o, s));
  }
}

TEST(RowFilterTest, lists_places_with_their_values_in_order) {
  Reach reach = in(1);
  reach.add(in(2, 9));
  const RowFilter filter = RowFilter::of(analyst({{"person.read", reach}}), "person.read", false);
  EXPECT_EQ(filter.sql, "(vault=0) AND (organisation=? OR (organisation=? AND site=?))");
  EXPECT_EQ(filter.values, (std::vector<std::int64_t>{1, 2, 9}));
}

}  // namespace
}  // namespace hinomi::access
