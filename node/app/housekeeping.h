#pragma once
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "node/app/history.h"
#include "node/store/writer.h"

namespace dunlin::app {

/// What must be done now and then: moving the write-ahead log into the database, dropping what has expired.
/// Its own thread and connection, so that no request waits for it.
class Housekeeping {
 public:
  Housekeeping(store::Writer& writer, const Clock& clock, const std::string& database_file,
               const store::ConnectionOptions& options, History& history);
  ~Housekeeping() { stop(); }
  void stop();

 private:
  void loop();
  void checkpoint();
  void tell_of_polls();
  store::Writer& writer_;
  const Clock& clock_;
  History& history_;
  std::string wal_file_;
  store::Connection connection_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace dunlin::app
