#include "content/role_catalogue.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "content/reader.h"
#include "content/role_reader.h"
#include "os/directory.h"

namespace hinomi::content {
namespace {

using parse::yaml::Node;

constexpr os::WalkLimits kWalkLimits{.max_depth = 2, .max_entries = 2'000};
constexpr base::Position kTop{1, 1};

// Editors leave such files behind.
bool is_no_content(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? name : name.substr(slash + 1);
  return last.starts_with('.') || last.ends_with('~') || last == "README.md";
}

// Faults when the folder holds what is neither of `codes` nor one of the shared files.
base::Result<void> check_files(const std::string& folder, const std::set<Code>& codes) {
  auto walked = os::walk_folder(folder, kWalkLimits);
  if (!walked) return walked.error();
  for (const os::Walked& entry : *walked) {
    const std::string name = entry.path.substr(std::min(entry.path.size(), folder.size() + 1));
    if (name == "categories.yaml" || name == "maturity.yaml" || is_no_content(name)) continue;
    std::optional<Code> code;
    if (entry.kind == os::WalkedKind::file && name.ends_with(".yaml") && name.size() > 7 && name[1] == '/') {
      code = Code::parse(std::string_view(name).substr(2, name.size() - 2 - 5));
    }
    if (!code || code->letter != name[0]) {
      return fault_in(entry.path, kTop, "a role's file is named <letter>/<code>.yaml, such as B/B-3.yaml");
    }
    if (!codes.contains(*code)) {
      return fault_in(entry.path, kTop, "the catalogue does not list " + code->to_string());
    }
  }
  return {};
}

std::string path_of(const std::string& folder, Code code) {
  return folder + "/" + code.letter + "/" + code.to_string() + ".yaml";
}

}  // namespace

std::string_view area_of(Sourcing sourcing) noexcept {
  switch (sourcing) {
    case Sourcing::own:
      return "I";
    case Sourcing::own_led:
      return "II";
    case Sourcing::specialist_led:
      return "III";
    case Sourcing::specialist:
      return "IV";
  }
  return "";
}

std::string_view name_of(MeasureUnit unit) noexcept {
  switch (unit) {
    case MeasureUnit::count:
      return "count";
    case MeasureUnit::percent:
      return "percent";
    case MeasureUnit::duration:
      return "duration";
    case MeasureUnit::per_hundred:
      return "per_hundred";
    case MeasureUnit::per_thousand:
      return "per_thousand";
    case MeasureUnit::points:
      return "points";
  }
  return "";
}

base::Result<void> RoleCatalogue::read_categories(const std::string& path) {
  auto opened = Reader::open(path);
  if (!opened) return opened.error();
  Reader& reader = *opened;
  reader.keys(reader.root(), {"catalogue", "categories"});
  const Node& key = reader.at(reader.root(), "catalogue");
  key_ = reader.line(key, kMaxWordBytes);
  if (!is_catalogue_key(key_)) reader.fault(key.where, "a catalogue's key is of a-z, 0-9 and '-'");
  for (const Node& item : reader.items(reader.at(reader.root(), "categories"), 1, 26)) {
    reader.keys(item, {"letter", "names"});
    const Node& letter = reader.at(item, "letter");
    const std::string text = reader.line(letter, 1);
    if (reader.ok() && (text[0] < 'A' || text[0] > 'Z'))
      reader.fault(letter.where, "expected a letter A to Z");
    if (reader.ok() && category(text[0]) != nullptr) reader.fault(letter.where, text + " stands twice");
    Bilingual names = reader.both(reader.at(item, "names"), kMaxNameBytes);
    if (!reader.ok()) return reader.error();
    categories_.push_back({.letter = text[0], .names = std::move(names)});
  }
  if (!reader.ok()) return reader.error();
  return {};
}

base::Result<std::vector<Code>> RoleCatalogue::read_list(const std::string& path) {
  auto opened = Reader::open(path);
  if (!opened) return opened.error();
  Reader& reader = *opened;
  const Node& root = reader.root();
  reader.keys(root, {"catalogue", "kind", "names", "edition", "source", "roles"});
  if (reader.line(reader.at(root, "catalogue"), kMaxWordBytes) != key_) {
    reader.fault(reader.at(root, "catalogue").where, "'catalogue' must be " + key_ + " in this place");
  }
  reader.choice(reader.at(root, "kind"), {"roles"});
  names_ = reader.both(reader.at(root, "names"), kMaxNameBytes);
  source_ = reader.both(reader.at(root, "source"), kMaxTextBytes);
  edition_ = reader.line(reader.at(root, "edition"), kMaxNameBytes);
  const Node& listed = reader.at(root, "roles");
  std::vector<Code> codes = reader.codes(listed, kMaxRoles);
  for (std::size_t i = 0; reader.ok() && i < codes.size(); ++i) {
    if (category(codes[i].letter) == nullptr) {
      reader.fault(listed.items[i].where, codes[i].to_string() + " is of no category");
    }
  }
  if (!reader.ok()) return reader.error();
  return codes;
}

base::Result<RoleCatalogue> RoleCatalogue::load(const std::string& content_folder, const Known& known) {
  RoleCatalogue catalogue;
  const std::string folder = content_folder + "/roles";
  if (auto read = catalogue.read_categories(folder + "/categories.yaml"); !read) return read.error();
  auto listed = catalogue.read_list(content_folder + "/catalogues/" + catalogue.key_ + ".yaml");
  if (!listed) return listed.error();
  const std::set<Code> codes(listed->begin(), listed->end());
  if (auto checked = check_files(folder, codes); !checked) return checked.error();
  for (const Code code : codes) {
    auto role = read_role(path_of(folder, code), code, catalogue.key_, known);
    if (!role) return role.error();
    catalogue.roles_.push_back(std::move(*role));
  }
  if (auto checked = catalogue.check_links(folder); !checked) return checked.error();
  if (auto checked = catalogue.check_measure_keys(folder); !checked) return checked.error();
  return catalogue;
}

base::Result<void> RoleCatalogue::check_links(const std::string& folder) const {
  using Links = std::vector<Code> Role::*;
  const auto check = [&](const Role& role, Links mine, Links theirs, const char* what,
                         const char* back) -> base::Result<void> {
    for (const Code code : role.*mine) {
      const Role* other = find(code);
      if (other == nullptr || other == &role) {
        return fault_in(path_of(folder, role.code), kTop,
                        std::string("'") + what + "' names " + code.to_string() + ", which is no other role");
      }
      if (!std::binary_search((other->*theirs).begin(), (other->*theirs).end(), role.code)) {
        return fault_in(path_of(folder, role.code), kTop,
                        std::string("'") + what + "' names " + code.to_string() + ", but '" + back + "' of " +
                            code.to_string() + " does not name " + role.code.to_string());
      }
    }
    return {};
  };
  for (const Role& role : roles_) {
    if (auto checked = check(role, &Role::feeds, &Role::fed_by, "feeds", "fed_by"); !checked) return checked;
    if (auto checked = check(role, &Role::fed_by, &Role::feeds, "fed_by", "feeds"); !checked) return checked;
  }
  return {};
}

base::Result<void> RoleCatalogue::check_measure_keys(const std::string& folder) const {
  std::map<std::string_view, Code> owners;
  for (const Role& role : roles_) {
    for (const RoleMeasure& measure : role.measures) {
      const auto [owner, added] = owners.try_emplace(measure.key, role.code);
      if (!added) {
        return fault_in(path_of(folder, role.code), kTop,
                        "the measure '" + measure.key + "' stands twice (" + owner->second.to_string() + ")");
      }
    }
  }
  return {};
}

const Role* RoleCatalogue::find(Code code) const noexcept {
  const auto found = std::lower_bound(roles_.begin(), roles_.end(), code,
                                      [](const Role& role, Code wanted) { return role.code < wanted; });
  return found == roles_.end() || found->code != code ? nullptr : &*found;
}

const RoleCategory* RoleCatalogue::category(char letter) const noexcept {
  const auto found =
      std::find_if(categories_.begin(), categories_.end(),
                   [letter](const RoleCategory& category) { return category.letter == letter; });
  return found == categories_.end() ? nullptr : &*found;
}

}  // namespace hinomi::content
