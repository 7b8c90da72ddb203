#include "node/federation/refresher.h"

#include <algorithm>

#include "node/domain/statuses/change.h"
#include "node/federation/consent.h"
#include "node/federation/documents.h"
#include "node/store/accounts.h"
#include "node/store/actors.h"
#include "node/store/outboxes.h"
#include "protocol/activitypub/values.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/log.h"

namespace dunlin::federation {

namespace ap = activitypub;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

// Of what waits for one host: who opened something waits for it.
constexpr int thread_importance = 1'000;
constexpr int account_importance = 900;
constexpr int shown_importance = 1;
constexpr auto account_fresh_for = 1h;
constexpr auto longest_fresh = 24h * 7;
constexpr std::size_t quotes_kept_max = 10'000;

/// Counts grow while a post is young: minutes then, days when it is old.
std::chrono::milliseconds fresh_for(std::chrono::milliseconds age) {
  return std::clamp<std::chrono::milliseconds>(age / 5, limits::thread_refresh_pause, longest_fresh);
}

bool is_everyones(const store::Status& status) {
  return status.visibility == store::Visibility::public_ || status.visibility == store::Visibility::unlisted;
}

}  // namespace

/// One opening of a thread; ends with its last request.
struct Refresher::Thread {
  explicit Thread(std::function<void()> when_ended) : ended(std::move(when_ended)) {}
  ~Thread() { ended(); }
  Thread(const Thread&) = delete;
  std::function<void()> ended;
  int posts_left = limits::thread_posts_max;
  int refreshes_left = limits::thread_refreshes_max;
  std::unordered_set<std::string> seen;  // collections and posts that were asked for
  std::unordered_set<StatusId> refreshed;
};

struct Refresher::Subject {
  StatusId id;
  AccountId account;
  std::string uri;
  std::string author;
  bool has_parent = false;
  Timestamp asked_at;
  int depth = 0;
};

bool Refresher::is_fresh(const store::ReadTx& tx, StatusId id) const {
  const auto now = clock_.now();
  const auto made = time_of(id.value);
  const auto known = store::origin_counts(tx, id);
  const auto refreshed = known ? known->refreshed_at : made;
  return refreshed + fresh_for(now - made) > now;
}

/// One that was found in an outbox, and that nobody looked at yet.
bool Refresher::is_new_quote(const store::ReadTx& tx, StatusId id) {
  const auto row = store::find_status(tx, id);
  const auto quote = row && row->is_quote ? store::find_quote(tx, id) : std::nullopt;
  if (!quote || quote->state != store::QuoteState::pending) return false;
  if (quotes_.size() >= quotes_kept_max) quotes_.clear();
  return quotes_.insert(id).second;
}

bool Refresher::status(StatusId id) {
  {
    const store::ReadTx tx(connection_, writer_.sequence());
    if (is_fresh(tx, id) && !is_new_quote(tx, id)) return false;
  }
  refresh(id, nullptr, 0);
  return true;
}

void Refresher::thread(StatusId id, std::function<void()> ended) {
  const auto thread = std::make_shared<Thread>(std::move(ended));
  std::vector<StatusId> all{id};
  {
    const store::ReadTx tx(connection_, writer_.sequence());
    for (std::size_t i = 0; i < all.size() && all.size() < limits::thread_refreshes_max; ++i) {
      for (StatusId reply : store::replies_to(tx, all[i], limits::thread_refreshes_max)) all.push_back(reply);
    }
  }
  for (StatusId each : all) refresh(each, thread, 0);
}

void Refresher::refresh(StatusId id, const ThreadPtr& thread, int depth) {
  if (thread && (thread->refreshes_left <= 0 || !thread->refreshed.insert(id).second)) return;
  Subject subject{id, {}, {}, {}, false, clock_.now(), depth};
  {
    const store::ReadTx tx(connection_, writer_.sequence());
    const auto row = store::find_status(tx, id);
    const auto author = row ? store::find_account(tx, row->account) : std::nullopt;
    // What is not everyone's would be refused to the node, and that would tell nothing.
    if (!author || author->is_local() || author->is_gone() || row->is_deleted || row->reblog_of ||
        row->uri.empty() || !is_everyones(*row))
      return;
    subject.account = author->id;
    subject.uri = row->uri;
    subject.author = author->uri;
    subject.has_parent = row->in_reply_to.value != 0;
  }
  if (!thread && !statuses_.insert(id).second) return;
  if (thread) --thread->refreshes_left;
  fetcher_.document(subject.uri, thread ? thread_importance : shown_importance,
                    [this, subject, thread](const Found<json>& found) {
                      if (!thread) statuses_.erase(subject.id);
                      const bool is_gone =
                          found ? ap::type_of(*found) == "Tombstone" : found.error().kind == Miss::Kind::gone;
                      if (is_gone) return remove(subject.id);
                      if (found) take(subject, *found, thread);
                    });
}

void Refresher::take(const Subject& subject, const json& document, const ThreadPtr& thread) {
  const auto post = ap::read_post(document);
  if (!post || post->id != subject.uri || post->attributed_to != subject.author) return;
  const auto prepared = prepare_status(*post, clock_.now());
  const auto counts = counts_in(*post);
  const auto stored = writer_.run([&](store::WriteTx& tx) -> Result<void> {
    const auto known = store::find_status(tx, subject.id);
    if (!known || known->is_deleted) return {};
    if (!known->edited_at || *known->edited_at < subject.asked_at)
      (void)edit_status(tx, site_, prepared, subject.account);
    auto total = store::origin_counts(tx, subject.id).value_or(store::OriginCounts{}).counts;
    if (counts) {
      total.replies = post->replies_total.value_or(total.replies);
      total.reblogs = post->shares_total.value_or(total.reblogs);
      total.favourites = post->likes_total.value_or(total.favourites);
    }
    store::put_origin_counts(tx, subject.id, total);
    return {};
  });
  if (!stored) return;
  if (!post->quote.empty()) settle_quote(subject.id, *post);
  read_totals(subject, *post, thread != nullptr);
  if (!thread) return;
  const auto origin = ap::origin_of(subject.uri);
  if (subject.depth == 0 && !subject.has_parent && !post->in_reply_to.empty()) {
    fetcher_.post(post->in_reply_to, limits::thread_fetches_max, thread_importance,
                  [this, id = subject.id, thread](const Found<StatusId>& parent) {
                    if (parent) link(id, *parent);
                  });
  }
  if (!post->replies.empty())
    read_answers(post->replies, origin, thread, subject.depth, limits::thread_pages_max);
  // FEP-f228: the whole conversation in one collection.
  if (subject.depth == 0 && ap::origin_of(post->context) == origin)
    read_answers(post->context, origin, thread, subject.depth, limits::thread_pages_max);
}

/// Of posts that were found in outboxes nobody has asked yet what they quote, and whether that is agreed to.
void Refresher::settle_quote(StatusId id, const ap::Post& post) {
  {
    const store::ReadTx tx(connection_, writer_.sequence());
    const auto quote = store::find_quote(tx, id);
    if (!quote || quote->state != store::QuoteState::pending) return;
  }
  fetcher_.post(post.quote, 0, shown_importance, [this, id, post](const Found<StatusId>& quoted) {
    if (!quoted) return;
    StampQuestion question;
    {
      const store::ReadTx tx(connection_, writer_.sequence());
      question = stamp_question(tx, site_, post);
    }
    if (question.stamp.empty()) return;
    const auto settle = [this, id, stamp = question.stamp](Verdict verdict) {
      (void)writer_.run([&](store::WriteTx& tx) -> Result<void> {
        federation::settle_quote(tx, id, stamp, verdict);
        return {};
      });
    };
    if (question.verdict != Verdict::unknown) return settle(question.verdict);
    fetcher_.document(question.stamp, shown_importance, [post, question, settle](const Found<json>& found) {
      if (!found) return settle(found.error().kind == Miss::Kind::later ? Verdict::unknown : Verdict::bad);
      const auto stamp = ap::read_quote_authorization(*found);
      const bool is_good = stamp && is_stamp_for(*stamp, post.id, post.quote, question.quoted_author);
      settle(is_good ? Verdict::good : Verdict::bad);
    });
  });
}

void Refresher::remove(StatusId id) {
  (void)writer_.run([&](store::WriteTx& tx) -> Result<void> {
    const auto row = store::find_status(tx, id);
    if (row && !row->is_deleted) domain::remove_status(tx, *row);
    return {};
  });
}

void Refresher::link(StatusId id, StatusId parent) {
  (void)writer_.run([&](store::WriteTx& tx) -> Result<void> {
    const auto reply = store::find_status(tx, id);
    const auto answered = store::find_status(tx, parent);
    if (!reply || reply->is_deleted || reply->in_reply_to || !answered || answered->is_deleted ||
        answered->reblog_of || answered->id == id)
      return {};
    if (answered->uri.empty() &&
        domain::may_reply(tx, reply->account, *answered, tx.now()) != domain::Leave::automatic)
      return {};
    store::link_to_parent(tx, id, *answered);
    if (is_everyones(*reply)) store::add_to_counts(tx, answered->id, {.replies = 1});
    return {};
  });
}

void Refresher::read_answer(const std::string& uri, const ThreadPtr& thread, int depth) {
  if (uri.empty() || !thread->seen.insert(uri).second) return;
  {
    const store::ReadTx tx(connection_, writer_.sequence());
    if (!known_status(tx, site_, uri) && --thread->posts_left < 0) return;
  }
  fetcher_.post(uri, limits::page_parents_max, thread_importance,
                [this, thread, depth](const Found<StatusId>& post) {
                  if (post && depth < limits::thread_depth_max) refresh(*post, thread, depth);
                });
}

void Refresher::read_answers(const std::string& uri, const std::string& origin, const ThreadPtr& thread,
                             int depth, int pages_left) {
  if (pages_left <= 0 || !thread->seen.insert(uri).second) return;
  fetcher_.collection(uri, origin, thread_importance,
                      [this, origin, thread, depth, pages_left](const Found<ap::Collection>& found) {
                        if (!found) return;
                        for (const auto& item : found->items) read_answer(ap::id_of(item), thread, depth + 1);
                        const auto& next =
                            found->items.empty() && found->next.empty() ? found->first : found->next;
                        if (!next.empty()) read_answers(next, origin, thread, depth, pages_left - 1);
                      });
}

/// Totals that the post does not tell itself but has collections for.
void Refresher::read_totals(const Subject& subject, const ap::Post& post, bool reads_answers) {
  using Counts = store::StatusCounts;
  const auto read = [&](const std::string& uri, bool is_told, std::int64_t Counts::*which) {
    if (is_told || uri.empty()) return;
    fetcher_.collection(uri, ap::origin_of(subject.uri), shown_importance,
                        [this, id = subject.id, which](const Found<ap::Collection>& found) {
                          if (!found || !found->total) return;
                          (void)writer_.run([&](store::WriteTx& tx) -> Result<void> {
                            auto known = store::origin_counts(tx, id).value_or(store::OriginCounts{}).counts;
                            known.*which = *found->total;
                            store::put_origin_counts(tx, id, known);
                            return {};
                          });
                        });
  };
  read(post.likes, post.likes_total.has_value(), &Counts::favourites);
  read(post.shares, post.shares_total.has_value(), &Counts::reblogs);
  read(post.replies, post.replies_total.has_value() || reads_answers, &Counts::replies);
}

void Refresher::account(AccountId id) {
  std::string uri;
  {
    const store::ReadTx tx(connection_, writer_.sequence());
    const auto account = store::find_account(tx, id);
    const auto known = store::origin_counts(tx, id);
    if (!account || account->is_local() || account->is_gone()) return;
    if (known && known->refreshed_at + account_fresh_for > clock_.now()) return;
    uri = account->uri;
  }
  if (!accounts_.insert(id).second) return;
  fetcher_.document(uri, account_importance, [this, id, uri](const Found<json>& found) {
    accounts_.erase(id);
    const auto actor = found ? ap::read_actor(*found) : Result<ap::Actor>(fail(Errc::not_found, ""));
    if (!actor || actor->id != uri) return;
    const auto prepared = prepare_account(*actor, clock_.now());
    if (!prepared) return;
    (void)writer_.run([&](store::WriteTx& tx) -> Result<void> {
      TRY_DO(put_account(tx, *prepared));
      auto counts = store::origin_counts(tx, id).value_or(store::OriginAccountCounts{});
      counts.refreshed_at = tx.now();
      store::put_origin_counts(tx, id, counts);
      return {};
    });
    using Counts = store::OriginAccountCounts;
    const auto read = [&](const std::string& collection, std::int64_t Counts::*which) {
      if (collection.empty()) return;
      fetcher_.collection(collection, ap::origin_of(uri), account_importance,
                          [this, id, which](const Found<ap::Collection>& head) {
                            if (!head || !head->total) return;
                            (void)writer_.run([&](store::WriteTx& tx) -> Result<void> {
                              auto counts = store::origin_counts(tx, id).value_or(Counts{});
                              counts.*which = *head->total;
                              store::put_origin_counts(tx, id, counts);
                              return {};
                            });
                          });
    };
    read(actor->followers, &Counts::followers);
    read(actor->following, &Counts::following);
    read(actor->outbox, &Counts::statuses);
  });
}

}  // namespace dunlin::federation
