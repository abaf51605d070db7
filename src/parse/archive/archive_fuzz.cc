// Any bytes as any of the compressed streams and archives: no crash, no leak, limits hold.
#include <array>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "parse/archive/archive_reader.h"
#include "parse/archive/decompress.h"

namespace {

using namespace hinomi::parse::archive;

constexpr Limits kLimits{.max_output_bytes = 4 << 20,
                         .max_ratio = 100,
                         .ratio_floor_bytes = 1 << 20,
                         .max_entries = 50,
                         .max_depth = 3,
                         .max_name_bytes = 200};

template <typename Source>
void read_to_end(Source& source) {
  static std::array<char, 16 * 1024> into;
  while (true) {
    const auto got = source.read(into);
    if (!got || *got == 0) return;
    HINOMI_CHECK(*got <= into.size());
  }
}

void read_archive(std::unique_ptr<ByteSource> bytes, Account& account) {
  auto reader = ArchiveReader::open(std::move(bytes), account);
  if (!reader) return;
  std::size_t entries = 0;
  while (true) {
    const auto entry = (*reader)->next();
    if (!entry || !entry->has_value()) break;
    HINOMI_CHECK(++entries <= kLimits.max_entries);
    HINOMI_CHECK((*entry)->name.size() <= kLimits.max_name_bytes);
    read_to_end(**reader);
  }
}

}  // namespace

// The first byte says what the rest is taken for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Account account(kLimits);
  const unsigned kind = data[0] % 6;
  if (kind == 0) {
    read_archive(std::make_unique<MemorySource>(bytes), account);
  } else if (kind == 1) {
    read_archive(decompress(Compression::gzip, std::make_unique<MemorySource>(bytes), account), account);
  } else {
    const auto source =
        decompress(static_cast<Compression>(kind - 2), std::make_unique<MemorySource>(bytes), account);
    read_to_end(*source);
  }
  HINOMI_CHECK(account.output_bytes() <= kLimits.max_output_bytes);
  return 0;
}
