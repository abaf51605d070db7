#include "fault/record_ledger.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace hinomi::fault {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(3);
}

bool read_line(const std::string& text, std::map<std::string, RecordOutcome>& outcomes) {
  std::istringstream words(text);
  std::string kind;
  std::string key;
  if (!(words >> kind >> key)) return false;
  if (kind == "C" || kind == "P") {
    RecordOutcome& one = outcomes[key];
    if (!one.request.key.empty()) return false;  // a key is used once
    one.request.key = key;
    words >> one.request.value;
    if (kind == "P") words >> one.request.id >> one.request.version;
    return static_cast<bool>(words);
  }
  const auto found = outcomes.find(key);
  if (found == outcomes.end()) return false;
  RecordOutcome& one = found->second;
  if (kind == "X") return ++one.repeats > 0;
  if (one.acknowledged || one.refused != 0) return false;
  if (kind == "R") return static_cast<bool>(words >> one.refused);
  one.acknowledged = true;
  return kind == "A" && static_cast<bool>(words >> one.id >> one.version >> one.late);
}

}  // namespace

RecordLedgerWriter::RecordLedgerWriter(const std::string& path)
    : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)) {
  if (file_ < 0) give_up(path.c_str());
}

RecordLedgerWriter::~RecordLedgerWriter() {
  ::close(file_);
}

void RecordLedgerWriter::line(const std::string& text) {
  const std::lock_guard lock(mutex_);
  const std::string whole = text + "\n";
  if (::write(file_, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size())) give_up("ledger");
}

void RecordLedgerWriter::sending(const RecordRequest& request) {
  line(request.id.empty() ? "C " + request.key + " " + request.value
                          : "P " + request.key + " " + request.value + " " + request.id + " " +
                                std::to_string(request.version));
}

void RecordLedgerWriter::repeating(const std::string& key) {
  line("X " + key);
}

void RecordLedgerWriter::acknowledged(const std::string& key, const std::string& id, std::int64_t version,
                                      bool late) {
  line("A " + key + " " + id + " " + std::to_string(version) + (late ? " 1" : " 0"));
}

void RecordLedgerWriter::refused(const std::string& key, int status) {
  line("R " + key + " " + std::to_string(status));
}

std::optional<std::map<std::string, RecordOutcome>> read_record_ledger(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  std::map<std::string, RecordOutcome> outcomes;
  for (std::string text; std::getline(file, text);)
    if (!read_line(text, outcomes)) return std::nullopt;
  return outcomes;
}

}  // namespace hinomi::fault
