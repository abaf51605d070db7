#include "content/maturity.h"

#include "content/reader.h"

namespace hinomi::content {
namespace {

using parse::yaml::Node;

std::vector<MaturityLevel> read_levels(Reader& reader, const Node& node) {
  std::vector<MaturityLevel> levels;
  for (const Node& item : reader.items(node, Maturity::kMaxLevel, Maturity::kMaxLevel)) {
    reader.keys(item, {"level", "meaning"});
    const int expected = static_cast<int>(levels.size()) + 1;
    const Node& level = reader.at(item, "level");
    if (reader.ok() && level.as_number() != expected) {
      reader.fault(level.where, "levels rise from 1, one by one");
    }
    levels.push_back({.level = expected, .meaning = reader.both(reader.at(item, "meaning"), kMaxTextBytes)});
  }
  return levels;
}

}  // namespace

base::Result<Maturity> Maturity::load(const std::string& path) {
  auto opened = Reader::open(path);
  if (!opened) return opened.error();
  Reader& reader = *opened;
  const Node& root = reader.root();
  reader.keys(root, {"note", "insource", "outsource", "not_applicable"});
  Maturity maturity{.note = reader.both(reader.at(root, "note"), kMaxTextBytes),
                    .insource = read_levels(reader, reader.at(root, "insource")),
                    .outsource = read_levels(reader, reader.at(root, "outsource")),
                    .not_applicable = reader.both(reader.at(root, "not_applicable"), kMaxTextBytes)};
  if (!reader.ok()) return reader.error();
  return maturity;
}

}  // namespace hinomi::content
