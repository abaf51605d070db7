#include "export.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "bytes.h"
#include "note.h"
#include "tree.h"

namespace hinomi::verify {
namespace {

constexpr std::size_t kMaxSmallFile = 1 << 20;
constexpr std::size_t kMaxManifest = 64 << 20;
constexpr std::size_t kMaxNote = 64 * 1024;
constexpr std::size_t kMaxLine = 8 << 20;

struct Manifest {
  std::string origin;
  std::uint64_t organisation = 0;
  std::uint64_t entries = 0;
  std::map<std::string, FileHash> files;
};

struct Checkpoint {
  std::uint64_t size = 0;
  std::string root;  // 32 bytes
  std::string own_part;
};

// Of one entry, what the rest of the export is held against.
struct Entry {
  bool good = false;
  std::uint64_t organisation = 0;
  std::uint64_t index = 0;
  std::string details;
  std::string evidence;
};

// Every member in its order: numbers are '0', texts are 's'.
constexpr std::pair<std::string_view, char> kMembers[] = {
    {"v", '0'},        {"organisation", '0'}, {"index", '0'},    {"time", 's'},    {"actor_kind", 's'},
    {"actor_id", 's'}, {"actor_name", 's'},   {"session", 's'},  {"peer", 's'},    {"action", 's'},
    {"entity", 's'},   {"object", 's'},       {"version", '0'},  {"outcome", 's'}, {"reason", 's'},
    {"site", '0'},     {"zone", 's'},         {"operator", '0'}, {"vault", '0'},   {"class", 's'},
    {"realm", 's'},    {"details", 's'},      {"evidence", 's'}};

Entry read_entry(std::string_view line) {
  Scanner in(line);
  std::map<std::string_view, std::uint64_t> numbers;
  std::map<std::string_view, std::string> texts;
  for (const auto& [key, kind] : kMembers) {
    in.literal(numbers.empty() ? "{\"" : ",\"");
    in.literal(key);
    in.literal("\":");
    if (kind == '0') {
      numbers[key] = in.number();
    } else {
      texts[key] = in.string();
    }
  }
  in.literal("}");
  const bool outcome = texts["outcome"] == "done" || texts["outcome"] == "refused";
  return {in.ended() && numbers["v"] == 1 && outcome, numbers["organisation"], numbers["index"],
          texts["details"], texts["evidence"]};
}

class Verifier {
 public:
  Verifier(const Given& given, Report& report) : given_(given), report_(report) {}

  void run() {
    const std::string keys = given_.keys.empty() ? path("keys.txt") : given_.keys;
    if (auto read = read_keys(keys)) keys_ = std::move(*read);
    if (keys_.empty()) report_.problem(given_.keys.empty() ? "keys.txt" : keys, Text::no_keys);
    if (given_.keys.empty() && !keys_.empty()) report_.note(Text::own_keys, shown(key_names()));
    check_manifest();
    check_files();
    checkpoints_ = read_checkpoints(path("checkpoints.txt"), "checkpoints.txt");
    if (!given_.known.empty()) known_ = read_checkpoints(given_.known, given_.known);
    check_entries();
    check_anchors();
    check_evidence();
  }

 private:
  [[nodiscard]] std::string path(const std::string& name) const { return given_.folder + '/' + name; }
  [[nodiscard]] std::string key_names() const {
    std::string names;
    for (const Key& key : keys_) names += (names.empty() ? "" : " ") + key.name + '+' + hex(key.id);
    return names;
  }

  void check_manifest();
  bool read_manifest(std::string_view bytes);
  void check_files();
  std::vector<Checkpoint> read_checkpoints(const std::string& file, const std::string& name);
  void check_entries();
  void check_entry(const std::string& line, std::uint64_t index, Tree& tree);
  void compare_roots(const Tree& tree);
  void next_details();
  void check_anchors();
  void check_evidence();

  const Given& given_;
  Report& report_;
  std::vector<Key> keys_;
  Manifest manifest_;
  std::vector<Checkpoint> checkpoints_;
  std::vector<Checkpoint> known_;
  std::size_t compared_ = 0;
  std::size_t known_compared_ = 0;
  std::uint64_t withheld_ = 0;
  std::set<std::string> evidence_;  // hashes that entries speak of, of those in the export
  // The line of details that comes next.
  Lines details_{path("details.ndjson"), kMaxLine};
  bool have_details_ = false;
  std::uint64_t details_line_ = 0;
  std::uint64_t details_count_ = 0;
  std::uint64_t details_index_ = 0;
  std::string details_hash_;
};

void Verifier::check_manifest() {
  const auto bytes = read_file(path("manifest.json"), kMaxManifest);
  const auto signature = read_file(path("manifest.sig"), kMaxNote);
  if (!bytes) report_.problem("manifest.json", Text::unreadable);
  if (!signature) report_.problem("manifest.sig", Text::unreadable);
  if (!bytes || !signature) return;
  if (!read_manifest(*bytes)) report_.problem("manifest.json", Text::manifest_form);
  const auto note = open_note(*signature, keys_);
  const std::string expected =
      "hinomi audit export v1\n" + manifest_.origin + '\n' + hex(view(sha256({*bytes}))) + '\n';
  if (!note || note->own_part != *signature || note->text != expected)
    report_.problem("manifest.sig", Text::manifest_signature);
}

bool Verifier::read_manifest(std::string_view bytes) {
  Scanner in(bytes);
  in.literal("{\n\"format\":\"hinomi-audit-export\",\n\"version\":1,\n\"origin\":");
  manifest_.origin = in.string();
  in.literal(",\n\"organisation\":");
  manifest_.organisation = in.number();
  in.literal(",\n\"made\":");
  in.string();
  in.literal(",\n\"entries\":");
  manifest_.entries = in.number();
  in.literal(",\n\"files\":[\n");
  for (bool more = true; more && in.ok();) {
    in.literal("{\"name\":");
    const std::string name = in.string();
    in.literal(",\"bytes\":");
    FileHash file;
    file.bytes = in.number();
    in.literal(",\"sha256\":");
    const auto hash = hash_of_hex(in.string());
    in.literal("}");
    more = in.starts_with(',');
    in.literal(more ? ",\n" : "\n");
    if (!hash || (!manifest_.files.empty() && manifest_.files.rbegin()->first >= name)) return false;
    file.hash = *hash;
    manifest_.files[name] = file;
  }
  in.literal("]\n}\n");
  return in.ended();
}

void Verifier::check_files() {
  namespace fs = std::filesystem;
  std::set<std::string> here;
  const std::set<std::string> folders{"anchors", "certificates", "evidence"};
  std::error_code error;
  fs::recursive_directory_iterator at(given_.folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const std::string name = at->path().lexically_relative(given_.folder).string();
    const fs::file_status status = at->symlink_status(error);
    if (fs::is_directory(status) && folders.contains(name)) continue;
    const bool own = name == "manifest.json" || name == "manifest.sig";
    if (!fs::is_regular_file(status) || (!own && !manifest_.files.contains(name))) {
      report_.problem(name, Text::extra_file);
      if (fs::is_directory(status)) at.disable_recursion_pending();
    } else {
      here.insert(name);
    }
  }
  if (error) report_.problem(given_.folder, Text::unreadable);
  for (const char* name : {"keys.txt", "leaves.ndjson", "details.ndjson", "checkpoints.txt"}) {
    if (!manifest_.files.contains(name)) report_.problem(name, Text::missing_file);
  }
  for (const auto& [name, expected] : manifest_.files) {
    // Only names that were found by walking the folder are opened.
    const auto found = here.contains(name) ? hash_file(path(name)) : std::nullopt;
    if (!here.contains(name)) {
      report_.problem(name, Text::missing_file);
    } else if (!found || found->bytes != expected.bytes || found->hash != expected.hash) {
      report_.problem(name, Text::changed_file);
    }
  }
}

std::vector<Checkpoint> Verifier::read_checkpoints(const std::string& file, const std::string& name) {
  std::vector<Checkpoint> read;
  std::string note;
  std::uint64_t number = 0;
  const auto judge = [&] {
    ++number;
    const auto opened = open_note(note, keys_);
    const std::string_view body = opened ? std::string_view(opened->text) : std::string_view();
    const std::size_t one = body.find('\n');
    const std::size_t two = body.find('\n', one + 1);
    const std::size_t three = body.find('\n', two + 1);
    if (one == body.npos || two == body.npos || three == body.npos)
      return report_.problem(name, Text::checkpoint_wrong, std::to_string(number));
    const auto size = decimal(body.substr(one + 1, two - one - 1));
    const auto root = base64(body.substr(two + 1, three - two - 1));
    // The first signature must be by a key of the log's own name.
    const bool own = opened->own_part.find("\n\n\xE2\x80\x94 " + manifest_.origin + ' ') != std::string::npos;
    if (body.substr(0, one) != manifest_.origin || !own || !size || !root || root->size() != sizeof(Hash))
      return report_.problem(name, Text::checkpoint_wrong, std::to_string(number));
    read.push_back({*size, *root, opened->own_part});
  };
  Lines lines(file, kMaxNote);
  bool in_signatures = false;
  for (std::string line; lines.next(line) && note.size() < kMaxNote;) {
    if (line.empty() && in_signatures) {
      judge();
      note.clear();
    } else {
      note += line + '\n';
    }
    in_signatures = line.empty() && !in_signatures ? true : in_signatures && !line.empty();
  }
  if (!note.empty()) judge();
  if (lines.broken() || read.empty()) report_.problem(name, Text::unreadable);
  std::stable_sort(read.begin(), read.end(), [](const auto& a, const auto& b) { return a.size < b.size; });
  return read;
}

void Verifier::compare_roots(const Tree& tree) {
  const auto compare = [&](const std::vector<Checkpoint>& list, std::size_t& at, const std::string& name,
                           Text bad) {
    for (; at < list.size() && list[at].size == tree.size(); ++at) {
      if (list[at].root != view(tree.root())) report_.problem(name, bad, std::to_string(tree.size()));
    }
  };
  compare(checkpoints_, compared_, "checkpoints.txt", Text::checkpoint_root);
  compare(known_, known_compared_, given_.known, Text::known_root);
}

void Verifier::next_details() {
  const std::uint64_t before = details_index_;
  std::string line;
  have_details_ = details_.next(line);
  if (!have_details_) {
    if (details_.broken())
      report_.problem("details.ndjson", Text::details_form, std::to_string(details_line_ + 1));
    return;
  }
  ++details_line_;
  Scanner in(line);
  in.literal("{\"index\":");
  details_index_ = in.number();
  in.literal(",\"salt\":");
  const auto salt = hash_of_hex(in.string());
  in.literal(",\"details\":");
  const std::string text = in.string();
  in.literal("}");
  if (in.ended() && salt && (details_line_ == 1 || details_index_ > before)) {
    details_hash_ = hex(view(sha256({view(*salt), text})));
    return;
  }
  report_.problem("details.ndjson", Text::details_form, std::to_string(details_line_));
  have_details_ = false;
}

void Verifier::check_entry(const std::string& line, std::uint64_t index, Tree& tree) {
  constexpr std::string_view kWithheld = "{\"withheld\":\"";
  const std::string number = std::to_string(index);
  Entry entry;
  if (line.starts_with(kWithheld) && line.ends_with("\"}") && line.size() == kWithheld.size() + 66) {
    const auto hash = hash_of_hex(std::string_view(line).substr(kWithheld.size(), 64));
    if (!hash) report_.problem("leaves.ndjson", Text::entry_form, number);
    tree.add(hash.value_or(Hash{}));
    ++withheld_;
  } else {
    tree.add(Tree::leaf_hash(line));
    entry = read_entry(line);
    if (!entry.good) {
      report_.problem("leaves.ndjson", Text::entry_form, number);
    } else if (entry.index != index || entry.organisation != manifest_.organisation) {
      report_.problem("leaves.ndjson", Text::entry_place, number);
    }
  }
  if (!entry.evidence.empty() && manifest_.files.contains("evidence/" + entry.evidence))
    evidence_.insert(entry.evidence);
  if (!have_details_ || details_index_ != index) return;
  ++details_count_;
  if (entry.details != details_hash_) report_.problem("details.ndjson", Text::details_wrong, number);
  next_details();
}

void Verifier::check_entries() {
  Tree tree;
  Lines lines(path("leaves.ndjson"), kMaxLine);
  next_details();
  compare_roots(tree);
  for (std::string line; lines.next(line);) {
    check_entry(line, tree.size(), tree);
    compare_roots(tree);
  }
  if (lines.broken()) report_.problem("leaves.ndjson", Text::entry_form, std::to_string(tree.size()));
  if (have_details_) report_.problem("details.ndjson", Text::details_form, std::to_string(details_line_));
  if (tree.size() != manifest_.entries)
    report_.problem("leaves.ndjson", Text::entry_count, std::to_string(tree.size()));
  if (checkpoints_.empty() || checkpoints_.back().size < tree.size())
    report_.problem("checkpoints.txt", Text::checkpoint_last, std::to_string(tree.size()));
  for (; compared_ < checkpoints_.size(); ++compared_)
    report_.problem("checkpoints.txt", Text::checkpoint_beyond, std::to_string(checkpoints_[compared_].size));
  for (; known_compared_ < known_.size(); ++known_compared_)
    report_.problem(given_.known, Text::known_beyond, std::to_string(known_[known_compared_].size));
  report_.note(Text::counted, "entries " + std::to_string(tree.size()) + ", withheld " +
                                  std::to_string(withheld_) + ", details " + std::to_string(details_count_) +
                                  ", checkpoints " + std::to_string(checkpoints_.size()));
}

void Verifier::check_anchors() {
  std::map<Hash, const Checkpoint*> stamped;
  for (const Checkpoint& checkpoint : checkpoints_) stamped[sha256({checkpoint.own_part})] = &checkpoint;
  std::string certificates;
  if (!given_.authorities.empty()) {
    certificates = read_file(given_.authorities, kMaxSmallFile).value_or("");
    if (certificates.empty()) report_.problem(given_.authorities, Text::unreadable);
  }
  bool any = false;
  for (const auto& [name, hash] : manifest_.files) {
    if (given_.authorities.empty() && name.starts_with("certificates/"))
      certificates += read_file(path(name), kMaxSmallFile).value_or("");
  }
  for (const auto& [name, hash] : manifest_.files) {
    if (!name.starts_with("anchors/")) continue;
    const auto bytes = read_file(path(name), kMaxSmallFile);
    std::string why = "unreadable";
    const auto stamp = bytes ? open_stamp(*bytes, certificates, why) : std::nullopt;
    const auto found = stamp ? stamped.find(stamp->hash) : stamped.end();
    if (!stamp) {
      report_.problem(name, Text::anchor_wrong, why);
    } else if (found == stamped.end()) {
      report_.problem(name, Text::anchor_of_nothing);
    } else {
      report_.note(Text::anchored, std::to_string(found->second->size) + " entries at " + shown(stamp->time));
    }
    any = true;
  }
  if (!any) report_.note(Text::no_anchor);
  if (any && given_.authorities.empty()) report_.note(Text::own_certificates);
}

void Verifier::check_evidence() {
  for (const auto& [name, file] : manifest_.files) {
    if (!name.starts_with("evidence/")) continue;
    const std::string hash = name.substr(std::string_view("evidence/").size());
    if (!evidence_.contains(hash) || hex(view(file.hash)) != hash)
      report_.problem(name, Text::evidence_unknown);
  }
}

}  // namespace

void Report::problem(const std::string& where, Text which, const std::string& value) {
  if (problems.size() < kMaxProblems) problems.push_back(shown(where) + ": " + text(language, which, value));
  if (problems.size() == kMaxProblems)
    problems.push_back(text(language, Text::too_many, std::to_string(kMaxProblems)));
}

void verify_export(const Given& given, Report& report) {
  Verifier(given, report).run();
}

}  // namespace hinomi::verify
