#pragma once
#include <vector>

#include "node/api/context.h"

namespace dunlin::api {

struct Thread {
  std::vector<feed::Entry> ancestors;    // oldest first
  std::vector<feed::Entry> descendants;  // in the order of reading: each answer before the answers to it
  std::vector<int> depths;               // of the descendants; 0 answers the status itself
};

/// What stands around a status, as far as the reader may see it; 404 when the status itself may not be seen.
/// A hidden status also hides where it leads upwards, but not the visible answers to it.
Result<Thread> thread_of(Context& context, const feed::Viewer& viewer, StatusId id);

}  // namespace dunlin::api
