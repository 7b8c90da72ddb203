#include "node/federation/outbox_page.h"

#include <nlohmann/json.hpp>

#include "tests/support/qt.h"

using namespace dunlin;
using federation::OutboxItem;
using nlohmann::json;

namespace {

constexpr Timestamp now{1'800'000'000'000};
const std::string ann = "https://a.example/users/ann";

json note(const std::string& id, const std::string& author) {
  return {{"id", id},
          {"type", "Note"},
          {"attributedTo", author},
          {"content", "<p>hello</p>"},
          {"published", "2026-01-02T03:04:05Z"},
          {"to", "https://www.w3.org/ns/activitystreams#Public"}};
}
json activity(const std::string& type, const std::string& actor, json object) {
  return {{"id", "https://a.example/activities/1"},
          {"type", type},
          {"actor", actor},
          {"published", "2026-01-02T03:04:06Z"},
          {"to", "https://www.w3.org/ns/activitystreams#Public"},
          {"object", std::move(object)}};
}

std::vector<OutboxItem> read(std::vector<json> items) {
  activitypub::Collection page;
  page.items = std::move(items);
  return federation::read_outbox_items(page, ann, now);
}

}  // namespace

class OutboxPageTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_post_by_the_account_is_taken_from_the_page() {
    const auto items = read({activity("Create", ann, note("https://a.example/notes/1", ann))});
    QCOMPARE(items.size(), std::size_t{1});
    QVERIFY(items[0].post);
    QCOMPARE(items[0].uri, std::string("https://a.example/notes/1"));
    QCOMPARE(items[0].published->ms, std::int64_t{1'767'323'045'000});
  }

  void a_post_of_which_only_the_address_came_must_be_fetched() {
    const auto items = read({activity("Create", ann, "https://a.example/notes/1")});
    QCOMPARE(items.size(), std::size_t{1});
    QVERIFY(!items[0].post);
    QCOMPARE(items[0].uri, std::string("https://a.example/notes/1"));
  }

  void what_a_page_says_for_others_is_not_taken() {
    // By someone else of the same server: only its own address can say so.
    const auto other =
        read({activity("Create", ann, note("https://a.example/notes/1", "https://a.example/users/bob"))});
    QVERIFY(other.empty() || !other[0].post);
    QVERIFY(read({activity("Create", ann, note("https://b.example/notes/1", ann))}).empty());
    QVERIFY(read({activity("Create", "https://a.example/users/bob", note("https://a.example/notes/1", ann))})
                .empty());
    QVERIFY(read({note("https://b.example/notes/1", "https://b.example/users/eve")}).empty());
  }

  void of_a_boost_only_the_address_of_the_original_counts() {
    const auto items =
        read({activity("Announce", ann, note("https://b.example/notes/1", "https://b.example/users/eve"))});
    QCOMPARE(items.size(), std::size_t{1});
    QVERIFY(items[0].is_boost);
    QVERIFY(!items[0].post);
    QCOMPARE(items[0].original, std::string("https://b.example/notes/1"));
    auto elsewhere = activity("Announce", ann, "https://b.example/notes/1");
    elsewhere["id"] = "https://b.example/activities/1";
    QVERIFY(read({elsewhere}).empty());
  }

  void dates_of_the_future_are_now_and_nonsense_is_left_out() {
    auto late = activity("Create", ann, note("https://a.example/notes/1", ann));
    late["object"]["published"] = "2199-01-01T00:00:00Z";
    const auto items =
        read({late, json(), 7, "text", json::array({1}), {{"type", "Create"}}, {{"type", "Like"}}});
    QCOMPARE(items.size(), std::size_t{1});
    QCOMPARE(items[0].published->ms, now.ms);
  }
};

QTEST_APPLESS_MAIN(OutboxPageTest)
#include "outbox_page_test.moc"
