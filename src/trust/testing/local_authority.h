// A time-stamp authority for tests: keys and certificates made on the spot, answers by the real openssl
// program (openssl ts -reply). For tests only; one at a time in a folder.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "os/file.h"
#include "os/subprocess.h"
#include "os/testing/scratch_folder.h"

namespace hinomi::trust {

class LocalAuthority {
 public:
  static constexpr const char* kPolicy = "1.2.3.4.1";
  static constexpr const char* kOtherPolicy = "1.2.3.4.5";

  // `usage` is the extendedKeyUsage of the authority's certificate.
  explicit LocalAuthority(const std::string& usage = "critical,timeStamping") {
    folder_.write("openssl.cnf",
                  "[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n"
                  "[ca]\nbasicConstraints=critical,CA:TRUE\n"
                  "[authority]\nbasicConstraints=CA:FALSE\nextendedKeyUsage=" +
                      usage + "\n[tsa]\nserial=" + (folder_ / "serial") +
                      "\ncrypto_device=builtin\nsigner_digest=sha256\ndefault_policy=" + kPolicy +
                      "\nother_policies=" + kOtherPolicy +
                      "\ndigests=sha256,sha512\naccuracy=secs:1,millisecs:500,microsecs:100\n"
                      "clock_precision_digits=3\nordering=yes\ntsa_name=yes\ness_cert_id_chain=no\n"
                      "ess_cert_id_alg=sha256\n");
    folder_.write("serial", "1A2B\n");
    const std::string config = folder_ / "openssl.cnf";
    run({"req", "-config", config, "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-keyout", folder_ / "ca.key", "-out", folder_ / "ca.pem", "-subj", "/CN=Test Root", "-days", "30"});
    run({"req", "-config", config, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-keyout", folder_ / "tsa.key", "-out", folder_ / "tsa.csr", "-subj", "/CN=Test Authority of Time"});
    run({"x509", "-req", "-in", folder_ / "tsa.csr", "-CA", folder_ / "ca.pem", "-CAkey", folder_ / "ca.key",
         "-CAcreateserial", "-out", folder_ / "tsa.pem", "-days", "30", "-extfile", config, "-extensions",
         "authority"});
  }

  [[nodiscard]] static bool is_there() { return os::file_info(kProgram).has_value(); }
  [[nodiscard]] std::string root_pem() const { return os::read_file(folder_ / "ca.pem").value(); }
  [[nodiscard]] std::string own_pem() const { return os::read_file(folder_ / "tsa.pem").value(); }
  // What the authority says to a query (DER); a refusal is an answer too.
  [[nodiscard]] std::string answer(const std::string& query) const {
    folder_.write("query.tsq", query);
    run({"ts", "-reply", "-config", folder_ / "openssl.cnf", "-section", "tsa", "-queryfile",
         folder_ / "query.tsq", "-inkey", folder_ / "tsa.key", "-signer", folder_ / "tsa.pem", "-out",
         folder_ / "reply.tsr"});
    return os::read_file(folder_ / "reply.tsr").value();
  }
  // The content of another authority's answer under this one's signature, whatever its certificate is for;
  // openssl ts itself does not sign with a certificate that is for something else.
  // With `year` (four digits) as that of the stamped time.
  [[nodiscard]] std::string sign_anew(const std::string& answer, const std::string& year = {}) const {
    folder_.write("other.tsr", answer);
    run({"ts", "-reply", "-in", folder_ / "other.tsr", "-token_out", "-out", folder_ / "token.der"});
    run({"cms", "-verify", "-noverify", "-inform", "DER", "-in", folder_ / "token.der", "-out",
         folder_ / "content.der"});
    if (!year.empty()) {
      std::string content = os::read_file(folder_ / "content.der").value();
      const std::size_t time = time_in(content);
      EXPECT_NE(time, std::string::npos) << "no GeneralizedTime in what was stamped";
      if (time == std::string::npos) return {};
      folder_.write("content.der", content.replace(time + 2, 4, year));
    }
    run({"cms", "-sign", "-cades", "-binary", "-nodetach", "-md", "sha256", "-econtent_type",
         "1.2.840.113549.1.9.16.1.4", "-signer", folder_ / "tsa.pem", "-inkey", folder_ / "tsa.key", "-in",
         folder_ / "content.der", "-outform", "DER", "-out", folder_ / "token.der"});
    run({"ts", "-reply", "-in", folder_ / "token.der", "-token_in", "-out", folder_ / "reply.tsr"});
    return os::read_file(folder_ / "reply.tsr").value();
  }

 private:
  static constexpr const char* kProgram = "/usr/bin/openssl";

  // Where the DER of a GeneralizedTime of this century stands. DER leaves out zeros at the end of a fraction
  // of a second, and with them the point: "20261125145100.123Z" has 15 to 19 characters.
  static std::size_t time_in(const std::string& content) {
    constexpr std::size_t kWhole = 15;
    constexpr std::size_t kLongest = 19;
    for (std::size_t at = 0; at + 2 < content.size(); ++at) {
      const auto length = static_cast<unsigned char>(content[at + 1]);
      if (content[at] != '\x18' || length < kWhole || length > kLongest) continue;
      const std::string text = content.substr(at + 2, length);
      if (text.size() == length && text.starts_with("20") && text.ends_with('Z')) return at;
    }
    return std::string::npos;
  }

  static void run(const std::vector<std::string>& arguments) {
    auto started = os::Subprocess::start({.path = kProgram, .arguments = arguments});
    ASSERT_TRUE(started.has_value()) << started.error().message;
    const auto exit = started->wait(std::chrono::seconds(60));
    ASSERT_TRUE(exit && exit->has_value() && (*exit)->ok()) << "openssl " << arguments.front();
  }

  os::ScratchFolder folder_;
};

}  // namespace hinomi::trust
