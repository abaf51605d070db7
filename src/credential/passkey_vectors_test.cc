// The published test vectors of Web Authentication Level 3 (testdata/SOURCES.md), and passkeys in JSON.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "credential/passkey.h"
#include "credential/passkey_json.h"
#include "credential/testing/authenticator.h"

namespace hinomi::credential {
namespace {

const RelyingParty kExample{"example.org", "Example", {"https://example.org"}};
const Bytes kUser{1};

using Members = std::map<std::string, Bytes>;  // "create challenge" → bytes

Bytes hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return bytes;
}

const std::map<std::string, Members>& vectors() {
  static const std::map<std::string, Members> kVectors = [] {
    std::map<std::string, Members> read;
    std::ifstream file(HINOMI_SOURCE_DIR "/src/credential/testdata/webauthn-l3-vectors.txt");
    for (std::string line; std::getline(file, line);) {
      if (line.empty() || line[0] == '#') continue;
      std::istringstream words(line);
      std::string name;
      std::string ceremony;
      std::string member;
      std::string digits;
      words >> name >> ceremony >> member >> digits;
      read[name][ceremony + " " + member] = hex(digits);
    }
    return read;
  }();
  return kVectors;
}

const Members& vector_of(const std::string& name) {
  return vectors().at(name);
}

std::string text_of(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

RegistrationVerdict registering(const Members& members) {
  const RegistrationResponse response{members.at("create credential_id"),
                                      text_of(members.at("create clientDataJSON")),
                                      members.at("create attestationObject"),
                                      {}};
  return verify_registration(response,
                             {kExample, members.at("create challenge"), UserVerification::preferred}, kUser);
}

AssertionVerdict asserting(const Members& members, const Passkey& passkey) {
  const AssertionResponse response{passkey.id, text_of(members.at("get clientDataJSON")),
                                   members.at("get authenticatorData"), members.at("get signature"),
                                   std::nullopt};
  return verify_assertion(response, {kExample, members.at("get challenge"), UserVerification::preferred},
                          passkey, true);
}

struct Expected {
  const char* name;
  Algorithm algorithm;
  Attestation attestation;
};

class Vectors : public ::testing::TestWithParam<Expected> {};
INSTANTIATE_TEST_SUITE_P(
    W3c, Vectors,
    ::testing::Values(Expected{"none-es256", Algorithm::es256, Attestation::none},
                      Expected{"packed-self-es256", Algorithm::es256, Attestation::self},
                      Expected{"none-es256-long-credential-id", Algorithm::es256, Attestation::none},
                      Expected{"packed-es256", Algorithm::es256, Attestation::unattested},
                      Expected{"packed-rs256", Algorithm::rs256, Attestation::unattested},
                      Expected{"packed-eddsa", Algorithm::ed_dsa, Attestation::unattested},
                      Expected{"tpm-es256", Algorithm::es256, Attestation::unattested},
                      Expected{"android-key-es256", Algorithm::es256, Attestation::unattested},
                      Expected{"apple-es256", Algorithm::es256, Attestation::unattested},
                      Expected{"fido-u2f-es256", Algorithm::es256, Attestation::unattested}),
    [](const auto& one) {
      std::string name = one.param.name;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

TEST_P(Vectors, register_and_sign_in) {
  const Members& members = vector_of(GetParam().name);
  const auto registration = registering(members);
  const auto* passkey = std::get_if<Passkey>(&registration);
  ASSERT_NE(passkey, nullptr) << name_of(std::get<PasskeyFault>(registration));
  EXPECT_EQ(passkey->algorithm, GetParam().algorithm);
  EXPECT_EQ(passkey->attestation, GetParam().attestation);
  EXPECT_EQ(passkey->id, members.at("create credential_id"));
  const auto assertion = asserting(members, *passkey);
  const auto* fault = std::get_if<PasskeyFault>(&assertion);
  EXPECT_EQ(fault, nullptr) << name_of(*fault);
}

TEST_P(Vectors, no_changed_byte_passes) {
  const Members& members = vector_of(GetParam().name);
  const auto registration = registering(members);
  const Passkey& passkey = std::get<Passkey>(registration);
  for (const char* member : {"get clientDataJSON", "get authenticatorData", "get signature"}) {
    for (std::size_t i = 0; i < members.at(member).size(); i += 5) {
      Members changed = members;
      changed[member][i] ^= 0x10;
      EXPECT_TRUE(std::holds_alternative<PasskeyFault>(asserting(changed, passkey))) << member << " " << i;
    }
  }
}

TEST(OtherVectors, are_refused_for_what_we_do_not_take) {
  const auto fault = [](const char* name) { return std::get<PasskeyFault>(registering(vector_of(name))); };
  EXPECT_EQ(fault("none-es256-crossOrigin"), PasskeyFault::cross_origin);
  EXPECT_EQ(fault("none-es256-topOrigin"), PasskeyFault::cross_origin);
  EXPECT_EQ(fault("packed-es384"), PasskeyFault::unsupported_key);
  EXPECT_EQ(fault("packed-es512"), PasskeyFault::unsupported_key);
  EXPECT_EQ(fault("packed-ed448"), PasskeyFault::unsupported_key);
  EXPECT_EQ(vectors().size(), 15U);
}

TEST(PasskeyJson, asks_as_browsers_take_it) {
  const CreationOptions creation{.relying_party = kExample,
                                 .user_handle = {0xFF},
                                 .user_name = "taro",
                                 .display_name = "山田\"太郎",
                                 .challenge = {1, 2, 3},
                                 .exclude = {{{4}, {"usb", "nfc"}}, {{5}, {}}}};
  EXPECT_EQ(
      to_json(creation),
      R"({"rp":{"id":"example.org","name":"Example"},"user":{"id":"_w","name":"taro","displayName":"山田\"太郎"},)"
      R"("challenge":"AQID","pubKeyCredParams":[{"type":"public-key","alg":-7},{"type":"public-key","alg":-8},)"
      R"({"type":"public-key","alg":-257}],"timeout":300000,"excludeCredentials":[{"type":"public-key","id":"BA",)"
      R"("transports":["usb","nfc"]},{"type":"public-key","id":"BQ"}],"authenticatorSelection":)"
      R"({"residentKey":"preferred","requireResidentKey":false,"userVerification":"required"},"attestation":"none"})");
  const RequestOptions request{.relying_party_id = "example.org",
                               .challenge = {1},
                               .allow = {},
                               .verification = UserVerification::preferred};
  EXPECT_EQ(
      to_json(request),
      R"({"challenge":"AQ","timeout":300000,"rpId":"example.org","allowCredentials":[],"userVerification":"preferred"})");
}

std::string registration_json(const RegistrationResponse& response) {
  const std::string id = base64url(response.id);
  return R"({"id":")" + id + R"(","rawId":")" + id +
         R"(","type":"public-key","authenticatorAttachment":"platform",)" +
         R"("clientExtensionResults":{},"response":{"clientDataJSON":")" +
         base64url(bytes_of(response.client_data)) +
         R"(","transports":["internal","hybrid","Not one",7],"attestationObject":")" +
         base64url(response.attestation_object) + R"("}})";
}

TEST(PasskeyJson, reads_what_browsers_answer) {
  testing::Authenticator authenticator(Algorithm::ed_dsa);
  const Bytes challenge(32, 9);
  const RegistrationResponse create = authenticator.create(challenge);
  const auto read = read_registration_response(registration_json(create));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->id, create.id);
  EXPECT_EQ(read->client_data, create.client_data);
  EXPECT_EQ(read->attestation_object, create.attestation_object);
  EXPECT_EQ(read->transports, (std::vector<std::string>{"internal", "hybrid"}));

  const AssertionResponse get = authenticator.get(challenge, kUser);
  const auto assertion_json = [&](const std::string& handle) {
    const std::string id = base64url(get.id);
    return R"({"id":")" + id + R"(","rawId":")" + id +
           R"(","type":"public-key","response":{"clientDataJSON":")" + base64url(bytes_of(get.client_data)) +
           R"(","authenticatorData":")" + base64url(get.authenticator_data) + R"(","signature":")" +
           base64url(get.signature) + "\"" + handle + "}}";
  };
  const auto assertion = read_assertion_response(assertion_json(R"(,"userHandle":"AQ")"));
  ASSERT_TRUE(assertion) << assertion.error().message;
  EXPECT_EQ(assertion->signature, get.signature);
  EXPECT_EQ(assertion->user_handle, kUser);
  EXPECT_EQ(read_assertion_response(assertion_json(""))->user_handle, std::nullopt);
  EXPECT_EQ(read_assertion_response(assertion_json(R"(,"userHandle":null)"))->user_handle, std::nullopt);
  EXPECT_FALSE(read_assertion_response(assertion_json(R"(,"userHandle":7)")));
  EXPECT_FALSE(read_assertion_response(assertion_json(R"(,"userHandle":"AQ","userHandle":"AQ")")));
  EXPECT_FALSE(read_assertion_response(assertion_json(",\"userHandle\":\"" + std::string(200, 'A') + "\"")));
}

TEST(PasskeyJson, refuses_answers_of_another_form) {
  testing::Authenticator authenticator(Algorithm::ed_dsa);
  const std::string good = registration_json(authenticator.create(Bytes(32, 9)));
  const auto replaced = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  EXPECT_TRUE(read_registration_response(good));
  for (const std::string& bad :
       {std::string(), std::string("[]"), std::string("null"), good + "x", replaced("public-key", "password"),
        replaced("\"rawId\"", "\"rawid\""), replaced("\"id\":\"", "\"id\":\"A"),
        replaced("\"response\"", "\"r\""), replaced("\"attestationObject\":\"", "\"attestationObject\":\"="),
        replaced("\"type\"", "\"type\":1,\"type\""),
        replaced("\"clientDataJSON\":\"", "\"clientDataJSON\":\"%"),
        std::string(kMaxPasskeyJsonBytes + 1, ' '), std::string(50'000, '[')})
    EXPECT_FALSE(read_registration_response(bad)) << bad.substr(0, 80);
  for (std::size_t length = 0; length < good.size(); length += 3)
    EXPECT_FALSE(read_registration_response(std::string_view(good).substr(0, length))) << length;
}

}  // namespace
}  // namespace hinomi::credential
