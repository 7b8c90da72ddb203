#include "protocol/html/tree.h"

#include <algorithm>
#include <utility>

namespace dunlin::html {
namespace {

constexpr std::size_t first_block_bytes = 32 * 1024;  // a usual post
constexpr std::size_t alignment = alignof(std::max_align_t);

void* allocate_in(void* arena, std::size_t bytes) { return static_cast<Arena*>(arena)->allocate(bytes); }
void keep(void*, void*) {}

}  // namespace

void* Arena::allocate(std::size_t bytes) {
  bytes = (bytes + alignment - 1) & ~(alignment - 1);
  if (bytes > room_) {
    const auto size = std::max(bytes, blocks_.empty() ? first_block_bytes : first_block_bytes * 8);
    // Nothing that needs a destructor may stand between here and setjmp: the frames are Gumbo's, which is C.
    if (size > left_) std::longjmp(full, 1);
    left_ -= size;
    blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(size));
    next_ = blocks_.back().get();
    room_ = size;
  }
  room_ -= bytes;
  return std::exchange(next_, next_ + bytes);
}

const GumboVector* parse_fragment(Arena& arena, std::string_view html) {
  if (setjmp(arena.full) != 0) return nullptr;
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = allocate_in;
  options.deallocator = keep;
  options.userdata = &arena;
  options.max_errors = 0;
  options.fragment_context = GUMBO_TAG_BODY;
  const GumboOutput* output = gumbo_parse_with_options(&options, html.data(), html.size());
  return &output->root->v.element.children;
}

}  // namespace dunlin::html
