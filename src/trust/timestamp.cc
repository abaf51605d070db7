#include "trust/timestamp.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/ts.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "trust/openssl.h"

namespace hinomi::trust {
namespace {

using Query = std::unique_ptr<TS_REQ, FreedBy<TS_REQ_free>>;
using Response = std::unique_ptr<TS_RESP, FreedBy<TS_RESP_free>>;
using Imprint = std::unique_ptr<TS_MSG_IMPRINT, FreedBy<TS_MSG_IMPRINT_free>>;
using Algorithm = std::unique_ptr<X509_ALGOR, FreedBy<X509_ALGOR_free>>;
using Integer = std::unique_ptr<ASN1_INTEGER, FreedBy<ASN1_INTEGER_free>>;
using Object = std::unique_ptr<ASN1_OBJECT, FreedBy<ASN1_OBJECT_free>>;
using BigNumber = std::unique_ptr<BIGNUM, FreedBy<BN_free>>;
using VerifyContext = std::unique_ptr<TS_VERIFY_CTX, FreedBy<TS_VERIFY_CTX_free>>;

constexpr std::size_t kNonceBytes = 16;
constexpr std::size_t kMaxPolicyCharacters = 100;

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

base::Error refuse(std::string_view why) {
  ::ERR_clear_error();
  return {base::ErrorCode::forbidden, "verify a time-stamp: " + std::string(why), {}, {}};
}

base::Error no_query() {
  return openssl_error(base::ErrorCode::internal, "make a time-stamp query");
}

Integer integer_of(std::string_view big_endian) {
  const BigNumber number(::BN_bin2bn(bytes_of(big_endian), static_cast<int>(big_endian.size()), nullptr));
  return Integer(number ? ::BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
}

Object object_of(std::string_view dotted) {
  if (dotted.size() > kMaxPolicyCharacters) return nullptr;
  return Object(::OBJ_txt2obj(std::string(dotted).c_str(), 1));
}

std::string dotted_of(const ASN1_OBJECT* object) {
  std::array<char, kMaxPolicyCharacters + 28> text{};
  const int size = ::OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  if (size <= 0 || static_cast<std::size_t>(size) >= text.size()) return {};
  return text.data();
}

// RFC 3161, 2.4.2: YYYYMMDDhhmmss[.s...]Z, the fraction without trailing zeros.
std::optional<base::TimeNs> time_of(const ASN1_GENERALIZEDTIME* time) {
  const std::string_view text(reinterpret_cast<const char*>(::ASN1_STRING_get0_data(time)),
                              static_cast<std::size_t>(::ASN1_STRING_length(time)));
  constexpr std::size_t kWhole = 14;
  if (text.size() <= kWhole || text.back() != 'Z') return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t count) {
    int value = -1;
    const char* end = text.data() + at + count;
    const auto read = std::from_chars(text.data() + at, end, value);
    return read.ptr == end && read.ec == std::errc() ? value : -1;
  };
  base::CivilTime civil{part(0, 4), part(4, 2), part(6, 2), part(8, 2), part(10, 2), part(12, 2), 0};
  std::string_view fraction = text.substr(kWhole, text.size() - kWhole - 1);
  if (!fraction.empty()) {
    if (fraction.front() != '.' || fraction.size() == 1 || fraction.size() > 10) return std::nullopt;
    fraction.remove_prefix(1);
    std::int32_t scale = 100'000'000;
    for (const char c : fraction) {
      if (c < '0' || c > '9') return std::nullopt;
      civil.nanosecond += scale * (c - '0');
      scale /= 10;
    }
  }
  const bool in_range = civil.year >= 1970 && civil.month >= 1 && civil.month <= 12 && civil.day >= 1 &&
                        civil.day <= 31 && civil.hour >= 0 && civil.hour <= 23 && civil.minute >= 0 &&
                        civil.minute <= 59 && civil.second >= 0 && civil.second <= 60;
  return in_range ? base::from_civil(civil) : std::nullopt;
}

std::optional<std::chrono::nanoseconds> accuracy_of(TS_TST_INFO* info) {
  const TS_ACCURACY* accuracy = ::TS_TST_INFO_get_accuracy(info);
  if (accuracy == nullptr) return std::nullopt;
  constexpr std::int64_t kMostSeconds = 1'000'000'000;
  const auto part = [](const ASN1_INTEGER* number) -> std::int64_t {
    std::int64_t value = 0;
    if (number == nullptr) return 0;
    return ::ASN1_INTEGER_get_int64(&value, number) == 1 && value >= 0 && value <= kMostSeconds ? value : -1;
  };
  const std::int64_t seconds = part(::TS_ACCURACY_get_seconds(accuracy));
  const std::int64_t millis = part(::TS_ACCURACY_get_millis(accuracy));
  const std::int64_t micros = part(::TS_ACCURACY_get_micros(accuracy));
  if (seconds < 0 || millis < 0 || millis > 999 || micros < 0 || micros > 999) return std::nullopt;
  return std::chrono::seconds(seconds) + std::chrono::milliseconds(millis) +
         std::chrono::microseconds(micros);
}

std::string hex_of(const ASN1_INTEGER* number) {
  const BigNumber big(::ASN1_INTEGER_to_BN(number, nullptr));
  if (!big || BN_num_bytes(big.get()) > 64) return {};
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(big.get())), '\0');
  ::BN_bn2bin(big.get(), reinterpret_cast<unsigned char*>(bytes.data()));
  return to_hex(bytes);
}

// Whether the imprint is this SHA-256: the algorithm is named beside the digest, and both must be right.
bool is_imprint_of(TS_TST_INFO* info, const Hash& hash) {
  TS_MSG_IMPRINT* imprint = ::TS_TST_INFO_get_msg_imprint(info);
  const ASN1_OBJECT* algorithm = nullptr;
  ::X509_ALGOR_get0(&algorithm, nullptr, nullptr, ::TS_MSG_IMPRINT_get_algo(imprint));
  const ASN1_OCTET_STRING* digest = ::TS_MSG_IMPRINT_get_msg(imprint);
  const std::string_view bytes(reinterpret_cast<const char*>(::ASN1_STRING_get0_data(digest)),
                               static_cast<std::size_t>(::ASN1_STRING_length(digest)));
  return ::OBJ_obj2nid(algorithm) == NID_sha256 && bytes == view_of(hash);
}

// Every certificate of a PEM text, or why not.
base::Result<std::vector<Certificate>> certificates_of(std::string_view pem) {
  if (pem.size() > kMaxCertificateFileBytes)
    return base::Error{base::ErrorCode::limit_exceeded, "read certificates: the file is too large", {}, {}};
  const Bio bio(::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return openssl_error(base::ErrorCode::internal, "read certificates");
  std::vector<Certificate> certificates;
  for (;;) {
    Certificate next(::PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    if (certificates.size() == kMaxAuthorityCertificates)
      return base::Error{base::ErrorCode::limit_exceeded, "read certificates: too many", {}, {}};
    certificates.push_back(std::move(next));
  }
  const bool at_end = ERR_GET_REASON(::ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_end) return openssl_error(base::ErrorCode::invalid_input, "read certificates");
  ::ERR_clear_error();
  if (certificates.empty())
    return base::Error{base::ErrorCode::invalid_input, "read certificates: there is none", {}, {}};
  return certificates;
}

// Certificates count as of `time`, so that a token outlives them.
CertificateStore store_of(const std::vector<Certificate>& trusted, base::TimeNs time) {
  CertificateStore store(::X509_STORE_new());
  if (!store) return nullptr;
  for (const Certificate& certificate : trusted) {
    if (::X509_STORE_add_cert(store.get(), certificate.get()) != 1) return nullptr;
  }
  X509_VERIFY_PARAM* parameters = ::X509_STORE_get0_param(store.get());
  ::X509_VERIFY_PARAM_set_time(parameters, static_cast<time_t>(time.since_epoch_ns / 1'000'000'000));
  ::X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

}  // namespace

base::Result<TimestampQuery> timestamp_query(const Hash& hash, const os::RandomBytes& random,
                                             std::string_view policy) {
  TimestampQuery query{{}, hash, std::string(kNonceBytes, '\0'), std::string(policy)};
  random({reinterpret_cast<std::uint8_t*>(query.nonce.data()), query.nonce.size()});
  query.nonce.front() = static_cast<char>((query.nonce.front() & 0x7f) | 0x40);  // positive, of full length

  const Query request(::TS_REQ_new());
  const Imprint imprint(::TS_MSG_IMPRINT_new());
  const Algorithm algorithm(::X509_ALGOR_new());
  const Integer nonce = integer_of(query.nonce);
  if (!request || !imprint || !algorithm || !nonce) return no_query();
  ::X509_ALGOR_set0(algorithm.get(), ::OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr);
  Hash digest = hash;
  if (::TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) != 1 ||
      ::TS_MSG_IMPRINT_set_msg(imprint.get(), digest.data(), static_cast<int>(digest.size())) != 1 ||
      ::TS_REQ_set_version(request.get(), 1) != 1 ||
      ::TS_REQ_set_msg_imprint(request.get(), imprint.get()) != 1 ||
      ::TS_REQ_set_nonce(request.get(), nonce.get()) != 1 || ::TS_REQ_set_cert_req(request.get(), 1) != 1)
    return no_query();
  if (!policy.empty()) {
    const Object object = object_of(policy);
    if (!object) {
      ::ERR_clear_error();
      return base::Error{
          base::ErrorCode::usage, "make a time-stamp query: the policy is no object id", {}, {}};
    }
    if (::TS_REQ_set_policy_id(request.get(), object.get()) != 1) return no_query();
  }
  unsigned char* der = nullptr;
  const int size = ::i2d_TS_REQ(request.get(), &der);
  if (size <= 0) return no_query();
  query.der.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  ::OPENSSL_free(der);
  return query;
}

struct TimestampTrust::Parts {
  std::vector<Certificate> certificates;
};

TimestampTrust::TimestampTrust(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TimestampTrust::~TimestampTrust() = default;
TimestampTrust::TimestampTrust(TimestampTrust&&) noexcept = default;
TimestampTrust& TimestampTrust::operator=(TimestampTrust&&) noexcept = default;

base::Result<TimestampTrust> TimestampTrust::from_pem(std::string_view pem) {
  auto certificates = certificates_of(pem);
  if (!certificates) return certificates.error();
  auto parts = std::make_unique<Parts>();
  parts->certificates = std::move(*certificates);
  return TimestampTrust(std::move(parts));
}

base::Result<Timestamp> TimestampTrust::accept(std::string_view response, const TimestampQuery& query) const {
  return judge(response, query.hash, &query);
}

base::Result<Timestamp> TimestampTrust::verify(std::string_view response, const Hash& hash) const {
  return judge(response, hash, nullptr);
}

base::Result<Timestamp> TimestampTrust::judge(std::string_view response, const Hash& hash,
                                              const TimestampQuery* query) const {
  if (response.size() > kMaxTimestampBytes) return refuse("the response is too large");
  const unsigned char* at = bytes_of(response);
  const Response parsed(::d2i_TS_RESP(nullptr, &at, static_cast<long>(response.size())));
  if (!parsed || at != bytes_of(response) + response.size()) return refuse("it is no response of RFC 3161");
  TS_TST_INFO* info = ::TS_RESP_get_tst_info(parsed.get());
  if (info == nullptr) return refuse("the authority did not grant it");
  const auto time = time_of(::TS_TST_INFO_get_time(info));
  if (!time) return refuse("its time cannot be read");
  if (!is_imprint_of(info, hash)) return refuse("it is about something else");

  const VerifyContext context(::TS_VERIFY_CTX_new());
  CertificateStore store = store_of(parts_->certificates, *time);
  if (!context || !store) return openssl_error(base::ErrorCode::internal, "verify a time-stamp");
  // The context owns what is set.
  ::TS_VERIFY_CTX_set_store(context.get(), store.release());
  auto* imprint = static_cast<unsigned char*>(::OPENSSL_memdup(hash.data(), hash.size()));
  ::TS_VERIFY_CTX_set_imprint(context.get(), imprint, static_cast<long>(hash.size()));
  ::TS_VERIFY_CTX_set_flags(context.get(),
                            TS_VFY_VERSION | TS_VFY_IMPRINT | TS_VFY_SIGNATURE | TS_VFY_SIGNER);
  const ASN1_INTEGER* nonce = ::TS_TST_INFO_get_nonce(info);
  if (query != nullptr) {
    const Integer expected = integer_of(query->nonce);
    if (!expected) return openssl_error(base::ErrorCode::internal, "verify a time-stamp");
    if (nonce == nullptr || ::ASN1_INTEGER_cmp(nonce, expected.get()) != 0)
      return refuse("it answers another query");
    if (!query->policy.empty() && dotted_of(::TS_TST_INFO_get_policy_id(info)) != query->policy)
      return refuse("it was made under another policy");
  }
  if (::TS_RESP_verify_response(context.get(), parsed.get()) != 1) return refuse(take_openssl_reason());
  ::ERR_clear_error();
  return Timestamp{std::string(response),
                   hash,
                   *time,
                   accuracy_of(info),
                   dotted_of(::TS_TST_INFO_get_policy_id(info)),
                   hex_of(::TS_TST_INFO_get_serial(info))};
}

}  // namespace hinomi::trust
