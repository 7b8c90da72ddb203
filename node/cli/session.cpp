#include "node/cli/session.h"

#include "node/store/database.h"

namespace dunlin::cli {

namespace {

constexpr std::uint8_t process_number = 255;  // ids of commands differ from those of the node that serves

}  // namespace

Result<Session> Session::open(const app::DataFolder& folder) {
  TRY(auto connection, store::open_for_writing(folder.database_file(), false, {}));
  return Session(std::move(connection));
}

Result<void> Session::write(const std::function<Result<void>(store::WriteTx&)>& apply) {
  connection_->execute("BEGIN IMMEDIATE");
  IdGenerator ids(process_number, store::greatest_id(*connection_));
  store::Changes changes;  // a node that serves the folder notices by itself
  store::WriteTx tx(*connection_, ids, system_clock().now(), changes);
  auto result = apply(tx);
  connection_->execute(result ? "COMMIT" : "ROLLBACK");
  return result;
}

}  // namespace dunlin::cli
