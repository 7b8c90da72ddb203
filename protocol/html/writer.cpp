#include "protocol/html/writer.h"

#include <algorithm>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/html/attributes.h"

namespace dunlin::html {
namespace {

// A hidden part of a mention's link, with emphasis around and code in it, is 6 deep.
constexpr std::size_t inlines_max = 6;
// One level is for <p>.
constexpr std::size_t blocks_max = limits::html_nesting_max - inlines_max - 1;

bool is_space(char32_t c) { return c == ' ' || c == '\t' || c == '\n'; }
std::string end_tag(std::string_view name) { return "</" + std::string(name) + ">"; }

}  // namespace

Writer::Writer() { blocks_.push_back({.kind = Kind::flow, .start = "", .end = "", .written = true}); }

bool Writer::fits(std::size_t bytes, std::size_t tags) const {
  return out_.size() + reserved_ + bytes <= limits::remote_content_bytes_max &&
         tags_ + tags <= limits::html_tags_max;
}

void Writer::write_start(const std::string& start, const std::string& end) {
  out_ += start;
  reserved_ += end.size();
  tags_ += 2;
}

void Writer::write_end(const std::string& end) {
  out_ += end;
  reserved_ -= end.size();
}

/// Opens whatever the next `bytes` stand in, if all of it fits; else the writer is full.
bool Writer::prepare(std::size_t bytes, std::size_t tags) {
  if (full_) return false;
  if (line_due_) ++bytes;
  if (!in_run_ && blocks_.back().kind == Kind::list) push_item("<li>", true);
  auto& here = blocks_.back();
  std::string paragraph;
  if (!in_run_ && here.kind != Kind::preformatted) {
    if (!here.paragraphs.empty()) {
      paragraph = here.paragraphs.back();
    } else if (here.ends_bare) {
      paragraph = "<p>";
    }
  }
  const auto add = [&](const std::string& start, std::size_t end) { bytes += start.size() + end, tags += 2; };
  for (const auto& block : blocks_)
    if (!block.written) add(block.start, block.end.size());
  if (!paragraph.empty()) add(paragraph, 4);
  for (std::size_t i = open_inlines_; i < inlines_.size(); ++i)
    add(inlines_[i].start, inlines_[i].end.size());
  if (!fits(bytes, tags)) {
    full_ = true;
    return false;
  }
  for (std::size_t i = 1; i < blocks_.size(); ++i) {
    if (blocks_[i].written) continue;
    write_start(blocks_[i].start, blocks_[i].end);
    blocks_[i].written = true;
    blocks_[i - 1].ends_bare = false;
  }
  if (!paragraph.empty()) {
    paragraph_end_ = "</p>";
    write_start(paragraph, paragraph_end_);
  }
  if (line_due_) out_ += '\n';
  line_due_ = false;
  for (; open_inlines_ < inlines_.size(); ++open_inlines_)
    write_start(inlines_[open_inlines_].start, inlines_[open_inlines_].end);
  in_run_ = true;
  return true;
}

void Writer::text(std::string_view text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size() && !full_;) {
    const auto step = read_utf8(text, i);
    const auto bytes = step.valid ? text.substr(i, step.length) : std::string_view("\uFFFD");
    i += step.length;
    if (!is_allowed(step)) continue;
    // Space before a run is the sender's line between two tags; a line end after <pre> is not text.
    if (!in_run_ && (in_preformatted() ? step.code == '\n' : is_space(step.code))) continue;
    escaped.clear();
    append_escaped_html(escaped, bytes);
    const bool ready = in_run_ && open_inlines_ == inlines_.size() && !line_due_;
    if (ready ? !fits(escaped.size(), 0) : !prepare(escaped.size(), 0)) {
      full_ = true;
    } else {
      out_ += escaped;
    }
  }
}

void Writer::line_break() {
  constexpr std::string_view tag = "<br>";
  if (!prepare(tag.size(), 1)) return;
  out_ += tag;
  ++tags_;
}

void Writer::close_inlines(std::size_t down_to) {
  while (open_inlines_ > down_to) write_end(inlines_[--open_inlines_].end);
}

/// A block begins or ends here: ends the run.
void Writer::boundary() {
  if (!in_run_) return;
  if (in_preformatted()) {
    line_due_ = true;
    return;
  }
  close_inlines(0);
  blocks_.back().ends_bare = paragraph_end_.empty();
  if (!paragraph_end_.empty()) write_end(paragraph_end_);
  paragraph_end_.clear();
  in_run_ = false;
}

void Writer::close_block() {
  if (in_preformatted()) {
    close_inlines(0);
    in_run_ = line_due_ = false;
  }
  boundary();
  if (blocks_.back().written) write_end(blocks_.back().end);
  blocks_.pop_back();
}

void Writer::push_item(std::string tag, bool implied) {
  blocks_.push_back(
      {.kind = Kind::item, .start = std::move(tag), .end = "</li>", .written = false, .implied = implied});
}

Writer::Opened Writer::open_inline(std::string_view name, std::string tag) {
  const bool again = name != "span" && std::any_of(inlines_.begin(), inlines_.end(),
                                                   [&](const Inline& other) { return other.name == name; });
  if (again || inlines_.size() >= inlines_max) return {};
  inlines_.push_back({std::string(name), std::move(tag), end_tag(name)});
  return {.what = Opened::What::inline_};
}

Writer::Opened Writer::open_block(Block kind, std::string tag) {
  boundary();
  const Opened no_block{.what = Opened::What::boundary};
  if (in_preformatted()) return no_block;
  if (kind == Block::item) {
    if (blocks_.back().implied) close_block();
    // Elsewhere than in a list it is a paragraph.
    if (blocks_.back().kind != Kind::list) return open_paragraph("<p>");
    push_item(std::move(tag), false);
    return {.what = Opened::What::block, .block = blocks_.size() - 1};
  }
  const bool list = kind == Block::unordered || kind == Block::ordered;
  const bool in_list = blocks_.back().kind == Kind::list;
  // A list needs room for an item, in a list this needs an item first; the bottom is no element.
  if (blocks_.size() - 1 + (list ? 2 : 1) + (in_list ? 1 : 0) > blocks_max) return no_block;
  if (in_list) push_item("<li>", true);
  Element element;
  element.kind = list ? Kind::list : kind == Block::preformatted ? Kind::preformatted : Kind::flow;
  element.end = end_tag(tag.substr(1, tag.find_first_of(" >") - 1));
  element.start = std::move(tag);
  blocks_.push_back(std::move(element));
  return {.what = Opened::What::block, .block = blocks_.size() - 1};
}

Writer::Opened Writer::open_paragraph(std::string_view tag) {
  boundary();
  auto& here = blocks_.back();
  if (in_preformatted() || here.kind == Kind::list || here.implied) return {.what = Opened::What::boundary};
  here.paragraphs.push_back(tag);
  return {.what = Opened::What::paragraph, .block = blocks_.size() - 1};
}

void Writer::close(const Opened& opened) {
  switch (opened.what) {
    case Opened::What::nothing:
      return;
    case Opened::What::boundary:
      return boundary();
    case Opened::What::inline_:
      close_inlines(std::min(open_inlines_, inlines_.size() - 1));
      inlines_.pop_back();
      return;
    case Opened::What::paragraph:
      boundary();
      blocks_[opened.block].paragraphs.pop_back();
      return;
    case Opened::What::block:
      while (blocks_.size() > opened.block) close_block();
  }
}

std::string Writer::finish() && {
  while (blocks_.size() > 1) close_block();
  boundary();
  return std::move(out_);
}

}  // namespace dunlin::html
