#include "api/refusal_log.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace hinomi::api {
namespace {

constexpr std::array kRefusals{401, 403, 415, 429};
constexpr std::size_t kMaxShown = 200;  // bytes of a path

// "wrong_origin", of a problem as this server writes it.
std::string_view code_of(const http::Response& response) {
  constexpr std::string_view kMark = R"("code":")";
  const std::string_view body = response.body;
  const std::size_t at = body.find(kMark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = body.substr(at + kMark.size());
  return rest.substr(0, std::min(rest.find('"'), rest.size()));
}

class NotingTarget final : public http::Responder::Target {
 public:
  NotingTarget(http::Responder inner, std::shared_ptr<RefusalLog> log, RefusalLog::Asked asked)
      : inner_(std::move(inner)), log_(std::move(log)), asked_(std::move(asked)) {}
  void send(http::Response response) override {
    log_->note(asked_, response);
    inner_(std::move(response));
  }

 private:
  const http::Responder inner_;
  const std::shared_ptr<RefusalLog> log_;
  const RefusalLog::Asked asked_;
};

}  // namespace

bool RefusalLog::Bucket::take(double most, double a_second, std::chrono::steady_clock::time_point now) {
  left = std::min(most, left + a_second * std::chrono::duration<double>(now - at).count());
  at = now;
  if (left < 1) return false;
  left -= 1;
  return true;
}

void RefusalLog::note(const Asked& asked, const http::Response& response) {
  if (!log_ || std::find(kRefusals.begin(), kRefusals.end(), response.status) == kRefusals.end()) return;
  // Every page asks this first, to learn whether somebody is signed in.
  if (response.status == 401 && asked.method == "GET" && asked.path == "/api/v1/session") return;
  std::uint64_t left_out = 0;
  const std::string kind = std::string(code_of(response)) + " " + asked.method + " " + asked.route;
  {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.steady();
    if (kinds_.size() >= kMaxKinds) kinds_.clear();
    Bucket& bucket = kinds_.try_emplace(kind, Bucket{kOfOneKind, now}).first->second;
    if (!bucket.take(kOfOneKind, 1, now) || !all_.take(kOfAll, kOfAll / 10, now)) {
      ++more_;
      return;
    }
    left_out = std::exchange(more_, 0);
  }
  if (left_out > 0) log_("api: " + std::to_string(left_out) + " more requests were refused");
  std::string line = "api: refused " + std::to_string(response.status) + " " + std::string(code_of(response));
  line += ": " + asked.method + " " + base::visible(base::cut_to_bytes(asked.path, kMaxShown));
  log_(line + ", from " + asked.peer);
}

http::Responder noting(http::Responder respond, std::shared_ptr<RefusalLog> log, RefusalLog::Asked asked) {
  return http::Responder(
      std::make_shared<NotingTarget>(std::move(respond), std::move(log), std::move(asked)));
}

}  // namespace hinomi::api
