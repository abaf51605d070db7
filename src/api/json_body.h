// The body of a request as a JSON object, read strictly: texts, booleans, lists of texts, times; each member
// at most once, none that nobody asked for. Not for records (record/json.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "parse/json/reader.h"
#include "record/record.h"

namespace hinomi::api {

class JsonBody {
 public:
  // invalid_input when it is no JSON object.
  [[nodiscard]] static base::Result<JsonBody> read(std::string_view text);

  // Members; what is of another type is a fault and like absent.
  [[nodiscard]] std::optional<std::string> text(std::string_view name);
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view name);  // whole
  [[nodiscard]] bool flag(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] std::optional<base::TimeNs> time(std::string_view name);
  // A member that is an object, as JSON text.
  [[nodiscard]] std::optional<std::string> object(std::string_view name);
  // Members that are objects in a list, each a body of its own ("organisations.0").
  [[nodiscard]] std::vector<JsonBody> objects(std::string_view name, std::size_t most);
  // A text that must be there and not be blank.
  [[nodiscard]] std::string needed(std::string_view name);

  void add_fault(std::string_view name, std::string code, std::string detail);
  // What was wrong so far, members that nobody asked for at last.
  [[nodiscard]] std::vector<record::Fault> take_faults();
  void add_faults(std::vector<record::Fault> faults);

 private:
  struct Member {
    std::string name;
    std::string json;
    parse::json::Kind kind = parse::json::Kind::null;
    std::string text;  // of a string
    bool boolean = false;
    bool known = false;
    bool twice = false;
  };
  [[nodiscard]] Member* find(std::string_view name);

  std::string place_;  // "organisations.0."
  std::vector<Member> members_;
  std::vector<record::Fault> faults_;
};

}  // namespace hinomi::api
