#include "node/federation/store_remote.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "node/domain/statuses/change.h"
#include "node/domain/statuses/publish.h"
#include "node/federation/documents.h"
#include "node/federation/emojis.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/activitypub/webfinger.h"
#include "protocol/base/encoding.h"
#include "protocol/base/id_generator.h"
#include "protocol/html/clean.h"
#include "protocol/signature/keys.h"
#include "protocol/text/compose.h"
#include "protocol/text/unicode.h"

namespace dunlin::federation {

namespace ap = activitypub;

namespace {

// What took longer on its way stands where it belongs by its date; what is younger stands at the top, where
// who asks for news finds it.
constexpr auto sent_late_after = std::chrono::minutes(1);
// Pages of an outbox come newest first: what was fetched does not stand in the order of its coming.
constexpr auto fetched_late_after = std::chrono::minutes(0);

std::string host_of(std::string_view uri) {
  const auto origin = ap::origin_of(uri);
  const auto at = origin.find("://");
  return at == std::string::npos ? std::string() : origin.substr(at + 3);
}

/// The address if it is on the same server as `id`, else empty.
std::string same_server(const std::string& address, const std::string& id) {
  return ap::origin_of(address) == ap::origin_of(id) ? address : std::string();
}

/// Can stand in a handle: nothing that separates names, nothing unseen by which one could pass for another.
bool is_username(const std::string& name, const std::string& domain) {
  const auto handle = ap::parse_handle(name + "@" + domain);
  if (!handle || handle->username != name || handle->host != domain) return false;
  for (std::size_t at = 0; at < name.size();) {
    if (text::is_invisible(text::take_character(name, at))) return false;
  }
  return true;
}

std::string page_of(const std::string& url) { return ap::origin_of(url).empty() ? std::string() : url; }

std::string fields_json(const std::vector<ap::Actor::Field>& fields) {
  auto out = nlohmann::json::array();
  for (const auto& field : fields)
    out.push_back(
        {{"name", html::to_text(field.name)}, {"value", ""}, {"value_html", html::clean(field.value)}});
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

store::Visibility visibility_of(const RemoteStatus& remote, const std::string& followers) {
  switch (ap::audience_of(remote.to, remote.cc, followers)) {
    case ap::Audience::public_:
      return store::Visibility::public_;
    case ap::Audience::unlisted:
      return store::Visibility::unlisted;
    case ap::Audience::followers:
      return store::Visibility::private_;
    case ap::Audience::direct:
      break;
  }
  return store::Visibility::direct;
}

/// Everyone named or addressed who is known here.
std::vector<AccountId> known_mentions(const store::ReadTx& tx, const domain::Site& site,
                                      const RemoteStatus& remote) {
  std::vector<AccountId> found;
  for (const auto& uri : remote.mentions) {
    const auto id = known_account(tx, site, uri);
    if (id && std::find(found.begin(), found.end(), *id) == found.end()) found.push_back(*id);
  }
  return found;
}

/// What kinds of post without a text of their own look like: title, text, and the way to the original.
std::string content_of(const ap::Post& post) {
  std::string out;
  const bool is_note = post.type == "Note" || post.type == "Question";
  if (!is_note && !post.name.empty())
    out += "<p><strong>" + escape_html(html::to_text(post.name)) + "</strong></p>";
  out += html::clean(post.content);
  if (!is_note && !post.url.empty()) {
    const auto url = escape_html(post.url);
    out += "<p><a href=\"" + url + "\">" + url + "</a></p>";
  }
  return is_note ? out : html::clean(out);
}

std::optional<store::Poll> poll_of(const ap::Post::Poll& asked) {
  store::Poll poll;
  for (const auto& option : asked.options) {
    auto name = html::to_text(option.name);
    std::replace(name.begin(), name.end(), '\n', ' ');
    if (trim(name).empty()) continue;
    poll.options.emplace_back(trim(name));
    poll.votes.push_back(std::max<std::int64_t>(0, option.votes));
  }
  if (poll.options.size() < 2) return std::nullopt;
  poll.is_multiple = asked.multiple;
  poll.expires_at = asked.closed ? asked.closed : asked.end_time;
  std::int64_t votes = 0;
  for (std::int64_t count : poll.votes) votes += count;
  poll.voters = asked.voters.value_or(votes);
  return poll;
}

/// What the origin counts. Votes of ours that it has not counted yet are in its next answer.
void put_poll_of(store::WriteTx& tx, StatusId status, store::Poll poll) {
  const auto known = store::find_poll(tx, status);
  poll.status = status;
  if (known && known->options == poll.options && known->is_multiple == poll.is_multiple) {
    poll.due_at = known->due_at;
    if (poll.due_at && poll.expires_at) poll.due_at = poll.expires_at;
  } else if (known) {
    store::delete_poll(tx, status);
  }
  store::put_poll(tx, poll);
}

}  // namespace

Result<RemoteAccount> prepare_account(const ap::Actor& actor, Timestamp now) {
  RemoteAccount out;
  auto& a = out.account;
  a.uri = actor.id;
  a.domain = host_of(actor.id);
  if (a.domain.empty()) return fail(Errc::unprocessable, "The actor's id is no address");
  if (!is_username(actor.username, a.domain))
    return fail(Errc::unprocessable, "The actor's preferredUsername cannot stand in a handle");
  if (same_server(actor.inbox, actor.id).empty())
    return fail(Errc::unprocessable, "The actor's inbox is on another server than its id");
  a.username = actor.username;
  a.url = page_of(actor.url).empty() ? actor.id : actor.url;
  a.display_name = html::to_text(actor.name);
  a.note_html = html::clean(actor.summary);
  a.fields = fields_json(actor.fields);
  a.locked = actor.locked;
  a.bot = actor.bot();
  a.discoverable = actor.discoverable;
  a.indexable = actor.indexable;
  a.also_known_as = actor.also_known_as;
  auto& r = out.actor;
  r.inbox = actor.inbox;
  r.shared_inbox = same_server(actor.shared_inbox, actor.id);
  r.outbox = same_server(actor.outbox, actor.id);
  r.followers = same_server(actor.followers, actor.id);
  r.featured = same_server(actor.featured, actor.id);
  r.fetched_at = now;
  for (const auto& key : actor.keys) {
    if (key.owner != actor.id || same_server(key.id, actor.id).empty()) continue;
    const auto usable = signature::PublicKey::from_pem(key.pem);
    if (!usable) continue;
    r.key_id = key.id;
    r.public_key = usable->pem();
    break;
  }
  for (const auto& key : actor.multikeys) {
    if (key.controller != actor.id || same_server(key.id, actor.id).empty()) continue;
    if (!signature::PublicKey::from_multibase(key.multibase)) continue;
    r.proof_key_id = key.id;
    r.proof_key = key.multibase;
    break;
  }
  if (r.key_id.empty()) return fail(Errc::unprocessable, "The actor has no key that can be used");
  out.emojis = prepare_emojis(actor.emojis, now);
  return out;
}

Result<AccountId> put_account(store::WriteTx& tx, const RemoteAccount& remote) {
  auto account = remote.account;
  auto id = store::account_by_uri(tx, account.uri);
  if (!id) {
    if (store::account_by_name(tx, account.username, account.domain))
      return fail(Errc::conflict, "That name belongs to another actor of the same server");
    id = store::insert_account(tx, account.username, account.display_name, account.domain, account.uri);
  }
  account.id = *id;
  put_emojis(tx, account.domain, remote.emojis);
  store::update_remote_account(tx, account);
  auto actor = remote.actor;
  actor.account = *id;
  store::put_actor(tx, actor);
  return *id;
}

RemoteStatus prepare_status(const ap::Post& post, Timestamp now) {
  RemoteStatus out;
  auto& s = out.status;
  s.uri = post.id;
  s.url = page_of(post.url);
  s.content = content_of(post);
  s.spoiler_text = html::to_text(post.summary);
  s.is_sensitive = post.sensitive || !s.spoiler_text.empty();
  if (!post.language.empty()) s.language = post.language;
  for (const auto& tag : post.hashtags) {
    auto name = text::normalise_tag(tag);
    if (!name.empty() && std::find(s.tags.begin(), s.tags.end(), name) == s.tags.end())
      s.tags.push_back(std::move(name));
  }
  out.author = post.attributed_to;
  out.in_reply_to = post.in_reply_to;
  for (const auto& mention : post.mentions) out.mentions.push_back(mention.href);
  out.emojis = prepare_emojis(post.emojis, now);
  out.to = post.to;
  out.cc = post.cc;
  out.published = std::min(post.published.value_or(now), now);
  out.updated = post.updated;
  out.quote = {post.quote, post.quote_authorization};
  out.can_quote = post.can_quote;
  out.can_reply = post.can_reply;
  // Many servers say so of what was never edited, with the time of publishing.
  if (post.updated && *post.updated > out.published) s.edited_at = std::min(*post.updated, now);
  if (post.poll) out.poll = poll_of(*post.poll);
  return out;
}

bool concerns_this_node(const store::ReadTx& tx, const domain::Site& site, const RemoteStatus& remote,
                        AccountId author) {
  if (store::has_follower(tx, author)) return true;
  const auto is_here = [&](const std::string& uri) { return local_account(tx, site, uri).has_value(); };
  if (std::any_of(remote.mentions.begin(), remote.mentions.end(), is_here)) return true;
  if (std::any_of(remote.to.begin(), remote.to.end(), is_here)) return true;
  return !remote.in_reply_to.empty() && known_status(tx, site, remote.in_reply_to).has_value();
}

StatusId id_by_date(store::WriteTx& tx, Timestamp published, std::chrono::milliseconds late_after) {
  if (published + late_after > tx.now()) return StatusId{tx.next_id()};
  // From the end of its millisecond downwards: outboxes are read from the newest post on, and who scrolls
  // along must find below what was shown whatever comes next.
  const StatusId first{std::max<std::int64_t>(first_id_at(published), 1)};  // 0 is none
  const StatusId last{std::max<std::int64_t>(first_id_at(published + std::chrono::milliseconds(1)) - 1, 1)};
  const auto least = store::least_status_id(tx, first, last);
  if (least == first) return StatusId{tx.next_id()};  // all 65,536 are taken
  const StatusId id = least ? StatusId{least->value - 1} : last;
  tx.include_id(id.value);
  return id;
}

Result<StatusId> put_status(store::WriteTx& tx, const domain::Site& site, const RemoteStatus& remote,
                            AccountId author, Arrival arrival, StatusId id) {
  if (const auto known = store::status_by_uri(tx, remote.status.uri)) return *known;
  if (store::has_tombstone(tx, remote.status.uri)) return fail(Errc::gone, "The post was deleted");
  const auto actor = store::find_actor(tx, author);
  auto status = remote.status;
  const bool is_fetched = arrival == Arrival::fetched;
  const auto late_after = is_fetched ? std::chrono::milliseconds(fetched_late_after) : sent_late_after;
  status.id = id ? id : id_by_date(tx, remote.published, late_after);
  status.account = author;
  status.visibility = visibility_of(remote, actor ? actor->followers : std::string());
  status.mentions = known_mentions(tx, site, remote);
  if (status.visibility == store::Visibility::direct) {
    // Who is addressed without being named takes part as well (bto, a closed circle).
    for (const auto& uri : remote.to) {
      const auto account = local_account(tx, site, uri);
      if (account &&
          std::find(status.mentions.begin(), status.mentions.end(), *account) == status.mentions.end())
        status.mentions.push_back(*account);
    }
  }
  if (const auto parent_id =
          remote.in_reply_to.empty() ? std::nullopt : known_status(tx, site, remote.in_reply_to)) {
    const auto parent = store::find_status(tx, *parent_id);
    const bool is_refused = parent && parent->uri.empty() &&
                            domain::may_reply(tx, author, *parent, tx.now()) != domain::Leave::automatic;
    if (is_refused) return fail(Errc::forbidden, "The author of what it answers does not allow that");
    if (parent && !parent->reblog_of) {
      status.in_reply_to = parent->id;
      status.in_reply_to_account = parent->account;
      status.conversation = parent->conversation;
    }
  }
  if (!status.conversation) status.conversation = status.id;
  put_emojis(tx, author, remote.emojis);
  status.policy = policies_of(tx, site, remote.can_quote, remote.can_reply, remote.author,
                              actor ? actor->followers : std::string());
  domain::file_status(tx, status, is_fetched ? domain::Age::old : domain::Age::fresh);
  if (remote.poll) put_poll_of(tx, status.id, *remote.poll);
  if (!remote.quote.uri.empty()) put_quote(tx, site, status, remote.quote);
  link_quotes(tx, status);
  return status.id;
}

Result<void> edit_status(store::WriteTx& tx, const domain::Site& site, const RemoteStatus& remote,
                         AccountId author) {
  const auto id = store::status_by_uri(tx, remote.status.uri);
  const auto known = id ? store::find_status(tx, *id) : std::nullopt;
  if (!known || known->is_deleted || known->account != author) return {};
  if (remote.poll) put_poll_of(tx, *id, *remote.poll);
  if (remote.updated && known->edited_at && *remote.updated < *known->edited_at)
    return {};  // overtaken by a later one
  // A consent that came, and another policy, are told by an Update that is no edit.
  put_quote(tx, site, *known, remote.quote);
  const auto actor = store::find_actor(tx, author);
  const auto policy = policies_of(tx, site, remote.can_quote, remote.can_reply, remote.author,
                                  actor ? actor->followers : std::string());
  if (policy != known->policy) store::set_status_policy(tx, *id, policy);
  if (!remote.updated) return {};
  // Also where the words stay: they may mean pictures now.
  if (put_emojis(tx, author, remote.emojis)) tx.changes().statuses.push_back(*id);
  domain::StatusEditDraft draft;
  draft.made_at = remote.updated;
  draft.text.content = remote.status.content;
  draft.text.spoiler_text = remote.status.spoiler_text;
  draft.text.format = known->format;
  draft.text.mentions = known_mentions(tx, site, remote);
  draft.text.tags = remote.status.tags;
  draft.is_sensitive = remote.status.is_sensitive;
  draft.language = remote.status.language;
  return domain::edit_status(tx, author, *id, draft);
}

}  // namespace dunlin::federation
