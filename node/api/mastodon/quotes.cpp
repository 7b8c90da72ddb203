// Quotes of a status, and who may quote it. Source: docs.joinmastodon.org/methods/statuses/#quotes,
// #revoke_quote, #edit_interaction_policy
#include "node/api/mastodon/quotes.h"

#include "node/api/routes.h"
#include "node/domain/statuses/change.h"
#include "node/domain/statuses/quotes.h"
#include "protocol/base/limits.h"

namespace dunlin::api {

namespace {

using auth::Scope;

/// Those that are accepted, as far as the reader may see them. Newest first, paged by the quoting status.
Result<Outcome> quotes_of(Context& context) {
  TRY(const auto id, context.status_arg());
  TRY(const auto status, domain::visible_status(context.tx(), context.me(), id, context.now()));
  const auto quoted = status.reblog_of ? status.reblog_of : id;
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  TRY(const auto request, status_page_request(context));
  return status_list(context, context.feeds().quotes(context.tx(), *viewer, quoted, request));
}

Result<Outcome> revoke(Context& context) {
  TRY(const auto id, context.status_arg());
  TRY(const auto quoting, context.status_arg(1));
  return write([id, quoting, me = context.me()](store::WriteTx& tx) -> Result<Then> {
    TRY_DO(domain::revoke_quote(tx, me, id, quoting));
    return then_show_status(quoting);
  });
}

/// Who may answer, as GoToSocial has it: interaction_policy[can_reply][automatic_approval], a list of public,
/// followers, mentioned, author and me. Whom the post mentions, and its author, may in any case.
Result<std::optional<domain::PolicyRule>> reply_rule_param(const Context& context) {
  constexpr std::string_view name = "interaction_policy[can_reply][automatic_approval]";
  constexpr std::string_view by_asking = "interaction_policy[can_reply][manual_approval]";
  TRY(const auto askers, context.params.list(by_asking));
  if (!askers.empty()) {
    return fail(Errc::unprocessable, "Validation failed: " + std::string(by_asking) +
                                         ": nobody can be asked for leave to answer on this node");
  }
  if (!context.params.has(name)) return std::nullopt;
  TRY(const auto words, context.params.list(name));
  domain::PolicyRule rule;
  for (const auto& word : words) {
    if (word == "public") {
      rule.automatic.everyone = true;
    } else if (word == "followers") {
      rule.automatic.followers = true;
    } else if (word == "mentioned") {
      rule.automatic.mentioned = true;
    } else if (word != "author" && word != "me") {
      return fail(Errc::unprocessable, "Validation failed: " + std::string(name) +
                                           " must be of public, followers, mentioned, author and me");
    }
  }
  // Said so that others read it, too.
  rule.automatic.mentioned = !rule.automatic.everyone;
  return rule;
}

Result<Outcome> set_policy(Context& context) {
  TRY(const auto id, context.status_arg());
  TRY(const auto policies, policies_param(context));
  TRY_DO(domain::own_status(context.tx(), context.me(), id));
  if (!policies.quote && !policies.reply)
    return fail(Errc::unprocessable, "Validation failed: quote_approval_policy can't be blank");
  return write([id, policies, me = context.me()](store::WriteTx& tx) -> Result<Then> {
    TRY_DO(domain::set_policies(tx, me, id, policies));
    return then_show_status(id);
  });
}

}  // namespace

Result<StatusId> quoted_status_param(const Context& context) {
  TRY(const auto given, context.params.text("quoted_status_id"));
  if (!given || given->empty()) return StatusId{};
  const auto id = parse_id<StatusId>(*given);
  if (!id) return fail(Errc::not_found, "quoted_status_id: the post that is quoted does not exist");
  return *id;
}

Result<domain::Policies> policies_param(const Context& context) {
  domain::Policies policies;
  TRY(const auto quote, context.params.text("quote_approval_policy"));
  if (quote && !quote->empty()) {
    policies.quote = domain::quote_rule_named(*quote);
    if (!policies.quote) {
      return fail(Errc::unprocessable,
                  "Validation failed: quote_approval_policy must be public, followers or nobody");
    }
  }
  TRY(policies.reply, reply_rule_param(context));
  return policies;
}

std::vector<Route> quote_routes() {
  using net::Method;
  return {
      {Method::get, "/api/v1/statuses/:id/quotes", Access::user(Scope::read_statuses), quotes_of},
      {Method::post, "/api/v1/statuses/:id/quotes/:quoting_id/revoke", Access::user(Scope::write_statuses),
       revoke},
      {Method::put, "/api/v1/statuses/:id/interaction_policy", Access::user(Scope::write_statuses),
       set_policy},
  };
}

}  // namespace dunlin::api
