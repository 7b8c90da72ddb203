#pragma once
// Tables as text with commas, as people move their lists between servers. RFC 4180. Pure.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/result.h"

namespace dunlin::text {

struct CsvRow {
  std::size_t line = 0;  // on which it begins, from 1
  std::vector<std::string> cells;
};
/// Rows that are not empty, in their order. Lines end with LF or CRLF, a byte order mark in front is skipped,
/// a quote inside an unquoted cell stands for itself. Errc::bad_request that names the line for a quote that
/// never ends and for text that is not UTF-8. How long the text may be is the caller's.
Result<std::vector<CsvRow>> read_csv(std::string_view text);

/// One line with its LF; cells are quoted where they must be.
void append_csv_row(std::string& out, const std::vector<std::string>& cells);

}  // namespace dunlin::text
