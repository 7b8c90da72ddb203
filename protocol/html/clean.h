#pragma once
// HTML that other servers wrote, made safe to show.
#include <string>
#include <string_view>

namespace dunlin::html {

/// Untrusted HTML, rebuilt from an allow list (README.md has it). What is not on it is gone, or only its text
/// is left. UTF-8 without control characters but tab and newline; each element closed; at most
/// limits::remote_content_bytes_max bytes, limits::html_tags_max tags and limits::html_nesting_max levels,
/// what is past them is cut. Never fails, and clean(clean(x)) == clean(x).
/// Source: HTML Standard 13.2 (parsing); docs.joinmastodon.org/spec/activitypub/#sanitization.
std::string clean(std::string_view untrusted);

/// What a reader sees of untrusted HTML, as text::html_to_plain writes it: for names, notifications, previews
/// and for telling the language. Parts of links that clients hide are there. Bounded as clean().
std::string to_text(std::string_view untrusted);

}  // namespace dunlin::html
