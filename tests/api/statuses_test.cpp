// Writing, changing and marking posts. Source: docs.joinmastodon.org/methods/statuses
#include <QRegularExpression>

#include "tests/api/helpers.h"
#include "tests/api/qt_json.h"

using namespace dunlin;
using namespace dunlin::test;
using nlohmann::json;

namespace {

json status(HttpClient& client, const std::string& id) { return client.get("/api/v1/statuses/" + id).json(); }

Answer act(HttpClient& client, const std::string& id, const std::string& action, const Fields& form = {}) {
  return client.post("/api/v1/statuses/" + id + "/" + action, form);
}

Answer edit(HttpClient& client, const std::string& id, const Fields& form) {
  return client.send("PUT", "/api/v1/statuses/" + id, form_encoded(form),
                     "application/x-www-form-urlencoded");
}

std::vector<std::string> ids_of(const json& list) {
  std::vector<std::string> ids;
  for (const auto& entry : list) ids.push_back(entry["id"]);
  return ids;
}

}  // namespace

class StatusesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void entity_has_every_field_that_clients_need();
  void defaults_come_from_the_profile();
  void content_warning_and_language_are_kept();
  void mentions_and_tags_are_linked();
  void markdown_is_an_option();
  void local_only_is_told_to_members_alone();
  void replies_are_counted_and_stand_in_the_context();
  void what_cannot_be_answered_is_refused();

  void edit_keeps_the_history();
  void edit_that_changes_nothing_leaves_no_version();
  void edit_needs_the_owner();
  void boosters_learn_of_an_edit();
  void delete_answers_the_text();
  void deletion_takes_boosts_counts_and_marks_along();

  void marks_are_idempotent_data();
  void marks_are_idempotent();
  void boost_is_a_status_of_its_own();
  void marks_on_a_boost_are_on_its_original();
  void boost_visibility_is_never_wider();
  void who_marked_is_listed_newest_first();
  void favourites_and_bookmarks_page_by_their_own_order();
  void pins_are_ones_own_and_bounded();
  void muted_thread_notifies_no_more();
  void many_are_fetched_at_once();

  void key_makes_one_post_of_parallel_requests();
  void key_belongs_to_its_account();
  void key_ends_after_a_day();
  void key_of_a_deleted_post_makes_a_new_one();
  void long_key_is_refused();
};

void StatusesTest::entity_has_every_field_that_clients_need() {
  TestNode node;
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  const auto post = status(client, post_status(client, "hello <b>world</b> & more\n\nhttps://example.org/x"));
  QVERIFY(post["id"].is_string());
  QCOMPARE(post["uri"], "http://node.test/users/alice/statuses/" + post["id"].get<std::string>());
  QCOMPARE(post["url"], "http://node.test/@alice/" + post["id"].get<std::string>());
  const QRegularExpression time("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$");
  QVERIFY(time.match(QString::fromStdString(post["created_at"])).hasMatch());
  for (const char* name :
       {"in_reply_to_id", "in_reply_to_account_id", "reblog", "poll", "card", "language", "edited_at"}) {
    QVERIFY2(post.contains(name) && post[name].is_null(), name);
  }
  for (const char* name : {"favourited", "reblogged", "muted", "bookmarked", "pinned", "sensitive"}) {
    QVERIFY2(post.contains(name) && post[name] == false, name);
  }
  for (const char* name : {"replies_count", "reblogs_count", "favourites_count"})
    QCOMPARE(post[name].get<int>(), 0);
  for (const char* name : {"media_attachments", "mentions", "tags", "emojis", "filtered"}) {
    QVERIFY2(post.contains(name) && post[name].is_array() && post[name].empty(), name);
  }
  QCOMPARE(post["spoiler_text"], "");
  QCOMPARE(post["visibility"], "public");
  QCOMPARE(post["account"]["id"], alice.id);
  const std::string content = post["content"];
  QVERIFY2(content.starts_with("<p>hello &lt;b&gt;world&lt;/b&gt; &amp; more</p><p>"), content.c_str());
  QVERIFY2(content.find("rel=\"nofollow noopener noreferrer\"") != std::string::npos, content.c_str());
  const auto anonymous = node.client().get("/api/v1/statuses/" + post["id"].get<std::string>()).json();
  QCOMPARE(anonymous["content"], post["content"]);
  QVERIFY(!anonymous.contains("favourited") || anonymous["favourited"] == false);
}

void StatusesTest::defaults_come_from_the_profile() {
  TestNode node;
  auto client = node.client(node.person("alice"));
  QCOMPARE(
      client
          .send("PATCH", "/api/v1/accounts/update_credentials",
                R"({"source":{"privacy":"unlisted","sensitive":true,"language":"de"}})", "application/json")
          .status,
      200);
  auto post = status(client, post_status(client, "standard"));
  QCOMPARE(post["visibility"], "unlisted");
  QCOMPARE(post["sensitive"], true);
  QCOMPARE(post["language"], "de");
  post = status(client, post_status(client, "own",
                                    {{"visibility", "private"}, {"sensitive", "false"}, {"language", "fr"}}));
  QCOMPARE(post["visibility"], "private");
  QCOMPARE(post["sensitive"], false);
  QCOMPARE(post["language"], "fr");
  const auto preferences = client.get("/api/v1/preferences").json();
  QCOMPARE(preferences["posting:default:visibility"], "unlisted");
  QCOMPARE(preferences["posting:default:sensitive"], true);
  QCOMPARE(preferences["posting:default:language"], "de");
  for (const char* name : {"reading:expand:media", "reading:expand:spoilers"})
    QVERIFY2(preferences.contains(name), name);
}

void StatusesTest::content_warning_and_language_are_kept() {
  TestNode node;
  auto client = node.client(node.person("alice"));
  const auto post = status(
      client, post_status(client, "text", {{"spoiler_text", "<careful> & so"}, {"language", "pt-BR"}}));
  QCOMPARE(post["spoiler_text"], "<careful> & so");
  QCOMPARE(post["sensitive"], true);
  QCOMPARE(post["language"], "pt-BR");
}

void StatusesTest::mentions_and_tags_are_linked() {
  TestNode node;
  const auto bob = node.person("bob");
  auto client = node.client(node.person("alice"));
  const auto post =
      status(client, post_status(client, "hi @Bob and @bob@node.test, not @nobody #Vögel #2026 #vÖgel"));
  QCOMPARE(post["mentions"].size(), std::size_t{1});
  QCOMPARE(post["mentions"][0]["id"], bob.id);
  QCOMPARE(post["mentions"][0]["acct"], "bob");
  QCOMPARE(post["mentions"][0]["username"], "bob");
  QCOMPARE(post["mentions"][0]["url"], "http://node.test/@bob");
  QCOMPARE(post["tags"].size(), std::size_t{1});
  QCOMPARE(post["tags"][0]["name"], "vögel");
  const std::string content = post["content"];
  QVERIFY2(content.find("<span class=\"h-card\"") != std::string::npos, content.c_str());
  QVERIFY2(content.find("class=\"u-url mention\">@<span>bob</span></a>") != std::string::npos,
           content.c_str());
  QVERIFY2(content.find("class=\"mention hashtag\"") != std::string::npos, content.c_str());
  QVERIFY2(content.find("not @nobody") != std::string::npos, content.c_str());
}

void StatusesTest::markdown_is_an_option() {
  TestNode node;
  auto client = node.client(node.person("alice"));
  const std::string text = "**bold** and `code` <script>alert(1)</script>";
  auto id = post_status(client, text, {{"content_type", "text/markdown"}});
  const std::string content = status(client, id)["content"];
  QVERIFY2(content.find("<strong>bold</strong>") != std::string::npos, content.c_str());
  QVERIFY2(content.find("<script") == std::string::npos, content.c_str());
  const auto source = client.get("/api/v1/statuses/" + id + "/source").json();
  QCOMPARE(source["text"], text);
  id = post_status(client, text);
  QVERIFY(status(client, id)["content"].get<std::string>().find("**bold**") != std::string::npos);
  QCOMPARE(client.post("/api/v1/statuses", {{"status", "x"}, {"content_type", "text/html"}}).status, 422);
}

void StatusesTest::local_only_is_told_to_members_alone() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  auto bob = node.client(node.person("bob"));
  const auto id = post_status(alice, "among us", {{"local_only", "true"}});
  QCOMPARE(bob.get("/api/v1/statuses/" + id).status, 200);
  QCOMPARE(node.client().get("/api/v1/statuses/" + id).status, 404);
  // What answers it stays here as well.
  const auto reply = post_status(bob, "yes", {{"in_reply_to_id", id}});
  QCOMPARE(node.client().get("/api/v1/statuses/" + reply).status, 404);
}

void StatusesTest::replies_are_counted_and_stand_in_the_context() {
  TestNode node;
  const auto alice = node.person("alice");
  auto as_alice = node.client(alice);
  auto as_bob = node.client(node.person("bob"));
  const auto root = post_status(as_alice, "root");
  const auto first = post_status(as_bob, "first", {{"in_reply_to_id", root}});
  const auto second = post_status(as_alice, "second", {{"in_reply_to_id", first}});
  const auto third = post_status(as_bob, "third", {{"in_reply_to_id", root}});
  auto post = status(as_bob, first);
  QCOMPARE(post["in_reply_to_id"], root);
  QCOMPARE(post["in_reply_to_account_id"], alice.id);
  QCOMPARE(post["replies_count"].get<int>(), 1);
  QCOMPARE(status(as_bob, root)["replies_count"].get<int>(), 2);
  auto context = node.client().get("/api/v1/statuses/" + root + "/context").json();
  QCOMPARE(ids_of(context["ancestors"]), (std::vector<std::string>{}));
  QCOMPARE(ids_of(context["descendants"]), (std::vector<std::string>{first, second, third}));
  context = as_bob.get("/api/v1/statuses/" + second + "/context").json();
  QCOMPARE(ids_of(context["ancestors"]), (std::vector<std::string>{root, first}));
  QCOMPARE(ids_of(context["descendants"]), (std::vector<std::string>{}));
  QCOMPARE(as_alice.send("DELETE", "/api/v1/statuses/" + second).status, 200);
  QCOMPARE(status(as_bob, first)["replies_count"].get<int>(), 0);
  context = as_bob.get("/api/v1/statuses/" + root + "/context").json();
  QCOMPARE(ids_of(context["descendants"]), (std::vector<std::string>{first, third}));
}

void StatusesTest::what_cannot_be_answered_is_refused() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  const auto gone = post_status(alice, "gone");
  alice.send("DELETE", "/api/v1/statuses/" + gone);
  const auto before = database_dump(node);
  for (const std::string& id :
       {gone, std::string("1"), std::string("nonsense"), std::string("99999999999999999999999")}) {
    const auto answer = alice.post("/api/v1/statuses", {{"status", "x"}, {"in_reply_to_id", id}});
    QCOMPARE(answer.status, 404);
    QVERIFY2(answer.body.find("in_reply_to_id") != std::string::npos, answer.body.c_str());
  }
  QCOMPARE(database_dump(node), before);
}

void StatusesTest::edit_keeps_the_history() {
  TestNode node;
  auto client = node.client(node.person("alice"));
  const auto id = post_status(client, "one", {{"spoiler_text", "w"}});
  node.clock.advance(std::chrono::hours(24 * 400));  // past the ids' own time
  auto answer = edit(client, id, {{"status", "two"}, {"language", "en"}});
  QCOMPARE(answer.status, 200);
  QCOMPARE(answer.json()["content"], "<p>two</p>");
  QCOMPARE(answer.json()["spoiler_text"], "");
  QCOMPARE(answer.json()["edited_at"], to_iso(node.clock.now()));
  node.clock.advance(std::chrono::minutes(1));
  QCOMPARE(edit(client, id, {{"status", "three #tag"}}).status, 200);
  const auto history = node.client().get("/api/v1/statuses/" + id + "/history").json();
  QCOMPARE(history.size(), std::size_t{3});
  QCOMPARE(history[0]["content"], "<p>one</p>");
  QCOMPARE(history[0]["spoiler_text"], "w");
  QCOMPARE(history[0]["sensitive"], true);
  QCOMPARE(history[0]["created_at"], status(client, id)["created_at"]);
  QCOMPARE(history[1]["content"], "<p>two</p>");
  QVERIFY(history[2]["created_at"].get<std::string>() > history[1]["created_at"].get<std::string>());
  QCOMPARE(history[2]["account"]["username"], "alice");
  const auto source = client.get("/api/v1/statuses/" + id + "/source").json();
  QCOMPARE(source["id"], id);
  QCOMPARE(source["text"], "three #tag");
  QCOMPARE(source["spoiler_text"], "");
  QCOMPARE(ids_of(client.get("/api/v1/timelines/tag/tag").json()), (std::vector<std::string>{id}));
  edit(client, id, {{"status", "no more"}});
  QCOMPARE(client.get("/api/v1/timelines/tag/tag").json().size(), std::size_t{0});
}

void StatusesTest::edit_that_changes_nothing_leaves_no_version() {
  TestNode node;
  auto client = node.client(node.person("alice"));
  const auto id = post_status(client, "same");
  QCOMPARE(edit(client, id, {{"status", "same"}}).status, 200);
  QVERIFY(status(client, id)["edited_at"].is_null());
  QCOMPARE(client.get("/api/v1/statuses/" + id + "/history").json().size(), std::size_t{1});
}

void StatusesTest::edit_needs_the_owner() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  auto bob = node.client(node.person("bob"));
  const auto id = post_status(alice, "mine");
  const auto boost = act(bob, id, "reblog").json()["id"].get<std::string>();
  const auto before = database_dump(node);
  QCOMPARE(edit(bob, id, {{"status", "stolen"}}).status, 404);
  QCOMPARE(bob.get("/api/v1/statuses/" + id + "/source").status, 404);
  QCOMPARE(bob.send("DELETE", "/api/v1/statuses/" + id).status, 404);
  QCOMPARE(edit(bob, boost, {{"status", "text on a boost"}}).status, 404);
  QCOMPARE(edit(alice, id, {{"status", ""}}).status, 422);
  QCOMPARE(edit(alice, id, {}).status, 422);
  QCOMPARE(database_dump(node), before);
}

void StatusesTest::boosters_learn_of_an_edit() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  auto bob = node.client(node.person("bob"));
  auto carol = node.client(node.person("carol"));
  const auto id = post_status(alice, "text");
  act(bob, id, "reblog");
  act(carol, id, "favourite");
  edit(alice, id, {{"status", "changed for @carol"}});
  auto list = bob.get("/api/v1/notifications").json();
  QCOMPARE(list.size(), std::size_t{1});
  QCOMPARE(list[0]["type"], "update");
  QCOMPARE(list[0]["status"]["id"], id);
  QCOMPARE(list[0]["account"]["username"], "alice");
  list = carol.get("/api/v1/notifications").json();
  QCOMPARE(list.size(), std::size_t{1});
  QCOMPARE(list[0]["type"], "mention");
}

void StatusesTest::delete_answers_the_text() {
  TestNode node;
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  const std::string text = "to be <written> again\n#Tag @alice \"quoted\"";
  const auto id = post_status(client, text, {{"spoiler_text", "cw"}});
  const auto answer = client.send("DELETE", "/api/v1/statuses/" + id);
  QCOMPARE(answer.status, 200);
  QCOMPARE(answer.json()["id"], id);
  QCOMPARE(answer.json()["text"], text);
  QCOMPARE(answer.json()["spoiler_text"], "cw");
  for (const std::string path : {"", "/context", "/source", "/history", "/favourited_by", "/reblogged_by"}) {
    QCOMPARE(client.get("/api/v1/statuses/" + id + path).status, 404);
  }
  QCOMPARE(client.send("DELETE", "/api/v1/statuses/" + id).status, 404);
  QCOMPARE(client.get("/@alice/" + id).status, 404);
  QCOMPARE(client.get("/api/v1/accounts/" + alice.id).json()["statuses_count"].get<int>(), 0);
  QVERIFY(database_dump(node).find("to be") == std::string::npos);  // the text is gone from the tables too
}

void StatusesTest::deletion_takes_boosts_counts_and_marks_along() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  const auto bob = node.person("bob");
  auto as_bob = node.client(bob);
  const auto id = post_status(alice, "text @bob");
  const auto boost = act(as_bob, id, "reblog").json()["id"].get<std::string>();
  act(as_bob, id, "favourite");
  act(as_bob, id, "bookmark");
  alice.send("DELETE", "/api/v1/statuses/" + id);
  QCOMPARE(as_bob.get("/api/v1/statuses/" + boost).status, 404);
  QCOMPARE(as_bob.get("/api/v1/favourites").json().size(), std::size_t{0});
  QCOMPARE(as_bob.get("/api/v1/bookmarks").json().size(), std::size_t{0});
  QCOMPARE(as_bob.get("/api/v1/notifications").json().size(), std::size_t{0});
  QCOMPARE(alice.get("/api/v1/notifications").json().size(), std::size_t{0});
  QCOMPARE(as_bob.get("/api/v1/accounts/" + bob.id).json()["statuses_count"].get<int>(), 0);
  QCOMPARE(as_bob.get("/api/v1/timelines/home").json().size(), std::size_t{0});
}

void StatusesTest::marks_are_idempotent_data() {
  QTest::addColumn<QString>("add");
  QTest::addColumn<QString>("remove");
  QTest::addColumn<QString>("flag");
  QTest::addColumn<QString>("count");
  QTest::newRow("favourite") << "favourite"
                             << "unfavourite"
                             << "favourited"
                             << "favourites_count";
  QTest::newRow("boost") << "reblog"
                         << "unreblog"
                         << "reblogged"
                         << "reblogs_count";
  QTest::newRow("bookmark") << "bookmark"
                            << "unbookmark"
                            << "bookmarked"
                            << "";
  QTest::newRow("thread mute") << "mute"
                               << "unmute"
                               << "muted"
                               << "";
}
void StatusesTest::marks_are_idempotent() {
  QFETCH(QString, add);
  QFETCH(QString, remove);
  QFETCH(QString, flag);
  QFETCH(QString, count);
  TestNode node;
  auto alice = node.client(node.person("alice"));
  auto bob = node.client(node.person("bob"));
  const auto id = post_status(alice, "text");
  const auto has = [&](bool is_marked) {
    const auto post = status(bob, id);
    QCOMPARE(post[flag.toStdString()].get<bool>(), is_marked);
    if (!count.isEmpty()) QCOMPARE(post[count.toStdString()].get<int>(), is_marked ? 1 : 0);
    QCOMPARE(status(alice, id)[flag.toStdString()].get<bool>(), false);
  };
  QCOMPARE(act(bob, id, remove.toStdString()).status, 200);
  has(false);
  for (int i = 0; i < 2; ++i) {
    const auto answer = act(bob, id, add.toStdString());
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.json()[flag.toStdString()].get<bool>(), true);
    has(true);
  }
  if (add == "favourite" || add == "reblog") {
    const auto list = alice.get("/api/v1/notifications").json();
    QCOMPARE(list.size(), std::size_t{1});
    QCOMPARE(QString::fromStdString(list[0]["type"]), add);
  }
  for (int i = 0; i < 2; ++i) {
    const auto answer = act(bob, id, remove.toStdString());
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.json()["id"], id);
    QCOMPARE(answer.json()[flag.toStdString()].get<bool>(), false);
    has(false);
  }
  QCOMPARE(alice.get("/api/v1/notifications").json().size(), std::size_t{0});
}

void StatusesTest::boost_is_a_status_of_its_own() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  const auto bob = node.person("bob");
  auto as_bob = node.client(bob);
  const auto id = post_status(alice, "text", {{"spoiler_text", "cw"}});
  const auto boost = act(as_bob, id, "reblog").json();
  QVERIFY(boost["id"] != id);
  QCOMPARE(boost["account"]["id"], bob.id);
  QCOMPARE(boost["reblog"]["id"], id);
  QCOMPARE(boost["reblog"]["reblogs_count"].get<int>(), 1);
  QCOMPARE(boost["reblog"]["reblogged"], true);
  QVERIFY(boost["reblog"]["reblog"].is_null());
  QCOMPARE(as_bob.get("/api/v1/accounts/" + bob.id).json()["statuses_count"].get<int>(), 1);
  QCOMPARE(ids_of(as_bob.get("/api/v1/accounts/" + bob.id + "/statuses").json()),
           (std::vector<std::string>{boost["id"]}));
  // Deleting the boost is the same as taking it back.
  QCOMPARE(as_bob.send("DELETE", "/api/v1/statuses/" + boost["id"].get<std::string>()).status, 200);
  QCOMPARE(status(as_bob, id)["reblogs_count"].get<int>(), 0);
  QCOMPARE(status(as_bob, id)["reblogged"], false);
}

void StatusesTest::marks_on_a_boost_are_on_its_original() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  auto bob = node.client(node.person("bob"));
  auto carol = node.client(node.person("carol"));
  const auto id = post_status(alice, "text");
  const auto boost = act(bob, id, "reblog").json()["id"].get<std::string>();
  QCOMPARE(act(carol, boost, "favourite").status, 200);
  QCOMPARE(act(carol, boost, "bookmark").status, 200);
  const auto again = act(carol, boost, "reblog").json();
  QCOMPARE(again["reblog"]["id"], id);
  const auto post = status(carol, id);
  QCOMPARE(post["favourited"], true);
  QCOMPARE(post["bookmarked"], true);
  QCOMPARE(post["reblogs_count"].get<int>(), 2);
  QCOMPARE(post["favourites_count"].get<int>(), 1);
  QCOMPARE(carol.get("/api/v1/statuses/" + boost + "/favourited_by").json().size(), std::size_t{1});
  QCOMPARE(act(carol, boost, "unfavourite").status, 200);
  QCOMPARE(act(carol, boost, "unreblog").json()["id"], id);
  QCOMPARE(status(carol, id)["reblogs_count"].get<int>(), 1);
}

void StatusesTest::boost_visibility_is_never_wider() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  auto bob = node.client(node.person("bob"));
  const auto open = post_status(alice, "open");
  const auto unlisted = post_status(alice, "unlisted", {{"visibility", "unlisted"}});
  const auto own = post_status(alice, "mine", {{"visibility", "private"}});
  const auto direct = post_status(alice, "for @bob", {{"visibility", "direct"}});
  QCOMPARE(act(bob, open, "reblog", {{"visibility", "private"}}).json()["visibility"], "private");
  QCOMPARE(act(bob, unlisted, "reblog").json()["visibility"], "unlisted");
  QCOMPARE(act(alice, own, "reblog").json()["visibility"], "private");
  QCOMPARE(act(bob, own, "reblog").status, 404);
  QCOMPARE(act(bob, direct, "reblog").status, 404);
  QCOMPARE(act(alice, direct, "reblog").status, 404);
  const auto wrong = act(alice, open, "reblog", {{"visibility", "direct"}});
  QCOMPARE(wrong.status, 422);
  QVERIFY(wrong.body.find("visibility") != std::string::npos);
}

void StatusesTest::who_marked_is_listed_newest_first() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  const auto id = post_status(alice, "text");
  std::vector<std::string> marked;
  for (const std::string name : {"a", "b", "c", "d", "e"}) {
    const auto person = node.person("marker_" + name);
    auto client = node.client(person);
    QCOMPARE(act(client, id, "favourite").status, 200);
    QCOMPARE(act(client, id, "reblog").status, 200);
    marked.insert(marked.begin(), person.id);
  }
  for (const std::string list : {"favourited_by", "reblogged_by"}) {
    const auto path = "/api/v1/statuses/" + id + "/" + list;
    QCOMPARE(ids_of(alice.get(path).json()), marked);
    std::vector<std::string> walked;
    auto anonymous = node.client();
    for (auto page = anonymous.get(path, {{"limit", "2"}}); page.json().size() > 0;) {
      for (const auto& one : ids_of(page.json())) walked.push_back(one);
      if (page.link("next").empty()) break;
      page = anonymous.get(path_of(page.link("next")));
    }
    QCOMPARE(walked, marked);
  }
}

void StatusesTest::favourites_and_bookmarks_page_by_their_own_order() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  auto bob = node.client(node.person("bob"));
  std::vector<std::string> posts;
  for (int i = 0; i < 5; ++i) posts.push_back(post_status(alice, "post " + std::to_string(i)));
  const std::vector<std::string> order = {posts[2], posts[0], posts[4], posts[1], posts[3]};
  for (const auto& id : order) {
    act(bob, id, "favourite");
    act(bob, id, "bookmark");
  }
  for (const std::string path : {"/api/v1/favourites", "/api/v1/bookmarks"}) {
    const std::vector<std::string> newest_first(order.rbegin(), order.rend());
    QCOMPARE(ids_of(bob.get(path).json()), newest_first);
    auto page = bob.get(path, {{"limit", "2"}});
    QCOMPARE(ids_of(page.json()), (std::vector<std::string>{order[4], order[3]}));
    page = bob.get(path_of(page.link("next")));
    QCOMPARE(ids_of(page.json()), (std::vector<std::string>{order[2], order[1]}));
    const auto back = bob.get(path_of(page.link("prev")));
    QCOMPARE(ids_of(back.json()), (std::vector<std::string>{order[4], order[3]}));
    page = bob.get(path_of(page.link("next")));
    QCOMPARE(ids_of(page.json()), (std::vector<std::string>{order[0]}));
    QVERIFY(!page.link("prev").empty());
  }
}

void StatusesTest::pins_are_ones_own_and_bounded() {
  TestNode node;
  const auto alice = node.person("alice");
  auto client = node.client(alice);
  auto bob = node.client(node.person("bob"));
  std::vector<std::string> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(post_status(client, "post " + std::to_string(i)));
  for (int i = 0; i < 5; ++i) {
    QCOMPARE(act(client, ids[static_cast<std::size_t>(i)], "pin").json()["pinned"], true);
  }
  QCOMPARE(act(client, ids[0], "pin").status, 200);
  QCOMPARE(act(client, ids[5], "pin").status, 422);
  QCOMPARE(act(bob, ids[0], "pin").status, 422);
  QCOMPARE(act(bob, ids[0], "unpin").status, 404);
  const auto boost = act(client, ids[5], "reblog").json()["id"].get<std::string>();
  QCOMPARE(act(client, boost, "pin").status, 422);
  const auto path = "/api/v1/accounts/" + alice.id + "/statuses";
  QCOMPARE(ids_of(bob.get(path, {{"pinned", "true"}}).json()),
           (std::vector<std::string>{ids[4], ids[3], ids[2], ids[1], ids[0]}));
  QCOMPARE(act(client, ids[4], "unpin").json()["pinned"], false);
  QCOMPARE(bob.get(path, {{"pinned", "true"}}).json().size(), std::size_t{4});
}

void StatusesTest::muted_thread_notifies_no_more() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  auto bob = node.client(node.person("bob"));
  const auto root = post_status(alice, "root");
  const auto first = post_status(bob, "@alice one", {{"in_reply_to_id", root}});
  QCOMPARE(alice.get("/api/v1/notifications").json().size(), std::size_t{1});
  QCOMPARE(act(alice, first, "mute").json()["muted"], true);
  QCOMPARE(status(alice, root)["muted"], true);
  post_status(bob, "@alice two", {{"in_reply_to_id", first}});
  act(bob, root, "favourite");
  QCOMPARE(alice.get("/api/v1/notifications").json().size(), std::size_t{1});
  QCOMPARE(act(alice, root, "unmute").json()["muted"], false);
  post_status(bob, "@alice three", {{"in_reply_to_id", first}});
  QCOMPARE(alice.get("/api/v1/notifications").json().size(), std::size_t{2});
}

void StatusesTest::many_are_fetched_at_once() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  const auto a = post_status(alice, "a");
  const auto b = post_status(alice, "b", {{"visibility", "private"}});
  const Fields wanted = {{"id[]", a}, {"id[]", b}, {"id[]", "1"}, {"id[]", "nonsense"}};
  QCOMPARE(alice.get("/api/v1/statuses", wanted).json().size(), std::size_t{2});
  QCOMPARE(ids_of(node.client().get("/api/v1/statuses", wanted).json()), (std::vector<std::string>{a}));
}

// --- Idempotency-Key ---

namespace {

Answer post_with_key(HttpClient& client, const std::string& key, const std::string& text = "once") {
  client.headers = {{"Idempotency-Key", key}};
  auto answer = client.post("/api/v1/statuses", {{"status", text}});
  client.headers.clear();
  return answer;
}

}  // namespace

void StatusesTest::key_makes_one_post_of_parallel_requests() {
  TestNode node;
  const auto alice = node.person("alice");
  std::vector<Answer> answers(20);
  std::vector<std::thread> threads;
  for (auto& answer : answers) {
    threads.emplace_back([&node, &alice, &answer] {
      auto client = node.client(alice);
      answer = post_with_key(client, "the key");
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& answer : answers) {
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.json()["id"], answers[0].json()["id"]);
  }
  auto client = node.client(alice);
  QCOMPARE(client.get("/api/v1/accounts/" + alice.id + "/statuses").json().size(), std::size_t{1});
  QCOMPARE(client.get("/api/v1/accounts/" + alice.id).json()["statuses_count"].get<int>(), 1);
}

void StatusesTest::key_belongs_to_its_account() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  auto bob = node.client(node.person("bob"));
  const auto first = post_with_key(alice, "key", "alice's").json();
  const auto second = post_with_key(bob, "key", "bob's").json();
  QVERIFY(first["id"] != second["id"]);
  QCOMPARE(second["content"], "<p>bob&#39;s</p>");
  QCOMPARE(post_with_key(alice, "key", "other text").json()["id"], first["id"]);
  QVERIFY(post_with_key(alice, "Key").json()["id"] != first["id"]);
}

void StatusesTest::key_ends_after_a_day() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  const auto first = post_with_key(alice, "key").json()["id"];
  node.clock.advance(std::chrono::hours(24) - std::chrono::milliseconds(1));
  QCOMPARE(post_with_key(alice, "key").json()["id"], first);
  node.clock.advance(std::chrono::milliseconds(1));
  const auto second = post_with_key(alice, "key").json()["id"];
  QVERIFY(second != first);
  QCOMPARE(post_with_key(alice, "key").json()["id"], second);
}

void StatusesTest::key_of_a_deleted_post_makes_a_new_one() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  const std::string first = post_with_key(alice, "key").json()["id"];
  alice.send("DELETE", "/api/v1/statuses/" + first);
  const auto answer = post_with_key(alice, "key");
  QCOMPARE(answer.status, 200);
  QVERIFY(answer.json()["id"] != first);
}

void StatusesTest::long_key_is_refused() {
  TestNode node;
  auto alice = node.client(node.person("alice"));
  const auto before = database_dump(node);
  const auto answer = post_with_key(alice, std::string(256, 'k'));
  QCOMPARE(answer.status, 422);
  QVERIFY(answer.body.find("Idempotency-Key") != std::string::npos);
  QCOMPARE(database_dump(node), before);
  QCOMPARE(post_with_key(alice, std::string(255, 'k')).status, 200);
}

QTEST_GUILESS_MAIN(StatusesTest)
#include "statuses_test.moc"
