#include "node/api/thread.h"

#include <algorithm>

#include "node/store/statuses.h"
#include "protocol/base/limits.h"

namespace dunlin::api {

namespace {

struct Reply {
  StatusId id;
  int depth;
};

/// All answers below a status, depth first, each by time.
std::vector<Reply> replies_below(const store::ReadTx& tx, StatusId root) {
  std::vector<Reply> out;
  std::vector<Reply> open;
  const auto add_children = [&](StatusId parent, int depth) {
    auto children = store::replies_to(tx, parent, limits::thread_descendants_max);
    for (auto child = children.rbegin(); child != children.rend(); ++child) open.push_back({*child, depth});
  };
  add_children(root, 0);
  while (!open.empty() && out.size() < static_cast<std::size_t>(limits::thread_descendants_max)) {
    const Reply next = open.back();
    open.pop_back();
    out.push_back(next);
    add_children(next.id, next.depth + 1);
  }
  return out;
}

}  // namespace

Result<Thread> thread_of(Context& context, const feed::Viewer& viewer, StatusId id) {
  const auto& tx = context.tx();
  const auto self = context.feeds().entries(tx, viewer, {&id, 1});
  if (self.empty()) return fail(Errc::not_found, "Record not found");
  Thread thread;
  std::vector<StatusId> above;
  StatusId next = self.front().status->facts.in_reply_to;
  while (next && above.size() < static_cast<std::size_t>(limits::thread_ancestors_max)) {
    const auto card = context.feeds().library().status(tx, next);
    if (!card || card->facts.is_deleted || !domain::can_see(viewer, card->facts)) break;
    above.push_back(next);
    next = card->facts.in_reply_to;
  }
  std::reverse(above.begin(), above.end());
  thread.ancestors = context.feeds().entries(tx, viewer, above);
  std::erase_if(thread.ancestors, [&](const feed::Entry& entry) {
    return domain::is_hidden_from(viewer, entry.status->facts);
  });

  const auto replies = replies_below(tx, id);
  std::vector<StatusId> ids;
  for (const auto& reply : replies) ids.push_back(reply.id);
  std::size_t at = 0;
  for (auto& entry : context.feeds().entries(tx, viewer, ids)) {
    while (replies[at].id != entry.status->facts.id) ++at;
    if (domain::is_hidden_from(viewer, entry.status->facts)) continue;
    thread.depths.push_back(replies[at].depth);
    thread.descendants.push_back(std::move(entry));
  }
  return thread;
}

}  // namespace dunlin::api
