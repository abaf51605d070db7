// Writes what is generated from the declarations of entities and routes: schema/entities.json,
// schema/openapi.json, and, when the tables they need have changed, the next step of src/record/migrations.
// `check` says what is out of date instead.
//
//   hinomi_declarations write|check ROOT
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "app/described_api.h"
#include "app/registry.h"
#include "record/migrations.h"
#include "record/tables.h"
#include "schema/json.h"

namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// "0003" from the files that are there.
std::string next_number(const std::filesystem::path& folder) {
  int last = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder))
    last = std::max(last, static_cast<int>(std::strtol(file.path().filename().c_str(), nullptr, 10)));
  const std::string digits = std::to_string(last + 1);
  return std::string(4 - std::min<std::size_t>(4, digits.size()), '0') + digits;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace hinomi;
  if (argc != 3 || (std::string(argv[1]) != "write" && std::string(argv[1]) != "check")) {
    std::fprintf(stderr, "usage: hinomi_declarations write|check ROOT\n");
    return 2;
  }
  const bool write = std::string(argv[1]) == "write";
  const std::filesystem::path root = argv[2];
  const std::filesystem::path snapshot = root / "schema/tables.txt";
  const schema::Registry registry = app::make_registry();
  auto step = record::step_between(read(snapshot), registry);
  if (!step) {
    std::fprintf(stderr, "%s; %s, then the new line into schema/tables.txt\n", step.error().message.c_str(),
                 step.error().remedy.c_str());
    return 1;
  }
  int problems = 0;
  const auto bring = [&](const std::filesystem::path& path, const std::string& text) {
    if (read(path) == text) return;
    if (write) {
      std::ofstream(path, std::ios::binary) << text;
      std::printf("%s: written\n", path.c_str());
    } else {
      std::printf("%s: out of date. Remedy: ./dev generate\n", path.c_str());
      ++problems;
    }
  };
  if (!step->empty()) {
    const std::filesystem::path folder = root / "src/record/migrations";
    bring(folder / (next_number(folder) + "-entities.sql"), *step);
  }
  bring(snapshot, record::snapshot_of(registry));
  bring(root / "schema/entities.json", schema::to_json(registry, 2) + "\n");
  const auto api = app::described_api(registry);
  if (!api) {
    std::fprintf(stderr, "%s\n", api.error().message.c_str());
    return 1;
  }
  bring(root / "schema/openapi.json", *api);
  return problems == 0 ? 0 : 1;
}
