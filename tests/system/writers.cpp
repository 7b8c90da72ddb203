#include "tests/system/writers.h"

#include <stdexcept>

namespace dunlin::test {

namespace {

constexpr int targets = 12;
constexpr int pool_statuses = 30;

std::string id_in(const Answer& answer) {
  if (answer.status != 200)
    throw std::runtime_error("setting up: " + std::to_string(answer.status) + " " + answer.body +
                             answer.error);
  return answer.json().at("id");
}

}  // namespace

Writers::Writers(NodeProcess& node, int count, std::uint64_t seed) : node_(node) {
  std::vector<std::string> followed;
  std::vector<std::string> pool;
  for (int i = 0; i < targets; ++i) {
    auto client = node.client(node.new_person("target" + std::to_string(i)));
    followed.push_back(id_in(client.get("/api/v1/accounts/verify_credentials")));
    for (int n = 0; i == 0 && n < pool_statuses; ++n) {
      pool.push_back(id_in(client.post("/api/v1/statuses", {{"status", "pool " + std::to_string(n)}})));
    }
  }
  for (int i = 0; i < count; ++i) {
    tokens_.push_back(node.new_person("writer" + std::to_string(i)));
    auto client = node.client(tokens_.back());
    writers_.emplace_back(id_in(client.get("/api/v1/accounts/verify_credentials")), i, followed, pool,
                          seed + static_cast<std::uint64_t>(i));
  }
}

Writers::~Writers() {
  // A test that gave up while they write: the node's end is theirs.
  if (!threads_.empty() && node_.is_running()) node_.kill();
  join();
}

void Writers::begin() {
  is_acknowledged_ = false;
  for (std::size_t i = 0; i < writers_.size(); ++i) {
    threads_.emplace_back([this, i, client = node_.client(tokens_[i])]() mutable {
      writers_[i].run(std::move(client), [this] {
        std::lock_guard lock(mutex_);
        if (!std::exchange(is_acknowledged_, true)) wake_.notify_one();
      });
    });
  }
}

bool Writers::wait_for_acknowledgement() {
  std::unique_lock lock(mutex_);
  return wake_.wait_for(lock, std::chrono::seconds(30), [this] { return is_acknowledged_; });
}

void Writers::join() {
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

Findings Writers::check_each(Findings (Writer::*look)(HttpClient)) {
  std::vector<Findings> each(writers_.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < writers_.size(); ++i) {
    threads.emplace_back([&, i] {
      try {
        each[i] = (writers_[i].*look)(node_.client(tokens_[i]));
      } catch (const std::exception& fault) {
        each[i].refused = 1;
        each[i].messages.emplace_back(fault.what());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  Findings all;
  for (const auto& findings : each) all.add(findings);
  return all;
}

}  // namespace dunlin::test
