#include "corpus_support.h"

#include <cstdlib>
#include <filesystem>

namespace hinomi::corpus {
namespace {

class Collector final : public flow::FindingSink {
 public:
  explicit Collector(Scanned& into) : into_(into) {}
  void on_finding(const flow::Finding& finding, std::string_view input) override {
    ++into_.counts[{finding.rule->id, std::string(input)}];
    into_.findings.emplace_back(finding.rule->id, finding.time);
  }

 private:
  Scanned& into_;
};

}  // namespace

std::string data_folder(const std::string& name) {
  const std::string path = std::string(HINOMI_SOURCE_DIR "/../shared/data/") + name;
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? path : std::string();
}

app::Stack* sigma_stack() {
  static const std::unique_ptr<app::Stack> stack = []() -> std::unique_ptr<app::Stack> {
    if (data_folder("sigma").empty()) return nullptr;
    setenv("HINOMI_CONTENT", HINOMI_SOURCE_DIR "/content", 1);
    app::RuleLoading loading;
    loading.use_cache = false;
    for (const char* folder : {"rules", "rules-compliance", "rules-emerging-threats", "rules-placeholder",
                               "rules-threat-hunting"}) {
      loading.folders.push_back(data_folder("sigma") + "/" + folder);
    }
    auto loaded = app::load_stack(loading);
    return loaded ? std::move(*loaded) : nullptr;
  }();
  return stack.get();
}

Scanned scan(app::Stack& stack, const std::vector<std::string>& paths, bool by_reference, int threads) {
  Scanned result;
  Collector collector(result);
  flow::ScanOptions options;
  options.paths = paths;
  options.by_reference = by_reference;
  options.threads = threads;
  options.hash_seed = 20261123;
  const detect::Detector detector(stack.rules);
  result.summary = flow::scan(detector, *stack.normaliser, stack.sources, options, collector);
  return result;
}

}  // namespace hinomi::corpus
