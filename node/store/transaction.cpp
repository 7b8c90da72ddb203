#include "node/store/transaction.h"

namespace dunlin::store {

void ReadTx::begin() const {
  if (begun_) return;
  // Read before BEGIN: the view then holds at least these commits.
  sequence_ = sequence_source_->load(std::memory_order_acquire);
  connection_.run("begin");
  begun_ = true;
}

void ReadTx::refresh() const {
  if (!owned_) return;  // a writer's view is the present
  if (begun_) connection_.run("commit");
  begun_ = false;
  begin();
}

ReadTx::~ReadTx() {
  if (!owned_ || !begun_) return;
  try {
    connection_.run("commit");
  } catch (const Fault&) {
    // A reader's COMMIT only drops its view; when even that fails, the next BEGIN will say so where it can be
    // answered.
  }
}

}  // namespace dunlin::store
