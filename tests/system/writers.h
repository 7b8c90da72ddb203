#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/system/node_process.h"
#include "tests/system/writer.h"

namespace dunlin::test {

/// Several writers on one node, each in a thread of its own.
class Writers {
 public:
  /// Makes their accounts, those that they follow, and the statuses that they favourite and boost. The node
  /// runs.
  Writers(NodeProcess& node, int count, std::uint64_t seed);
  ~Writers();

  void begin();
  /// Until some write since begin() was acknowledged; false when none was within half a minute.
  bool wait_for_acknowledgement();
  /// Until all of them noticed that the node is gone.
  void join();
  /// After a restart, all at once.
  Findings check() { return check_each(&Writer::check); }
  Findings check_all() { return check_each(&Writer::check_all); }

 private:
  Findings check_each(Findings (Writer::*look)(HttpClient));
  NodeProcess& node_;
  std::vector<std::string> tokens_;
  std::vector<Writer> writers_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_acknowledged_ = false;
};

}  // namespace dunlin::test
