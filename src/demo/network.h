// Writes the logs of the network: DNS resolver and web proxy as NDJSON with ECS names, VPN gateway as syslog
// (RFC 5424). It knows what a line looks like, not when one is written.
#pragma once

#include <cstdint>
#include <string_view>

#include "demo/company.h"
#include "demo/moment.h"
#include "demo/recorder.h"

namespace hinomi::demo {

struct NameQuery {
  std::string_view client;  // address
  std::string_view name;
  std::string_view domain;  // registered domain of `name`
  std::string_view type;    // "A", "TXT"
  std::string_view answer;  // empty: NXDOMAIN
};

class DnsLog {
 public:
  DnsLog(Recorder& recorder, Random random) : recorder_(recorder), random_(random) {}
  void query(TimeNs time, const NameQuery& query);

 private:
  Recorder& recorder_;
  Random random_;
};

struct WebRequest {
  std::string_view client;   // address
  std::string_view account;  // empty: not authenticated
  std::string_view name;     // the account's person, may be empty
  std::string_view method;
  std::string_view scheme;  // "http" or "https"
  std::string_view host;
  std::string_view server;  // address
  std::string_view path;    // starts with '/'
  std::string_view user_agent;
  int status = 200;
  std::uint64_t sent = 0;      // bytes of the request's body
  std::uint64_t received = 0;  // bytes of the response's body
};

inline constexpr std::string_view kBrowserAgent =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/134.0.6998.118 "
    "Safari/537.36 Edg/134.0.3124.83";

class ProxyLog {
 public:
  ProxyLog(Recorder& recorder, Random random) : recorder_(recorder), random_(random) {}
  void request(TimeNs time, const WebRequest& request);

 private:
  Recorder& recorder_;
  Random random_;
};

struct VpnEvent {
  std::string_view kind;  // "LOGON", "LOGOFF"
  std::string_view account;
  std::string_view name;      // the account's person
  std::string_view address;   // where the client comes from (RFC 5737)
  std::string_view country;   // as the gateway's own table says; XA to XZ are free for use (ISO 3166-1)
  std::string_view assigned;  // address inside, "-" when none
  std::string_view result;    // "success", "failure"
};

class VpnLog {
 public:
  VpnLog(Recorder& recorder, Random random) : recorder_(recorder), random_(random) {}
  void event(TimeNs time, const VpnEvent& event);

 private:
  Recorder& recorder_;
  Random random_;
};

}  // namespace hinomi::demo
