#include "app/content_folder.h"

#include <cstdlib>
#include <filesystem>
#include <vector>

namespace hinomi::app {
namespace {

constexpr int kFoldersAbove = 5;

}  // namespace

base::Result<std::string> content_folder() {
  namespace fs = std::filesystem;
  std::vector<fs::path> places;
  if (const char* named = std::getenv("HINOMI_CONTENT"); named != nullptr && *named != '\0') {
    places.emplace_back(named);
  } else {
    std::error_code ignored;
    fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    places.push_back(folder.parent_path() / "share" / "hinomi" / "content");
    // /usr/libexec/hinomi/…, where programs lie that people do not start.
    places.push_back(folder.parent_path().parent_path() / "share" / "hinomi" / "content");
    for (int i = 0; i < kFoldersAbove && folder.has_relative_path(); ++i, folder = folder.parent_path()) {
      places.push_back(folder / "content");
    }
  }
  std::string looked;
  for (const fs::path& place : places) {
    std::error_code ignored;
    if (fs::is_regular_file(place / "mappings" / "sources.yaml", ignored)) return place.string();
    looked += (looked.empty() ? "" : ", ") + place.string();
  }
  return base::Error{base::ErrorCode::not_found,
                     "the program's content (mappings, rules) was not found in " + looked,
                     "set HINOMI_CONTENT to the folder 'content'",
                     {}};
}

}  // namespace hinomi::app
