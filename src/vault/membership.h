// Who belongs to a vault, as sealed bytes in the main database: whoever reads that database or a backup of it
// learns neither who, nor since when, nor more of how many than the size in steps of kPaddedTo. Not who may
// do what in a vault (vaults.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/record_id.h"
#include "base/result.h"

namespace hinomi::vault {

inline constexpr std::size_t kMaxMembers = 256;
inline constexpr std::size_t kPaddedTo = 64;  // members; more take the next step

struct Member {
  base::RecordId person{};
  bool custodian = false;
  friend bool operator==(const Member&, const Member&) = default;
};

class Membership {
 public:
  // nullptr: no member.
  [[nodiscard]] const Member* find(const base::RecordId& person) const noexcept;
  void put(const Member& member);
  void remove(const base::RecordId& person);
  [[nodiscard]] std::size_t custodians() const noexcept;
  [[nodiscard]] const std::vector<Member>& all() const noexcept { return members_; }

  // Version 1: 0x01, count (2 bytes, little endian), then for each 16 bytes of id and one of rights; zeros.
  [[nodiscard]] std::string bytes() const;
  // invalid_input for anything else.
  [[nodiscard]] static base::Result<Membership> parse(std::string_view bytes);

 private:
  std::vector<Member> members_;  // by person, each once
};

}  // namespace hinomi::vault
