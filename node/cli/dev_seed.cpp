#include "node/cli/dev_seed.h"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <vector>

#include "node/app/config.h"
#include "node/cli/demo_text.h"
#include "node/domain/accounts/accounts.h"
#include "node/domain/relationships/relationships.h"
#include "node/domain/statuses/change.h"
#include "node/domain/statuses/publish.h"
#include "node/store/database.h"
#include "protocol/base/ensure.h"
#include "protocol/base/log.h"

namespace dunlin::cli {

namespace {

using namespace std::chrono_literals;
using store::Visibility;

constexpr std::uint8_t process_number = 254;  // no server's: ids made here in the past meet no others
constexpr int operations_per_commit = 4'096;
constexpr auto span = std::chrono::hours(24 * 365);
constexpr auto preparation =
    std::chrono::hours(24);              // accounts are made in the first day, follows in the second
constexpr std::size_t recent_max = 512;  // what people answer and boost

/// The one writing connection, in transactions of some thousand operations, each at its own time.
class Batches {
 public:
  explicit Batches(store::Connection& connection) : connection_(connection) {}
  Batches(const Batches&) = delete;
  ~Batches() {
    if (connection_.in_transaction()) connection_.execute("ROLLBACK");
  }

  template <class Operation>
  auto at(Timestamp now, Operation operation) {
    if (operations_++ == 0) connection_.execute("BEGIN IMMEDIATE");
    store::Changes nobody_listens;
    store::WriteTx tx(connection_, ids_, now, nobody_listens);
    auto result = operation(tx);
    if (operations_ == operations_per_commit) commit();
    return result;
  }
  void commit() {
    if (connection_.in_transaction()) connection_.execute("COMMIT");
    operations_ = 0;
  }

 private:
  store::Connection& connection_;
  IdGenerator ids_{process_number};
  int operations_ = 0;
};

class Seeder {
 public:
  Seeder(store::Connection& connection, const DevSeed& size, domain::Site site, Timestamp end)
      : size_(size),
        site_(std::move(site)),
        begin_(end - span),
        end_(end),
        dice_(size.seed),
        batches_(connection) {}

  Result<void> run() {
    TRY_DO(make_accounts());
    TRY_DO(make_follows());
    TRY_DO(make_statuses());
    batches_.commit();
    return {};
  }

 private:
  struct Person {
    AccountId id;
    std::string username;
  };
  struct Recent {
    StatusId id;
    std::size_t author;  // of people_
  };

  /// Moment `i` of `n` that are spread from `from` on.
  static Timestamp moment(Timestamp from, std::chrono::milliseconds length, std::int64_t i, std::int64_t n) {
    return from + std::chrono::milliseconds(static_cast<std::int64_t>(
                      static_cast<double>(length.count()) * static_cast<double>(i) / static_cast<double>(n)));
  }

  Result<void> make_accounts() {
    for (std::int64_t i = 0; i < size_.accounts; ++i) {
      const auto number = static_cast<std::size_t>(i);
      const std::string username = i == 0 ? "reader" : demo_username(number - 1);
      const std::string display_name = i == 0 ? "Reader" : demo_display_name(number - 1);
      TRY(const auto id, batches_.at(moment(begin_, preparation, i, size_.accounts), [&](store::WriteTx& tx) {
        return make_account(tx, username, display_name);
      }));
      people_.push_back({id, username});
    }
    return {};
  }

  Result<AccountId> make_account(store::WriteTx& tx, const std::string& username,
                                 const std::string& display_name) {
    domain::NewAccount account;
    account.username = username;
    account.email =
        username + "@demo.invalid";  // RFC 2606: nobody's; the empty password hash fits no password
    TRY(const auto id, domain::create_account(tx, account));
    domain::ProfileChange profile;
    profile.display_name = display_name;
    profile.note = demo_note(dice_);
    profile.discoverable = true;
    profile.indexable = true;
    TRY_DO(domain::change_profile(tx, site_, id, profile));
    return id;
  }

  Result<void> make_follows() {
    const auto each = std::min(size_.follows_per_account, size_.accounts - 1);
    std::int64_t done = 0;
    for (std::size_t follower = 0; follower < people_.size(); ++follower) {
      for (const auto target : targets_of(follower, static_cast<std::size_t>(each))) {
        TRY_DO(batches_.at(moment(begin_ + preparation, preparation, done++, each * size_.accounts),
                           [&](store::WriteTx& tx) {
                             return domain::follow(tx, people_[follower].id, people_[target].id, {}, 0);
                           }));
      }
    }
    return {};
  }

  /// `n` others, the first in the list far more often. A throw that was there already takes the next free
  /// one.
  std::vector<std::size_t> targets_of(std::size_t follower, std::size_t n) {
    std::unordered_set<std::size_t> taken{follower};
    std::vector<std::size_t> targets;
    while (targets.size() < n) {
      auto target = dice_.skewed(people_.size());
      while (!taken.insert(target).second) target = (target + 1) % people_.size();
      targets.push_back(target);
    }
    return targets;
  }

  Result<void> make_statuses() {
    const Timestamp from = begin_ + 2 * preparation;
    for (std::int64_t i = 0; i < size_.statuses; ++i) {
      const Timestamp now = moment(from, end_ - from, i, size_.statuses);
      const auto author = dice_.skewed(people_.size());
      TRY_DO(batches_.at(now, [&](store::WriteTx& tx) { return make_status(tx, author); }));
      if (i % 2 == 0 && !recent_.empty()) {
        const auto fan = dice_.below(people_.size());
        const auto liked = recent_[dice_.below(recent_.size())].id;
        TRY_DO(batches_.at(
            now, [&](store::WriteTx& tx) { return domain::favourite(tx, people_[fan].id, liked); }));
      }
      if ((i + 1) % 50'000 == 0) log(Level::info, "seeding", {{"statuses", i + 1}, {"of", size_.statuses}});
    }
    return {};
  }

  Result<void> make_status(store::WriteTx& tx, std::size_t author) {
    const auto kind = dice_.below(100);
    if (kind < 13 && !recent_.empty()) {
      TRY(const bool is_new, boost(tx, author));
      if (is_new) return {};
    }
    domain::StatusDraft draft;
    const bool is_reply = kind >= 13 && kind < 33 && !recent_.empty();
    std::string text = demo_post(dice_);
    if (is_reply) {
      const auto& answered = recent_[dice_.below(recent_.size())];
      draft.in_reply_to = answered.id;
      if (answered.author != author) text = "@" + people_[answered.author].username + " " + text;
    } else if (dice_.percent(8)) {
      text += " @" + people_[dice_.skewed(people_.size())].username;
    }
    draft.visibility = visibility();
    draft.language = "en";
    TRY(draft.text, domain::prepare_text(tx, site_, {.characters_max = 5'000}, std::move(text),
                                         dice_.percent(4) ? demo_warning(dice_) : "", "plain"));
    TRY(const auto id, domain::publish(tx, people_[author].id, draft));
    if (draft.visibility == Visibility::public_ || draft.visibility == Visibility::unlisted)
      remember(id, author);
    return {};
  }

  /// False when this account had boosted the same before.
  Result<bool> boost(store::WriteTx& tx, std::size_t author) {
    const auto& original = recent_[dice_.below(recent_.size())];
    if (!boosted_.emplace(author, original.id).second) return false;
    TRY_DO(domain::reblog(tx, people_[author].id, original.id, Visibility::public_));
    return true;
  }

  Visibility visibility() {
    const auto throw_ = dice_.below(100);
    return throw_ < 88   ? Visibility::public_
           : throw_ < 94 ? Visibility::unlisted
           : throw_ < 98 ? Visibility::private_
                         : Visibility::direct;
  }

  void remember(StatusId id, std::size_t author) {
    if (recent_.size() < recent_max) {
      recent_.push_back({id, author});
    } else {
      recent_[dice_.below(recent_.size())] = {id, author};
    }
  }

  struct BoostHash {
    std::size_t operator()(const std::pair<std::size_t, StatusId>& boost) const {
      return std::hash<StatusId>()(boost.second) ^ boost.first * 31;
    }
  };

  DevSeed size_;
  domain::Site site_;
  Timestamp begin_;
  Timestamp end_;
  Dice dice_;
  Batches batches_;
  std::vector<Person> people_;
  std::vector<Recent> recent_;
  std::unordered_set<std::pair<std::size_t, StatusId>, BoostHash> boosted_;
};

Result<void> check_size(const DevSeed& size) {
  const auto check = [](const char* name, std::int64_t value, std::int64_t min,
                        std::int64_t max) -> Result<void> {
    if (value >= min && value <= max) return {};
    return fail(Errc::bad_request,
                std::string(name) + " must be " + std::to_string(min) + " to " + std::to_string(max));
  };
  TRY_DO(check("accounts", size.accounts, 2, 1'000'000));
  TRY_DO(check("statuses", size.statuses, 0, 100'000'000));
  return check("follows per account", size.follows_per_account, 0, 1'000'000);
}

}  // namespace

Result<void> dev_seed(const std::string& data_dir, const DevSeed& size, const Clock& clock) {
  TRY_DO(check_size(size));
  TRY(const auto config, app::load_config(data_dir + "/node.toml", {}));
  store::ConnectionOptions fast;
  fast.synchronous_full = false;  // who loses power now begins anew
  fast.cache_bytes = std::int64_t{64} << 20;
  TRY(const auto connection, store::open_for_writing(data_dir + "/dunlin.db", false, fast));
  {
    const store::CommitSequence nobody{0};
    const store::ReadTx tx(*connection, nobody);
    if (store::account_by_name(tx, "reader", "")) {
      return fail(Errc::conflict,
                  "This node has an account \"reader\" already; demo data goes into a new data folder.");
    }
  }
  return Seeder(*connection, size, {config.domain, app::public_url(config)}, clock.now()).run();
}

}  // namespace dunlin::cli
