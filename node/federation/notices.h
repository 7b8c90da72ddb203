#pragma once
#include <optional>
#include <string>
#include <vector>

#include "node/domain/federation/domains.h"
#include "node/domain/site.h"
#include "node/federation/keys.h"
#include "node/store/notices.h"

namespace dunlin::federation {

/// A notice as it is sent, and who gets it.
struct WrittenNotice {
  std::string body;  // with its author's proof, FEP-8b32
  bool is_to_followers = false;
  std::vector<std::string> inboxes;  // besides
  std::string follow_uri;            // of a Follow: kept with the request, so that it can be undone
};
/// Nothing when what it tells of is gone.
std::optional<WrittenNotice> write_notice(const store::ReadTx& tx, const domain::Site& site,
                                          const store::Notice& notice, const AccountKeys& keys);

struct PlannedNotice {
  store::Notice notice;
  std::optional<WrittenNotice> written;
};
/// What waits, at most `limit`, written out. Takes some 0.1 ms each: not for the writer.
Result<std::vector<PlannedNotice>> plan_notices(const store::ReadTx& tx, const domain::Site& site, Keys& keys,
                                                int limit);
/// Stores them with their deliveries; none to servers that are blocked.
void file_notices(store::WriteTx& tx, const domain::Domains& domains,
                  const std::vector<PlannedNotice>& planned);

}  // namespace dunlin::federation
