#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "verify.h"

namespace hinomi::verify {
namespace {

constexpr std::size_t kMaxSmallFile = 1 << 20;
constexpr std::size_t kMaxManifest = 64 << 20;
constexpr std::size_t kMaxLine = 8 << 20;

struct Checkpoint {
  std::uint64_t size = 0;
  std::string root;
  std::string own_part;
};

// The checkpoints of a file in order of size, and how many have been compared.
struct Checkpoints {
  std::string file;
  const Text& rewritten;
  const Text& beyond;
  std::vector<Checkpoint> list{};
  std::size_t compared = 0;
};

struct File {
  std::string hash;
  std::uint64_t bytes = 0;
};

// The members of an entry in their order; '#' marks numbers.
constexpr std::string_view kMembers =
    "v# organisation# index# time actor_kind actor_id actor_name session peer action entity object version# "
    "outcome "
    "reason site# zone operator# vault# class realm details evidence ";

using Entry = std::map<std::string, std::string>;

bool read_entry(std::string_view line, Entry& entry) {
  Scanner in(line);
  std::string members;
  in.literal("{");
  for (bool more = true; more; more = in.comma()) {
    const std::string key = in.string();
    in.literal(":");
    const bool text = in.starts_with('"');
    entry[key] = text ? in.string() : std::to_string(in.number());
    members += key + (text ? " " : "# ");
  }
  in.literal("}");
  return in.ended() && members == kMembers && entry["v"] == "1";
}

class Verifier {
 public:
  Verifier(const Given& given, Report& report) : given_(given), report_(report) {}

  void run() {
    const std::string keys = given_.keys.empty() ? path("keys.txt") : given_.keys;
    keys_ = read_keys(keys);
    if (keys_.empty()) report_.problem(keys, kNoKeys);
    std::string names;
    for (const Key& key : keys_) names += ' ' + key.name + '+' + hex(key.id);
    if (given_.keys.empty()) report_.note(kOwnKeys, shown(names));
    check_manifest();
    check_files();
    read_checkpoints(own_);
    if (!given_.known.empty()) read_checkpoints(known_);
    check_entries();
    check_anchors();
    for (const auto& [name, file] : files_) {
      if (name.starts_with("evidence/") && (!evidence_.contains(name) || !name.ends_with(hex(file.hash))))
        report_.problem(name, kEvidenceUnknown);
    }
  }

 private:
  [[nodiscard]] std::string path(const std::string& name) const { return given_.folder + '/' + name; }
  void check_manifest();
  void check_files();
  void read_checkpoints(Checkpoints& into);
  void check_entries();
  void check_entry(const std::string& line, std::uint64_t index);
  void compare_roots();
  void next_details();
  void check_anchors();

  const Given& given_;
  Report& report_;
  std::vector<Key> keys_;
  // The manifest.
  std::string origin_;
  std::uint64_t organisation_ = 0;
  std::uint64_t entries_ = 0;
  std::map<std::string, File> files_;
  Checkpoints own_{path("checkpoints.txt"), kCheckpointRoot, kCheckpointBeyond};
  Checkpoints known_{given_.known, kKnownRoot, kKnownBeyond};
  // What the entries so far gave.
  Tree tree_;
  std::uint64_t withheld_ = 0;
  std::set<std::string> evidence_;  // files that entries speak of
  // The line of details that comes next, if any.
  Lines details_{path("details.ndjson"), kMaxLine};
  bool have_details_ = false;
  std::uint64_t details_line_ = 0;
  std::uint64_t details_index_ = 0;
  std::string details_hash_;
};

void Verifier::check_manifest() {
  const std::string bytes = read_file(path("manifest.json"), kMaxManifest).value_or("");
  const std::string signature = read_file(path("manifest.sig"), kMaxSmallFile).value_or("");
  bool good = true;
  Scanner in(bytes);
  in.literal("{\n\"format\":\"hinomi-audit-export\",\n\"version\":1,\n\"origin\":");
  origin_ = in.string();
  in.literal(",\n\"organisation\":");
  organisation_ = in.number();
  in.literal(",\n\"made\":");
  in.string();
  in.literal(",\n\"entries\":");
  entries_ = in.number();
  in.literal(",\n\"files\":[\n");
  for (bool more = true; more;) {
    in.literal("{\"name\":");
    const std::string name = in.string();
    in.literal(",\"bytes\":");
    const std::uint64_t size = in.number();
    in.literal(",\"sha256\":");
    const auto hash = hash_of_hex(in.string());
    in.literal("}");
    more = in.comma();
    in.literal("\n");
    good = good && hash && (files_.empty() || files_.rbegin()->first < name);  // each once, in order
    files_[name] = {hash.value_or(""), size};
  }
  in.literal("]\n}\n");
  const auto note = open_note(signature, keys_);
  const std::string expected = "hinomi audit export v1\n" + origin_ + '\n' + hex(sha256({bytes})) + '\n';
  if (!good || !in.ended() || !note || note->own_part != signature || note->text != expected)
    report_.problem("manifest.json, manifest.sig", kManifest);
}

void Verifier::check_files() {
  namespace fs = std::filesystem;
  std::set<std::string> here;
  std::error_code error;
  fs::recursive_directory_iterator at(given_.folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const std::string name = at->path().lexically_relative(given_.folder).string();
    const fs::file_status status = at->symlink_status(error);
    if (fs::is_directory(status) && (name == "anchors" || name == "certificates" || name == "evidence"))
      continue;
    const bool expected = name == "manifest.json" || name == "manifest.sig" || files_.contains(name);
    if (fs::is_regular_file(status) && expected) {
      here.insert(name);
    } else {
      report_.problem(name, kExtraFile);
      if (fs::is_directory(status)) at.disable_recursion_pending();
    }
  }
  if (error) report_.problem(given_.folder, kUnreadable);
  for (const auto& [name, file] : files_) {
    if (!here.contains(name) || fs::file_size(path(name), error) != file.bytes ||
        hash_file(path(name)) != file.hash)
      report_.problem(name, kChangedFile);
  }
  // Only what was found by walking the folder is opened later.
  std::erase_if(files_, [&](const auto& file) { return !here.contains(file.first); });
}

void Verifier::read_checkpoints(Checkpoints& into) {
  std::string note;
  std::uint64_t number = 0;
  const auto judge = [&] {
    ++number;
    const auto opened = open_note(std::exchange(note, {}), keys_);
    std::istringstream text(opened ? opened->text : "");
    std::string lines[3];
    for (std::string& line : lines) std::getline(text, line);
    const auto size = decimal(lines[1]);
    const auto root = base64(lines[2]);
    if (!size || !root || lines[0] != origin_ || opened->signer != origin_)
      return report_.problem(into.file, kCheckpointWrong, std::to_string(number));
    into.list.push_back({*size, *root, opened->own_part});
  };
  Lines lines(into.file, kMaxSmallFile);
  bool signatures = false;  // a note is its text, an empty line, and signatures up to the next empty line
  for (std::string line; lines.next(line) && note.size() < kMaxSmallFile;) {
    const bool ends = line.empty() && signatures;
    signatures = (line.empty() || signatures) && !ends;
    note += ends ? "" : line + '\n';
    if (ends) judge();
  }
  if (!note.empty()) judge();
  if (lines.broken() || number == 0) report_.problem(into.file, kUnreadable);
  std::stable_sort(into.list.begin(), into.list.end(),
                   [](const auto& a, const auto& b) { return a.size < b.size; });
}

void Verifier::compare_roots() {
  for (Checkpoints* of : {&own_, &known_}) {
    for (; of->compared < of->list.size() && of->list[of->compared].size == tree_.size(); ++of->compared) {
      if (of->list[of->compared].root != tree_.root())
        report_.problem(of->file, of->rewritten, std::to_string(tree_.size()));
    }
  }
}

void Verifier::next_details() {
  const std::uint64_t before = details_index_;
  std::string line;
  have_details_ = details_.next(line);
  ++details_line_;
  Scanner in(line);
  in.literal("{\"index\":");
  details_index_ = in.number();
  in.literal(",\"salt\":");
  const auto salt = hash_of_hex(in.string());
  in.literal(",\"details\":");
  details_hash_ = salt ? hex(sha256({*salt, in.string()})) : "";
  in.literal("}");
  const bool good = in.ended() && (details_line_ == 1 || details_index_ > before);
  if (have_details_ ? !good : details_.broken())
    report_.problem("details.ndjson", kDetailsForm, std::to_string(details_line_));
  have_details_ = have_details_ && good;
}

void Verifier::check_entry(const std::string& line, std::uint64_t index) {
  constexpr std::string_view kWithheld = "{\"withheld\":\"";
  const std::string number = std::to_string(index);
  Entry entry;
  if (line.starts_with(kWithheld)) {
    const auto hash = hash_of_hex(std::string_view(line).substr(kWithheld.size(), 2 * kHashBytes));
    tree_.add(hash.value_or(""));
    ++withheld_;
    if (!hash || line.substr(kWithheld.size() + 2 * kHashBytes) != "\"}")
      report_.problem("leaves.ndjson", kEntryForm, number);
  } else {
    tree_.add(Tree::leaf(line));
    if (!read_entry(line, entry)) {
      report_.problem("leaves.ndjson", kEntryForm, number);
    } else if (entry["index"] != number || entry["organisation"] != std::to_string(organisation_)) {
      report_.problem("leaves.ndjson", kEntryPlace, number);
    }
  }
  if (files_.contains("evidence/" + entry["evidence"])) evidence_.insert("evidence/" + entry["evidence"]);
  if (!have_details_ || details_index_ != index) return;
  if (entry["details"] != details_hash_) report_.problem("details.ndjson", kDetailsWrong, number);
  next_details();
}

void Verifier::check_entries() {
  Lines lines(path("leaves.ndjson"), kMaxLine);
  next_details();
  compare_roots();
  for (std::string line; lines.next(line); compare_roots()) check_entry(line, tree_.size());
  const std::string size = std::to_string(tree_.size());
  if (have_details_) report_.problem("details.ndjson", kDetailsForm, std::to_string(details_line_));
  if (lines.broken() || tree_.size() != entries_) report_.problem("leaves.ndjson", kEntryCount, size);
  if (own_.list.empty() || own_.list.back().size < tree_.size())
    report_.problem(own_.file, kCheckpointLast, size);
  for (Checkpoints* of : {&own_, &known_}) {
    for (; of->compared < of->list.size(); ++of->compared)
      report_.problem(of->file, of->beyond, std::to_string(of->list[of->compared].size));
  }
  report_.note(kCounted, size + " (withheld " + std::to_string(withheld_) + ")");
}

void Verifier::check_anchors() {
  std::map<std::string, std::uint64_t> sizes;  // of the checkpoints, by what a time-stamp is about
  for (const Checkpoint& checkpoint : own_.list) sizes[sha256({checkpoint.own_part})] = checkpoint.size;
  std::string certificates = read_file(given_.authorities, kMaxSmallFile).value_or("");
  for (const auto& [name, file] : files_) {
    if (given_.authorities.empty() && name.starts_with("certificates/"))
      certificates += read_file(path(name), kMaxSmallFile).value_or("");
  }
  bool any = false;
  for (const auto& [name, file] : files_) {
    if (!name.starts_with("anchors/")) continue;
    any = true;
    const auto stamp = open_stamp(read_file(path(name), kMaxSmallFile).value_or(""), certificates);
    if (stamp && sizes.contains(stamp->hash)) {
      report_.note(kAnchored, std::to_string(sizes[stamp->hash]) + ", " + shown(stamp->time));
    } else {
      report_.problem(name, kAnchorWrong);
    }
  }
  if (!any) report_.note(kNoAnchor);
  if (any && given_.authorities.empty()) report_.note(kOwnCertificates);
}

}  // namespace

std::string Report::said(const Text& text, const std::string& value) const {
  std::string out(japanese ? text.ja : text.en);
  const std::size_t at = out.find("{}");
  return at == std::string::npos ? out : out.replace(at, 2, value);
}

void Report::problem(const std::string& where, const Text& text, const std::string& value) {
  ++problems;
  std::printf("%s: %s\n", shown(where).c_str(), said(text, value).c_str());
}

void Report::note(const Text& text, const std::string& value) const {
  std::printf("%s\n", said(text, value).c_str());
}

void verify_export(const Given& given, Report& report) {
  Verifier(given, report).run();
}

}  // namespace hinomi::verify
