// The public test vectors of Merkle proofs (../shared/data/forensics/merkle.tar.xz), unpacked in memory.
// For tests only; empty where the archive is not there.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "os/file.h"
#include "parse/archive/archive_reader.h"
#include "parse/archive/decompress.h"

namespace hinomi::trust {

struct VectorFile {
  std::string name;
  std::string text;
};

inline std::vector<VectorFile> proof_vectors() {
  namespace archive = parse::archive;
  std::vector<VectorFile> files;
  const auto packed = os::read_file(HINOMI_SOURCE_DIR "/../shared/data/forensics/merkle.tar.xz");
  if (!packed) return files;
  archive::Account account{archive::Limits{}};
  auto reader = archive::ArchiveReader::open(
      archive::decompress(archive::Compression::xz, std::make_unique<archive::MemorySource>(*packed),
                          account),
      account);
  if (!reader) return files;
  for (;;) {
    auto entry = (*reader)->next();
    if (!entry || !*entry) return files;
    VectorFile file{(*entry)->name, {}};
    char piece[4096];
    for (;;) {
      const auto got = (*reader)->read(piece);
      if (!got || *got == 0) break;
      file.text.append(piece, *got);
    }
    if (file.name.ends_with(".json")) files.push_back(std::move(file));
  }
}

}  // namespace hinomi::trust
