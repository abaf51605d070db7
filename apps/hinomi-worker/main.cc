#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "app/pipeline_command.h"

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (!words.empty() && words.front() == "pipeline")
    return hinomi::app::run_pipeline(std::span(words).subspan(1));
  std::fputs("hinomi-worker is started by `hinomi serve`, not by hand\n", stderr);
  return 2;
}
