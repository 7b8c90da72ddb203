#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace dunlin::text {

struct Entity {
  std::size_t length{};  // bytes from '&' to ';'; 0 when there is no entity that we know
  std::string text;
};
/// The entity at the start of a text: a number, or one of the names that people and programs use. As in the
/// HTML standard, characters that a document must not hold become U+FFFD. Looks at no more than 12 bytes.
Entity entity_at(std::string_view text);

}  // namespace dunlin::text
