#include "node/domain/moderation/reports.h"

#include <algorithm>
#include <array>

#include "node/domain/federation/tell.h"
#include "node/domain/statuses/change.h"
#include "node/store/accounts.h"
#include "protocol/base/limits.h"
#include "protocol/text/plain.h"

namespace dunlin::domain {

namespace {

constexpr std::array<std::string_view, 4> categories = {"spam", "legal", "violation", "other"};

tl::unexpected<Error> wrong(const std::string& what) {
  return fail(Errc::unprocessable, "Validation failed: " + what);
}

}  // namespace

Result<std::int64_t> report(store::WriteTx& tx, store::Report report) {
  const auto target = store::find_account(tx, report.target);
  if (!target || target->is_gone()) return fail(Errc::not_found, "Record not found");
  if (report.target == report.account) return wrong("nobody can be reported by themselves");
  if (std::find(categories.begin(), categories.end(), report.category) == categories.end())
    return wrong("category must be spam, legal, violation or other");
  if (text::count_graphemes(report.comment) > limits::report_comment_characters_max)
    return wrong("comment is too long (maximum is " + std::to_string(limits::report_comment_characters_max) +
                 " characters)");
  if (report.statuses.size() > limits::report_statuses_max) return wrong("too many posts for one report");
  for (StatusId id : report.statuses) {
    TRY(const auto status, visible_status(tx, report.account, id, tx.now()));
    if (status.account != report.target) return wrong("status_ids has a post of someone else");
  }
  report.is_forwarded = report.is_forwarded && !target->is_local();
  const auto id = store::insert_report(tx, report);
  if (report.is_forwarded)
    tell(tx, store::NoticeKind::flag, report.account, report.target, {}, std::to_string(id));
  return id;
}

}  // namespace dunlin::domain
