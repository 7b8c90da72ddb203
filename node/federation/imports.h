#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>

#include "node/domain/federation/domains.h"
#include "node/federation/remote.h"
#include "node/store/imports.h"

namespace dunlin::federation {

/// Works off the lists that people brought along, a line at a time, and asks other nodes for whom it does not
/// know, slowly: nobody waits for it. A line and that it is done are one write, so a restart goes on where
/// the last run ended and repeats nothing.
class Imports {
 public:
  Imports(const domain::Site& site, const domain::Domains& domains, const Clock& clock, store::Writer& writer,
          Remote& remote, std::unique_ptr<store::Connection> connection, std::int64_t following_max);
  ~Imports() { stop(); }
  /// What fails from here on is no fault of the line's: it stays as it is for the next run. To be called
  /// before the client stops, which ends what is being asked.
  void begin_stop();
  /// Ends after the line that is being worked on.
  void stop();

 private:
  void loop();
  /// False when no line was due.
  bool work();
  void work_on(const store::ImportLine& line);
  /// Whom or what the line names; asks for it when it is not known, and then `asked_` is set.
  Result<AccountId> account_of(const store::ReadTx& tx, const store::ImportLine& line);
  Result<StatusId> status_of(const store::ReadTx& tx, const store::ImportLine& line);
  bool is_stopping();
  void give_up(const store::ImportLine& line, const Error& why);

  const domain::Site& site_;
  const domain::Domains& domains_;
  const Clock& clock_;
  store::Writer& writer_;
  Remote& remote_;
  std::unique_ptr<store::Connection> connection_;
  const std::int64_t following_max_;
  bool asked_ = false;  // another node, for the line just worked on; of the thread alone

  std::mutex mutex_;
  std::condition_variable signal_;
  bool stopping_ = false;  // protected by mutex_
  std::thread thread_;
};

}  // namespace dunlin::federation
