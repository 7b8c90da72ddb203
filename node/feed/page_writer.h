#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "node/feed/library.h"
#include "protocol/gzip/page.h"

namespace dunlin::feed {

/// A page on its way: cards as they are kept, and between them what is made for one reader. Written as text
/// or as gzip, by the same calls.
class PageWriter {
 public:
  /// Text, appended to `out`.
  explicit PageWriter(std::string& out) : plain_(&out) {}
  /// Gzip, of about so many bytes of text; `library` has every card.
  PageWriter(Library& library, std::size_t bytes);

  void card(const StatusCard& card) { plain_ != nullptr ? void(*plain_ += card.open) : pack(card); }
  void card(const AccountCard& card) { plain_ != nullptr ? void(*plain_ += card.json) : pack(card); }
  void text(std::string_view text) { plain_ != nullptr ? void(*plain_ += text) : packed_->add(text); }
  /// What `write(std::string&)` appends. `is_alike`: names and values that this program chose, nothing that
  /// people wrote, see gzip::Page::add_alike.
  template <class Write>
  void made(bool is_alike, const Write& write) {
    if (plain_ != nullptr) {
      write(*plain_);
      return;
    }
    scratch_.clear();
    write(scratch_);
    is_alike ? packed_->add_alike(scratch_) : packed_->add(scratch_);
  }
  /// Of gzip: the whole file.
  std::string finish() { return packed_->finish(); }

 private:
  void pack(const StatusCard& card);
  void pack(const AccountCard& card);

  std::string* plain_ = nullptr;
  Library* library_ = nullptr;
  std::optional<gzip::Page> packed_;
  std::string scratch_;
};

}  // namespace dunlin::feed
