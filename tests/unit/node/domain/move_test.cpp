// Accounts that move: who is taken along, and what is refused. Moves of other nodes come here by
// federation/move.h, those of this node from the API.
#include "node/domain/accounts/move.h"

#include <QTemporaryDir>
#include <optional>

#include "node/federation/move.h"
#include "node/store/actors.h"
#include "node/store/database.h"
#include "node/store/relationships.h"
#include "protocol/base/limits.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::domain;

namespace {

const Site site{"here.example", "https://here.example"};
const Timestamp now{1'767'225'600'000};

/// A new database with Ann, here, who follows Old, elsewhere; and New, elsewhere, who is Old too.
class World {
 public:
  World() : connection_(std::move(*store::open_for_writing(path(), true, {}))) {
    connection_->execute("BEGIN IMMEDIATE");
    at(now);
    ann = store::insert_account(*tx_, "ann", "");
    old = stranger("old");
    fresh = stranger("new");
    store::put_follow(*tx_, ann, old, {false, true, "en de"});
    store::add_to_counts(*tx_, ann, {.following = 1});
    store::add_to_counts(*tx_, old, {.followers = 1});
    says_to_be(fresh, {"https://else.example/old"});
  }
  ~World() {
    tx_.reset();
    connection_->execute("ROLLBACK");
  }
  store::WriteTx& tx() { return *tx_; }
  void at(Timestamp time) { tx_.emplace(*connection_, ids_, time, changes_); }
  void says_to_be(AccountId account, const std::vector<std::string>& uris) {
    store::set_also_known_as(*tx_, account, uris);
  }
  AccountId stranger(const std::string& name) {
    const auto uri = "https://else.example/" + name;
    const auto id = store::insert_account(*tx_, name, "", "else.example", uri);
    store::Actor actor;
    actor.account = id;
    actor.inbox = uri + "/inbox";
    actor.fetched_at = now;
    store::put_actor(*tx_, actor);
    return id;
  }
  AccountId moved_to(AccountId id) { return store::find_account(*tx_, id)->moved_to; }
  bool follows(AccountId target) { return store::find_follow(*tx_, ann, target).has_value(); }
  bool asks(AccountId target) { return store::find_follow_request(*tx_, ann, target).has_value(); }

  AccountId ann, old, fresh;

 private:
  std::string path() const { return folder_.filePath(QStringLiteral("new.db")).toStdString(); }
  QTemporaryDir folder_;
  std::unique_ptr<store::Connection> connection_;
  IdGenerator ids_{0};
  store::Changes changes_;
  std::optional<store::WriteTx> tx_;
};

activitypub::Activity move_activity(const std::string& object, const std::string& target) {
  activitypub::Activity activity;
  activity.type = "Move";
  activity.actor = "https://else.example/old";
  activity.object_id = object;
  activity.target = target;
  return activity;
}

}  // namespace

class MoveTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void followers_ask_to_follow_the_new_account_with_their_options();
  void a_new_account_of_this_node_is_followed_at_once();
  void a_move_told_twice_happens_once();
  void the_new_account_must_name_the_old_one();
  void a_second_move_waits();
  void nobody_moves_to_who_is_gone_or_moved_on();
  void who_blocked_the_new_account_does_not_follow_it();
  void a_notice_about_someone_else_moves_nobody_data();
  void a_notice_about_someone_else_moves_nobody();
  void aliases_are_bounded_and_never_oneself();
};

void MoveTest::followers_ask_to_follow_the_new_account_with_their_options() {
  World w;
  const auto moved = move_account(w.tx(), site, w.old, w.fresh);
  QVERIFY2(moved, why(moved).c_str());
  QCOMPARE(w.moved_to(w.old), w.fresh);
  QVERIFY(!w.follows(w.old));
  const auto asked = store::find_follow_request(w.tx(), w.ann, w.fresh);
  QVERIFY(asked && !asked->show_reblogs && asked->notify);
  QCOMPARE(asked->languages, "en de");
}

void MoveTest::a_new_account_of_this_node_is_followed_at_once() {
  World w;
  const auto bob = store::insert_account(w.tx(), "bob", "");
  w.says_to_be(bob, {"https://else.example/old"});
  const auto moved = move_account(w.tx(), site, w.old, bob);
  QVERIFY2(moved, why(moved).c_str());
  QVERIFY(w.follows(bob) && !w.follows(w.old));
  QCOMPARE(store::find_account(w.tx(), w.ann)->following_count, 1);
}

void MoveTest::a_move_told_twice_happens_once() {
  World w;
  QVERIFY(move_account(w.tx(), site, w.old, w.fresh));
  store::delete_follow_request(w.tx(), w.ann, w.fresh);
  QVERIFY(move_account(w.tx(), site, w.old, w.fresh));
  QVERIFY(!w.asks(w.fresh));
}

void MoveTest::the_new_account_must_name_the_old_one() {
  for (const std::vector<std::string>& names :
       {std::vector<std::string>{}, {"https://else.example/older"}, {"https://else.example/old/"}}) {
    World w;
    w.says_to_be(w.fresh, names);
    QVERIFY(!move_account(w.tx(), site, w.old, w.fresh));
    QVERIFY(w.follows(w.old) && !w.asks(w.fresh));
    QCOMPARE(w.moved_to(w.old), AccountId{});
  }
}

void MoveTest::a_second_move_waits() {
  World w;
  const auto third = w.stranger("third");
  w.says_to_be(third, {"https://else.example/old"});
  QVERIFY(move_account(w.tx(), site, w.old, w.fresh));
  w.at(now + limits::move_again_after - std::chrono::minutes(1));
  QVERIFY(!move_account(w.tx(), site, w.old, third));
  QCOMPARE(w.moved_to(w.old), w.fresh);
  w.at(now + limits::move_again_after);
  QVERIFY(move_account(w.tx(), site, w.old, third));
  QCOMPARE(w.moved_to(w.old), third);
}

void MoveTest::nobody_moves_to_who_is_gone_or_moved_on() {
  World w;
  const auto third = w.stranger("third");
  w.says_to_be(w.old, {"https://else.example/third"});
  QVERIFY(move_account(w.tx(), site, w.old, w.fresh));
  QVERIFY(!move_account(w.tx(), site, third, w.old));
  w.says_to_be(w.fresh, {"https://else.example/third"});
  store::set_suspended(w.tx(), w.fresh, true);
  QVERIFY(!move_account(w.tx(), site, third, w.fresh));
  QVERIFY(!move_account(w.tx(), site, third, third));
}

void MoveTest::who_blocked_the_new_account_does_not_follow_it() {
  World w;
  store::put_block(w.tx(), w.ann, w.fresh);
  QVERIFY(move_account(w.tx(), site, w.old, w.fresh));
  QVERIFY(!w.follows(w.old) && !w.asks(w.fresh));
}

void MoveTest::a_notice_about_someone_else_moves_nobody_data() {
  QTest::addColumn<QByteArray>("object");
  QTest::addColumn<QByteArray>("target");
  QTest::addColumn<bool>("moves");
  const QByteArray old("https://else.example/old");
  const QByteArray fresh("https://else.example/new");
  QTest::newRow("of itself") << old << fresh << true;
  QTest::newRow("of another") << QByteArray("https://else.example/third") << fresh << false;
  QTest::newRow("to nobody") << old << QByteArray("") << false;
  QTest::newRow("to a stranger") << old << QByteArray("https://else.example/unknown") << false;
}

void MoveTest::a_notice_about_someone_else_moves_nobody() {
  QFETCH(QByteArray, object);
  QFETCH(QByteArray, target);
  World w;
  w.stranger("third");
  const federation::Sender sender{w.old, "https://else.example/old"};
  const auto done =
      federation::apply_move(w.tx(), site, sender, move_activity(object.toStdString(), target.toStdString()));
  QVERIFY2(done, why(done).c_str());
  QTEST(w.asks(w.fresh), "moves");
  QCOMPARE(w.moved_to(w.old) == w.fresh, w.asks(w.fresh));
}

void MoveTest::aliases_are_bounded_and_never_oneself() {
  World w;
  QVERIFY(!add_alias(w.tx(), site, w.ann, "https://here.example/users/ann"));
  for (std::size_t i = 0; i < limits::aliases_max; ++i)
    QVERIFY(add_alias(w.tx(), site, w.ann, "https://else.example/" + std::to_string(i)));
  QVERIFY(add_alias(w.tx(), site, w.ann, "https://else.example/0"));
  QVERIFY(!add_alias(w.tx(), site, w.ann, "https://else.example/more"));
  QVERIFY(remove_alias(w.tx(), w.ann, "https://else.example/0"));
  QVERIFY(!remove_alias(w.tx(), w.ann, "https://else.example/0"));
  QCOMPARE(store::find_account(w.tx(), w.ann)->also_known_as.size(), limits::aliases_max - 1);
}

QTEST_GUILESS_MAIN(MoveTest)
#include "move_test.moc"
