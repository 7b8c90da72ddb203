#pragma once
#include <optional>

#include "node/feed/feeds.h"
#include "node/store/notifications.h"

namespace dunlin::feed {

struct ShownNotification {
  store::Notification notification;
  AccountCardPtr from;
  std::optional<Entry> status;

  /// About as long as its JSON.
  std::size_t bytes() const { return from->json.size() + 200 + (status ? Feeds::size_of({&*status, 1}) : 0); }
};

/// Nothing when it is about someone or something that the reader no longer sees.
std::optional<ShownNotification> shown_notification(const store::ReadTx& tx, Feeds& feeds,
                                                    const Viewer& viewer,
                                                    const store::Notification& notification);

/// Its JSON; `marks` from Feeds::marks_of().
void append_notification(PageWriter& page, const store::ReadTx& tx, const Feeds& feeds, const Viewer& viewer,
                         const ViewerMarks* marks, const ShownNotification& shown);

}  // namespace dunlin::feed
