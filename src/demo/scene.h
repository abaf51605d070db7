// What the parts of a generated day share: the company, the day, and the logs to write to.
// Holds references for the time of one day only.
#pragma once

#include <vector>

#include "demo/company.h"
#include "demo/linux_log.h"
#include "demo/manifest.h"
#include "demo/moment.h"
#include "demo/network.h"
#include "demo/windows.h"

namespace hinomi::demo {

struct Logs {
  Logs(Recorder& recorder, const Random& random)
      : windows(recorder, random.fork("windows")),
        linux_log(recorder, random.fork("linux")),
        dns(recorder, random.fork("dns")),
        proxy(recorder, random.fork("proxy")),
        vpn(recorder, random.fork("vpn")) {}

  WindowsLog windows;
  LinuxLog linux_log;
  DnsLog dns;
  ProxyLog proxy;
  VpnLog vpn;
};

struct Scene {
  const Company& company;
  const Day& day;
  Logs& logs;
  std::vector<LookAlike>& look_alikes;
  unsigned scale_percent = 100;  // how much normal work, of the usual amount

  // `usual` more or less, by the scale; at least one when `usual` is.
  [[nodiscard]] int scaled(int usual) const noexcept {
    const int amount = usual * static_cast<int>(scale_percent) / 100;
    return usual > 0 && amount == 0 ? 1 : amount;
  }
};

}  // namespace hinomi::demo
