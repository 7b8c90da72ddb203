#pragma once
// The last step of cleaning: from events of a tree to HTML in one canonical form.
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::html {

/// Writes HTML whose parse tree gives the same events again, and so the same HTML:
///   flow     = runs of inline content and blocks: <p>, <pre>, <blockquote>, <ul>, <ol>
///   <ul>, <ol> hold only <li>; <li>, <blockquote> hold flow; <p>, <pre> hold a run; so do inline elements
/// Whatever nests otherwise is closed before a block and opened again in it. An element is written with the
/// first text in it, so that none is empty. A run that follows another without a block between becomes a <p>.
/// Within bounds of bytes, tags and nesting; past them nothing more is written but end tags.
class Writer {
 public:
  enum class Block { quote, unordered, ordered, item, preformatted };
  /// What open_* did, for close.
  struct Opened {
    enum class What { nothing, inline_, block, paragraph, boundary } what{};
    std::size_t block{};  // for the two in the middle: which of blocks_
  };

  Writer();

  void text(std::string_view text);
  void line_break();
  /// `tag` is the start tag as it is to be written, of the element `name`. An element within one of its name
  /// is none, but for span.
  Opened open_inline(std::string_view name, std::string tag);
  Opened open_block(Block kind, std::string tag);
  /// A run in it is a paragraph. `tag` is a literal.
  Opened open_paragraph(std::string_view tag);
  void close(const Opened& opened);

  /// Once, after the last event.
  std::string finish() &&;

 private:
  enum class Kind { flow, list, item, preformatted };
  struct Element {
    Kind kind{};
    std::string start, end;
    bool written{};
    bool implied{};                                 // an item that no tag began
    bool ends_bare{};                               // the last thing in it is a run without <p>
    std::vector<std::string_view> paragraphs = {};  // start tags of those open in it
  };
  struct Inline {
    std::string name, start, end;
  };

  bool in_preformatted() const { return blocks_.back().kind == Kind::preformatted; }
  void boundary();
  void close_inlines(std::size_t down_to);
  void close_block();
  void push_item(std::string tag, bool implied);
  bool prepare(std::size_t bytes, std::size_t tags);
  bool fits(std::size_t bytes, std::size_t tags) const;
  void write_start(const std::string& start, const std::string& end);
  void write_end(const std::string& end);

  std::string out_;
  std::vector<Element> blocks_;   // those written come first
  std::vector<Inline> inlines_;   // those that text here is in
  std::size_t open_inlines_ = 0;  // the first of them, which are written
  std::string paragraph_end_;     // of the open <p>
  bool in_run_ = false;           // something is written since the last boundary
  bool line_due_ = false;         // a boundary within <pre>
  bool full_ = false;
  std::size_t tags_ = 0;      // start and end tags, those of open elements included
  std::size_t reserved_ = 0;  // bytes of end tags still to write
};

}  // namespace dunlin::html
