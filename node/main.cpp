#include "node/cli/commands.h"

int main(int argc, char** argv) { return dunlin::cli::run(argc, argv); }
