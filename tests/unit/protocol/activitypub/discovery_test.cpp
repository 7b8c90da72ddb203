#include "protocol/activitypub/activity.h"
#include "protocol/activitypub/collection.h"
#include "protocol/activitypub/nodeinfo.h"
#include "protocol/activitypub/webfinger.h"
#include "protocol/base/limits.h"
#include "tests/support/qt.h"

namespace dunlin::activitypub {

class DiscoveryTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void handles_are_read_in_three_spellings_data();
  void handles_are_read_in_three_spellings();
  void our_webfinger_answer_is_read_back();
  void only_a_self_link_of_an_activity_type_names_the_actor_data();
  void only_a_self_link_of_an_activity_type_names_the_actor();
  void nodeinfo_names_the_software();
  void collections_are_read_in_every_shape_data();
  void collections_are_read_in_every_shape();
  void items_of_a_collection_are_bounded();
  void our_collections_are_read_back();
};

void DiscoveryTest::handles_are_read_in_three_spellings_data() {
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("username");
  QTest::addColumn<std::string>("host");
  auto row = [](std::string text, const char* username, const char* host) {
    QTest::newRow(text.substr(0, 60).c_str()) << text << std::string(username) << std::string(host);
  };
  row("acct:ada@node.example", "ada", "node.example");
  row("ACCT:Ada@Node.Example", "Ada", "node.example");
  row("@ada@node.example", "ada", "node.example");
  row("ada@node.example:8443", "ada", "node.example:8443");
  row("a.b-c_d~e@node.example", "a.b-c_d~e", "node.example");
  row("ädä@münchen.example", "ädä", "münchen.example");
  row("node.example@node.example", "node.example", "node.example");
  row("acct:@ada@node.example", "ada", "node.example");
  row("ada", "", "");
  row("", "", "");
  row("@", "", "");
  row("ada@", "", "");
  row("@node.example", "", "");
  row("ada@node.example@evil.example", "", "");
  row("ada@node.example/path", "", "");
  row("ada@node.example?x", "", "");
  row("ada@node.example:", "", "");
  row("ada@node.example:port", "", "");
  row("ada@node.example:123456", "", "");
  row("ada@.example", "", "");
  row("ada@node..example", "", "");
  row("ada@node.example.", "", "");
  row("ada @node.example", "", "");
  row("ada@node.exa mple", "", "");
  row("a/b@node.example", "", "");
  row("ada@[::1]", "", "");
  row("ada@node.example\n", "", "");
  row("a\xFF@node.example", "", "");
  row(std::string(300, 'a') + "@node.example", "", "");
  row("ada@" + std::string(254, 'h'), "", "");
}
void DiscoveryTest::handles_are_read_in_three_spellings() {
  QFETCH(std::string, text);
  QFETCH(std::string, username);
  QFETCH(std::string, host);
  auto handle = parse_handle(text);
  QCOMPARE(handle.has_value(), !username.empty());
  if (handle) QCOMPARE(handle->username, username);
  if (handle) QCOMPARE(handle->host, host);
}

void DiscoveryTest::our_webfinger_answer_is_read_back() {
  auto document = parse_document(write_jrd("ada", "node.example", "https://node.example/users/ada",
                                           "https://node.example/@ada",
                                           "https://node.example/authorize_interaction?uri={uri}"));
  QVERIFY2(document, why(document).c_str());
  auto jrd = read_jrd(*document);
  QVERIFY2(jrd, why(jrd).c_str());
  QCOMPARE(jrd->subject, "acct:ada@node.example");
  QCOMPARE(jrd->actor, "https://node.example/users/ada");
  QCOMPARE(jrd->aliases,
           (std::vector<std::string>{"https://node.example/@ada", "https://node.example/users/ada"}));
  QCOMPARE(jrd->links.at(2).link_template, "https://node.example/authorize_interaction?uri={uri}");
}

void DiscoveryTest::only_a_self_link_of_an_activity_type_names_the_actor_data() {
  QTest::addColumn<std::string>("links");
  QTest::addColumn<std::string>("actor");
  auto row = [](const char* name, const char* links, const char* actor) {
    QTest::newRow(name) << std::string(links) << std::string(actor);
  };
  row("activity", R"([{"rel":"self","type":"application/activity+json","href":"https://a/u"}])",
      "https://a/u");
  row("ld",
      R"([{"rel":"self","type":"application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"","href":"https://a/u"}])",
      "https://a/u");
  row("not an array", R"({"rel":"self","type":"application/activity+json","href":"https://a/u"})",
      "https://a/u");
  row("second",
      R"([null,7,{"rel":"self","type":"text/html","href":"https://a/x"},{"rel":"self","type":"application/activity+json","href":"https://a/u"}])",
      "https://a/u");
  row("profile page", R"([{"rel":"profile","type":"application/activity+json","href":"https://a/u"}])", "");
  row("no type", R"([{"rel":"self","href":"https://a/u"}])", "");
  row("no href", R"([{"rel":"self","type":"application/activity+json"}])", "");
  row("script", R"([{"rel":"self","type":"application/activity+json","href":"javascript:x"}])", "");
  row("null", "null", "");
}
void DiscoveryTest::only_a_self_link_of_an_activity_type_names_the_actor() {
  QFETCH(std::string, links);
  QFETCH(std::string, actor);
  auto jrd = read_jrd({{"subject", "acct:u@a"}, {"links", json::parse(links)}});
  QCOMPARE(jrd.has_value(), !actor.empty());
  if (jrd) QCOMPARE(jrd->actor, actor);
  QVERIFY(!read_jrd({{"links", json::parse(links)}}));
}

void DiscoveryTest::nodeinfo_names_the_software() {
  auto links = json::parse(
      R"({"links":[{"rel":"http://nodeinfo.diaspora.software/ns/schema/2.0","href":"https://a/2.0"},
    {"rel":"http://nodeinfo.diaspora.software/ns/schema/2.1","href":"https://a/2.1"}]})");
  QCOMPARE(*read_nodeinfo_links(links), "https://a/2.1");
  links["links"].erase(1);
  QCOMPARE(*read_nodeinfo_links(links), "https://a/2.0");
  for (auto bad : {"{}", R"({"links":null})", R"({"links":[{"rel":"x","href":"https://a"}]})"}) {
    QVERIFY2(!read_nodeinfo_links(json::parse(bad)), bad);
  }
  auto software =
      read_software(json::parse(R"({"version":"2.0","software":{"name":"Mastodon","version":"4.7.0"}})"));
  QVERIFY2(software, why(software).c_str());
  QCOMPARE(software->name, "mastodon");
  QCOMPARE(software->version, "4.7.0");
  for (auto bad : {"{}", R"({"software":"x"})", R"({"software":{"name":7}})"})
    QVERIFY2(!read_software(json::parse(bad)), bad);
}

void DiscoveryTest::collections_are_read_in_every_shape_data() {
  QTest::addColumn<std::string>("document");
  QTest::addColumn<std::string>("items");
  QTest::addColumn<std::string>("first");
  QTest::addColumn<std::string>("next");
  auto row = [](const char* name, const char* document, const char* items, const char* first,
                const char* next) {
    QTest::newRow(name) << std::string(document) << std::string(items) << std::string(first)
                        << std::string(next);
  };
  row("head", R"({"type":"OrderedCollection","id":"https://a/c","first":"https://a/c?p","totalItems":9})",
      "[]", "https://a/c?p", "");
  row("page",
      R"({"type":"OrderedCollectionPage","id":"https://a/c?p","orderedItems":["https://a/1","https://a/2"],"next":"https://a/c?q"})",
      R"(["https://a/1","https://a/2"])", "", "https://a/c?q");
  row("embedded page",
      R"({"type":"Collection","id":"https://a/c","first":{"type":"CollectionPage","items":["https://a/1"],"next":"https://a/c?q"}})",
      R"(["https://a/1"])", "", "https://a/c?q");
  row("embedded and empty",
      R"({"type":"Collection","id":"https://a/c","first":{"type":"CollectionPage","items":[],"next":"https://a/c?q"}})",
      "[]", "", "https://a/c?q");
  row("embedded by name only",
      R"({"type":"Collection","id":"https://a/c","first":{"id":"https://a/c?p","type":"CollectionPage"}})",
      "[]", "https://a/c?p", "");
  row("one item bare", R"({"type":"OrderedCollectionPage","orderedItems":{"id":"https://a/1"}})",
      R"([{"id":"https://a/1"}])", "", "");
  row("the other name", R"({"type":"OrderedCollection","items":["https://a/1"]})", R"(["https://a/1"])", "",
      "");
  row("itself as next", R"({"type":"CollectionPage","id":"https://a/c?p","next":"https://a/c?p"})", "[]", "",
      "");  // T-D7
  row("all odd", R"({"type":"Collection","id":7,"first":7,"next":[],"items":null,"totalItems":"x"})", "[]",
      "", "");
}
void DiscoveryTest::collections_are_read_in_every_shape() {
  QFETCH(std::string, document);
  QFETCH(std::string, items);
  QFETCH(std::string, first);
  QFETCH(std::string, next);
  auto collection = read_collection(json::parse(document), 100);
  QVERIFY2(collection, why(collection).c_str());
  QCOMPARE(json(collection->items).dump(), json::parse(items).dump());
  QCOMPARE(collection->first, first);
  QCOMPARE(collection->next, next);
}

void DiscoveryTest::items_of_a_collection_are_bounded() {
  json document = {{"type", "Collection"}, {"items", json::array()}, {"first", {{"items", json::array()}}}};
  for (int i = 0; i < 50; ++i) {
    document["items"].push_back(i);
    document["first"]["items"].push_back(i);
  }
  QCOMPARE(read_collection(document, 60)->items.size(), std::size_t{60});
  QCOMPARE(read_collection(document, 5)->items.size(), std::size_t{5});
  QCOMPARE(read_collection(document, 0)->items.size(), std::size_t{0});
  QVERIFY(!read_collection({{"type", "Note"}}, 5));
  QVERIFY(!read_collection(json::object(), 5));
}

void DiscoveryTest::our_collections_are_read_back() {
  auto head =
      read_collection(*parse_document(write_collection({"https://n/c", true, 7, "https://n/c?page"})), 10);
  QCOMPARE(head->first, "https://n/c?page");
  QCOMPARE(head->total, std::optional<std::int64_t>(7));
  auto hidden = parse_document(write_collection({"https://n/c", true, 7, ""}));
  QVERIFY(!hidden->contains("first") && !hidden->contains("orderedItems"));
  auto pins = read_collection(*parse_document(write_collection({"https://n/c", true, 1, ""},
                                                               {json_id("https://n/1")}, Context::post)),
                              10);
  QCOMPARE(pins->items.at(0).dump(), json_id("https://n/1"));
  CollectionPage page;
  page.id = "https://n/c?page", page.part_of = "https://n/c", page.next = "https://n/c?page2",
  page.ordered = false;
  page.items = {json_id("https://n/1"), R"({"id":"https://n/2"})"};
  auto read = read_collection(*parse_document(write_page(page, Context::plain)), 10);
  QCOMPARE(read->type, "CollectionPage");
  QCOMPARE(read->part_of, "https://n/c");
  QCOMPARE(read->next, "https://n/c?page2");
  QCOMPARE(read->items.size(), std::size_t{2});
}

}  // namespace dunlin::activitypub

QTEST_GUILESS_MAIN(dunlin::activitypub::DiscoveryTest)
#include "discovery_test.moc"
