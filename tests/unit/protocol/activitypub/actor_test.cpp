#include "protocol/activitypub/actor.h"

#include "protocol/base/limits.h"
#include "tests/support/qt.h"

namespace dunlin::activitypub {

class ActorTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void our_own_form_is_read_back_the_same();
  void every_term_that_is_no_part_of_a_published_context_is_declared();
  void the_smallest_actor_is_enough();
  void what_is_needed_is_needed_data();
  void what_is_needed_is_needed();
  void five_types_are_actors();
  void odd_members_count_as_absent_data();
  void odd_members_count_as_absent();
  void pictures_and_addresses_come_in_several_shapes();
  void keys_may_be_several();
  void what_is_too_much_is_cut();
};

namespace {
json smallest() {
  return {{"id", "https://a.example/u"},
          {"type", "Person"},
          {"inbox", "https://a.example/u/inbox"},
          {"preferredUsername", "u"}};
}
json with(json document, const char* name, json value) {
  document[name] = std::move(value);
  return document;
}
Actor whole() {
  Actor actor;
  actor.id = "https://node.example/users/ada";
  actor.type = "Service";
  actor.username = "ada";
  actor.name = "Ada \"L.\" :blob:";
  actor.summary = "<p>news</p>";
  actor.url = "https://node.example/@ada";
  actor.inbox = actor.id + "/inbox";
  actor.shared_inbox = "https://node.example/inbox";
  actor.outbox = actor.id + "/outbox";
  actor.followers = actor.id + "/followers";
  actor.following = actor.id + "/following";
  actor.featured = actor.id + "/featured";
  actor.icon_url = "https://node.example/a.png", actor.icon_type = "image/png";
  actor.image_url = "https://node.example/h.jpg", actor.image_type = "image/jpeg";
  actor.moved_to = "https://b.example/users/ada";
  actor.webfinger = "ada@node.example";
  actor.fields = {{"Site", "<a href=\"https://ada.example\">x</a>"}};
  actor.keys = {
      {actor.id + "#main-key", actor.id, "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n"}};
  actor.multikeys = {{actor.id + "#ed25519-key", actor.id, "z6Mk"}};
  actor.also_known_as = {"https://c.example/users/ada"};
  actor.emojis = {{"https://node.example/emoji/blob", "blob", "https://node.example/blob.png", "image/png",
                   parse_iso("2026-01-31T12:00:00Z")}};
  actor.published = parse_iso("2026-02-01T00:00:00Z");
  actor.locked = actor.discoverable = actor.indexable = actor.memorial = true;
  return actor;
}
}  // namespace

void ActorTest::our_own_form_is_read_back_the_same() {
  const Actor sent = whole();
  auto document = parse_document(write_actor(sent));
  QVERIFY2(document, why(document).c_str());
  auto got = read_actor(*document);
  QVERIFY2(got, why(got).c_str());
  QCOMPARE(write_actor(*got), write_actor(sent));
  QVERIFY(got->bot() && got->locked && got->discoverable && got->indexable && got->memorial);
  QCOMPARE(got->name, sent.name);
  QCOMPARE(got->fields.at(0).value, sent.fields.at(0).value);
  QCOMPARE(got->keys.at(0).pem, sent.keys.at(0).pem);
  QCOMPARE(got->multikeys.at(0).multibase, "z6Mk");
  QCOMPARE(got->also_known_as, sent.also_known_as);
  QCOMPARE(got->emojis.at(0).shortcode, "blob");
  QCOMPARE(got->emojis.at(0).updated, sent.emojis.at(0).updated);
  QCOMPARE(got->published, sent.published);
}

void ActorTest::every_term_that_is_no_part_of_a_published_context_is_declared() {
  auto document = json::parse(write_actor(whole()));
  std::string context = document["@context"].dump();
  for (auto term : {"manuallyApprovesFollowers", "discoverable", "indexable", "memorial", "featured",
                    "alsoKnownAs", "movedTo", "webfinger", "PropertyValue", "value", "Emoji"}) {
    QVERIFY2(context.find("\"" + std::string(term) + "\":") != std::string::npos, term);
  }
  QVERIFY(!json::parse(write_actor(whole(), false)).contains("@context"));
}

void ActorTest::the_smallest_actor_is_enough() {
  auto actor = read_actor(smallest());
  QVERIFY2(actor, why(actor).c_str());
  QCOMPARE(actor->username, "u");
  QVERIFY(!actor->locked && !actor->published && actor->keys.empty() && actor->name.empty());
}

void ActorTest::what_is_needed_is_needed_data() {
  QTest::addColumn<std::string>("name");
  for (auto name : {"id", "type", "inbox", "preferredUsername"}) QTest::newRow(name) << std::string(name);
}
void ActorTest::what_is_needed_is_needed() {
  QFETCH(std::string, name);
  for (json odd : {json(nullptr), json(7), json::array(), json::object(), json(""), json(true)}) {
    auto actor = read_actor(with(smallest(), name.c_str(), odd));
    QVERIFY2(!actor, odd.dump().c_str());
    QCOMPARE(actor.error().code, Errc::unprocessable);
  }
  json without = smallest();
  without.erase(name);
  QVERIFY(!read_actor(without));
}

void ActorTest::five_types_are_actors() {
  for (auto type : {"Person", "Service", "Application", "Group", "Organization"}) {
    QVERIFY2(read_actor(with(smallest(), "type", type)), type);
  }
  QVERIFY(read_actor(with(smallest(), "type", json::array({"Person", "schema:Person"}))));
  for (auto type : {"Note", "person", "Tombstone"})
    QVERIFY2(!read_actor(with(smallest(), "type", type)), type);
}

void ActorTest::odd_members_count_as_absent_data() {
  QTest::addColumn<std::string>("name");
  for (auto name : {"name",
                    "summary",
                    "url",
                    "endpoints",
                    "outbox",
                    "followers",
                    "following",
                    "featured",
                    "icon",
                    "image",
                    "attachment",
                    "publicKey",
                    "assertionMethod",
                    "alsoKnownAs",
                    "movedTo",
                    "published",
                    "webfinger",
                    "tag",
                    "manuallyApprovesFollowers",
                    "discoverable"}) {
    QTest::newRow(name) << std::string(name);
  }
}
void ActorTest::odd_members_count_as_absent() {
  QFETCH(std::string, name);
  for (json odd :
       {json(nullptr), json(7), json(-1.5), json::array(), json::array({1, nullptr, json::array()}),
        json::object(), json{{"id", 7}, {"type", nullptr}}, json(""), json("nonsense with spaces")}) {
    auto actor = read_actor(with(smallest(), name.c_str(), odd));
    QVERIFY2(actor, odd.dump().c_str());
    QVERIFY(!actor->locked && !actor->discoverable && actor->keys.empty() && actor->moved_to.empty());
  }
}

void ActorTest::pictures_and_addresses_come_in_several_shapes() {
  auto icon = [](json value) { return read_actor(with(smallest(), "icon", std::move(value)))->icon_url; };
  QCOMPARE(icon("https://a/1.png"), "https://a/1.png");
  QCOMPARE(icon({{"type", "Image"}, {"url", "https://a/1.png"}}), "https://a/1.png");
  QCOMPARE(icon(json::array({{{"url", "https://a/1.png"}}, {{"url", "https://a/2.png"}}})),
           "https://a/1.png");
  QCOMPARE(icon({{"url", {{"type", "Link"}, {"href", "https://a/1.png"}}}}), "https://a/1.png");
  auto actor = read_actor(with(smallest(), "url",
                               json::array({{{"href", "https://a/x"}, {"mediaType", "application/x"}},
                                            {{"href", "https://a/p"}, {"mediaType", "text/html"}}})));
  QCOMPARE(actor->url, "https://a/p");
}

void ActorTest::keys_may_be_several() {
  json key = {{"id", "https://a.example/u#k"}, {"owner", "https://a.example/u"}, {"publicKeyPem", "PEM"}};
  QCOMPARE(read_actor(with(smallest(), "publicKey", key))->keys.size(), std::size_t{1});
  QCOMPARE(read_actor(with(smallest(), "publicKey", json::array({key, key})))->keys.size(), std::size_t{2});
  key["publicKeyPem"] = std::string(limits::remote_key_bytes_max + 1, 'x');
  QCOMPARE(read_actor(with(smallest(), "publicKey", key))->keys.size(), std::size_t{0});
}

void ActorTest::what_is_too_much_is_cut() {  // T-D8
  json document = smallest();
  document["name"] = std::string(5 * 1024 * 1024, 'x');
  document["summary"] = std::string(200 * 1024, 'x');
  for (int i = 0; i < 10'000; ++i) {
    document["attachment"].push_back(
        {{"type", "PropertyValue"}, {"name", "n"}, {"value", std::string(3000, 'v')}});
    document["alsoKnownAs"].push_back("https://a.example/" + std::to_string(i));
    document["tag"].push_back({{"type", "Emoji"}, {"name", ":e:"}, {"icon", {{"url", "https://a/e.png"}}}});
    document["publicKey"].push_back({{"id", "https://a.example/u#k"}, {"publicKeyPem", "x"}});
  }
  auto actor = read_actor(document);
  QVERIFY2(actor, why(actor).c_str());
  QCOMPARE(actor->name.size(), limits::remote_name_characters_max);
  QCOMPARE(actor->summary.size(), limits::remote_bio_characters_max);
  QCOMPARE(actor->fields.size(), limits::remote_fields_max);
  QCOMPARE(actor->fields.front().value.size(), limits::remote_field_characters_max);
  QCOMPARE(actor->also_known_as.size(), limits::remote_aliases_max);
  QCOMPARE(actor->emojis.size(), limits::remote_emojis_max);
  QCOMPARE(actor->keys.size(), limits::remote_keys_max);
}

}  // namespace dunlin::activitypub

QTEST_GUILESS_MAIN(dunlin::activitypub::ActorTest)
#include "actor_test.moc"
