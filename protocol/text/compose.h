#pragma once
// What a local author typed, into safe HTML: everything is escaped but the elements written here, which are
//   p br span a (and, of Markdown, strong em del code pre blockquote ul ol li)
// with no attributes but href, class, rel, target and ol's start. Text in any script stays as it was typed,
// but for what cleaned() in unicode.h drops. No function here throws, unless `Resolve` does. Time is linear
// in the text; Markdown is quadratic at worst, and bounded by limits::markdown_bytes_max.
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dunlin::text {

enum class Format { plain, markdown };

struct MentionRef {
  std::string username;  // as typed
  std::string domain;    // lower case, ASCII form, may carry a port; "" = local
  friend bool operator==(const MentionRef&, const MentionRef&) = default;
};

struct Scan {
  std::vector<MentionRef> mentions;  // distinct without regard to case
  std::vector<std::string> tags;     // as first typed, without '#'; distinct by normalise_tag
  std::vector<std::string> urls;     // distinct
  std::size_t characters = 0;
};

/// What to_html would try to link, in order of first appearance (of Markdown, what stands in code is left out
/// and link targets are in), and the text's length as Mastodon's clients count it in either format: grapheme
/// clusters of the source, where each URL is 23 and a mention's domain is nothing.
Scan scan(std::string_view text, Format format = Format::plain);

struct MentionTarget {
  std::string url;            // the profile's page, http or https; any other leaves the mention as text
  std::string acct_username;  // as shown after the '@'
};
/// Nothing leaves the mention as plain text. Asked once for each mention in the text, also when it is there
/// twice.
using Resolve = std::function<std::optional<MentionTarget>(const MentionRef&)>;

/// Empty for a text without anything to see, such as spaces. `tag_url_prefix`: "https://host/tags/", to which
/// the normalised, percent-encoded tag is added. Plain: paragraphs at blank lines, <br> at other line ends.
/// Markdown: CommonMark with strikethrough, line ends kept as <br>, headings as bold paragraphs, pictures as
/// links, no raw HTML.
std::string to_html(std::string_view text, Format format, const Resolve& resolve,
                    std::string_view tag_url_prefix);

/// The form under which a tag is looked up: NFKC, case folded, invisible characters dropped. Idempotent.
/// Empty for a text that is no tag: one without letters or numbers, or far over limits::tag_characters_max.
std::string normalise_tag(std::string_view tag);

}  // namespace dunlin::text
