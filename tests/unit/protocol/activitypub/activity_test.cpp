#include "protocol/activitypub/activity.h"

#include "tests/support/qt.h"

namespace dunlin::activitypub {

class ActivityTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void exactly_one_actor_is_needed_data();
  void exactly_one_actor_is_needed();
  void an_object_comes_in_several_shapes_data();
  void an_object_comes_in_several_shapes();
  void unknown_types_are_read_and_absent_ones_refused();
  void odd_members_count_as_absent_data();
  void odd_members_count_as_absent();
  void reactions_have_content_and_a_picture();
  void create_embeds_the_post_with_its_addresses();
  void an_edit_and_new_counts_differ_in_updated();
  void an_actor_is_updated_and_deleted_in_public();
  void a_deleted_post_leaves_a_tombstone();
  void a_follow_is_asked_and_answered();
  void undo_embeds_the_original();
  void the_other_verbs_say_what_peers_expect();
  void a_quote_is_asked_for_and_stamped();
};

namespace {
const std::string actor = "https://node.example/users/ada";
json smallest() {
  return {{"id", "https://a.example/1"},
          {"type", "Like"},
          {"actor", "https://a.example/u"},
          {"object", "https://b.example/2"}};
}
json with(json document, const char* name, json value) {
  document[name] = std::move(value);
  return document;
}
/// What a peer reads of what we send.
struct Sent {
  json document;
  Activity activity;
};
Sent sent(const ActivityDraft& draft) {
  auto document = parse_document(write_activity(draft));
  if (!document) return {};
  auto activity = read_activity(*document);
  return {*document, activity ? *activity : Activity{}};
}
Post post() {
  Post made;
  made.id = actor + "/posts/7";
  made.attributed_to = actor;
  made.content = "<p>x</p>";
  made.to = {std::string(as_public)};
  made.cc = {actor + "/followers"};
  made.published = parse_iso("2026-11-21T06:00:00Z");
  return made;
}
const Timestamp now{1'800'000'000'000};
}  // namespace

void ActivityTest::exactly_one_actor_is_needed_data() {
  QTest::addColumn<std::string>("value");
  QTest::addColumn<std::string>("read");
  auto row = [](const char* name, const char* value, const char* read) {
    QTest::newRow(name) << std::string(value) << std::string(read);
  };
  row("string", R"("https://a/u")", "https://a/u");
  row("object", R"({"id":"https://a/u","type":"Person"})", "https://a/u");
  row("array of one", R"(["https://a/u"])", "https://a/u");
  row("array of one object", R"([{"id":"https://a/u"}])", "https://a/u");
  row("two", R"(["https://a/u","https://a/v"])", "");
  row("the same twice", R"(["https://a/u","https://a/u"])", "");
  row("array in an array", R"([["https://a/u","https://a/v"]])", "");
  row("null", "null", "");
  row("none", "[]", "");
  row("number", "7", "");
  row("object without id", R"({"type":"Person"})", "");
  row("empty", R"("")", "");
}
void ActivityTest::exactly_one_actor_is_needed() {
  QFETCH(std::string, value);
  QFETCH(std::string, read);
  auto activity = read_activity(with(smallest(), "actor", json::parse(value)));
  QCOMPARE(activity.has_value(), !read.empty());
  if (activity) QCOMPARE(activity->actor, read);
  if (!activity) QCOMPARE(activity.error().code, Errc::unprocessable);
}

void ActivityTest::an_object_comes_in_several_shapes_data() {
  QTest::addColumn<std::string>("value");
  QTest::addColumn<std::string>("id");
  QTest::addColumn<std::string>("type");
  QTest::addColumn<int>("count");
  auto row = [](const char* name, const char* value, const char* id, const char* type, int count) {
    QTest::newRow(name) << std::string(value) << std::string(id) << std::string(type) << count;
  };
  row("id", R"("https://b/2")", "https://b/2", "", 1);
  row("object", R"({"id":"https://b/2","type":"Note"})", "https://b/2", "Note", 1);
  row("object without id", R"({"type":"Follow","actor":"https://b/u"})", "", "Follow", 1);
  row("votes", R"([{"id":"https://b/2","type":"Note"},{"id":"https://b/3","type":"Note"}])", "https://b/2",
      "Note", 2);
  row("report", R"(["https://b/u","https://b/2",null,"https://b/3"])", "https://b/u", "", 3);
  row("null", "null", "", "", 0);
  row("number", "7", "", "", 1);
}
void ActivityTest::an_object_comes_in_several_shapes() {
  QFETCH(std::string, value);
  QFETCH(std::string, id);
  QFETCH(std::string, type);
  QFETCH(int, count);
  auto activity = read_activity(with(smallest(), "object", json::parse(value)));
  QVERIFY2(activity, why(activity).c_str());
  QCOMPARE(activity->object_id, id);
  QCOMPARE(activity->object_type, type);
  QCOMPARE(objects_of(*activity, 10).size(), static_cast<std::size_t>(count));
  QVERIFY(objects_of(*activity, 1).size() <= 1);
}

void ActivityTest::unknown_types_are_read_and_absent_ones_refused() {
  QCOMPARE(read_activity(with(smallest(), "type", "TentativeAccept"))->type, "TentativeAccept");
  QVERIFY(!read_activity(with(smallest(), "type", nullptr)));
  QVERIFY(!read_activity(with(smallest(), "type", 7)));
  QVERIFY(!read_activity(json::object()));
}

void ActivityTest::odd_members_count_as_absent_data() {  // T-I2
  QTest::addColumn<std::string>("name");
  for (auto name : {"id", "to", "cc", "target", "instrument", "result", "published", "content", "tag",
                    "_misskey_reaction"}) {
    QTest::newRow(name) << std::string(name);
  }
}
void ActivityTest::odd_members_count_as_absent() {
  QFETCH(std::string, name);
  for (json odd : {json(nullptr), json(7), json(true), json::array(), json::object(),
                   json::array({1, nullptr, json::array()})}) {
    auto activity = read_activity(with(smallest(), name.c_str(), odd));
    QVERIFY2(activity, odd.dump().c_str());
    QVERIFY(activity->to.empty() && activity->target.empty() && activity->content.empty() &&
            !activity->published);
  }
}

void ActivityTest::reactions_have_content_and_a_picture() {
  json document = with(smallest(), "_misskey_reaction", ":blob:");
  QCOMPARE(read_activity(document)->content, ":blob:");
  document["content"] = "👍";
  document["tag"] = {{"type", "Emoji"}, {"name", ":blob:"}, {"icon", {{"url", "https://e/b.png"}}}};
  QCOMPARE(read_activity(document)->content, "👍");
  QCOMPARE(read_activity(document)->emojis.at(0).shortcode, "blob");
}

void ActivityTest::create_embeds_the_post_with_its_addresses() {
  auto [document, activity] = sent(create_post(actor + "/posts/7/activity", post()));
  QCOMPARE(activity.type, "Create");
  QCOMPARE(activity.actor, actor);
  QCOMPARE(activity.to, post().to);
  QCOMPARE(activity.cc, post().cc);
  QCOMPARE(activity.published, post().published);
  QVERIFY(!document["object"].contains("@context"));
  auto inner = read_post(activity.object);
  QVERIFY2(inner, why(inner).c_str());
  QCOMPARE(inner->to, activity.to);
  QVERIFY(document["@context"].dump().find("\"sensitive\":") != std::string::npos);
}

void ActivityTest::an_edit_and_new_counts_differ_in_updated() {
  Post edited = post();
  QVERIFY(!sent(update_post("https://node.example/a/1", edited, now)).document["object"].contains("updated"));
  edited.updated = now;
  auto [document, activity] = sent(update_post("https://node.example/a/1", edited, now));
  QCOMPARE(activity.type, "Update");
  QCOMPARE(read_post(activity.object)->updated, std::optional(now));
}

void ActivityTest::an_actor_is_updated_and_deleted_in_public() {
  Actor ada;
  ada.id = actor, ada.username = "ada", ada.inbox = actor + "/inbox", ada.followers = actor + "/followers";
  auto updated = sent(update_actor("https://node.example/a/1", ada, now));
  QCOMPARE(updated.activity.object_id, actor);
  QVERIFY(is_public(updated.activity.to.at(0)));
  QVERIFY(updated.document["@context"].dump().find("manuallyApprovesFollowers") != std::string::npos);
  QVERIFY(read_actor(updated.activity.object));
  auto deleted = sent(delete_actor("https://node.example/a/2", actor));
  QCOMPARE(deleted.activity.object.dump(), json_id(actor));
  QVERIFY(is_public(deleted.activity.to.at(0)));
}

void ActivityTest::a_deleted_post_leaves_a_tombstone() {
  auto deleted = sent(delete_post("https://node.example/a/1", actor, post().id, {post().to, post().cc}, now));
  QCOMPARE(deleted.activity.object_type, "Tombstone");
  QCOMPARE(deleted.activity.object_id, post().id);
  QCOMPARE(deleted.activity.to, post().to);
  QCOMPARE(deleted.activity.cc, post().cc);
}

void ActivityTest::a_follow_is_asked_and_answered() {
  auto asked = sent(follow("https://node.example/f/1", actor, "https://b.example/bob"));
  QCOMPARE(asked.activity.object_id, "https://b.example/bob");
  QCOMPARE(asked.activity.to, (std::vector<std::string>{"https://b.example/bob"}));
  for (auto* answer : {&accept_follow, &reject_follow}) {
    auto answered =
        sent((*answer)("https://node.example/a/1", actor, "https://b.example/f/9", "https://b.example/bob"));
    QCOMPARE(answered.activity.to, (std::vector<std::string>{"https://b.example/bob"}));
    auto inner = read_activity(answered.activity.object);
    QVERIFY2(inner, why(inner).c_str());
    QCOMPARE(inner->id, "https://b.example/f/9");
    QCOMPARE(inner->type, "Follow");
    QCOMPARE(inner->actor, "https://b.example/bob");
    QCOMPARE(inner->object_id, actor);
  }
  // A peer may have sent its Follow without an id.
  auto nameless = sent(accept_follow("https://node.example/a/1", actor, "", "https://b.example/bob"));
  QVERIFY(!nameless.document["object"].contains("id"));
}

void ActivityTest::undo_embeds_the_original() {
  auto original = like("https://node.example/l/1", actor, "https://b.example/2", "https://b.example/bob");
  auto undone = sent(undo("https://node.example/u/1", original));
  QCOMPARE(undone.activity.type, "Undo");
  QCOMPARE(undone.activity.to, original.to);
  QVERIFY(!undone.document["object"].contains("@context"));
  auto inner = read_activity(undone.activity.object);
  QVERIFY2(inner, why(inner).c_str());
  QCOMPARE(inner->id, original.id);
  QCOMPARE(inner->type, "Like");
  QCOMPARE(inner->actor, actor);
  QCOMPARE(inner->object_id, "https://b.example/2");
}

void ActivityTest::the_other_verbs_say_what_peers_expect() {
  auto boosted = sent(announce("https://node.example/b/1", actor, "https://b.example/2",
                               {{std::string(as_public)}, {actor + "/followers"}}, now));
  QCOMPARE(boosted.activity.published, std::optional(now));
  QCOMPARE(boosted.activity.object.dump(), json_id("https://b.example/2"));
  auto blocked = sent(block("https://node.example/k/1", actor, "https://b.example/bob"));
  QCOMPARE(blocked.activity.to, (std::vector<std::string>{"https://b.example/bob"}));
  auto added =
      sent(add_pin("https://node.example/p/1", actor, post().id, actor + "/featured", actor + "/followers"));
  QCOMPARE(added.activity.target, actor + "/featured");
  QCOMPARE(added.activity.object_id, post().id);
  QCOMPARE(sent(remove_pin("https://node.example/p/2", actor, post().id, actor + "/featured",
                           actor + "/followers"))
               .activity.type,
           "Remove");
  auto moved =
      sent(move_actor("https://node.example/m/1", actor, "https://b.example/ada", actor + "/followers"));
  QCOMPARE(moved.activity.object_id, actor);
  QCOMPARE(moved.activity.target, "https://b.example/ada");
  auto flagged = sent(flag("https://node.example/r/1", "https://node.example/actor",
                           {"https://b.example/bob", "https://b.example/2"}, "rude"));
  QCOMPARE(objects_of(flagged.activity, 10).size(), std::size_t{2});
  QCOMPARE(flagged.activity.content, "rude");
  QCOMPARE(flagged.activity.to, (std::vector<std::string>{"https://b.example/bob"}));
}

void ActivityTest::a_quote_is_asked_for_and_stamped() {
  auto asked =
      sent(quote_request("https://node.example/q/1", "https://b.example/2", "https://b.example/bob", post()));
  QCOMPARE(asked.activity.type, "QuoteRequest");
  QCOMPARE(asked.activity.instrument, post().id);
  QVERIFY(asked.document["@context"].dump().find("QuoteRequest") != std::string::npos);
  auto accepted = sent(accept_quote("https://b.example/a/1", "https://b.example/bob", asked.activity,
                                    "https://b.example/stamps/1"));
  QCOMPARE(accepted.activity.result, "https://b.example/stamps/1");
  QCOMPARE(accepted.activity.object_id, "https://node.example/q/1");
  QCOMPARE(read_activity(accepted.activity.object)->instrument, post().id);
  QCOMPARE(sent(reject_quote("https://b.example/a/2", "https://b.example/bob", asked.activity)).activity.type,
           "Reject");

  auto stamp = read_quote_authorization(json::parse(write_quote_authorization(
      "https://b.example/stamps/1", "https://b.example/bob", post().id, "https://b.example/2")));
  QVERIFY2(stamp, why(stamp).c_str());
  QCOMPARE(stamp->quoting, post().id);
  QCOMPARE(stamp->quoted, "https://b.example/2");
  QVERIFY(!read_quote_authorization(smallest()));
}

}  // namespace dunlin::activitypub

QTEST_GUILESS_MAIN(dunlin::activitypub::ActivityTest)
#include "activity_test.moc"
