#include "note.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ts.h>

#include <algorithm>
#include <ctime>
#include <memory>

namespace hinomi::verify {
namespace {

constexpr std::string_view kMark = "\xE2\x80\x94 ";
constexpr std::size_t kMaxKeyFileBytes = 64 * 1024;

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

template <auto kFree>
struct FreedBy {
  template <typename T>
  void operator()(T* object) const {
    (void)kFree(object);
  }
};
template <typename T, auto kFree>
using Owned = std::unique_ptr<T, FreedBy<kFree>>;

std::optional<Key> read_key(std::string_view line) {
  const std::size_t one = line.find('+');
  const std::size_t two = line.find('+', one == line.npos ? one : one + 1);
  if (one == line.npos || two == line.npos) return std::nullopt;
  const auto bytes = base64(line.substr(two + 1));
  if (!bytes || bytes->size() != 33 || bytes->front() != 1) return std::nullopt;
  Key key{std::string(line.substr(0, one)), {}, bytes->substr(1)};
  key.id = view(sha256({key.name, "\n", *bytes})).substr(0, 4);
  if (key.name.empty() || hex(key.id) != line.substr(one + 1, two - one - 1)) return std::nullopt;
  return key;
}

bool signed_by(const Key& key, std::string_view text, std::string_view signature) {
  const Owned<EVP_PKEY, EVP_PKEY_free> handle(
      ::EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(key.public_key), key.public_key.size()));
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(::EVP_MD_CTX_new());
  return handle && context &&
         ::EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1 &&
         ::EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(text), text.size()) == 1;
}

// The parts of a token that are judged by hand: SHA-256 of what, and when.
std::optional<Stamp> read_token(TS_TST_INFO* info) {
  TS_MSG_IMPRINT* imprint = ::TS_TST_INFO_get_msg_imprint(info);
  const ASN1_OBJECT* algorithm = nullptr;
  ::X509_ALGOR_get0(&algorithm, nullptr, nullptr, ::TS_MSG_IMPRINT_get_algo(imprint));
  const ASN1_OCTET_STRING* digest = ::TS_MSG_IMPRINT_get_msg(imprint);
  const ASN1_GENERALIZEDTIME* time = ::TS_TST_INFO_get_time(info);
  Stamp stamp;
  if (::OBJ_obj2nid(algorithm) != NID_sha256 || ::ASN1_STRING_length(digest) != sizeof(Hash))
    return std::nullopt;
  std::copy_n(::ASN1_STRING_get0_data(digest), sizeof(Hash), stamp.hash.begin());
  stamp.time.assign(reinterpret_cast<const char*>(::ASN1_STRING_get0_data(time)),
                    static_cast<std::size_t>(::ASN1_STRING_length(time)));
  return stamp;
}

// The trusted certificates, judged as of `time`: a token outlives the certificate that signed it.
X509_STORE* store_of(const std::string& pem, std::tm& time) {
  const Owned<BIO, BIO_free> bio(::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  X509_STORE* store = ::X509_STORE_new();
  for (;;) {
    const Owned<X509, X509_free> next(::PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    ::X509_STORE_add_cert(store, next.get());
  }
  ::X509_VERIFY_PARAM_set_time(::X509_STORE_get0_param(store), ::timegm(&time));
  ::X509_VERIFY_PARAM_set_flags(::X509_STORE_get0_param(store), X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

}  // namespace

std::optional<std::vector<Key>> read_keys(const std::string& path) {
  Lines lines(path, kMaxKeyFileBytes);
  std::vector<Key> keys;
  for (std::string line; lines.next(line);) {
    auto key = read_key(line);
    if (!key) return std::nullopt;
    keys.push_back(std::move(*key));
  }
  if (lines.broken() || keys.empty()) return std::nullopt;
  return keys;
}

std::optional<Note> open_note(std::string_view note, const std::vector<Key>& trusted) {
  const std::size_t split = note.find("\n\n");
  if (split == note.npos || !note.ends_with('\n')) return std::nullopt;
  Note opened{std::string(note.substr(0, split + 1)), {}};
  for (std::size_t at = split + 2; at < note.size();) {
    const std::size_t end = note.find('\n', at);
    const std::string_view line = note.substr(at, end - at);
    at = end + 1;
    const std::size_t blank = line.find(' ', kMark.size());
    if (!line.starts_with(kMark) || blank == line.npos) return std::nullopt;
    const auto bytes = base64(line.substr(blank + 1));
    if (!bytes || bytes->size() < 5) return std::nullopt;
    bool known = false;
    for (const Key& key : trusted) {
      if (key.name != line.substr(kMark.size(), blank - kMark.size()) || key.id != bytes->substr(0, 4))
        continue;
      if (!signed_by(key, opened.text, bytes->substr(4))) return std::nullopt;
      known = true;
    }
    if (opened.own_part.empty() && !known) return std::nullopt;
    if (opened.own_part.empty()) opened.own_part = note.substr(0, at);
  }
  return opened.own_part.empty() ? std::nullopt : std::optional(opened);
}

std::optional<Stamp> open_stamp(std::string_view response, const std::string& certificates,
                                std::string& why) {
  const unsigned char* at = raw(response);
  const Owned<TS_RESP, TS_RESP_free> parsed(::d2i_TS_RESP(nullptr, &at, static_cast<long>(response.size())));
  TS_TST_INFO* info = parsed ? ::TS_RESP_get_tst_info(parsed.get()) : nullptr;
  std::tm time{};
  auto stamp = info != nullptr && at == raw(response) + response.size() ? read_token(info) : std::nullopt;
  if (!stamp || ::ASN1_TIME_to_tm(::TS_TST_INFO_get_time(info), &time) != 1) {
    why = "no time-stamp response of RFC 3161 about a SHA-256";
    return std::nullopt;
  }
  const Owned<TS_VERIFY_CTX, TS_VERIFY_CTX_free> context(::TS_VERIFY_CTX_new());
  ::TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_SIGNER);
  ::TS_VERIFY_CTX_set_store(context.get(), store_of(certificates, time));
  ::ERR_clear_error();
  if (::TS_RESP_verify_response(context.get(), parsed.get()) == 1) return stamp;
  const char* reason = ::ERR_reason_error_string(::ERR_peek_last_error());
  why = reason == nullptr ? "refused" : reason;
  return std::nullopt;
}

}  // namespace hinomi::verify
