#pragma once
#include <string>

namespace dunlin::bench {

/// What a page of 20 posts costs as text, put together from compressed pieces, and compressed as a whole: a
/// JSON object. Microseconds of this thread.
std::string page_costs();

}  // namespace dunlin::bench
