#include "api/openapi.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "api/openapi_parts.h"
#include "api/problem.h"
#include "api/records/answer.h"
#include "api/testing/api_fixture.h"
#include "messages/messages.h"
#include "parse/json/reader.h"

namespace hinomi::api {
namespace {

class OpenApi : public ApiFixture {};

Route route(std::string_view pattern, RouteWords words) {
  Route made;
  made.pattern = pattern;
  made.words = words;
  return made;
}

// The member of this name, walked down from one to the next; nullopt: it is not there.
std::optional<parse::json::Value> at(parse::json::Value value,
                                     std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    std::optional<parse::json::Value> found;
    if (value.kind() != parse::json::Kind::object) return std::nullopt;
    for (auto key = value.first(); !(key == value.last()); key = key.next().next())
      if (key.string() == name) found = key.next();
    if (!found) return std::nullopt;
    value = *found;
  }
  return value;
}

std::set<std::string> strings_of(const parse::json::Value& array) {
  std::set<std::string> strings;
  for (auto one = array.first(); !(one == array.last()); one = one.next())
    strings.insert(std::string(one.string()));
  return strings;
}

TEST_F(OpenApi, every_route_of_the_server_is_described) {
  start();
  const std::vector<std::string> faults = faults_of({}, server_->routes());
  for (const std::string& fault : faults) ADD_FAILURE() << fault;
  parse::json::Reader reader;
  const auto document = reader.read(server_->openapi());
  ASSERT_TRUE(document);
  for (const Route& one : server_->routes()) {
    std::string method(http::name_of(one.method));
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    EXPECT_TRUE(at(*document, {"paths", one.pattern, method})) << method << " " << one.pattern;
  }
}

TEST_F(OpenApi, a_route_without_words_is_a_fault) {
  EXPECT_EQ(faults_of({}, {route("/api/v1/x", {})}).size(), 1U);
  EXPECT_EQ(faults_of({}, {route("/api/v1/x", {.summary = "X"})}).size(), 0U);
  EXPECT_EQ(faults_of({}, {route("/api/v1/x", {.summary = "X", .answer = "Nowhere"})}).size(), 1U);
  EXPECT_EQ(faults_of({}, {route("/api/v1/x", {.summary = "X", .body = "Nowhere"})}).size(), 1U);
  EXPECT_EQ(faults_of({}, {route("/api/v1/x", {.summary = "X", .parameters = "list.q nowhere.x"})}).size(),
            1U);
}

TEST_F(OpenApi, it_is_told_to_those_who_are_signed_in) {
  start();
  EXPECT_EQ(ask(request("GET", "/api/v1/openapi.json")).status, 401);
  sign_in();
  const http::RawResponse response = get("/api/v1/openapi.json");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("Content-Type"), "application/json");
  EXPECT_EQ(response.body, server_->openapi());
}

TEST_F(OpenApi, it_names_every_code_of_a_refusal) {
  start();
  parse::json::Reader reader;
  const auto document = reader.read(server_->openapi());
  ASSERT_TRUE(document);
  const auto codes = strings_of(*at(*document, {"components", "schemas", "ProblemCode", "enum"}));
  for (const ProblemFacts& one : all_problems()) {
    EXPECT_TRUE(codes.contains(std::string(one.code))) << one.code;
    const std::string answer = "Problem" + std::to_string(one.status);
    const auto of_status = at(*document, {"components", "responses", answer, "x-codes"});
    ASSERT_TRUE(of_status) << answer;
    EXPECT_TRUE(strings_of(*of_status).contains(std::string(one.code))) << one.code;
  }
  for (const records::RefusalFacts& one : records::all_refusals())
    EXPECT_TRUE(codes.contains(std::string(one.code))) << one.code;
  EXPECT_TRUE(codes.contains("needs_precondition"));
}

TEST_F(OpenApi, the_codes_of_faults_are_those_that_have_a_text) {
  start();
  parse::json::Reader reader;
  const auto document = reader.read(server_->openapi());
  ASSERT_TRUE(document);
  const auto codes = strings_of(*at(*document, {"components", "schemas", "FaultCode", "enum"}));
  std::set<std::string> written;
  std::ifstream file(std::string(HINOMI_SOURCE_DIR) + "/content/messages/labels.yaml");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("fault.")) written.insert(line.substr(6, line.find(':') - 6));
  EXPECT_EQ(codes, written);
}

TEST(OpenApiText, indented_json_holds_the_same_and_no_json_is_refused) {
  const std::string text = R"({"a":[1,-2,18446744073709551615,0.5,true,null,"\"あ"],"b":{"c":")" +
                           std::string(100, 'c') + R"("}})";
  const auto lines = indented(text);
  ASSERT_TRUE(lines);
  EXPECT_NE(lines->find("\n \"a\": [1,-2,"), std::string::npos) << *lines;
  EXPECT_NE(lines->find("\n  \"c\": "), std::string::npos) << *lines;
  parse::json::Reader reader;
  const auto again = reader.read(*lines);
  ASSERT_TRUE(again);
  std::string same;
  parse::json::append_json(same, *again);
  EXPECT_EQ(same, text);
  EXPECT_FALSE(indented("{"));
}

}  // namespace
}  // namespace hinomi::api
