#pragma once
// Reports to the moderators, by people here and by other nodes: rows in, rows out.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/store/relationships.h"
#include "node/store/transaction.h"

namespace dunlin::store {

struct Report {
  std::int64_t id = 0;
  AccountId account;  // who reports; of another node, its own actor
  AccountId target;
  std::string category = "other";  // spam, legal, violation or other
  std::string comment;             // plain text
  std::vector<StatusId> statuses;
  std::string uri;  // of the Flag by which another node told of it
  bool is_forwarded = false;
  std::optional<Timestamp> resolved_at;
  Timestamp created_at() const;
};
/// Its id; `id` is not read.
std::int64_t insert_report(WriteTx& tx, const Report& report);
std::optional<Report> find_report(const ReadTx& tx, std::int64_t id);
std::vector<Report> reports_page(const ReadTx& tx, const EdgePage& page, bool is_resolved);
/// Nothing: it is open again.
void set_report_resolved(WriteTx& tx, std::int64_t id, std::optional<Timestamp> at);

}  // namespace dunlin::store
