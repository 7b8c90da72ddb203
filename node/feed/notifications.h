#pragma once
#include <string>

#include "node/feed/feeds.h"
#include "node/store/notifications.h"

namespace dunlin::feed {

/// One notification's JSON; false when it is about someone or something that the reader no longer sees.
bool append_notification(std::string& out, const store::ReadTx& tx, Feeds& feeds, const Viewer& viewer,
                         const ViewerMarks* marks, const store::Notification& notification);

}  // namespace dunlin::feed
