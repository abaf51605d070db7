#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ts.h>

#include <ctime>
#include <memory>

#include "verify.h"

namespace hinomi::verify {
namespace {

constexpr std::string_view kMark = "\xE2\x80\x94 ";
constexpr std::size_t kMaxKeyBytes = 1024;

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string content(const ASN1_STRING* of) {
  const auto size = static_cast<std::size_t>(::ASN1_STRING_length(of));
  return {reinterpret_cast<const char*>(::ASN1_STRING_get0_data(of)), size};
}

std::optional<Key> read_key(std::string_view line) {
  const std::size_t one = line.find('+');
  const std::size_t two = line.find('+', one + 1);
  if (one == line.npos || two == line.npos) return std::nullopt;
  const auto bytes = base64(line.substr(two + 1));
  if (!bytes || bytes->size() != 33 || bytes->front() != 1) return std::nullopt;
  const std::string name(line.substr(0, one));
  const std::string id = sha256({name, "\n", *bytes}).substr(0, 4);
  if (name.empty() || hex(id) != line.substr(one + 1, two - one - 1)) return std::nullopt;
  return Key{name, id, bytes->substr(1)};
}

bool signed_by(const Key& key, std::string_view text, std::string_view signature) {
  const std::shared_ptr<EVP_PKEY> handle(
      ::EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(key.public_key), key.public_key.size()),
      ::EVP_PKEY_free);
  const std::shared_ptr<EVP_MD_CTX> context(::EVP_MD_CTX_new(), ::EVP_MD_CTX_free);
  return ::EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1 &&
         ::EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(text), text.size()) == 1;
}

// The trusted certificates, to be judged as of `time`: a token outlives the certificate that signed it.
X509_STORE* store_of(const std::string& pem, std::tm time) {
  const std::shared_ptr<BIO> bio(::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), ::BIO_free);
  X509_STORE* store = ::X509_STORE_new();
  for (;;) {
    const std::shared_ptr<X509> next(::PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), ::X509_free);
    if (!next) break;
    ::X509_STORE_add_cert(store, next.get());
  }
  ::X509_VERIFY_PARAM_set_time(::X509_STORE_get0_param(store), ::timegm(&time));
  ::X509_VERIFY_PARAM_set_flags(::X509_STORE_get0_param(store), X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

}  // namespace

std::vector<Key> read_keys(const std::string& path) {
  Lines lines(path, kMaxKeyBytes);
  std::vector<Key> keys;
  for (std::string line; lines.next(line);) {
    const auto key = read_key(line);
    if (!key) return {};
    keys.push_back(*key);
  }
  return lines.broken() ? std::vector<Key>() : keys;
}

std::optional<Note> open_note(std::string_view note, const std::vector<Key>& trusted) {
  const std::size_t split = note.find("\n\n");
  if (split == note.npos || !note.ends_with('\n')) return std::nullopt;
  Note opened{std::string(note.substr(0, split + 1)), {}, {}};
  for (std::size_t at = split + 2; at < note.size();) {
    const std::string_view line = note.substr(at, note.find('\n', at) - at);
    at += line.size() + 1;
    const std::size_t blank = line.find(' ', kMark.size());
    if (!line.starts_with(kMark) || blank == line.npos) return std::nullopt;
    const std::string_view name = line.substr(kMark.size(), blank - kMark.size());
    const auto bytes = base64(line.substr(blank + 1));
    if (!bytes || bytes->size() < 5) return std::nullopt;
    bool known = false;
    for (const Key& key : trusted) {
      if (key.name != name || key.id != bytes->substr(0, 4)) continue;
      if (!signed_by(key, opened.text, bytes->substr(4))) return std::nullopt;
      known = true;
    }
    if (!opened.signer.empty()) continue;
    if (!known) return std::nullopt;
    opened.signer = name;
    opened.own_part = note.substr(0, at);
  }
  return opened.signer.empty() ? std::nullopt : std::optional(opened);
}

std::optional<Stamp> open_stamp(std::string_view response, const std::string& certificates) {
  const unsigned char* at = raw(response);
  const std::shared_ptr<TS_RESP> parsed(::d2i_TS_RESP(nullptr, &at, static_cast<long>(response.size())),
                                        ::TS_RESP_free);
  TS_TST_INFO* info = parsed ? ::TS_RESP_get_tst_info(parsed.get()) : nullptr;
  if (info == nullptr || at != raw(response) + response.size()) return std::nullopt;
  TS_MSG_IMPRINT* imprint = ::TS_TST_INFO_get_msg_imprint(info);
  const ASN1_OBJECT* algorithm = nullptr;
  ::X509_ALGOR_get0(&algorithm, nullptr, nullptr, ::TS_MSG_IMPRINT_get_algo(imprint));
  const ASN1_GENERALIZEDTIME* written = ::TS_TST_INFO_get_time(info);
  std::tm time{};
  if (::OBJ_obj2nid(algorithm) != NID_sha256 || ::ASN1_TIME_to_tm(written, &time) != 1) return std::nullopt;
  const std::shared_ptr<TS_VERIFY_CTX> context(::TS_VERIFY_CTX_new(), ::TS_VERIFY_CTX_free);
  ::TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_SIGNER);
  ::TS_VERIFY_CTX_set_store(context.get(), store_of(certificates, time));
  if (::TS_RESP_verify_response(context.get(), parsed.get()) != 1) return std::nullopt;
  return Stamp{content(written), content(::TS_MSG_IMPRINT_get_msg(imprint))};
}

}  // namespace hinomi::verify
