#include "protocol/text/language.h"

#include <unicode/uloc.h>

#include <algorithm>
#include <string>

#include "protocol/base/encoding.h"

namespace dunlin::text {
namespace {

bool is_assigned(std::string_view two_letters) {
  const auto lower = to_lower(two_letters);
  for (const char* const* code = uloc_getISOLanguages(); *code != nullptr; ++code) {
    if (lower == *code) return true;
  }
  return false;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

bool is_language(std::string_view tag) {
  constexpr std::size_t longest = 35;
  const auto language = tag.substr(0, tag.find('-'));
  if (tag.size() > longest || !std::all_of(language.begin(), language.end(), is_letter)) return false;
  if (language.size() != 3 && !(language.size() == 2 && is_assigned(language))) return false;
  const std::string terminated(tag);
  char locale[ULOC_FULLNAME_CAPACITY];
  std::int32_t parsed = 0;
  UErrorCode status = U_ZERO_ERROR;
  uloc_forLanguageTag(terminated.c_str(), locale, static_cast<std::int32_t>(sizeof locale), &parsed, &status);
  return U_SUCCESS(status) && static_cast<std::size_t>(parsed) == tag.size();
}

}  // namespace dunlin::text
