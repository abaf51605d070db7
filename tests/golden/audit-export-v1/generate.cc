// Makes the golden export of format 1 (SOURCES.md) in a folder that is not there yet.
#include <gtest/gtest.h>

#include <cstdio>

#include "../../verify/sample_log.h"

int main(int argc, char** argv) {
  if (argc != 2 || hinomi::verifying::authority() == nullptr) {
    std::fputs("usage: hinomi_golden_export FOLDER (needs the openssl program)\n", stderr);
    return 2;
  }
  hinomi::verifying::SampleLog(1, 24).write(argv[1]);
  return ::testing::Test::HasFailure() ? 1 : 0;
}
