// `dunlin-node trace`: what it tells of a post equals what was done with it.
#include "node/cli/trace.h"

#include "node/app/config.h"
#include "node/feed/rings.h"
#include "tests/api/helpers.h"
#include "tests/api/qt_json.h"

using namespace dunlin;
using namespace dunlin::test;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

Result<cli::Trace> found(TestNode& node, const std::string& wanted) {
  auto session = cli::Session::open(node.folder());
  const auto config = app::load_config(node.folder().config_file(), {});
  return cli::find_trace(*session, node.folder(), *config, wanted);
}

json traced(TestNode& node, const std::string& wanted) {
  const auto trace = found(node, wanted);
  return trace ? json::parse(cli::trace_as_json(*trace)) : json(trace.error().safe);
}

/// The names of its stages, in order.
std::vector<std::string> stages(const json& trace) {
  std::vector<std::string> names;
  for (const auto& stage : trace.at("stages")) names.push_back(stage.at("stage"));
  return names;
}

bool has(const json& trace, const std::string& stage) {
  const auto names = stages(trace);
  return std::find(names.begin(), names.end(), stage) != names.end();
}

}  // namespace

class TraceTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_post_is_traced_from_its_request_to_the_feeds();
  void followers_and_rings_are_counted();
  void any_address_of_the_post_finds_it();
  void what_is_deleted_says_so();
  void a_stopped_node_is_asked_as_well();
  void what_is_forgotten_is_said();
  void an_unknown_post_is_an_error();
  void text_tells_the_same();
};

void TraceTest::a_post_is_traced_from_its_request_to_the_feeds() {
  TestNode node;
  node.clock.advance(1s);
  auto ann = node.client(node.person("ann"));
  const auto id = post_status(ann, "on its way");
  QVERIFY(wait_until([&] { return has(traced(node, id), "fan_out_ended"); }));
  const auto trace = traced(node, id);
  for (const char* stage : {"received", "queued", "committed", "rendered"}) QVERIFY(has(trace, stage));
  QCOMPARE(stages(trace).front(), "received");
  QCOMPARE(trace["id"], id);
  QCOMPARE(trace["account"], "ann@node.test");
  QCOMPARE(trace["kind"], "post");
  QCOMPARE(trace["remote"], false);
  for (const auto& stage : trace["stages"]) QCOMPARE(stage["at"], "2026-01-01T00:00:01.000000Z");
  const auto answer = post_status(ann, "and on", {{"in_reply_to_id", id}});
  QCOMPARE(traced(node, answer)["kind"], "reply");
}

void TraceTest::followers_and_rings_are_counted() {
  TestNode node;
  node.clock.advance(1s);
  const auto ann = node.person("ann");
  auto author = node.client(ann);
  for (const std::string name : {"bob", "cleo", "dan"}) {
    auto reader = node.client(node.person(name));
    QCOMPARE(reader.post("/api/v1/accounts/" + ann.id + "/follow").status, 200);
    if (name == "dan") continue;  // who does not read has no ring
    for (int i = 0; i < 3; ++i) QCOMPARE(reader.get("/api/v1/timelines/home").status, 200);
  }
  // Rings are built on another thread.
  auto metrics = node.client();
  QVERIFY(wait_until(
      [&] { return metrics.get("/metrics").body.find("\ndunlin_rings 2\n") != std::string::npos; }));
  const auto id = post_status(author, "to three");
  QVERIFY(wait_until([&] { return has(traced(node, id), "fan_out_ended"); }));
  QCOMPARE(traced(node, id)["fan_out"]["followers"], 3);
  QCOMPARE(traced(node, id)["fan_out"]["rings"], 2);
}

void TraceTest::any_address_of_the_post_finds_it() {
  TestNode node;
  auto ann = node.client(node.person("ann"));
  const auto status = ann.post("/api/v1/statuses", {{"status", "here"}}).json();
  const std::string id = status["id"];
  for (const std::string& address :
       {id, status["url"].get<std::string>(), status["uri"].get<std::string>(),
        "https://node.test/@ann/" + id, status["uri"].get<std::string>() + "/activity"}) {
    QVERIFY2(traced(node, address).is_object(), address.c_str());
    QCOMPARE(traced(node, address)["id"], id);
  }
}

void TraceTest::what_is_deleted_says_so() {
  TestNode node;
  node.clock.advance(1s);
  auto ann = node.client(node.person("ann"));
  const auto id = post_status(ann, "gone soon");
  QCOMPARE(ann.send("DELETE", "/api/v1/statuses/" + id).status, 200);
  const auto trace = traced(node, id);
  QCOMPARE(trace["deleted"], true);
  QVERIFY(has(trace, "removed"));
}

void TraceTest::a_stopped_node_is_asked_as_well() {
  TestNode node;
  node.clock.advance(1s);
  auto ann = node.client(node.person("ann"));
  const auto id = post_status(ann, "kept");
  QVERIFY(wait_until([&] { return has(traced(node, id), "fan_out_ended"); }));
  const auto before = traced(node, id);
  node.stop();
  QCOMPARE(traced(node, id), before);
  node.restart();
  QCOMPARE(traced(node, id), before);
}

void TraceTest::what_is_forgotten_is_said() {
  TestNode node;
  auto ann = node.client(node.person("ann"));
  const auto id = post_status(ann, "old");
  node.stop();
  QVERIFY(std::filesystem::remove(node.folder().trace_file()));
  const auto trace = traced(node, id);
  QCOMPARE(trace["id"], id);
  QVERIFY(trace["stages"].empty());
  QVERIFY(!trace["unknown"].empty());
}

void TraceTest::an_unknown_post_is_an_error() {
  TestNode node;
  for (const std::string wanted : {"1", "x", "", "https://node.test/@ann/1", "https://else.example/1"}) {
    const auto trace = found(node, wanted);
    QVERIFY(!trace);
    QCOMPARE(trace.error().code, Errc::not_found);
  }
}

void TraceTest::text_tells_the_same() {
  TestNode node;
  node.clock.advance(1s);
  auto ann = node.client(node.person("ann"));
  const auto id = post_status(ann, "in words");
  QVERIFY(wait_until([&] { return has(traced(node, id), "fan_out_ended"); }));
  const auto text = cli::trace_as_text(*found(node, id));
  const std::vector<std::string> parts = {"post " + id + " by ann@node.test, public", "+0.000 ms  committed",
                                          "no feed in memory to push it into"};
  for (const auto& part : parts) QVERIFY2(text.find(part) != std::string::npos, text.c_str());
}

QTEST_GUILESS_MAIN(TraceTest)
#include "trace_test.moc"
