#include "protocol/text/linkify.h"

#include <unicode/uidna.h>

#include <algorithm>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/text/plain.h"
#include "protocol/text/unicode.h"

namespace dunlin::text {
namespace {

bool is_web_url(std::string_view url) {
  return equal_ignoring_case(url.substr(0, 7), "http://") ||
         equal_ignoring_case(url.substr(0, 8), "https://");
}

/// UTS 46 without transitional processing, as browsers do it. Nothing when the name breaks its rules.
std::optional<std::string> ascii_domain(std::string_view domain) {
  if (domain.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == domain.npos &&
      domain.find("xn--") == domain.npos) {
    if (domain.size() > limits::domain_characters_max) return std::nullopt;
    return std::string(domain);
  }
  static const UIDNA* idna = [] {
    UErrorCode status = U_ZERO_ERROR;
    return uidna_openUTS46(
        UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII,
        &status);
  }();
  char out[limits::domain_characters_max + 1];
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  UErrorCode status = U_ZERO_ERROR;
  const auto length = uidna_nameToASCII_UTF8(idna, domain.data(), static_cast<std::int32_t>(domain.size()),
                                             out, static_cast<std::int32_t>(sizeof out), &info, &status);
  if (U_FAILURE(status) || info.errors != 0 || length <= 0 ||
      length > static_cast<std::int32_t>(sizeof out)) {
    return std::nullopt;
  }
  return std::string(out, static_cast<std::size_t>(length));
}

}  // namespace

void Found::mention(const MentionRef& ref) {
  if (seen_.insert('@' + to_lower(ref.username) + '@' + ref.domain).second) scan_.mentions.push_back(ref);
}
void Found::tag(std::string_view name) {
  if (seen_.insert('#' + normalise_tag(name)).second) scan_.tags.emplace_back(name);
}
void Found::url(std::string_view url) {
  if (seen_.insert(std::string(url)).second) scan_.urls.emplace_back(url);
}

std::optional<MentionRef> mention_of(const Token& token) {
  MentionRef ref{std::string(token.name), {}};
  if (token.domain.empty()) return ref;
  const auto colon = token.domain.find(':');
  auto host = ascii_domain(to_lower(token.domain.substr(0, colon)));
  if (!host) return std::nullopt;
  ref.domain = std::move(*host);
  if (colon != token.domain.npos) ref.domain += token.domain.substr(colon);
  return ref;
}

void append_link_start(std::string& out, std::string_view url) {
  out += "<a href=\"";
  append_escaped_html(out, url);
  out += "\" rel=\"nofollow noopener noreferrer\" target=\"_blank\">";
}

void append_lines(std::string& out, std::string_view text) {
  for (std::size_t line_end = text.find('\n'); line_end != text.npos; line_end = text.find('\n')) {
    append_escaped_html(out, text.substr(0, line_end));
    text.remove_prefix(line_end + 1);
    bool blank_line = false;
    for (;;) {
      const auto content = text.find_first_not_of(" \t");
      if (content == text.npos || text[content] != '\n') break;
      text.remove_prefix(content + 1);
      blank_line = true;
    }
    out += blank_line ? "</p><p>" : "<br>";
  }
  append_escaped_html(out, text);
}

void Linkifier::text(std::string_view text, char32_t before) {
  Tokens tokens(text, before);
  while (auto token = tokens.next()) {
    switch (token->kind) {
      case Token::Kind::text:
        append_lines(out_, token->whole);
        break;
      case Token::Kind::mention:
        mention(*token);
        break;
      case Token::Kind::tag:
        tag(*token);
        break;
      case Token::Kind::url:
        if (found_) found_->url(token->whole);
        url(token->whole);
        break;
    }
  }
}

void Linkifier::url(std::string_view url) {
  constexpr std::size_t shown_characters = 30;
  const auto scheme = url.find("://") + 3;
  const auto rest = url.substr(scheme);
  // Whoever reads a link must be able to see where it leads.
  const auto host = std::min(rest.find_first_of("/?#"), rest.size());
  const auto shown = std::max(host, prefix_of_graphemes(rest, shown_characters));
  append_link_start(out_, url);
  out_ += "<span class=\"invisible\">";
  append_escaped_html(out_, url.substr(0, scheme));
  out_ += shown < rest.size() ? "</span><span class=\"ellipsis\">" : "</span><span>";
  append_escaped_html(out_, rest.substr(0, shown));
  if (shown < rest.size()) {
    out_ += "</span><span class=\"invisible\">";
    append_escaped_html(out_, rest.substr(shown));
  }
  out_ += "</span></a>";
}

void Linkifier::mention(const Token& token) {
  const auto ref = mention_of(token);
  if (ref && found_) found_->mention(*ref);
  const auto target = ref && resolve_ ? resolve_(*ref) : std::nullopt;
  if (!target || !is_web_url(target->url)) return append_escaped_html(out_, token.whole);
  out_ += "<span class=\"h-card\"><a href=\"";
  append_escaped_html(out_, target->url);
  out_ += "\" class=\"u-url mention\">@<span>";
  append_escaped_html(out_, target->acct_username);
  out_ += "</span></a></span>";
}

void Linkifier::tag(const Token& token) {
  if (found_) found_->tag(token.name);
  out_ += "<a href=\"";
  append_escaped_html(out_, tag_url_prefix_);
  out_ += percent_encode(normalise_tag(token.name));
  out_ += "\" class=\"mention hashtag\" rel=\"tag\">#<span>";
  append_escaped_html(out_, token.name);
  out_ += "</span></a>";
}

}  // namespace dunlin::text
