#include "demo/office.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "demo/programs.h"
#include "demo/rule_ids.h"

namespace hinomi::demo {
namespace {

constexpr auto kDocuments = std::to_array<std::string_view>({
    "見積書_東日本営業所.xlsx",
    "生産計画_4月度.xlsx",
    "議事録_品質会議.docx",
    "出張旅費精算書.xlsx",
    "図面管理台帳.xlsx",
    "取引先一覧（最新）.xlsx",
    "検査成績書_A-1204.xlsx",
    "新入社員研修資料.pptx",
    "設備点検チェックリスト.xlsx",
    "受注残リスト.xlsx",
    "部門予算_上期.xlsx",
    "不具合報告書_第12号.docx",
});
constexpr auto kTopics =
    std::to_array<std::string_view>({"bearing-price", "kojo-anzen", "ball-screw", "yunyu-kanzei", "denki-dai",
                                     "cad-tips", "tenki", "norikae"});

// Names of host parts that the antivirus looks up by hash: long, many, and harmless.
std::string hash_label(Random& random) {
  std::string label;
  for (int i = 0; i < 5; ++i) label += fmt::format("{:08x}", random.next() >> 32);
  return label;
}

class OfficeDay {
 public:
  OfficeDay(Scene& scene, const Person& person, Random random)
      : scene_(scene), logs_(scene.logs), person_(person), random_(random) {
    arrival_ = scene.day.between(random_, hours{7} + minutes{50}, hours{9} + minutes{5});
    departure_ = scene.day.between(random_, hours{17} + minutes{30}, hours{19} + minutes{40});
  }

  void run() {
    if (person_.remote) remote_evening();
    arrive();
    repeat(29, [this](TimeNs time) { browse(time); });
    repeat(10, [this](TimeNs time) { open_document(time); });
    repeat(9, [this](TimeNs time) { read_mail(time); });
    repeat(58, [this](TimeNs time) { background(time); });
    repeat(10, [this](TimeNs time) { reputation(time); });
    if (random_.chance(45)) meeting(work_time());
    if (random_.chance(12)) send_zipped(work_time());
    if (random_.chance(35)) print(work_time());
    lunch();
    leave();
  }

 private:
  [[nodiscard]] const Host& computer() const { return scene_.company.workstation_of(person_); }

  // Between arrival and departure, seldom in the lunch hour.
  [[nodiscard]] TimeNs work_time() {
    const auto span = std::chrono::duration_cast<milliseconds>(
        nanoseconds{departure_.since_epoch_ns - arrival_.since_epoch_ns} - minutes{10});
    TimeNs time = later(arrival_, random_span(random_, minutes{3}, span));
    if (time >= scene_.day.at(12, 0) && time < scene_.day.at(13, 0) && random_.chance(75)) {
      time = later(time, minutes{65});
    }
    return time;
  }
  template <typename Action>
  void repeat(int usual, Action action) {
    const int count = scene_.scaled(usual) + static_cast<int>(random_.between(-2, 2));
    for (int i = 0; i < count; ++i) action(work_time());
  }
  void start(TimeNs time, std::string_view image, std::string_view line, std::string_view parent,
             std::string_view parent_line) {
    logs_.windows.process(computer(), time, {image, line, parent, parent_line, person_.account});
  }
  void look_up(TimeNs time, const Site& place) {
    logs_.dns.query(time, {computer().address, place.host, place.domain, "A", place.address});
  }
  void fetch(TimeNs time, const Site& place, std::string_view path, std::string_view method,
             std::uint64_t sent, std::uint64_t received) {
    logs_.proxy.request(
        time, {computer().address, person_.account, person_.name, method, "https", place.host, place.address,
               path, kBrowserAgent, random_.chance(4) ? 304 : 200, sent, received});
  }

  void arrive();
  void browse(TimeNs time);
  void open_document(TimeNs time);
  void read_mail(TimeNs time);
  void background(TimeNs time);
  void reputation(TimeNs time);
  void meeting(TimeNs time);
  void send_zipped(TimeNs time);
  void print(TimeNs time);
  void lunch();
  void leave();
  void remote_evening();

  Scene& scene_;
  Logs& logs_;
  const Person& person_;
  Random random_;
  TimeNs arrival_{};
  TimeNs departure_{};
};

void OfficeDay::arrive() {
  const auto controllers = scene_.company.with_role(Role::domain_controller);
  const Host& controller = *random_.pick(controllers);
  logs_.windows.kerberos_ticket(controller, later(arrival_, milliseconds{-300}), person_.account, "krbtgt",
                                computer().address);
  logs_.windows.kerberos_ticket(controller, later(arrival_, milliseconds{-120}), person_.account,
                                fmt::format("{}$", computer().name), computer().address);
  logs_.windows.logon(computer(), arrival_, {person_.account, "2", "-", "-", "Negotiate"});
  start(later(arrival_, seconds{1}), programs::kUserinit, R"(C:\Windows\system32\userinit.exe)",
        R"(C:\Windows\System32\winlogon.exe)", "winlogon.exe");
  start(later(arrival_, seconds{2}), programs::kExplorer, R"(C:\Windows\Explorer.EXE)", programs::kUserinit,
        R"(C:\Windows\system32\userinit.exe)");
  start(later(arrival_, seconds{40}), programs::kOutlook, fmt::format("\"{}\"", programs::kOutlook),
        programs::kExplorer, R"(C:\Windows\Explorer.EXE)");
  start(later(arrival_, seconds{75}), programs::kEdge,
        fmt::format("\"{}\" --no-startup-window", programs::kEdge), programs::kExplorer,
        R"(C:\Windows\Explorer.EXE)");
}

void OfficeDay::browse(TimeNs time) {
  const Site& page = random_.pick(web_sites());
  look_up(time, page);
  look_up(later(time, milliseconds{230}), site("static.hikari-cdn.example"));
  if (random_.chance(40)) look_up(later(time, milliseconds{410}), site("ads.kokoku-haishin.example"));
  if (random_.chance(45)) {
    logs_.windows.name_query(computer(), time, programs::kEdge, person_.account, page.host, page.address);
  }
  if (random_.chance(30)) {
    start(later(time, milliseconds{60}), programs::kEdge,
          fmt::format("\"{}\" --type=renderer --lang=ja --renderer-client-id={}", programs::kEdge,
                      random_.between(5, 400)),
          programs::kEdge, fmt::format("\"{}\"", programs::kEdge));
  }
  const std::int64_t requests = random_.between(2, 6);
  for (std::int64_t i = 0; i < requests; ++i) {
    const Site& part = i == 0 ? page : random_.chance(60) ? site("static.hikari-cdn.example") : page;
    const std::string path = i == 0 ? fmt::format("{}{}", part.path, random_.pick(kTopics))
                                    : fmt::format("{}{:x}", part.path, random_.below(1 << 24));
    const bool form = random_.chance(8);
    const std::uint64_t sent = form ? random_.below(60'000) : 0;
    fetch(later(time, milliseconds{350 + 180 * i}), part, path, form ? "POST" : "GET", sent,
          900 + random_.below(400'000));
  }
}

void OfficeDay::open_document(TimeNs time) {
  const Host& server = scene_.company.host(random_.chance(60) ? "SRM-FS01" : "SRM-FS02");
  const std::string_view document = random_.pick(kDocuments);
  const bool word = document.ends_with(".docx");
  const std::string_view program = word ? programs::kWord : programs::kExcel;
  const std::string path = fmt::format(R"(\\{}\{}\{})", server.name, person_.department, document);
  start(time, program, fmt::format("\"{}\" \"{}\"", program, path), programs::kExplorer,
        R"(C:\Windows\Explorer.EXE)");
  logs_.windows.connection(computer(), later(time, milliseconds{700}), "System", "SYSTEM", server.address,
                           server.fqdn, "445");
  if (random_.chance(35)) {
    logs_.windows.logon(server, later(time, milliseconds{730}),
                        {person_.account, "3", computer().address, "-", "Kerberos"});
  }
  logs_.windows.file_created(
      computer(), later(time, seconds{2}), program,
      fmt::format(R"(C:\Users\{}\AppData\Local\Temp\~$_{:x}.tmp)", person_.account, random_.below(1 << 20)),
      person_.account);
  const TimeNs closed = later(time, random_span(random_, minutes{2}, minutes{25}));
  logs_.windows.process_ended(computer(), std::min(closed, departure_), program, person_.account);
}

void OfficeDay::read_mail(TimeNs time) {
  look_up(time, site("mail.hakoben.example"));
  const std::string message = fmt::format("/owa/message/{:x}", random_.next() >> 24);
  fetch(later(time, milliseconds{120}), site("mail.hakoben.example"), message, "GET", 0,
        4000 + random_.below(900'000));
  if (!random_.chance(45)) return;
  const std::string_view attachment = random_.pick(kDocuments);
  logs_.windows.file_created(
      computer(), later(time, seconds{3}), programs::kOutlook,
      fmt::format(R"(C:\Users\{}\AppData\Local\Microsoft\Windows\INetCache\Content.Outlook\{:08X}\{})",
                  person_.account, random_.below(0xFFFF'FFFF), attachment),
      person_.account);
}

void OfficeDay::background(TimeNs time) {
  switch (random_.below(5)) {
    case 0:
      logs_.windows.process(computer(), time,
                            {R"(C:\Windows\System32\taskhostw.exe)", "taskhostw.exe", programs::kSvchost,
                             programs::kSvchostLine, person_.account});
      logs_.windows.process_ended(computer(), later(time, seconds{40}),
                                  R"(C:\Windows\System32\taskhostw.exe)", person_.account);
      return;
    case 1:
      logs_.windows.process(
          computer(), time,
          {R"(C:\Windows\System32\SearchProtocolHost.exe)",
           R"("C:\Windows\system32\SearchProtocolHost.exe" Global\UsGthrFltPipeMssGthrPipe)",
           R"(C:\Windows\System32\SearchIndexer.exe)", R"(C:\Windows\system32\SearchIndexer.exe /Embedding)",
           "SYSTEM"});
      return;
    case 2:
      logs_.windows.process(computer(), time,
                            {R"(C:\Program Files\Mamori AV\scan.exe)",
                             R"("C:\Program Files\Mamori AV\scan.exe" --quick --silent)",
                             R"(C:\Program Files\Mamori AV\service.exe)",
                             R"("C:\Program Files\Mamori AV\service.exe")", "SYSTEM"});
      return;
    case 3:
      // Control panel pages run in rundll32, out of System32.
      start(
          time, programs::kRundll32,
          R"("C:\Windows\System32\rundll32.exe" C:\Windows\System32\shell32.dll,Control_RunDLL timedate.cpl)",
          programs::kExplorer, R"(C:\Windows\Explorer.EXE)");
      return;
    default:
      logs_.windows.connection(computer(), time, programs::kAgent, "SYSTEM",
                               scene_.company.host("SRM-MGT01").address, "SRM-MGT01.corp.soramino.example",
                               "8443");
      return;
  }
}

void OfficeDay::reputation(TimeNs time) {
  const Site& service = site("reputation.mamori-av.example");
  const std::string name = fmt::format("{}.{}", hash_label(random_), service.host);
  logs_.dns.query(time, {computer().address, name, service.domain, "A", "192.0.2.21"});
  if (random_.chance(50)) return;
  logs_.proxy.request(later(time, milliseconds{90}),
                      {computer().address, "", "", "GET", "https", service.host, service.address,
                       fmt::format("/v1/query/{:x}", random_.next()), "MamoriAV/12.4", 200, 0, 512});
}

void OfficeDay::meeting(TimeNs time) {
  const Site& rooms = site("meet.kaigi-shitsu.example");
  look_up(time, rooms);
  start(time, R"(C:\Program Files\Kaigi Shitsu\meeting.exe)",
        fmt::format(R"("C:\Program Files\Kaigi Shitsu\meeting.exe" --room {})",
                    random_.between(10'000, 99'999)),
        programs::kEdge, fmt::format("\"{}\"", programs::kEdge));
  for (int i = 0; i < 6; ++i) {
    const std::uint64_t sent = 2'000'000 + random_.below(5'000'000);
    fetch(later(time, minutes{7} * i + seconds{5}), rooms, fmt::format("/room/media/{}", i), "POST", sent,
          3'000'000 + random_.below(9'000'000));
  }
}

// Attachments go out as password-protected archives: common practice in Japan, and no exfiltration.
void OfficeDay::send_zipped(TimeNs time) {
  const std::string_view document = random_.pick(kDocuments);
  start(time, programs::kSevenZip,
        fmt::format(R"("{}" a -tzip -p{:06} "C:\Users\{}\Documents\送付_{}.zip" "C:\Users\{}\Documents\{}")",
                    programs::kSevenZip, random_.below(1'000'000), person_.account, scene_.day.label,
                    person_.account, document),
        programs::kExplorer, R"(C:\Windows\Explorer.EXE)");
}

void OfficeDay::print(TimeNs time) {
  start(time, R"(C:\Windows\splwow64.exe)", R"(C:\Windows\splwow64.exe 8192)", programs::kExcel,
        fmt::format("\"{}\"", programs::kExcel));
  logs_.windows.logon(scene_.company.host("SRM-PRT01"), later(time, milliseconds{400}),
                      {person_.account, "3", computer().address, "-", "Kerberos"});
}

void OfficeDay::lunch() {
  const TimeNs away = scene_.day.between(random_, hours{12}, hours{12} + minutes{8});
  const TimeNs back = scene_.day.between(random_, hours{12} + minutes{45}, hours{13} + minutes{2});
  const std::array<WindowsLog::Field, 2> fields{{{"TargetUserName", person_.account}, {"SessionId", "1"}}};
  logs_.windows.write(computer(), away, security_event(4800), fields);
  logs_.windows.write(computer(), back, security_event(4801), fields);
}

void OfficeDay::leave() {
  logs_.windows.process_ended(computer(), departure_, programs::kOutlook, person_.account);
  logs_.windows.logoff(computer(), later(departure_, seconds{20}), person_.account, "2");
}

// Mail from home before the way to work or after it; one employee is on a journey and stays in one country.
void OfficeDay::remote_evening() {
  const bool traveller = person_.number % 25 == 9;
  const std::string home = fmt::format("203.0.113.{}", 10 + person_.number * 2);
  const std::string inside = fmt::format("10.30.0.{}", 10 + person_.number);
  const std::string_view country = traveller ? "XB" : "JP";
  const TimeNs morning = scene_.day.between(random_, hours{6} + minutes{30}, hours{7} + minutes{30});
  const TimeNs evening = scene_.day.between(random_, hours{20}, hours{21} + minutes{30});
  for (const TimeNs begin : {morning, evening}) {
    if (person_.account == kVictim && begin == evening) continue;
    if (random_.chance(15)) {
      logs_.vpn.event(later(begin, seconds{-25}),
                      {"LOGON", person_.account, person_.name, home, country, "-", "failure"});
    }
    logs_.vpn.event(begin, {"LOGON", person_.account, person_.name, home, country, inside, "success"});
    logs_.vpn.event(later(begin, random_span(random_, minutes{8}, minutes{25})),
                    {"LOGOFF", person_.account, person_.name, home, country, inside, "success"});
  }
  if (!traveller) return;
  scene_.look_alikes.push_back({morning, "vpn01", LogFile::vpn,
                                "An employee on a journey connects twice, both times from the same country.",
                                "出張中の社員が、同じ国から 2 回接続した。", rule_ids::kVpnTwoCountries});
}

}  // namespace

void add_office_day(Scene& scene, const Random& random) {
  for (const Person& person : scene.company.people) {
    OfficeDay(scene, person, random.fork("office", person.number)).run();
  }
}

}  // namespace hinomi::demo
