// Copies of checkpoints outside the database: one file an organisation, signed notes one behind another, only
// ever appended to. They are what a rolled-back database is found by. Not for judging them (check.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/labels.h"
#include "base/result.h"

namespace hinomi::audit {

inline constexpr std::uint64_t kMaxCheckpointFileBytes = 512ULL << 20;

// "DIR/7.checkpoints"
[[nodiscard]] std::string checkpoint_file(const std::string& folder, base::OrganisationId organisation);
// Makes the folder with its parents' permission bits 0700 when missing.
[[nodiscard]] base::Result<void> make_checkpoint_folder(const std::string& folder);

// Appends the note and returns when it is on the disk. A torn end (a power cut) is completed by an empty line
// first, so that it spoils no other note.
[[nodiscard]] base::Result<void> append_checkpoint(const std::string& file, std::string_view note);
// Every note of the file; none where it is not there. What is between them and no note comes as it is.
[[nodiscard]] base::Result<std::vector<std::string>> read_checkpoints(const std::string& file);
// The notes in a text that holds many, an empty line between two, and one within each.
[[nodiscard]] std::vector<std::string> split_checkpoints(std::string_view text);
// Size of the last note that can be read; 0: none.
[[nodiscard]] base::Result<std::uint64_t> last_size(const std::string& file);

}  // namespace hinomi::audit
