#include "protocol/text/markdown.h"

#include <md4c.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <utility>
#include <vector>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/text/entities.h"
#include "protocol/text/plain.h"
#include "protocol/text/tokens.h"
#include "protocol/text/unicode.h"

namespace dunlin::text {
namespace {

// Characters that must not mean anything for a while stand as noncharacters, which cleaned() keeps out of the
// text: U+FDD0..U+FDD2 for * _ ~ inside URLs, names and tags while Markdown is read ("@_a_" is no emphasis),
// and U+FDD3, U+FDD4 for @ # that were escaped ("\@a" is no mention) while links are looked for.
constexpr std::string_view stand_in_lead = "\xEF\xB7";
constexpr std::string_view stood_for = "*_~@#";
constexpr std::size_t markup_characters = 3;

void append_stand_in(std::string& out, std::size_t which) {
  out += stand_in_lead;
  out += static_cast<char>(0x90 + which);
}

/// Puts the first `kinds` of the characters back.
void append_restored(std::string& out, std::string_view text, std::size_t kinds) {
  for (;;) {
    const auto at = text.find(stand_in_lead);
    if (at == text.npos || at + 2 >= text.size()) break;
    const auto which = static_cast<std::size_t>(static_cast<unsigned char>(text[at + 2])) - 0x90;
    if (which < kinds) {
      out.append(text, 0, at);
      out += stood_for[which];
    } else {
      out.append(text, 0, at + 3);
    }
    text.remove_prefix(at + 3);
  }
  out += text;
}

/// The source with the markup characters inside of what will be links replaced. Those at a link's end stay,
/// to close emphasis.
std::string shielded(std::string_view source) {
  std::string out;
  out.reserve(source.size() + source.size() / 8);
  Tokens tokens(source);
  while (auto token = tokens.next()) {
    const auto whole = token->whole;
    const auto end = token->kind == Token::Kind::text ? 0 : whole.find_last_not_of("*_~") + 1;
    for (const char c : whole.substr(0, end)) {
      const auto which = stood_for.substr(0, markup_characters).find(c);
      which == stood_for.npos ? void(out += c) : append_stand_in(out, which);
    }
    out += whole.substr(end);
  }
  return out;
}

bool has_scheme(std::string_view url, std::string_view scheme) {
  return equal_ignoring_case(url.substr(0, scheme.size()), scheme);
}
bool is_web(std::string_view url) { return has_scheme(url, "http://") || has_scheme(url, "https://"); }

std::string_view host_of(std::string_view web_url) {
  web_url.remove_prefix(web_url.find("://") + 3);
  return web_url.substr(0, web_url.find_first_of("/?#"));
}

/// A link target as written in the text, with what an address may not hold as it is (RFC 3986 2) escaped.
std::string target_of(const MD_ATTRIBUTE& attribute) {
  std::string raw;
  for (std::size_t i = 0; attribute.size > 0 && attribute.substr_offsets[i] < attribute.size; ++i) {
    const std::string_view piece(attribute.text + attribute.substr_offsets[i],
                                 attribute.substr_offsets[i + 1] - attribute.substr_offsets[i]);
    const auto entity = attribute.substr_types[i] == MD_TEXT_ENTITY ? entity_at(piece) : Entity{};
    raw += entity.length > 0 ? std::string_view(entity.text) : piece;
  }
  std::string restored, target;
  append_restored(restored, trim(raw), stood_for.size());
  for (const char c : restored) {
    if (std::string_view(" \t\n\"<>^`{|}").find(c) == std::string_view::npos) {
      target += c;
    } else {
      target += percent_encode({&c, 1});
    }
  }
  return target;
}

/// Takes what the parser reports and writes HTML. `source` is what is parsed.
class Emitter {
 public:
  Emitter(std::string_view source, const Resolve& resolve, std::string_view tag_url_prefix, Found* found)
      : source_(source),
        found_(found),
        linkifier_(out_, resolve, tag_url_prefix, found),
        target_bytes_left_(source.size() + std::size_t{16} * 1024) {
    out_.reserve(source.size() * 2);
  }
  void enter_block(MD_BLOCKTYPE type, void* detail);
  void leave_block();
  void enter_span(MD_SPANTYPE type, void* detail);
  void leave_span();
  void text(MD_TEXTTYPE type, std::string_view piece);
  /// Nothing when there is nothing to see.
  std::optional<std::string> finish() &&;

 private:
  void flush();
  bool is_escaped(std::string_view piece) const;
  void open(std::string_view start, std::string_view end);
  void open_nested(std::string_view start, std::string_view end);
  void open_item();
  void open_link(const MD_ATTRIBUTE& target);
  void close();
  void close_link();
  static constexpr std::string_view link_end = "</a>";

  std::string_view source_;
  Found* found_;
  std::string out_;
  Linkifier linkifier_;
  bool shown_ = false;                  // something visible was written
  std::string run_;                     // text that waits for more of its kind
  char32_t before_ = 0;                 // the character in front of it
  std::vector<std::string_view> ends_;  // of each open block and span; empty for one that is not written
  int nesting_ = 0;                     // open blocks and spans that can be inside of their own kind
  std::string target_;                  // of the open link, "" when none is open
  std::size_t link_start_ = 0, link_text_ = 0;  // where it and its text begin in out_
  // One definition may be the target of many links: without an end, a small text could become a large page.
  std::size_t target_bytes_left_;
};

void Emitter::flush() {
  if (run_.empty()) return;
  shown_ = shown_ || has_visible_text(run_);
  target_.empty() ? linkifier_.text(run_, before_) : append_escaped_html(out_, run_);
  before_ = last_character(run_);
  run_.clear();
}

void Emitter::open(std::string_view start, std::string_view end) {
  flush();
  out_ += start;
  ends_.push_back(end);
}

void Emitter::open_nested(std::string_view start, std::string_view end) {
  if (nesting_ >= limits::html_nesting_max) return open("", "");
  ++nesting_;
  open(start, end);
}

void Emitter::open_item() {
  if (!ends_.back().empty()) return open("<li>", "</li>");
  open("<br>", "");  // its list is too deep to be written
}

void Emitter::enter_block(MD_BLOCKTYPE type, void* detail) {
  flush();
  before_ = 0;
  switch (type) {
    case MD_BLOCK_QUOTE:
      return open_nested("<blockquote>", "</blockquote>");
    case MD_BLOCK_UL:
      return open_nested("<ul>", "</ul>");
    case MD_BLOCK_OL: {
      const auto first = static_cast<const MD_BLOCK_OL_DETAIL*>(detail)->start;
      // "2024. What a year" is a list to Markdown, and must still say 2024.
      return open_nested(first == 1 ? "<ol>" : "<ol start=\"" + std::to_string(first) + "\">", "</ol>");
    }
    case MD_BLOCK_LI:
      return open_item();
    case MD_BLOCK_HR:
      shown_ = true;
      return open("<p>* * *", "</p>");
    case MD_BLOCK_H:
      return open("<p><strong>", "</strong></p>");
    case MD_BLOCK_CODE:
      return open("<pre><code>", "</code></pre>");
    case MD_BLOCK_P:
      return open("<p>", "</p>");
    default:
      return open("", "");
  }
}

void Emitter::leave_block() {
  close();
  before_ = 0;
}

void Emitter::enter_span(MD_SPANTYPE type, void* detail) {
  switch (type) {
    case MD_SPAN_EM:
      return open_nested("<em>", "</em>");
    case MD_SPAN_STRONG:
      return open_nested("<strong>", "</strong>");
    case MD_SPAN_DEL:
      return open_nested("<del>", "</del>");
    case MD_SPAN_CODE:
      return open("<code>", "</code>");
    case MD_SPAN_A:
      return open_link(static_cast<const MD_SPAN_A_DETAIL*>(detail)->href);
    case MD_SPAN_IMG:
      return open_link(static_cast<const MD_SPAN_IMG_DETAIL*>(detail)->src);
    default:
      return open("", "");
  }
}

void Emitter::leave_span() {
  if (ends_.back() == link_end) {
    flush();
    close_link();
    ends_.pop_back();
  } else {
    close();
  }
}

void Emitter::close() {
  flush();
  const auto end = ends_.back();
  ends_.pop_back();
  out_ += end;
  for (const std::string_view nested : {"</blockquote>", "</ul>", "</ol>", "</em>", "</strong>", "</del>"}) {
    if (end == nested) --nesting_;
  }
}

void Emitter::open_link(const MD_ATTRIBUTE& attribute) {
  const auto bytes_max = std::min(limits::linked_url_bytes_max, target_bytes_left_);
  if (!target_.empty() || attribute.size > bytes_max) return open("", "");
  auto target = target_of(attribute);
  // A backslash is a slash to browsers and none to others: they would not agree on the host.
  const bool allowed = ((is_web(target) && !host_of(target).empty()) || has_scheme(target, "mailto:")) &&
                       target.find('\\') == target.npos;
  if (!allowed || target.size() > bytes_max) return open("", "");
  flush();
  target_bytes_left_ -= target.size();
  link_start_ = out_.size();
  append_link_start(out_, target);
  link_text_ = out_.size();
  ends_.push_back(link_end);
  if (found_ && is_web(target)) found_->url(target);
  target_ = std::move(target);
}

void Emitter::close_link() {
  const auto target = std::exchange(target_, {});
  const auto shown = html_to_plain(std::string_view(out_).substr(link_text_));
  // A link whose text is an address leads to that address, or else shows where it leads.
  bool shows_address = shown == target || !has_visible_text(shown);
  Tokens tokens(shown);
  while (auto token = tokens.next()) {
    if (token->kind != Token::Kind::url) continue;
    shows_address =
        shows_address || !is_web(target) || !equal_ignoring_case(host_of(token->whole), host_of(target));
  }
  if (!shows_address) {
    out_ += link_end;
    return;
  }
  shown_ = true;
  if (is_web(target)) {
    out_.resize(link_start_);
    linkifier_.url(target);
  } else {
    out_.resize(link_text_);
    append_escaped_html(out_, target);
    out_ += link_end;
  }
}

void Emitter::text(MD_TEXTTYPE type, std::string_view piece) {
  switch (type) {
    case MD_TEXT_BR:
    case MD_TEXT_SOFTBR:
      flush();
      out_ += "<br>";
      before_ = '\n';
      return;
    case MD_TEXT_CODE:
      flush();
      shown_ = shown_ || has_visible_text(piece);
      append_escaped_html(out_, piece);
      before_ = '`';
      return;
    case MD_TEXT_ENTITY: {
      const auto entity = entity_at(piece);
      const auto which = std::string_view("@#").find(entity.text);
      if (entity.length == 0) {
        run_ += piece;
      } else if (entity.text.size() == 1 && which != std::string_view::npos) {
        append_stand_in(run_, markup_characters + which);
      } else {
        run_ += entity.text == "\n" ? " " : entity.text;
      }
      return;
    }
    default: {
      const auto which = std::string_view("@#").find(piece.empty() ? '\0' : piece.front());
      if (which != std::string_view::npos && is_escaped(piece)) {
        append_stand_in(run_, markup_characters + which);
        piece.remove_prefix(1);
      }
      return append_restored(run_, piece, markup_characters);
    }
  }
}

/// Whether an odd number of backslashes is in front of a piece of the source.
bool Emitter::is_escaped(std::string_view piece) const {
  const std::less<> before;
  if (before(piece.data(), source_.data()) || !before(piece.data(), source_.data() + source_.size()))
    return false;
  const auto in_front = source_.substr(0, static_cast<std::size_t>(piece.data() - source_.data()));
  return (in_front.size() - (in_front.find_last_not_of('\\') + 1)) % 2 == 1;
}

std::optional<std::string> Emitter::finish() && {
  flush();
  if (!shown_) return std::nullopt;
  std::string html;
  html.reserve(out_.size());
  append_restored(html, out_, stood_for.size());
  return html;
}

struct Run {
  Emitter emitter;
  std::vector<int> open;  // kinds of blocks and spans that were entered
  std::exception_ptr error;
};
constexpr int block(MD_BLOCKTYPE type) { return type; }
constexpr int span(MD_SPANTYPE type) { return 1000 + type; }

constexpr int go_on = 0, stop = 1;

/// Exceptions must not cross the parser, which is C.
template <class Step>
int guarded(void* run, Step step) {
  auto& r = *static_cast<Run*>(run);
  try {
    step(r);
    return go_on;
  } catch (...) {
    r.error = std::current_exception();
    return stop;
  }
}

template <class Step>
int enter(void* run, int kind, Step step) {
  return guarded(run, [&](Run& r) {
    r.open.push_back(kind);
    step(r.emitter);
  });
}

/// md4c 0.4.8 leaves spans that it never entered: "![](~)~".
template <class Step>
int leave(void* run, int kind, Step step) {
  auto& open = static_cast<Run*>(run)->open;
  if (open.empty() || open.back() != kind) return stop;
  open.pop_back();
  return guarded(run, [&](Run& r) { step(r.emitter); });
}

constexpr MD_PARSER parser{
    .abi_version = 0,
    // Indented text is more often drawn than code.
    .flags = MD_FLAG_NOHTML | MD_FLAG_STRIKETHROUGH | MD_FLAG_NOINDENTEDCODEBLOCKS,
    .enter_block =
        [](MD_BLOCKTYPE type, void* detail, void* run) {
          return enter(run, block(type), [&](Emitter& e) { e.enter_block(type, detail); });
        },
    .leave_block = [](MD_BLOCKTYPE type, void*,
                      void* run) { return leave(run, block(type), [](Emitter& e) { e.leave_block(); }); },
    .enter_span =
        [](MD_SPANTYPE type, void* detail, void* run) {
          return enter(run, span(type), [&](Emitter& e) { e.enter_span(type, detail); });
        },
    .leave_span = [](MD_SPANTYPE type, void*,
                     void* run) { return leave(run, span(type), [](Emitter& e) { e.leave_span(); }); },
    .text = [](MD_TEXTTYPE type, const char* text, MD_SIZE size,
               void* run) { return guarded(run, [&](Run& r) {
                              r.emitter.text(type, {text, size});
                            }); },
    .debug_log = nullptr,
    .syntax = nullptr};

}  // namespace

std::optional<std::string> markdown_to_html(std::string_view text, const Resolve& resolve,
                                            std::string_view tag_url_prefix, Found* found) {
  if (text.size() > limits::markdown_bytes_max) return std::nullopt;
  const auto source = shielded(text);
  Run run{Emitter(source, resolve, tag_url_prefix, found), {}, nullptr};
  const int status = md_parse(source.data(), static_cast<MD_SIZE>(source.size()), &parser, &run);
  if (run.error) std::rethrow_exception(run.error);
  if (status != 0 || !run.open.empty()) return std::nullopt;
  return std::move(run.emitter).finish();
}

}  // namespace dunlin::text
