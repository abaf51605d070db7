// What `hinomi serve` was told on its command line, checked; and the same as words, for the processes it
// starts. Not for the sources that stand in the data folder.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/console.h"

namespace hinomi::app {

struct Address {
  std::string host;  // "127.0.0.1", "::1", a name
  std::uint16_t port = 0;
  // "127.0.0.1:8440", "[::1]:8440".
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool loopback() const noexcept;
  // Of the form of text(); nullopt for anything else.
  [[nodiscard]] static std::optional<Address> parse(std::string_view text);
};

struct ServeSettings {
  std::string data;
  Address listen{"127.0.0.1", 8440};
  bool listen_given = false;
  std::string tls_certificate;  // files; both or none
  std::string tls_key;
  std::vector<std::string> hosts;  // further names in Host and Origin
  std::vector<std::string> rules;
  std::string placeholders;
  std::vector<Address> syslog_tcp;
  std::vector<Address> syslog_udp;
  std::vector<std::string> follow;
  std::string timestamp_authority;     // its address (http or https); empty: none
  std::string timestamp_certificates;  // file; with the authority
  bool timestamp_internal = false;     // it may be at an address of this machine or of a private network
  std::string proxy;                   // for what the server asks of others: "http://proxy:3128"; empty: none
  std::string audit_copies;            // folder; empty: none
  std::string database;  // connection string of PostgreSQL; empty: database_file, or $HINOMI_DATABASE, or
                         // none
  std::string database_file;  // holds one
  bool demo = false;
  std::uint64_t keep_hours = 168;
  std::uint64_t keep_mib = 51'200;
  std::uint64_t segment_mib = 64;

  // "http://localhost:8440": what a browser on this machine opens.
  [[nodiscard]] std::string browser_address() const;
};

// nullopt after a message on the console: wrong usage. `command` is "serve" or an internal one with the same
// options.
[[nodiscard]] std::optional<ServeSettings> read_serve_settings(Console& console, std::string_view command,
                                                               std::span<const std::string> words);
// Words that read_serve_settings() reads back into the same settings, but for `database`: processes get it by
// their environment, since words can be read by every user of the machine.
[[nodiscard]] std::vector<std::string> words_of(const ServeSettings& settings);

}  // namespace hinomi::app
