#include "node/federation/imports.h"

#include <pthread.h>

#include "node/domain/accounts/lists.h"
#include "node/domain/statuses/change.h"
#include "node/federation/documents.h"
#include "node/store/accounts.h"
#include "node/store/statuses.h"
#include "protocol/base/log.h"

namespace dunlin::federation {

using namespace std::chrono_literals;

namespace {

constexpr auto look_every = 1s;
constexpr auto pause_after_asking = 300ms;  // a list of a thousand strangers takes five minutes
constexpr int attempts_max = 3;
constexpr auto try_again_after = 15min;  // past limits::fetch_again_after, before which nobody is asked anew
constexpr int lines_at_once = 20;

}  // namespace

Imports::Imports(const domain::Site& site, const domain::Domains& domains, const Clock& clock,
                 store::Writer& writer, Remote& remote, std::unique_ptr<store::Connection> connection,
                 std::int64_t following_max)
    : site_(site),
      domains_(domains),
      clock_(clock),
      writer_(writer),
      remote_(remote),
      connection_(std::move(connection)),
      following_max_(following_max),
      thread_([this] {
        pthread_setname_np(pthread_self(), "imports");
        loop();
      }) {}

void Imports::begin_stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  signal_.notify_one();
}

bool Imports::is_stopping() {
  std::lock_guard lock(mutex_);
  return stopping_;
}

void Imports::stop() {
  begin_stop();
  if (thread_.joinable()) thread_.join();
}

void Imports::loop() {
  bool has_more = false;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (!has_more) signal_.wait_for(lock, look_every, [this] { return stopping_; });
      if (stopping_) return;
    }
    try {
      has_more = work();
    } catch (const std::exception& fault) {
      has_more = false;
      log(Level::error, "import_fault", {{"error", fault.what()}});
    }
  }
}

bool Imports::work() {
  std::vector<store::ImportLine> due;
  {
    const store::ReadTx tx(*connection_, writer_.sequence());
    due = store::due_import_lines(tx, clock_.now(), lines_at_once);
  }
  for (const auto& line : due) {
    asked_ = false;
    work_on(line);
    std::unique_lock lock(mutex_);
    if (asked_) signal_.wait_for(lock, pause_after_asking, [this] { return stopping_; });
    if (stopping_) break;
  }
  return !due.empty();
}

Result<AccountId> Imports::account_of(const store::ReadTx& tx, const store::ImportLine& line) {
  const auto handle = activitypub::parse_handle(line.subject);
  if (!handle) return fail(Errc::not_found, "this is not an account such as name@server.example");
  const bool is_here = handle->host == site_.domain;
  if (!is_here && domains_.is_blocked(handle->host))
    return fail(Errc::forbidden, "this node does not deal with that server");
  if (const auto known = store::account_by_name(tx, handle->username, is_here ? std::string() : handle->host))
    return *known;
  if (is_here) return fail(Errc::not_found, "there is no such account");
  asked_ = true;
  return remote_.account(tx, *handle);
}

Result<StatusId> Imports::status_of(const store::ReadTx& tx, const store::ImportLine& line) {
  if (domains_.is_blocked_address(line.subject))
    return fail(Errc::forbidden, "this node does not deal with that server");
  if (const auto known = known_status(tx, site_, line.subject)) return *known;
  if (line.subject.starts_with(site_.base_url + "/")) return fail(Errc::not_found, "there is no such post");
  asked_ = true;
  return remote_.status(tx, line.subject);
}

void Imports::work_on(const store::ImportLine& line) {
  std::optional<std::pair<AccountId, store::ListKind>> owner;
  Result<AccountId> account = AccountId{};
  Result<StatusId> status = StatusId{};
  {
    const store::ReadTx tx(*connection_, writer_.sequence());
    owner = store::import_of_line(tx, line);
    if (!owner) return;
    if (owner->second == store::ListKind::bookmarks) {
      status = status_of(tx, line);
    } else {
      account = account_of(tx, line);
    }
  }
  if (!account) return give_up(line, account.error());
  if (!status) return give_up(line, status.error());
  const auto [me, kind] = *owner;
  const auto done = writer_.run([&, me = me, kind = kind](store::WriteTx& tx) -> Result<void> {
    if (!store::finish_import_line(tx, line)) return {};
    if (kind == store::ListKind::bookmarks) return domain::bookmark(tx, me, *status);
    return domain::apply_line(tx, me, kind, line, *account, following_max_);
  });
  if (!done) give_up(line, done.error());
}

/// What may be different later is tried again; a refusal is not.
void Imports::give_up(const store::ImportLine& line, const Error& why) {
  if (asked_ && is_stopping()) return;
  const bool may_change = asked_ && why.code != Errc::gone && why.code != Errc::not_found;
  const bool is_busy = !asked_ && why.code == Errc::unavailable;  // our own writer: no fault of the line's
  std::optional<Timestamp> next_at;
  if (is_busy || (may_change && line.attempts + 1 < attempts_max)) next_at = clock_.now() + try_again_after;
  (void)writer_.run([&](store::WriteTx& tx) -> Result<void> {
    store::fail_import_line(tx, line, next_at, why.code == Errc::gone ? "it is not there" : why.safe);
    return {};
  });
}

}  // namespace dunlin::federation
