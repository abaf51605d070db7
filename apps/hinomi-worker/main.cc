#include "app/worker_program.h"

int main(int argc, char** argv) {
  return hinomi::app::worker_program(argc, argv);
}
