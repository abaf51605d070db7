// hinomi-verify: says whether an export of an audit log, or a proof, holds. A program of its own on purpose:
// it shares nothing with the server but the documented format.
#include <openssl/crypto.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "verify.h"

namespace hinomi::verify {
namespace {

constexpr std::size_t kMaxProofFile = 1 << 20;

bool locale_is_japanese() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return std::string_view(value).starts_with("ja");
  }
  return false;
}

int run(const std::vector<std::string>& words) {
  Given given;
  const std::map<std::string_view, std::string*> options{
      {"--key", &given.keys}, {"--known", &given.known}, {"--authorities", &given.authorities}};
  std::vector<std::string> places;
  bool proofs = false;
  bool wrong = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto option = options.find(words[i]);
    const bool takes_value = option != options.end();
    if (takes_value && i + 1 < words.size()) {
      *option->second = words[++i];
    } else if (words[i] == "--proof") {
      proofs = true;
    } else {
      wrong = wrong || takes_value || words[i].empty() || words[i].front() == '-';
      places.push_back(words[i]);
    }
  }
  Report report{locale_is_japanese()};
  std::error_code error;
  const bool folder = places.size() == 1 && std::filesystem::is_directory(places[0], error);
  if (wrong || places.empty() || (!proofs && !folder)) {
    std::fputs(report.said(kUsage).c_str(), stderr);
    return 2;
  }
  given.folder = places[0];
  if (!proofs) verify_export(given, report);
  for (std::size_t i = 0; proofs && i < places.size(); ++i) {
    const auto bytes = read_file(places[i], kMaxProofFile);
    if (!bytes || !proof_holds(*bytes)) report.problem(places[i], bytes ? kProofWrong : kUnreadable);
  }
  report.note(report.problems == 0 ? kGood : kBad, std::to_string(report.problems));
  return report.problems == 0 ? 0 : 1;
}

}  // namespace
}  // namespace hinomi::verify

int main(int argc, char** argv) {
  // No configuration file may change what OpenSSL believes.
  ::OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  return hinomi::verify::run({argv + 1, argv + argc});
}
