// Any bytes as a leaf, a note, a checkpoint, a public key, a frontier, sealed bytes, a certificate file and a
// time-stamp response: no crash, and what is taken has one form. HINOMI_FUZZ_SEEDS=DIR writes seeds.
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "base/check.h"
#include "trust/audit_leaf.h"
#include "trust/checkpoint.h"
#include "trust/keys.h"
#include "trust/merkle.h"
#include "trust/merkle_verify.h"
#include "trust/timestamp.h"

namespace {

using namespace hinomi;
using namespace hinomi::trust;

os::RandomBytes fixed_random() {
  return [random = std::mt19937_64(1)](std::span<std::uint8_t> into) mutable {
    for (auto& byte : into) byte = static_cast<std::uint8_t>(random());
  };
}

const SigningKey& key() {
  static const SigningKey made = SigningKey::make("log.example.org/1", fixed_random()).value();
  return made;
}

void write_seeds(const std::string& folder) {
  const auto write = [&](const char* name, const std::string& bytes) {
    std::ofstream(folder + '/' + name, std::ios::binary) << bytes;
  };
  AuditEntry entry;
  entry.details = entry.evidence = sha256("x");
  entry.reason = "line\nfeed \"quoted\" \\";
  write("leaf", leaf_bytes(entry).value());
  write("checkpoint", make_checkpoint(7, sha256("x"), {1'795'592'741'000'000'000}, key()).value());
  write("key", key().verifier().text());
  Frontier frontier;
  for (int i = 0; i < 7; ++i) (void)frontier.append(sha256("x"), {});
  write("frontier", frontier.bytes());
  write("query", timestamp_query(sha256("x"), fixed_random())->der);
}

// The first bytes are sizes, the others hashes of the proof.
void judge_proof(std::string_view bytes) {
  if (bytes.size() < 16) return;
  std::uint64_t sizes[2] = {};
  for (std::size_t i = 0; i < 16; ++i)
    sizes[i / 8] = sizes[i / 8] << 8 | static_cast<unsigned char>(bytes[i]);
  bytes.remove_prefix(16);
  std::vector<std::string_view> proof;
  for (; bytes.size() >= 32 && proof.size() < 100; bytes.remove_prefix(32))
    proof.push_back(bytes.substr(0, 32));
  const Hash hash = sha256("x");
  const std::string_view view = view_of(hash);
  (void)verify_inclusion({sizes[0], sizes[1], view, view}, proof);
  (void)verify_consistency({sizes[0], sizes[1], view, view}, proof);
  (void)verify_subtree_inclusion({sizes[1] / 2, sizes[0], sizes[1], view, view}, proof);
  (void)verify_subtree_consistency({sizes[0] / 2, sizes[0], sizes[1], view, view}, proof);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*words*/) {
  if (const char* folder = std::getenv("HINOMI_FUZZ_SEEDS"); folder != nullptr) {
    write_seeds(folder);
    std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto leaf = parse_leaf(bytes)) HINOMI_CHECK(leaf_bytes(*leaf).value() == bytes);
  if (const auto verifier = VerifierKey::parse(bytes)) HINOMI_CHECK(verifier->text() == bytes);
  if (const auto checkpoint = parse_checkpoint_text(bytes))
    HINOMI_CHECK(checkpoint_text(*checkpoint) == bytes);
  if (const auto frontier = Frontier::from_bytes(bytes)) HINOMI_CHECK(frontier->bytes() == bytes);
  const VerifierKey trusted[] = {key().verifier()};
  if (const auto note = parse_note(bytes)) HINOMI_CHECK(note->signed_part.size() <= bytes.size());
  (void)open_checkpoint(bytes, trusted);
  if (const auto decoded = from_base64(bytes)) HINOMI_CHECK(to_base64(*decoded) == bytes);
  (void)key_id_of(bytes);
  (void)KeyRing().open("secrets", {"user", "1", "totp"}, bytes);
  judge_proof(bytes);
  // The response is parsed to the end, and its signature looked at; nothing leads to this root.
  static const auto nobody = TimestampTrust::from_pem(
      "-----BEGIN CERTIFICATE-----\n"
      "MIIBODCB66ADAgECAhRJkdpj+37ATdGtyOzx1BwtXwuX5TAFBgMrZXAwETEPMA0G\n"
      "A1UEAwwGTm9ib2R5MCAXDTI2MTEyNTA4Mjg0MVoYDzIxMjYxMTAxMDgyODQxWjAR\n"
      "MQ8wDQYDVQQDDAZOb2JvZHkwKjAFBgMrZXADIQCqA4IHEZi3YH/nuWtPgDowDdSH\n"
      "4Dk0msRrUz8LXCswY6NTMFEwHQYDVR0OBBYEFAco63a5XOz0OnCnlmyvhVR42Du9\n"
      "MB8GA1UdIwQYMBaAFAco63a5XOz0OnCnlmyvhVR42Du9MA8GA1UdEwEB/wQFMAMB\n"
      "Af8wBQYDK2VwA0EAx29+q7o448eNyuGm+hdEB7ATCqMS5lrh91c/jRPLHKjjYciG\n"
      "MXgMvsujBR2bCTzISTxrbqh9EvvWJ6tTq21LCw==\n"
      "-----END CERTIFICATE-----\n");
  HINOMI_CHECK(nobody.has_value());
  HINOMI_CHECK(!nobody->verify(bytes, sha256("x")).has_value());
  (void)TimestampTrust::from_pem(bytes);
  (void)SigningKey::from_pem("name", bytes);
  return 0;
}
