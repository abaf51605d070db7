// The program as the operating system calls it: looks at streams and locale, then hands over to the command
// line.
#pragma once

namespace hinomi::app {

// Returns the exit code.
int program(int argc, char** argv);

}  // namespace hinomi::app
