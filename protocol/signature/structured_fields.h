#pragma once
// Dictionaries of RFC 9651 (formerly 8941), as far as signatures and digests use them. Strict: where the RFC
// lets a later member replace an earlier of the same name, the field is refused, so that no two readers see
// different ones.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/base/result.h"

namespace dunlin::signature {

struct Token {
  std::string text;
};
struct Decimal {
  std::string text;
};
struct ByteSequence {
  std::string bytes;
};
/// Integer, decimal, string, token, byte sequence, boolean. Dates and display strings (RFC 9651 3.3.7 and 8)
/// are refused.
using BareItem = std::variant<std::int64_t, Decimal, std::string, Token, ByteSequence, bool>;
using Parameters = std::vector<std::pair<std::string, BareItem>>;  // in order, no name twice

struct Item {
  BareItem value;
  Parameters parameters;
};
struct Member {
  BareItem value;           // when not a list
  std::vector<Item> items;  // of an inner list
  bool is_list = false;
  Parameters parameters;
  std::string raw;  // what stands after "key=", parameters included
};
using Dictionary = std::vector<std::pair<std::string, Member>>;  // in order, no key twice

/// The joined value of a field, read to its end in one pass; empty for an empty field. Refusal::malformed
/// otherwise.
Result<Dictionary> parse_dictionary(std::string_view text);
/// A string with its quotes (RFC 9651 4.1.6). Nothing but printable ASCII may be in it.
std::string serialized_string(std::string_view text);

/// The parameter of this name; nullptr when there is none.
const BareItem* find_parameter(const Parameters& parameters, std::string_view name);

}  // namespace dunlin::signature
