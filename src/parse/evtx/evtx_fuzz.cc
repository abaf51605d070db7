// Whole files, chunks and parts of them through everything that reads EVTX. HINOMI_FUZZ_SEEDS=DIR writes
// sound and damaged small files into DIR and ends, so that no binary has to be kept.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/check.h"
#include "parse/evtx/flatten.h"
#include "parse/evtx/json.h"
#include "parse/evtx/testing/chunk_builder.h"

namespace hinomi::parse::evtx {
namespace {

using testing::Buffer;
using testing::ElementSpec;
using testing::Hole;
using testing::InstanceSpec;
using testing::Text;

void read_chunk(ChunkReader& reader, JsonRenderer& renderer, Flattener& flattener) {
  base::Arena arena(4096);
  std::vector<Leaf> leaves;
  std::string json;
  while (const Record* record = reader.next()) {
    json.clear();
    leaves.clear();
    const auto outcome = renderer.append(*record, json);
    HINOMI_CHECK((outcome == JsonRenderer::Outcome::too_large) == json.empty());
    flattener.flatten(*record, Flattener::Extent::everything, arena, leaves);
    flattener.flatten(*record, Flattener::Extent::wanted, arena, leaves);
    std::size_t bytes = 0;  // touches every byte that was handed out
    for (const Leaf& leaf : leaves) {
      for (const char c : leaf.text) bytes += static_cast<unsigned char>(c);
      for (const char c : leaf.path) bytes += static_cast<unsigned char>(c);
    }
    HINOMI_CHECK(bytes != ~std::size_t{0});
  }
  HINOMI_CHECK(reader.problems().size() <= kMaxProblemsPerChunk);
}

void read_file(Bytes file) {
  TemplateCache cache;
  ChunkReader reader(cache);
  JsonRenderer renderer;
  Flattener flattener([](std::string_view path) -> std::uint32_t {
    return path.size() % 3 == 0 ? Flattener::kNever : path.size() % 3 == 1 ? 1 : Flattener::kUnwanted;
  });
  const FileView view(file);
  for (std::size_t i = 0; i < view.chunk_count(); ++i) {
    const FileView::Chunk chunk = view.chunk(i);
    reader.open(chunk.bytes, chunk.offset, {.all_recovered = chunk.behind_end});
    read_chunk(reader, renderer, flattener);
  }
}

InstanceSpec odd_instance() {
  ElementSpec data{.name = "Data", .attributes = {}, .content = {Hole{0, ValueType::string, true}}};
  data.with("Name", Hole{1, ValueType::string, true});
  ElementSpec root{
      .name = "EventData", .attributes = {}, .content = {data, Text{"text"}, testing::Entity{"amp"}}};
  root.add(testing::CharReference{u'x'}).add(Hole{2, ValueType::binxml, false});
  ElementSpec free{.name = "UserData", .attributes = {}, .content = {Text{"free"}}};
  InstanceSpec instance;
  instance.definition =
      std::make_shared<testing::TemplateSpec>(testing::TemplateSpec{testing::guid_of("odd"), root});
  instance.values = {testing::string_array_value({"a", "", "b"}), testing::string_value("name"),
                     testing::elements_value({free, root})};
  return instance;
}

testing::EventSpec plain_event(std::uint64_t id) {
  testing::EventSpec event;
  event.provider = "P";
  event.event_id = 1;
  event.record_id = id;
  event.time = {1'776'000'000'000'000'000};
  event.channel = "C";
  event.computer = "H";
  event.user = {21, 1, 2, 500};
  event.data = {{"S", testing::string_value("text")},   {"N", testing::number_value(ValueType::int32, -1)},
                {"", testing::binary_value(Buffer(3))}, {"G", testing::guid_value(testing::guid_of("g"))},
                {"A", testing::ansi_value("ansi")},     {"R", testing::number_value(ValueType::real64, 0.5)}};
  return event;
}

// Chunks are cut behind their records: small inputs are fuzzed faster.
Buffer cut(Buffer chunk) {
  chunk.resize(load<std::uint32_t>(chunk.data() + 48));
  return chunk;
}

void write_seed(const std::string& folder, const char* name, const Buffer& bytes) {
  const std::string path = folder + "/" + name;
  std::FILE* file = std::fopen(path.c_str(), "wb");
  HINOMI_CHECK(file != nullptr);
  std::fwrite(bytes.data(), 1, bytes.size(), file);
  std::fclose(file);
}

void write_seeds(const std::string& folder) {
  testing::ChunkBuilder plain;
  for (std::uint64_t id = 1; id <= 3; ++id) {
    HINOMI_CHECK(plain.add(id, 1, testing::make_event(plain_event(id))));
  }
  write_seed(folder, "plain", cut(plain.finish()));
  testing::ChunkBuilder odd;
  InstanceSpec free;
  free.elements.push_back(odd_instance().definition->root);
  HINOMI_CHECK(odd.add(1, 1, odd_instance()) && odd.add(2, 1, free) && odd.add(3, 1, odd_instance()));
  write_seed(folder, "odd", cut(odd.finish()));
  testing::ChunkBuilder nested;
  InstanceSpec inner = odd_instance();
  for (int depth = 0; depth < 4; ++depth) {
    InstanceSpec outer = odd_instance();
    outer.values[2] = testing::fragment_value(std::move(inner));
    inner = std::move(outer);
  }
  HINOMI_CHECK(nested.add(1, 1, inner));
  write_seed(folder, "nested", cut(nested.finish()));
  Buffer damaged = cut(plain.finish());
  damaged[plain.record_offset(1) + 4] = std::byte{0};
  write_seed(folder, "damaged", damaged);
  Buffer file = testing::make_file({plain.finish()});
  file.resize(kFileHeaderSize + load<std::uint32_t>(file.data() + kFileHeaderSize + 48));
  write_seed(folder, "file", file);
}

}  // namespace
}  // namespace hinomi::parse::evtx

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  const char* folder = std::getenv("HINOMI_FUZZ_SEEDS");
  if (folder != nullptr) {
    hinomi::parse::evtx::write_seeds(folder);
    std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hinomi::parse::evtx::read_file(std::as_bytes(std::span(data, size)));
  return 0;
}
