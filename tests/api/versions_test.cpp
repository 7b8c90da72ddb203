// ETags of feeds: 304 as long as not a byte of the page would differ, for its own reader only.
#include <functional>

#include "tests/api/helpers.h"
#include "tests/support/qt.h"
#include "tests/support/test_node.h"

using namespace dunlin;
using namespace dunlin::test;

namespace {

const std::string home = "/api/v1/timelines/home";
const std::string form = "application/x-www-form-urlencoded";

struct World {
  TestNode node;
  Person alice = node.person("alice"), bob = node.person("bob");
  HttpClient as_alice = node.client(alice), as_bob = node.client(bob);

  World() { as_alice.post("/api/v1/accounts/" + bob.id + "/follow"); }
  static Answer ask(HttpClient& client, const std::string& path, const std::string& tag) {
    client.headers = {{"If-None-Match", tag}};
    auto answer = client.get(path);
    client.headers.clear();
    return answer;
  }
  /// The page's tag, having seen that it is good for a 304 now.
  std::string tag_of(const std::string& path) {
    const auto full = as_alice.get(path);
    const auto tag = full.header("etag");
    const auto again = ask(as_alice, path, tag);
    if (full.status != 200 || !tag.starts_with("W/\"") || again.status != 304 || !again.body.empty() ||
        again.header("etag") != tag || again.header("link") != full.header("link"))
      return "no tag";
    return tag;
  }
};

}  // namespace

class VersionsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_page_that_is_the_same_is_not_sent_again() {
    World world;
    post_status(world.as_bob, "one");
    const auto tag = world.tag_of(home);
    QVERIFY(tag != "no tag");
    QCOMPARE(world.ask(world.as_alice, home, "\"other\", " + tag).status, 304);
    QCOMPARE(world.ask(world.as_alice, home, tag.substr(2)).status, 304);
    QCOMPARE(world.ask(world.as_alice, home, "*").status, 304);
    QCOMPARE(world.ask(world.as_alice, home, "\"other\"").status, 200);
    QCOMPARE(world.ask(world.as_bob, home, tag).status, 200);
    QCOMPARE(world.ask(world.as_alice, home + "?limit=1", tag).status, 304);  // the same bytes
  }

  void whatever_changes_a_page_changes_its_tag() {
    World world;
    const auto id = post_status(world.as_bob, "one");
    const auto own = post_status(world.as_alice, "own");
    const std::vector<std::pair<std::string, std::function<int()>>> changes{
        {"a post", [&] { return post_status(world.as_bob, "two").empty() ? 0 : 200; }},
        {"a count", [&] { return world.as_bob.post("/api/v1/statuses/" + own + "/favourite").status; }},
        {"a mark", [&] { return world.as_alice.post("/api/v1/statuses/" + id + "/bookmark").status; }},
        {"a name",
         [&] {
           return world.as_bob.send("PATCH", "/api/v1/accounts/update_credentials", "display_name=B", form)
               .status;
         }},
        {"an edit",
         [&] { return world.as_bob.send("PUT", "/api/v1/statuses/" + id, "status=edited", form).status; }},
        {"an answer",
         [&] {
           return post_status(world.as_bob, "answer", {{"in_reply_to_id", own}}).empty() ? 0 : 200;
         }},
        {"a deletion", [&] { return world.as_bob.send("DELETE", "/api/v1/statuses/" + id).status; }},
        {"an unfollow",
         [&] { return world.as_alice.post("/api/v1/accounts/" + world.bob.id + "/unfollow").status; }},
    };
    for (const auto& [what, change] : changes) {
      const auto tag = world.tag_of(home);
      QVERIFY2(tag != "no tag", what.c_str());
      QVERIFY2(change() == 200, what.c_str());
      QVERIFY2(world.ask(world.as_alice, home, tag).status == 200, what.c_str());
    }
  }

  void the_end_of_a_poll_changes_the_page() {
    World world;
    post_status(world.as_bob, "which",
                {{"poll[options][]", "a"}, {"poll[options][]", "b"}, {"poll[expires_in]", "300"}});
    const auto tag = world.tag_of(home);
    QVERIFY(tag != "no tag");
    world.node.clock.advance(std::chrono::seconds(301));
    QCOMPARE(world.ask(world.as_alice, home, tag).status, 200);
  }

  void public_pages_have_tags_too() {
    World world;
    post_status(world.as_bob, "one");
    QVERIFY(world.tag_of("/api/v1/timelines/public") != "no tag");
    QVERIFY(world.tag_of("/api/v1/accounts/" + world.bob.id + "/statuses") != "no tag");
    auto anyone = world.node.client();
    const auto tag = anyone.get("/api/v1/timelines/public").header("etag");
    QCOMPARE(world.ask(anyone, "/api/v1/timelines/public", tag).status, 304);
    post_status(world.as_bob, "two");
    QCOMPARE(world.ask(anyone, "/api/v1/timelines/public", tag).status, 200);
  }
};

QTEST_GUILESS_MAIN(VersionsTest)
#include "versions_test.moc"
