#include "normalise/entity.h"

#include <gtest/gtest.h>

#include <memory>

#include "normalise/normaliser.h"

namespace hinomi::normalise {
namespace {

// The mappings as they ship.
class EntityTest : public testing::Test {
 protected:
  void SetUp() override {
    constexpr const char* kMappings = HINOMI_SOURCE_DIR "/content/mappings";
    auto normaliser = Normaliser::load(kMappings, fields_, sources_);
    ASSERT_TRUE(normaliser);
    normaliser_ = std::move(*normaliser);
    auto rules = EntityRules::load(kMappings, fields_);
    ASSERT_TRUE(rules) << rules.error().message << " line " << rules.error().where.line;
    rules_ = std::move(*rules);
    ASSERT_TRUE(normaliser_->freeze(rules_.new_fields()));
    extractor_ = std::make_unique<Extractor>(*normaliser_);
    finder_ = std::make_unique<EntityFinder>(rules_, sources_);
  }
  std::string entity(std::string_view record) {
    const bool json = record.starts_with('{');
    const auto extracted = json ? extractor_->json(record, 1, event::Extent::referenced, arena_, event_)
                                : extractor_->line(record, 1, event::Extent::referenced, arena_, event_);
    EXPECT_TRUE(extracted);
    extractor_->finish(event_);
    const auto found = finder_->find(event_);
    return found ? std::string(found->field) + "=" + std::string(found->value) : "";
  }

  event::FieldTable fields_;
  event::SourceRegistry sources_;
  std::unique_ptr<Normaliser> normaliser_;
  EntityRules rules_;
  std::unique_ptr<Extractor> extractor_;
  std::unique_ptr<EntityFinder> finder_;
  base::Arena arena_;
  event::Event event_;
};

TEST_F(EntityTest, the_host_comes_before_user_and_address) {
  EXPECT_EQ(entity(R"({"user":{"name":"a"},"source":{"ip":"192.0.2.1"},"host":{"name":"h"}})"), "Computer=h");
  EXPECT_EQ(entity(R"({"user":{"name":"a"},"source":{"ip":"192.0.2.1"}})"), "user.name=a");
  EXPECT_EQ(entity(R"({"source":{"ip":"192.0.2.1"}})"), "source.ip=192.0.2.1");
  EXPECT_EQ(entity(R"({"message":"nobody"})"), "");
}

TEST_F(EntityTest, the_demo_company_names_its_hosts) {
  EXPECT_EQ(entity(R"({"@timestamp":"2026-04-13T15:00:03.239Z","EventID":4624,"Channel":"Security",)"
                   R"("Computer":"SRM-WEB01.corp.soramino.example","TargetUserName":"svc-mon"})"),
            "Computer=SRM-WEB01.corp.soramino.example");
  EXPECT_EQ(entity(R"({"host":{"name":"KT-PC-014"},"winlog":{"channel":"Security","event_id":4624,)"
                   R"("computer_name":"KT-PC-014.corp.soramino.example"}})"),
            "Computer=KT-PC-014.corp.soramino.example");
  EXPECT_EQ(entity("2026-04-14T00:00:01.094+09:00 lnx-prx01 CRON[15883]: (root) CMD (true)"),
            "host=lnx-prx01");
  EXPECT_EQ(entity("node=lnx-prx01 type=EXECVE msg=audit(1776092401.124:10001): argc=1 a0=\"/bin/sh\""),
            "node=lnx-prx01");
}

TEST_F(EntityTest, in_logs_of_a_device_that_watches_others_it_is_the_client) {
  EXPECT_EQ(
      entity(R"({"event":{"dataset":"dns.log"},"host":{"name":"lnx-dns01"},"source":{"ip":"10.20.1.36"},)"
             R"("dns":{"question":{"name":"www.example"}}})"),
      "src_ip=10.20.1.36");
  EXPECT_EQ(
      entity(R"({"event":{"dataset":"proxy.log"},"host":{"name":"lnx-prx01"},"source":{"ip":"10.20.1.52"},)"
             R"("user":{"name":"d.hirano"},"url":{"original":"https://www.example/"}})"),
      "src_ip=10.20.1.52");
  EXPECT_EQ(entity("<134>1 2026-04-14T06:35:48.683+09:00 vpn01 vpngw 2005 LOGON [vpn@32473 "
                   "user=\"n.noguchi\" src=\"203.0.113.164\" result=\"success\"] established"),
            "user=n.noguchi");
}

TEST_F(EntityTest, values_that_name_nobody_are_passed_over) {
  EXPECT_EQ(entity(R"({"host":{"name":"LOCALHOST"},"user":{"name":" "},"TargetUserName":"-",)"
                   R"("IpAddress":"192.0.2.7"})"),
            "IpAddress=192.0.2.7");
  EXPECT_EQ(entity(R"({"host":{"name":null}})"), "");
}

TEST_F(EntityTest, an_object_called_like_a_candidate_is_neither_entity_nor_made_a_text) {
  EXPECT_EQ(entity(R"({"host":{"os":"x"},"user":{"id":"7"},"src_ip":"192.0.2.9"})"), "src_ip=192.0.2.9");
  for (const event::Slot& slot : event_.slots) EXPECT_FALSE(slot.value.text.starts_with("{"));
  EXPECT_EQ(entity(R"({"host":"h","user":{"id":"7"}})"), "host=h");
}

TEST(EntityRulesText, what_is_no_list_of_fields_is_refused_with_its_place) {
  event::FieldTable fields;
  EXPECT_TRUE(EntityRules::read("entities:\n  - fields: [a]\n", fields));
  EXPECT_FALSE(EntityRules::read("entities:\n  - for: {product: x}\n", fields));
  EXPECT_FALSE(EntityRules::read("entities:\n  - fields: [a]\n    also: b\n", fields));
  EXPECT_FALSE(EntityRules::read("entities: a\n", fields));
  const auto wrong = EntityRules::read("entities:\n  - fields: [a]\n    for: {colour: red}\n", fields);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().where.line, 3);
}

}  // namespace
}  // namespace hinomi::normalise
