// A small audit log with everything an export can hold, made by src/trust, and the program that judges it.
// For tests only: the log can be tampered with before it is exported.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "os/testing/scratch_folder.h"
#include "trust/audit_leaf.h"
#include "trust/export_writer.h"
#include "trust/note.h"
#include "trust/testing/local_authority.h"

namespace hinomi::verifying {

// The openssl program as an authority of time, one for all tests; nullptr where it is missing.
const trust::LocalAuthority* authority();

struct SampleLog {
  explicit SampleLog(std::uint64_t seed = 1, std::uint64_t entries = 60);

  // Appends entries as the server does; each hundredth part of the log has its own kinds of things.
  void append(std::uint64_t count);
  // A signed checkpoint of all entries so far.
  void checkpoint();
  // A time-stamp of the last checkpoint.
  void anchor(const trust::LocalAuthority& by);
  void write(const std::string& folder) const;
  [[nodiscard]] std::string keys_text() const { return key.verifier().text() + '\n'; }

  // The log goes on with another key; what the old one signed stays.
  void change_key();

  trust::SigningKey key;
  std::vector<trust::VerifierKey> old_keys;
  std::vector<trust::ExportEntry> entries;
  std::vector<std::string> checkpoints;
  std::vector<std::string> anchors;
  std::vector<std::string> certificates;
  std::map<trust::Hash, std::string> evidence;  // what is behind each hash
  std::uint64_t seed;
};

struct Verdict {
  int code = -1;
  std::string out;
};
// Runs hinomi-verify.
Verdict verify(const std::vector<std::string>& arguments, const std::string& language = "C");

}  // namespace hinomi::verifying
