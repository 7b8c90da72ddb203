// Looking at polls and voting. A poll has the id of its status. Source: docs.joinmastodon.org/methods/polls
#include "node/domain/statuses/polls.h"

#include <algorithm>
#include <charconv>

#include "node/api/context.h"
#include "node/api/mastodon/poll_params.h"
#include "node/api/routes.h"

namespace dunlin::api {

namespace {

using auth::Scope;

Result<net::Response> show_poll(Context& context, StatusId id) {
  const auto viewer = context.feeds().viewer(context.tx(), context.me());
  const auto found = context.feeds().entries(context.tx(), *viewer, {&id, 1});
  auto poll = found.empty() ? std::nullopt : context.feeds().poll(context.tx(), *viewer, found.front());
  if (!poll) return fail(Errc::not_found, "Record not found");
  return json_response(std::move(*poll));
}

Result<Outcome> show(Context& context) {
  TRY(const auto id, context.status_arg());
  TRY(auto response, show_poll(context, id));
  return response;
}

Result<std::vector<int>> choices_in(const Context& context) {
  TRY(const auto given, context.params.list("choices"));
  std::vector<int> choices;
  for (const auto& text : given) {
    int choice = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), choice);
    if (error != std::errc() || end != text.data() + text.size())
      return fail(Errc::unprocessable, "Validation failed: choices: must be numbers of options");
    if (std::find(choices.begin(), choices.end(), choice) == choices.end()) choices.push_back(choice);
  }
  return choices;
}

Result<Outcome> vote(Context& context) {
  TRY(const auto id, context.status_arg());
  TRY_DO(show_poll(context, id));
  TRY(const auto choices, choices_in(context));
  return write([me = context.me(), id, choices](store::WriteTx& tx) -> Result<Then> {
    TRY_DO(domain::vote(tx, me, id, choices));
    return Then([id](Context& c) { return show_poll(c, id); });
  });
}

}  // namespace

Result<std::optional<domain::PollDraft>> poll_param(const Context& context) {
  const auto& fields = context.params.fields();
  const bool asks = std::any_of(fields.begin(), fields.end(), [](const auto& field) {
    const bool is_told =
        field.value.kind != net::Params::Kind::null && field.value.kind != net::Params::Kind::empty_object;
    return is_told && (field.key == "poll" || field.key.starts_with("poll["));
  });
  if (!asks) return std::nullopt;
  TRY(auto options, context.params.list("poll[options]"));
  domain::PollDraft draft;
  draft.options = std::move(options);
  TRY(const auto seconds, context.params.integer("poll[expires_in]", 0, 1'000'000'000));
  if (!seconds) return fail(Errc::unprocessable, "Validation failed: poll: expires_in is missing (seconds)");
  draft.expires_in = std::chrono::seconds(*seconds);
  TRY(const auto multiple, context.params.boolean("poll[multiple]"));
  draft.is_multiple = multiple.value_or(false);
  TRY(const auto hides_totals, context.params.boolean("poll[hide_totals]"));
  draft.hides_totals = hides_totals.value_or(false);
  TRY(auto checked, domain::check_poll(std::move(draft)));
  return std::optional(std::move(checked));
}

std::vector<Route> poll_routes() {
  using net::Method;
  return {
      {Method::get, "/api/v1/polls/:id", Access::anyone(Scope::read_statuses), show},
      {Method::post, "/api/v1/polls/:id/votes", Access::user(Scope::write_statuses), vote},
  };
}

}  // namespace dunlin::api
