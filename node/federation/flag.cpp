#include "node/federation/flag.h"

#include "node/federation/documents.h"
#include "node/store/reports.h"
#include "protocol/activitypub/values.h"
#include "protocol/base/limits.h"

namespace dunlin::federation {

namespace ap = activitypub;

Result<void> apply_flag(store::WriteTx& tx, const domain::Site& site, const Sender& sender,
                        const ap::Activity& activity) {
  store::Report report;
  report.account = sender.account;
  report.uri = activity.id;
  report.comment = activity.content;  // plain text, as Mastodon sends it
  std::vector<store::Status> statuses;
  for (const auto* object : ap::objects_of(activity, limits::report_statuses_max + 1)) {
    const auto uri = object->is_string() ? object->get<std::string>() : ap::id_of(*object);
    if (const auto account = local_account(tx, site, uri); account && !report.target)
      report.target = *account;
    const auto id = known_status(tx, site, uri);
    auto status = id ? store::find_status(tx, *id) : std::nullopt;
    // Posts of others than this node's are not ours to judge.
    if (status && status->uri.empty()) statuses.push_back(std::move(*status));
  }
  // Some servers name the posts alone.
  if (!report.target && !statuses.empty()) report.target = statuses.front().account;
  const auto target = report.target ? store::find_account(tx, report.target) : std::nullopt;
  if (!target || target->is_gone()) return {};
  for (const auto& status : statuses) {
    if (status.account == report.target) report.statuses.push_back(status.id);
  }
  store::insert_report(tx, report);
  return {};
}

}  // namespace dunlin::federation
