#pragma once

namespace dunlin::cli {

/// dunlin-node's command line. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the data folder is in use.
int run(int argc, char** argv);

}  // namespace dunlin::cli
