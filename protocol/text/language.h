#pragma once
#include <string_view>

namespace dunlin::text {

/// A language tag as posts carry it: a two-letter code of ISO 639-1 or a three-letter one of ISO 639-3, then
/// optional script, region and further subtags of BCP 47 ("pt-BR", "zh-Hant"), in any case of letters, at
/// most 35 bytes (RFC 5646 4.4.1). Two-letter codes must be assigned; of three letters only the form is
/// checked, for ISO 639-3 grows every year.
bool is_language(std::string_view tag);

}  // namespace dunlin::text
