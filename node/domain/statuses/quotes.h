#pragma once
// Quotes, with the consent of who is quoted. A quote is shown only while it is accepted, and then by the rule
// of visibility. Functions that take a WriteTx are parts of one write. Source: FEP-044f.
#include "node/domain/statuses/policies.h"
#include "node/store/quotes.h"
#include "node/store/statuses.h"
#include "protocol/base/result.h"

namespace dunlin::domain {

/// What `me` may quote under this id: the status, or a boost's original. 404 when it is not there for `me`,
/// 403 when its author does not allow it.
Result<store::Status> quotable_status(const store::ReadTx& tx, AccountId me, StatusId id, Timestamp now);
/// Files a quote by an account of this node. Of one's own status, or of one of this node, it is accepted at
/// once; of another node's its author is asked.
void file_own_quote(store::WriteTx& tx, const store::Status& quoting, const store::Status& quoted);
/// Files a quote by an account of another node in the state that was found out.
void file_quote(store::WriteTx& tx, const store::Status& quoting, const store::Quote& quote);
/// From one state or stamp to another: counts, notification, and what readers elsewhere must learn.
void change_quote(store::WriteTx& tx, const store::Quote& before, const store::Quote& after);
/// The row of a quote goes.
void drop_quote(store::WriteTx& tx, const store::Quote& quote);
/// `status` is about to be removed: as a quote, and as what others quote.
void forget_quotes(store::WriteTx& tx, const store::Status& status);
/// Tells those of this node who quote it that it was edited.
void notify_quoters(store::WriteTx& tx, const store::Status& edited);

/// Is it one of the quotes in the count that everyone reads? Like counts_as_reply().
bool counts_as_quote(const store::Status& quoting);

/// Takes back the consent to a quote of one's own status. 404 when there is none for `me`, 403 when the
/// status is another's.
Result<void> revoke_quote(store::WriteTx& tx, AccountId me, StatusId quoted, StatusId quoting);
/// Who may quote or answer one's own status from now on; rules that are not given stay.
Result<void> set_policies(store::WriteTx& tx, AccountId me, StatusId id, const Policies& changes);
/// As it is kept of a status of this node: what goes without saying is not said.
std::string stored_policies(Policies policies, store::Visibility visibility);

}  // namespace dunlin::domain
