// An input that is made and started again, ever more rarely, until it starts: for addresses that another
// program holds, or that the machine does not have yet. Not for inputs that fail later.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "ingest/live/input.h"

namespace hinomi::ingest::live {

struct RetryOptions {
  std::chrono::milliseconds first_wait{1000};  // doubled each time …
  std::chrono::milliseconds longest_wait{30'000};
  // Of the first failure, and of the start after failures; from any thread.
  std::function<void(const std::string&)> log = [](const std::string&) {};
};

using MakeInput = std::function<std::unique_ptr<Input>()>;

// Its start() fails never: until the input has started, its state is failed and its error says why.
[[nodiscard]] std::unique_ptr<Input> make_retried(const SourceInfo& source, MakeInput make,
                                                  RetryOptions options);

}  // namespace hinomi::ingest::live
