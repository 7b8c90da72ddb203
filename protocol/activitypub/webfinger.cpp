#include "protocol/activitypub/webfinger.h"

#include <algorithm>

#include "protocol/activitypub/values.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"

namespace dunlin::activitypub {
namespace {

bool is_ascii_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
/// Other servers give out names with dots, hyphens and letters of any script; never what separates names in
/// text or addresses.
bool may_stand_in_username(char c) {
  return is_ascii_letter_or_digit(c) || c == '_' || c == '-' || c == '.' || c == '~' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool may_stand_in_host(char c) {
  return is_ascii_letter_or_digit(c) || c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}
bool is_host(std::string_view host) {
  if (auto colon = host.find(':'); colon != std::string_view::npos) {
    if (!is_port(host.substr(colon + 1))) return false;
    host = host.substr(0, colon);
  }
  if (host.empty() || host.size() > limits::domain_characters_max) return false;
  if (host.front() == '.' || host.back() == '.' || host.find("..") != std::string_view::npos) return false;
  return std::all_of(host.begin(), host.end(), may_stand_in_host);
}

}  // namespace

Result<Jrd> read_jrd(const json& document) {
  Jrd jrd;
  // `acct:user@host`: an id like any other, for what may stand in it.
  jrd.subject = id_of(document, "subject");
  jrd.aliases = ids_of(document, "aliases", limits::remote_links_max);
  if (const json* links = member(document, "links")) {
    for (const json* entry : entries(*links, limits::json_members_max)) {
      if (jrd.links.size() >= limits::remote_links_max) break;
      if (!entry->is_object()) continue;
      jrd.links.push_back({text_of(*entry, "rel", limits::name_characters_max),
                           text_of(*entry, "type", limits::name_characters_max), id_of(*entry, "href"),
                           text_of(*entry, "template", limits::remote_uri_bytes_max)});
    }
  }
  auto is_self = [](const Jrd::Link& link) {
    return link.rel == "self" && is_activity_media_type(link.type) && !origin_of(link.href).empty();
  };
  auto self = std::find_if(jrd.links.begin(), jrd.links.end(), is_self);
  if (jrd.subject.empty()) return fail(Errc::unprocessable, "The WebFinger answer has no subject");
  if (self == jrd.links.end()) return fail(Errc::unprocessable, "The WebFinger answer names no actor");
  jrd.actor = self->href;
  return jrd;
}

std::string write_jrd(std::string_view username, std::string_view host, std::string_view actor,
                      std::string_view profile, std::string_view subscribe_template) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().field("subject", "acct:" + std::string(username) + "@" + std::string(host));
  out.key("aliases").begin_array();
  if (!profile.empty()) out.value(profile);
  out.value(actor).end_array();
  out.key("links").begin_array();
  out.begin_object()
      .field("rel", "self")
      .field("type", activity_media_type)
      .field("href", actor)
      .end_object();
  if (!profile.empty()) {
    out.begin_object().field("rel", "http://webfinger.net/rel/profile-page").field("type", "text/html");
    out.field("href", profile).end_object();
  }
  if (!subscribe_template.empty()) {
    out.begin_object().field("rel", "http://ostatus.org/schema/1.0/subscribe");
    out.field("template", subscribe_template).end_object();
  }
  out.end_array().end_object();
  return text;
}

std::optional<Handle> parse_handle(std::string_view text) {
  constexpr std::string_view scheme = "acct:";
  if (text.size() > scheme.size() && equal_ignoring_case(text.substr(0, scheme.size()), scheme)) {
    text.remove_prefix(scheme.size());
  }
  if (text.starts_with('@')) text.remove_prefix(1);
  auto at = text.find('@');
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  std::string_view username = text.substr(0, at);
  std::string_view host = text.substr(at + 1);
  // The instance actor of a server is named as its host is.
  if (username.size() > limits::domain_characters_max) return std::nullopt;
  if (!std::all_of(username.begin(), username.end(),
                   [](char c) { return may_stand_in_username(c) || c == ':'; })) {
    return std::nullopt;
  }
  if (!is_utf8(text) || !is_host(host)) return std::nullopt;
  return Handle{std::string(username), to_lower(host)};
}

}  // namespace dunlin::activitypub
