#include "protocol/activitypub/values.h"

#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/limits.h"
#include "tests/support/qt.h"

namespace dunlin::activitypub {

class ValuesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void an_id_is_found_in_every_shape_data();
  void an_id_is_found_in_every_shape();
  void an_id_too_long_is_none_rather_than_another_id();
  void ids_are_bounded_and_without_repetition();
  void the_language_is_that_of_the_text_data();
  void the_language_is_that_of_the_text();
  void text_is_cut_between_characters();
  void addresses_prefer_a_page_for_people_data();
  void addresses_prefer_a_page_for_people();
  void counts_are_clamped();
  void times_are_read_or_absent();
  void public_has_three_spellings();
  void only_activity_types_pass_as_documents_data();
  void only_activity_types_pass_as_documents();
  void an_origin_is_scheme_host_and_port_data();
  void an_origin_is_scheme_host_and_port();
};

namespace {
json parsed(std::string_view text) { return json::parse(text); }
}  // namespace

void ValuesTest::an_id_is_found_in_every_shape_data() {
  QTest::addColumn<std::string>("value");
  QTest::addColumn<std::string>("id");
  auto row = [](const char* name, const char* value, const char* id) {
    QTest::newRow(name) << std::string(value) << std::string(id);
  };
  row("string", R"("https://a.example/1")", "https://a.example/1");
  row("object", R"({"id":"https://a.example/1","type":"Note"})", "https://a.example/1");
  row("link", R"({"type":"Link","href":"https://a.example/1"})", "https://a.example/1");
  row("array of strings", R"(["https://a.example/1","https://a.example/2"])", "https://a.example/1");
  row("array of objects", R"([{"id":"https://a.example/1"}])", "https://a.example/1");
  row("array with a null", R"([null,"https://a.example/1"])", "https://a.example/1");
  row("null", "null", "");
  row("number", "7", "");
  row("empty array", "[]", "");
  row("empty object", "{}", "");
  row("null id", R"({"id":null})", "");
  row("id is an object", R"({"id":{"id":"https://a.example/1"}})", "");
  row("with a space", R"("https://a.example/1 2")", "");
  row("with a line end", R"("https://a.example/1\n")", "");
  row("with a quote", R"("https://a.example/\"onclick=")", "");
  row("with a tag", R"("https://a.example/<b>")", "");
  row("a tag", R"("tag:a.example,2021:objectId=1:objectType=Conversation")",
      "tag:a.example,2021:objectId=1:objectType=Conversation");
}
void ValuesTest::an_id_is_found_in_every_shape() {
  QFETCH(std::string, value);
  QFETCH(std::string, id);
  QCOMPARE(id_of(parsed(value)), id);
}

void ValuesTest::an_id_too_long_is_none_rather_than_another_id() {
  const std::string longest = "https://a.example/" + std::string(limits::remote_uri_bytes_max - 18, 'x');
  QCOMPARE(id_of(json(longest)), longest);
  QCOMPARE(id_of(json(longest + "x")), "");
}

void ValuesTest::ids_are_bounded_and_without_repetition() {
  auto object = parsed(
      R"({"to":["https://a/1",{"id":"https://a/2"},"https://a/1",null,5,"https://a/3","https://a/4"]})");
  QCOMPARE(ids_of(object, "to", 10),
           (std::vector<std::string>{"https://a/1", "https://a/2", "https://a/3", "https://a/4"}));
  QCOMPARE(ids_of(object, "to", 2), (std::vector<std::string>{"https://a/1", "https://a/2"}));
  QCOMPARE(ids_of(json{{"to", "https://a/1"}}, "to", 10), (std::vector<std::string>{"https://a/1"}));
  QVERIFY(ids_of(json{{"to", nullptr}}, "to", 10).empty());
}

void ValuesTest::the_language_is_that_of_the_text_data() {
  QTest::addColumn<std::string>("object");
  QTest::addColumn<std::string>("text");
  QTest::addColumn<std::string>("language");
  auto row = [](const char* name, const char* object, const char* text, const char* language) {
    QTest::newRow(name) << std::string(object) << std::string(text) << std::string(language);
  };
  row("text alone", R"({"content":"hi"})", "hi", "");
  row("one match", R"({"content":"hi","contentMap":{"en":"hi"}})", "hi", "en");
  row("second match", R"({"content":"salut","contentMap":{"en":"hi","fr":"salut"}})", "salut", "fr");
  row("no match", R"({"content":"hi","contentMap":{"fr":"salut"}})", "hi", "");
  row("map alone", R"({"contentMap":{"de-AT":"servus"}})", "servus", "de-AT");
  row("null text", R"({"content":null,"contentMap":{"de":"hallo"}})", "hallo", "de");
  row("undetermined", R"({"content":"hi","contentMap":{"und":"hi"}})", "hi", "");
  row("not a tag", R"({"content":"hi","contentMap":{"e n<":"hi"}})", "hi", "");
  row("odd map", R"({"content":"hi","contentMap":["hi"]})", "hi", "");
  row("odd values", R"({"contentMap":{"en":7,"fr":"salut"}})", "salut", "fr");
  row("odd text", R"({"content":{"en":"hi"}})", "", "");
  row("nothing", "{}", "", "");
}
void ValuesTest::the_language_is_that_of_the_text() {
  QFETCH(std::string, object);
  QFETCH(std::string, text);
  QFETCH(std::string, language);
  auto found = natural_text(parsed(object), "content", 100);
  QCOMPARE(found.text, text);
  QCOMPARE(found.language, language);
}

void ValuesTest::text_is_cut_between_characters() {
  QCOMPARE(cut("aé😀b", 3), "aé😀");
  QCOMPARE(cut("aé😀b", 4), "aé😀b");
  QCOMPARE(cut("", 4), "");
  QCOMPARE(cut("é", 0), "");
}

void ValuesTest::addresses_prefer_a_page_for_people_data() {
  QTest::addColumn<std::string>("value");
  QTest::addColumn<std::string>("url");
  auto row = [](const char* name, const char* value, const char* url) {
    QTest::newRow(name) << std::string(value) << std::string(url);
  };
  row("string", R"("https://a/p")", "https://a/p");
  row("link", R"({"type":"Link","href":"https://a/p"})", "https://a/p");
  row("picture", R"({"type":"Image","url":"https://a/p"})", "https://a/p");
  row("picture with links", R"({"type":"Image","url":[{"type":"Link","href":"https://a/p"}]})",
      "https://a/p");
  row("page among links",
      R"([{"href":"magnet:?x"},{"href":"https://a/v","mediaType":"video/mp4"},{"href":"https://a/p","mediaType":"text/html"}])",
      "https://a/p");
  row("first without a page", R"(["https://a/1","https://a/2"])", "https://a/1");
  row("script", "\"javascript:alert(1)\"", "");
  row("data", R"({"href":"data:text/html,x"})", "");
  row("file", R"("file:///etc/passwd")", "");
  row("with a space", R"("https://a/ b")", "");
  row("scheme alone", R"("https://")", "");
  row("null", "null", "");
  row("number", "[1,2]", "");
}
void ValuesTest::addresses_prefer_a_page_for_people() {
  QFETCH(std::string, value);
  QFETCH(std::string, url);
  QCOMPARE(url_of(parsed(value)), url);
}

void ValuesTest::counts_are_clamped() {
  auto count = [](std::string_view text) { return count_of(parsed(text)); };
  QCOMPARE(count("7"), std::optional<std::int64_t>(7));
  QCOMPARE(count("7.9"), std::optional<std::int64_t>(7));
  QCOMPARE(count("-3"), std::optional<std::int64_t>(0));
  QCOMPARE(count("18446744073709551615"), std::optional<std::int64_t>(std::int64_t{1} << 53));
  QCOMPARE(count("1e300"), std::optional<std::int64_t>(std::int64_t{1} << 53));
  QCOMPARE(count("-1e300"), std::optional<std::int64_t>(0));
  QCOMPARE(count("\"7\""), std::optional<std::int64_t>());
  QCOMPARE(total_of(json{{"likes", {{"totalItems", 4}}}}, "likes"), std::optional<std::int64_t>(4));
  QCOMPARE(total_of(json{{"likes", "https://a/likes"}}, "likes"), std::optional<std::int64_t>());
}

void ValuesTest::times_are_read_or_absent() {
  auto at = [](const char* text) { return time_of(json{{"published", text}}, "published"); };
  const auto moment = parse_iso("2024-06-01T18:00:00Z");
  QVERIFY(moment);
  QCOMPARE(at("2024-06-01T18:00:00Z"), moment);
  QCOMPARE(at("2024-06-01T20:00:00+02:00"), moment);
  QCOMPARE(at("2024-06-01T20:00:00+0200"), moment);  // Pixelfed
  QCOMPARE(at("2024-06-01T18:00:00.000000Z"), moment);
  for (auto bad : {"yesterday", "", "2024", "2024-06-01T18:00:00+02000", "99999-01-01T00:00:00Z",
                   "2024-13-01T00:00:00Z"}) {
    QVERIFY2(!at(bad), bad);
  }
  QVERIFY(!time_of(json{{"published", 1717264800}}, "published"));
  QVERIFY(!time_of(json{{"published", nullptr}}, "published"));
}

void ValuesTest::public_has_three_spellings() {
  QVERIFY(is_public("https://www.w3.org/ns/activitystreams#Public"));
  QVERIFY(is_public("as:Public"));
  QVERIFY(is_public("Public"));
  QVERIFY(!is_public("public"));
  QVERIFY(!is_public("https://evil.example/#Public"));
}

void ValuesTest::only_activity_types_pass_as_documents_data() {
  QTest::addColumn<std::string>("type");
  QTest::addColumn<bool>("passes");
  auto row = [](const char* type, bool passes) { QTest::newRow(type) << std::string(type) << passes; };
  row("application/activity+json", true);
  row("Application/Activity+JSON; charset=utf-8", true);
  row("application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"", true);
  row("application/ld+json;profile=\"https://w3id.org/security https://www.w3.org/ns/activitystreams\"",
      true);
  row("application/ld+json; profile=https://www.w3.org/ns/activitystreams; charset=utf-8", true);
  row("application/ld+json", false);
  row("application/ld+json; profile=\"https://www.w3.org/ns/activitystreamsx\"", false);
  row("application/json", false);
  row("text/html", false);
  row("application/activity+jsonx", false);
  row("", false);
}
void ValuesTest::only_activity_types_pass_as_documents() {
  QFETCH(std::string, type);
  QFETCH(bool, passes);
  QCOMPARE(is_activity_media_type(type), passes);
}

void ValuesTest::an_origin_is_scheme_host_and_port_data() {
  QTest::addColumn<std::string>("uri");
  QTest::addColumn<std::string>("origin");
  auto row = [](const char* uri, const char* origin) {
    QTest::newRow(uri) << std::string(uri) << std::string(origin);
  };
  row("https://A.example/x", "https://a.example");
  row("HTTPS://a.example:443/x", "https://a.example");
  row("https://a.example:8443/x", "https://a.example:8443");
  row("https://a.example./x", "https://a.example");
  row("https://a.example.:8443/x", "https://a.example:8443");
  row("https://./x", "");
  row("https://a.example../x", "");
  row("https://a..example/x", "");
  row("https://b\u00fccher.example/", "");
  row("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example");
  row("https://a.example", "https://a.example");
  row("https://a.example?x", "https://a.example");
  row("https://a.example#x", "https://a.example");
  row("https://a.example\\@b.example/", "https://a.example");
  row("https://a.example@b.example/", "");
  row("https:///x", "");
  row("https://", "");
  row("http://a.example:80/", "http://a.example");
  row("tag:a.example,2021:x", "");
  row("did:key:z6Mk", "");
  row("https://a.example:", "https://a.example");
  row("https://a.example::/", "");
  row("https://a.example:x/", "");
  row("https://m\"ob\":://tte", "");
  row("https://[::1]:8443/x", "https://[::1]:8443");
  row("https://[::1", "");
  row("https://[]/", "");
}
void ValuesTest::an_origin_is_scheme_host_and_port() {
  QFETCH(std::string, uri);
  QFETCH(std::string, origin);
  QCOMPARE(origin_of(uri), origin);
}

}  // namespace dunlin::activitypub

QTEST_GUILESS_MAIN(dunlin::activitypub::ValuesTest)
#include "values_test.moc"
