#include <atomic>

#include "tests/unit/node/outgoing/testing.h"

using namespace dunlin;
using namespace dunlin::outgoing;
using dunlin::test::answer;
using dunlin::test::each;
using dunlin::test::Peer;

namespace {

std::string path_of(const std::string& request) {
  const auto begin = request.find(' ') + 1;
  return request.substr(begin, request.find(' ', begin) - begin);
}
std::string redirect(const std::string& to, const std::string& status = "302 Found") {
  return answer(status, "Location: " + to + "\r\n", "moved");
}

/// "/3" leads to "/2" and so on to "/0", which answers with what was sent to it.
Peer::Serve chain(std::atomic<int>& requests) {
  return each([&requests](const std::string& request) {
    ++requests;
    const int left = std::stoi(path_of(request).substr(1));
    return left == 0 ? answer("200 OK", "", request) : redirect("/" + std::to_string(left - 1));
  });
}

}  // namespace

class RedirectsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void three_are_followed();
  void a_fourth_is_not();
  void loops_end_data();
  void loops_end();
  void each_hop_is_signed_anew();
  void private_targets_are_refused_data();
  void private_targets_are_refused();
  void other_targets_are_refused_data();
  void other_targets_are_refused();
  void one_without_location_is_the_answer();
  void not_followed_when_not_wanted();
  void posts_follow_with_their_body_data();
  void posts_follow_with_their_body();
  void the_deadline_is_of_all_hops();
};

void RedirectsTest::three_are_followed() {
  std::atomic<int> requests{0};
  Peer peer(chain(requests));
  const auto fetched = open(on_loopback())->fetch({.url = url(peer.url("/3"))});
  QVERIFY2(fetched, detail(fetched).c_str());
  QCOMPARE(fetched->status, 200);
  QCOMPARE(fetched->url.text(), peer.url("/0"));
  QCOMPARE(requests.load(), 4);
}

void RedirectsTest::a_fourth_is_not() {
  std::atomic<int> requests{0};
  Peer peer(chain(requests));
  QCOMPARE(outcome(open(on_loopback())->fetch({.url = url(peer.url("/4"))})),
           std::string("too_many_redirects"));
  QCOMPARE(requests.load(), 4);
}

void RedirectsTest::loops_end_data() {
  QTest::addColumn<bool>("two");
  QTest::newRow("to itself") << false;
  QTest::newRow("of two") << true;
}

void RedirectsTest::loops_end() {
  QFETCH(bool, two);
  std::atomic<int> requests{0};
  Peer peer(each([&](const std::string& request) {
    ++requests;
    return redirect(two && path_of(request) == "/a" ? "/b" : "/a");
  }));
  QCOMPARE(outcome(open(on_loopback())->fetch({.url = url(peer.url("/a"))})),
           std::string("too_many_redirects"));
  QCOMPARE(requests.load(), 4);
}

void RedirectsTest::each_hop_is_signed_anew() {
  Peer second(each([](const std::string& request) { return answer("200 OK", "", request); }));
  Peer first(each([&](const std::string&) { return redirect(second.url("/there?x=1")); }));
  const auto client = open(on_loopback());
  const auto fetched = client->fetch({.url = url(first.url("/here")),
                                      .headers = {{"Accept", "text/x"}},
                                      .sign = [](const Url& to, std::string_view method) {
                                        return Headers{{"Signature", std::string(method) + " " + to.text()}};
                                      }});
  QVERIFY2(fetched, detail(fetched).c_str());
  QVERIFY(fetched->body.find("\r\nSignature: GET " + second.url("/there?x=1") + "\r\n") != std::string::npos);
  QVERIFY(fetched->body.find("\r\nAccept: text/x\r\n") != std::string::npos);
  QVERIFY(fetched->body.find("/here") == std::string::npos);
}

void RedirectsTest::private_targets_are_refused_data() {
  QTest::addColumn<std::string>("status");
  QTest::addColumn<std::string>("host");
  for (const char* status : {"301 a", "302 a", "303 a", "307 a", "308 a"}) {
    for (const char* host :
         {"127.0.0.1", "127.2", "localhost", "[::1]", "[::ffff:7f00:1]", "0x7f000001", "0.0.0.0", "10.0.0.1",
          "169.254.169.254", "[fc00::1]", "[fe80::1]", "name.example"}) {
      QTest::addRow("%s %s", status, host) << std::string(status) << std::string(host);
    }
  }
}

void RedirectsTest::private_targets_are_refused() {
  QFETCH(std::string, status);
  QFETCH(std::string, host);
  Peer target(each([](const std::string&) { return answer("200 OK", "", "secret"); }));
  Peer peer(each([&](const std::string&) { return redirect(target.url("/", host), status); }));
  Options options;
  options.allow_plain_http = true;
  options.allow = {"127.0.0.1:" + std::to_string(peer.port())};
  options.resolve = {"name.example:" + std::to_string(target.port()) + ":127.0.0.1"};
  QCOMPARE(outcome(open(options)->fetch({.url = url(peer.url())})), std::string("refused_address"));
  QCOMPARE(target.connections(), 0);
}

void RedirectsTest::other_targets_are_refused_data() {
  QTest::addColumn<std::string>("location");
  for (const char* location :
       {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "dict://127.0.0.1/",
        "data:text/plain,x", "javascript:alert(1)", "http://ann@127.0.0.1/", "http:///x", "http://[::1",
        "https:/\\127.0.0.1/", "http://127.0.0.1:0/", "http://a b/"}) {
    QTest::newRow(location) << std::string(location);
  }
}

void RedirectsTest::other_targets_are_refused() {
  QFETCH(std::string, location);
  Peer peer(each([&](const std::string&) { return redirect(location); }));
  QCOMPARE(outcome(open(on_loopback())->fetch({.url = url(peer.url())})), std::string("redirect_refused"));
}

void RedirectsTest::one_without_location_is_the_answer() {
  Peer peer(each([](const std::string&) { return answer("302 Found", "", "where?"); }));
  QCOMPARE(outcome(open(on_loopback())->fetch({.url = url(peer.url())})), std::string("302 where?"));
}

void RedirectsTest::not_followed_when_not_wanted() {
  Peer peer(each([](const std::string&) { return redirect("/x"); }));
  const auto fetched = open(on_loopback())->fetch({.url = url(peer.url()), .follow_redirects = false});
  QCOMPARE(outcome(fetched), std::string("302 moved"));
  QCOMPARE(fetched->header("location"), std::string_view("/x"));
}

void RedirectsTest::posts_follow_with_their_body_data() {
  QTest::addColumn<std::string>("status");
  QTest::addColumn<std::string>("expected");
  QTest::newRow("301") << std::string("301 a") << std::string("301 moved");
  QTest::newRow("302") << std::string("302 a") << std::string("302 moved");
  QTest::newRow("303") << std::string("303 a") << std::string("303 moved");
  QTest::newRow("307") << std::string("307 a") << std::string("202 POST notice");
  QTest::newRow("308") << std::string("308 a") << std::string("202 POST notice");
}

void RedirectsTest::posts_follow_with_their_body() {
  QFETCH(std::string, status);
  QFETCH(std::string, expected);
  Peer peer(each([&](const std::string& request) {
    if (path_of(request) == "/") return redirect("/x", status);
    return answer("202 Accepted", "",
                  request.substr(0, request.find(' ')) + " " + request.substr(request.find("\r\n\r\n") + 4));
  }));
  QCOMPARE(outcome(open(on_loopback())
                       ->fetch({.url = url(peer.url()),
                                .method = "POST",
                                .body = std::make_shared<std::string>("notice")})),
           expected);
}

void RedirectsTest::the_deadline_is_of_all_hops() {
  // Each hop would be in time alone.
  Peer peer([](test::PeerConnection& connection) {
    for (auto request = connection.read_request(); !request.empty(); request = connection.read_request()) {
      if (connection.is_closed_within(250)) return;
      if (!connection.send(redirect("/x"))) return;
    }
  });
  QCOMPARE(
      outcome(
          open(on_loopback())->fetch({.url = url(peer.url()), .deadline = std::chrono::milliseconds(600)})),
      std::string("timed_out"));
}

QTEST_APPLESS_MAIN(RedirectsTest)
#include "redirects_test.moc"
