#include "node/cli/commands.h"

/// For jemalloc, where the node is linked with it (jemalloc(3), TUNING). Two arenas: a small node must stay
/// small, and by default there are four for each core. What is freed goes back to the system a tenth of a
/// second later. A page of a feed fits into what a thread keeps for itself.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "narenas:2,dirty_decay_ms:100,muzzy_decay_ms:0,lg_tcache_max:17";
}

int main(int argc, char** argv) { return dunlin::cli::run(argc, argv); }
