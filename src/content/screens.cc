#include "content/screens.h"

#include "content/reader.h"

namespace hinomi::content {

base::Result<Names> load_screens(const std::string& path) {
  auto opened = Reader::open(path);
  if (!opened) return opened.error();
  Reader& reader = *opened;
  reader.keys(reader.root(), {"screens"});
  Names names;
  for (std::string& screen : reader.lines(reader.at(reader.root(), "screens"), 1, kMaxScreens)) {
    if (!screen.starts_with('/')) reader.fault(reader.root().where, "a screen is a path: '" + screen + "'");
    names.insert(std::move(screen));
  }
  if (!reader.ok()) return reader.error();
  return names;
}

}  // namespace hinomi::content
