#include "node/domain/statuses/publish.h"

#include <algorithm>
#include <map>

#include "node/domain/federation/tell.h"
#include "node/domain/notifications/notify.h"
#include "node/domain/statuses/change.h"
#include "node/domain/statuses/quotes.h"
#include "node/store/accounts.h"
#include "node/store/notifications.h"
#include "node/store/relationships.h"
#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/text/compose.h"
#include "protocol/text/plain.h"

namespace dunlin::domain {

namespace {

struct Named {
  AccountId id;
  text::MentionTarget target;
};

/// A name as a key: without our own domain, without case.
std::string key_of(const Site& site, const text::MentionRef& ref) {
  const bool is_ours = ref.domain.empty() || equal_ignoring_case(ref.domain, site.domain);
  return to_lower(is_ours ? ref.username : ref.username + "@" + ref.domain);
}

/// The accounts that a text names, as far as they are known here. A name without a domain, or with ours, is a
/// local account.
std::map<std::string, Named> look_up(const store::ReadTx& tx, const Site& site,
                                     const std::vector<text::MentionRef>& refs) {
  std::map<std::string, Named> found;
  for (const auto& ref : refs) {
    const bool is_ours = ref.domain.empty() || equal_ignoring_case(ref.domain, site.domain);
    auto id = store::account_by_name(tx, ref.username, is_ours ? std::string() : to_lower(ref.domain));
    if (!id) continue;
    const auto account = store::find_account(tx, *id);
    if (!account || account->is_gone()) continue;
    const auto url = account->is_local() ? site.account_url(account->username) : account->url;
    found[key_of(site, ref)] = {*id, {url, account->username}};
  }
  return found;
}

Result<void> check_length(const text::Scan& scan, const TextRules& rules, const std::string& text,
                          const std::string& spoiler) {
  if (!text::has_visible_text(text)) {
    return fail(Errc::unprocessable, "Validation failed: status can't be blank");
  }
  if (scan.characters + text::count_graphemes(spoiler) > rules.characters_max) {
    return fail(Errc::unprocessable, "Validation failed: status is over the limit of " +
                                         std::to_string(rules.characters_max) + " characters");
  }
  if (scan.mentions.size() > limits::mentions_per_status_max) {
    return fail(Errc::unprocessable, "Validation failed: status mentions more than " +
                                         std::to_string(limits::mentions_per_status_max) + " accounts");
  }
  if (scan.tags.size() > limits::tags_per_status_max) {
    return fail(Errc::unprocessable, "Validation failed: status has more than " +
                                         std::to_string(limits::tags_per_status_max) + " hashtags");
  }
  return {};
}

}  // namespace

Result<PreparedText> prepare_text(const store::ReadTx& tx, const Site& site, const TextRules& rules,
                                  std::string text, std::string spoiler_text, std::string format) {
  const auto kind = format == "markdown" ? text::Format::markdown : text::Format::plain;
  const auto scan = text::scan(text, kind);
  TRY_DO(check_length(scan, rules, text, spoiler_text));
  const auto named = look_up(tx, site, scan.mentions);
  const auto resolve = [&](const text::MentionRef& ref) -> std::optional<text::MentionTarget> {
    const auto found = named.find(key_of(site, ref));
    return found == named.end() ? std::nullopt : std::optional(found->second.target);
  };
  PreparedText prepared;
  prepared.content = text::to_html(text, kind, resolve, site.tag_url_prefix());
  for (const auto& [name, account] : named) prepared.mentions.push_back(account.id);
  for (const auto& tag : scan.tags) {
    if (auto name = text::normalise_tag(tag); !name.empty()) prepared.tags.push_back(std::move(name));
  }
  prepared.text = std::move(text);
  prepared.spoiler_text = std::move(spoiler_text);
  prepared.format = std::move(format);
  return prepared;
}

namespace {

/// The status that is answered, as far as the author may see it.
Result<store::Status> answered_status(const store::WriteTx& tx, AccountId author, StatusId id) {
  auto parent = visible_status(tx, author, id, tx.now());
  if (!parent) return fail(Errc::not_found, "in_reply_to_id: the post that is answered does not exist");
  if (parent->reblog_of)
    return fail(Errc::unprocessable, "in_reply_to_id: a boost cannot be answered, answer its original");
  return parent;
}

/// What is quoted, and what that means for the status: it is for nobody who may not see what it quotes.
Result<store::Status> quoted_status(const store::WriteTx& tx, StatusId id, store::Status& status) {
  TRY(auto quoted, quotable_status(tx, status.account, id, tx.now()));
  if (quoted.visibility == store::Visibility::private_)
    status.visibility = std::max(status.visibility, store::Visibility::private_);
  status.is_local_only = status.is_local_only || quoted.is_local_only;
  if (status.is_local_only && !quoted.uri.empty()) {
    return fail(
        Errc::unprocessable,
        "Validation failed: quoted_status_id: a post that stays here cannot quote one of another server, "
        "whose author would have to be asked");
  }
  const auto& named = status.mentions;
  const bool is_party = quoted.account == status.account ||
                        std::find(named.begin(), named.end(), quoted.account) != named.end();
  if (status.visibility == store::Visibility::direct && !is_party) {
    return fail(Errc::unprocessable,
                "Validation failed: quoted_status_id: a direct post can quote only those whom it mentions");
  }
  return quoted;
}

/// Who must learn of it: the mentioned who may see it, and followers who asked to hear of each post.
void notify_readers(store::WriteTx& tx, const store::Status& status, Age age) {
  for (AccountId account : status.mentions) {
    const StoredRelations relations(tx, account, tx.now());
    if (can_see(relations, StatusFacts::of(status)))
      notify(tx, account, "mention", status.account, status.id, status.conversation);
  }
  if (age == Age::old || status.visibility == store::Visibility::direct || status.in_reply_to) return;
  for (AccountId follower : store::followers_to_notify(tx, status.account)) {
    notify(tx, follower, "status", status.account, status.id);
  }
}

}  // namespace

void file_status(store::WriteTx& tx, const store::Status& status, Age age) {
  store::insert_status(tx, status);
  if (counts_for_author(status)) store::count_new_status(tx, status.account, status.created_at());
  if (counts_as_reply(status)) store::add_to_counts(tx, status.in_reply_to, {.replies = 1});
  notify_readers(tx, status, age);
  tell_of_status(tx, store::NoticeKind::create, status);
}

Result<StatusId> publish(store::WriteTx& tx, AccountId author, const StatusDraft& draft) {
  if (draft.idempotency_hash) {
    if (auto earlier = store::find_idempotency(tx, author, *draft.idempotency_hash, tx.now())) {
      const auto status = store::find_status(tx, *earlier);
      if (status && !status->is_deleted) return *earlier;
    }
  }
  TRY_DO(check_may_post(tx, author));
  store::Status status;
  bool must_ask = false;  // whom it answers
  if (draft.in_reply_to) {
    TRY(const auto parent, answered_status(tx, author, draft.in_reply_to));
    const auto leave = may_reply(tx, author, parent, tx.now());
    // Of a post here nobody can be asked: its policy is all there is.
    if (leave == Leave::denied || (leave != Leave::automatic && parent.uri.empty()))
      return fail(Errc::forbidden, "in_reply_to_id: its author does not allow you to answer this post");
    must_ask = leave != Leave::automatic;
    status.in_reply_to = parent.id;
    status.in_reply_to_account = parent.account;
    status.conversation = parent.conversation;
    status.is_local_only = parent.is_local_only;  // an answer elsewhere would tell of what stays here
  }
  status.id = StatusId{tx.next_id()};
  if (!status.conversation) status.conversation = status.id;
  status.account = author;
  status.visibility = draft.visibility;
  status.is_local_only = status.is_local_only || draft.is_local_only;
  status.is_sensitive = draft.is_sensitive || !draft.text.spoiler_text.empty();
  status.language = draft.language;
  status.app = draft.app;
  status.format = draft.text.format;
  status.mentions = draft.text.mentions;
  status.tags = draft.text.tags;
  status.spoiler_text = draft.text.spoiler_text;
  status.text = draft.text.text;
  status.content = draft.text.content;
  std::optional<store::Status> quoted;
  if (draft.quotes) {
    TRY(quoted, quoted_status(tx, draft.quotes, status));
  }
  status.policy = stored_policies(draft.policies, status.visibility);
  file_status(tx, status);
  if (draft.poll) ask(tx, status, *draft.poll);
  if (quoted) file_own_quote(tx, status, *quoted);
  // What stays here, or is not for the author, asks nobody: the request would show it.
  const bool is_for_author = status.visibility != store::Visibility::direct ||
                             std::find(status.mentions.begin(), status.mentions.end(),
                                       status.in_reply_to_account) != status.mentions.end();
  if (must_ask && is_for_author && !status.is_local_only) {
    store::put_reply_consent(tx, {status.id, store::ReplyConsent::State::pending, {}});
    tell(tx, store::NoticeKind::reply_request, author, status.in_reply_to_account, status.id);
  }
  if (draft.idempotency_hash) store::put_idempotency(tx, author, *draft.idempotency_hash, status.id);
  return status.id;
}

}  // namespace dunlin::domain
