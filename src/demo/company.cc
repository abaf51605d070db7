#include "demo/company.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/check.h"
#include "base/hash.h"

namespace hinomi::demo {
namespace {

struct FamilyName {
  std::string_view written;
  std::string_view latin;
};
struct GivenName {
  std::string_view written;
  std::string_view latin;
};

constexpr auto kFamilyNames = std::to_array<FamilyName>({
    {"青木", "aoki"},      {"石田", "ishida"},    {"上野", "ueno"},       {"遠藤", "endo"},
    {"大西", "onishi"},    {"加藤", "kato"},      {"木下", "kinoshita"},  {"黒田", "kuroda"},
    {"小池", "koike"},     {"近藤", "kondo"},     {"斎藤", "saito"},      {"島田", "shimada"},
    {"杉山", "sugiyama"},  {"関口", "sekiguchi"}, {"高野", "takano"},     {"橘", "tachibana"},
    {"千葉", "chiba"},     {"辻", "tsuji"},       {"寺田", "terada"},     {"永井", "nagai"},
    {"西村", "nishimura"}, {"野口", "noguchi"},   {"長谷川", "hasegawa"}, {"平野", "hirano"},
    {"藤井", "fujii"},     {"星野", "hoshino"},   {"前田", "maeda"},      {"松尾", "matsuo"},
    {"三浦", "miura"},     {"村上", "murakami"},  {"森本", "morimoto"},   {"安田", "yasuda"},
    {"山崎", "yamazaki"},  {"吉川", "yoshikawa"}, {"和田", "wada"},
});
constexpr auto kGivenNames = std::to_array<GivenName>({
    {"愛", "ai"},      {"健一", "kenichi"}, {"美咲", "misaki"}, {"大輔", "daisuke"}, {"陽子", "yoko"},
    {"直樹", "naoki"}, {"結衣", "yui"},     {"拓也", "takuya"}, {"恵", "megumi"},    {"翔", "sho"},
    {"由美", "yumi"},  {"和也", "kazuya"},  {"早紀", "saki"},   {"修", "osamu"},     {"千尋", "chihiro"},
    {"誠", "makoto"},  {"理恵", "rie"},     {"亮", "ryo"},      {"香織", "kaori"},
});
constexpr auto kDepartments = std::to_array<std::string_view>({
    "営業部",
    "設計部",
    "製造部",
    "品質保証部",
    "購買部",
    "経理部",
    "人事部",
    "物流部",
    "情報システム部",
    "総務部",
});

struct WorkSite {
  std::string_view prefix;
  int computers;
  int network;  // 10.20.<network>.0/24
};
constexpr auto kWorkSites = std::to_array<WorkSite>({{"HQ", 50, 1}, {"KT", 30, 2}, {"MN", 20, 3}});

constexpr auto kServers = std::to_array<std::string_view>({
    "SRM-DC01",  "SRM-DC02", "SRM-FS01",   "SRM-FS02",  "SRM-AP01",   "SRM-AP02",  "SRM-AP03",
    "SRM-DB01",  "SRM-DB02", "SRM-MAIL01", "SRM-PRT01", "SRM-WSUS01", "SRM-MGT01", "SRM-JMP01",
    "SRM-BKP01", "SRM-CA01", "SRM-WEB01",  "SRM-TS01",  "SRM-LIC01",  "SRM-AV01",
});
constexpr auto kLinuxServers = std::to_array<std::string_view>(
    {"lnx-web01", "lnx-bld01", "lnx-db01", "lnx-log01", "lnx-mon01", "lnx-dns01", "lnx-prx01", "vpn01"});

constexpr auto kSites = std::to_array<Site>({
    {"www.kikai-news.example", "kikai-news.example", "192.0.2.10", "/articles/"},
    {"search.sagasu-web.example", "sagasu-web.example", "192.0.2.11", "/search?q="},
    {"www.buhin-catalog.example", "buhin-catalog.example", "192.0.2.12", "/parts/"},
    {"static.hikari-cdn.example", "hikari-cdn.example", "192.0.2.13", "/assets/js/app."},
    {"img.hikari-cdn.example", "hikari-cdn.example", "192.0.2.14", "/images/"},
    {"portal.torihiki-net.example", "torihiki-net.example", "192.0.2.15", "/orders/"},
    {"www.tenki-yoho.example", "tenki-yoho.example", "192.0.2.16", "/tokyo/"},
    {"norikae.densha-annai.example", "densha-annai.example", "192.0.2.17", "/route?from=tokyo&to="},
    {"mail.hakoben.example", "hakoben.example", "192.0.2.18", "/owa/message/"},
    {"meet.kaigi-shitsu.example", "kaigi-shitsu.example", "192.0.2.19", "/room/"},
    {"up.filebox.example", "filebox.example", "192.0.2.20", "/v2/files/"},
    {"reputation.mamori-av.example", "mamori-av.example", "192.0.2.21", "/v1/query/"},
    {"update.mamori-av.example", "mamori-av.example", "192.0.2.22", "/definitions/"},
    {"ads.kokoku-haishin.example", "kokoku-haishin.example", "192.0.2.23", "/impression/"},
    {"www.cad-soft.example", "cad-soft.example", "192.0.2.24", "/support/kb/"},
    {"bank.shoko-ginko.example", "shoko-ginko.example", "192.0.2.25", "/transfer/"},
    {"files.kaizen-portal.example", "kaizen-portal.example", "198.51.100.77", "/a"},
    {"ns1.sync-cdn.example", "sync-cdn.example", "198.51.100.78", "/"},
});

void add_host(Company& company, std::string name, std::string address, Role role) {
  const auto index = static_cast<std::uint32_t>(company.hosts.size());
  std::string fqdn = fmt::format("{}.{}", name, kDomainName);
  company.hosts.push_back({std::move(name), std::move(fqdn), std::move(address), role, index});
}

void add_hosts(Company& company) {
  for (const WorkSite& works : kWorkSites) {
    for (int i = 1; i <= works.computers; ++i) {
      add_host(company, fmt::format("{}-PC-{:03}", works.prefix, i),
               fmt::format("10.20.{}.{}", works.network, 20 + i), Role::workstation);
    }
  }
  int last = 10;
  for (const std::string_view name : kServers) {
    const bool controller = name.starts_with("SRM-DC");
    // The jump server stands in a network of its own, from which alone administrators reach the servers.
    const std::string address = name == "SRM-JMP01" ? "10.10.9.10" : fmt::format("10.10.1.{}", ++last);
    add_host(company, std::string(name), address, controller ? Role::domain_controller : Role::server);
  }
  last = 10;
  for (const std::string_view name : kLinuxServers) {
    add_host(company, std::string(name), fmt::format("10.10.2.{}", ++last), Role::linux_server);
  }
}

// Every employee has a name of the tables; the pair steps through both lists, so none occurs twice.
void add_people(Company& company) {
  constexpr std::size_t kVictimNumber = 13;
  const std::size_t count = company.with_role(Role::workstation).size();
  for (std::size_t i = 0; i < count; ++i) {
    const FamilyName& family = kFamilyNames[(i * 3) % kFamilyNames.size()];
    const GivenName& given = kGivenNames[(i * 5) % kGivenNames.size()];
    Person person;
    person.account = fmt::format("{}.{}", given.latin.front(), family.latin);
    person.name = fmt::format("{} {}", family.written, given.written);
    person.department = kDepartments[i % kDepartments.size()];
    person.workstation = static_cast<std::uint32_t>(i);
    person.number = static_cast<std::uint32_t>(i);
    person.remote = i % 4 == 1;
    if (i == kVictimNumber) {
      person.account = kVictim;
      person.name = "桜井 花";
      person.department = "営業部";
      person.remote = true;
    }
    const auto same = std::ranges::count_if(company.people, [&](const Person& other) {
      return other.account == person.account || other.account.starts_with(person.account + "2");
    });
    if (same > 0) person.account += fmt::format("{}", same + 1);
    company.people.push_back(std::move(person));
  }
}

}  // namespace

const Host& Company::host(std::string_view name) const {
  const auto found = std::ranges::find(hosts, name, &Host::name);
  HINOMI_CHECK(found != hosts.end());
  return *found;
}

const Person& Company::person(std::string_view account) const {
  const auto found = std::ranges::find(people, account, &Person::account);
  HINOMI_CHECK(found != people.end());
  return *found;
}

std::vector<const Host*> Company::with_role(Role role) const {
  std::vector<const Host*> found;
  for (const Host& host : hosts) {
    if (host.role == role) found.push_back(&host);
  }
  return found;
}

Company make_company() {
  Company company;
  add_hosts(company);
  add_people(company);
  return company;
}

std::string qualified(std::string_view account) {
  return fmt::format("{}\\{}", kWindowsDomain, account);
}

std::string sid_of(std::string_view account) {
  return fmt::format("{}-{}", kDomainSid, 1100 + base::hash64(account, 1) % 60'000);
}

std::span<const Site> web_sites() {
  return std::span(kSites).first(kSites.size() - 2);
}

const Site& site(std::string_view host) {
  const auto* found = std::ranges::find(kSites, host, &Site::host);
  HINOMI_CHECK(found != kSites.end());
  return *found;
}

}  // namespace hinomi::demo
