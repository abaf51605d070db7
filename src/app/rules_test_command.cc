#include "app/cli.h"
namespace hinomi::app {
int rules_test_command(Console&, std::span<const std::string>) { return kExitUsage; }
}
