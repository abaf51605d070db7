// The installed programs together: a server that is told an authority of time has its checkpoints stamped, by
// a process that alone may connect, and what is on its disk then is in order by hinomi audit and by
// hinomi-verify.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "../cli/process.h"
#include "connect/testing/outside_server.h"
#include "os/socket.h"
#include "os/testing/scratch_folder.h"
#include "trust/testing/local_authority.h"

namespace hinomi::audit {
namespace {

// Free at the time of asking.
std::uint16_t free_port() {
  const auto listener = os::listen_tcp(os::SocketAddress::parse("127.0.0.1:0").value());
  return os::local_address(listener.value().get()).value().port();
}

class ServerProgram : public ::testing::Test {
 protected:
  cli::Outcome run(const std::vector<std::string>& words) {
    const os::ScratchFolder outputs;
    cli::Process process(outputs.path(), words, {"LC_ALL=C"});
    return process.wait();
  }
  // Whether the keeper has taken in every answer: it removes note and answer then.
  [[nodiscard]] bool answered() const {
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(folder_ / "data/audit/anchors", failed), end;
         !failed && entry != end; entry.increment(failed))
      if (entry->path().filename() != "state") return false;
    return !failed;
  }

  os::ScratchFolder folder_;
  std::atomic<int> asked_ = 0;
};

TEST_F(ServerProgram, has_its_log_stamped_and_leaves_it_in_order_when_it_is_killed) {
  if (!trust::LocalAuthority::is_there()) GTEST_SKIP() << "SKIPPED: the openssl program is not there";
  const trust::LocalAuthority authority;
  const connect::OutsideServer outside([&](const std::string& request) {
    std::string answer = authority.answer(request.substr(request.find("\r\n\r\n") + 4));
    ++asked_;
    return connect::OutsideServer::ok(answer);
  });
  const std::string data = folder_ / "data";
  const std::string roots = folder_.write("roots.pem", authority.root_pem());
  const os::ScratchFolder outputs;
  {
    cli::Process server(outputs.path(),
                        {HINOMI_PROGRAM, "serve", "--demo", "--data", data, "--listen",
                         "127.0.0.1:" + std::to_string(free_port()), "--timestamp-authority",
                         outside.url(), "--timestamp-certificates", roots, "--timestamp-internal"},
                        {"LC_ALL=C"});
    EXPECT_TRUE(cli::wait_until([&] { return asked_ >= 1 && answered(); })) << server.err_so_far();
    server.send(SIGKILL);
    server.wait();
  }
  const cli::Outcome checked =
      run({HINOMI_PROGRAM, "audit", "check", "--data", data, "--authorities", roots});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  EXPECT_EQ(checked.out.find("time-stamps 0"), std::string::npos) << checked.out;
  const std::string out = folder_ / "export";
  const cli::Outcome exported = run({HINOMI_PROGRAM, "audit", "export", "--data", data, "--out", out});
  EXPECT_EQ(exported.code, 0) << exported.err;
  const cli::Outcome verified =
      run({HINOMI_VERIFY, "--authorities", roots, "--known", data + "/audit/checkpoints/1.checkpoints", out});
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  EXPECT_NE(verified.out.find("time-stamped outside"), std::string::npos) << verified.out;
  std::filesystem::remove(data + "/keys/audit-signing.pem");
  const cli::Outcome keyless = run({HINOMI_PROGRAM, "audit", "export", "--data", data, "--out", out + "2"});
  EXPECT_EQ(keyless.code, 1);
  EXPECT_NE(keyless.err.find("audit-signing.pem is not there"), std::string::npos) << keyless.err;
}

}  // namespace
}  // namespace hinomi::audit
