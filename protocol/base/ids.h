#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace dunlin {

/// A row's number with the kind of row in its type, so that swapped arguments do not compile.
template <class Tag>
struct Id {
  std::int64_t value{};
  friend auto operator<=>(Id, Id) = default;
  explicit operator bool() const { return value != 0; }
};

/// Dense number of an account, local or remote: the rowid, used in all edges and arrays. Never leaves the
/// node.
using AccountId = Id<struct AccountTag>;
/// Time-ordered 64-bit ids, as the client API shows them (see IdGenerator).
using StatusId = Id<struct StatusTag>;
using AccountPublicId = Id<struct AccountPublicTag>;
using NotificationId = Id<struct NotificationTag>;
/// Plain rowids.
using AppId = Id<struct AppTag>;
using TokenId = Id<struct TokenTag>;
using TagId = Id<struct TagTag>;

/// Greater than every id: the open end of a page.
template <class IdType>
constexpr IdType id_max() {
  return IdType{std::numeric_limits<std::int64_t>::max()};
}

/// The API's form: a decimal string.
template <class Tag>
std::string to_string(Id<Tag> id) {
  return std::to_string(id.value);
}

/// Reads the API's form: 1 to 19 digits, positive, no sign, no leading zero. Nothing otherwise.
std::optional<std::int64_t> parse_id_number(std::string_view text);
template <class IdType>
std::optional<IdType> parse_id(std::string_view text) {
  auto number = parse_id_number(text);
  if (!number) return std::nullopt;
  return IdType{*number};
}

}  // namespace dunlin

template <class Tag>
struct std::hash<dunlin::Id<Tag>> {
  std::size_t operator()(dunlin::Id<Tag> id) const noexcept {
    // Ids are sequential in their low bits or their high bits; mix so that both kinds spread over shards.
    auto x = static_cast<std::uint64_t>(id.value) * 0x9E3779B97F4A7C15ULL;
    return static_cast<std::size_t>(x ^ (x >> 32));
  }
};
