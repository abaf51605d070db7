#include "audit/anchor.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "os/file.h"
#include "trust/checkpoint.h"
#include "trust/note.h"

namespace hinomi::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStateFile = "/state";
constexpr std::size_t kMaxStateBytes = 4096;
constexpr std::chrono::seconds kFirstPause{60};
constexpr std::chrono::seconds kLongestPause{3600};

template <typename T>
bool read_number(std::string_view text, T& value) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string stem_of(const AnchorName& name) {
  return std::to_string(static_cast<std::uint32_t>(name.organisation)) + "-" + std::to_string(name.size);
}

}  // namespace

std::string AnchorName::note() const {
  return stem_of(*this) + std::string(kNoteEnding);
}

std::string AnchorName::answer() const {
  return stem_of(*this) + std::string(kAnswerEnding);
}

std::optional<AnchorName> AnchorName::parse(std::string_view file, std::string_view ending) {
  if (!file.ends_with(ending)) return std::nullopt;
  file.remove_suffix(ending.size());
  const std::size_t dash = file.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  std::uint32_t organisation = 0;
  AnchorName name;
  if (!read_number(file.substr(0, dash), organisation) || !read_number(file.substr(dash + 1), name.size))
    return std::nullopt;
  name.organisation = static_cast<base::OrganisationId>(organisation);
  return name;
}

std::vector<AnchorName> anchors_in(const std::string& folder, std::string_view ending) {
  std::vector<AnchorName> names;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    if (names.size() >= kMaxWaitingAnchors) break;
    if (auto name = AnchorName::parse(entry->path().filename().string(), ending)) names.push_back(*name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

base::Result<void> write_state(const std::string& folder, const AnchorState& state) {
  const std::string problem = state.problem.substr(0, kMaxStateBytes / 2);
  return os::replace_file(folder + std::string(kStateFile), (state.failing ? "failing\n" : "ok\n") + problem);
}

AnchorState read_state(const std::string& folder) {
  const auto text = os::read_file(folder + std::string(kStateFile), kMaxStateBytes);
  if (!text) return {};
  const std::size_t line = std::min(text->find('\n'), text->size());
  return {text->substr(0, line) == "failing", text->substr(std::min(line + 1, text->size()))};
}

base::Result<void> Anchorer::anchor(const AnchorName& name) {
  const auto note = os::read_file(parts_.folder + "/" + name.note(), trust::kMaxNoteBytes);
  if (!note) return note.error();
  const auto hash = trust::anchored_hash(*note);
  if (!hash) return hash.error();
  const auto query = trust::timestamp_query(*hash, parts_.random);
  if (!query) return query.error();
  const auto answer = parts_.send(query->der);
  if (!answer) return answer.error();
  const auto stamp = parts_.trust->accept(*answer, *query);
  if (!stamp) return stamp.error();
  return os::replace_file(parts_.folder + "/" + name.answer(), stamp->response);
}

void Anchorer::step() {
  const auto now = parts_.clock->steady();
  if (not_before_ && now < *not_before_) return;
  const std::vector<AnchorName> answered = anchors_in(parts_.folder, kAnswerEnding);
  bool sent = false;
  for (const AnchorName& name : anchors_in(parts_.folder, kNoteEnding)) {
    if (std::binary_search(answered.begin(), answered.end(), name)) continue;
    if (auto done = anchor(name); !done) {
      pause_ = pause_.count() == 0 ? kFirstPause : std::min(2 * pause_, kLongestPause);
      not_before_ = now + pause_;
      parts_.log("no time-stamp for the audit log: " + done.error().message + "; again in " +
                 std::to_string(pause_.count()) + " s");
      if (auto said = write_state(parts_.folder, {true, done.error().message}); !said)
        parts_.log(said.error().message);
      return;
    }
    sent = true;
  }
  not_before_.reset();
  if (!sent) return;
  pause_ = std::chrono::seconds(0);
  if (auto said = write_state(parts_.folder, {}); !said) parts_.log(said.error().message);
}

}  // namespace hinomi::audit
