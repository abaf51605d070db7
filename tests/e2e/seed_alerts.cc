// hinomi_seed_alerts FILE COUNT: makes an alert store of COUNT alerts for the browser tests, since no rule
// may open that many within an hour. The rule set and the cursor stay those of an empty store, so that a
// pipeline starts on it.
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>

#include "store/alerts/alerts_test_support.h"
#include "store/alerts/writer.h"

namespace alerts = hinomi::store::alerts;

namespace {

int seed(const std::string& path, std::uint64_t count) {
  auto writer = alerts::Writer::open(path);
  if (!writer) {
    std::fprintf(stderr, "%s\n", writer.error().message.c_str());
    return 1;
  }
  alerts::Commit commit = alerts::many_alerts(count);
  commit.cursor = {};
  commit.rule_set.clear();
  const auto version = writer->commit(commit);
  if (version) return 0;
  std::fprintf(stderr, "%s\n", version.error().message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t count = 0;
  const std::string_view number = argc == 3 ? argv[2] : "";
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), count);
  if (argc == 3 && parsed.ec == std::errc{} && parsed.ptr == number.data() + number.size() && count > 0) {
    return seed(argv[1], count);
  }
  std::fprintf(stderr, "usage: hinomi_seed_alerts FILE COUNT\n");
  return 2;
}
