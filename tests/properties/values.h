// Values for any declared field: those that must be taken, edges first, and those that must be refused.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "properties/seed.h"
#include "record/record.h"

namespace hinomi::properties {

// A record of an entity to refer to.
using Target = std::function<base::RecordId(const std::string& entity)>;

[[nodiscard]] schema::Value valid_value(const schema::Field& field, Chance& chance, const Target& target);
// Any line of text, up to `limit` code points.
[[nodiscard]] std::string line(Chance& chance, std::size_t limit);

// Valid values for all fields and for what every record has; some fields are left out. `server_too`: fields
// that only the program sets as well.
[[nodiscard]] record::Draft valid_draft(const schema::Entity& entity, Chance& chance, const Target& target,
                                        bool server_too);
// A draft as the body of a request.
[[nodiscard]] std::string body_of(const schema::Entity& entity, const record::Draft& draft);

// A member of a body that must be refused, as JSON, and why.
struct Invalid {
  std::string json;
  std::string why;
};
[[nodiscard]] std::vector<Invalid> invalid_values(const schema::Field& field, Chance& chance);

}  // namespace hinomi::properties
