#include "load/ledger.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace hinomi::load {

LedgerWriter::LedgerWriter(const std::string& path)
    : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  if (file_ < 0) std::abort();
}

LedgerWriter::~LedgerWriter() {
  ::close(file_);
}

void LedgerWriter::line(const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (::write(file_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
}

void LedgerWriter::sending(std::uint32_t sender, std::uint64_t batch, Range range) {
  line(fmt::format("S {} {} {} {}\n", sender, batch, range.first, range.count));
}

void LedgerWriter::acknowledged(std::uint32_t sender, std::uint64_t batch, std::uint64_t count,
                                bool duplicate, std::int64_t steady_ns) {
  line(fmt::format("A {} {} {} {} {}\n", sender, batch, count, duplicate ? 1 : 0, steady_ns));
}

void LedgerWriter::refused(std::uint32_t sender, std::uint64_t batch, int status) {
  line(fmt::format("R {} {} {}\n", sender, batch, status));
}

void LedgerWriter::written(std::uint32_t sender, Range range) {
  line(fmt::format("T {} {} {}\n", sender, range.first, range.count));
}

namespace {

// False: the line is of no known form.
bool take_line(const std::string& text, Ledger& ledger) {
  std::istringstream words(text);
  char kind = 0;
  std::uint32_t sender = 0;
  if (!(words >> kind >> sender)) return false;
  if (kind == 'T') {
    Range range;
    if (!(words >> range.first >> range.count)) return false;
    ledger.written_over_tcp[sender] += range.count;
    return true;
  }
  std::uint64_t batch = 0;
  if (!(words >> batch)) return false;
  LedgerBatch& entry = ledger.batches[{sender, batch}];
  if (kind == 'S') return static_cast<bool>(words >> entry.range.first >> entry.range.count);
  if (kind == 'R') {
    ++ledger.refusals;
    return true;
  }
  int duplicate = 0;
  if (kind != 'A' || !(words >> entry.acknowledged_count >> duplicate)) return false;
  entry.acknowledged = true;
  ledger.duplicates += static_cast<std::uint64_t>(duplicate);
  return true;
}

}  // namespace

std::optional<Ledger> read_ledger(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  Ledger ledger;
  std::string text;
  while (std::getline(file, text)) {
    const bool whole = !file.eof();
    if (!take_line(text, ledger) && whole) return std::nullopt;
  }
  return ledger;
}

}  // namespace hinomi::load
