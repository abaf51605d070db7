// The invented company: people, computers and addresses (RFC 1918; names below .example, RFC 2606).
// Facts only; what happens on a day is in office.h, servers.h and intrusion.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "demo/random.h"

namespace hinomi::demo {

inline constexpr std::string_view kWindowsDomain = "SORAMINO";
inline constexpr std::string_view kDomainName = "corp.soramino.example";
inline constexpr std::string_view kDomainSid = "S-1-5-21-1450960922-2730182736-3188214071";
inline constexpr std::string_view kHelpDeskAdmin = "adm.kondo";
inline constexpr std::string_view kServerAdmin = "adm.fujii";
inline constexpr std::string_view kBackupAccount = "svc-backup";
inline constexpr std::string_view kScannerAccount = "svc-scan";
inline constexpr std::string_view kVictim = "h.sakurai";

enum class Role : std::uint8_t { workstation, server, domain_controller, linux_server };

struct Host {
  std::string name;     // "HQ-PC-014"
  std::string fqdn;     // "HQ-PC-014.corp.soramino.example"
  std::string address;  // IPv4
  Role role = Role::workstation;
  std::uint32_t index = 0;  // in Company::hosts
};

struct Person {
  std::string account;  // "h.sakurai"
  std::string name;     // "桜井 花"
  std::string_view department;
  std::uint32_t workstation = 0;  // in Company::hosts
  std::uint32_t number = 0;       // 0-based, of the employee
  bool remote = false;            // works through the VPN today and then
};

struct Company {
  std::vector<Host> hosts;  // workstations, then Windows servers, then Linux servers
  std::vector<Person> people;

  // Only for names of the tables: an unknown one breaks an invariant.
  [[nodiscard]] const Host& host(std::string_view name) const;
  [[nodiscard]] const Person& person(std::string_view account) const;
  [[nodiscard]] const Host& workstation_of(const Person& person) const { return hosts[person.workstation]; }
  [[nodiscard]] std::vector<const Host*> with_role(Role role) const;
};

[[nodiscard]] Company make_company();

// "SORAMINO\h.sakurai"
[[nodiscard]] std::string qualified(std::string_view account);
// A stable, invented security identifier of an account of the domain.
[[nodiscard]] std::string sid_of(std::string_view account);

// A site on the invented Internet.
struct Site {
  std::string_view host;
  std::string_view domain;   // registered domain
  std::string_view address;  // RFC 5737
  std::string_view path;     // of a typical page
};
[[nodiscard]] std::span<const Site> web_sites();
[[nodiscard]] const Site& site(std::string_view host);

}  // namespace hinomi::demo
