// Owners of OpenSSL's objects, and its errors as ours. For the sources of this module only: no other header
// of the module shows OpenSSL.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hinomi::trust {

template <auto kFree>
struct FreedBy {
  template <typename T>
  void operator()(T* object) const noexcept {
    (void)kFree(object);
  }
};

inline void free_bio(BIO* bio) noexcept {
  ::BIO_free_all(bio);
}
using Bio = std::unique_ptr<BIO, FreedBy<free_bio>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreedBy<EVP_MD_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreedBy<EVP_CIPHER_CTX_free>>;
using Certificate = std::unique_ptr<X509, FreedBy<X509_free>>;
using CertificateStore = std::unique_ptr<X509_STORE, FreedBy<X509_STORE_free>>;

// The newest reason OpenSSL gives for this thread's last failure; its queue is empty afterwards.
inline std::string take_openssl_reason() {
  const unsigned long code = ::ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ::ERR_reason_error_string(code);
  std::string text = reason == nullptr ? "OpenSSL gives no reason" : reason;
  ::ERR_clear_error();
  return text;
}

inline base::Error openssl_error(base::ErrorCode code, std::string_view what) {
  return {code, std::string(what) + ": " + take_openssl_reason(), {}, {}};
}

}  // namespace hinomi::trust
