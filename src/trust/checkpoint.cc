#include "trust/checkpoint.h"

#include "trust/merkle.h"

namespace hinomi::trust {
namespace {

constexpr std::string_view kTime = "time ";

std::string_view take_line(std::string_view& text) noexcept {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string checkpoint_text(const Checkpoint& checkpoint) {
  std::string text = checkpoint.origin + '\n' + std::to_string(checkpoint.size) + '\n';
  text += to_base64(view_of(checkpoint.root)) + '\n';
  text += std::string(kTime) + base::format_rfc3339(checkpoint.time) + '\n';
  return text;
}

base::Result<Checkpoint> parse_checkpoint_text(std::string_view text) {
  const base::Error wrong{
      base::ErrorCode::invalid_input, "read a checkpoint: not the text of a checkpoint", {}, {}};
  std::string_view rest = text;
  Checkpoint checkpoint;
  checkpoint.origin = take_line(rest);
  const auto size = from_decimal(take_line(rest));
  const auto root = from_base64(take_line(rest));
  const std::string_view last = take_line(rest);
  if (!is_key_name(checkpoint.origin) || !size || *size > kMaxTreeSize || !root || !rest.empty())
    return wrong;
  const auto hash = hash_of_bytes(*root);
  if (!hash || !last.starts_with(kTime)) return wrong;
  const auto time = base::parse_rfc3339(last.substr(kTime.size()));
  if (!time) return wrong;
  checkpoint.size = *size;
  checkpoint.root = *hash;
  checkpoint.time = *time;
  if (checkpoint_text(checkpoint) != text) return wrong;
  return checkpoint;
}

base::Result<std::string> make_checkpoint(std::uint64_t size, const Hash& root, base::TimeNs time,
                                          const SigningKey& key) {
  return key.sign_note(checkpoint_text({key.verifier().name, size, root, time}));
}

base::Result<Checkpoint> open_checkpoint(std::string_view note, std::span<const VerifierKey> trusted) {
  const auto opened = open_note(note, trusted);
  if (!opened) return opened.error();
  auto checkpoint = parse_checkpoint_text(opened->text);
  if (!checkpoint) return checkpoint;
  // The log signs first; a trusted key of another log must not vouch for this one.
  const NoteSignature& first = opened->signatures.front();
  bool own = false;
  for (const VerifierKey& key : trusted)
    own = own || (key.name == checkpoint->origin && key.name == first.name && key.id == first.key_id);
  if (!own)
    return base::Error{
        base::ErrorCode::forbidden, "verify a checkpoint: the log itself did not sign it first", {}, {}};
  return checkpoint;
}

base::Result<Hash> anchored_hash(std::string_view note) {
  const auto parsed = parse_note(note);
  if (!parsed) return parsed.error();
  return sha256(parsed->signed_part);
}

}  // namespace hinomi::trust
