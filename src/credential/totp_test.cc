#include "credential/totp.h"

#include <gtest/gtest.h>

#include <set>

#include "credential/recovery_codes.h"
#include "credential/testing/counted_random.h"

namespace hinomi::credential {
namespace {

const ByteSpan kRfcSecret = bytes_of("12345678901234567890");

base::TimeNs at_second(std::int64_t second) {
  return {second * 1'000'000'000};
}

TEST(Totp, gives_the_values_of_rfc_4226) {
  // Appendix D: the truncated values for counters 0 to 9.
  const std::uint32_t values[] = {1284755224, 1094287082, 137359152, 1726969429, 1640338314,
                                  868254676,  1918287922, 82162583,  673399871,  645520489};
  for (std::uint64_t counter = 0; counter < 10; ++counter)
    EXPECT_EQ(hotp_value(kRfcSecret, counter), values[counter]) << counter;
  EXPECT_EQ(totp_code(kRfcSecret, 0), "755224");
}

TEST(Totp, gives_the_codes_of_rfc_6238) {
  // Appendix B, SHA-1: eight digits.
  const std::pair<std::int64_t, std::uint32_t> codes[] = {{59, 94287082},
                                                          {1111111109, 7081804},
                                                          {1111111111, 14050471},
                                                          {1234567890, 89005924},
                                                          {2000000000, 69279037}};
  for (const auto& [second, code] : codes) {
    const auto step = static_cast<std::uint64_t>(totp_step(at_second(second)));
    EXPECT_EQ(hotp_value(kRfcSecret, step) % 100'000'000, code) << second;
  }
  EXPECT_EQ(hotp_value(kRfcSecret, 20000000000 / 30) % 100'000'000, 65353130U);  // beyond int64 nanoseconds
}

TEST(Totp, keeps_leading_zeros) {
  EXPECT_EQ(totp_code(kRfcSecret, 1111111109 / 30), "081804");
}

TEST(Totp, takes_the_step_before_and_after_and_no_other) {
  const base::TimeNs now = at_second(1'000'000'015);
  const std::int64_t step = totp_step(now);
  for (std::int64_t off = -4; off <= 4; ++off) {
    const auto found = verify_totp(kRfcSecret, totp_code(kRfcSecret, step + off), now, std::nullopt);
    EXPECT_EQ(found.has_value(), off >= -1 && off <= 1) << off;
    EXPECT_EQ(found.value_or(step + off), step + off);
  }
}

TEST(Totp, takes_a_code_once) {
  const base::TimeNs now = at_second(1'000'000'015);
  const std::int64_t step = totp_step(now);
  const std::string code = totp_code(kRfcSecret, step);
  EXPECT_TRUE(verify_totp(kRfcSecret, code, now, step - 1));
  EXPECT_FALSE(verify_totp(kRfcSecret, code, now, step));
  EXPECT_FALSE(verify_totp(kRfcSecret, code, now, step + 1));
  EXPECT_TRUE(verify_totp(kRfcSecret, totp_code(kRfcSecret, step + 1), now, step));
}

TEST(Totp, of_two_steps_with_one_code_the_later_counts) {
  // Looks for a secret with two equal codes next to each other, which one in a million has.
  const base::TimeNs now = at_second(1'000'000'015);
  const std::int64_t step = totp_step(now);
  for (std::uint32_t i = 0; i < 20'000'000; ++i) {
    Bytes secret(20, static_cast<std::uint8_t>(i));
    secret[0] = static_cast<std::uint8_t>(i >> 8);
    secret[1] = static_cast<std::uint8_t>(i >> 16);
    secret[2] = static_cast<std::uint8_t>(i >> 24);
    const auto a = hotp_value(secret, static_cast<std::uint64_t>(step)) % 1'000'000;
    if (a != hotp_value(secret, static_cast<std::uint64_t>(step) + 1) % 1'000'000) continue;
    EXPECT_EQ(verify_totp(secret, totp_code(secret, step), now, std::nullopt), step + 1);
    return;
  }
  FAIL() << "no such secret found";
}

TEST(Totp, reads_codes_as_people_type_them) {
  const base::TimeNs now = at_second(59);
  EXPECT_TRUE(verify_totp(kRfcSecret, " 287 082 ", now, std::nullopt));
  EXPECT_TRUE(verify_totp(kRfcSecret, "２８７０８２", now, std::nullopt));
  for (const char* wrong : {"", "28708", "2870820", "28708x", "-87082", "\xff", "287083", "0x4616a"})
    EXPECT_FALSE(verify_totp(kRfcSecret, wrong, now, std::nullopt)) << wrong;
  EXPECT_FALSE(verify_totp(kRfcSecret, std::string(kMaxTotpTyped, ' ') + "287082", now, std::nullopt));
}

TEST(Totp, a_secret_that_is_cut_matches_nothing) {
  const base::TimeNs now = at_second(59);
  for (const std::size_t length : {0U, 1U, 15U}) {
    const ByteSpan cut = kRfcSecret.first(length);
    EXPECT_FALSE(verify_totp(cut, totp_code(cut, totp_step(now)), now, std::nullopt)) << length;
  }
  const ByteSpan least = kRfcSecret.first(16);
  EXPECT_TRUE(verify_totp(least, totp_code(least, totp_step(now)), now, std::nullopt));
}

TEST(Totp, makes_no_code_good_before_1970) {
  EXPECT_FALSE(verify_totp(kRfcSecret, totp_code(kRfcSecret, -1), at_second(0), std::nullopt));
  EXPECT_TRUE(verify_totp(kRfcSecret, totp_code(kRfcSecret, 0), at_second(0), std::nullopt));
}

TEST(Totp, makes_secrets_of_the_length_of_a_sha1) {
  const auto random = testing::counted_random();
  const Secret a = make_totp_secret(random);
  const Secret b = make_totp_secret(random);
  EXPECT_EQ(a.size(), 20U);
  EXPECT_FALSE(equal_in_constant_time(a.view(), b.view()));
}

TEST(Totp, writes_the_address_for_the_qr_code) {
  EXPECT_EQ(otpauth_uri(kRfcSecret, "Hinomi", "taro@example.jp"),
            "otpauth://totp/Hinomi:taro%40example.jp?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Hinomi"
            "&algorithm=SHA1&digits=6&period=30");
  EXPECT_EQ(otpauth_uri(kRfcSecret, "南風 商事", "山田"),
            "otpauth://totp/%E5%8D%97%E9%A2%A8%20%E5%95%86%E4%BA%8B:%E5%B1%B1%E7%94%B0"
            "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E5%8D%97%E9%A2%A8%20%E5%95%86%E4%BA%8B"
            "&algorithm=SHA1&digits=6&period=30");
}

TEST(Totp, names_cannot_change_the_address) {
  const std::string uri = otpauth_uri(kRfcSecret, "A&secret=B:?#/%", "c:d\n\u202e\xff");
  EXPECT_EQ(uri.substr(0, uri.find("?secret=")),
            "otpauth://totp/A%26secret%3DB%20%3F%23%2F%25:c%20d%20%20%EF%BF%BD");
  EXPECT_EQ(uri.find("secret=", uri.find("secret=GEZD") + 1), std::string::npos);
  EXPECT_LT(otpauth_uri(kRfcSecret, std::string(10'000, 'x'), std::string(10'000, 'y')).size(), 600U);
}

base::RecordId person(std::uint8_t number) {
  base::RecordId id;
  id.bytes[15] = number;
  return id;
}

class RecoveryCodesTest : public ::testing::Test {
 protected:
  Bytes key_ = Bytes(kRecoveryKeyBytes, 7);
  NewRecoveryCodes codes_ = make_recovery_codes(person(1), key_, testing::counted_random());
};

TEST_F(RecoveryCodesTest, are_ten_and_all_different) {
  EXPECT_EQ(codes_.texts.size(), 10U);
  EXPECT_EQ(std::set<std::string>(codes_.texts.begin(), codes_.texts.end()).size(), 10U);
  for (const std::string& text : codes_.texts) EXPECT_EQ(text.size(), 19U) << text;
}

TEST_F(RecoveryCodesTest, are_good_once_each_in_any_order) {
  for (const std::size_t i : {9U, 0U, 4U, 3U, 5U, 8U, 1U, 2U, 7U, 6U}) {
    EXPECT_TRUE(redeem_recovery_code(codes_.stored, codes_.texts[i], person(1), key_)) << i;
    EXPECT_FALSE(redeem_recovery_code(codes_.stored, codes_.texts[i], person(1), key_)) << i;
  }
  EXPECT_TRUE(codes_.stored.unused.empty());
}

TEST_F(RecoveryCodesTest, are_read_as_people_type_them) {
  std::string typed;
  for (const char c : codes_.texts[3])
    typed += c == '-' ? "  " : std::string(1, static_cast<char>(std::toupper(c)));
  EXPECT_TRUE(redeem_recovery_code(codes_.stored, typed, person(1), key_));
}

TEST_F(RecoveryCodesTest, are_worth_nothing_for_another_person_or_key) {
  EXPECT_FALSE(redeem_recovery_code(codes_.stored, codes_.texts[0], person(2), key_));
  EXPECT_FALSE(redeem_recovery_code(codes_.stored, codes_.texts[0], person(1), Bytes(kRecoveryKeyBytes, 8)));
  EXPECT_EQ(codes_.stored.unused.size(), 10U);
}

TEST_F(RecoveryCodesTest, refuses_everything_else) {
  const std::string good = codes_.texts[0];
  for (const std::string& wrong :
       {std::string(), good.substr(1), good + "0", std::string("uuuu-uuuu-uuuu-uuuu"),
        std::string(100'000, '-'), std::string("0000-0000-0000-0000")})
    EXPECT_FALSE(redeem_recovery_code(codes_.stored, wrong, person(1), key_));
  EXPECT_TRUE(redeem_recovery_code(codes_.stored, good, person(1), key_));
}

}  // namespace
}  // namespace hinomi::credential
