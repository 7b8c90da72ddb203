#pragma once
// Writes pieces of text as HTML, with their URLs, mentions and hashtags as links. Shared by both formats of
// compose.h.
#include <string>
#include <string_view>
#include <unordered_set>

#include "protocol/text/compose.h"
#include "protocol/text/tokens.h"

namespace dunlin::text {

/// Gathers a Scan, each thing once.
class Found {
 public:
  explicit Found(Scan& scan) : scan_(scan) {}
  void mention(const MentionRef& ref);
  void tag(std::string_view name);
  void url(std::string_view url);

 private:
  Scan& scan_;
  std::unordered_set<std::string> seen_;  // each with a first character that tells the kinds apart
};

/// The mention with its domain in the one form that names are compared in. Nothing when that domain can be no
/// host's name.
std::optional<MentionRef> mention_of(const Token& token);

class Linkifier {
 public:
  /// Appends to `out`; `found` may be null. All must outlive the linkifier.
  Linkifier(std::string& out, const Resolve& resolve, std::string_view tag_url_prefix, Found* found)
      : out_(out), resolve_(resolve), tag_url_prefix_(tag_url_prefix), found_(found) {}
  /// `before`: the character in front of the text, 0 when there is none. Line ends become <br>, blank lines
  /// </p><p>.
  void text(std::string_view text, char32_t before = 0);
  /// A URL that the caller found good, with the shortened display that Mastodon has: the scheme is invisible,
  /// then 30 characters, but always the whole host, then an invisible rest.
  void url(std::string_view url);

 private:
  void mention(const Token& token);
  void tag(const Token& token);
  std::string& out_;
  const Resolve& resolve_;
  std::string_view tag_url_prefix_;
  Found* found_;
};

/// Opens the link that ordinary addresses get; the caller writes what is shown and </a>.
void append_link_start(std::string& out, std::string_view url);
/// Escaped text, with line ends as <br> and blank lines as </p><p>.
void append_lines(std::string& out, std::string_view text);

}  // namespace dunlin::text
