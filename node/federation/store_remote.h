#pragma once
// What other nodes tell, made safe and stored. Cleaning is done before the write: the writer has no time for
// it.
#include <string>
#include <vector>

#include "node/domain/site.h"
#include "node/federation/consent.h"
#include "node/store/accounts.h"
#include "node/store/actors.h"
#include "node/store/emojis.h"
#include "node/store/polls.h"
#include "node/store/statuses.h"
#include "protocol/activitypub/actor.h"
#include "protocol/activitypub/post.h"

namespace dunlin::federation {

/// A profile, cleaned.
struct RemoteAccount {
  store::Account account;  // without its number
  store::Actor actor;
  std::vector<store::Emoji> emojis;
};
/// Errc::unprocessable when parts of it live on another host than its id, or it has no key that we can use.
Result<RemoteAccount> prepare_account(const activitypub::Actor& actor, Timestamp now);
/// New or brought up to date. Errc::conflict when its name belongs to another actor of that host.
Result<AccountId> put_account(store::WriteTx& tx, const RemoteAccount& remote);

/// A post, cleaned; its author, parent and mentions are addresses still.
struct RemoteStatus {
  store::Status status;
  std::string author;
  std::string in_reply_to;
  std::vector<std::string> mentions;
  std::vector<std::string> to, cc;
  std::vector<store::Emoji> emojis;  // without a host: that of the author
  Timestamp published;
  std::optional<Timestamp> updated;
  std::optional<store::Poll> poll;  // without its status
  RemoteQuote quote;
  std::optional<activitypub::Post::Policy> can_quote, can_reply;
};
RemoteStatus prepare_status(const activitypub::Post& post, Timestamp now);
/// True when someone here follows the author, is named, or wrote what it answers.
bool concerns_this_node(const store::ReadTx& tx, const domain::Site& site, const RemoteStatus& remote,
                        AccountId author);
/// The number of something of another node: by its date, so that it stands in feeds where it belongs. What is
/// younger than `late_after` stands at the top.
StatusId id_by_date(store::WriteTx& tx, Timestamp published, std::chrono::milliseconds late_after);
/// How a post came: sent to us, or asked for by us, and then it may be old.
enum class Arrival : std::uint8_t { sent, fetched };
/// New, with counts and notifications; or the one that is there. Errc::gone when it was deleted before. `id`
/// in place of one by its date.
Result<StatusId> put_status(store::WriteTx& tx, const domain::Site& site, const RemoteStatus& remote,
                            AccountId author, Arrival arrival = Arrival::sent, StatusId id = {});
/// An edit by its author, and what a poll counts by now; older edits change nothing.
Result<void> edit_status(store::WriteTx& tx, const domain::Site& site, const RemoteStatus& remote,
                         AccountId author);

}  // namespace dunlin::federation
