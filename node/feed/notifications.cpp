#include "node/feed/notifications.h"

#include "protocol/base/json_writer.h"

namespace dunlin::feed {

bool append_notification(std::string& out, const store::ReadTx& tx, Feeds& feeds, const Viewer& viewer,
                         const ViewerMarks* marks, const store::Notification& n) {
  const auto from = feeds.library().account(tx, n.from);
  if (!from || from->is_gone || viewer.is_blocking(n.from)) return false;
  if (from->is_silenced && !viewer.follows(n.from)) return false;
  std::string status;
  if (n.status) {
    const auto entries = feeds.entries(tx, viewer, {&n.status, 1});
    if (entries.empty()) return false;
    feeds.append(status, tx, viewer, marks, entries.front());
  }
  JsonWriter json(out);
  json.begin_object().field("id", n.id).field("type", n.type).field("created_at", n.created_at());
  json.field("group_key", "ungrouped-" + to_string(n.id)).field_raw("account", from->json);
  if (n.status) json.field_raw("status", status);
  json.end_object();
  return true;
}

}  // namespace dunlin::feed
