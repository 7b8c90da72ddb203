#include "protocol/text/csv.h"

#include "protocol/base/encoding.h"

namespace dunlin::text {

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool is_end() const { return rest_.empty(); }

  Result<CsvRow> row() {
    CsvRow row;
    row.line = line_;
    while (true) {
      TRY(auto cell, rest_.starts_with('"') ? quoted() : plain());
      row.cells.push_back(std::move(cell));
      if (rest_.starts_with(',')) {
        rest_.remove_prefix(1);
        continue;
      }
      end_line();
      return row;
    }
  }

 private:
  Result<std::string> plain() {
    const auto end = std::min(rest_.find_first_of(",\n"), rest_.size());
    auto cell = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (!rest_.starts_with(',') && cell.ends_with('\r')) cell.remove_suffix(1);
    return std::string(cell);
  }

  Result<std::string> quoted() {
    const auto begins = line_;
    rest_.remove_prefix(1);
    std::string cell;
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\n') ++line_;
      if (c != '"') {
        cell += c;
      } else if (rest_.starts_with('"')) {
        cell += '"';
        rest_.remove_prefix(1);
      } else {
        TRY(const auto behind, plain());  // nothing, in a file that is well made
        return cell + behind;
      }
    }
    return fail(Errc::bad_request, "Line " + std::to_string(begins) + ": a quote is not closed");
  }

  void end_line() {
    if (rest_.empty()) return;
    rest_.remove_prefix(1);
    ++line_;
  }

  std::string_view rest_;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<CsvRow>> read_csv(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (!is_utf8(text)) return fail(Errc::bad_request, "The list is not UTF-8 text");
  Reader reader(text);
  std::vector<CsvRow> rows;
  while (!reader.is_end()) {
    TRY(auto row, reader.row());
    const bool is_empty = row.cells.size() == 1 && trim(row.cells.front()).empty();
    if (!is_empty) rows.push_back(std::move(row));
  }
  return rows;
}

void append_csv_row(std::string& out, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += ',';
    const bool must_quote = cells[i].find_first_of(",\"\r\n") != std::string::npos;
    if (!must_quote) {
      out += cells[i];
      continue;
    }
    out += '"';
    for (const char c : cells[i]) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  out += '\n';
}

}  // namespace dunlin::text
