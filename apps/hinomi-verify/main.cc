// hinomi-verify: says whether an export of an audit log, or a proof, holds. A program of its own on purpose:
// it shares nothing with the server but the documented format.
#include <openssl/crypto.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bytes.h"
#include "export.h"
#include "tree.h"

namespace hinomi::verify {
namespace {

constexpr std::size_t kMaxProofFile = 1 << 20;

Language language_of_locale() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0')
      return std::string_view(value).starts_with("ja") ? Language::ja : Language::en;
  }
  return Language::en;
}

int run(const std::vector<std::string>& arguments) {
  Given given;
  Report report{language_of_locale(), {}, {}};
  std::vector<std::string> places;
  bool proofs = false;
  bool wrong = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    std::string language;
    std::string* value = word == "--key"           ? &given.keys
                         : word == "--known"       ? &given.known
                         : word == "--authorities" ? &given.authorities
                         : word == "--lang"        ? &language
                                                   : nullptr;
    if (word == "--proof") {
      proofs = true;
    } else if (value == nullptr) {
      wrong = wrong || word.starts_with('-') || word.empty();
      places.push_back(word);
    } else if (++i < arguments.size() && !arguments[i].empty()) {
      *value = arguments[i];
      if (value == &language) report.language = language == "ja" ? Language::ja : Language::en;
    } else {
      wrong = true;
    }
  }
  std::error_code error;
  wrong = wrong || places.empty() ||
          (!proofs && (places.size() > 1 || !std::filesystem::is_directory(places[0], error)));
  if (wrong) {
    std::fputs(text(report.language, Text::usage).c_str(), stderr);
    return 2;
  }
  given.folder = places.front();
  if (!proofs) verify_export(given, report);
  for (const std::string& place : proofs ? places : std::vector<std::string>()) {
    const auto bytes = read_file(place, kMaxProofFile);
    if (!bytes || !proof_holds(*bytes).value_or(false))
      report.problem(place, bytes ? Text::proof_wrong : Text::unreadable);
  }
  for (const std::string& line : report.problems) std::printf("%s\n", line.c_str());
  for (const std::string& line : report.notes) std::printf("%s\n", line.c_str());
  const bool good = report.problems.empty();
  std::printf(
      "%s\n",
      text(report.language, good ? Text::good : Text::bad, std::to_string(report.problems.size())).c_str());
  return good ? 0 : 1;
}

}  // namespace
}  // namespace hinomi::verify

int main(int argc, char** argv) {
  // No configuration file may change what OpenSSL believes.
  ::OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  return hinomi::verify::run({argv + 1, argv + argc});
}
