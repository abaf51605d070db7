// records_bench SEEDER SCRATCH [COUNT]: a server with COUNT (100,000) people; 20 users at once ask for lists
// as a browser does: pages by offset and cursor, sorted, filtered, searched, facets, single records. Prints
// medians and 95th percentiles for each kind, and the memory of the front.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "fault/server_process.h"
#include "perf/bench_support.h"

namespace {

using namespace hinomi;
using Clock = std::chrono::steady_clock;

constexpr int kUsers = 20;
constexpr int kRequests = 100;  // of each user

struct Figures {
  std::mutex mutex;
  std::map<std::string, std::vector<double>> ms;
  std::atomic<int> failed{0};
};

double percentile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

std::string target_of(const std::string& kind, std::mt19937& random, int count) {
  const auto below = [&](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
  const std::string list = "/api/v1/people?limit=100";
  if (kind == "first page") return list;
  if (kind == "page by offset") return list + "&total=false&offset=" + std::to_string(below(count));
  if (kind == "sorted by reading")
    return list + "&sort=name_kana&total=false&offset=" + std::to_string(below(count));
  if (kind == "sorted backwards") return list + "&sort=-joined_on";
  if (kind == "filtered") return list + "&department=%E7%B5%8C%E7%90%86%E9%83%A8&sort=name";
  if (kind == "name holds") return list + "&name.has=" + std::to_string(below(count));
  if (kind == "full text") return list + "&q=" + std::to_string(below(count));
  if (kind == "facets") return "/api/v1/people/facets?field=department";
  return "/api/v1/search?q=" + std::to_string(below(count));
}

void user(fault::ServerProcess& server, const std::string& cookie, int seed, int count, Figures& figures) {
  const std::vector<std::string> kinds = {"first page",       "page by offset", "sorted by reading",
                                          "sorted backwards", "filtered",       "name holds",
                                          "full text",        "facets",         "search everything"};
  std::mt19937 random(static_cast<unsigned>(seed));
  load::HttpSender http("127.0.0.1", server.settings().port);
  for (int i = 0; i < kRequests; ++i) {
    const std::string& kind = kinds[static_cast<std::size_t>(random() % kinds.size())];
    const std::string target = target_of(kind, random, count);
    const auto begin = Clock::now();
    const auto answer = http.request("GET", target, {{"Cookie", cookie}}, "");
    const double ms = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    if (answer.status != 200) {
      ++figures.failed;
      std::fprintf(stderr, "%s: %d\n", target.c_str(), answer.status);
      continue;
    }
    {
      const std::lock_guard lock(figures.mutex);
      figures.ms[kind].push_back(ms);
      figures.ms["all"].push_back(ms);
    }
    // What a person reads before the next click.
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + static_cast<int>(random() % 200)));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: records_bench SEEDER SCRATCH [COUNT]\n");
    return 2;
  }
  const std::string count = argc > 3 ? argv[3] : "100000";
  const std::string data = std::string(argv[2]) + "/records";
  std::filesystem::remove_all(data);
  std::filesystem::create_directories(argv[2]);
  const double seeding = perf::seconds_of([&] {
    const std::string command = std::string(argv[1]) + " " + data + " " + count;
    if (std::system(command.c_str()) != 0) std::exit(1);  // NOLINT: a bench, with words of our own
  });
  fault::ServerSettings settings;
  settings.program = HINOMI_PROGRAM;
  settings.data = data;
  settings.port = fault::free_port();
  settings.more = {"--demo"};
  fault::ServerProcess server(settings);
  if (!server.start()) {
    std::fprintf(stderr, "%s\n", server.problem().c_str());
    return 1;
  }
  std::string cookie = server.cookie();
  // The address to sign in with is printed shortly after the first answer.
  for (int i = 0; cookie.empty() && i < 50; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    cookie = server.cookie();
  }
  int number = 0;
  const auto parsed = std::from_chars(count.data(), count.data() + count.size(), number);
  if (parsed.ec != std::errc{} || number <= 0) return 2;
  std::printf("%s\nrecords: %s people made in %.1f s\n", perf::machine().c_str(), count.c_str(), seeding);
  Figures figures;
  std::vector<std::thread> users;
  for (int i = 0; i < kUsers; ++i)
    users.emplace_back([&, i] { user(server, cookie, i + 1, number, figures); });
  for (std::thread& one : users) one.join();
  for (const auto& [kind, ms] : figures.ms)
    std::printf("  %-20s %5zu requests, p50 %6.1f ms, p95 %6.1f ms, p99 %6.1f ms, longest %6.1f ms\n",
                kind.c_str(), ms.size(), percentile(ms, 0.5), percentile(ms, 0.95), percentile(ms, 0.99),
                percentile(ms, 1.0));
  std::printf("records: %d users at once, %d failed; all processes %llu MiB\n", kUsers, figures.failed.load(),
              static_cast<unsigned long long>(server.resident_bytes() >> 20U));
  (void)server.stop();
  return figures.failed == 0 ? 0 : 1;
}
