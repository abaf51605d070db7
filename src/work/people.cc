#include "work/people.h"

namespace hinomi::work {

base::Result<access::Principal> principal_now(People& people, store::sql::Connection& connection,
                                              const base::RecordId& person) {
  auto name = people.name_of(connection, person);
  if (!name) return name.error();
  auto grants = people.grants_now(connection, person);
  if (!grants) return grants.error();
  access::Principal one;
  one.kind = access::PrincipalKind::staff;
  one.id = person;
  one.name = name->value_or("");
  one.grants = *name ? std::move(*grants) : std::make_shared<const access::Grants>();
  return one;
}

}  // namespace hinomi::work
