// Starting and stopping the real program, its exit codes, and its commands beside it while it serves.
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/support/qt.h"
#include "tests/system/writers.h"

using namespace dunlin::test;
namespace fs = std::filesystem;

namespace {

constexpr int stop_ms_max = 5'000;    // what `serve` promises
constexpr int effect_ms_max = 5'000;  // of a command on the node that serves: threats.md T-F5

/// Every file below a folder with its bytes.
std::map<std::string, std::string> contents(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    files[entry.path().string()] = bytes.str();
  }
  return files;
}

std::string id_of(NodeProcess& node, const std::string& token) {
  return node.client(token).get("/api/v1/accounts/verify_credentials").json().at("id");
}

}  // namespace

class StopTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void stops_in_time_under_load_and_loses_nothing_data() {
    QTest::addColumn<int>("signal_number");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
  }
  void stops_in_time_under_load_and_loses_nothing() {
    QFETCH(int, signal_number);
    NodeProcess node;
    node.start();
    Writers writers(node, 8, 1);
    writers.begin();
    QVERIFY(writers.wait_for_acknowledgement());
    const auto stopped = node.stop(signal_number);
    writers.join();
    QCOMPARE(stopped.exit_code, 0);
    QVERIFY2(stopped.took.count() <= stop_ms_max, std::to_string(stopped.took.count()).c_str());
    node.start();
    const auto findings = writers.check();
    for (const auto& message : findings.messages) qWarning("%s", message.c_str());
    QVERIFY(findings.is_sound());
    QVERIFY(findings.acknowledged > 0);
    QCOMPARE(node.command({"check"}).exit_code, 0);
  }

  void stdout_has_the_ready_line_alone_and_stderr_the_log() {
    NodeProcess node({"log.level=info"});
    node.start();
    const auto ready = node.output();
    QVERIFY(ready.starts_with("ready https://127.0.0.1:"));
    QVERIFY2(!ready.ends_with(":0\n"), "port 0 stands for any free one, which is what is told");
    QCOMPARE(node.client().get("/livez").status, 200);
    QCOMPARE(node.client().get("/readyz").status, 200);
    QCOMPARE(node.stop().exit_code, 0);
    QCOMPARE(node.output(), ready);
    QCOMPARE(std::count(ready.begin(), ready.end(), '\n'), std::ptrdiff_t{1});
    QVERIFY(node.log().find("stopping") != std::string::npos);
    QVERIFY(node.log().find("ready https") == std::string::npos);
  }

  void second_serve_on_a_folder_exits_3() {
    NodeProcess node;
    node.start();
    const auto second = run_program(node.serve_words());
    QCOMPARE(second.exit_code, 3);
    QCOMPARE(second.out, std::string());
    QVERIFY(second.err.find(node.data()) != std::string::npos);
    QCOMPARE(node.client().get("/livez").status, 200);
  }

  void init_of_a_used_folder_exits_3_and_changes_nothing() {
    NodeProcess node;
    const auto before = contents(node.data());
    const auto refused = node.command({"init", "--domain", "other.test"});
    QCOMPARE(refused.exit_code, 3);
    QVERIFY(refused.err.find(node.data()) != std::string::npos);
    QVERIFY(contents(node.data()) == before);
    node.start();
    QCOMPARE(node.command({"init", "--domain", "other.test"}).exit_code, 3);
  }

  void wrong_usage_exits_2_data() {
    QTest::addColumn<QString>("words");
    for (const char* words : {"serve --nonsense", "serve --listen", "frobnicate", "account", "account create",
                              "init", "account token alice", "dev-cert"}) {
      QTest::newRow(words) << words;
    }
  }
  void wrong_usage_exits_2() {
    QFETCH(QString, words);
    NodeProcess node;
    std::vector<std::string> list;
    for (const auto& word : words.split(' ')) list.push_back(word.toStdString());
    const auto refused = node.command(list);
    QCOMPARE(refused.exit_code, 2);
    QCOMPARE(refused.out, std::string());
    QVERIFY(!refused.err.empty());
  }

  void without_a_command_or_a_folder_exits_2() {
    QCOMPARE(run_program({NodeProcess::binary()}).exit_code, 2);
    QCOMPARE(run_program({"env", "-u", "DUNLIN_DATA", NodeProcess::binary(), "serve"}).exit_code, 2);
  }

  void failure_exits_1_and_says_what_to_do() {
    NodeProcess node;
    const auto unknown = node.command({"account", "token", "nobody", "--scopes", "read"});
    QCOMPARE(unknown.exit_code, 1);
    QVERIFY(unknown.err.find("nobody") != std::string::npos);
    const auto empty =
        run_program({NodeProcess::binary(), "serve", "--data", node.data() + "/media", "--insecure-http"});
    QCOMPARE(empty.exit_code, 1);
    QVERIFY(empty.err.find("node.toml") != std::string::npos);
  }

  void newer_database_is_refused_without_touching_a_byte() {
    NodeProcess node;
    node.start();
    node.new_person("alice");
    QCOMPARE(node.stop().exit_code, 0);
    QCOMPARE(run_program({DUNLIN_SQLITE3, node.database(), "PRAGMA user_version"}).out, std::string("1\n"));
    QCOMPARE(run_program({DUNLIN_SQLITE3, node.database(), "PRAGMA user_version = 99"}).exit_code, 0);
    const auto before = contents(node.data());
    QVERIFY(before.contains(node.database()));
    for (const auto& words :
         {node.serve_words(),
          {NodeProcess::binary(), "account", "list", "--data", node.data()},
          {NodeProcess::binary(), "account", "suspend", "alice", "--data", node.data()}}) {
      const auto refused = run_program(words);
      QCOMPARE(refused.exit_code, 1);
      QCOMPARE(refused.out, std::string());
      QVERIFY2(refused.err.find("newer") != std::string::npos, refused.err.c_str());
      QVERIFY(contents(node.data()) == before);
    }
    QCOMPARE(run_program({DUNLIN_SQLITE3, node.database(), "PRAGMA user_version = 1"}).exit_code, 0);
    node.start();
  }

  void commands_take_effect_on_the_node_that_serves() {
    NodeProcess node;
    node.start();
    const auto alice = node.new_person("alice");
    const auto bob = node.new_person("bob");
    const auto status_of = [&](const std::string& token, const std::string& path) {
      return node.client(token).get(path).status;
    };
    const std::string me = "/api/v1/accounts/verify_credentials";
    QTRY_COMPARE_WITH_TIMEOUT(status_of(alice, me), 200, effect_ms_max);
    const auto alice_id = id_of(node, alice);
    auto as_alice = node.client(alice);
    const std::string post = as_alice.post("/api/v1/statuses", {{"status", "hello"}}).json().at("id");
    const auto post_path = "/api/v1/statuses/" + post;
    QCOMPARE(status_of(bob, post_path), 200);
    QCOMPARE(status_of(bob, "/@alice/" + post), 200);

    node.done({"account", "suspend", "alice"});
    QTRY_COMPARE_WITH_TIMEOUT(status_of(alice, me), 401, effect_ms_max);
    QTRY_COMPARE_WITH_TIMEOUT(status_of(bob, post_path), 404, effect_ms_max);
    QCOMPARE(as_alice.post("/api/v1/statuses", {{"status", "still here"}}).status, 401);
    for (const std::string& path :
         {"/@alice/" + post, std::string("/@alice"), "/api/v1/accounts/" + alice_id + "/statuses"}) {
      QCOMPARE(status_of(bob, path), 404);
      QCOMPARE(status_of("", path), 404);
    }
    QCOMPARE(node.client().get("/api/v1/timelines/public").json().size(), std::size_t{0});

    node.done({"account", "unsuspend", "alice"});
    QTRY_COMPARE_WITH_TIMEOUT(status_of(bob, post_path), 200, effect_ms_max);
    node.done({"account", "delete", "alice"});
    QTRY_COMPARE_WITH_TIMEOUT(status_of(bob, post_path), 404, effect_ms_max);
    QCOMPARE(node.command({"check"}).exit_code, 0);
  }
};

QTEST_GUILESS_MAIN(StopTest)
#include "stop_test.moc"
