#include "content/service_catalogue.h"

#include <algorithm>
#include <utility>

#include "content/reader.h"

namespace hinomi::content {
namespace {

using parse::yaml::Node;

std::vector<RoleCategory> read_categories(Reader& reader, const Node& node) {
  std::vector<RoleCategory> categories;
  for (const Node& item : reader.items(node, 1, 26)) {
    reader.keys(item, {"letter", "names"});
    const Node& letter = reader.at(item, "letter");
    const std::string text = reader.line(letter, 1);
    if (!reader.ok()) break;
    const auto same = [&text](const RoleCategory& other) { return other.letter == text[0]; };
    if (text[0] < 'A' || text[0] > 'Z' || std::any_of(categories.begin(), categories.end(), same)) {
      reader.fault(letter.where, "expected a letter A to Z that stands nowhere else");
    }
    categories.push_back({.letter = text[0], .names = reader.both(reader.at(item, "names"), kMaxNameBytes)});
  }
  return categories;
}

std::vector<Code> read_roles(Reader& reader, const Node& node, const RoleCatalogue& roles) {
  std::vector<Code> codes = reader.codes(node, RoleCatalogue::kMaxLinks);
  for (std::size_t i = 0; reader.ok() && i < codes.size(); ++i) {
    if (roles.find(codes[i]) == nullptr) {
      reader.fault(node.items[i].where, codes[i].to_string() + " is no role of " + roles.key());
    }
  }
  return codes;
}

Service read_service(Reader& reader, const Node& node, const RoleCatalogue& roles) {
  reader.keys(node, {"code", "names", "verified", "roles"}, {"without_role", "near"});
  if (!reader.ok()) return {};
  Service service;
  service.code = reader.code(reader.at(node, "code"));
  service.names = reader.both(reader.at(node, "names"), kMaxNameBytes);
  service.verified = reader.boolean(reader.at(node, "verified"));
  service.roles = read_roles(reader, reader.at(node, "roles"), roles);
  const Node* without = node.find("without_role");
  const bool marked = without != nullptr && reader.boolean(*without);
  if (reader.ok() && marked == service.has_role()) {
    reader.fault(node.where, "a service names its 'roles' or says 'without_role: true', never both");
  }
  if (const Node* near = node.find("near"); near != nullptr) {
    if (!marked) reader.fault(near->where, "'near' is for a service without a role");
    service.near = read_roles(reader, *near, roles);
  }
  return service;
}

}  // namespace

base::Result<ServiceCatalogue> ServiceCatalogue::load(const std::string& path, const RoleCatalogue& roles) {
  auto opened = Reader::open(path, kMaxTableBytes);
  if (!opened) return opened.error();
  Reader& reader = *opened;
  const Node& root = reader.root();
  reader.keys(root,
              {"catalogue", "kind", "names", "edition", "source", "roles_of", "categories", "services"});
  ServiceCatalogue catalogue;
  catalogue.key_ = reader.line(reader.at(root, "catalogue"), kMaxWordBytes);
  if (!is_catalogue_key(catalogue.key_)) {
    reader.fault(reader.at(root, "catalogue").where, "a catalogue's key is of a-z, 0-9 and '-'");
  }
  reader.choice(reader.at(root, "kind"), {"services"});
  if (reader.line(reader.at(root, "roles_of"), kMaxWordBytes) != roles.key()) {
    reader.fault(reader.at(root, "roles_of").where, "the roles at hand are those of " + roles.key());
  }
  catalogue.names_ = reader.both(reader.at(root, "names"), kMaxNameBytes);
  catalogue.source_ = reader.both(reader.at(root, "source"), kMaxTextBytes);
  catalogue.edition_ = reader.line(reader.at(root, "edition"), kMaxNameBytes);
  catalogue.categories_ = read_categories(reader, reader.at(root, "categories"));
  for (const Node& node : reader.items(reader.at(root, "services"), 1, kMaxServices)) {
    Service service = read_service(reader, node, roles);
    if (!reader.ok()) return reader.error();
    const auto same_letter = [&service](const RoleCategory& c) { return c.letter == service.code.letter; };
    if (std::none_of(catalogue.categories_.begin(), catalogue.categories_.end(), same_letter)) {
      reader.fault(node.where, service.code.to_string() + " is of no category");
    }
    const auto same_code = [&service](const Service& other) { return other.code == service.code; };
    if (std::any_of(catalogue.services_.begin(), catalogue.services_.end(), same_code)) {
      reader.fault(node.where, service.code.to_string() + " stands twice");
    }
    catalogue.services_.push_back(std::move(service));
  }
  if (!reader.ok()) return reader.error();
  std::sort(catalogue.services_.begin(), catalogue.services_.end(),
            [](const Service& a, const Service& b) { return a.code < b.code; });
  return catalogue;
}

std::vector<const Service*> ServiceCatalogue::services_of(Code role) const {
  std::vector<const Service*> found;
  for (const Service& service : services_) {
    if (std::find(service.roles.begin(), service.roles.end(), role) != service.roles.end()) {
      found.push_back(&service);
    }
  }
  return found;
}

}  // namespace hinomi::content
