#include "node/app/process.h"

#include <unistd.h>

#include <fstream>

namespace dunlin::app {

std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  statm >> size >> resident;  // the second number, in pages
  return resident * ::sysconf(_SC_PAGESIZE);
}

}  // namespace dunlin::app
