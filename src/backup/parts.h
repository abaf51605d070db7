// What stands in a data folder, and what a backup does with it: the one table. A name that is not in it is
// neither backed up nor restored, and tests/backup fails when a server makes one. Not for how parts are
// copied (make.h).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace hinomi::backup {

enum class Form : std::uint8_t {
  file,
  folder,   // of files
  records,  // the database of records: checked pages, the audit log in it
  alerts,   // the database of alerts: plain pages
  log,      // a folder of files that are only ever appended to
  sealed,   // a folder of sealed databases, which only their server opens
  blobs,    // a folder of files named by the SHA-256 of their bytes
};

enum class Fate : std::uint8_t {
  kept,    // in every backup
  events,  // the live part: in every backup that is not made without it
  secret,  // in an archive of its own, which must be kept elsewhere
  remade,  // of the moment, or made anew from the rest: in none
};

struct Part {
  std::string_view path;  // in the data folder
  Form form = Form::file;
  Fate fate = Fate::remade;
};

// In the order in which they are copied, which makes one cut of them while a server writes:
// - copies of checkpoints before the database, so that none of them is ahead of it;
// - vaults after it, since what moves into one is durable there before it leaves the database, and whoever is
//   removed from one is removed there first: what lies between is what a crash may leave;
// - blobs after the databases that refer to them;
// - alerts before the findings and the journal up to which they were judged.
inline constexpr std::array kParts{
    Part{"audit/authorities.pem", Form::file, Fate::kept},
    Part{"audit/checkpoints", Form::folder, Fate::kept},
    Part{"records.db", Form::records, Fate::kept},
    Part{"vaults", Form::sealed, Fate::kept},
    Part{"blobs/new", Form::folder, Fate::remade},  // before "blobs": the first that fits holds
    Part{"blobs", Form::blobs, Fate::kept},
    Part{"alerts.db", Form::alerts, Fate::events},
    Part{"findings", Form::log, Fate::events},
    Part{"journal", Form::log, Fate::events},
    Part{"quarantine", Form::file, Fate::events},
    Part{"rules", Form::folder,
         Fate::events},  // compiled, as the journal refers to them; none is ever removed
    Part{"sources.yaml", Form::file, Fate::kept},
    Part{"source-ids", Form::file, Fate::kept},
    Part{"keys", Form::folder, Fate::secret},
    Part{"key", Form::file, Fate::secret},
    Part{"ingest-token", Form::file, Fate::secret},
    Part{"audit/anchors", Form::folder, Fate::remade},        // on their way out and back
    Part{"records-in-postgresql", Form::file, Fate::remade},  // then there is no records.db, and no backup
    Part{"sessions", Form::file, Fate::remade},               // people sign in again
    Part{"ticket", Form::file, Fate::remade},
    Part{"setup-secret", Form::file, Fate::remade},
    Part{"address", Form::file, Fate::remade},
    Part{"lock", Form::file, Fate::remade},
    Part{"scratch", Form::folder, Fate::remade},
    Part{"exports", Form::folder, Fate::remade},
    Part{"records.db-wal", Form::file, Fate::remade},  // in the copy of the database
    Part{"records.db-shm", Form::file, Fate::remade},
    Part{"alerts.db-wal", Form::file, Fate::remade},
    Part{"alerts.db-shm", Form::file, Fate::remade},
};

// The part that a path within the data folder belongs to; nullptr: none, or the path is not one that this
// program makes ("..", "/", an empty name, other characters than A-Z a-z 0-9 . _ -, a blob of another name).
[[nodiscard]] const Part* part_of(std::string_view path) noexcept;

}  // namespace hinomi::backup
