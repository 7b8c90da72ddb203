#pragma once
// Names of the wire and the @context of what we send. Every extension term that we write is declared, because
// readers that follow JSON-LD to the letter (Fedify) drop the others.
#include <string>
#include <string_view>

namespace dunlin::activitypub {

inline constexpr std::string_view as_namespace = "https://www.w3.org/ns/activitystreams";
inline constexpr std::string_view as_public = "https://www.w3.org/ns/activitystreams#Public";
inline constexpr std::string_view activity_media_type = "application/activity+json";
inline constexpr std::string_view ld_media_type =
    "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/// True for the three spellings of the Public collection (ActivityPub 5.6).
bool is_public(std::string_view uri);
/// True for `application/activity+json` and for `application/ld+json` with the profile of ActivityStreams,
/// with further parameters or without. Nothing else may be taken for a document of another server: an
/// uploaded file could be one.
bool is_activity_media_type(std::string_view content_type);
/// `scheme://host[:port]` of an http(s) address in lower case, without the default port, user or path. Empty
/// when it is none. Two addresses belong to one server when these are equal and not empty.
std::string origin_of(std::string_view uri);

/// Which terms a document needs declared.
enum class Context { none, plain, post, actor };
/// The JSON value of "@context"; not for Context::none.
std::string_view context_json(Context context);

}  // namespace dunlin::activitypub
