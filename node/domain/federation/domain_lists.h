#pragma once
// Lists of domain blocks and allows as administrators pass them on: Mastodon's CSV.
// Source: docs.joinmastodon.org/admin/moderation, and the files that its servers export.
#include <string>
#include <string_view>
#include <vector>

#include "node/domain/federation/domains.h"

namespace dunlin::domain {

/// Mastodon's word for a severity: `none` is `noop` there. Reads either.
std::string_view severity_word(store::Severity severity);
std::optional<store::Severity> severity_of_word(std::string_view word);

/// A line of a list that could not be taken, and why.
struct RefusedLine {
  std::size_t line = 0;
  std::string text;  // its first cell
  std::string why;
};
struct DomainBlockList {
  std::vector<store::DomainRule> rules;
  std::vector<RefusedLine> refused;
};
/// Columns by their names in the first line, `#domain` needed, in any order; without such a line the first
/// column is the domain, to be suspended. Names that were starred out cannot be used and are refused, as is
/// `own`. Errc::bad_request when the text is no table.
Result<DomainBlockList> read_domain_blocks(std::string_view csv, std::string_view own);

struct DomainImport {
  int added = 0;
  int changed = 0;
  int kept = 0;  // there was a rule
};
/// Stores them. A rule that is there stays as it is, unless `overwrite`.
DomainImport import_domain_blocks(store::WriteTx& tx, const std::vector<store::DomainRule>& rules,
                                  bool overwrite);
/// All rules. Private comments stay here.
std::string write_domain_blocks(const store::ReadTx& tx);

struct DomainAllowList {
  std::vector<std::string> domains;
  std::vector<RefusedLine> refused;
};
Result<DomainAllowList> read_domain_allows(std::string_view csv);
std::string write_domain_allows(const store::ReadTx& tx);

}  // namespace dunlin::domain
