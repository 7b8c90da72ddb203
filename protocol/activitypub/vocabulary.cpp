#include "protocol/activitypub/vocabulary.h"

#include <algorithm>

#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"

namespace dunlin::activitypub {
namespace {

// data-integrity/v1 declares the proofs of FEP-8b32, which any of our documents may carry.
constexpr std::string_view plain_context =
    R"(["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v1",)"
    R"({"toot":"http://joinmastodon.org/ns#","Emoji":"toot:Emoji","Hashtag":"as:Hashtag",)"
    R"("QuoteRequest":"https://w3id.org/fep/044f#QuoteRequest"}])";

// did/v1 declares assertionMethod (FEP-521a). `schema` lacks a slash that its owner has: Mastodon began so,
// all follow.
constexpr std::string_view actor_context =
    R"(["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1",)"
    R"("https://w3id.org/security/data-integrity/v1","https://www.w3.org/ns/did/v1",)"
    R"("https://w3id.org/security/multikey/v1",)"
    R"({"manuallyApprovesFollowers":"as:manuallyApprovesFollowers","toot":"http://joinmastodon.org/ns#",)"
    R"("discoverable":"toot:discoverable","indexable":"toot:indexable","memorial":"toot:memorial",)"
    R"("featured":{"@id":"toot:featured","@type":"@id"},"Emoji":"toot:Emoji",)"
    R"("alsoKnownAs":{"@id":"as:alsoKnownAs","@type":"@id"},"movedTo":{"@id":"as:movedTo","@type":"@id"},)"
    R"("webfinger":"https://purl.org/wytchspace/ns/ap/1.0/webfinger",)"
    R"("schema":"http://schema.org#","PropertyValue":"schema:PropertyValue","value":"schema:value"}])";

constexpr std::string_view post_context =
    R"(["https://www.w3.org/ns/activitystreams","https://w3id.org/security/data-integrity/v1",)"
    R"({"sensitive":"as:sensitive","Hashtag":"as:Hashtag","toot":"http://joinmastodon.org/ns#","Emoji":"toot:Emoji",)"
    R"("ostatus":"http://ostatus.org#","conversation":"ostatus:conversation",)"
    R"("blurhash":"toot:blurhash","focalPoint":{"@container":"@list","@id":"toot:focalPoint"},)"
    R"("votersCount":"toot:votersCount",)"
    R"("quote":{"@id":"https://w3id.org/fep/044f#quote","@type":"@id"},)"
    R"("quoteAuthorization":{"@id":"https://w3id.org/fep/044f#quoteAuthorization","@type":"@id"},)"
    R"("QuoteAuthorization":"https://w3id.org/fep/044f#QuoteAuthorization",)"
    R"("QuoteRequest":"https://w3id.org/fep/044f#QuoteRequest",)"
    R"("quoteUri":"http://fedibird.com/ns#quoteUri","_misskey_quote":"https://misskey-hub.net/ns#_misskey_quote",)"
    R"("gts":"https://gotosocial.org/ns#","interactionPolicy":{"@id":"gts:interactionPolicy","@type":"@id"},)"
    R"("canQuote":{"@id":"gts:canQuote","@type":"@id"},"canReply":{"@id":"gts:canReply","@type":"@id"},)"
    R"("canLike":{"@id":"gts:canLike","@type":"@id"},"canAnnounce":{"@id":"gts:canAnnounce","@type":"@id"},)"
    R"("automaticApproval":{"@id":"gts:automaticApproval","@type":"@id"},)"
    R"("manualApproval":{"@id":"gts:manualApproval","@type":"@id"},)"
    R"("ReplyRequest":"gts:ReplyRequest","ReplyAuthorization":"gts:ReplyAuthorization",)"
    R"("replyAuthorization":{"@id":"gts:replyAuthorization","@type":"@id"},)"
    R"("interactingObject":{"@id":"gts:interactingObject","@type":"@id"},)"
    R"("interactionTarget":{"@id":"gts:interactionTarget","@type":"@id"}}])";

bool starts_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// In the encoded form (xn--), which everyone writes in ids: in Unicode one name would have two forms.
bool is_host_name(std::string_view name) {
  const bool bracketed = name.size() > 2 && name.starts_with('[') && name.ends_with(']');  // IPv6
  if (bracketed) name = name.substr(1, name.size() - 2);
  if (name.empty() || name.front() == '.' || name.back() == '.' || name.find("..") != name.npos) return false;
  return std::all_of(name.begin(), name.end(), [bracketed](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_' ||
           (bracketed && c == ':');
  });
}

}  // namespace

bool is_public(std::string_view uri) { return uri == as_public || uri == "as:Public" || uri == "Public"; }

bool is_activity_media_type(std::string_view content_type) {
  auto semicolon = content_type.find(';');
  std::string type = to_lower(trim(content_type.substr(0, semicolon)));
  if (type == activity_media_type) return true;
  if (type != "application/ld+json" || semicolon == std::string_view::npos) return false;
  // The profile is a list of addresses in quotes; some leave the quotes out.
  std::string_view rest = content_type.substr(semicolon);
  auto at = rest.find("profile=");
  if (at == std::string_view::npos) return false;
  rest.remove_prefix(at + 8);
  const bool quoted = rest.starts_with('"');
  if (quoted) rest.remove_prefix(1);
  rest = rest.substr(0, rest.find_first_of(quoted ? "\"" : "; \t"));
  while (!rest.empty()) {
    auto space = rest.find(' ');
    if (rest.substr(0, space) == as_namespace) return true;
    rest.remove_prefix(space == std::string_view::npos ? rest.size() : space + 1);
  }
  return false;
}

std::string origin_of(std::string_view uri) {
  const bool secure = starts_ignoring_case(uri, "https://");
  if (!secure && !starts_ignoring_case(uri, "http://")) return {};
  std::string_view rest = uri.substr(secure ? 8 : 7);
  // Everything else that could stand here, a name before @ above all, is a trick: readers differ on which
  // host that is.
  std::string host = to_lower(rest.substr(0, rest.find_first_of("/?#\\")));
  const auto colon = host.find(':', host.starts_with('[') ? host.find(']') : 0);
  if (colon != std::string::npos) {
    const std::string_view port = std::string_view(host).substr(colon + 1);
    if (port.size() > 5 || !std::all_of(port.begin(), port.end(), is_digit)) return {};
    if (port.empty() || port == (secure ? "443" : "80")) host.resize(colon);
  }
  auto name_end = std::min(colon, host.size());
  // example.org. is example.org, and is not to be taken for another by who compares or blocks.
  if (name_end > 1 && host[name_end - 1] == '.') host.erase(--name_end, 1);
  if (!is_host_name(std::string_view(host).substr(0, name_end))) return {};
  return (secure ? "https://" : "http://") + host;
}

std::string_view context_json(Context context) {
  ENSURE(context != Context::none);
  switch (context) {
    case Context::post:
      return post_context;
    case Context::actor:
      return actor_context;
    default:
      return plain_context;
  }
}

}  // namespace dunlin::activitypub
