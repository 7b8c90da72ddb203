#pragma once
// Gumbo's parse tree, with a bound on its size.
#include <gumbo.h>

#include <csetjmp>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace dunlin::html {

/// Memory for one tree: only grows, up to a bound, and goes at once. The parser's own way to free a tree is
/// recursive, and it does not expect that memory may end.
class Arena {
 public:
  explicit Arena(std::size_t bytes_max) : left_(bytes_max) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  /// Aligned for anything. Past the bound it does not return: it jumps to `full`.
  void* allocate(std::size_t bytes);
  std::jmp_buf full;

 private:
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* next_ = nullptr;
  std::size_t room_ = 0;
  std::size_t left_;
};

/// The nodes of an HTML fragment, as inside of <body> (HTML Standard 13.4). They live in the arena, and need
/// `html` for as long. Null when the arena was too small for the tree; then the arena is of no more use.
const GumboVector* parse_fragment(Arena& arena, std::string_view html);

}  // namespace dunlin::html
