// hinomi_seed_records DATA COUNT: puts the demo company and COUNT more people into the records of a data
// folder, for browser tests and benchmarks; what a server with --demo on it then shows.
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

#include "app/record_keeper.h"
#include "base/json_writer.h"
#include "record/json.h"

namespace {

using namespace hinomi;

constexpr std::uint64_t kBatch = 2000;

std::string person(std::uint64_t number) {
  constexpr std::string_view kFamily[] = {"佐藤", "鈴木", "高橋", "田中", "伊藤",
                                          "渡辺", "山本", "中村", "小林", "加藤"};
  constexpr std::string_view kReading[] = {"サトウ",   "スズキ",   "タカハシ", "タナカ",   "イトウ",
                                           "ワタナベ", "ヤマモト", "ナカムラ", "コバヤシ", "カトウ"};
  constexpr std::string_view kDepartments[] = {"営業部",     "設計部", "製造部",
                                               "品質保証部", "経理部", "人事部"};
  const std::size_t family = number * 7 % std::size(kFamily);
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().key("name").string(std::string(kFamily[family]) + " " + std::to_string(number));
  json.key("name_kana").string(kReading[family]).key("organisation").integer(1);
  json.key("department").string(kDepartments[number * 13 % std::size(kDepartments)]);
  json.key("email").string("u" + std::to_string(number) + "@corp.soramino.example");
  json.key("joined_on").string("20" + std::to_string(10 + number % 16) + "-04-01");
  json.end_object();
  return body;
}

base::Result<void> seed(app::RecordKeeper& keeper, std::uint64_t count) {
  record::Engine& engine = keeper.engine();
  const schema::Entity& people = engine.registry().get("person");
  const access::Principal system = access::system_principal();
  record::Context context;
  context.who = &system;
  context.realm = base::Realm::demo;
  for (std::uint64_t first = 0; first < count; first += kBatch) {
    const auto done = engine.in_write([&](store::sql::Connection& connection) -> base::Result<void> {
      for (std::uint64_t i = first; i < std::min(first + kBatch, count); ++i) {
        auto read = record::read_draft(people, person(i), true);
        if (!read) return read.error();
        const auto made = engine.create_within(connection, context, people, std::move(read->draft));
        if (!made) return made.refusal().error;
      }
      return {};
    });
    if (!done) return done;
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t count = 0;
  const std::string_view number = argc == 3 ? argv[2] : "";
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), count);
  if (argc != 3 || parsed.ec != std::errc{} || parsed.ptr != number.data() + number.size()) {
    std::fprintf(stderr, "usage: hinomi_seed_records DATA COUNT\n");
    return 2;
  }
  static os::SystemClock clock;
  const auto folder = app::open_data_folder(argv[1]);
  if (!folder) {
    std::fprintf(stderr, "%s\n", folder.error().message.c_str());
    return 1;
  }
  auto keeper = app::RecordKeeper::open(
      {.folder = *folder, .database = {}, .demo = true, .clock = &clock, .log = [](const std::string&) {}});
  if (!keeper) {
    std::fprintf(stderr, "%s\n", keeper.error().message.c_str());
    return 1;
  }
  if (const auto done = seed(**keeper, count); !done) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return 1;
  }
  return 0;
}
