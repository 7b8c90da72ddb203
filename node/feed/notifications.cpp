#include "node/feed/notifications.h"

#include "protocol/base/json_writer.h"

namespace dunlin::feed {

std::optional<ShownNotification> shown_notification(const store::ReadTx& tx, Feeds& feeds,
                                                    const Viewer& viewer, const store::Notification& n) {
  auto from = feeds.library().account(tx, n.from);
  if (!from || from->is_gone || viewer.is_blocking(n.from)) return std::nullopt;
  if (from->is_silenced && !viewer.follows(n.from)) return std::nullopt;
  ShownNotification shown{n, std::move(from), std::nullopt};
  if (n.status) {
    auto entries = feeds.entries(tx, viewer, {&n.status, 1});
    if (entries.empty()) return std::nullopt;
    shown.status = std::move(entries.front());
  }
  return shown;
}

void append_notification(PageWriter& page, const store::ReadTx& tx, const Feeds& feeds, const Viewer& viewer,
                         const ViewerMarks* marks, const ShownNotification& shown) {
  page.made(false, [&](std::string& out) {
    const auto& n = shown.notification;
    JsonWriter json(out);
    json.begin_object().field("id", n.id).field("type", n.type).field("created_at", n.created_at());
    json.field("group_key", "ungrouped-" + to_string(n.id)).key("account");
  });
  page.card(*shown.from);
  if (shown.status) {
    page.text(",\"status\":");
    feeds.append(page, tx, viewer, marks, *shown.status);
  }
  page.text("}");
}

}  // namespace dunlin::feed
