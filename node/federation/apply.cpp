#include "node/federation/apply.h"

#include <map>

#include "node/domain/accounts/accounts.h"
#include "node/domain/relationships/relationships.h"
#include "node/domain/statuses/change.h"
#include "node/domain/statuses/polls.h"
#include "node/federation/consent.h"
#include "node/federation/documents.h"
#include "node/federation/flag.h"
#include "node/federation/move.h"
#include "node/federation/store_remote.h"
#include "node/store/notices.h"
#include "node/store/relationships.h"
#include "protocol/activitypub/values.h"
#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/limits.h"

namespace dunlin::federation {

namespace ap = activitypub;
using ap::json;
using store::WriteTx;

namespace {

using Effect = std::function<Result<void>(WriteTx&)>;

Result<void> nothing(WriteTx&) { return {}; }

/// What is refused for a reason that is the node's own (not there, hidden, blocked) is no error to the
/// sender.
template <class R>
Result<void> settled(const R&) {
  return {};
}

struct Incoming {
  const domain::Site& site;
  Sender sender;
  ap::Activity activity;
  Timestamp now;
  Consent consent;

  bool is_from(std::string_view uri) const { return uri == sender.uri; }
  bool shares_origin(std::string_view uri) const { return ap::origin_of(uri) == ap::origin_of(sender.uri); }
};

tl::unexpected<Error> not_yours() {
  return fail(Errc::forbidden, "The sender may not say this: it is about someone else's");
}

// --- posts ---

Result<RemoteStatus> post_in(const Incoming& in) {
  const auto* object = ap::first_object(in.activity.object);
  if (object == nullptr) return fail(Errc::unprocessable, "The activity has no object");
  TRY(const auto post, ap::read_post(*object));
  if (!in.is_from(post.attributed_to) || !in.shares_origin(post.id)) return not_yours();
  auto remote = prepare_status(post, in.now);
  remote.quote.verdict = in.consent.verdict;
  return remote;
}

/// Each of them: some servers send all choices at once.
Result<Effect> votes(const Incoming& in, const std::vector<const nlohmann::json*>& objects) {
  std::vector<std::pair<std::string, std::string>> chosen;  // poll, option
  for (const auto* object : objects) {
    TRY(const auto vote, ap::read_post(*object));
    if (!in.is_from(vote.attributed_to) || !in.shares_origin(vote.id)) return not_yours();
    if (vote.is_vote()) chosen.emplace_back(vote.in_reply_to, vote.name);
  }
  return
      [site = in.site, voter = in.sender.account, chosen = std::move(chosen)](WriteTx& tx) -> Result<void> {
        for (const auto& [poll, option] : chosen) {
          if (const auto status = known_status(tx, site, poll))
            domain::receive_vote(tx, voter, *status, option);
        }
        return {};
      };
}

/// As far as can be told without reading the post. A vote names its option.
bool may_be_vote(const nlohmann::json& object) {
  return object.contains("name") || object.contains("nameMap");
}

Result<Effect> create(const Incoming& in) {
  if (!ap::is_post_type(in.activity.object_type)) return nothing;
  // Nearly all notes have no name, and are read once.
  const auto objects = ap::objects_of(in.activity, limits::remote_poll_options_max);
  if (!objects.empty() && may_be_vote(*objects.front())) {
    const auto first = ap::read_post(*objects.front());
    if (first && first->is_vote()) return votes(in, objects);
  }
  TRY(auto remote, post_in(in));
  return [site = in.site, sender = in.sender, remote = std::move(remote)](WriteTx& tx) -> Result<void> {
    if (concerns_this_node(tx, site, remote, sender.account))
      (void)put_status(tx, site, remote, sender.account);
    return {};
  };
}

Result<Effect> update(const Incoming& in) {
  const auto* object = ap::first_object(in.activity.object);
  if (object != nullptr && ap::id_of(*object) == in.sender.uri) {
    TRY(const auto actor, ap::read_actor(*object));
    TRY(auto remote, prepare_account(actor, in.now));
    return [remote = std::move(remote)](WriteTx& tx) -> Result<void> {
      TRY_DO(put_account(tx, remote));
      return {};
    };
  }
  if (!ap::is_post_type(in.activity.object_type)) return nothing;
  TRY(auto remote, post_in(in));
  return [site = in.site, sender = in.sender, remote = std::move(remote)](WriteTx& tx) -> Result<void> {
    // One that is not here may be on a page of an outbox that was asked for before the edit.
    if (!store::status_by_uri(tx, remote.status.uri) && concerns_this_node(tx, site, remote, sender.account))
      (void)put_status(tx, site, remote, sender.account, Arrival::fetched);
    return edit_status(tx, site, remote, sender.account);
  };
}

Result<Effect> remove(const Incoming& in) {
  const auto uri = in.activity.object_id;
  if (!in.shares_origin(uri)) return not_yours();
  return [uri, sender = in.sender](WriteTx& tx) -> Result<void> {
    if (uri == sender.uri) {
      domain::delete_account(tx, sender.account);
      return {};
    }
    if (apply_revocation(tx, sender, uri)) return {};
    if (store::account_by_uri(tx, uri)) return not_yours();
    const auto id = store::status_by_uri(tx, uri);
    const auto status = id ? store::find_status(tx, *id) : std::nullopt;
    if (!status) {
      store::put_tombstone(tx, uri);
    } else if (status->account != sender.account) {
      return not_yours();
    } else if (!status->is_deleted) {
      domain::remove_status(tx, *status);
    }
    return {};
  };
}

/// What others see of a post: one that stays on this node is not there for them.
std::optional<StatusId> shared_status(const store::ReadTx& tx, const domain::Site& site,
                                      std::string_view uri) {
  const auto id = known_status(tx, site, uri);
  const auto status = id ? store::find_status(tx, *id) : std::nullopt;
  return status && !status->is_local_only ? id : std::nullopt;
}

Result<Effect> announce(const Incoming& in) {
  return [site = in.site, sender = in.sender, uri = in.activity.id, object = in.activity.object_id,
          published = in.activity.published,
          audience = ap::audience_of(in.activity.to, in.activity.cc, "")](WriteTx& tx) -> Result<void> {
    if (uri.empty() || store::status_by_uri(tx, uri) || store::has_tombstone(tx, uri)) return {};
    const auto original = shared_status(tx, site, object);
    const auto status = original ? store::find_status(tx, *original) : std::nullopt;
    if (!status) return {};
    if (const auto earlier = store::reblog_by(tx, sender.account, *original)) {
      const auto row = store::find_status(tx, *earlier);
      // The end of the older one is on its way, or was lost.
      const bool is_older = published && row && *published < row->created_at();
      if (!is_older) store::set_status_uri(tx, *earlier, uri);
      return {};
    }
    const auto author = store::find_account(tx, status->account);
    if (!store::has_follower(tx, sender.account) && !(author && author->is_local())) return {};
    const auto visibility = audience == ap::Audience::public_    ? store::Visibility::public_
                            : audience == ap::Audience::unlisted ? store::Visibility::unlisted
                                                                 : store::Visibility::private_;
    const auto boost = domain::reblog(tx, sender.account, *original, visibility);
    if (boost) store::set_status_uri(tx, *boost, uri);
    return {};
  };
}

Result<Effect> like(const Incoming& in) {
  return [site = in.site, sender = in.sender, object = in.activity.object_id](WriteTx& tx) -> Result<void> {
    const auto id = shared_status(tx, site, object);
    return id ? settled(domain::favourite(tx, sender.account, *id)) : Result<void>();
  };
}

// --- relationships ---

Result<Effect> follow(const Incoming& in) {
  return [site = in.site, sender = in.sender, uri = in.activity.id,
          object = in.activity.object_id](WriteTx& tx) -> Result<void> {
    const auto target = local_account(tx, site, object);
    if (!target) return {};
    const bool is_done = domain::follow(tx, sender.account, *target, {}, 0).has_value();
    store::set_follow_uri(tx, sender.account, *target, uri);
    const bool follows = store::find_follow(tx, sender.account, *target).has_value();
    // A request that waits for its answer gets none yet.
    if (is_done && !follows) return {};
    store::insert_notice(tx, {0,
                              is_done ? store::NoticeKind::accept : store::NoticeKind::reject,
                              *target,
                              {},
                              sender.account,
                              uri});
    return {};
  };
}

/// The Follow that an Accept, Reject or Undo is about.
struct FollowRef {
  std::string uri;
  std::string follower;
  std::string followed;
};
FollowRef follow_in(const ap::Activity& activity) {
  FollowRef ref{activity.object_id, {}, {}};
  if (const auto* object = ap::first_object(activity.object)) {
    ref.follower = ap::id_of(*object, "actor");
    ref.followed = ap::id_of(*object, "object");
  }
  return ref;
}

/// Our account that asked the sender, if this answers what it asked.
std::optional<AccountId> who_asked(WriteTx& tx, const domain::Site& site, const Sender& sender,
                                   const FollowRef& ref) {
  const auto name = ref.follower.empty() ? ref.uri.substr(0, ref.uri.find('#')) : ref.follower;
  const auto follower = local_account(tx, site, name);
  if (!follower || (!ref.followed.empty() && ref.followed != sender.uri)) return std::nullopt;
  const auto asked = store::follow_uri(tx, *follower, sender.account);
  if (asked.empty() || (!ref.uri.empty() && ref.uri != asked)) return std::nullopt;
  return follower;
}

Result<Effect> accept(const Incoming& in) {
  return [site = in.site, sender = in.sender, ref = follow_in(in.activity)](WriteTx& tx) -> Result<void> {
    const auto follower = who_asked(tx, site, sender, ref);
    if (!follower || !store::find_follow_request(tx, *follower, sender.account)) return {};
    return settled(domain::accept_follow_request(tx, sender.account, *follower));
  };
}

Result<Effect> reject(const Incoming& in) {
  return [site = in.site, sender = in.sender, ref = follow_in(in.activity)](WriteTx& tx) -> Result<void> {
    const auto follower = who_asked(tx, site, sender, ref);
    return follower ? settled(domain::remove_follower(tx, sender.account, *follower)) : Result<void>();
  };
}

Result<Effect> answer_to_us(const Incoming& in, decltype(&apply_quote_answer) apply) {
  return [site = in.site, sender = in.sender, activity = in.activity, stamp = in.consent.stamp,
          apply](WriteTx& tx) { return apply(tx, site, sender, activity, stamp); };
}

Result<Effect> block(const Incoming& in, bool is_on) {
  const auto* object = ap::first_object(in.activity.object);
  const auto whom = is_on || object == nullptr ? in.activity.object_id : ap::id_of(*object, "object");
  return [site = in.site, sender = in.sender, whom, is_on](WriteTx& tx) -> Result<void> {
    const auto target = local_account(tx, site, whom);
    if (!target) return {};
    return is_on ? domain::block(tx, sender.account, *target) : domain::unblock(tx, sender.account, *target);
  };
}

// --- undo ---

Result<void> undo_by_id(WriteTx& tx, const Sender& sender, const std::string& uri) {
  const auto id = store::status_by_uri(tx, uri);
  const auto status = id ? store::find_status(tx, *id) : std::nullopt;
  if (status && status->account == sender.account && status->reblog_of && !status->is_deleted)
    domain::remove_status(tx, *status);
  if (!status && ap::origin_of(uri) == ap::origin_of(sender.uri)) store::put_tombstone(tx, uri);
  return {};
}

Result<Effect> undo(const Incoming& in) {
  const auto* inner = ap::first_object(in.activity.object);
  if (inner == nullptr) {
    return [sender = in.sender, uri = in.activity.object_id](WriteTx& tx) {
      return undo_by_id(tx, sender, uri);
    };
  }
  const auto actor = ap::id_of(*inner, "actor");
  if (!actor.empty() && !in.is_from(actor)) return not_yours();
  const auto type = ap::type_of(*inner);
  const auto object = ap::id_of(*inner, "object");
  if (type == "Block") return block(in, false);
  if (type == "Follow") {
    return [site = in.site, sender = in.sender, object](WriteTx& tx) -> Result<void> {
      const auto target = local_account(tx, site, object);
      return target ? settled(domain::unfollow(tx, sender.account, *target)) : Result<void>();
    };
  }
  if (type == "Like" || type == "EmojiReact") {
    return [site = in.site, sender = in.sender, object](WriteTx& tx) -> Result<void> {
      const auto id = shared_status(tx, site, object);
      return id ? settled(domain::unfavourite(tx, sender.account, *id)) : Result<void>();
    };
  }
  if (type == "Announce") {
    return
        [site = in.site, sender = in.sender, object, uri = ap::id_of(*inner)](WriteTx& tx) -> Result<void> {
          const auto id = shared_status(tx, site, object);
          const auto boost = id ? store::reblog_by(tx, sender.account, *id) : std::nullopt;
          const auto row = boost ? store::find_status(tx, *boost) : std::nullopt;
          // A later boost of the same post stays: an outbox may have brought it before this.
          const bool is_another = row && !uri.empty() && row->uri != uri;
          if (row && !is_another) return settled(domain::unreblog(tx, sender.account, *id));
          return uri.empty() ? Result<void>() : undo_by_id(tx, sender, uri);
        };
  }
  return nothing;
}

// --- the account itself ---

Result<Effect> profile(const Incoming& in, Result<void> (*apply)(WriteTx&, const domain::Site&, const Sender&,
                                                                 const ap::Activity&)) {
  return [site = in.site, sender = in.sender, activity = in.activity, apply](WriteTx& tx) {
    return apply(tx, site, sender, activity);
  };
}

Result<Effect> change_of(const Incoming& in) {
  const auto& type = in.activity.type;
  if (type == "Create") return create(in);
  if (type == "Update") return update(in);
  if (type == "Delete") return remove(in);
  if (type == "Announce") return announce(in);
  if (type == "Like" || type == "EmojiReact") return like(in);
  if (type == "Follow") return follow(in);
  if (type == "QuoteRequest") return effect_of_quote_request(in.site, in.sender, in.activity, in.now);
  if (type == "ReplyRequest") return effect_of_reply_request(in.site, in.sender, in.activity, in.now);
  const bool is_answer = type == "Accept" || type == "Reject";
  if (is_answer && is_quote_answer(in.activity)) return answer_to_us(in, apply_quote_answer);
  if (is_answer && is_reply_answer(in.activity)) return answer_to_us(in, apply_reply_answer);
  if (type == "Accept") return accept(in);
  if (type == "Reject") return reject(in);
  if (type == "Block") return block(in, true);
  if (type == "Undo") return undo(in);
  if (type == "Flag") return profile(in, apply_flag);
  if (type == "Move") return profile(in, apply_move);
  if (type == "Add" || type == "Remove") return profile(in, apply_pin);
  return nothing;
}

}  // namespace

std::vector<std::string> posts_to_fetch(const store::ReadTx& tx, const domain::Site& site,
                                        const Sender& sender, const ap::Activity& activity) {
  const auto is_missing = [&](const std::string& uri) {
    return !uri.empty() && !uri.starts_with(site.base_url + "/") && !known_status(tx, site, uri) &&
           !store::has_tombstone(tx, uri);
  };
  if (activity.type == "Announce" && store::has_follower(tx, sender.account) &&
      is_missing(activity.object_id))
    return {activity.object_id};
  std::vector<std::string> uris;
  const auto want = [&](const std::string& uri) {
    if (is_missing(uri)) uris.push_back(uri);
  };
  if ((activity.type == "QuoteRequest" || activity.type == "ReplyRequest") &&
      activity.instrument_object.is_null() && ap::origin_of(activity.instrument) == ap::origin_of(sender.uri))
    want(activity.instrument);
  const bool is_post = activity.type == "Create" || activity.type == "Update";
  if (!is_post || !ap::is_post_type(activity.object_type) || !store::has_follower(tx, sender.account))
    return uris;
  const auto* object = ap::first_object(activity.object);
  if (object == nullptr) return uris;
  if (activity.type == "Create") want(ap::id_of(*object, "inReplyTo"));
  want(ap::quoted_in(*object));
  return uris;
}

Result<Effect> effect_of(const domain::Site& site, const Sender& sender, ap::Activity activity, Timestamp now,
                         const Consent& consent) {
  const Incoming in{site, sender, std::move(activity), now, consent};
  if (!in.is_from(in.activity.actor)) return not_yours();
  if (!in.activity.id.empty() && !in.shares_origin(in.activity.id)) return not_yours();
  TRY(auto change, change_of(in));
  return [change = std::move(change), uri = in.activity.id](WriteTx& tx) -> Result<void> {
    if (!uri.empty() && !store::put_received(tx, uri)) return {};
    return change(tx);
  };
}

}  // namespace dunlin::federation
