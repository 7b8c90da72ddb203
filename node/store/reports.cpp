#include "node/store/reports.h"

#include "protocol/base/id_generator.h"

namespace dunlin::store {

namespace {

std::vector<StatusId> ids_of(std::string_view text) {
  std::vector<StatusId> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (const auto id = parse_id<StatusId>(text.substr(0, end))) out.push_back(*id);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string text_of(const std::vector<StatusId>& ids) {
  std::string out;
  for (StatusId id : ids) out += (out.empty() ? "" : " ") + to_string(id);
  return out;
}

Report row_to_report(const Rows& rows) {
  Report r;
  r.id = rows.integer(0);
  r.account = rows.id<AccountId>(1);
  r.target = rows.id<AccountId>(2);
  r.category = rows.string(3);
  r.comment = rows.string(4);
  r.statuses = ids_of(rows.text(5));
  r.uri = rows.string(6);
  r.is_forwarded = rows.boolean(7);
  r.resolved_at = rows.optional_time(8);
  return r;
}

}  // namespace

Timestamp Report::created_at() const { return time_of(id); }

std::int64_t insert_report(WriteTx& tx, const Report& r) {
  const auto id = tx.next_id();
  tx.run("insert_report", id, r.account, r.target, r.category, r.comment, text_of(r.statuses), r.uri,
         r.is_forwarded);
  return id;
}

std::optional<Report> find_report(const ReadTx& tx, std::int64_t id) {
  auto rows = tx.query("find_report", id);
  if (!rows.step()) return std::nullopt;
  return row_to_report(rows);
}

std::vector<Report> reports_page(const ReadTx& tx, const EdgePage& page, bool is_resolved) {
  const auto* name = page.ascending ? "reports_page_up" : "reports_page";
  std::vector<Report> out;
  auto rows = tx.query(name, page.before, page.after, is_resolved, page.limit);
  while (rows.step()) out.push_back(row_to_report(rows));
  return out;
}

void set_report_resolved(WriteTx& tx, std::int64_t id, std::optional<Timestamp> at) {
  tx.run("set_report_resolved", at, id);
}

}  // namespace dunlin::store
