#include "process/live_state.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

namespace hinomi::process {
namespace {

base::Error system_error(const char* what) {
  return {base::ErrorCode::io, std::string(what) + ": " + std::strerror(errno), {}, {}};
}

}  // namespace

base::Result<SharedState> SharedState::create() {
  os::Descriptor descriptor(::memfd_create("hinomi-state", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!descriptor.valid()) return system_error("memory shared by the processes of the server");
  if (::ftruncate(descriptor.get(), sizeof(LiveState)) != 0 ||
      ::fcntl(descriptor.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return system_error("size of the memory shared by the processes of the server");
  auto mapped = map(std::move(descriptor));
  if (mapped) new (&**mapped) LiveState;
  return mapped;
}

base::Result<SharedState> SharedState::map(os::Descriptor descriptor) {
  struct stat status{};
  if (::fstat(descriptor.get(), &status) != 0)
    return system_error("memory shared by the processes of the server");
  if (status.st_size != static_cast<off_t>(sizeof(LiveState)))
    return base::Error{
        base::ErrorCode::invalid_input,
        "the memory shared by the processes of the server has another size than this program expects",
        "start all programs from one installation",
        {}};
  void* address = ::mmap(nullptr, sizeof(LiveState), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.get(), 0);
  if (address == MAP_FAILED) return system_error("mapping the memory shared by the processes of the server");
  return SharedState(std::move(descriptor), static_cast<LiveState*>(address));
}

SharedState::SharedState(SharedState&& other) noexcept
    : descriptor_(std::move(other.descriptor_)), state_(std::exchange(other.state_, nullptr)) {}

SharedState::~SharedState() {
  if (state_ != nullptr) ::munmap(state_, sizeof(LiveState));
}

base::Result<Wakeup> Wakeup::create() {
  os::Descriptor descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!descriptor.valid()) return system_error("wake-up call between processes");
  return Wakeup(std::move(descriptor));
}

void Wakeup::wake() const noexcept {
  const std::uint64_t one = 1;
  // Full is as good as written: the waiter has not looked yet.
  [[maybe_unused]] const ssize_t written = ::write(descriptor_.get(), &one, sizeof one);
}

bool Wakeup::wait(int timeout_ms) const noexcept {
  pollfd waiting{.fd = descriptor_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, timeout_ms) <= 0) return false;
  drain();
  return true;
}

void Wakeup::drain() const noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t read = ::read(descriptor_.get(), &count, sizeof count);
}

}  // namespace hinomi::process
