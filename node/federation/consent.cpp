#include "node/federation/consent.h"

#include "node/domain/federation/tell.h"
#include "node/domain/statuses/change.h"
#include "node/domain/statuses/quotes.h"
#include "node/federation/documents.h"
#include "node/federation/remote.h"
#include "node/federation/store_remote.h"
#include "node/store/actors.h"
#include "protocol/activitypub/values.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/log.h"

namespace dunlin::federation {

namespace ap = activitypub;
using store::NoticeKind;
using store::QuoteState;

namespace {

constexpr std::string_view quote_suffix = "#quote_request";
constexpr std::string_view reply_suffix = "#reply_request";

std::optional<store::Status> present(const store::ReadTx& tx, const std::optional<StatusId>& id) {
  auto status = id ? store::find_status(tx, *id) : std::nullopt;
  if (!status || status->is_deleted) return std::nullopt;
  return status;
}

domain::Group group_of(const store::ReadTx& tx, const domain::Site& site,
                       const std::vector<std::string>& uris, std::string_view author,
                       std::string_view followers) {
  domain::Group group;
  for (const auto& uri : uris) {
    if (ap::is_public(uri)) {
      group.everyone = true;
    } else if (!followers.empty() && uri == followers) {
      group.followers = true;
    } else if (const auto here = local_account(tx, site, uri)) {
      group.accounts.push_back(*here);
    } else if (uri != author && !known_account(tx, site, uri)) {
      group.others = true;  // a collection, maybe; its author alone is how nobody is written
    }
  }
  return group;
}

/// Who a rule names, as addresses; nobody is the author alone, for an empty list reads as no rule at all.
ap::Post::Policy policy_of(const domain::PolicyRule& rule, const std::string& actor,
                           const std::vector<std::string>& named) {
  ap::Post::Policy policy;
  if (rule.automatic.everyone) policy.automatic.emplace_back(ap::as_public);
  if (rule.automatic.followers) policy.automatic.push_back(actor + "/followers");
  if (rule.automatic.mentioned) policy.automatic.insert(policy.automatic.end(), named.begin(), named.end());
  if (policy.automatic.empty()) policy.automatic.push_back(actor);
  return policy;
}

/// The post of ours that asked and that an answer is about.
std::optional<store::Status> asking_status(const store::ReadTx& tx, const domain::Site& site,
                                           const ap::Activity& activity, std::string_view suffix) {
  auto uri = activity.object_id;
  if (uri.ends_with(suffix)) {
    uri.resize(uri.size() - suffix.size());
  } else {
    const auto* request = ap::first_object(activity.object);
    uri = request == nullptr ? std::string() : ap::id_of(*request, "instrument");
  }
  auto status = present(tx, known_status(tx, site, uri));
  return status && status->uri.empty() ? status : std::nullopt;
}

/// The quote by an account of this node that the sender was asked for.
std::optional<store::Quote> asked_quote(const store::ReadTx& tx, const domain::Site& site,
                                        const Sender& sender, const ap::Activity& activity) {
  const auto status = asking_status(tx, site, activity, quote_suffix);
  if (!status || !status->is_quote) return std::nullopt;
  auto quote = store::find_quote(tx, status->id);
  if (!quote || quote->quoted_account != sender.account) return std::nullopt;
  return quote;
}

/// The answer by an account of this node that had to ask the sender.
std::optional<store::ReplyConsent> asked_reply(const store::ReadTx& tx, const domain::Site& site,
                                               const Sender& sender, const ap::Activity& activity) {
  const auto status = asking_status(tx, site, activity, reply_suffix);
  if (!status || status->in_reply_to_account != sender.account) return std::nullopt;
  return store::find_reply_consent(tx, status->id);
}

}  // namespace

bool is_stamp_for(const ap::QuoteAuthorization& stamp, std::string_view quoting, std::string_view quoted,
                  std::string_view quoted_author) {
  return stamp.attributed_to == quoted_author && stamp.quoting == quoting && stamp.quoted == quoted &&
         ap::origin_of(stamp.id) == ap::origin_of(quoted_author);
}

StampQuestion stamp_question(const store::ReadTx& tx, const domain::Site& site, const ap::Post& post) {
  if (post.quote.empty() || post.quote_authorization.empty()) return {};
  const auto quoted = present(tx, known_status(tx, site, post.quote));
  // Of our own posts our own stamps are looked at, and of one's own nobody is asked.
  if (!quoted || quoted->uri.empty()) return {};
  const auto author = account_uri(tx, site, quoted->account);
  if (author == post.attributed_to) return {};
  // Another host cannot speak for the author: it is not even asked.
  const bool is_bad = ap::origin_of(post.quote_authorization) != ap::origin_of(author) ||
                      store::has_tombstone(tx, post.quote_authorization);
  return {post.quote_authorization, author, is_bad ? Verdict::bad : Verdict::unknown};
}

// --- into the database ---

void put_quote(store::WriteTx& tx, const domain::Site& site, const store::Status& quoting,
               const RemoteQuote& remote) {
  const auto before = quoting.is_quote ? store::find_quote(tx, quoting.id) : std::nullopt;
  if (remote.uri.empty()) {
    if (before) domain::drop_quote(tx, *before);
    return;
  }
  const auto id = known_status(tx, site, remote.uri);
  const auto quoted = id ? store::find_status(tx, *id) : std::nullopt;
  if (quoted && quoted->reblog_of) return;
  store::Quote after{quoting.id, {}, {}, remote.uri, QuoteState::pending, remote.stamp};
  if (quoted) {
    after.quoted = quoted->id;
    after.quoted_account = quoted->account;
    after.quoted_uri = quoted->uri;
  }
  const bool is_same =
      before && (before->quoted ? before->quoted == after.quoted : before->quoted_uri == remote.uri);
  if (is_same && (before->state == QuoteState::revoked || before->state == QuoteState::rejected)) return;
  if ((quoted && quoted->is_deleted) || (!quoted && store::has_tombstone(tx, remote.uri))) {
    after.state = QuoteState::deleted;
    after.stamp.clear();
  } else if (quoted && quoted->account == quoting.account) {
    after.state = QuoteState::accepted;
  } else if (quoted && quoted->uri.empty()) {
    if (is_same && before->quoted) return;  // our own stamp says it, whatever the post claims
    after.state = remote.stamp.empty() ? QuoteState::pending : QuoteState::unauthorized;
    after.stamp.clear();
  } else if (quoted && remote.verdict != Verdict::unknown) {
    after.state = remote.verdict == Verdict::good ? QuoteState::accepted : QuoteState::unauthorized;
  } else if (is_same && before->quoted && before->stamp == remote.stamp) {
    return;
  }
  const bool is_unchanged = before && before->quoted == after.quoted && before->state == after.state &&
                            before->stamp == after.stamp && before->quoted_uri == after.quoted_uri;
  if (is_unchanged) return;
  if (before) {
    domain::change_quote(tx, *before, after);
  } else {
    domain::file_quote(tx, quoting, after);
  }
}

void link_quotes(store::WriteTx& tx, const store::Status& quoted) {
  if (quoted.uri.empty() || quoted.reblog_of) return;
  for (const auto& quote : store::quotes_waiting_for(tx, quoted.uri)) {
    const auto quoting = store::find_status(tx, quote.status);
    auto after = quote;
    after.quoted = quoted.id;
    after.quoted_account = quoted.account;
    if (quoting && quoting->account == quoted.account) after.state = QuoteState::accepted;
    domain::change_quote(tx, quote, after);
  }
}

void settle_quote(store::WriteTx& tx, StatusId quoting, const std::string& stamp, Verdict verdict) {
  const auto quote = store::find_quote(tx, quoting);
  if (!quote || !quote->quoted || quote->stamp != stamp || quote->state != QuoteState::pending) return;
  if (verdict == Verdict::unknown || store::has_tombstone(tx, stamp)) return;
  auto after = *quote;
  after.state = verdict == Verdict::good ? QuoteState::accepted : QuoteState::unauthorized;
  domain::change_quote(tx, *quote, after);
}

std::string policies_of(const store::ReadTx& tx, const domain::Site& site,
                        const std::optional<ap::Post::Policy>& can_quote,
                        const std::optional<ap::Post::Policy>& can_reply, std::string_view author,
                        std::string_view followers) {
  const auto rule_of = [&](const std::optional<ap::Post::Policy>& policy) {
    std::optional<domain::PolicyRule> rule;
    if (policy) {
      rule = domain::PolicyRule{group_of(tx, site, policy->automatic, author, followers),
                                group_of(tx, site, policy->manual, author, followers)};
    }
    return rule;
  };
  auto reply = rule_of(can_reply);
  if (reply && reply->automatic.everyone) reply.reset();
  return domain::to_string(domain::Policies{rule_of(can_quote), reply});
}

// --- notices in ---

bool is_quote_answer(const ap::Activity& activity) {
  return activity.object_type == "QuoteRequest" || activity.object_id.ends_with(quote_suffix);
}

bool is_reply_answer(const ap::Activity& activity) {
  return activity.object_type == "ReplyRequest" || activity.object_id.ends_with(reply_suffix);
}

std::string stamp_to_fetch(const store::ReadTx& tx, const domain::Site& site, const Sender& sender,
                           const ap::Activity& activity) {
  const bool may_be = ap::origin_of(activity.result) == ap::origin_of(sender.uri);
  if (activity.type != "Accept" || activity.result.empty() || !may_be) return {};
  if (is_reply_answer(activity)) {
    const auto reply = asked_reply(tx, site, sender, activity);
    return reply && reply->stamp != activity.result ? activity.result : std::string();
  }
  const auto quote = is_quote_answer(activity) ? asked_quote(tx, site, sender, activity) : std::nullopt;
  const bool is_open = quote && quote->state != QuoteState::revoked && quote->state != QuoteState::deleted;
  return is_open && quote->stamp != activity.result ? activity.result : std::string();
}

namespace {

/// The post that a Create or Update brings, where its stamp is worth a question.
std::optional<ap::Post> post_with_stamp(const store::ReadTx& tx, const Sender& sender,
                                        const ap::Activity& activity) {
  if ((activity.type != "Create" && activity.type != "Update") || !ap::is_post_type(activity.object_type))
    return std::nullopt;
  const auto* object = ap::first_object(activity.object);
  if (object == nullptr || ap::id_of(*object, "quoteAuthorization").empty()) return std::nullopt;
  auto post = ap::read_post(*object);
  if (!post || post->attributed_to != sender.uri || ap::origin_of(post->id) != ap::origin_of(sender.uri))
    return std::nullopt;
  const auto known = store::status_by_uri(tx, post->id);
  if (!known && !store::has_follower(tx, sender.account)) return std::nullopt;
  const auto quote = known ? store::find_quote(tx, *known) : std::nullopt;
  const bool is_settled =
      quote && quote->state == QuoteState::accepted && quote->stamp == post->quote_authorization;
  return is_settled ? std::nullopt : std::optional(std::move(*post));
}

}  // namespace

bool needs_fetch_for_consent(const store::ReadTx& tx, const domain::Site& site, const Sender& sender,
                             const ap::Activity& activity) {
  if (!stamp_to_fetch(tx, site, sender, activity).empty()) return true;
  const auto post = post_with_stamp(tx, sender, activity);
  return post && !stamp_question(tx, site, *post).stamp.empty();
}

Result<Consent> fetch_consent(Remote& remote, const store::ReadTx& tx, const domain::Site& site,
                              const Sender& sender, const ap::Activity& activity) {
  Consent consent;
  if (const auto uri = stamp_to_fetch(tx, site, sender, activity); !uri.empty()) {
    auto found = is_reply_answer(activity) ? remote.reply_stamp(tx, uri) : remote.stamp(tx, uri);
    if (!found && found.error().code == Errc::unavailable) return tl::unexpected(found.error());
    if (found) consent.stamp = std::move(*found);
  } else if (const auto post = post_with_stamp(tx, sender, activity)) {
    consent.verdict = remote.verdict_on(tx, *post);
  }
  return consent;
}

Result<void> apply_quote_answer(store::WriteTx& tx, const domain::Site& site, const Sender& sender,
                                const ap::Activity& activity,
                                const std::optional<ap::QuoteAuthorization>& stamp) {
  const auto quote = asked_quote(tx, site, sender, activity);
  if (!quote || quote->state == QuoteState::revoked || quote->state == QuoteState::deleted) return {};
  auto after = *quote;
  if (activity.type == "Reject") {
    after.state = quote->state == QuoteState::accepted ? QuoteState::revoked : QuoteState::rejected;
    after.stamp.clear();
  } else {
    const auto quoting = status_uri(tx, site, quote->status);
    if (!stamp || !is_stamp_for(*stamp, quoting, quote->quoted_uri, sender.uri)) {
      log(Level::info, "quote_stamp_refused", {{"from", sender.uri}, {"stamp", activity.result}});
      return {};
    }
    after.state = QuoteState::accepted;
    after.stamp = stamp->id;
  }
  domain::change_quote(tx, *quote, after);
  return {};
}

Result<void> apply_reply_answer(store::WriteTx& tx, const domain::Site& site, const Sender& sender,
                                const ap::Activity& activity,
                                const std::optional<ap::QuoteAuthorization>& stamp) {
  using State = store::ReplyConsent::State;
  const auto before = asked_reply(tx, site, sender, activity);
  const auto reply = before ? present(tx, before->status) : std::nullopt;
  if (!reply) return {};
  auto after = *before;
  if (activity.type == "Reject") {
    after.state = State::rejected;
    after.stamp.clear();
  } else {
    const auto answered = status_uri(tx, site, reply->in_reply_to);
    if (!stamp || !is_stamp_for(*stamp, status_uri(tx, site, reply->id), answered, sender.uri)) {
      log(Level::info, "reply_stamp_refused", {{"from", sender.uri}, {"stamp", activity.result}});
      return {};
    }
    after.state = State::accepted;
    after.stamp = stamp->id;
  }
  store::put_reply_consent(tx, after);
  if (before->stamp != after.stamp) domain::tell_of_status(tx, NoticeKind::update, *reply);
  return {};
}

namespace {

/// What was asked, as far as it can be read before the write.
struct ConsentRequest {
  ap::Activity activity;
  std::optional<RemoteStatus> post;  // embedded, by the sender
};

Result<ConsentRequest> read_request(const Sender& sender, const ap::Activity& activity, Timestamp now) {
  ConsentRequest request{activity, std::nullopt};
  if (!activity.instrument_object.is_object()) return request;
  TRY(const auto post, ap::read_post(activity.instrument_object));
  if (post.attributed_to != sender.uri || ap::origin_of(post.id) != ap::origin_of(sender.uri))
    return fail(Errc::forbidden, "The sender may not say this: the post is someone else's");
  request.post = prepare_status(post, now);
  return request;
}

/// The quoting post, stored if it was not known. Nothing when it is another's, or quotes something else.
std::optional<store::Status> quoting_status(store::WriteTx& tx, const domain::Site& site,
                                            const Sender& sender, const ConsentRequest& request,
                                            StatusId quoted) {
  auto id = store::status_by_uri(tx, request.activity.instrument);
  if (!id && request.post && request.post->quote.uri == request.activity.object_id) {
    const auto stored = put_status(tx, site, *request.post, sender.account);
    if (stored) id = *stored;
  }
  auto status = present(tx, id);
  if (!status || status->account != sender.account) return std::nullopt;
  if (!status->is_quote && request.post) {
    put_quote(tx, site, *status, request.post->quote);
    status = present(tx, id);
  }
  const auto quote = store::find_quote(tx, status->id);
  if (!quote || quote->quoted != quoted) return std::nullopt;
  return status;
}

/// The status of ours that a request is about, if it is there for the sender.
std::optional<store::Status> shown_to(const store::ReadTx& tx, const domain::Site& site, const Sender& sender,
                                      const std::string& uri, Timestamp now) {
  auto status = present(tx, known_status(tx, site, uri));
  if (!status || !status->uri.empty() || status->is_local_only || status->reblog_of) return std::nullopt;
  const domain::StoredRelations relations(tx, sender.account, now);
  if (!domain::can_see(relations, domain::StatusFacts::of(*status)) || relations.is_blocking(status->account))
    return std::nullopt;
  return status;
}

std::optional<store::Status> quotable(const store::ReadTx& tx, const domain::Site& site, const Sender& sender,
                                      const std::string& uri, Timestamp now) {
  auto status = shown_to(tx, site, sender, uri, now);
  if (!status) return std::nullopt;
  const auto leave =
      domain::may_quote(domain::StoredRelations(tx, sender.account, now), domain::StatusFacts::of(*status),
                        domain::parse_policies(status->policy), true);
  return leave == domain::Leave::automatic ? status : std::nullopt;
}

/// Whoever would own a post at this address of ours, there or not: a refusal must not tell which.
std::optional<AccountId> owner_of(const store::ReadTx& tx, const domain::Site& site, const std::string& uri) {
  const auto at = uri.find("/statuses/");
  return at == std::string::npos ? std::nullopt : local_account(tx, site, uri.substr(0, at));
}

}  // namespace

Result<std::function<Result<void>(store::WriteTx&)>> effect_of_quote_request(const domain::Site& site,
                                                                             const Sender& sender,
                                                                             const ap::Activity& activity,
                                                                             Timestamp now) {
  TRY(auto request, read_request(sender, activity, now));
  return [site, sender, request = std::move(request)](store::WriteTx& tx) -> Result<void> {
    const auto& uri = request.activity.object_id;
    const auto author = owner_of(tx, site, uri);
    if (!author || request.activity.instrument.empty()) return {};
    const auto answer = [&](NoticeKind kind, StatusId quoting) {
      store::insert_notice(tx, {0, kind, *author, quoting, sender.account, request_text(request.activity)});
    };
    const auto quoted = quotable(tx, site, sender, uri, tx.now());
    const auto quoting =
        quoted ? quoting_status(tx, site, sender, request, quoted->id) : std::optional<store::Status>();
    const auto quote = quoting ? store::find_quote(tx, quoting->id) : std::nullopt;
    if (!quote || quote->state == QuoteState::revoked) {
      // One that is known and waits is refused for good.
      const auto known = present(tx, store::status_by_uri(tx, request.activity.instrument));
      const auto waiting =
          known && known->account == sender.account ? store::find_quote(tx, known->id) : std::nullopt;
      if (waiting && waiting->state == QuoteState::pending && waiting->quoted_account == *author) {
        auto after = *waiting;
        after.state = QuoteState::rejected;
        domain::change_quote(tx, *waiting, after);
      }
      answer(NoticeKind::reject_quote, {});
      return {};
    }
    auto after = *quote;
    after.state = QuoteState::accepted;
    if (quote->state != QuoteState::accepted) after.stamp = store::new_stamp(tx);
    if (quote->state != QuoteState::accepted) domain::change_quote(tx, *quote, after);
    answer(NoticeKind::accept_quote, quoting->id);
    return {};
  };
}

Result<std::function<Result<void>(store::WriteTx&)>> effect_of_reply_request(const domain::Site& site,
                                                                             const Sender& sender,
                                                                             const ap::Activity& activity,
                                                                             Timestamp now) {
  TRY(auto request, read_request(sender, activity, now));
  return [site, sender, request = std::move(request)](store::WriteTx& tx) -> Result<void> {
    const auto& [asked, post] = request;
    const auto author = owner_of(tx, site, asked.object_id);
    if (!author || asked.instrument.empty()) return {};
    const auto answer = [&](NoticeKind kind, StatusId reply) {
      store::insert_notice(tx, {0, kind, *author, reply, sender.account, request_text(asked)});
    };
    const auto answered = shown_to(tx, site, sender, asked.object_id, tx.now());
    const bool may =
        answered && domain::may_reply(tx, sender.account, *answered, tx.now()) == domain::Leave::automatic;
    auto id = may ? store::status_by_uri(tx, asked.instrument) : std::nullopt;
    if (may && !id && post && post->in_reply_to == asked.object_id) {
      const auto stored = put_status(tx, site, *post, sender.account);
      if (stored) id = *stored;
    }
    const auto reply = present(tx, id);
    if (!reply || reply->account != sender.account || reply->in_reply_to != answered->id) {
      answer(NoticeKind::reject_reply, {});
      return {};
    }
    if (!store::find_reply_consent(tx, reply->id)) {
      store::put_reply_consent(tx, {reply->id, store::ReplyConsent::State::accepted, store::new_stamp(tx)});
    }
    answer(NoticeKind::accept_reply, reply->id);
    return {};
  };
}

bool apply_revocation(store::WriteTx& tx, const Sender& sender, const std::string& uri) {
  const auto quote = store::quote_by_stamp(tx, uri);
  if (!quote || quote->quoted_account != sender.account) return false;
  auto after = *quote;
  after.state = QuoteState::revoked;
  after.stamp.clear();
  domain::change_quote(tx, *quote, after);
  return true;
}

// --- documents and notices out ---

std::string stamp_uri(const domain::Site& site, std::string_view username, std::string_view stamp) {
  return site.account_uri(username) + "/quote_authorizations/" + std::string(stamp);
}

std::string reply_stamp_uri(const domain::Site& site, std::string_view username, std::string_view stamp) {
  return site.account_uri(username) + "/reply_authorizations/" + std::string(stamp);
}

void add_consent(const store::ReadTx& tx, const domain::Site& site, const store::Status& status,
                 ap::Post& post) {
  const auto policies = domain::parse_policies(status.policy);
  const auto rule = domain::quote_rule(domain::StatusFacts::of(status), policies, true);
  post.can_quote = policy_of(rule, post.attributed_to, {});
  if (policies.reply) {
    std::vector<std::string> named;
    for (const auto& mention : post.mentions) named.push_back(mention.href);
    post.can_reply = policy_of(*policies.reply, post.attributed_to, named);
  }
  const auto consent = status.in_reply_to ? store::find_reply_consent(tx, status.id) : std::nullopt;
  if (consent && consent->state == store::ReplyConsent::State::accepted)
    post.reply_authorization = consent->stamp;
  const auto quote = status.is_quote ? store::find_quote(tx, status.id) : std::nullopt;
  if (!quote) return;
  const auto quoted = store::find_status(tx, quote->quoted);
  const auto quoted_author = quoted ? store::find_account(tx, quoted->account) : std::nullopt;
  if (!quoted_author) return;
  post.quote = uri_of(site, *quoted, *quoted_author);
  if (quote->state == QuoteState::accepted && !quote->stamp.empty()) {
    post.quote_authorization =
        quoted_author->is_local() ? stamp_uri(site, quoted_author->username, quote->stamp) : quote->stamp;
  }
  // For who shows no quotes; others hide it.
  const auto page = quoted->uri.empty()   ? site.status_url(quoted_author->username, quoted->id)
                    : quoted->url.empty() ? quoted->uri
                                          : quoted->url;
  const auto link = escape_html(page);
  post.content = "<p class=\"quote-inline\">RE: <a href=\"" + link + "\">" + link + "</a></p>" + post.content;
}

std::string request_text(const ap::Activity& request) {
  return request.id + "\n" + request.instrument + "\n" + request.object_id;
}

namespace {

ap::Activity request_in(std::string type, const std::string& text, std::string actor) {
  ap::Activity request;
  request.type = std::move(type);
  request.actor = std::move(actor);
  const auto first = text.find('\n');
  const auto second = text.find('\n', first + 1);
  request.id = text.substr(0, first);
  if (second == std::string::npos) return request;
  request.instrument = text.substr(first + 1, second - first - 1);
  request.object_id = text.substr(second + 1);
  return request;
}

ap::ActivityDraft delete_stamp(const std::string& stamp, const std::string& actor,
                               const std::string& target) {
  ap::ActivityDraft draft;
  draft.type = "Delete";
  draft.id = stamp + "#delete";
  draft.actor = actor;
  JsonWriter(draft.object).begin_object().field("id", stamp).field("type", "QuoteAuthorization").end_object();
  draft.to = {actor + "/followers"};
  if (!target.empty()) draft.to.push_back(target);
  draft.context = ap::Context::post;
  return draft;
}

}  // namespace

std::optional<ConsentNotice> consent_notice(const store::ReadTx& tx, const domain::Site& site,
                                            const store::Notice& notice, const store::Account& account) {
  const auto actor = uri_of(site, account);
  const auto target = account_uri(tx, site, notice.target);
  const auto act = [&](std::string_view what) {
    return actor + "#" + std::string(what) + "/" + std::to_string(notice.id);
  };
  switch (notice.kind) {
    case NoticeKind::quote_request: {
      const auto status = present(tx, notice.status);
      const auto quote = status ? store::find_quote(tx, status->id) : std::nullopt;
      if (!quote || quote->state != QuoteState::pending) return std::nullopt;
      const auto post = post_of(tx, site, *status, account);
      return ConsentNotice{ap::quote_request(post.id + std::string(quote_suffix), post.quote, target, post)};
    }
    case NoticeKind::accept_quote: {
      const auto quote = store::find_quote(tx, notice.status);
      if (!quote || quote->state != QuoteState::accepted || quote->stamp.empty()) return std::nullopt;
      return ConsentNotice{ap::accept_quote(act("accepts"), actor,
                                            request_in("QuoteRequest", notice.uri, target),
                                            stamp_uri(site, account.username, quote->stamp))};
    }
    case NoticeKind::reject_quote:
      return ConsentNotice{
          ap::reject_quote(act("rejects"), actor, request_in("QuoteRequest", notice.uri, target))};
    case NoticeKind::reply_request: {
      const auto status = present(tx, notice.status);
      const auto consent = status ? store::find_reply_consent(tx, status->id) : std::nullopt;
      if (!consent || consent->state != store::ReplyConsent::State::pending) return std::nullopt;
      const auto post = post_of(tx, site, *status, account);
      return ConsentNotice{
          ap::reply_request(post.id + std::string(reply_suffix), post.in_reply_to, target, post)};
    }
    case NoticeKind::accept_reply: {
      const auto consent = store::find_reply_consent(tx, notice.status);
      if (!consent || consent->stamp.empty()) return std::nullopt;
      return ConsentNotice{ap::accept_quote(act("accepts"), actor,
                                            request_in("ReplyRequest", notice.uri, target),
                                            reply_stamp_uri(site, account.username, consent->stamp))};
    }
    case NoticeKind::reject_reply:
      return ConsentNotice{
          ap::reject_quote(act("rejects"), actor, request_in("ReplyRequest", notice.uri, target))};
    case NoticeKind::revoke_quote:
      return ConsentNotice{delete_stamp(stamp_uri(site, account.username, notice.uri), actor, target), true};
    default:
      return std::nullopt;
  }
}

}  // namespace dunlin::federation
