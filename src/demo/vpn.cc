#include <fmt/format.h>

#include "demo/network.h"

namespace hinomi::demo {
namespace {

std::string_view message_of(const VpnEvent& event) {
  if (event.kind == "LOGOFF") return "VPN session closed";
  return event.result == "success" ? "VPN session established" : "VPN authentication failed";
}

}  // namespace

// RFC 5424; the enterprise number 32473 is the one for examples (RFC 5612).
void VpnLog::event(TimeNs time, const VpnEvent& event) {
  recorder_.add(
      LogFile::vpn, time,
      fmt::format(
          "<{}>1 {} vpn01 vpngw {} {} [vpn@32473 user=\"{}\" display=\"{}\" src=\"{}\" country=\"{}\" "
          "assigned=\"{}\" result=\"{}\"] {}",
          event.result == "success" ? 134 : 132, japan_time(time), random_.between(2000, 2040), event.kind,
          event.account, event.name, event.address, event.country, event.assigned, event.result,
          message_of(event)));
}

}  // namespace hinomi::demo
