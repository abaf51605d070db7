#include "trust/export_writer.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/text.h"
#include "os/disk.h"
#include "trust/merkle.h"

namespace hinomi::trust {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::size_t kNumberDigits = 6;

base::Error refuse(std::string why) {
  return {base::ErrorCode::invalid_input, "write an export of the audit log: " + std::move(why), {}, {}};
}

struct FileLine {
  std::string name;
  std::uint64_t bytes = 0;
  Hash sha256{};
};

// A file of the export while it is written.
class Output {
 public:
  [[nodiscard]] static base::Result<Output> create(os::Disk& disk, const std::string& folder,
                                                   std::string name) {
    auto file = disk.create(folder + '/' + name);
    if (!file) return file.error();
    return Output(std::move(*file), std::move(name));
  }
  [[nodiscard]] base::Result<void> add(std::string_view bytes) {
    buffer_ += bytes;
    return buffer_.size() < kBufferBytes ? base::Result<void>() : flush();
  }
  [[nodiscard]] base::Result<FileLine> finish() {
    if (auto flushed = flush(); !flushed) return flushed.error();
    if (auto synced = file_->sync(); !synced) return synced.error();
    return FileLine{std::move(name_), written_, hash_.finish()};
  }

 private:
  Output(std::unique_ptr<os::DiskFile> file, std::string name)
      : file_(std::move(file)), name_(std::move(name)) {}
  [[nodiscard]] base::Result<void> flush() {
    if (auto written = file_->write_at(written_, buffer_); !written) return written;
    hash_.add(buffer_);
    written_ += buffer_.size();
    buffer_.clear();
    return {};
  }

  std::unique_ptr<os::DiskFile> file_;
  std::string name_;
  std::string buffer_;
  std::uint64_t written_ = 0;
  Sha256 hash_;
};

template <typename T>
base::Result<std::optional<T>> pull(const Pull<T>& from) {
  return from ? from() : base::Result<std::optional<T>>(std::optional<T>());
}

std::string numbered(std::string_view folder, std::uint64_t number, std::string_view ending) {
  std::string digits = std::to_string(number);
  digits.insert(0, kNumberDigits - std::min(kNumberDigits, digits.size()), '0');
  return std::string(folder) + '/' + digits + std::string(ending);
}

class Writer {
 public:
  Writer(const std::string& folder, const ExportSource& source, const SigningKey& key)
      : folder_(folder), source_(source), key_(key) {}

  [[nodiscard]] base::Result<ExportSummary> run() {
    for (const char* name : {"", "/anchors", "/certificates", "/evidence"}) {
      if (auto made = make_folder(folder_ + name); !made) return made.error();
    }
    for (const auto step :
         {&Writer::write_keys, &Writer::write_entries, &Writer::write_checkpoints, &Writer::write_anchors,
          &Writer::write_certificates, &Writer::write_evidence, &Writer::write_manifest}) {
      if (auto done = (this->*step)(); !done) return done.error();
    }
    for (const char* name : {"/anchors", "/certificates", "/evidence", ""}) {
      if (auto synced = disk_.sync_folder(folder_ + name); !synced) return synced.error();
    }
    return summary_;
  }

 private:
  static base::Result<void> make_folder(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0) return {};
    return base::Error{errno == EEXIST ? base::ErrorCode::conflict : base::ErrorCode::io,
                       "make the folder '" + path + "': " + std::strerror(errno),
                       "name a folder that is not there yet",
                       {}};
  }

  [[nodiscard]] base::Result<void> close(Output& output) {
    auto line = output.finish();
    if (!line) return line.error();
    summary_.bytes += line->bytes;
    files_.push_back(std::move(*line));
    if (files_.size() > kMaxExportFiles)
      return base::Error{
          base::ErrorCode::limit_exceeded, "write an export of the audit log: too many files", {}, {}};
    return {};
  }

  [[nodiscard]] base::Result<void> write_file(std::string name, std::string_view bytes) {
    auto output = Output::create(disk_, folder_, std::move(name));
    if (!output) return output.error();
    if (auto added = output->add(bytes); !added) return added;
    return close(*output);
  }

  base::Result<void> write_keys() {
    std::string text;
    for (const VerifierKey& key : source_.keys) text += key.text() + '\n';
    if (std::find(source_.keys.begin(), source_.keys.end(), key_.verifier()) == source_.keys.end())
      text += key_.verifier().text() + '\n';
    return write_file("keys.txt", text);
  }

  base::Result<void> write_entries();
  base::Result<void> write_details(Output& out, const AuditDetails& details) const;

  base::Result<void> write_checkpoints() {
    auto out = Output::create(disk_, folder_, "checkpoints.txt");
    if (!out) return out.error();
    for (bool first = true;; first = false) {
      const auto note = pull(source_.checkpoints);
      if (!note) return note.error();
      if (!*note) break;
      if (const auto parsed = parse_note(**note); !parsed) return parsed.error();
      if (auto added = out->add((first ? "" : "\n") + **note); !added) return added;
    }
    return close(*out);
  }

  base::Result<void> write_anchors() {
    for (std::uint64_t number = 1;; ++number) {
      const auto anchor = pull(source_.anchors);
      if (!anchor) return anchor.error();
      if (!*anchor) return {};
      if (auto written = write_file(numbered("anchors", number, ".tsr"), **anchor); !written) return written;
    }
  }

  base::Result<void> write_certificates() {
    for (std::size_t i = 0; i < source_.certificates.size(); ++i) {
      auto written = write_file(numbered("certificates", i + 1, ".pem"), source_.certificates[i]);
      if (!written) return written;
    }
    return {};
  }

  base::Result<void> write_evidence() {
    std::string piece(kBufferBytes, '\0');
    for (;;) {
      const auto evidence = pull(source_.evidence);
      if (!evidence) return evidence.error();
      if (!*evidence) return {};
      auto out = Output::create(disk_, folder_, "evidence/" + to_hex(view_of((*evidence)->sha256)));
      if (!out) return out.error();
      for (;;) {
        const auto got = (*evidence)->read(piece);
        if (!got) return got.error();
        if (*got == 0) break;
        if (auto added = out->add(std::string_view(piece).substr(0, *got)); !added) return added;
      }
      if (auto closed = close(*out); !closed) return closed;
    }
  }

  base::Result<void> write_manifest();

  os::PosixDisk disk_;
  const std::string& folder_;
  const ExportSource& source_;
  const SigningKey& key_;
  std::vector<FileLine> files_;
  ExportSummary summary_;
};

base::Result<void> Writer::write_entries() {
  auto leaves = Output::create(disk_, folder_, "leaves.ndjson");
  if (!leaves) return leaves.error();
  auto details = Output::create(disk_, folder_, "details.ndjson");
  if (!details) return details.error();
  for (;; ++summary_.entries) {
    const auto entry = pull(source_.entries);
    if (!entry) return entry.error();
    if (!*entry) break;
    const ExportEntry& one = **entry;
    if (one.leaf.size() > kMaxLeafBytes || one.leaf.find('\n') != std::string::npos)
      return refuse("entry " + std::to_string(summary_.entries) + " is no line, or too long");
    const std::string withheld = "{\"withheld\":\"" + to_hex(view_of(leaf_hash(one.leaf))) + "\"}";
    if (auto added = leaves->add((one.withheld ? withheld : one.leaf) + '\n'); !added) return added;
    summary_.withheld += one.withheld ? 1 : 0;
    if (!one.details || one.withheld) continue;
    if (auto added = write_details(*details, *one.details); !added) return added;
  }
  if (auto closed = close(*leaves); !closed) return closed;
  return close(*details);
}

base::Result<void> Writer::write_details(Output& out, const AuditDetails& details) const {
  if (details.text.size() > kMaxDetailsBytes || !base::is_utf8(details.text))
    return refuse("the details of entry " + std::to_string(summary_.entries) + " are no UTF-8, or too long");
  std::string line = "{\"index\":" + std::to_string(summary_.entries) + ",\"salt\":\"" +
                     to_hex(view_of(details.salt)) + "\",\"details\":";
  append_canonical_string(line, details.text);
  return out.add(line + "}\n");
}

base::Result<void> Writer::write_manifest() {
  std::sort(files_.begin(), files_.end(),
            [](const FileLine& a, const FileLine& b) { return a.name < b.name; });
  std::string text = "{\n\"format\":\"hinomi-audit-export\",\n\"version\":1,\n\"origin\":";
  append_canonical_string(text, key_.verifier().name);
  text += ",\n\"organisation\":" + std::to_string(static_cast<std::uint32_t>(source_.organisation));
  text += ",\n\"made\":\"" + base::format_rfc3339(source_.made) + "\",\n\"entries\":";
  text += std::to_string(summary_.entries) + ",\n\"files\":[\n";
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const FileLine& file = files_[i];
    text += "{\"name\":\"" + file.name + "\",\"bytes\":" + std::to_string(file.bytes) + ",\"sha256\":\"" +
            to_hex(view_of(file.sha256)) + (i + 1 < files_.size() ? "\"},\n" : "\"}\n");
  }
  text += "]\n}\n";
  const auto note = key_.sign_note("hinomi audit export v1\n" + key_.verifier().name + '\n' +
                                   to_hex(view_of(sha256(text))) + '\n');
  if (!note) return note.error();
  if (auto written = write_file("manifest.json", text); !written) return written;
  return write_file("manifest.sig", *note);
}

}  // namespace

base::Result<ExportSummary> write_export(const std::string& folder, const ExportSource& source,
                                         const SigningKey& key) {
  return Writer(folder, source, key).run();
}

}  // namespace hinomi::trust
