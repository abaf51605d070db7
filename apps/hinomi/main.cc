#include "app/program.h"

int main(int argc, char** argv) {
  return hinomi::app::program(argc, argv);
}
