#include "node/federation/documents.h"

#include <nlohmann/json.hpp>

#include "node/domain/emojis/emojis.h"
#include "node/federation/consent.h"
#include "node/media/files.h"
#include "node/store/actors.h"
#include "node/store/polls.h"
#include "protocol/base/encoding.h"

namespace dunlin::federation {

namespace ap = activitypub;

namespace {

void add_keys(ap::Actor& actor, const AccountKeys& keys) {
  actor.keys = {{key_uri(actor.id), actor.id, keys.request.public_key().pem()}};
  actor.multikeys = {{proof_key_uri(actor.id), actor.id, keys.proof.public_key().multibase()}};
}

std::string handle_of(const domain::Site& site, const store::Account& account) {
  return "@" + account.username + "@" + (account.is_local() ? site.domain : account.domain);
}

ap::Audience audience_of(store::Visibility visibility) {
  switch (visibility) {
    case store::Visibility::public_:
      return ap::Audience::public_;
    case store::Visibility::unlisted:
      return ap::Audience::unlisted;
    case store::Visibility::private_:
      return ap::Audience::followers;
    case store::Visibility::direct:
      break;
  }
  return ap::Audience::direct;
}

/// Those whom it mentions, and the author of what it answers or boosts: whoever must find it in their inbox.
std::vector<std::string> addressees(const store::ReadTx& tx, const domain::Site& site,
                                    const store::Status& status) {
  std::vector<std::string> uris;
  for (AccountId id : status.mentions) {
    if (auto uri = account_uri(tx, site, id); !uri.empty()) uris.push_back(std::move(uri));
  }
  if (!status.reblog_of) return uris;
  const auto original = store::find_status(tx, status.reblog_of);
  if (original) uris.push_back(account_uri(tx, site, original->account));
  return uris;
}

/// What the names between colons in a text of this node stand for.
std::vector<ap::Emoji> local_emojis(const store::ReadTx& tx, const domain::Site& site,
                                    const text::Shortcodes& used) {
  std::vector<ap::Emoji> emojis;
  for (const auto& emoji : domain::used_emojis(tx, "", used)) emojis.push_back(emoji_of(site, emoji));
  return emojis;
}

}  // namespace

std::string node_actor_uri(const domain::Site& site) { return site.base_url + "/actor"; }
std::string key_uri(std::string_view actor_uri) { return std::string(actor_uri) + "#main-key"; }
std::string proof_key_uri(std::string_view actor_uri) { return std::string(actor_uri) + "#proof-key"; }

ap::Actor node_actor(const domain::Site& site, const AccountKeys& keys) {
  ap::Actor actor;
  actor.id = node_actor_uri(site);
  actor.type = "Application";
  actor.username = site.domain;
  actor.url = site.base_url + "/about";
  actor.inbox = site.base_url + "/inbox";
  actor.outbox = actor.id + "/outbox";
  actor.locked = true;
  add_keys(actor, keys);
  return actor;
}

ap::Emoji emoji_of(const domain::Site& site, const store::Emoji& emoji) {
  return {site.emoji_uri(emoji.shortcode), emoji.shortcode, site.media_url(emoji.file),
          std::string(media::Files::type_of(emoji.file)), emoji.updated_at};
}

ActorLinks links_of(const store::ReadTx& tx, const domain::Site& site, const store::Account& account) {
  return {account_uri(tx, site, account.moved_to), local_emojis(tx, site, domain::shortcodes_of(account))};
}

ap::Actor actor_of(const domain::Site& site, const store::Account& account, const AccountKeys& keys,
                   const ActorLinks& links) {
  ap::Actor actor;
  actor.id = site.account_uri(account.username);
  actor.type = account.bot ? "Service" : "Person";
  actor.username = account.username;
  actor.name = account.display_name;
  actor.summary = account.note_html;
  actor.url = site.account_url(account.username);
  actor.inbox = actor.id + "/inbox";
  actor.shared_inbox = site.base_url + "/inbox";
  actor.outbox = actor.id + "/outbox";
  actor.followers = actor.id + "/followers";
  actor.following = actor.id + "/following";
  actor.featured = actor.id + "/featured";
  actor.webfinger = account.username + "@" + site.domain;
  if (!account.avatar.empty()) actor.icon_url = site.media_url(account.avatar);
  if (!account.header.empty()) actor.image_url = site.media_url(account.header);
  const auto fields = nlohmann::json::parse(account.fields, nullptr, false);
  if (fields.is_array()) {
    for (const auto& field : fields)
      actor.fields.push_back({field.value("name", ""), field.value("value_html", "")});
  }
  actor.published = account.created_at;
  actor.also_known_as = account.also_known_as;
  actor.moved_to = links.moved_to;
  actor.emojis = links.emojis;
  actor.locked = account.locked;
  actor.discoverable = account.discoverable;
  actor.indexable = account.indexable;
  add_keys(actor, keys);
  return actor;
}

std::string uri_of(const domain::Site& site, const store::Account& account) {
  return account.is_local() ? site.account_uri(account.username) : account.uri;
}

std::string uri_of(const domain::Site& site, const store::Status& status, const store::Account& author) {
  if (!status.uri.empty()) return status.uri;
  return site.status_uri(author.username, status.id) + (status.reblog_of ? "/activity" : "");
}

std::string account_uri(const store::ReadTx& tx, const domain::Site& site, AccountId id) {
  const auto account = store::find_account(tx, id);
  return account ? uri_of(site, *account) : std::string();
}

std::string status_uri(const store::ReadTx& tx, const domain::Site& site, StatusId id) {
  const auto status = store::find_status(tx, id);
  const auto author = status ? store::find_account(tx, status->account) : std::nullopt;
  return author ? uri_of(site, *status, *author) : std::string();
}

ap::Addressing addressing_of(const store::ReadTx& tx, const domain::Site& site, const store::Status& status,
                             const store::Account& author) {
  return ap::addressed(audience_of(status.visibility), site.account_uri(author.username) + "/followers",
                       addressees(tx, site, status));
}

namespace {

void add_poll(ap::Post& post, const store::Poll& poll) {
  post.type = "Question";
  ap::Post::Poll question;
  // Told when those who took part are told.
  const bool is_closed = !poll.due_at;
  for (std::size_t i = 0; i < poll.options.size(); ++i)
    question.options.push_back({poll.options[i], poll.hides_totals && !is_closed ? 0 : poll.votes[i]});
  question.multiple = poll.is_multiple;
  question.end_time = poll.expires_at;
  if (is_closed) question.closed = poll.expires_at;
  question.voters = poll.voters;
  post.poll = std::move(question);
}

}  // namespace

ap::Post post_of(const store::ReadTx& tx, const domain::Site& site, const store::Status& status,
                 const store::Account& author) {
  ap::Post post;
  post.id = uri_of(site, status, author);
  post.attributed_to = uri_of(site, author);
  post.content = status.content;
  post.summary = status.spoiler_text;
  post.language = status.language.value_or("");
  post.url = site.status_url(author.username, status.id);
  if (status.in_reply_to) post.in_reply_to = status_uri(tx, site, status.in_reply_to);
  auto addressing = addressing_of(tx, site, status, author);
  post.to = std::move(addressing.to);
  post.cc = std::move(addressing.cc);
  post.published = status.created_at();
  post.updated = status.edited_at;
  post.sensitive = status.is_sensitive;
  for (AccountId id : status.mentions) {
    const auto named = store::find_account(tx, id);
    if (named) post.mentions.push_back({uri_of(site, *named), handle_of(site, *named)});
  }
  post.hashtags = status.tags;
  post.replies = post.id + "/replies";
  post.replies_total = status.counts.replies;
  post.likes = post.id + "/likes";
  post.likes_total = status.counts.favourites;
  post.shares = post.id + "/shares";
  post.shares_total = status.counts.reblogs;
  const auto poll = store::find_poll(tx, status.id);
  if (poll) add_poll(post, *poll);
  post.emojis = local_emojis(tx, site, domain::shortcodes_of(status, poll));
  add_consent(tx, site, status, post);
  return post;
}

ap::ActivityDraft announce_of(const store::ReadTx& tx, const domain::Site& site, const store::Status& boost,
                              const store::Account& author) {
  return ap::announce(uri_of(site, boost, author), uri_of(site, author),
                      status_uri(tx, site, boost.reblog_of), addressing_of(tx, site, boost, author),
                      boost.created_at());
}

std::optional<std::string> local_username(const domain::Site& site, std::string_view uri) {
  const std::string prefix = site.base_url + "/users/";
  if (!uri.starts_with(prefix)) return std::nullopt;
  const auto name = uri.substr(prefix.size());
  if (name.empty() || name.find('/') != std::string_view::npos) return std::nullopt;
  return std::string(name);
}

std::optional<AccountId> local_account(const store::ReadTx& tx, const domain::Site& site,
                                       std::string_view uri) {
  const auto name = local_username(site, uri);
  return name ? store::account_by_name(tx, *name, "") : std::nullopt;
}

std::optional<AccountId> known_account(const store::ReadTx& tx, const domain::Site& site,
                                       std::string_view uri) {
  if (const auto here = local_account(tx, site, uri)) return here;
  return store::account_by_uri(tx, uri);
}

std::optional<StatusId> known_status(const store::ReadTx& tx, const domain::Site& site,
                                     std::string_view uri) {
  const std::string prefix = site.base_url + "/users/";
  if (!uri.starts_with(prefix)) return store::status_by_uri(tx, uri);
  constexpr std::string_view middle = "/statuses/";
  auto rest = uri.substr(prefix.size());
  const auto at = rest.find(middle);
  if (at == std::string_view::npos) return std::nullopt;
  const auto author = store::account_by_name(tx, rest.substr(0, at), "");
  rest.remove_prefix(at + middle.size());
  if (rest.ends_with("/activity")) rest.remove_suffix(std::string_view("/activity").size());
  const auto id = parse_id<StatusId>(rest);
  const auto status = author && id ? store::find_status(tx, *id) : std::nullopt;
  return status && status->account == *author ? id : std::nullopt;
}

}  // namespace dunlin::federation
