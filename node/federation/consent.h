#pragma once
// Consent between accounts of different nodes: to quote (FEP-044f) and to answer (GoToSocial). What is asked,
// answered, proved by a stamp and taken back; and who may, as posts say it of themselves (interactionPolicy).
#include <functional>
#include <optional>
#include <string>

#include "node/domain/site.h"
#include "node/domain/statuses/policies.h"
#include "node/federation/apply.h"
#include "node/store/accounts.h"
#include "node/store/notices.h"
#include "node/store/quotes.h"
#include "node/store/statuses.h"
#include "protocol/activitypub/activity.h"
#include "protocol/activitypub/post.h"

namespace dunlin::federation {

/// What a post of another node says that it quotes.
struct RemoteQuote {
  std::string uri;  // empty: nothing
  std::string stamp;
  Verdict verdict = Verdict::unknown;
};

/// The stamp is by the author of what is quoted, on that author's host, and for these two posts.
bool is_stamp_for(const activitypub::QuoteAuthorization& stamp, std::string_view quoting,
                  std::string_view quoted, std::string_view quoted_author);
/// The one question about a stamp that has to go to another node; a verdict where none has.
struct StampQuestion {
  std::string stamp;
  std::string quoted_author;
  Verdict verdict = Verdict::unknown;  // asked only while this is unknown and `stamp` is not empty
};
StampQuestion stamp_question(const store::ReadTx& tx, const domain::Site& site,
                             const activitypub::Post& post);

// --- into the database ---

/// Files, changes or drops what a stored post of another node quotes. A consent that was taken back stays so.
void put_quote(store::WriteTx& tx, const domain::Site& site, const store::Status& quoting,
               const RemoteQuote& remote);
/// A post that quotes waited for became known.
void link_quotes(store::WriteTx& tx, const store::Status& quoted);
/// The answer to a stamp_question() that was asked later than the post was stored.
void settle_quote(store::WriteTx& tx, StatusId quoting, const std::string& stamp, Verdict verdict);
/// As store::Status::policy keeps it.
std::string policies_of(const store::ReadTx& tx, const domain::Site& site,
                        const std::optional<activitypub::Post::Policy>& can_quote,
                        const std::optional<activitypub::Post::Policy>& can_reply, std::string_view author,
                        std::string_view followers);

// --- notices in ---

class Remote;
/// Whether a notice brings a consent that has to be looked at where it was given: then it waits for the
/// network.
bool needs_fetch_for_consent(const store::ReadTx& tx, const domain::Site& site, const Sender& sender,
                             const activitypub::Activity& activity);
/// Errc::unavailable when an answer to what we asked cannot be looked at just now: it should be sent again.
Result<Consent> fetch_consent(Remote& remote, const store::ReadTx& tx, const domain::Site& site,
                              const Sender& sender, const activitypub::Activity& activity);

bool is_quote_answer(const activitypub::Activity& activity);
/// Where the stamp has to be fetched that an Accept brings. Empty: nowhere.
std::string stamp_to_fetch(const store::ReadTx& tx, const domain::Site& site, const Sender& sender,
                           const activitypub::Activity& activity);
/// The answer to what an account of this node asked. `stamp`: what was found at stamp_to_fetch().
Result<void> apply_quote_answer(store::WriteTx& tx, const domain::Site& site, const Sender& sender,
                                const activitypub::Activity& activity,
                                const std::optional<activitypub::QuoteAuthorization>& stamp);
/// A QuoteRequest: answered by the policy of what is quoted, yes with a stamp.
Result<std::function<Result<void>(store::WriteTx&)>> effect_of_quote_request(
    const domain::Site& site, const Sender& sender, const activitypub::Activity& activity, Timestamp now);
bool is_reply_answer(const activitypub::Activity& activity);
/// The same for an answer that had to ask.
Result<void> apply_reply_answer(store::WriteTx& tx, const domain::Site& site, const Sender& sender,
                                const activitypub::Activity& activity,
                                const std::optional<activitypub::QuoteAuthorization>& stamp);
/// A ReplyRequest: answered by the policy of what is answered.
Result<std::function<Result<void>(store::WriteTx&)>> effect_of_reply_request(
    const domain::Site& site, const Sender& sender, const activitypub::Activity& activity, Timestamp now);
/// `Delete` of a stamp by who gave it. False when `uri` is none that we know.
bool apply_revocation(store::WriteTx& tx, const Sender& sender, const std::string& uri);

// --- documents and notices out ---

/// The address of a stamp that an account of this node gave.
std::string stamp_uri(const domain::Site& site, std::string_view username, std::string_view stamp);
std::string reply_stamp_uri(const domain::Site& site, std::string_view username, std::string_view stamp);
/// What a post of ours quotes, with the stamps that it has, and who may quote and answer it.
void add_consent(const store::ReadTx& tx, const domain::Site& site, const store::Status& status,
                 activitypub::Post& post);
/// What is kept in a notice of the request that it answers.
std::string request_text(const activitypub::Activity& request);
struct ConsentNotice {
  activitypub::ActivityDraft draft;
  bool is_to_followers = false;
};
/// Notices of the kinds from quote_request on. Nothing when what it tells of is no more.
std::optional<ConsentNotice> consent_notice(const store::ReadTx& tx, const domain::Site& site,
                                            const store::Notice& notice, const store::Account& account);

}  // namespace dunlin::federation
