#include "node/federation/followers_sync.h"

#include "tests/support/qt.h"

using namespace dunlin::federation;

class FollowersSyncTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_digest_is_that_of_the_proposal() {
    // FEP-8fcf, "Partial follower collection digest".
    const std::string followers[] = {"https://testing.example.org/users/1",
                                     "https://testing.example.org/users/2"};
    QCOMPARE(followers_digest(followers),
             std::string("c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"));
    QCOMPARE(followers_digest({}), std::string(64, '0'));
  }

  void what_is_written_is_read() {
    const Synchronization said{"https://a.example/users/x/followers", "https://a.example/users/x/sync",
                               std::string(64, 'b')};
    const auto read = read_synchronization(write_synchronization(said));
    QVERIFY(read);
    QCOMPARE(read->collection, said.collection);
    QCOMPARE(read->url, said.url);
    QCOMPARE(read->digest, said.digest);
  }

  void a_header_that_lacks_something_is_none_data() {
    QTest::addColumn<std::string>("header");
    const std::string collection = "collectionId=\"https://a.example/f\", ";
    QTest::newRow("empty") << std::string();
    QTest::newRow("no digest") << collection + "url=\"https://a.example/s\"";
    QTest::newRow("no end") << collection + "url=\"https://a.example/s\", digest=\"ab";
    QTest::newRow("another name") << collection + "myurl=\"https://a.example/s\", digest=\"ab\"";
    QTest::newRow("no quotes") << std::string("collectionId=a, url=b, digest=c");
  }
  void a_header_that_lacks_something_is_none() {
    QFETCH(std::string, header);
    QVERIFY(!read_synchronization(header));
  }
};

QTEST_APPLESS_MAIN(FollowersSyncTest)
#include "followers_sync_test.moc"
