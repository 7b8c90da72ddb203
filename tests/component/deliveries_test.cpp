// Deliveries to hosts that are down, unwell, refuse or are gone. Real connections, a clock that stands still.
#include "node/federation/deliveries.h"

#include "node/domain/statuses/change.h"
#include "node/store/accounts.h"
#include "node/store/actors.h"
#include "node/store/relationships.h"
#include "tests/component/feed_world.h"
#include "tests/support/qt.h"
#include "tests/unit/node/outgoing/peer.h"

using namespace dunlin;
using namespace dunlin::test;
using namespace std::chrono_literals;

namespace {

/// Another node: it notes what comes and answers as it is told.
class Host {
 public:
  explicit Host(std::vector<std::string> words) : words_(std::move(words)) {}

  std::string url(const std::string& path) const { return peer_.url(path); }
  void answer_with(const std::string& status, const std::string& only_to = {}) {
    std::lock_guard lock(mutex_);
    status_ = status;
    only_to_ = only_to;
  }
  /// The word that each request was about, in their order.
  std::vector<std::string> asked() const {
    std::lock_guard lock(mutex_);
    return asked_;
  }
  std::vector<std::string> taken() const {
    std::lock_guard lock(mutex_);
    return taken_;
  }

 private:
  std::string serve(const std::string& request) {
    std::lock_guard lock(mutex_);
    std::string about;
    for (const auto& word : words_) {
      if (request.find(word) != std::string::npos) about = word;
    }
    const bool is_delete = request.find("\"Delete\"") != std::string::npos;
    const bool is_update = request.find("\"Update\"") != std::string::npos;
    about += is_delete ? " deleted" : is_update ? " edited" : "";
    asked_.push_back(about);
    if (status_ != "202 Accepted" && (only_to_.empty() || request.find(only_to_) != std::string::npos))
      return test::answer(status_, "", "");
    taken_.push_back(about);
    return test::answer("202 Accepted", "", "");
  }

  std::vector<std::string> words_;
  mutable std::mutex mutex_;
  std::string status_ = "202 Accepted";
  std::string only_to_;
  std::vector<std::string> asked_, taken_;
  Peer peer_{
      each([this](const std::string& request) { return serve(request); })};  // last: it uses the others
};

using Words = std::vector<std::string>;
const Words words{"apple", "berry", "cherry", "damson"};

outgoing::Options on_loopback() {
  outgoing::Options options;
  options.allow_private = true;
  options.allow_plain_http = true;
  return options;
}

/// Ann, and followers of her on two hosts.
class World {
 public:
  World() {
    follow(near);
    follow(far);
    start();
  }
  ~World() { stop(); }

  void start() {
    client_ = outgoing::Client::open(on_loopback()).value();
    deliveries_ =
        std::make_unique<federation::Deliveries>(feeds.site(), domains_, feeds.clock, system_random(),
                                                 feeds.writer(), keys_, *client_, feeds.connection());
  }
  void stop() {
    deliveries_->stop();
    client_->stop();
  }
  void restart() {
    stop();
    start();
  }
  federation::Deliveries& deliveries() { return *deliveries_; }
  void pass(std::chrono::milliseconds time) {
    feeds.clock.advance(time);
    deliveries_->wake();
  }
  StatusId say(const std::string& word) {
    auto said = draft();
    said.text.text = said.text.content = word;
    const auto id = feeds.post(ann, said);
    deliveries_->wake();
    return id;
  }
  void edit(StatusId id, const std::string& word) {
    domain::StatusEditDraft change;
    change.text = draft().text;
    change.text.content = change.text.text = word + " again";
    feeds.write([&](store::WriteTx& tx) { (void)domain::edit_status(tx, ann, id, change); });
    deliveries_->wake();
  }
  void remove(StatusId id) {
    feeds.write([&](store::WriteTx& tx) { (void)domain::delete_status(tx, ann, id); });
    deliveries_->wake();
  }
  std::int64_t waiting() {
    const auto tx = feeds.read();
    return store::count_deliveries(tx);
  }
  bool has_follower() {
    const auto tx = feeds.read();
    return store::has_remote_follower(tx, ann);
  }
  std::string origin_of_far() const { return far.url(""); }

  FeedWorld feeds;
  AccountId ann = feeds.account("ann");
  Host near{words}, far{words};

 private:
  void follow(const Host& host) {
    feeds.write([&](store::WriteTx& tx) {
      const auto uri = host.url("/users/bob");
      store::Actor actor;
      actor.account = store::insert_account(tx, "bob", "bob", host.url("").substr(7), uri);
      actor.inbox = host.url("/users/bob/inbox");
      actor.shared_inbox = host.url("/inbox");
      store::put_actor(tx, actor);
      store::put_follow(tx, actor.account, ann, {});
      store::add_to_counts(tx, ann, {.followers = 1});
      store::set_follow_uri(tx, actor.account, ann, uri + "#follow");
    });
  }

  federation::Keys keys_{feeds.writer()};
  std::unique_ptr<outgoing::Client> client_;
  domain::Domains domains_{"node.test", false};
  std::unique_ptr<federation::Deliveries> deliveries_;
};

}  // namespace

class DeliveriesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_host_that_is_down_gets_one_probe_at_a_time_and_then_everything_in_order() {
    World w;
    w.far.answer_with("503 Service Unavailable");
    for (const auto& word : words) w.say(word);
    QTRY_COMPARE(w.near.taken(), words);
    QTRY_COMPARE(w.far.asked(), Words{"apple"});
    w.pass(3s);
    w.say("apple");  // what comes meanwhile is no reason to ask
    QTRY_COMPARE(w.near.taken().size(), std::size_t{5});
    QCOMPARE(w.far.asked().size(), std::size_t{1});
    w.pass(2s);  // 5 s after the failure
    QTRY_COMPARE(w.far.asked().size(), std::size_t{2});
    w.far.answer_with("202 Accepted");
    w.pass(15s);
    QTRY_COMPARE(w.far.taken(), (Words{"apple", "berry", "cherry", "damson", "apple"}));
    QTRY_COMPARE(w.waiting(), 0);
  }

  void a_sign_of_life_ends_the_rest() {
    World w;
    w.far.answer_with("503 Service Unavailable");
    w.say("apple");
    w.say("berry");
    for (std::size_t failures = 1; failures < 8; ++failures) {
      QTRY_COMPARE(w.deliveries().stats().postponed, failures);
      w.pass(60s);
    }
    QTRY_COMPARE(w.deliveries().stats().postponed, std::size_t{8});
    w.far.answer_with("202 Accepted");
    w.feeds.clock.advance(1s);
    w.deliveries().is_alive(w.origin_of_far());
    QTRY_COMPARE(w.far.taken(), (Words{"apple", "berry"}));
  }

  void a_restart_asks_at_once() {
    World w;
    w.far.answer_with("503 Service Unavailable");
    w.say("apple");
    QTRY_COMPARE(w.deliveries().stats().postponed, std::size_t{1});
    w.far.answer_with("202 Accepted");
    w.restart();
    QTRY_COMPARE(w.far.taken(), Words{"apple"});
    QCOMPARE(w.near.taken(), Words{"apple"});
  }

  void after_a_day_the_newest_comes_first_but_no_edit_before_its_post() {
    World w;
    w.far.answer_with("503 Service Unavailable");
    const auto apple = w.say("apple");
    w.say("berry");
    w.edit(apple, "apple");
    w.pass(25h);
    w.say("cherry");
    QTRY_COMPARE(w.near.taken().size(), std::size_t{4});
    w.far.answer_with("202 Accepted");
    w.pass(1h);
    QTRY_COMPARE(w.far.taken(), (Words{"cherry", "berry", "apple", "apple edited"}));
  }

  void a_notice_that_is_refused_holds_up_only_what_is_about_the_same() {
    World w;
    w.far.answer_with("500 Internal Server Error", "apple");
    const auto apple = w.say("apple");
    w.say("berry");
    w.edit(apple, "apple");
    w.say("cherry");
    QTRY_COMPARE(w.far.taken(), (Words{"berry", "cherry"}));
    QCOMPARE(w.far.asked().front(), "apple");
    w.far.answer_with("202 Accepted");
    w.pass(5s);
    QTRY_COMPARE(w.far.taken(), (Words{"berry", "cherry", "apple", "apple edited"}));
  }

  void a_host_that_refuses_everything_rests_as_a_whole() {
    World w;
    w.far.answer_with("500 Internal Server Error");
    for (int i = 0; i < 3; ++i)
      for (const auto& word : words) w.say(word);
    QTRY_COMPARE(w.near.taken().size(), std::size_t{12});
    QTRY_COMPARE(w.far.asked().size(), std::size_t{3});
    w.pass(5s);
    w.say("apple");
    QTRY_COMPARE(w.near.taken().size(), std::size_t{13});
    QTRY_COMPARE(w.far.asked().size(), std::size_t{4});
  }

  void a_deletion_is_kept_however_long_it_takes() {
    World w;
    const auto apple = w.say("apple");
    QTRY_COMPARE(w.far.taken(), Words{"apple"});
    w.far.answer_with("503 Service Unavailable");
    w.say("berry");
    w.remove(apple);
    QTRY_COMPARE(w.deliveries().stats().postponed, std::size_t{1});
    QTRY_COMPARE(w.waiting(), 2);
    for (int day = 0; day < 10; ++day) {
      const auto before = w.deliveries().stats().postponed;
      w.pass(24h);
      QTRY_COMPARE(w.deliveries().stats().postponed, before + 1);
    }
    QTRY_COMPARE(w.waiting(), 1);
    w.far.answer_with("202 Accepted");
    w.pass(24h);
    QTRY_COMPARE(w.far.taken().size(), std::size_t{2});
    QTRY_COMPARE(w.waiting(), 0);
  }

  void what_a_host_did_not_take_for_longer_is_dropped() {
    World w;
    w.far.answer_with("503 Service Unavailable");
    w.say("apple");
    for (int day = 0; day < 8; ++day) {
      const auto before = w.deliveries().stats().postponed;
      QTRY_VERIFY(w.waiting() <= 1);
      w.pass(24h);
      QTRY_VERIFY(w.deliveries().stats().postponed > before || w.waiting() == 0);
    }
    QTRY_COMPARE(w.waiting(), 0);
    QVERIFY(w.far.taken().empty());
  }

  void the_followers_behind_an_inbox_that_is_gone_are_dropped() {
    World w;
    w.far.answer_with("410 Gone");
    w.near.answer_with("410 Gone");
    w.say("apple");
    QTRY_VERIFY(!w.has_follower());
    QTRY_COMPARE(w.waiting(), 0);
    const auto tx = w.feeds.read();
    QCOMPARE(store::find_account(tx, w.ann)->followers_count, 0);
  }
};

QTEST_GUILESS_MAIN(DeliveriesTest)
#include "deliveries_test.moc"
