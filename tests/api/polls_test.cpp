// Asking and voting. Source: docs.joinmastodon.org/methods/polls, /entities/Poll
#include "tests/api/helpers.h"
#include "tests/api/qt_json.h"

using namespace dunlin;
using namespace dunlin::test;
using nlohmann::json;

namespace {

Fields poll_of(const std::vector<std::string>& options, const Fields& more = {}) {
  Fields fields;
  for (const auto& option : options) fields.emplace_back("poll[options][]", option);
  if (more.empty() || more.front().first != "poll[expires_in]")
    fields.emplace_back("poll[expires_in]", "3600");
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

struct Asked {
  TestNode node;
  Person alice = node.person("alice");
  Person bob = node.person("bob");
  Person carol = node.person("carol");
  HttpClient as_alice = node.client(alice);
  HttpClient as_bob = node.client(bob);
  HttpClient as_carol = node.client(carol);

  std::string ask(const Fields& fields) { return post_status(as_alice, "Which?", fields); }
  static json poll(HttpClient& client, const std::string& id) {
    return client.get("/api/v1/polls/" + id).json();
  }
  static Answer vote(HttpClient& client, const std::string& id, const std::vector<std::string>& choices) {
    Fields fields;
    for (const auto& choice : choices) fields.emplace_back("choices[]", choice);
    return client.post("/api/v1/polls/" + id + "/votes", fields);
  }
  /// The clock goes on until it is over, and the people are told.
  void wait_for_end() {
    clock().advance(std::chrono::hours(2));
    QVERIFY(wait_until([&] { return !told(as_alice).empty(); }));
  }
  static json told(HttpClient& client) {
    return client.get("/api/v1/notifications", {{"types[]", "poll"}}).json();
  }
  ManualClock& clock() { return node.clock; }
};

json votes(const json& poll) {
  json out = json::array();
  for (const auto& option : poll["options"]) out.push_back(option["votes_count"]);
  return out;
}

}  // namespace

class PollsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_poll_is_part_of_its_status();
  void one_vote_counts_once();
  void several_choices_are_of_one_voter();
  void votes_that_do_not_fit_are_refused_data();
  void votes_that_do_not_fit_are_refused();
  void who_does_not_see_the_status_does_not_vote();
  void totals_may_be_hidden_until_the_end();
  void the_end_is_told_to_who_took_part();
  void an_edit_keeps_the_votes_of_the_same_options();
  void a_deleted_status_leaves_no_poll();
  void polls_that_make_no_sense_are_refused_data();
  void polls_that_make_no_sense_are_refused();
  void votes_survive_a_restart();
};

void PollsTest::a_poll_is_part_of_its_status() {
  Asked asked;
  const auto made = asked.as_alice.send(
      "POST", "/api/v1/statuses",
      R"({"status":"Which?","poll":{"options":[" heron ","<b>gull</b>"],"expires_in":3600,"multiple":true}})",
      "application/json");
  QVERIFY2(made.status == 200, made.body.c_str());
  const auto status = made.json();
  const auto poll = status["poll"];
  QCOMPARE(poll["id"], status["id"]);
  QCOMPARE(poll["options"][0]["title"], "heron");
  QCOMPARE(poll["options"][1]["title"], "<b>gull</b>");
  QCOMPARE(votes(poll), json::parse("[0,0]"));
  QCOMPARE(poll["multiple"], true);
  QCOMPARE(poll["expired"], false);
  QCOMPARE(poll["voted"], true);  // as Mastodon: the author sees the results
  QCOMPARE(poll["own_votes"], json::array());
  QCOMPARE(poll["voters_count"], 0);
  QCOMPARE(poll["votes_count"], 0);
  QCOMPARE(poll["emojis"], json::array());
  QCOMPARE(poll["expires_at"], "2026-01-01T01:00:00.000Z");

  auto anyone = asked.node.client();
  const std::string id = status["id"];
  const auto seen = anyone.get("/api/v1/statuses/" + id).json()["poll"];
  QVERIFY(!seen.contains("voted") && !seen.contains("own_votes"));
  QCOMPARE(Asked::poll(anyone, id), seen);
  // A boost repeats it where clients look for it.
  const auto boost = asked.as_bob.post("/api/v1/statuses/" + id + "/reblog").json();
  QCOMPARE(boost["reblog"]["poll"]["id"], id);
  QCOMPARE(asked.as_bob.get("/api/v1/polls/" + post_status(asked.as_bob, "no poll")).status, 404);
}

void PollsTest::one_vote_counts_once() {
  Asked asked;
  const auto id = asked.ask(poll_of({"heron", "gull"}));
  const auto after = Asked::vote(asked.as_bob, id, {"1"});
  QVERIFY2(after.status == 200, after.body.c_str());
  QCOMPARE(votes(after.json()), json::parse("[0,1]"));
  QCOMPARE(after.json()["voted"], true);
  QCOMPARE(after.json()["own_votes"], json::parse("[1]"));
  const auto again = Asked::vote(asked.as_bob, id, {"0"});
  QCOMPARE(again.status, 422);
  QCOMPARE(again.json()["error"], "Validation failed: You have already voted on this poll");
  const auto others = Asked::poll(asked.as_carol, id);
  QCOMPARE(votes(others), json::parse("[0,1]"));
  QCOMPARE(others["voted"], false);
  QCOMPARE(others["voters_count"], 1);
  // In a feed as when asked for alone.
  asked.as_bob.post("/api/v1/accounts/" + asked.alice.id + "/follow");
  QCOMPARE(asked.as_bob.get("/api/v1/timelines/home").json()[0]["poll"], Asked::poll(asked.as_bob, id));
}

void PollsTest::several_choices_are_of_one_voter() {
  Asked asked;
  const auto id = asked.ask(poll_of({"heron", "gull", "tern"}, {{"poll[multiple]", "true"}}));
  QCOMPARE(Asked::vote(asked.as_bob, id, {"2", "0", "2"}).status, 200);
  QCOMPARE(Asked::vote(asked.as_carol, id, {"0"}).status, 200);
  const auto poll = Asked::poll(asked.as_bob, id);
  QCOMPARE(votes(poll), json::parse("[2,0,1]"));
  QCOMPARE(poll["votes_count"], 3);
  QCOMPARE(poll["voters_count"], 2);
  QCOMPARE(poll["own_votes"], json::parse("[0,2]"));
}

void PollsTest::votes_that_do_not_fit_are_refused_data() {
  QTest::addColumn<QStringList>("choices");
  QTest::newRow("none") << QStringList{};
  QTest::newRow("no option") << QStringList{"2"};
  QTest::newRow("below") << QStringList{"-1"};
  QTest::newRow("no number") << QStringList{"heron"};
  QTest::newRow("empty") << QStringList{""};
  QTest::newRow("endless") << QStringList{"99999999999999999999"};
  QTest::newRow("two of one") << QStringList{"0", "1"};
}
void PollsTest::votes_that_do_not_fit_are_refused() {
  QFETCH(QStringList, choices);
  Asked asked;
  const auto id = asked.ask(poll_of({"heron", "gull"}));
  std::vector<std::string> words;
  for (const auto& choice : choices) words.push_back(choice.toStdString());
  const auto before = database_dump(asked.node);
  const auto answer = Asked::vote(asked.as_bob, id, words);
  QCOMPARE(answer.status, 422);
  QVERIFY2(answer.body.find("choices") != std::string::npos, answer.body.c_str());
  QVERIFY(database_dump(asked.node) == before);
}

void PollsTest::who_does_not_see_the_status_does_not_vote() {
  Asked asked;
  auto fields = poll_of({"heron", "gull"});
  fields.emplace_back("visibility", "private");
  const auto hidden = asked.ask(fields);
  QCOMPARE(Asked::vote(asked.as_bob, hidden, {"0"}).status, 404);
  const auto open = asked.ask(poll_of({"heron", "gull"}));
  asked.as_alice.post("/api/v1/accounts/" + asked.bob.id + "/block");
  QCOMPARE(Asked::vote(asked.as_bob, open, {"0"}).status, 404);
  const auto own = Asked::vote(asked.as_alice, open, {"0"});
  QCOMPARE(own.status, 422);
  QCOMPARE(Asked::vote(asked.as_carol, open, {"0"}).status, 200);
  asked.wait_for_end();
  auto as_dan = asked.node.client(asked.node.person("dan"));
  const auto late = Asked::vote(as_dan, open, {"0"});
  QCOMPARE(late.status, 422);
  QCOMPARE(late.json()["error"], "Validation failed: The poll has already ended");
}

void PollsTest::totals_may_be_hidden_until_the_end() {
  Asked asked;
  const auto id = asked.ask(poll_of({"heron", "gull"}, {{"poll[hide_totals]", "true"}}));
  QCOMPARE(votes(Asked::vote(asked.as_bob, id, {"0"}).json()), json::parse("[null,null]"));
  QCOMPARE(votes(Asked::poll(asked.as_carol, id)), json::parse("[null,null]"));
  QCOMPARE(votes(Asked::poll(asked.as_alice, id)), json::parse("[1,0]"));
  asked.wait_for_end();
  const auto over = Asked::poll(asked.as_carol, id);
  QCOMPARE(votes(over), json::parse("[1,0]"));
  QCOMPARE(over["expired"], true);
}

void PollsTest::the_end_is_told_to_who_took_part() {
  Asked asked;
  const auto id = asked.ask(poll_of({"heron", "gull"}));
  Asked::vote(asked.as_bob, id, {"0"});
  QVERIFY(Asked::told(asked.as_bob).empty());
  asked.wait_for_end();
  for (auto* client : {&asked.as_alice, &asked.as_bob}) {
    const auto told = Asked::told(*client);
    QCOMPARE(told.size(), std::size_t{1});
    QCOMPARE(told[0]["status"]["id"], id);
    QCOMPARE(told[0]["status"]["poll"]["expired"], true);
    QCOMPARE(told[0]["account"]["id"], asked.alice.id);
  }
  QVERIFY(Asked::told(asked.as_carol).empty());
}

void PollsTest::an_edit_keeps_the_votes_of_the_same_options() {
  Asked asked;
  const auto id = asked.ask(poll_of({"heron", "gull"}));
  Asked::vote(asked.as_bob, id, {"0"});
  const auto edit = [&](const std::string& body) {
    return asked.as_alice.send("PUT", "/api/v1/statuses/" + id, body, "application/json").json()["poll"];
  };
  const auto kept = edit(R"({"status":"Which one?","poll":{"options":["heron","gull"],"expires_in":3600}})");
  QCOMPARE(votes(kept), json::parse("[1,0]"));
  QCOMPARE(votes(edit(R"({"status":"Which one?","poll":{"options":["heron","tern"],"expires_in":3600}})")),
           json::parse("[0,0]"));
  QCOMPARE(Asked::poll(asked.as_bob, id)["voted"], false);
  QCOMPARE(Asked::vote(asked.as_bob, id, {"1"}).status, 200);
  QVERIFY(edit(R"({"status":"No more"})").is_null());
  QCOMPARE(asked.as_bob.get("/api/v1/polls/" + id).status, 404);
}

void PollsTest::a_deleted_status_leaves_no_poll() {
  Asked asked;
  const auto id = asked.ask(poll_of({"heron", "gull"}));
  Asked::vote(asked.as_bob, id, {"0"});
  const auto gone = asked.as_alice.send("DELETE", "/api/v1/statuses/" + id);
  QCOMPARE(gone.json()["poll"]["options"][1]["title"], "gull");  // to write it anew
  QCOMPARE(asked.as_bob.get("/api/v1/polls/" + id).status, 404);
  QCOMPARE(Asked::vote(asked.as_carol, id, {"0"}).status, 404);
}

void PollsTest::polls_that_make_no_sense_are_refused_data() {
  QTest::addColumn<QByteArray>("poll");
  const std::string text(101, 'x');
  std::string many = R"({"expires_in":3600,"options":["0")";
  for (int i = 1; i < 13; ++i) many += ",\"" + std::to_string(i) + "\"";
  QTest::newRow("no object") << QByteArray(R"("yes")");
  QTest::newRow("no options") << QByteArray(R"({"expires_in":3600})");
  QTest::newRow("one option") << QByteArray(R"({"options":["a"],"expires_in":3600})");
  QTest::newRow("blank option") << QByteArray(R"({"options":["a"," \n"],"expires_in":3600})");
  QTest::newRow("the same twice") << QByteArray(R"({"options":["a"," a"],"expires_in":3600})");
  QTest::newRow("too many") << QByteArray::fromStdString(many + "]}");
  QTest::newRow("too long") << QByteArray::fromStdString(R"({"options":["a",")" + text +
                                                         R"("],"expires_in":3600})");
  QTest::newRow("no end") << QByteArray(R"({"options":["a","b"]})");
  QTest::newRow("too short") << QByteArray(R"({"options":["a","b"],"expires_in":299})");
  QTest::newRow("for ever") << QByteArray(R"({"options":["a","b"],"expires_in":999999999})");
  QTest::newRow("end in words") << QByteArray(R"({"options":["a","b"],"expires_in":"tomorrow"})");
}
void PollsTest::polls_that_make_no_sense_are_refused() {
  QFETCH(QByteArray, poll);
  Asked asked;
  const auto before = database_dump(asked.node);
  const auto answer = asked.as_alice.send(
      "POST", "/api/v1/statuses", R"({"status":"x","poll":)" + poll.toStdString() + "}", "application/json");
  QVERIFY2(answer.status == 422, answer.body.c_str());
  QVERIFY2(answer.body.find("poll") != std::string::npos, answer.body.c_str());
  QVERIFY(database_dump(asked.node) == before);
}

void PollsTest::votes_survive_a_restart() {
  Asked asked;
  const auto id = asked.ask(poll_of({"heron", "gull"}));
  Asked::vote(asked.as_bob, id, {"1"});
  const auto before = Asked::poll(asked.as_bob, id);
  asked.node.restart();
  auto again = asked.node.client(asked.bob);
  QCOMPARE(Asked::poll(again, id), before);
  QCOMPARE(again.get("/api/v1/statuses/" + id).json()["poll"], before);
}

QTEST_GUILESS_MAIN(PollsTest)
#include "polls_test.moc"
