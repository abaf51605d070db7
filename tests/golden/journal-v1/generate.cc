// Makes the golden segments of format 1 in the folder it is given. Not run by any test: the files in this
// folder are what a released program wrote, and stay as they are.
#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "os/clock.h"
#include "os/testing/simulated_disk.h"
#include "store/journal/writer.h"

namespace {

using namespace hinomi::store::journal;  // NOLINT(google-build-using-namespace)
namespace base = hinomi::base;
namespace os = hinomi::os;

struct Maker {
  os::SimulatedDisk disk{1};
  os::ManualClock clock{{1'776'092'400'123'456'789}};
  std::vector<Position> positions;

  void run(std::uint32_t segment_bytes, bool one_more) {
    WriterOptions options;
    options.node = {.node = 5, .partition = 6};
    options.segment_bytes = segment_bytes;
    options.random = [](std::span<std::uint8_t> into) {
      for (std::size_t i = 0; i < into.size(); ++i) into[i] = static_cast<std::uint8_t>(0xA1 + 0x11 * i);
    };
    auto writer = Writer::open(disk, clock, "j", options);
    if (!writer) return;
    BatchHead head;
    head.source_id = 7;
    head.labels = {.organisation = base::OrganisationId{1},
                   .site = base::SiteId{2},
                   .operated_by = base::OperatorId{3},
                   .vault = base::VaultId{4},
                   .zone = base::Zone::ot,
                   .data_class = base::DataClass::personal,
                   .realm = base::Realm::exercise};
    head.framing = 1;
    head.encoding = 2;
    head.first_source_sequence = 99;
    head.source = "plc-log";
    head.peer = "192.0.2.7:514";
    head.listener = "127.0.0.1:6514";
    head.token = "token-1";
    add(*writer, head, {"first event", "", std::string("NUL \0 and \xFF", 11)});
    head.token = {};
    head.resume_key = "8:1234:abcd";
    head.resume_value = "4096";
    add(*writer, head, {"イベント"});
    if (!writer->commit()) return;
    clock.advance(std::chrono::seconds(1));
    head.resume_value = "8192";
    add(*writer, head, {"second commit"});
    if (!writer->commit()) return;
    if (!one_more) return;
    add(*writer, head, {"next segment"});
    (void)writer->commit();
  }
  void add(Writer& writer, const BatchHead& head, const std::vector<std::string>& texts) {
    const std::vector<std::string_view> records(texts.begin(), texts.end());
    if (auto added = writer.add({.head = head, .records = records})) positions.push_back(added->position);
  }
  [[nodiscard]] std::string segment() const { return disk.bytes_of("j/" + segment_name(1)); }
};

bool write(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  return static_cast<bool>(file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: hinomi_golden_journal FOLDER\n", stderr);
    return 2;
  }
  const std::string folder = std::string(argv[1]) + "/";
  Maker whole;
  whole.run(64u << 20, false);
  const std::string unsealed = whole.segment();
  Maker full;
  full.run(600, true);  // full after the three batches
  std::string damaged = full.segment();
  damaged[full.positions.at(1).offset + kBatchFixedBytes + 60] ^= 0x20;
  const bool written = write(folder + "unsealed.hjs", unsealed) &&
                       write(folder + "sealed.hjs", full.segment()) &&
                       write(folder + "torn.hjs", unsealed.substr(0, unsealed.size() - 10)) &&
                       write(folder + "damaged.hjs", damaged);
  return written ? 0 : 1;
}
