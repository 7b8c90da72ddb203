// Compressed answers: the same bytes once unpacked, only for who asks. Source: RFC 9110 8.4, 12.5.3, 12.5.5
#include "tests/api/helpers.h"
#include "tests/support/gunzip.h"
#include "tests/support/qt.h"

using namespace dunlin;
using namespace dunlin::test;

namespace {

const std::string home = "/api/v1/timelines/home";

Answer ask(HttpClient& client, const std::string& path, const std::string& accepted, Fields more = {}) {
  if (!accepted.empty()) more.emplace_back("Accept-Encoding", accepted);
  client.headers = std::move(more);
  auto answer = client.get(path);
  client.headers.clear();
  return answer;
}

/// Alice reads, Bob and Carol write: posts in several scripts, with tags, answers, boosts, polls and quotes.
struct World {
  TestNode node;
  Person alice = node.person("alice"), bob = node.person("bob"), carol = node.person("carol");
  HttpClient as_alice = node.client(alice), as_bob = node.client(bob), as_carol = node.client(carol);
  std::string root;

  explicit World(std::vector<std::string> settings = {}) : node(std::move(settings)) {
    for (const auto& person : {bob, carol}) as_alice.post("/api/v1/accounts/" + person.id + "/follow");
    root = post_status(as_bob, "The root of a thread #birds");
    for (int i = 0; i < 8; ++i) {
      const auto number = std::to_string(i);
      const auto one =
          post_status(as_bob, "Ein längerer Text über Vögel, Nummer " + number + " #birds @alice",
                      {{"in_reply_to_id", root}});
      const auto other = post_status(as_carol, "Короткий текст и 短い文章 " + number + " \"<&>\" #birds");
      as_alice.post("/api/v1/statuses/" + one + "/favourite");
      as_alice.post("/api/v1/statuses/" + other + "/bookmark");
      if (i % 2 == 0) as_carol.post("/api/v1/statuses/" + one + "/reblog");
      if (i % 3 == 0) post_status(as_carol, "look at " + number, {{"quoted_status_id", one}});
    }
    post_status(as_bob, "asked",
                {{"poll[options][]", "yes"}, {"poll[options][]", "no"}, {"poll[expires_in]", "600"}});
  }
};

}  // namespace

class GzipTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void every_list_of_posts_is_the_same_once_unpacked() {
    World world;
    for (const std::string& path :
         {home, home + "?limit=40", std::string("/api/v1/timelines/public"),
          std::string("/api/v1/timelines/tag/birds"), "/api/v1/accounts/" + world.bob.id + "/statuses",
          "/api/v1/statuses/" + world.root + "/context", std::string("/api/v1/notifications"),
          std::string("/api/v1/favourites"), std::string("/api/v1/bookmarks"),
          "/api/v1/statuses?id[]=" + world.root}) {
      const auto plain = ask(world.as_alice, path, "");
      QCOMPARE(plain.status, 200);
      QCOMPARE(plain.header("content-encoding"), "");
      QCOMPARE(plain.header("vary"), "Accept-Encoding");
      QVERIFY2(plain.json().is_array() || plain.json().is_object(), path.c_str());
      for (int times = 0; times < 2; ++times) {
        const auto packed = ask(world.as_alice, path, "gzip");
        QCOMPARE(packed.status, 200);
        QCOMPARE(packed.header("content-encoding"), "gzip");
        QCOMPARE(packed.header("vary"), "Accept-Encoding");
        QCOMPARE(packed.header("content-length"), std::to_string(packed.body.size()));
        QCOMPARE(packed.header("content-type"), plain.header("content-type"));
        QCOMPARE(packed.header("link"), plain.header("link"));
        QVERIFY2(gunzip(packed.body) == plain.body, path.c_str());
        QVERIFY2(packed.body.size() < plain.body.size(), path.c_str());
      }
    }
  }

  void who_asks_for_gzip_gets_it_and_nobody_else_data() {
    QTest::addColumn<std::string>("accepted");
    QTest::addColumn<bool>("is_packed");
    const auto row = [](const char* accepted, bool is_packed) {
      QTest::newRow(*accepted == '\0' ? "nothing" : accepted) << std::string(accepted) << is_packed;
    };
    row("", false);
    row("gzip", true);
    row("GZip", true);
    row("x-gzip", true);
    row("gzip, deflate, br, zstd", true);
    row("br;q=1.0, gzip;q=0.8, *;q=0.1", true);
    row("*", true);
    row("*;q=0", false);
    row("gzip;q=0", false);
    row("gzip;q=0.000, *", false);
    row("*;q=0, gzip", true);
    row("gzip ; q=0.001", true);
    row("gzip;q=0.5, identity", false);
    row("gzip;q=0.5, identity;q=0.5", true);
    row("deflate", false);
    row("identity", false);
    row("gzipped", false);
    row("gzip;q=nonsense", false);
    row("gzip;q=1.001", false);
    row(",, ,gzip,", true);
  }
  void who_asks_for_gzip_gets_it_and_nobody_else() {
    QFETCH(std::string, accepted);
    QFETCH(bool, is_packed);
    static World world;
    const auto plain = ask(world.as_alice, home, "");
    const auto answer = ask(world.as_alice, home, accepted);
    QCOMPARE(answer.header("content-encoding"), is_packed ? "gzip" : "");
    QVERIFY((is_packed ? gunzip(answer.body) : answer.body) == plain.body);
  }

  void one_tag_stands_for_both_forms() {
    World world;
    const auto plain = ask(world.as_alice, home, "");
    const auto packed = ask(world.as_alice, home, "gzip");
    QVERIFY(plain.header("etag").starts_with("W/"));
    QCOMPARE(packed.header("etag"), plain.header("etag"));
    for (const std::string accepted : {"", "gzip"}) {
      const auto again = ask(world.as_alice, home, accepted, {{"If-None-Match", plain.header("etag")}});
      QCOMPARE(again.status, 304);
      QVERIFY(again.body.empty());
      QCOMPARE(again.header("vary"), "Accept-Encoding");
      QCOMPARE(again.header("content-encoding"), "");
    }
  }

  void head_tells_what_get_would_send() {
    World world;
    const auto packed = ask(world.as_alice, home, "gzip");
    world.as_alice.headers = {{"Accept-Encoding", "gzip"}};
    const auto head = world.as_alice.send("HEAD", home);
    QCOMPARE(head.status, 200);
    QCOMPARE(head.header("content-encoding"), "gzip");
    QCOMPARE(head.header("content-length"), std::to_string(packed.body.size()));
    QVERIFY(head.body.empty());
  }

  void what_is_short_or_holds_a_secret_stays_as_it_is() {
    World world;
    for (const std::string path :
         {"/api/v1/timelines/home?min_id=999999999999999999", "/api/v1/timelines/tag/unheard",
          "/api/v1/accounts/verify_credentials", "/api/v2/instance", "/api/v1/preferences"}) {
      const auto answer = ask(world.as_alice, path, "gzip");
      QCOMPARE(answer.status, 200);
      QCOMPARE(answer.header("content-encoding"), "");
      QVERIFY2(!answer.json().is_discarded(), path.c_str());
    }
  }

  void it_can_be_turned_off() {
    World world({"server.gzip=false"});
    const auto answer = ask(world.as_alice, home, "gzip");
    QCOMPARE(answer.header("content-encoding"), "");
    QCOMPARE(answer.header("vary"), "");
    QVERIFY(answer.json().is_array());
  }

  void what_changes_is_packed_anew() {
    World world;
    (void)ask(world.as_alice, home + "?limit=40", "gzip");
    world.as_bob.send("PUT", "/api/v1/statuses/" + world.root, R"({"status":"edited since #birds"})",
                      "application/json");
    world.as_bob.send("PATCH", "/api/v1/accounts/update_credentials", R"({"display_name":"Another name"})",
                      "application/json");
    const auto read = gunzip(ask(world.as_alice, home + "?limit=40", "gzip").body);
    QVERIFY(read && read->find("Another name") != std::string::npos);
    QVERIFY(read->find("edited since") != std::string::npos);
    QVERIFY(*read == ask(world.as_alice, home + "?limit=40", "").body);
  }
};

QTEST_GUILESS_MAIN(GzipTest)
#include "gzip_test.moc"
