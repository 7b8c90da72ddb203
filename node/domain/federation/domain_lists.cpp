#include "node/domain/federation/domain_lists.h"

#include <algorithm>

#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/text/csv.h"

namespace dunlin::domain {

namespace {

/// A column's name without Mastodon's # in front.
std::string column_name(const std::string& cell) {
  auto name = trim(cell);
  if (name.starts_with('#')) name.remove_prefix(1);
  return to_lower(name);
}

bool is_yes(const std::string& cell) {
  const auto word = to_lower(trim(cell));
  return word == "true" || word == "1" || word == "yes";
}

std::string yes_or_no(bool value) { return value ? "true" : "false"; }

/// Rows with their columns by name.
class Table {
 public:
  explicit Table(std::vector<text::CsvRow> rows) : rows_(std::move(rows)) {
    if (rows_.empty()) return;
    std::vector<std::string> names;
    for (const auto& cell : rows_.front().cells) names.push_back(column_name(cell));
    if (std::find(names.begin(), names.end(), "domain") == names.end()) return;
    names_ = std::move(names);
    rows_.erase(rows_.begin());
  }
  const std::vector<text::CsvRow>& rows() const { return rows_; }
  /// Empty when the row or the table has no such column.
  std::string cell(const text::CsvRow& row, std::string_view column) const {
    const auto at =
        static_cast<std::size_t>(std::find(names_.begin(), names_.end(), column) - names_.begin());
    return at < names_.size() && at < row.cells.size() ? row.cells[at] : std::string();
  }

 private:
  std::vector<text::CsvRow> rows_;
  std::vector<std::string> names_ = {"domain"};
};

Result<std::string> domain_in(const std::string& cell) {
  if (cell.find('*') != std::string::npos && !trim(cell).starts_with("*."))
    return fail(Errc::unprocessable, "the name is starred out");
  return checked_rule_domain(cell);
}

Result<store::DomainRule> rule_in(const Table& table, const text::CsvRow& row, std::string_view own) {
  store::DomainRule rule;
  TRY(rule.domain, domain_in(table.cell(row, "domain")));
  if (rule.domain == own) return fail(Errc::unprocessable, "this is the node's own name");
  const auto word = std::string(trim(table.cell(row, "severity")));
  const auto severity = word.empty() ? store::Severity::suspend : severity_of_word(word);
  if (!severity)
    return fail(Errc::unprocessable, "the severity must be silence, suspend or noop, not " + word);
  rule.severity = *severity;
  rule.reject_media = is_yes(table.cell(row, "reject_media"));
  rule.reject_reports = is_yes(table.cell(row, "reject_reports"));
  rule.obfuscate = is_yes(table.cell(row, "obfuscate"));
  rule.public_comment = table.cell(row, "public_comment");
  if (rule.public_comment.size() > limits::domain_comment_bytes_max)
    return fail(Errc::unprocessable, "the comment is too long");
  return rule;
}

RefusedLine refused(const text::CsvRow& row, const Error& error) {
  return {row.line, row.cells.front(), error.safe};
}

}  // namespace

std::string_view severity_word(store::Severity severity) {
  return severity == store::Severity::none ? "noop" : store::to_string(severity);
}

std::optional<store::Severity> severity_of_word(std::string_view word) {
  return word == "noop" ? store::Severity::none : store::parse_severity(word);
}

Result<DomainBlockList> read_domain_blocks(std::string_view csv, std::string_view own) {
  TRY(auto rows, text::read_csv(csv));
  const Table table(std::move(rows));
  DomainBlockList list;
  for (const auto& row : table.rows()) {
    auto rule = rule_in(table, row, own);
    rule ? list.rules.push_back(std::move(*rule)) : list.refused.push_back(refused(row, rule.error()));
  }
  return list;
}

DomainImport import_domain_blocks(store::WriteTx& tx, const std::vector<store::DomainRule>& rules,
                                  bool overwrite) {
  DomainImport done;
  for (auto rule : rules) {
    const auto present = store::domain_rule_of(tx, rule.domain);
    if (present && !overwrite) {
      ++done.kept;
      continue;
    }
    if (present) rule.private_comment = present->private_comment;  // lists have none
    store::put_domain_rule(tx, rule);
    ++(present ? done.changed : done.added);
  }
  return done;
}

std::string write_domain_blocks(const store::ReadTx& tx) {
  std::string out;
  text::append_csv_row(
      out, {"#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"});
  for (const auto& rule : store::domain_rules(tx)) {
    text::append_csv_row(
        out, {rule.domain, std::string(severity_word(rule.severity)), yes_or_no(rule.reject_media),
              yes_or_no(rule.reject_reports), rule.public_comment, yes_or_no(rule.obfuscate)});
  }
  return out;
}

Result<DomainAllowList> read_domain_allows(std::string_view csv) {
  TRY(auto rows, text::read_csv(csv));
  const Table table(std::move(rows));
  DomainAllowList list;
  for (const auto& row : table.rows()) {
    auto domain = domain_in(table.cell(row, "domain"));
    domain ? list.domains.push_back(std::move(*domain))
           : list.refused.push_back(refused(row, domain.error()));
  }
  return list;
}

std::string write_domain_allows(const store::ReadTx& tx) {
  std::string out;
  text::append_csv_row(out, {"#domain"});
  for (const auto& allow : store::domain_allows(tx)) text::append_csv_row(out, {allow.domain});
  return out;
}

}  // namespace dunlin::domain
