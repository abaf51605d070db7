#include "credential/passkey.h"

#include <gtest/gtest.h>

#include "credential/cbor.h"
#include "credential/testing/authenticator.h"
#include "credential/testing/cbor_writer.h"
#include "credential/testing/counted_random.h"

namespace hinomi::credential {
namespace {

using testing::Authenticator;

const RelyingParty kParty{
    "soc.example.jp", "Hinomi", {"https://soc.example.jp", "https://soc.example.jp:8440"}};
const Bytes kChallenge(32, 0x5A);
const Bytes kOtherChallenge(32, 0x5B);
const Bytes kUser{'u', '1'};

CeremonyExpectation expected(UserVerification verification = UserVerification::required) {
  return {kParty, kChallenge, verification};
}

// The fault of a verdict; nullopt of a good one.
template <typename Verdict>
std::optional<PasskeyFault> fault_in(const Verdict& verdict) {
  const auto* fault = std::get_if<PasskeyFault>(&verdict);
  return fault == nullptr ? std::nullopt : std::optional(*fault);
}

std::optional<PasskeyFault> registering(Authenticator& authenticator, std::string_view format = "none") {
  return fault_in(verify_registration(authenticator.create(kChallenge, format), expected(), kUser));
}

Passkey registered(Authenticator& authenticator, std::string_view format = "none") {
  const auto verdict = verify_registration(authenticator.create(kChallenge, format), expected(), kUser);
  const auto* passkey = std::get_if<Passkey>(&verdict);
  EXPECT_NE(passkey, nullptr) << name_of(fault_in(verdict).value_or(PasskeyFault::malformed));
  return passkey == nullptr ? Passkey{} : *passkey;
}

std::optional<PasskeyFault> asserting(Authenticator& authenticator, const Passkey& passkey,
                                      std::uint32_t step = 1) {
  return fault_in(verify_assertion(authenticator.get(kChallenge, kUser, step), expected(), passkey, true));
}

class EveryAlgorithm : public ::testing::TestWithParam<Algorithm> {};
INSTANTIATE_TEST_SUITE_P(Passkey, EveryAlgorithm, ::testing::ValuesIn(kAlgorithms));

TEST_P(EveryAlgorithm, registers_and_signs_in) {
  Authenticator authenticator(GetParam());
  authenticator.counter = 7;
  const Passkey passkey = registered(authenticator);
  EXPECT_EQ(passkey.algorithm, GetParam());
  EXPECT_EQ(passkey.counter, 7U);
  EXPECT_EQ(passkey.attestation, Attestation::none);
  EXPECT_EQ(passkey.user_handle, kUser);
  EXPECT_EQ(passkey.aaguid[0], 0xAA);
  EXPECT_TRUE(passkey.user_verified);
  const auto verdict = verify_assertion(authenticator.get(kChallenge, kUser), expected(), passkey, false);
  const auto* update = std::get_if<AssertionUpdate>(&verdict);
  ASSERT_NE(update, nullptr);
  EXPECT_EQ(update->counter, 8U);
  EXPECT_TRUE(update->user_verified);
}

TEST_P(EveryAlgorithm, takes_self_attestation_and_checks_it) {
  Authenticator authenticator(GetParam());
  EXPECT_EQ(registered(authenticator, "packed").attestation, Attestation::self);
  RegistrationResponse response = authenticator.create(kChallenge, "packed");
  const Bytes data = authenticator.authenticator_data(true);
  const auto attest = [&](const Bytes& statement) {
    response.attestation_object = Authenticator::attestation_object("packed", statement, data);
    return fault_in(verify_registration(response, expected(), kUser));
  };
  const auto algorithm = static_cast<std::int64_t>(GetParam());
  EXPECT_EQ(attest(authenticator.self_statement(data, response.client_data, algorithm)), std::nullopt);
  EXPECT_EQ(attest(authenticator.self_statement(data, response.client_data + " ", algorithm)),
            PasskeyFault::bad_attestation);
  EXPECT_EQ(attest(authenticator.self_statement(data, response.client_data, algorithm - 1)),
            PasskeyFault::bad_attestation);
  EXPECT_EQ(attest({0xA0}), PasskeyFault::bad_attestation);
}

TEST_P(EveryAlgorithm, refuses_any_other_signature) {
  Authenticator authenticator(GetParam());
  const Passkey passkey = registered(authenticator);
  const AssertionResponse good = authenticator.get(kChallenge, kUser);
  const auto with = [&](const Bytes& signature) {
    AssertionResponse response = good;
    response.signature = signature;
    return fault_in(verify_assertion(response, expected(), passkey, true));
  };
  EXPECT_EQ(with(good.signature), std::nullopt);
  for (std::size_t i = 0; i < good.signature.size(); ++i) {
    Bytes changed = good.signature;
    changed[i] ^= 1;
    EXPECT_EQ(with(changed), PasskeyFault::bad_signature) << i;
  }
  EXPECT_EQ(with({}), PasskeyFault::bad_signature);
  Bytes longer = good.signature;
  longer.push_back(0);
  EXPECT_EQ(with(longer), PasskeyFault::bad_signature);
  EXPECT_EQ(with(Bytes(good.signature.begin(), good.signature.end() - 1)), PasskeyFault::bad_signature);
  EXPECT_EQ(with(Bytes(good.signature.size(), 0)), PasskeyFault::bad_signature);
  EXPECT_EQ(with(Bytes(100'000, 0x30)), PasskeyFault::bad_signature);
}

TEST_P(EveryAlgorithm, refuses_a_key_that_was_cut_or_changed) {
  Authenticator authenticator(GetParam());
  const Bytes key = authenticator.cose_key();
  ASSERT_TRUE(read_cose_key(key));
  for (std::size_t length = 0; length < key.size(); ++length)
    EXPECT_FALSE(read_cose_key(ByteSpan(key).first(length))) << length;
  Bytes more = key;
  ++more[0];  // one member more
  more.insert(more.end(), {0x61, 0x61, 0x00});
  EXPECT_FALSE(read_cose_key(more));
}

class PasskeyTest : public ::testing::Test {
 protected:
  Authenticator authenticator_{Algorithm::es256};
};

TEST_F(PasskeyTest, refuses_the_wrong_ceremony) {
  authenticator_.create_type = "webauthn.get";
  EXPECT_EQ(registering(authenticator_), PasskeyFault::wrong_type);
  authenticator_.create_type = "webauthn.create";
  const Passkey passkey = registered(authenticator_);
  for (const char* type : {"webauthn.create", "payment.get", "", "WEBAUTHN.GET"}) {
    authenticator_.get_type = type;
    EXPECT_EQ(asserting(authenticator_, passkey), PasskeyFault::wrong_type) << type;
  }
}

TEST_F(PasskeyTest, refuses_the_answer_to_another_challenge) {
  const Passkey passkey = registered(authenticator_);
  const auto create = authenticator_.create(kOtherChallenge);
  EXPECT_EQ(fault_in(verify_registration(create, expected(), kUser)), PasskeyFault::wrong_challenge);
  const auto get = authenticator_.get(kOtherChallenge, kUser);
  EXPECT_EQ(fault_in(verify_assertion(get, expected(), passkey, true)), PasskeyFault::wrong_challenge);
  const auto none = authenticator_.get({}, kUser);
  EXPECT_EQ(fault_in(verify_assertion(none, {kParty, {}}, passkey, true)), PasskeyFault::wrong_challenge);
}

TEST_F(PasskeyTest, refuses_every_other_origin) {
  const Passkey passkey = registered(authenticator_);
  for (const char* origin :
       {"https://evil.example", "http://soc.example.jp", "https://soc.example.jp.evil.example",
        "https://soc.example.jp/", "https://SOC.example.jp", "https://soc.example.jp:8441",
        "https://a.soc.example.jp", "null", ""}) {
    authenticator_.origin = origin;
    EXPECT_EQ(registering(authenticator_), PasskeyFault::wrong_origin) << origin;
    EXPECT_EQ(asserting(authenticator_, passkey), PasskeyFault::wrong_origin) << origin;
  }
  authenticator_.origin = "https://soc.example.jp:8440";
  EXPECT_EQ(asserting(authenticator_, passkey), std::nullopt);
}

TEST_F(PasskeyTest, refuses_frames_of_other_sites) {
  const Passkey passkey = registered(authenticator_);
  for (const char* more :
       {R"(,"crossOrigin":true)", R"(,"topOrigin":"https://evil.example")",
        R"(,"crossOrigin":false,"topOrigin":"https://soc.example.jp")", R"(,"topOrigin":null)"}) {
    authenticator_.more_client_data = more;
    EXPECT_EQ(registering(authenticator_), PasskeyFault::cross_origin) << more;
    EXPECT_EQ(asserting(authenticator_, passkey), PasskeyFault::cross_origin) << more;
  }
  authenticator_.more_client_data =
      R"(,"crossOrigin":false,"other":[1,{"type":"x"}],"tokenBinding":{"status":"supported"})";
  EXPECT_EQ(asserting(authenticator_, passkey), std::nullopt);
}

TEST_F(PasskeyTest, refuses_client_data_that_says_two_things) {
  for (const char* more :
       {R"(,"type":"webauthn.create")", R"(,"challenge":"WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo")",
        R"(,"origin":"https://soc.example.jp")", R"(,"crossOrigin":false,"crossOrigin":false)",
        R"(,"topOrigin":"a","topOrigin":"a")", R"(,"\u0074ype":"webauthn.create")",
        R"(,"crossOrigin":"true")", R"(,"crossOrigin":null)", R"(} {"a":1)", R"(,)", R"(,"a":)"}) {
    authenticator_.more_client_data = more;
    EXPECT_EQ(registering(authenticator_), PasskeyFault::malformed) << more;
  }
  authenticator_.more_client_data = ",\"a\":\"" + std::string(kMaxClientDataBytes, 'x') + "\"";
  EXPECT_EQ(registering(authenticator_), PasskeyFault::malformed);
  authenticator_.more_client_data = ",\"a\":" + std::string(4000, '[') + std::string(4000, ']');
  EXPECT_EQ(registering(authenticator_), PasskeyFault::malformed);
}

TEST_F(PasskeyTest, refuses_the_answer_to_another_relying_party) {
  const Passkey passkey = registered(authenticator_);
  for (const char* id : {"evil.example", "example.jp", "SOC.example.jp", ""}) {
    authenticator_.rp_id = id;
    EXPECT_EQ(registering(authenticator_), PasskeyFault::wrong_relying_party) << id;
    EXPECT_EQ(asserting(authenticator_, passkey), PasskeyFault::wrong_relying_party) << id;
  }
}

TEST_F(PasskeyTest, wants_the_user_there_and_verified_where_asked) {
  const Passkey passkey = registered(authenticator_);
  authenticator_.user_verified = false;
  EXPECT_EQ(registering(authenticator_), PasskeyFault::user_not_verified);
  EXPECT_EQ(asserting(authenticator_, passkey), PasskeyFault::user_not_verified);
  const auto verdict = verify_assertion(authenticator_.get(kChallenge, kUser),
                                        expected(UserVerification::preferred), passkey, true);
  ASSERT_TRUE(std::holds_alternative<AssertionUpdate>(verdict));
  EXPECT_FALSE(std::get<AssertionUpdate>(verdict).user_verified);
  authenticator_.user_present = false;
  EXPECT_EQ(registering(authenticator_), PasskeyFault::user_absent);
  EXPECT_EQ(asserting(authenticator_, passkey), PasskeyFault::user_absent);
}

TEST_F(PasskeyTest, refuses_a_counter_that_does_not_go_on) {
  authenticator_.counter = 5;
  Passkey passkey = registered(authenticator_);
  EXPECT_EQ(asserting(authenticator_, passkey, 0), PasskeyFault::counter_went_back);
  authenticator_.counter = 3;
  EXPECT_EQ(asserting(authenticator_, passkey), PasskeyFault::counter_went_back);
  authenticator_.counter = 0xFFFF'FFFE;
  EXPECT_EQ(asserting(authenticator_, passkey), std::nullopt);
  passkey.counter = 0xFFFF'FFFF;
  EXPECT_EQ(asserting(authenticator_, passkey), PasskeyFault::counter_went_back);  // 0 after the last
}

TEST_F(PasskeyTest, takes_authenticators_that_do_not_count) {
  const Passkey passkey = registered(authenticator_);
  EXPECT_EQ(asserting(authenticator_, passkey, 0), std::nullopt);
  EXPECT_EQ(asserting(authenticator_, passkey, 0), std::nullopt);
  EXPECT_EQ(asserting(authenticator_, passkey, 1), std::nullopt);
}

TEST_F(PasskeyTest, a_counter_without_a_good_signature_says_nothing) {
  authenticator_.counter = 5;
  const Passkey passkey = registered(authenticator_);
  AssertionResponse response = authenticator_.get(kChallenge, kUser, 0);
  response.signature[10] ^= 1;
  EXPECT_EQ(fault_in(verify_assertion(response, expected(), passkey, true)), PasskeyFault::bad_signature);
}

TEST_F(PasskeyTest, backup_flags_hold_together) {
  authenticator_.backed_up = true;
  EXPECT_EQ(registering(authenticator_), PasskeyFault::bad_backup_flags);
  authenticator_.backup_eligible = true;
  const Passkey passkey = registered(authenticator_);
  EXPECT_TRUE(passkey.backup_eligible && passkey.backed_up);
  authenticator_.backed_up = false;  // may change
  EXPECT_EQ(asserting(authenticator_, passkey), std::nullopt);
  authenticator_.backup_eligible = false;  // may not
  EXPECT_EQ(asserting(authenticator_, passkey), PasskeyFault::bad_backup_flags);
}

TEST_F(PasskeyTest, belongs_to_one_user) {
  const Passkey passkey = registered(authenticator_);
  const auto assert_as = [&](const std::optional<Bytes>& handle, bool identified) {
    return fault_in(
        verify_assertion(authenticator_.get(kChallenge, handle), expected(), passkey, identified));
  };
  EXPECT_EQ(assert_as(kUser, true), std::nullopt);
  EXPECT_EQ(assert_as(kUser, false), std::nullopt);
  EXPECT_EQ(assert_as(std::nullopt, true), std::nullopt);
  EXPECT_EQ(assert_as(std::nullopt, false), PasskeyFault::wrong_user);
  EXPECT_EQ(assert_as(Bytes{'u', '2'}, true), PasskeyFault::wrong_user);
  EXPECT_EQ(assert_as(Bytes{}, true), std::nullopt);
  EXPECT_EQ(assert_as(Bytes{}, false), PasskeyFault::wrong_user);
  Passkey of_nobody = passkey;
  of_nobody.user_handle.clear();
  EXPECT_EQ(fault_in(verify_assertion(authenticator_.get(kChallenge, Bytes{}), expected(), of_nobody, false)),
            PasskeyFault::wrong_user);
}

TEST_F(PasskeyTest, refuses_another_credential) {
  const Passkey passkey = registered(authenticator_);
  Authenticator other(Algorithm::es256, Bytes(16, 0xC2));
  EXPECT_EQ(asserting(other, passkey), PasskeyFault::wrong_credential);
  Authenticator same_id(Algorithm::es256);
  EXPECT_EQ(asserting(same_id, passkey), PasskeyFault::bad_signature);
  RegistrationResponse response = authenticator_.create(kChallenge);
  response.id[0] ^= 1;
  EXPECT_EQ(fault_in(verify_registration(response, expected(), kUser)), PasskeyFault::wrong_credential);
}

TEST_F(PasskeyTest, knows_ids_up_to_their_longest) {
  Authenticator longest(Algorithm::es256, Bytes(kMaxCredentialIdBytes, 1));
  EXPECT_EQ(registering(longest), std::nullopt);
  Authenticator longer(Algorithm::es256, Bytes(kMaxCredentialIdBytes + 1, 1));
  EXPECT_EQ(registering(longer), PasskeyFault::malformed);
  Authenticator none(Algorithm::es256, {});
  EXPECT_EQ(registering(none), PasskeyFault::malformed);
}

TEST_F(PasskeyTest, refuses_every_truncation) {
  const Passkey passkey = registered(authenticator_);
  const RegistrationResponse create = authenticator_.create(kChallenge, "packed");
  for (std::size_t length = 0; length < create.attestation_object.size(); ++length) {
    RegistrationResponse cut = create;
    cut.attestation_object.resize(length);
    EXPECT_EQ(fault_in(verify_registration(cut, expected(), kUser)), PasskeyFault::malformed) << length;
  }
  const AssertionResponse get = authenticator_.get(kChallenge, kUser);
  for (std::size_t length = 0; length < get.authenticator_data.size(); ++length) {
    AssertionResponse cut = get;
    cut.authenticator_data.resize(length);
    EXPECT_EQ(fault_in(verify_assertion(cut, expected(), passkey, true)), PasskeyFault::malformed) << length;
  }
}

TEST_F(PasskeyTest, refuses_every_truncation_inside_the_authenticator_data) {
  const RegistrationResponse good = authenticator_.create(kChallenge);
  const Bytes data = authenticator_.authenticator_data(true);
  for (std::size_t length = 0; length < data.size(); ++length) {
    RegistrationResponse cut = good;
    cut.attestation_object =
        Authenticator::attestation_object("none", Bytes{0xA0}, ByteSpan(data).first(length));
    EXPECT_EQ(fault_in(verify_registration(cut, expected(), kUser)), PasskeyFault::malformed) << length;
  }
}

TEST_F(PasskeyTest, extensions_must_be_a_map_and_the_last) {
  authenticator_.extensions = {0xA1, 0x61, 'a', 0xF5};
  EXPECT_EQ(registering(authenticator_), std::nullopt);
  for (const Bytes& bad : {Bytes{0xF5}, Bytes{0xA1, 0x61, 'a'}, Bytes{0xA0, 0x00}, Bytes{0xBF, 0xFF}}) {
    authenticator_.extensions = bad;
    EXPECT_EQ(registering(authenticator_), PasskeyFault::malformed);
  }
}

TEST_F(PasskeyTest, an_assertion_brings_no_new_key) {
  const Passkey passkey = registered(authenticator_);
  AssertionResponse response = authenticator_.get(kChallenge, kUser);
  response.authenticator_data = authenticator_.authenticator_data(true);
  EXPECT_EQ(fault_in(verify_assertion(response, expected(), passkey, true)), PasskeyFault::malformed);
}

TEST_F(PasskeyTest, a_registration_must) {
  RegistrationResponse response = authenticator_.create(kChallenge);
  response.attestation_object =
      Authenticator::attestation_object("none", Bytes{0xA0}, authenticator_.authenticator_data(false));
  EXPECT_EQ(fault_in(verify_registration(response, expected(), kUser)), PasskeyFault::malformed);
}

TEST_F(PasskeyTest, refuses_attestation_objects_of_another_form) {
  const Bytes data = authenticator_.authenticator_data(true);
  const auto attest = [&](const Bytes& object) {
    RegistrationResponse response = authenticator_.create(kChallenge);
    response.attestation_object = object;
    return fault_in(verify_registration(response, expected(), kUser));
  };
  const Bytes good = Authenticator::attestation_object("none", Bytes{0xA0}, data);
  EXPECT_EQ(attest(good), std::nullopt);
  Bytes trailing = good;
  trailing.push_back(0);
  EXPECT_EQ(attest(trailing), PasskeyFault::malformed);
  // "none" with a statement.
  EXPECT_EQ(attest(Authenticator::attestation_object("none", Bytes{0xA1, 0x61, 'a', 0}, data)),
            PasskeyFault::bad_attestation);
  EXPECT_EQ(attest(Authenticator::attestation_object("none", Bytes{0x80}, data)), PasskeyFault::malformed);
  // Keys in another order, one twice, one too many.
  Bytes unsorted{0xA3};
  testing::append_text(unsorted, "authData");
  testing::append_bytes(unsorted, data);
  testing::append_text(unsorted, "fmt");
  testing::append_text(unsorted, "none");
  testing::append_text(unsorted, "attStmt");
  unsorted.push_back(0xA0);
  EXPECT_EQ(attest(unsorted), PasskeyFault::malformed);
  Bytes twice{0xA4};
  testing::append_text(twice, "fmt");
  testing::append_text(twice, "none");
  twice.insert(twice.end(), good.begin() + 1, good.end());
  EXPECT_EQ(attest(twice), PasskeyFault::malformed);
  Bytes more{0xA4};
  testing::append_text(more, "ext");
  more.push_back(0xF5);
  more.insert(more.end(), good.begin() + 1, good.end());
  EXPECT_EQ(attest(more), PasskeyFault::malformed);
  // A length that is not in its shortest form.
  Bytes longer{0xB8, 0x03};
  longer.insert(longer.end(), good.begin() + 1, good.end());
  EXPECT_EQ(attest(longer), PasskeyFault::malformed);
  // A statement that is nested deeply.
  Bytes deep{0xA1, 0x61, 'a'};
  deep.insert(deep.end(), 50'000, 0x81);
  deep.push_back(0);
  EXPECT_EQ(attest(Authenticator::attestation_object("tpm", deep, data)), PasskeyFault::malformed);
  EXPECT_EQ(attest(Bytes(kMaxAttestationBytes + 1, 0xA3)), PasskeyFault::malformed);
}

TEST_F(PasskeyTest, other_attestations_count_as_none_that_was_judged) {
  const Bytes data = authenticator_.authenticator_data(true);
  RegistrationResponse response = authenticator_.create(kChallenge);
  response.attestation_object =
      Authenticator::attestation_object("fido-u2f", Bytes{0xA1, 0x61, 'a', 0}, data);
  const auto verdict = verify_registration(response, expected(), kUser);
  ASSERT_TRUE(std::holds_alternative<Passkey>(verdict));
  EXPECT_EQ(std::get<Passkey>(verdict).attestation, Attestation::unattested);
}

Bytes ec_key(std::int64_t type, std::int64_t algorithm, std::int64_t curve, ByteSpan x, ByteSpan y) {
  Bytes out{0xA5};
  for (const auto& [label, value] : {std::pair{1, type}, std::pair{3, algorithm}, std::pair{-1, curve}}) {
    testing::append_integer(out, label);
    testing::append_integer(out, value);
  }
  testing::append_integer(out, -2);
  testing::append_bytes(out, x);
  testing::append_integer(out, -3);
  testing::append_bytes(out, y);
  return out;
}

TEST(CoseKey, refuses_points_off_the_curve_and_other_curves) {
  const auto good = read_cose_key(Authenticator(Algorithm::es256).cose_key());
  ASSERT_TRUE(good);
  EXPECT_TRUE(read_cose_key(ec_key(2, -7, 1, good->x, good->y)));
  Bytes off = good->y;
  off[31] ^= 1;
  EXPECT_EQ(read_cose_key(ec_key(2, -7, 1, good->x, off)).error().code, base::ErrorCode::invalid_input);
  EXPECT_FALSE(read_cose_key(ec_key(2, -7, 1, Bytes(32, 0), Bytes(32, 0))));
  EXPECT_FALSE(read_cose_key(ec_key(2, -7, 1, Bytes(32, 0xFF), good->y)));
  EXPECT_FALSE(read_cose_key(ec_key(2, -7, 1, Bytes(31, 1), good->y)));
  for (const auto& key : {ec_key(2, -7, 2, good->x, good->y), ec_key(2, -35, 2, good->x, good->y),
                          ec_key(1, -7, 1, good->x, good->y), ec_key(2, -8, 1, good->x, good->y),
                          ec_key(2, -257, 1, good->x, good->y), ec_key(2, -47, 8, good->x, good->y)})
    EXPECT_EQ(read_cose_key(key).error().code, base::ErrorCode::unsupported);
}

Bytes rsa_key(ByteSpan modulus, ByteSpan exponent) {
  Bytes out{0xA4, 0x01, 0x03, 0x03};
  testing::append_integer(out, -257);
  testing::append_integer(out, -1);
  testing::append_bytes(out, modulus);
  testing::append_integer(out, -2);
  testing::append_bytes(out, exponent);
  return out;
}

TEST(CoseKey, refuses_weak_and_odd_rsa_keys) {
  const Bytes e{1, 0, 1};
  Bytes modulus(256, 0xFF);
  EXPECT_TRUE(read_cose_key(rsa_key(modulus, e)));
  EXPECT_FALSE(read_cose_key(rsa_key(modulus, Bytes{3})));
  EXPECT_FALSE(read_cose_key(rsa_key(modulus, Bytes{0, 1, 0, 1})));
  EXPECT_FALSE(read_cose_key(rsa_key(modulus, Bytes{1, 0, 0})));
  EXPECT_FALSE(read_cose_key(rsa_key(Bytes(128, 0xFF), e)));
  EXPECT_FALSE(read_cose_key(rsa_key(Bytes(513, 0xFF), e)));
  EXPECT_TRUE(read_cose_key(rsa_key(Bytes(512, 0xFF), e)));
  EXPECT_FALSE(read_cose_key(rsa_key({}, e)));
  modulus[0] = 0x7F;
  EXPECT_FALSE(read_cose_key(rsa_key(modulus, e)));  // 2047 bits
  modulus[0] = 0xFF;
  modulus[255] = 0xFE;
  EXPECT_FALSE(read_cose_key(rsa_key(modulus, e)));  // even
}

TEST(RelyingParty, is_checked_as_browsers_do) {
  const auto check = [](const char* id, std::vector<std::string> origins) {
    return check_relying_party({id, "Hinomi", std::move(origins)}).has_value();
  };
  EXPECT_TRUE(check_relying_party(kParty));
  EXPECT_TRUE(check("example.jp", {"https://soc.example.jp", "https://example.jp:8440"}));
  EXPECT_TRUE(check("localhost", {"http://localhost:8440", "https://localhost"}));
  for (const char* origin :
       {"http://soc.example.jp", "https://soc.example.jp/", "https://notexample.jp", "https://jp",
        "https://example.jp.evil.example", "https://example.jp:", "https://example.jp:x", "ftp://example.jp",
        "https://a@example.jp", "", "https://"})
    EXPECT_FALSE(check("example.jp", {origin})) << origin;
  for (const char* id :
       {"", "127.0.0.1", "::1", "Example.jp", "example.jp.", ".jp", "a..b", "-a.jp", "a b", "火の見.jp"})
    EXPECT_FALSE(check(id, {std::string("https://") + id})) << id;
  EXPECT_FALSE(check("example.jp", {}));
  EXPECT_FALSE(check(std::string(254, 'a').c_str(), {"https://a"}));
}

TEST(Passkey, challenges_differ) {
  const auto random = testing::counted_random();
  EXPECT_EQ(make_passkey_challenge(random).size(), 32U);
  EXPECT_NE(make_passkey_challenge(random), make_passkey_challenge(random));
}

TEST(Passkey, every_fault_has_a_name_of_its_own) {
  EXPECT_EQ(name_of(PasskeyFault::malformed), "malformed");
  EXPECT_EQ(name_of(PasskeyFault::wrong_relying_party), "wrong_relying_party");
  EXPECT_EQ(name_of(PasskeyFault::wrong_user), "wrong_user");
  EXPECT_EQ(name_of(PasskeyFault::counter_went_back), "counter_went_back");
}

}  // namespace
}  // namespace hinomi::credential
