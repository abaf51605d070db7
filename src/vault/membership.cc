#include "vault/membership.h"

#include <algorithm>
#include <cstring>

namespace hinomi::vault {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kEntryBytes = kIdBytes + 1;
constexpr std::size_t kHeadBytes = 3;
constexpr char kVersion = 1;

base::Error unreadable() {
  return {base::ErrorCode::invalid_input, "the list of a vault's members cannot be read", "", {}};
}

}  // namespace

const Member* Membership::find(const base::RecordId& person) const noexcept {
  const auto at =
      std::lower_bound(members_.begin(), members_.end(), person,
                       [](const Member& one, const base::RecordId& id) { return one.person < id; });
  return at == members_.end() || at->person != person ? nullptr : &*at;
}

void Membership::put(const Member& member) {
  remove(member.person);
  const auto at =
      std::lower_bound(members_.begin(), members_.end(), member.person,
                       [](const Member& one, const base::RecordId& id) { return one.person < id; });
  members_.insert(at, member);
}

void Membership::remove(const base::RecordId& person) {
  std::erase_if(members_, [&](const Member& one) { return one.person == person; });
}

std::size_t Membership::custodians() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(members_.begin(), members_.end(), [](const Member& one) { return one.custodian; }));
}

std::string Membership::bytes() const {
  const std::size_t steps = std::max<std::size_t>(1, (members_.size() + kPaddedTo - 1) / kPaddedTo);
  std::string text(kHeadBytes + steps * kPaddedTo * kEntryBytes, '\0');
  text[0] = kVersion;
  text[1] = static_cast<char>(members_.size() & 0xFF);
  text[2] = static_cast<char>(members_.size() >> 8);
  char* at = text.data() + kHeadBytes;
  for (const Member& member : members_) {
    std::memcpy(at, member.person.as_bytes().data(), kIdBytes);
    at[kIdBytes] = member.custodian ? 1 : 0;
    at += kEntryBytes;
  }
  return text;
}

base::Result<Membership> Membership::parse(std::string_view bytes) {
  if (bytes.size() < kHeadBytes || bytes[0] != kVersion) return unreadable();
  const std::size_t count = static_cast<std::uint8_t>(bytes[1]) |
                            static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[2])) << 8;
  if (count > kMaxMembers || bytes.size() < kHeadBytes + count * kEntryBytes) return unreadable();
  Membership membership;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view entry = bytes.substr(kHeadBytes + i * kEntryBytes, kEntryBytes);
    const auto person = base::RecordId::from_bytes(std::as_bytes(std::span(entry.data(), kIdBytes)));
    const char rights = entry[kIdBytes];
    if (!person || (rights != 0 && rights != 1) || membership.find(*person) != nullptr) return unreadable();
    membership.put({*person, rights == 1});
  }
  return membership;
}

}  // namespace hinomi::vault
