// What the measuring programs share: medians, the name of the machine, scratch files made of the public test
// data. Not a test framework: figures are printed and read by people, no test passes or fails on them.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "app/stack.h"

namespace hinomi::perf {

[[nodiscard]] double median(std::vector<double> values);
[[nodiscard]] double seconds_of(const std::function<void()>& work);
// "Intel(R) Xeon(R) Processor, 2 cores, 24 GiB, Linux 6.1"
[[nodiscard]] std::string machine();
[[nodiscard]] double peak_memory_mib();

// All rules of SigmaHQ in the public test data.
[[nodiscard]] app::RuleLoading sigma_rules(const std::string& data);

// Every otrf/*.json.gz, decompressed below `scratch`; their paths. Empty when the data is not there.
[[nodiscard]] std::vector<std::string> unpack_ndjson(const std::string& data, const std::string& scratch);
// One EVTX file of at least `bytes`, from the sound chunks of all files below `folder` over and over.
[[nodiscard]] std::string concatenate_evtx(const std::string& folder, const std::string& scratch,
                                           std::size_t bytes);

}  // namespace hinomi::perf
