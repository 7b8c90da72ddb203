// What pages of an outbox become in the database: the order of the page, also of posts of one second.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "node/federation/outbox_page.h"
#include "node/store/accounts.h"
#include "node/store/actors.h"
#include "tests/component/feed_world.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::test;
using nlohmann::json;

namespace {

const std::string ann = "https://a.example/users/ann";

json note(int number, const std::string& published, json answered = nullptr) {
  return {{"id", "https://a.example/notes/" + std::to_string(number)},
          {"type", "Note"},
          {"attributedTo", ann},
          {"content", "<p>number " + std::to_string(number) + "</p>"},
          {"published", published},
          {"inReplyTo", std::move(answered)},
          {"to", "https://www.w3.org/ns/activitystreams#Public"}};
}

class World {
 public:
  World() {
    feeds.write([&](store::WriteTx& tx) {
      author = store::insert_account(tx, "ann", "ann", "a.example", ann);
      store::Actor actor;
      actor.account = author;
      actor.inbox = ann + "/inbox";
      store::put_actor(tx, actor);
    });
  }

  /// A page, the newest first.
  void read(std::vector<json> notes) {
    activitypub::Collection page;
    page.items = std::move(notes);
    const auto items = federation::read_outbox_items(page, ann, feeds.clock.now());
    feeds.write([&](store::WriteTx& tx) {
      federation::store_outbox_items(tx, feeds.site(), author, items, feeds.clock.now());
    });
  }
  /// Addresses of the account's posts, the newest first.
  std::vector<std::string> shown() {
    const auto tx = feeds.read();
    std::vector<std::string> uris;
    for (const auto& line : store::account_older(tx, author, id_max<StatusId>(), 40))
      uris.push_back(store::find_status(tx, line.id)->uri);
    return uris;
  }

  FeedWorld feeds;
  AccountId author;
};

}  // namespace

class OutboxOrderTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void posts_of_one_second_keep_the_order_of_the_pages() {
    const std::string second = "2025-11-21T10:00:00Z";
    World w;
    w.read({note(5, "2025-11-21T10:00:01Z"), note(4, second), note(3, second)});
    w.read({note(2, second), note(1, second), note(0, "2025-11-21T09:59:59Z")});
    const auto shown = w.shown();
    QCOMPARE(shown.size(), std::size_t{6});
    QVERIFY(std::is_sorted(shown.rbegin(), shown.rend()));
  }

  void a_page_that_is_read_again_changes_nothing() {
    const std::string second = "2025-11-21T10:00:00Z";
    World w;
    w.read({note(3, second), note(1, second)});
    w.read({note(3, second), note(2, second), note(1, second)});
    QCOMPARE(w.shown().size(), std::size_t{3});
    QVERIFY(w.shown().front().ends_with("3"));
  }

  void an_answer_to_oneself_within_a_second_finds_what_it_answers() {
    const std::string second = "2025-11-21T10:00:00Z";
    World w;
    w.read({note(2, second, "https://a.example/notes/1"), note(1, second)});
    const auto tx = w.feeds.read();
    const auto lines = store::account_older(tx, w.author, id_max<StatusId>(), 40);
    QCOMPARE(lines.size(), std::size_t{2});
    QCOMPARE(store::find_status(tx, lines[0].id)->in_reply_to, lines[1].id);
  }
};

QTEST_GUILESS_MAIN(OutboxOrderTest)
#include "outbox_order_test.moc"
