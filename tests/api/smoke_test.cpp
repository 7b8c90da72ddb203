// The shortest way through a node: sign in, follow, post, read. When this fails, look here first.
#include "tests/support/qt.h"
#include "tests/support/test_node.h"

using namespace dunlin;
using namespace dunlin::test;

class SmokeTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void follower_reads_a_post_in_the_home_feed() {
    TestNode node;
    const auto alice = node.person("alice");
    const auto bob = node.person("bob");
    auto as_alice = node.client(alice);
    auto as_bob = node.client(bob);
    QCOMPARE(as_bob.post("/api/v1/accounts/" + alice.id + "/follow").status, 200);
    const auto id = post_status(as_alice, "hello");
    const auto home = as_bob.get("/api/v1/timelines/home");
    QCOMPARE(home.status, 200);
    QCOMPARE(home.json().size(), std::size_t{1});
    QCOMPARE(home.json()[0]["id"].get<std::string>(), id);
    QCOMPARE(home.json()[0]["content"].get<std::string>(), std::string("<p>hello</p>"));
  }

  void everything_is_there_after_a_restart() {
    TestNode node;
    const auto alice = node.person("alice");
    std::string id;
    {
      auto client = node.client(alice);
      id = post_status(client, "kept");
    }
    node.restart();
    auto client = node.client(alice);
    QCOMPARE(client.get("/api/v1/statuses/" + id).json()["content"].get<std::string>(),
             std::string("<p>kept</p>"));
  }
};

QTEST_GUILESS_MAIN(SmokeTest)
#include "smoke_test.moc"
