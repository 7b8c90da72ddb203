#include "node/federation/remote.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "node/federation/consent.h"
#include "node/federation/documents.h"
#include "node/federation/fetching.h"
#include "node/federation/store_remote.h"
#include "protocol/activitypub/document.h"
#include "protocol/activitypub/values.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/encoding.h"
#include "protocol/base/limits.h"
#include "protocol/base/log.h"

namespace dunlin::federation {

namespace ap = activitypub;
using nlohmann::json;

namespace {

constexpr auto fetch_again_soon = std::chrono::seconds(5);  // what may work again at any moment
constexpr std::size_t failures_kept_max = 10'000;

std::string without_fragment(const std::string& uri) { return uri.substr(0, uri.find('#')); }

/// The host that was asked did not answer, as against answers that are no use.
bool is_silence(const outgoing::FetchError& error) {
  using enum outgoing::Failure;
  const auto failure = error.failure;
  return !error.was_redirected &&
         (failure == unresolvable || failure == unreachable || failure == tls || failure == timed_out);
}

tl::unexpected<Error> not_had(const std::string& uri, const std::string& why) {
  return fail(Errc::unprocessable, "Cannot be fetched: " + uri, why);
}

/// It is no fault of what was asked for.
bool may_pass(outgoing::Failure failure) {
  using outgoing::Failure;
  return failure == Failure::unresolvable || failure == Failure::unreachable || failure == Failure::tls ||
         failure == Failure::timed_out || failure == Failure::cancelled;
}

}  // namespace

std::optional<Error> Remote::known_failure(const std::string& uri) {
  std::lock_guard lock(mutex_);
  const auto failed = failed_.find(uri);
  return failed == failed_.end() || failed->second.until < clock_.now() ? std::nullopt
                                                                        : std::optional(failed->second.error);
}

tl::unexpected<Error> Remote::remember_failure(const std::string& uri, Error error) {
  log(Level::info, "fetch_failed", {{"uri", uri}, {"why", error.detail}});
  std::lock_guard lock(mutex_);
  if (failed_.size() >= failures_kept_max) failed_.clear();
  const bool is_passing = error.code == Errc::unavailable;
  const std::chrono::milliseconds pause = is_passing ? fetch_again_soon : limits::fetch_again_after;
  failed_[uri] = {clock_.now() + pause, error};
  return tl::unexpected(std::move(error));
}

bool Remote::is_ours(std::string_view uri) const {
  return ap::origin_of(uri) == ap::origin_of(site_.base_url);
}

bool Remote::spend(Budget& budget, const std::string& uri) const {
  if (budget.fetches <= 0) return false;
  --budget.fetches;
  if (gate_.is_known(ap::origin_of(uri))) return true;
  return budget.new_hosts-- > 0;
}

Result<std::pair<json, std::string>> Remote::get(const store::ReadTx& tx, const std::string& uri,
                                                 std::string_view accept,
                                                 std::chrono::milliseconds deadline) {
  const auto host = ap::origin_of(uri);
  if (is_ours(uri)) return not_had(uri, "it would be ours");
  if (const auto failure = known_failure(uri)) return tl::unexpected(*failure);
  if (gate_.is_resting(host))
    return fail(Errc::unavailable, "Cannot be fetched: " + uri, "its host did not answer a moment ago");
  const auto refused = [&](const std::string& why, Errc code = Errc::unprocessable) {
    return remember_failure(uri, Error{code, "Cannot be fetched: " + uri, why});
  };
  const auto url = Url::parse(uri, schemes_of(site_));
  if (!url) return refused(url.error().safe);
  TRY(const auto keys, keys_.ensure(tx, AccountId{}));
  auto request = signed_get(*url, accept, site_, keys.request, clock_);
  request.deadline = deadline;
  const auto answer = client_.fetch(std::move(request));
  if (!answer) {
    if (is_silence(answer.error())) gate_.failed(host);
    return refused(std::string(outgoing::to_string(answer.error().failure)) + ": " + answer.error().detail,
                   may_pass(answer.error().failure) ? Errc::unavailable : Errc::unprocessable);
  }
  gate_.answered(host);
  if (answer->status == 404 || answer->status == 410)
    return remember_failure(
        uri, Error{answer->status == 410 ? Errc::gone : Errc::not_found, "It is not there: " + uri,
                   "status " + std::to_string(answer->status)});
  if (!answer->is_success()) {
    const bool is_unwell = answer->status >= 500 || answer->status == 408 || answer->status == 429;
    return refused("status " + std::to_string(answer->status),
                   is_unwell ? Errc::unavailable : Errc::unprocessable);
  }
  const bool is_jrd = accept.starts_with("application/jrd+json");
  if (!is_jrd && !ap::is_activity_media_type(answer->content_type()))
    return refused("media type " + std::string(answer->content_type()));
  auto document = ap::parse_document(answer->body);
  if (!document) return refused(document.error().safe);
  return std::pair{std::move(*document), std::string(answer->url.without_fragment())};
}

Result<json> Remote::document(const store::ReadTx& tx, const std::string& uri) {
  TRY(auto found, get(tx, without_fragment(uri), activity_types));
  auto& [document, address] = found;
  const auto id = ap::id_of(document);
  if (is_ours(id)) return not_had(uri, "it would be ours");
  if (is_vouched_for(id, uri, address)) return std::move(document);
  // Another address of it (a page, a redirect): what it says counts only where it says that it lives.
  TRY(auto again, get(tx, without_fragment(id), activity_types));
  if (ap::id_of(again.first) != id || !is_vouched_for(id, id, again.second))
    return not_had(uri, "its id is " + id);
  return std::move(again.first);
}

Result<AccountId> Remote::store_account(const store::ReadTx& tx, const json& document,
                                        std::string_view key_id) {
  TRY(const auto actor, ap::read_actor(document));
  TRY(const auto prepared, prepare_account(actor, clock_.now()));
  if (!key_id.empty() && prepared.actor.key_id != key_id)
    return not_had(std::string(key_id), "its owner does not name it");
  AccountId id;
  TRY_DO(writer_.run([&](store::WriteTx& write) -> Result<void> {
    TRY(id, put_account(write, prepared));
    return {};
  }));
  tx.refresh();
  return id;
}

Result<AccountId> Remote::account(const store::ReadTx& tx, const std::string& uri) {
  if (const auto known = known_account(tx, site_, uri)) return *known;
  const FetchGate::Turn turn(gate_, uri);
  if (turn.has_waited()) tx.refresh();
  return fetch_account(tx, uri);
}

Result<AccountId> Remote::fetch_account(const store::ReadTx& tx, const std::string& uri) {
  if (const auto known = known_account(tx, site_, uri)) return *known;
  return refresh_account(tx, uri);
}

Result<AccountId> Remote::refresh_account(const store::ReadTx& tx, const std::string& uri) {
  if (is_ours(uri)) return fail(Errc::not_found, "There is no such account here");
  TRY(const auto found, document(tx, uri));
  return store_account(tx, found);
}

Result<FetchGate::Place> Remote::place_for_key(const std::string& key_id) {
  const auto host = ap::origin_of(key_id);
  if (host.empty() || is_ours(key_id)) return fail(Errc::unauthorized, "wrong_signature: not your key");
  if (const auto failure = known_failure(without_fragment(key_id))) {
    // It is we who cannot reach them, or they have no such key.
    const auto code = failure->code == Errc::unavailable ? Errc::unavailable : Errc::unauthorized;
    return fail(code, "bad_key: the key that is named could not be had a moment ago");
  }
  return gate_.enter(host);
}

Result<AccountId> Remote::owner_of_key(const store::ReadTx& tx, const std::string& key_id) {
  const FetchGate::Turn turn(gate_, key_id);
  if (turn.has_waited()) {
    tx.refresh();
    if (const auto known = store::actor_by_key(tx, key_id)) return *known;
  }
  auto owner = fetch_owner_of_key(tx, key_id);
  if (!owner) gate_.missed(ap::origin_of(key_id));
  return owner;
}

Result<AccountId> Remote::fetch_owner_of_key(const store::ReadTx& tx, const std::string& key_id) {
  const auto address = without_fragment(key_id);
  TRY(auto found, get(tx, address, activity_types, limits::key_deadline));
  auto owner = ap::id_of(found.first);
  if (ap::read_actor(found.first)) {
    // As nearly always: the key is a part of its owner's document.
    if (owner == address && !is_ours(owner) && ap::origin_of(found.second) == ap::origin_of(owner))
      return store_account(tx, found.first, key_id);
  } else {
    // A document of the key alone: its owner must name it.
    owner = ap::id_of(found.first, "owner");
    if (owner.empty()) {
      const auto* key = ap::member(found.first, "publicKey");
      owner = key == nullptr ? std::string() : ap::id_of(*key, "owner");
    }
  }
  if (owner.empty() || ap::origin_of(owner) != ap::origin_of(key_id))
    return not_had(key_id, "its owner is on another server");
  TRY(const auto document_of_owner, document(tx, owner));
  return store_account(tx, document_of_owner, key_id);
}

Result<AccountId> Remote::account(const store::ReadTx& tx, const ap::Handle& handle) {
  if (const auto known = store::account_by_name(tx, handle.username, handle.host)) return *known;
  const std::string scheme = site_.base_url.substr(0, site_.base_url.find("://"));
  TRY(const auto found, get(tx,
                            scheme + "://" + handle.host + "/.well-known/webfinger?resource=" +
                                percent_encode("acct:" + handle.username + "@" + handle.host),
                            "application/jrd+json, application/json"));
  TRY(const auto jrd, ap::read_jrd(found.first));
  // A host may say where its people are, not that it speaks for another: either the name is the one that was
  // asked for, or one of the actor's own host.
  const auto subject = ap::parse_handle(jrd.subject);
  const auto is_asked =
      subject && subject->host == handle.host && equal_ignoring_case(subject->username, handle.username);
  const auto is_of_actor = subject && ap::origin_of(jrd.actor) == scheme + "://" + subject->host;
  if (is_ours(jrd.actor) || (!is_asked && !is_of_actor))
    return not_had(handle.username + "@" + handle.host, "its WebFinger answer is about " + jrd.subject);
  return account(tx, jrd.actor);
}

Result<StatusId> Remote::status(const store::ReadTx& tx, const std::string& uri, int shares) {
  if (const auto known = known_status(tx, site_, uri)) return *known;
  const FetchGate::Turn turn(gate_, uri);
  if (turn.has_waited()) tx.refresh();
  Budget budget;
  budget.fetches = std::max(1, budget.fetches / shares);
  budget.new_hosts = std::max(1, budget.new_hosts / shares);
  return fetch_status(tx, uri, limits::thread_fetches_max, budget);
}

Result<ap::QuoteAuthorization> Remote::stamp(const store::ReadTx& tx, const std::string& uri) {
  TRY(const auto found, document(tx, uri));
  return ap::read_quote_authorization(found);
}

Result<ap::QuoteAuthorization> Remote::reply_stamp(const store::ReadTx& tx, const std::string& uri) {
  TRY(const auto found, document(tx, uri));
  return ap::read_reply_authorization(found);
}

Verdict Remote::verdict_on(const store::ReadTx& tx, const ap::Post& post) {
  const auto question = stamp_question(tx, site_, post);
  if (question.stamp.empty() || question.verdict != Verdict::unknown) return question.verdict;
  const auto found = stamp(tx, question.stamp);
  if (!found) return found.error().code == Errc::unavailable ? Verdict::unknown : Verdict::bad;
  return is_stamp_for(*found, post.id, post.quote, question.quoted_author) ? Verdict::good : Verdict::bad;
}

Result<StatusId> Remote::fetch_status(const store::ReadTx& tx, const std::string& uri, int depth,
                                      Budget& budget) {
  if (const auto known = known_status(tx, site_, uri)) return *known;
  if (is_ours(uri)) return fail(Errc::not_found, "There is no such post here");
  if (depth <= 0 || !spend(budget, uri)) return not_had(uri, "the thread is too long");
  TRY(const auto found, document(tx, uri));
  TRY(const auto post, ap::read_post(found));
  if (ap::origin_of(post.id) != ap::origin_of(post.attributed_to))
    return not_had(uri, "its author is on another server");
  if (const auto known = known_status(tx, site_, post.id)) return *known;
  if (!post.in_reply_to.empty()) {
    // Without what it answers it is still worth showing.
    if (const auto parent = fetch_status(tx, post.in_reply_to, depth - 1, budget); !parent)
      log(Level::debug, "thread_cut", {{"uri", uri}, {"why", parent.error().safe}});
  }
  if (!known_account(tx, site_, post.attributed_to) && !spend(budget, post.attributed_to))
    return not_had(uri, "too much is to be asked for it");
  TRY(const auto author, fetch_account(tx, post.attributed_to));
  auto prepared = prepare_status(post, clock_.now());
  if (!post.quote.empty()) {
    // Not what that quotes or answers again.
    (void)fetch_status(tx, post.quote, std::min(depth - 1, 1), budget);
    if (!post.quote_authorization.empty() && spend(budget, post.quote_authorization))
      prepared.quote.verdict = verdict_on(tx, post);
  }
  StatusId id;
  TRY_DO(writer_.run([&](store::WriteTx& write) -> Result<void> {
    TRY(id, put_status(write, site_, prepared, author));
    return {};
  }));
  tx.refresh();
  return id;
}

}  // namespace dunlin::federation
