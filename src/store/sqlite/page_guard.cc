#include "store/sqlite/page_guard.h"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <new>

#include "base/check.h"
#include "store/sqlite/guarded_files.h"

namespace hinomi::store::sqlite {
namespace {

// What a disk may promise that no longer holds when a write of the library becomes more than one.
constexpr int kNotPromised = SQLITE_IOCAP_ATOMIC | SQLITE_IOCAP_ATOMIC512 | SQLITE_IOCAP_ATOMIC1K |
                             SQLITE_IOCAP_ATOMIC2K | SQLITE_IOCAP_ATOMIC4K | SQLITE_IOCAP_ATOMIC8K |
                             SQLITE_IOCAP_ATOMIC16K | SQLITE_IOCAP_ATOMIC32K | SQLITE_IOCAP_ATOMIC64K |
                             SQLITE_IOCAP_SAFE_APPEND | SQLITE_IOCAP_BATCH_ATOMIC;

// As the library sees it; the inner file lies behind it.
struct GuardFile {
  sqlite3_file head;
  Guarded* guarded;
};

Guarded& guarded(sqlite3_file* file) noexcept {
  return *reinterpret_cast<GuardFile*>(file)->guarded;
}
Inner& inner(sqlite3_file* file) noexcept {
  return guarded(file).inner();
}
TemporaryMemory& temporary(sqlite3_file* file) noexcept {
  return static_cast<TemporaryMemory&>(guarded(file));
}

// Nothing may be thrown through the library.
template <typename Work>
int shielded(Work work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  }
}

int read_file(sqlite3_file* file, void* into, int bytes, sqlite3_int64 offset) {
  const std::span span(static_cast<std::uint8_t*>(into), static_cast<std::size_t>(bytes));
  return shielded([&] { return guarded(file).read(span, static_cast<std::uint64_t>(offset)); });
}
int write_file(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset) {
  const std::span span(static_cast<const std::uint8_t*>(from), static_cast<std::size_t>(bytes));
  return shielded([&] { return guarded(file).write(span, static_cast<std::uint64_t>(offset)); });
}
int sync_file(sqlite3_file* file, int flags) {
  return shielded([&] { return guarded(file).sync(flags); });
}
int control_file(sqlite3_file* file, int what, void* argument) {
  return guarded(file).control(what, argument);
}

int map_index(sqlite3_file* file, int region, int bytes, int make, void volatile** at) {
  SealedFile* const sealed = guarded(file).guard().sealed();
  if (sealed == nullptr) return inner(file)->xShmMap(inner(file).get(), region, bytes, make, at);
  return shielded([&] { return sealed->index().map(guarded(file).holder(), region, bytes, make != 0, at); });
}
int lock_index(sqlite3_file* file, int first, int count, int flags) {
  SealedFile* const sealed = guarded(file).guard().sealed();
  if (sealed == nullptr) return inner(file)->xShmLock(inner(file).get(), first, count, flags);
  return sealed->index().lock(guarded(file).holder(), first, count, flags);
}
void index_barrier(sqlite3_file* file) {
  SealedFile* const sealed = guarded(file).guard().sealed();
  if (sealed == nullptr) return inner(file)->xShmBarrier(inner(file).get());
  sealed->index().barrier();
}
int unmap_index(sqlite3_file* file, int remove) {
  SealedFile* const sealed = guarded(file).guard().sealed();
  if (sealed == nullptr) return inner(file)->xShmUnmap(inner(file).get(), remove);
  sealed->index().unmap(guarded(file).holder());
  return SQLITE_OK;
}

// Version 2: no mapping of the file into memory, which would go around the checks.
const sqlite3_io_methods kGuardedMethods = {
    .iVersion = 2,
    .xClose =
        [](sqlite3_file* file) {
          if (SealedFile* const sealed = guarded(file).guard().sealed()) {
            sealed->index().unmap(guarded(file).holder());
          }
          const int result = inner(file)->xClose(inner(file).get());
          guarded(file).guard().count_file(-1);
          delete reinterpret_cast<GuardFile*>(file)->guarded;
          return result;
        },
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = [](sqlite3_file* file,
                    sqlite3_int64 size) { return inner(file)->xTruncate(inner(file).get(), size); },
    .xSync = sync_file,
    .xFileSize = [](sqlite3_file* file,
                    sqlite3_int64* size) { return inner(file)->xFileSize(inner(file).get(), size); },
    .xLock = [](sqlite3_file* file, int lock) { return inner(file)->xLock(inner(file).get(), lock); },
    .xUnlock = [](sqlite3_file* file, int lock) { return inner(file)->xUnlock(inner(file).get(), lock); },
    .xCheckReservedLock =
        [](sqlite3_file* file, int* reserved) {
          return inner(file)->xCheckReservedLock(inner(file).get(), reserved);
        },
    .xFileControl = control_file,
    .xSectorSize = [](sqlite3_file* file) { return inner(file)->xSectorSize(inner(file).get()); },
    .xDeviceCharacteristics =
        [](sqlite3_file* file) {
          return (inner(file)->xDeviceCharacteristics(inner(file).get()) & ~kNotPromised) |
                 SQLITE_IOCAP_POWERSAFE_OVERWRITE;
        },
    .xShmMap = map_index,
    .xShmLock = lock_index,
    .xShmBarrier = index_barrier,
    .xShmUnmap = unmap_index,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

const sqlite3_io_methods kTemporaryMethods = {
    .iVersion = 1,
    .xClose =
        [](sqlite3_file* file) {
          guarded(file).guard().count_file(-1);
          delete reinterpret_cast<GuardFile*>(file)->guarded;
          return SQLITE_OK;
        },
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate =
        [](sqlite3_file* file, sqlite3_int64 size) {
          auto& bytes = temporary(file).bytes();
          bytes.resize(std::min(bytes.size(), static_cast<std::size_t>(size)));
          return SQLITE_OK;
        },
    .xSync = sync_file,
    .xFileSize =
        [](sqlite3_file* file, sqlite3_int64* size) {
          *size = static_cast<sqlite3_int64>(temporary(file).bytes().size());
          return SQLITE_OK;
        },
    .xLock = [](sqlite3_file* /*file*/, int /*lock*/) { return SQLITE_OK; },
    .xUnlock = [](sqlite3_file* /*file*/, int /*lock*/) { return SQLITE_OK; },
    .xCheckReservedLock =
        [](sqlite3_file* /*file*/, int* reserved) {
          *reserved = 0;
          return SQLITE_OK;
        },
    .xFileControl = control_file,
    .xSectorSize = [](sqlite3_file* /*file*/) { return 512; },
    .xDeviceCharacteristics = [](sqlite3_file* /*file*/) { return 0; },
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

sqlite3_vfs* below(sqlite3_vfs* /*vfs*/) noexcept {
  return ::sqlite3_vfs_find(nullptr);
}

int open_below(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out,
               PageGuard& guard) {
  auto* const opened = reinterpret_cast<GuardFile*>(file);
  auto* const inside = reinterpret_cast<sqlite3_file*>(opened + 1);
  inside->pMethods = nullptr;
  if (const int result = below(vfs)->xOpen(below(vfs), name, inside, flags, out); result != SQLITE_OK) {
    if (inside->pMethods != nullptr) inside->pMethods->xClose(inside);
    return result;
  }
  if ((flags & SQLITE_OPEN_WAL) != 0) {
    opened->guarded = new GuardedLog(guard, inside);
  } else {
    opened->guarded = new GuardedDatabase(guard, inside);
  }
  file->pMethods = &kGuardedMethods;
  guard.count_file(1);
  return SQLITE_OK;
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
  auto& guard = *static_cast<PageGuard*>(vfs->pAppData);
  file->pMethods = nullptr;
  constexpr int kGuardedKinds = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL;
  constexpr int kTemporaryKinds =
      SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_TEMP_JOURNAL | SQLITE_OPEN_TRANSIENT_DB | SQLITE_OPEN_SUBJOURNAL;
  if ((flags & kGuardedKinds) != 0) {
    return shielded([&] { return open_below(vfs, name, file, flags, out, guard); });
  }
  // A journal of a file with checksums holds what the library had, and goes back through write().
  if (!guard.is_sealed()) return below(vfs)->xOpen(below(vfs), name, file, flags, out);
  if ((flags & kTemporaryKinds) == 0) return SQLITE_CANTOPEN;
  return shielded([&] {
    reinterpret_cast<GuardFile*>(file)->guarded = new TemporaryMemory(guard);
    file->pMethods = &kTemporaryMethods;
    guard.count_file(1);
    if (out != nullptr) *out = flags;
    return SQLITE_OK;
  });
}

std::unique_ptr<sqlite3_vfs> make_vfs(const char* name, PageGuard* guard) {
  sqlite3_vfs* const base = ::sqlite3_vfs_find(nullptr);
  if (base == nullptr) return nullptr;
  auto vfs = std::make_unique<sqlite3_vfs>();
  vfs->iVersion = 2;
  vfs->szOsFile = base->szOsFile + static_cast<int>(sizeof(GuardFile));
  vfs->mxPathname = base->mxPathname;
  vfs->zName = name;
  vfs->pAppData = guard;
  vfs->xOpen = open_file;
  vfs->xDelete = [](sqlite3_vfs* v, const char* path, int sync) {
    return below(v)->xDelete(below(v), path, sync);
  };
  vfs->xAccess = [](sqlite3_vfs* v, const char* path, int flags, int* out) {
    return below(v)->xAccess(below(v), path, flags, out);
  };
  vfs->xFullPathname = [](sqlite3_vfs* v, const char* path, int size, char* out) {
    return below(v)->xFullPathname(below(v), path, size, out);
  };
  vfs->xRandomness = [](sqlite3_vfs* v, int bytes, char* out) {
    return below(v)->xRandomness(below(v), bytes, out);
  };
  vfs->xSleep = [](sqlite3_vfs* v, int microseconds) { return below(v)->xSleep(below(v), microseconds); };
  vfs->xCurrentTime = [](sqlite3_vfs* v, double* now) { return below(v)->xCurrentTime(below(v), now); };
  vfs->xGetLastError = [](sqlite3_vfs* v, int bytes, char* out) {
    return below(v)->xGetLastError(below(v), bytes, out);
  };
  vfs->xCurrentTimeInt64 = [](sqlite3_vfs* v, sqlite3_int64* now) {
    return below(v)->xCurrentTimeInt64(below(v), now);
  };
  return vfs;
}

}  // namespace

base::Result<std::unique_ptr<PageGuard>> PageGuard::make(const Pages& pages) {
  static std::atomic<std::uint64_t> counter = 0;  // names of VFSs belong to the process
  std::unique_ptr<PageGuard> guard(new PageGuard());
  if (pages.format == PageFormat::sealed) {
    guard->sealed_ = pages.sealed;
    auto codec = make_sealed_codec(pages.sealed->keys(), pages.sealed->random());
    if (!codec) return codec.error();
    guard->codec_ = std::move(*codec);
  } else {
    guard->codec_ = make_checked_codec();
  }
  guard->name_ = "hinomi-pages-" + std::to_string(++counter);
  guard->vfs_ = make_vfs(guard->name_.c_str(), guard.get());
  if (!guard->vfs_ || ::sqlite3_vfs_register(guard->vfs_.get(), 0) != SQLITE_OK) {
    return base::Error{base::ErrorCode::internal, "SQLite does not take a layer below it", {}};
  }
  return guard;
}

PageGuard* PageGuard::of(sqlite3* connection) noexcept {
  sqlite3_vfs* vfs = nullptr;
  if (::sqlite3_file_control(connection, "main", SQLITE_FCNTL_VFS_POINTER, static_cast<void*>(&vfs)) !=
          SQLITE_OK ||
      vfs == nullptr || vfs->xOpen != &open_file) {
    return nullptr;
  }
  return static_cast<PageGuard*>(vfs->pAppData);
}

PageGuard::~PageGuard() {
  HINOMI_CHECK(files_ == 0);  // a statement outlived its connection
  if (vfs_) ::sqlite3_vfs_unregister(vfs_.get());
}

bool GuardedPages::size(std::uint64_t& bytes) {
  return inner(file_).size(bytes) == SQLITE_OK;
}

bool GuardedPages::read(std::uint64_t offset, std::span<std::uint8_t> into, std::size_t& got) {
  return inner(file_).read(offset, into, got);
}

}  // namespace hinomi::store::sqlite
