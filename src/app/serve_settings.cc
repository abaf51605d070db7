#include "app/serve_settings.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>

#include "app/arguments.h"
#include "messages/messages.h"

namespace hinomi::app {
namespace {

constexpr std::uint64_t kMaxKeepHours = 24 * 365 * 100;
constexpr std::uint64_t kMaxKeepMib = 1ULL << 40;
constexpr std::uint64_t kMaxSegmentMib = 2048;

constexpr std::array kOptions{OptionSpec{"--data", true},
                              OptionSpec{"--listen", true},
                              OptionSpec{"--tls-cert", true},
                              OptionSpec{"--tls-key", true},
                              OptionSpec{"--host", true},
                              OptionSpec{"--rules", true},
                              OptionSpec{"--placeholders", true},
                              OptionSpec{"--syslog-tcp", true},
                              OptionSpec{"--syslog-udp", true},
                              OptionSpec{"--follow", true},
                              OptionSpec{"--timestamp-authority", true},
                              OptionSpec{"--timestamp-certificates", true},
                              OptionSpec{"--timestamp-internal", false},
                              OptionSpec{"--proxy", true},
                              OptionSpec{"--audit-copies", true},
                              OptionSpec{"--database", true},
                              OptionSpec{"--database-file", true},
                              OptionSpec{"--demo", false},
                              OptionSpec{"--journal-keep-hours", true},
                              OptionSpec{"--journal-keep-mib", true},
                              OptionSpec{"--journal-segment-mib", true}};

template <typename Number>
bool parse_number(std::string_view text, Number& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

// Reads options one after another; the first wrong one is said and the rest is left alone.
class Reader {
 public:
  Reader(Console& console, const Arguments& arguments) : console_(console), arguments_(arguments) {}

  void address(std::string_view option, Address& into) {
    if (const auto value = arguments_.value(option); value && good_) take_address(option, *value, into);
  }
  void addresses(std::string_view option, std::vector<Address>& into) {
    for (const std::string& value : arguments_.values(option)) {
      Address address;
      if (good_) take_address(option, value, address);
      into.push_back(std::move(address));
    }
  }
  void number(std::string_view option, std::uint64_t least, std::uint64_t most, std::uint64_t& into) {
    const auto value = arguments_.value(option);
    if (!value || !good_ || (parse_number(*value, into) && into >= least && into <= most)) return;
    wrong(option, *value, std::to_string(least) + " – " + std::to_string(most));
  }
  void wrong(std::string_view option, std::string_view value, std::string_view expected) {
    console_.error_line(messages::usage_bad_value(console_.language,
                                                  {.option = option, .value = value, .expected = expected}));
    good_ = false;
  }
  [[nodiscard]] bool good() const noexcept { return good_; }

 private:
  void take_address(std::string_view option, const std::string& value, Address& into) {
    if (auto address = Address::parse(value)) {
      into = std::move(*address);
      return;
    }
    console_.error_line(messages::serve_bad_address(console_.language, {.option = option, .value = value}));
    good_ = false;
  }

  Console& console_;
  const Arguments& arguments_;
  bool good_ = true;
};

}  // namespace

std::string Address::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool Address::loopback() const noexcept {
  if (host == "localhost" || host == "::1") return true;
  // A name may begin like an address: "127.example".
  in_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

std::optional<Address> Address::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  Address address;
  std::string_view host = text.substr(0, colon);
  if (!parse_number(text.substr(colon + 1), address.port) || address.port == 0) return std::nullopt;
  if (host.starts_with('[') != host.ends_with(']')) return std::nullopt;
  const bool bracketed = host.starts_with('[');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || (host.find(':') != std::string_view::npos) != bracketed) return std::nullopt;
  constexpr std::string_view kAllowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_:";
  if (host.find_first_not_of(kAllowed) != std::string_view::npos) return std::nullopt;
  address.host = host;
  return address;
}

std::string ServeSettings::browser_address() const {
  const bool v4 = listen.host == "127.0.0.1" || listen.host == "0.0.0.0";
  const std::string place = v4 ? "localhost:" + std::to_string(listen.port) : listen.text();
  return (tls_certificate.empty() ? "http://" : "https://") + place;
}

std::optional<ServeSettings> read_serve_settings(Console& console, std::string_view command,
                                                 std::span<const std::string> words) {
  const auto arguments = Arguments::parse(console, command, words, kOptions);
  if (!arguments) return std::nullopt;
  ServeSettings settings;
  settings.data = arguments->value("--data").value_or("");
  if (settings.data.empty()) {
    console.error_line(
        messages::usage_missing_argument(console.language, {.argument = "--data DIR", .command = command}));
    return std::nullopt;
  }
  Reader read(console, *arguments);
  if (!arguments->paths().empty()) read.wrong("serve", arguments->paths().front(), "--OPTION");
  read.address("--listen", settings.listen);
  settings.listen_given = arguments->value("--listen").has_value();
  read.addresses("--syslog-tcp", settings.syslog_tcp);
  read.addresses("--syslog-udp", settings.syslog_udp);
  read.number("--journal-keep-hours", 0, kMaxKeepHours, settings.keep_hours);
  read.number("--journal-keep-mib", 1, kMaxKeepMib, settings.keep_mib);
  read.number("--journal-segment-mib", 1, kMaxSegmentMib, settings.segment_mib);
  settings.tls_certificate = arguments->value("--tls-cert").value_or("");
  settings.tls_key = arguments->value("--tls-key").value_or("");
  if (settings.tls_certificate.empty() != settings.tls_key.empty())
    read.wrong("--tls-cert", settings.tls_certificate, "--tls-cert FILE --tls-key FILE");
  settings.hosts = arguments->values("--host");
  settings.rules = arguments->values("--rules");
  settings.placeholders = arguments->value("--placeholders").value_or("");
  settings.follow = arguments->values("--follow");
  settings.timestamp_authority = arguments->value("--timestamp-authority").value_or("");
  settings.timestamp_certificates = arguments->value("--timestamp-certificates").value_or("");
  if (settings.timestamp_authority.empty() != settings.timestamp_certificates.empty())
    read.wrong("--timestamp-authority", settings.timestamp_authority,
               "--timestamp-authority URL --timestamp-certificates FILE");
  settings.timestamp_internal = arguments->has("--timestamp-internal");
  settings.proxy = arguments->value("--proxy").value_or("");
  settings.audit_copies = arguments->value("--audit-copies").value_or("");
  settings.database = arguments->value("--database").value_or("");
  settings.database_file = arguments->value("--database-file").value_or("");
  if (!settings.database.empty() && !settings.database_file.empty())
    read.wrong("--database-file", settings.database_file, "--database URL | --database-file FILE");
  settings.demo = arguments->has("--demo");
  if (!read.good()) return std::nullopt;
  return settings;
}

std::vector<std::string> words_of(const ServeSettings& settings) {
  std::vector<std::string> words{"--data", settings.data, "--listen", settings.listen.text()};
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) words.push_back(std::string(option) + "=" + value);
  };
  add("--tls-cert", settings.tls_certificate);
  add("--tls-key", settings.tls_key);
  for (const std::string& host : settings.hosts) add("--host", host);
  for (const std::string& folder : settings.rules) add("--rules", folder);
  add("--placeholders", settings.placeholders);
  add("--timestamp-authority", settings.timestamp_authority);
  add("--timestamp-certificates", settings.timestamp_certificates);
  if (settings.timestamp_internal) words.emplace_back("--timestamp-internal");
  add("--proxy", settings.proxy);
  add("--audit-copies", settings.audit_copies);
  add("--database-file", settings.database_file);
  for (const Address& address : settings.syslog_tcp) add("--syslog-tcp", address.text());
  for (const Address& address : settings.syslog_udp) add("--syslog-udp", address.text());
  for (const std::string& path : settings.follow) add("--follow", path);
  if (settings.demo) words.emplace_back("--demo");
  add("--journal-keep-hours", std::to_string(settings.keep_hours));
  add("--journal-keep-mib", std::to_string(settings.keep_mib));
  add("--journal-segment-mib", std::to_string(settings.segment_mib));
  return words;
}

}  // namespace hinomi::app
