#include "node/federation/notices.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "node/domain/federation/tell.h"
#include "node/federation/consent.h"
#include "node/federation/documents.h"
#include "node/store/actors.h"
#include "node/store/polls.h"
#include "node/store/reports.h"
#include "protocol/base/id_generator.h"
#include "protocol/base/ids.h"
#include "protocol/base/log.h"
#include "protocol/signature/integrity_proof.h"

namespace dunlin::federation {

namespace ap = activitypub;
using store::NoticeKind;

namespace {

/// Whose key signs: the account's, or 0 for the node, because reports do not tell who made them.
AccountId signer_of(const store::Notice& notice) {
  return notice.kind == NoticeKind::flag ? AccountId{} : notice.account;
}

class NoticeWriter {
 public:
  NoticeWriter(const store::ReadTx& tx, const domain::Site& site, const store::Notice& notice,
               store::Account account, const AccountKeys& keys)
      : tx_(tx),
        site_(site),
        notice_(notice),
        account_(std::move(account)),
        actor_(signer_of(notice) ? uri_of(site, account_) : node_actor_uri(site)),
        keys_(keys) {}

  std::optional<WrittenNotice> write() {
    switch (notice_.kind) {
      case NoticeKind::create:
      case NoticeKind::update:
        return of_post();
      case NoticeKind::announce:
        return of_boost();
      case NoticeKind::remove:
      case NoticeKind::unannounce:
        return of_removal();
      case NoticeKind::update_actor:
        return of_profile();
      case NoticeKind::move:
        return of_move();
      case NoticeKind::add_pin:
      case NoticeKind::remove_pin:
        return of_pin();
      case NoticeKind::flag:
        return of_report();
      case NoticeKind::remove_actor:
        return finish(ap::delete_actor(actor_ + "#delete", actor_), true);
      case NoticeKind::quote_request:
      case NoticeKind::accept_quote:
      case NoticeKind::reject_quote:
      case NoticeKind::reply_request:
      case NoticeKind::accept_reply:
      case NoticeKind::reject_reply:
      case NoticeKind::revoke_quote:
        return of_consent();
      default:
        return to_one();
    }
  }

 private:
  WrittenNotice finish(const ap::ActivityDraft& draft, bool is_to_followers) {
    WrittenNotice out;
    out.body = proven(ap::write_activity(draft));
    out.is_to_followers = is_to_followers;
    return out;
  }

  std::string proven(std::string body) const {
    auto document = nlohmann::json::parse(body);
    if (const auto done = signature::add_proof(document, keys_.proof, proof_key_uri(actor_), time()); !done) {
      log(Level::error, "no_proof", {{"notice", notice_.id}, {"why", done.error().safe}});
      return body;  // its request is signed, which is what most peers look at
    }
    return document.dump();
  }

  std::optional<store::Status> present_status() const {
    auto status = store::find_status(tx_, notice_.status);
    if (!status || status->is_deleted) return std::nullopt;
    return status;
  }

  std::optional<WrittenNotice> of_post() {
    const auto status = present_status();
    if (!status) return std::nullopt;
    const auto post = post_of(tx_, site_, *status, account_);
    const auto draft =
        notice_.kind == NoticeKind::create
            ? ap::create_post(post.id + "/activity", post)
            : ap::update_post(post.id + "#updates/" + std::to_string(notice_.id), post, time());
    auto out = finish(draft, status->visibility != store::Visibility::direct);
    out.inboxes = domain::inboxes_of(tx_, *status);
    return out;
  }

  std::optional<WrittenNotice> of_boost() {
    const auto boost = present_status();
    if (!boost) return std::nullopt;
    auto out = finish(announce_of(tx_, site_, *boost, account_), true);
    out.inboxes = domain::inboxes_of(tx_, *boost);
    return out;
  }

  /// Whom a removed status named is in the deliveries already: the tombstone does not know.
  std::optional<WrittenNotice> of_removal() {
    const auto status = store::find_status(tx_, notice_.status);
    if (!status) return std::nullopt;
    const bool is_to_followers = status->visibility != store::Visibility::direct;
    const auto uri = uri_of(site_, *status, account_);
    if (status->reblog_of)
      return finish(ap::undo(uri + "#undo", announce_of(tx_, site_, *status, account_)), true);
    return finish(
        ap::delete_post(uri + "#delete", actor_, uri, addressing_of(tx_, site_, *status, account_), time()),
        is_to_followers);
  }

  std::optional<WrittenNotice> of_profile() {
    const auto actor = actor_of(site_, account_, keys_, links_of(tx_, site_, account_));
    return finish(ap::update_actor(actor_ + "#updates/" + std::to_string(notice_.id), actor, time()), true);
  }

  std::optional<WrittenNotice> of_move() {
    const auto target = account_uri(tx_, site_, notice_.target);
    if (target.empty()) return std::nullopt;
    return finish(ap::move_actor(act("moves"), actor_, target, actor_ + "/followers"), true);
  }

  std::optional<WrittenNotice> of_pin() {
    const auto status = present_status();
    if (!status) return std::nullopt;  // its deletion is told, and unpins it
    const auto write = notice_.kind == NoticeKind::add_pin ? ap::add_pin : ap::remove_pin;
    return finish(write(act("pins"), actor_, uri_of(site_, *status, account_), actor_ + "/featured",
                        actor_ + "/followers"),
                  true);
  }

  std::optional<WrittenNotice> of_report() {
    const auto id = parse_id_number(notice_.uri);
    const auto report = id ? store::find_report(tx_, *id) : std::nullopt;
    const auto target = report ? store::find_actor(tx_, report->target) : std::nullopt;
    if (!target) return std::nullopt;
    std::vector<std::string> objects = {account_uri(tx_, site_, report->target)};
    for (StatusId status : report->statuses) {
      if (auto uri = status_uri(tx_, site_, status); !uri.empty()) objects.push_back(std::move(uri));
    }
    auto out = finish(ap::flag(actor_ + "#reports/" + notice_.uri, actor_, objects, report->comment), false);
    out.inboxes.push_back(target->shared_inbox.empty() ? target->inbox : target->shared_inbox);
    return out;
  }

  std::optional<WrittenNotice> of_consent() {
    const auto consent = consent_notice(tx_, site_, notice_, account_);
    if (!consent) return std::nullopt;
    auto out = finish(consent->draft, consent->is_to_followers);
    const auto target = store::find_actor(tx_, notice_.target);
    if (target) out.inboxes.push_back(target->shared_inbox.empty() ? target->inbox : target->shared_inbox);
    return out;
  }

  std::string act(std::string_view what) const {
    return actor_ + "#" + std::string(what) + "/" + std::to_string(notice_.id);
  }

  std::optional<WrittenNotice> to_one() {
    const auto target = store::find_actor(tx_, notice_.target);
    const auto target_uri = account_uri(tx_, site_, notice_.target);
    if (!target || target_uri.empty()) return std::nullopt;
    const auto follow_of = [&](const std::string& fallback) {
      return ap::follow(notice_.uri.empty() ? fallback : notice_.uri, actor_, target_uri);
    };
    std::string follow_uri;
    std::optional<ap::ActivityDraft> draft;
    switch (notice_.kind) {
      case NoticeKind::follow:
        follow_uri = act("follows");
        draft = ap::follow(follow_uri, actor_, target_uri);
        break;
      case NoticeKind::unfollow:
        draft = ap::undo(act("undos"), follow_of(act("follows")));
        break;
      case NoticeKind::accept:
        draft = ap::accept_follow(act("accepts"), actor_, notice_.uri, target_uri);
        break;
      case NoticeKind::reject:
        draft = ap::reject_follow(act("rejects"), actor_, notice_.uri, target_uri);
        break;
      case NoticeKind::like:
      case NoticeKind::unlike: {
        const auto post = status_uri(tx_, site_, notice_.status);
        const auto like = ap::like(act("likes"), actor_, post, target_uri);
        draft = notice_.kind == NoticeKind::like ? like : ap::undo(act("undos"), like);
        break;
      }
      case NoticeKind::vote: {
        auto vote = vote_for(target_uri);
        if (!vote) return std::nullopt;
        draft = ap::create_post(vote->id + "/activity", *vote);
        break;
      }
      case NoticeKind::block:
        draft = ap::block(act("blocks"), actor_, target_uri);
        break;
      case NoticeKind::unblock:
        draft = ap::undo(act("undos"), ap::block(act("blocks"), actor_, target_uri));
        break;
      default:
        return std::nullopt;
    }
    auto out = finish(*draft, false);
    out.inboxes.push_back(target->inbox);
    out.follow_uri = std::move(follow_uri);
    return out;
  }

  /// A note that only names the option.
  std::optional<ap::Post> vote_for(const std::string& author) const {
    const auto poll = store::find_poll(tx_, notice_.status);
    std::size_t choice = 0;
    std::from_chars(notice_.uri.data(), notice_.uri.data() + notice_.uri.size(), choice);
    if (!poll || choice >= poll->options.size()) return std::nullopt;
    ap::Post vote;
    vote.id = act("votes");
    vote.attributed_to = actor_;
    vote.name = poll->options[choice];
    vote.in_reply_to = status_uri(tx_, site_, notice_.status);
    vote.to = {author};
    vote.published = time();
    return vote;
  }

  Timestamp time() const { return time_of(notice_.id); }

  const store::ReadTx& tx_;
  const domain::Site& site_;
  const store::Notice& notice_;
  store::Account account_;
  std::string actor_;
  const AccountKeys& keys_;
};

}  // namespace

std::optional<WrittenNotice> write_notice(const store::ReadTx& tx, const domain::Site& site,
                                          const store::Notice& notice, const AccountKeys& keys) {
  auto account = store::find_account(tx, notice.account);
  if (!account) return std::nullopt;
  return NoticeWriter(tx, site, notice, std::move(*account), keys).write();
}

Result<std::vector<PlannedNotice>> plan_notices(const store::ReadTx& tx, const domain::Site& site, Keys& keys,
                                                int limit) {
  std::vector<PlannedNotice> planned;
  for (auto& notice : store::notices_to_plan(tx, limit)) {
    TRY(const auto signer, keys.ensure(tx, signer_of(notice)));
    auto written = write_notice(tx, site, notice, signer);
    planned.push_back({std::move(notice), std::move(written)});
  }
  return planned;
}

void file_notices(store::WriteTx& tx, const domain::Domains& domains,
                  const std::vector<PlannedNotice>& planned) {
  for (const auto& [notice, written] : planned) {
    if (!written) {
      store::drop_notice(tx, notice.id);
      continue;
    }
    if (!store::set_notice_body(tx, notice.id, written->body)) continue;  // withdrawn meanwhile
    if (written->is_to_followers) store::insert_deliveries_to_followers(tx, notice.id, notice.account);
    if (written->is_to_followers && domain::is_of_old(notice.kind))
      store::insert_deliveries_to_former(tx, notice.id, notice.account, time_of(notice.status.value));
    // Followers are none of a blocked server: blocking ended that.
    for (const auto& inbox : written->inboxes) {
      if (!domains.is_blocked_address(inbox)) store::insert_delivery(tx, notice.id, inbox);
    }
    store::drop_notice_when_done(tx, notice.id);  // nobody is left to tell
    if (!written->follow_uri.empty())
      store::set_follow_uri(tx, notice.account, notice.target, written->follow_uri);
  }
}

}  // namespace dunlin::federation
