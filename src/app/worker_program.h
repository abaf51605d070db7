// The program hinomi-worker as the supervisor calls it: one word says which process of the server this is. Not
// for people, so what it says is English and for the log.
#pragma once

namespace hinomi::app {

// Returns the exit code.
int worker_program(int argc, char** argv);

}  // namespace hinomi::app
