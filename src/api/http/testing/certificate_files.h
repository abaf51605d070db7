// A self-signed certificate of "localhost" with its key, as PEM files, and what frees parts of OpenSSL. For
// tests only.
#pragma once

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/server.h"
#include "os/testing/scratch_folder.h"

namespace hinomi::api::http {

template <typename T, void (*Free)(T*)>
struct Freed {
  void operator()(T* value) const { Free(value); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX, SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Freed<SSL, SSL_free>>;

// A self-signed certificate and its key, as PEM files.
class CertificateFiles {
 public:
  CertificateFiles() : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate_.get()), 3600);
    X509_set_pubkey(certificate_.get(), key_.get());
    X509_NAME* const name = X509_get_subject_name(certificate_.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                               -1, -1, 0);
    X509_set_issuer_name(certificate_.get(), name);
    EXPECT_GT(X509_sign(certificate_.get(), key_.get(), EVP_sha256()), 0);
    write(listener.certificate, "certificate.pem",
          [this](FILE* file) { return PEM_write_X509(file, certificate_.get()); });
    write(listener.key, "key.pem", [this](FILE* file) {
      return PEM_write_PrivateKey(file, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }
  Listener listener;

 private:
  template <typename Write>
  void write(std::string& path, std::string_view name, const Write& to) {
    path = folder_ / name;
    FILE* const file = std::fopen(path.c_str(), "w");
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(to(file), 1);
    std::fclose(file);
  }
  os::ScratchFolder folder_;
  Key key_;
  Certificate certificate_;
};

}  // namespace hinomi::api::http
