// A normal day of the people who run the computers: help desk, administrators, onboarding, scripts. Most of
// it looks like an attack at first sight; the rules must stay silent on all of it.
#pragma once

#include "demo/random.h"
#include "demo/scene.h"

namespace hinomi::demo {

void add_it_day(Scene& scene, const Random& random);

// Security 4720 and 4732, as they are written on `host`.
struct AccountChange {
  std::string_view by;       // account that makes the change
  std::string_view account;  // that is created or added
  std::string_view name;     // of the person, may be empty
  std::string_view sid;      // of the account
};
void add_account_created(WindowsLog& log, const Host& host, TimeNs time, const AccountChange& change);
struct LocalGroup {
  std::string_view name;
  std::string_view sid;
};
inline constexpr LocalGroup kAdministrators{"Administrators", "S-1-5-32-544"};
inline constexpr LocalGroup kRemoteDesktopUsers{"Remote Desktop Users", "S-1-5-32-555"};
void add_member_added(WindowsLog& log, const Host& host, TimeNs time, const AccountChange& change,
                      const LocalGroup& group);

}  // namespace hinomi::demo
