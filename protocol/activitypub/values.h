#pragma once
// Forgiving readers: members may be absent, null, of another type, one value or an array, an id or an object.
// None of these throws; what cannot be read counts as absent.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/activitypub/document.h"
#include "protocol/base/time.h"

namespace dunlin::activitypub {

/// The member's value. nullptr when `object` is no object, has no such member, or it is null.
const json* member(const json& object, std::string_view name);
/// The value when it is an object, or the first object of an array; else nullptr.
const json* first_object(const json& value);
/// The entries of an array, or the one value itself; at most `max`. Nulls are left out. The pointers live as
/// long as `value`.
std::vector<const json*> entries(const json& value, std::size_t max);

/// A string, an object's `id` or else `href`, or that of an array's first entry. Empty when there is none, or
/// when it is longer than limits::remote_uri_bytes_max or has white space or control characters: an id is
/// taken whole or not at all.
std::string id_of(const json& value);
std::string id_of(const json& object, std::string_view name);
/// The ids of at most `max` entries, in order, without repetition.
std::vector<std::string> ids_of(const json& object, std::string_view name, std::size_t max);
/// `type`: a string, or the first string of an array.
std::string type_of(const json& object);

/// A string cut to `characters_max` code points. Empty for anything else.
std::string text_of(const json& object, std::string_view name, std::size_t characters_max);
struct NaturalText {
  std::string text;
  std::string language;  // BCP 47 as sent, or empty
};
/// `name` and `nameMap` (any pair of that shape). With both, the language is that whose value equals the
/// text, as GoToSocial reads it; with the map alone, its first entry; with the text alone, no language.
/// ActivityStreams 2.0 4.7.
NaturalText natural_text(const json& object, std::string_view name, std::size_t characters_max);

/// RFC 3339. Nothing when absent or unreadable.
std::optional<Timestamp> time_of(const json& object, std::string_view name);
/// True only for the JSON value true.
bool flag_of(const json& object, std::string_view name);
/// A count: a number 0..2^53, cut to that range; fractions are cut off. Nothing for anything else.
std::optional<std::int64_t> count_of(const json& value);
/// The count of a collection that is embedded (`totalItems`), or of a plain number.
std::optional<std::int64_t> total_of(const json& object, std::string_view name);

/// An http(s) address: a string, a Link's `href`, an object's `url`, or of an array of those the one of type
/// text/html, else the first. Empty when there is none. Not yet safe to fetch.
std::string url_of(const json& object, std::string_view name);
/// The same of one value.
std::string url_of(const json& value);

/// The first `characters_max` code points.
std::string cut(std::string_view text, std::size_t characters_max);

}  // namespace dunlin::activitypub
