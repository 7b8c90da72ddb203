// Notices from other nodes. Cheapest check first; answered after the commit. Source: ActivityPub 7,
// protocol/signature.
#include "node/api/federation/context.h"
#include "node/api/federation/signer.h"
#include "node/api/routes.h"
#include "node/domain/accounts/accounts.h"
#include "node/federation/apply.h"
#include "node/federation/catch_up.h"
#include "node/federation/consent.h"
#include "node/federation/documents.h"
#include "node/federation/move.h"
#include "node/federation/remote.h"
#include "node/federation/signers.h"
#include "node/store/actors.h"
#include "protocol/activitypub/document.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/limits.h"
#include "protocol/signature/integrity_proof.h"
#include "protocol/signature/verify.h"

namespace dunlin::api {

namespace ap = activitypub;

namespace {

constexpr int accepted = 202;
constexpr auto boost_asked_again_for = std::chrono::hours(12);  // while its original cannot be reached

Outcome thank_you() {
  net::Response response;
  response.status = accepted;
  return response;
}

Result<Outcome> take_effect(Context& context, const federation::Sender& sender, ap::Activity activity,
                            const federation::Consent& consent = {}) {
  TRY(const auto change,
      federation::effect_of(context.site(), sender, std::move(activity), context.now(), consent));
  return Write{[change](store::WriteTx& tx) -> Result<Then> {
    TRY_DO(change(tx));
    return Then([](Context&) -> Result<net::Response> { return std::get<net::Response>(thank_you()); });
  }};
}

/// The sender keeps it and tries again; not 503, which would be about this node as a whole.
Outcome come_again() {
  net::Response response;
  response.status = 500;
  response.content_type = "application/json; charset=utf-8";
  response.body = R"({"error":"not_now: the post that it is about cannot be reached; send it again later"})";
  return response;
}

/// What it needs from elsewhere is fetched first; without it the notice may still mean something. Only a
/// boost is nothing without its original.
Result<Outcome> fetch_and_take_effect(Context& worker, const federation::Sender& sender,
                                      ap::Activity activity) {
  const auto uris = federation::posts_to_fetch(worker.tx(), worker.site(), sender, activity);
  const bool is_request = activity.type == "QuoteRequest" || activity.type == "ReplyRequest";
  const bool has_stamp = federation::needs_fetch_for_consent(worker.tx(), worker.site(), sender, activity);
  // All of it together keeps within the bounds of one notice.
  const int shares = static_cast<int>(uris.size()) + (has_stamp ? 1 : 0);
  for (const auto& uri : uris) {
    const auto post = worker.services.remote.status(worker.tx(), uri, shares);
    // A refusal would be for good.
    if (!post && post.error().code == Errc::unavailable && is_request) return come_again();
    const bool may_come = !post && post.error().code == Errc::unavailable && activity.published &&
                          *activity.published + boost_asked_again_for > worker.now();
    if (may_come && activity.type == "Announce") return come_again();
  }
  TRY_DO(federation::fetch_for_profile(worker.services.remote, worker.tx(), worker.site(), sender, activity));
  const auto consent =
      federation::fetch_consent(worker.services.remote, worker.tx(), worker.site(), sender, activity);
  if (!consent) return come_again();
  return take_effect(worker, sender, std::move(activity), *consent);
}

Result<void> check_may_speak(const Context& context, const federation::Sender& sender) {
  const auto account = store::find_account(context.tx(), sender.account);
  if (!account || account->is_suspended || context.services.domains.is_blocked(account->domain))
    return fail(Errc::forbidden, "This account may not speak here");
  return {};
}

bool rejects_reports_of(const Context& context, const federation::Sender& sender) {
  const auto account = store::find_account(context.tx(), sender.account);
  return account && context.services.domains.policy(account->domain).rejects_reports;
}

Result<Outcome> receive_from(Context& context, const federation::Sender& sender, ap::Activity activity,
                             bool may_wait) {
  if (!activity.id.empty() && store::has_received(context.tx(), activity.id)) return thank_you();
  if (activity.type == "Flag" && rejects_reports_of(context, sender)) return thank_you();
  if (may_wait) return fetch_and_take_effect(context, sender, std::move(activity));
  if (federation::posts_to_fetch(context.tx(), context.site(), sender, activity).empty() &&
      !federation::needs_fetch_for_profile(context.tx(), context.site(), sender, activity) &&
      !federation::needs_fetch_for_consent(context.tx(), context.site(), sender, activity))
    return take_effect(context, sender, std::move(activity));
  return Slow{[sender, activity = std::move(activity)](Context& worker) -> Result<Outcome> {
                return fetch_and_take_effect(worker, sender, activity);
              },
              true};
}

/// Passed on by someone else: the author's own proof is as good as the author's request. Without one, a
/// bearer whom somebody here follows is worth a question to the author's own server, whatever it says then.
Result<Outcome> receive_passed_on(Context& context, const federation::Sender& bearer,
                                  const ap::json& document, ap::Activity activity, bool may_wait) {
  const auto proof = signature::read_proof(document, context.now());
  // Older than what is remembered as received it could be a repetition.
  const bool is_fresh =
      proof && proof->created_at && *proof->created_at > context.now() - limits::received_kept;
  const auto author = [&] {
    return is_fresh ? context.services.signers.prover(context.tx(), *proof, activity.actor) : std::nullopt;
  };
  auto sender = author();
  if (!sender && !store::has_follower(context.tx(), bearer.account)) return thank_you();
  if (!sender && !may_wait) {
    return Slow{[bearer, document, activity = std::move(activity)](Context& worker) -> Result<Outcome> {
                  return receive_passed_on(worker, bearer, document, activity, true);
                },
                true};
  }
  auto& remote = context.services.remote;
  if (!sender && is_fresh && remote.account(context.tx(), activity.actor)) sender = author();
  if (sender) {
    TRY_DO(check_may_speak(context, *sender));
    return receive_from(context, *sender, std::move(activity), may_wait);
  }
  if (activity.type == "Create" && ap::is_post_type(activity.object_type))
    (void)remote.status(context.tx(), activity.object_id);
  return thank_you();
}

Result<Outcome> receive(Context& context, const federation::Sender& sender, bool may_wait) {
  TRY_DO(check_may_speak(context, sender));
  context.services.host_is_alive(ap::origin_of(sender.uri));
  if (const auto followers = context.request.header("Collection-Synchronization"); !followers.empty())
    context.services.catch_up.compare_followers(sender.account, followers);
  TRY(const auto document, ap::parse_document(context.request.body));
  TRY(auto activity, ap::read_activity(document));
  if (activity.actor != sender.uri)
    return receive_passed_on(context, sender, document, std::move(activity), may_wait);
  return receive_from(context, sender, std::move(activity), may_wait);
}

/// The actor whose end this is the news of; empty when it is something else.
std::string who_left(const Context& context) {
  const auto document = ap::parse_document(context.request.body);
  if (!document) return {};
  const auto activity = ap::read_activity(*document);
  const bool is_end = activity && activity->type == "Delete" && activity->object_id == activity->actor;
  return is_end ? activity->actor : std::string();
}

tl::unexpected<Error> wrong_signature() {
  return fail(Errc::unauthorized, "wrong_signature: not made with the key that is named");
}

/// Asking for the key again would not help: it was fetched a moment ago.
bool has_fresh_key(const Context& context, const std::string& key_id) {
  const auto known = store::actor_by_key(context.tx(), key_id);
  const auto actor = known ? store::find_actor(context.tx(), *known) : std::nullopt;
  return actor && actor->fetched_at + limits::key_refetch_pause > context.now();
}

/// Whoever sent it: the account's own server has just said that it is no more.
Result<Outcome> remove_account(const Context& context, const std::string& uri) {
  const auto account = store::account_by_uri(context.tx(), uri);
  if (!account) return thank_you();
  return Write{[id = *account](store::WriteTx& tx) -> Result<Then> {
    domain::delete_account(tx, id);
    return Then([](Context&) -> Result<net::Response> { return std::get<net::Response>(thank_you()); });
  }};
}

/// Its key is new to us, or was changed.
Result<Outcome> receive_from_unknown(Context& worker, const signature::Claim& claim) {
  if (has_fresh_key(worker, claim.key_id)) return wrong_signature();
  if (const auto owner = worker.services.remote.owner_of_key(worker.tx(), claim.key_id); !owner) {
    const auto actor = claim.key_id.substr(0, claim.key_id.find('#'));
    if (owner.error().code == Errc::gone && who_left(worker) == actor) return remove_account(worker, actor);
    // Its sender must not take it for refused when it is we who cannot reach the sender.
    if (owner.error().code == Errc::unavailable)
      return fail(Errc::unavailable, "bad_key: the key that is named cannot be had just now",
                  owner.error().detail);
    return fail(Errc::unauthorized, "bad_key: the key that is named cannot be had", owner.error().detail);
  }
  const auto sender = worker.services.signers.signer(worker.tx(), claim);
  if (!sender) return wrong_signature();
  return receive(worker, *sender, true);
}

Result<Outcome> inbox(Context& context) {
  const std::string own[] = {context.site().domain};
  TRY_DO(refuse_blocked_peer(context));
  auto message = message_of(context);
  message.body = context.request.body;
  message.has_body = true;
  TRY(auto claim, signature::read_claim(message, own, context.now()));
  if (const auto sender = context.services.signers.signer(context.tx(), claim))
    return receive(context, *sender, false);
  if (has_fresh_key(context, claim.key_id)) return wrong_signature();
  // Of an account that was never known here: nothing to do, and its key is gone already.
  if (const auto actor = who_left(context); !actor.empty() && !store::account_by_uri(context.tx(), actor))
    return thank_you();
  TRY(auto place, context.services.remote.place_for_key(claim.key_id));
  return Slow{[claim = std::move(claim), place = std::move(place)](Context& worker) {
                return receive_from_unknown(worker, claim);
              },
              true};
}

Result<Outcome> personal_inbox(Context& context) {
  if (!store::account_by_name(context.tx(), context.args[0], "")) return fail(Errc::not_found, "Not found");
  return inbox(context);
}

}  // namespace

std::vector<Route> inbox_routes() {
  using net::Method;
  return {
      {Method::post, "/inbox", Access::peer(), inbox, limits::inbox_body_bytes_max},
      {Method::post, "/users/:name/inbox", Access::peer(), personal_inbox, limits::inbox_body_bytes_max},
  };
}

}  // namespace dunlin::api
