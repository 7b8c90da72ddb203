#include "node/domain/statuses/visibility.h"

#include <algorithm>

#include "node/store/relationships.h"

namespace dunlin::domain {

using store::Visibility;

StatusFacts StatusFacts::of(const store::Status& s) {
  return {s.id,           s.account,    s.reblog_of,     s.in_reply_to, s.in_reply_to_account,
          s.conversation, s.visibility, s.is_local_only, s.is_deleted,  s.language.value_or(""),
          s.mentions};
}

bool StoredRelations::follows(AccountId account) const {
  return self_ && store::find_follow(tx_, self_, account).has_value();
}
bool StoredRelations::is_blocking(AccountId account) const {
  return self_ && store::is_blocking(tx_, self_, account);
}
bool StoredRelations::is_blocked_by(AccountId account) const {
  return self_ && store::is_blocking(tx_, account, self_);
}
bool StoredRelations::is_muting(AccountId account) const {
  if (!self_) return false;
  const auto mute = store::find_mute(tx_, self_, account);
  return mute && (!mute->expires_at || *mute->expires_at > now_);
}

namespace {

bool is_mentioned(const Relations& reader, const StatusFacts& status) {
  return std::find(status.mentions.begin(), status.mentions.end(), reader.self()) != status.mentions.end();
}

}  // namespace

bool can_see(const Relations& reader, const StatusFacts& status) {
  if (status.is_deleted) return false;
  if (reader.is_anonymous()) {
    return !status.is_local_only &&
           (status.visibility == Visibility::public_ || status.visibility == Visibility::unlisted);
  }
  if (reader.self() == status.account) return true;
  if (reader.is_blocked_by(status.account)) return false;
  switch (status.visibility) {
    case Visibility::public_:
    case Visibility::unlisted:
      return true;
    case Visibility::private_:
      return is_mentioned(reader, status) || reader.follows(status.account);
    case Visibility::direct:
      break;
  }
  return is_mentioned(reader, status);
}

bool is_hidden_from(const Relations& reader, const StatusFacts& status) {
  if (reader.is_anonymous() || reader.self() == status.account) return false;
  const auto spared = [&](AccountId account) {
    return reader.is_blocking(account) || reader.is_muting(account);
  };
  if (reader.is_blocked_by(status.account) || spared(status.account)) return true;
  if (status.in_reply_to_account && spared(status.in_reply_to_account)) return true;
  return std::any_of(status.mentions.begin(), status.mentions.end(), spared);
}

bool counts_for_author(const store::Status& status) { return status.visibility != Visibility::direct; }

bool counts_as_reply(const store::Status& status) {
  return status.in_reply_to &&
         (status.visibility == Visibility::public_ || status.visibility == Visibility::unlisted);
}

bool can_reblog(const Relations& reader, const StatusFacts& status) {
  if (status.reblog_of || status.visibility == Visibility::direct) return false;
  return status.visibility != Visibility::private_ || reader.self() == status.account;
}

}  // namespace dunlin::domain
