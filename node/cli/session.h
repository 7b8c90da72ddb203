#pragma once
#include <functional>
#include <memory>

#include "node/app/config.h"
#include "node/app/data_folder.h"
#include "node/store/transaction.h"
#include "protocol/base/result.h"

namespace dunlin::cli {

/// The database of a data folder for one command, beside a node that may be serving it. Each write is a
/// transaction of its own.
class Session {
 public:
  static Result<Session> open(const app::DataFolder& folder);
  Session(Session&& other) noexcept : connection_(std::move(other.connection_)) {}

  Result<void> write(const std::function<Result<void>(store::WriteTx&)>& apply);
  template <class Read>
  auto read(Read read) {
    const store::ReadTx tx(*connection_, sequence_);
    return read(tx);
  }

 private:
  explicit Session(std::unique_ptr<store::Connection> connection) : connection_(std::move(connection)) {}
  std::unique_ptr<store::Connection> connection_;
  store::CommitSequence sequence_{0};
};

}  // namespace dunlin::cli
