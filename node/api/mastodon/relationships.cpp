// Follow, mute, block and follow requests. Source: docs.joinmastodon.org/methods/accounts, /mutes, /blocks,
// /follow_requests
#include "node/domain/relationships/relationships.h"

#include "node/api/relationship_json.h"
#include "node/api/routes.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"
#include "protocol/text/language.h"
#include "protocol/text/plain.h"

namespace dunlin::api {

void append_relationship(std::string& out, Context& context, AccountId target) {
  const auto r = domain::relationship(context.tx(), context.me(), target, context.now());
  const auto card = context.feeds().library().account(context.tx(), target);
  JsonWriter json(out);
  json.begin_object().field("id", card ? card->public_id : AccountPublicId{});
  json.field("following", r.follow.has_value()).field("showing_reblogs", r.follow && r.follow->show_reblogs);
  json.field("notifying", r.follow && r.follow->notify);
  if (r.follow && !r.follow->languages.empty()) {
    json.key("languages").begin_array();
    for (std::string_view rest = r.follow->languages; !rest.empty();) {
      const auto end = std::min(rest.find(' '), rest.size());
      json.value(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    json.end_array();
  } else {
    json.field_null("languages");
  }
  json.field("followed_by", r.is_followed_by)
      .field("blocking", r.is_blocking)
      .field("blocked_by", r.is_blocked_by);
  json.field("muting", r.mute.has_value()).field("muting_notifications", r.mute && r.mute->notifications);
  if (r.mute && r.mute->expires_at) {
    json.field("muting_expires_at", *r.mute->expires_at);
  } else {
    json.field_null("muting_expires_at");
  }
  json.field("requested", r.is_requested).field("requested_by", r.has_requested);
  json.field("domain_blocking", false).field("endorsed", false).field("note", r.note).end_object();
}

Then then_show_relationship(AccountId target) {
  return [target](Context& context) -> Result<net::Response> {
    std::string body;
    append_relationship(body, context, target);
    return json_response(std::move(body));
  };
}

namespace {

using auth::Scope;

/// An action of the caller on the account in the path, answered by the new relationship.
Result<Outcome> act(Context& context,
                    std::function<Result<void>(store::WriteTx&, AccountId me, AccountId target)> action) {
  TRY(const auto target, context.account_arg());
  return write([action = std::move(action), me = context.me(), target](store::WriteTx& tx) -> Result<Then> {
    TRY_DO(action(tx, me, target));
    return then_show_relationship(target);
  });
}

Result<Outcome> follow(Context& context) {
  domain::FollowChange change;
  TRY(change.show_reblogs, context.params.boolean("reblogs"));
  TRY(change.notify, context.params.boolean("notify"));
  if (context.params.has("languages")) {
    TRY(const auto languages, context.params.list("languages"));
    std::string joined;
    for (const auto& language : languages) {
      if (!text::is_language(language))
        return fail(Errc::unprocessable, "Validation failed: languages: not an ISO 639 code");
      joined += (joined.empty() ? "" : " ") + language;
    }
    change.languages = std::move(joined);
  }
  const auto max = context.services.config.follows.max;
  return act(context, [change, max](store::WriteTx& tx, AccountId me, AccountId target) {
    return domain::follow(tx, me, target, change, max);
  });
}

Result<Outcome> unfollow(Context& context) { return act(context, domain::unfollow); }
Result<Outcome> remove_follower(Context& context) { return act(context, domain::remove_follower); }
Result<Outcome> block(Context& context) { return act(context, domain::block); }
Result<Outcome> unblock(Context& context) { return act(context, domain::unblock); }
Result<Outcome> unmute(Context& context) { return act(context, domain::unmute); }
Result<Outcome> accept_request(Context& context) { return act(context, domain::accept_follow_request); }
Result<Outcome> reject_request(Context& context) { return act(context, domain::reject_follow_request); }

Result<Outcome> mute(Context& context) {
  TRY(const auto notifications, context.params.boolean("notifications"));
  TRY(const auto duration, context.params.integer("duration", 0, std::int64_t{10} * 366 * 86'400));
  std::optional<Timestamp> until;
  if (duration.value_or(0) > 0) until = context.now() + std::chrono::seconds(*duration);
  return act(context, [notifications = notifications.value_or(true), until](store::WriteTx& tx, AccountId me,
                                                                            AccountId target) {
    return domain::mute(tx, me, target, notifications, until);
  });
}

Result<Outcome> set_note(Context& context) {
  TRY(const auto comment, context.params.text("comment"));
  if (comment && text::count_graphemes(*comment) > limits::bio_characters_max) {
    return fail(Errc::unprocessable, "Validation failed: comment is too long (maximum is 2000 characters)");
  }
  return act(context, [comment = comment.value_or("")](store::WriteTx& tx, AccountId me, AccountId target) {
    return domain::set_note(tx, me, target, comment);
  });
}

Result<Outcome> list_of(Context& context, std::vector<store::Edge> (*fetch)(const store::ReadTx&, AccountId,
                                                                            const store::EdgePage&)) {
  TRY(const auto page,
      edge_page_request(context, limits::accounts_page_default, limits::accounts_per_page_max));
  return account_list(context, fetch(context.tx(), context.me(), page), page);
}

Result<Outcome> blocks(Context& context) { return list_of(context, store::blocks_page); }

/// Accounts that also tell until when they are muted. Source: docs.joinmastodon.org/entities/MutedAccount
Result<Outcome> mutes(Context& context) {
  TRY(const auto page,
      edge_page_request(context, limits::accounts_page_default, limits::accounts_per_page_max));
  const auto edges = store::mutes_page(context.tx(), context.me(), page, context.now());
  return account_list(context, edges, page, [&context](std::string& json, AccountId target) {
    const auto mute = store::find_mute(context.tx(), context.me(), target);
    json.pop_back();
    json += ",\"mute_expires_at\":";
    json += mute && mute->expires_at ? "\"" + to_iso(*mute->expires_at) + "\"" : "null";
    json += '}';
  });
}

Result<Outcome> follow_requests(Context& context) { return list_of(context, store::follow_requests_page); }

}  // namespace

std::vector<Route> relationship_routes() {
  using net::Method;
  return {
      {Method::post, "/api/v1/accounts/:id/follow", Access::user(Scope::write_follows), follow},
      {Method::post, "/api/v1/accounts/:id/unfollow", Access::user(Scope::write_follows), unfollow},
      {Method::post, "/api/v1/accounts/:id/remove_from_followers", Access::user(Scope::write_follows),
       remove_follower},
      {Method::post, "/api/v1/accounts/:id/block", Access::user(Scope::write_blocks), block},
      {Method::post, "/api/v1/accounts/:id/unblock", Access::user(Scope::write_blocks), unblock},
      {Method::post, "/api/v1/accounts/:id/mute", Access::user(Scope::write_mutes), mute},
      {Method::post, "/api/v1/accounts/:id/unmute", Access::user(Scope::write_mutes), unmute},
      {Method::post, "/api/v1/accounts/:id/note", Access::user(Scope::write_accounts), set_note},
      {Method::get, "/api/v1/blocks", Access::user(Scope::read_blocks), blocks},
      {Method::get, "/api/v1/mutes", Access::user(Scope::read_mutes), mutes},
      {Method::get, "/api/v1/follow_requests", Access::user(Scope::read_follows), follow_requests},
      {Method::post, "/api/v1/follow_requests/:id/authorize", Access::user(Scope::write_follows),
       accept_request},
      {Method::post, "/api/v1/follow_requests/:id/reject", Access::user(Scope::write_follows),
       reject_request},
  };
}

}  // namespace dunlin::api
