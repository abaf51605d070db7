#include "store/alerts/attack_tags.h"

#include <gtest/gtest.h>

namespace hinomi::store::alerts {
namespace {

TEST(AttackTags, a_tactic_reads_the_same_with_hyphen_and_underscore) {
  EXPECT_EQ(tactic_of("attack.lateral_movement"), "lateral-movement");
  EXPECT_EQ(tactic_of("Attack.Lateral-Movement"), "lateral-movement");
  EXPECT_EQ(tactic_form("LATERAL_movement"), "lateral-movement");
}

TEST(AttackTags, a_technique_is_no_tactic_and_the_other_way_round) {
  EXPECT_EQ(technique_of("attack.t1021.002"), "T1021.002");
  EXPECT_EQ(technique_of("attack.T1021"), "T1021");
  EXPECT_EQ(tactic_of("attack.t1021"), std::nullopt);
  EXPECT_EQ(technique_of("attack.execution"), std::nullopt);
}

TEST(AttackTags, other_tags_are_neither) {
  for (const char* tag :
       {"", "attack.", "attack", "cve.2021-44228", "attack.g0010", "attack.s0002", "attack.t1021.02",
        "attack.t102", "attack.t1021x002", "attack.t1021.002.1", "attack.exe cution", "attack.実行"}) {
    EXPECT_EQ(tactic_of(tag), std::nullopt) << tag;
    EXPECT_EQ(technique_of(tag), std::nullopt) << tag;
  }
}

}  // namespace
}  // namespace hinomi::store::alerts
