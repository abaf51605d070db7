#include "fault/record_writers.h"

#include <chrono>
#include <fstream>
#include <iterator>
#include <random>

#include "base/time.h"

namespace hinomi::fault {
namespace {

using namespace std::chrono_literals;

constexpr auto kPause = 20ms;
constexpr std::string_view kSetupMark = "/setup#secret=";

std::string text_in(const std::string& json, const std::string& name) {
  const std::string mark = "\"" + name + "\":\"";
  const std::size_t at = json.find(mark);
  if (at == std::string::npos) return {};
  return json.substr(at + mark.size(), json.find('"', at + mark.size()) - at - mark.size());
}

// As the server writes times, so that texts compare.
std::string now() {
  return base::format_rfc3339({std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::system_clock::now().time_since_epoch())
                                   .count()});
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string secret_in(const std::string& path) {
  for (int i = 0; i < 500; ++i) {  // it is printed soon after the server first answers
    const std::string log = content_of(path);
    const std::size_t at = log.rfind(kSetupMark);
    const std::size_t end = at == std::string::npos ? at : log.find_first_of(" \r\n\x1b", at);
    if (end != std::string::npos) return log.substr(at + kSetupMark.size(), end - at - kSetupMark.size());
    std::this_thread::sleep_for(kPause);
  }
  return {};
}

}  // namespace

std::string first_start(ServerProcess& server, std::vector<std::string> scopes) {
  const std::string place = "127.0.0.1:" + std::to_string(server.settings().port);
  load::HttpSender http("127.0.0.1", server.settings().port);
  load::HttpHeaders headers{{"Origin", "http://" + place}, {"Content-Type", "application/json"}};
  const std::string login = R"("login":"hanako","password":"correct-horse-battery-9")";
  const load::HttpAnswer made = http.request(
      "POST", "/api/v1/setup", headers,
      R"({"secret":")" + secret_in(server.log_path()) +
          R"(","language":"en","organisations":[{"name":"Toyo","name_en":"Toyo","short":"T","zone":"UTC",)"
          R"("calendar":"jp","sites":[{"name":"HQ","name_en":"HQ"}]}],"administrator":{"name":"Sato",)"
          R"("name_kana":"sato","email":"s@example.jp",)" +
          login + R"(},"demo":false})");
  if (made.status != 204) return {};
  // The one-time address of the console now signs the administrator in.
  headers.emplace_back("Cookie", server.cookie());
  std::string list;
  for (const std::string& scope : scopes) list += (list.empty() ? "\"" : ",\"") + scope + "\"";
  const std::int64_t day = 86'400'000'000'000;
  const std::string until = base::format_rfc3339({std::chrono::duration_cast<std::chrono::nanoseconds>(
                                                      std::chrono::system_clock::now().time_since_epoch())
                                                      .count() +
                                                  day});
  const load::HttpAnswer token =
      http.request("POST", "/api/v1/tokens", headers,
                   R"({"name":"writers","scopes":[)" + list + R"(],"expires_at":")" + until + R"("})");
  return token.status == 201 ? text_in(token.body, "token") : std::string();
}

class RecordWriters::Writer {
 public:
  Writer(RecordWriters& all, int number)
      : all_(all),
        number_(number),
        random_(all.settings_.seed * 1000 + static_cast<std::uint64_t>(number)),
        http_("127.0.0.1", all.settings_.port, 5000) {}

  void run() {
    if (number_ == 0) begin();
    while (!all_.done()) {
      const std::uint64_t what = random_() % 100;
      if (own_.empty() || what < 35) {
        create();
      } else if (what < 80) {
        change_own(own_[random_() % own_.size()]);
      } else {
        change_shared();
      }
    }
  }

 private:
  struct Answer {
    int status = 0;
    Known known;
  };

  void begin() {
    const Answer made = send({.key = next_key(), .value = "shared", .id = {}, .version = 0});
    if (made.status == 201) all_.make_shared(made.known);
  }
  void create() {
    const std::string key = next_key();
    const Answer made = send({.key = key, .value = key, .id = {}, .version = 0});
    if (made.status == 201) own_.push_back(made.known);
  }
  // Nobody else changes it: the next version is known.
  void change_own(Known& known) {
    const std::string key = next_key();
    const Answer changed = send({.key = key, .value = key, .id = known.id, .version = known.version});
    if (changed.status == 0) return;
    if (changed.status != 200 || changed.known.version != known.version + 1)
      all_.wrong(key + ": a change of version " + std::to_string(known.version) + " was answered " +
                 std::to_string(changed.status) + ", version " + std::to_string(changed.known.version));
    known.version = changed.known.version;
  }
  void change_shared() {
    const Known known = all_.shared();
    if (known.id.empty()) return;
    const std::string key = next_key();
    const Answer changed = send({.key = key, .value = key, .id = known.id, .version = known.version});
    if (changed.status == 200) return all_.make_shared(changed.known);
    if (changed.status != 412) return;
    const load::HttpAnswer read =
        http_.request("GET", "/api/v1/people/" + known.id, {{"Authorization", bearer()}}, {});
    if (read.status == 200) all_.make_shared(known_in(read.body));
  }

  Answer send(const RecordRequest& request) {
    load::HttpHeaders headers{
        {"Authorization", bearer()}, {"Content-Type", "application/json"}, {"Idempotency-Key", request.key}};
    std::string target = "/api/v1/people";
    std::string body = R"({"name":")" + request.value + R"(","organisation":1})";
    if (!request.id.empty()) {
      target += "/" + request.id;
      headers.emplace_back("If-Match", "\"" + std::to_string(request.version) + "\"");
      body = R"({"department":")" + request.value + R"("})";
    }
    all_.ledger_.sending(request);
    for (;;) {
      const std::string sent_at = now();
      const load::HttpAnswer answer =
          http_.request(request.id.empty() ? "POST" : "PATCH", target, headers, body);
      if (answer.status == 200 || answer.status == 201) {
        const Known known = known_in(answer.body);
        all_.ledger_.acknowledged(request.key, known.id, known.version,
                                  text_in(answer.body, "updated_at") < sent_at);
        ++all_.acknowledged_;
        return {answer.status, known};
      }
      if (answer.status == 412) {
        all_.ledger_.refused(request.key, answer.status);
        return {answer.status, {}};
      }
      if (answer.status != 0 && answer.status != 503 && answer.status != 429) {
        all_.wrong(request.key + " was answered " + std::to_string(answer.status) + " " + answer.body);
        all_.ledger_.refused(request.key, answer.status);
        return {answer.status, {}};
      }
      if (all_.given_up_) return {};
      std::this_thread::sleep_for(kPause);
      all_.ledger_.repeating(request.key);
    }
  }

  std::string next_key() { return "w" + std::to_string(number_) + "-" + std::to_string(++keys_); }
  [[nodiscard]] std::string bearer() const { return "Bearer " + all_.settings_.token; }
  static Known known_in(const std::string& body) {
    return {text_in(body, "id"), static_cast<std::int64_t>(number_in(body, "version").value_or(0))};
  }

  RecordWriters& all_;
  const int number_;
  std::mt19937_64 random_;
  load::HttpSender http_;
  std::vector<Known> own_;
  int keys_ = 0;
};

RecordWriters::RecordWriters(Settings settings) : settings_(std::move(settings)), ledger_(settings_.ledger) {
  left_ = settings_.writers;
  for (int i = 0; i < settings_.writers; ++i)
    threads_.emplace_back([this, i] {
      Writer(*this, i).run();
      --left_;
    });
}

RecordWriters::~RecordWriters() {
  give_up();
  wait();
}

void RecordWriters::wait() {
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

std::string RecordWriters::problem() {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void RecordWriters::wrong(const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (problem_.empty()) problem_ = text;
}

RecordWriters::Known RecordWriters::shared() {
  const std::lock_guard lock(mutex_);
  return shared_;
}

void RecordWriters::make_shared(const Known& known) {
  const std::lock_guard lock(mutex_);
  if (shared_.id.empty() || shared_.version < known.version) shared_ = known;
}

}  // namespace hinomi::fault
