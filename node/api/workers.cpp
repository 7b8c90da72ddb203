#include "node/api/workers.h"

namespace dunlin::api {

Workers::Workers(unsigned threads, std::size_t queue_max,
                 std::function<std::unique_ptr<store::Connection>()> open)
    : queue_max_(queue_max) {
  for (unsigned i = 0; i < threads; ++i) connections_.push_back(open());
  for (auto& connection : connections_) threads_.emplace_back([this, &connection] { loop(*connection); });
}

bool Workers::submit(Job job) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queue_max_) {
      ++refused_;
      return false;
    }
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

Workers::Stats Workers::stats() const {
  std::lock_guard lock(mutex_);
  return {queue_.size(), refused_};
}

void Workers::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Workers::loop(store::Connection& connection) {
  while (true) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    job(connection);
  }
}

}  // namespace dunlin::api
