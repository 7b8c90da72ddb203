#pragma once
#include <memory>
#include <string>
#include <vector>

#include "node/app/config.h"
#include "node/app/data_folder.h"
#include "protocol/base/random.h"
#include "protocol/base/result.h"
#include "protocol/base/time.h"

namespace dunlin::app {

/// A running node: everything wired, in the order of starting; the destructor stops in the reverse order.
/// Time and randomness are passed in, so that a test can hold several nodes with clocks of their own.
class Node {
 public:
  /// Opens the database, brings it up to date, and serves. The folder's lock is held by the caller.
  static Result<std::unique_ptr<Node>> start(DataFolder folder, Config config,
                                             const Clock& clock = system_clock(),
                                             Random& random = system_random());
  ~Node();
  Node(const Node&) = delete;

  /// `https://HOST:PORT` of the first listener, as it was bound.
  std::string url() const;
  const std::vector<std::string>& addresses() const;
  /// Reads the certificate again.
  Result<void> reload_tls();
  /// Stops accepting, lets requests finish, commits what is queued, closes the database.
  void stop();

 private:
  struct Parts;
  explicit Node(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace dunlin::app
