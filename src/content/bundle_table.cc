#include "content/bundle_table.h"

#include <algorithm>
#include <utility>

#include "content/reader.h"

namespace hinomi::content {

base::Result<BundleTable> BundleTable::load(const std::string& path, const Names& known) {
  auto opened = Reader::open(path, kMaxTableBytes);
  if (!opened) return opened.error();
  Reader& reader = *opened;
  reader.keys(reader.root(), {"bundles"});
  BundleTable table;
  for (const parse::yaml::Node& item : reader.items(reader.at(reader.root(), "bundles"), 1, kMaxBundles)) {
    reader.keys(item, {"key", "names", "aim", "permissions"});
    if (!reader.ok()) return reader.error();
    Bundle bundle{.key = reader.word(reader.at(item, "key")),
                  .names = reader.both(reader.at(item, "names"), kMaxNameBytes),
                  .aim = reader.both(reader.at(item, "aim"), kMaxTextBytes),
                  .permissions = reader.lines(reader.at(item, "permissions"), 1, kMaxPermissions)};
    if (table.find(bundle.key) != nullptr)
      reader.fault(item.where, "the bundle '" + bundle.key + "' stands twice");
    for (const std::string& permission : bundle.permissions)
      if (!known.contains(permission))
        reader.fault(reader.at(item, "permissions").where,
                     "there is no permission '" + permission + "' in permissions.yaml");
    if (!reader.ok()) return reader.error();
    table.bundles_.push_back(std::move(bundle));
  }
  for (const std::string_view needed : {kAdministratorBundle, kMemberBundle})
    if (reader.ok() && table.find(needed) == nullptr)
      reader.fault(reader.root().where, "the bundle '" + std::string(needed) + "' is missing");
  if (!reader.ok()) return reader.error();
  return table;
}

const Bundle* BundleTable::find(std::string_view key) const noexcept {
  const auto found = std::find_if(bundles_.begin(), bundles_.end(),
                                  [key](const Bundle& bundle) { return bundle.key == key; });
  return found == bundles_.end() ? nullptr : &*found;
}

}  // namespace hinomi::content
