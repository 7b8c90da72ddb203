// Events as they happen, over both kinds of streams: what arrives, what must not, and how streams end.
#include <algorithm>

#include "node/store/accounts.h"
#include "tests/api/helpers.h"
#include "tests/support/qt.h"
#include "tests/support/stream_client.h"

using namespace dunlin;
using namespace dunlin::test;
using Kind = StreamClient::Kind;

namespace {

std::string with_token(const std::string& target, const Person& person) {
  return target + (target.find('?') == std::string::npos ? "?" : "&") + "access_token=" + person.token;
}

/// A stream of that channel, by either way to it.
std::unique_ptr<StreamClient> listen(const TestNode& node, const Person& person, Kind kind,
                                     const std::string& channel) {
  std::string path = channel;
  std::replace(path.begin(), path.end(), ':', '/');
  const auto target =
      kind == Kind::websocket ? "/api/v1/streaming?stream=" + channel : "/api/v1/streaming/" + path;
  return std::make_unique<StreamClient>(kind, node.address(), with_token(target, person));
}

std::string id_of(const StreamEvent& event) {
  return event.payload.is_string() ? event.payload.get<std::string>()
                                   : event.payload.at("id").get<std::string>();
}

/// The event as `name id`; what is not there is "the end".
std::string seen(StreamClient& stream) {
  const auto event = stream.next();
  return event ? event->name + " " + id_of(*event) : "the end";
}

std::uint64_t metric(TestNode& node, const std::string& name) {
  const auto text = node.client().get("/metrics").body;
  const auto at = text.find("\n" + name + " ");
  return at == std::string::npos ? UINT64_MAX : std::stoull(text.substr(at + name.size() + 2));
}

struct World {
  explicit World(std::vector<std::string> settings = {}) : node(std::move(settings)) {
    // Everybody first: the node hears of those whom a command makes as of an unknown change, all at once.
    wait_until([&] { return as_bob.get("/api/v1/accounts/verify_credentials").status == 200; });
  }
  void follow(const Person& who, const Person& whom, const Fields& more = {}) {
    auto client = node.client(who);
    if (client.post("/api/v1/accounts/" + whom.id + "/follow", more).status != 200)
      throw std::runtime_error("cannot follow");
  }
  TestNode node;
  Person alice = node.person("alice");
  Person bob = node.person("bob");
  Person carol = node.person("carol");
  HttpClient as_alice = node.client(alice);
  HttpClient as_bob = node.client(bob);
  HttpClient as_carol = node.client(carol);
};

void kinds() {
  QTest::addColumn<bool>("is_websocket");
  QTest::newRow("websocket") << true;
  QTest::newRow("events") << false;
}
Kind kind_fetched() {
  QFETCH(bool, is_websocket);
  return is_websocket ? Kind::websocket : Kind::events;
}

}  // namespace

class StreamingTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void posts_edits_and_deletions_of_the_followed_arrive_data() { kinds(); }
  void posts_edits_and_deletions_of_the_followed_arrive() {
    World w;
    w.follow(w.bob, w.alice);
    const auto stream = listen(w.node, w.bob, kind_fetched(), "user");
    const auto id = post_status(w.as_alice, "hello \"you\" <b>");
    auto event = stream->next();
    QVERIFY(event);
    QCOMPARE(event->name, std::string("update"));
    // The same as the page has it.
    QVERIFY(event->payload == w.as_bob.get("/api/v1/statuses/" + id).json());
    QCOMPARE(w.as_alice
                 .send("PUT", "/api/v1/statuses/" + id, "status=changed", "application/x-www-form-urlencoded")
                 .status,
             200);
    event = stream->next();
    QVERIFY(event);
    QCOMPARE(event->name, std::string("status.update"));
    QCOMPARE(event->payload.at("content").get<std::string>(), std::string("<p>changed</p>"));
    QCOMPARE(w.as_alice.send("DELETE", "/api/v1/statuses/" + id).status, 200);
    QCOMPARE(seen(*stream), "delete " + id);
    // One's own arrive as well, and who has read the feed so often that it is kept in a ring hears the same.
    for (int i = 0; i < 3; ++i) QCOMPARE(w.as_bob.get("/api/v1/timelines/home").status, 200);
    const auto own = post_status(w.as_bob, "mine");
    QCOMPARE(seen(*stream), "update " + own);
    const auto second = post_status(w.as_alice, "again");
    QCOMPARE(seen(*stream), "update " + second);
  }

  void what_the_home_feed_hides_does_not_arrive() {
    World w;
    const auto dave = w.node.person("dave");
    auto as_dave = w.node.client(dave);
    QVERIFY(wait_until([&] { return as_dave.get("/api/v1/preferences").status == 200; }));
    const auto erin = w.node.person("erin");
    auto as_erin = w.node.client(erin);
    QVERIFY(wait_until([&] { return as_erin.get("/api/v1/preferences").status == 200; }));
    w.follow(w.bob, w.alice, {{"reblogs", "false"}});
    w.follow(w.bob, dave);
    w.follow(w.bob, erin);
    QCOMPARE(w.as_bob.post("/api/v1/accounts/" + erin.id + "/mute").status, 200);
    const auto of_carol = post_status(w.as_carol, "by a stranger");
    const auto stream = listen(w.node, w.bob, Kind::websocket, "user");
    QCOMPARE(w.as_alice.post("/api/v1/statuses/" + of_carol + "/reblog").status, 200);  // boosts are hidden
    post_status(w.as_alice, "an answer to a stranger", {{"in_reply_to_id", of_carol}});
    post_status(as_erin, "of somebody muted");
    post_status(as_dave, "about @erin, who is muted");
    post_status(w.as_carol, "of a stranger");
    post_status(as_dave, "for @carol alone", {{"visibility", "direct"}});
    QCOMPARE(as_dave.post("/api/v1/accounts/" + w.bob.id + "/block").status, 200);
    post_status(as_dave, "of somebody who blocks me", {{"visibility", "private"}});
    const auto last = post_status(w.as_alice, "for all to see");
    QCOMPARE(seen(*stream), "update " + last);
  }

  void boost_arrives_once_and_as_the_reader_sees_it() {
    World w;
    w.follow(w.bob, w.alice);
    const auto id = post_status(w.as_carol, "worth it");
    QCOMPARE(w.as_bob.post("/api/v1/statuses/" + id + "/favourite").status, 200);
    const auto stream = listen(w.node, w.bob, Kind::websocket, "user");
    const auto of_alice = listen(w.node, w.alice, Kind::websocket, "user");
    const auto boost = w.as_alice.post("/api/v1/statuses/" + id + "/reblog").json();
    const auto event = stream->next();
    QVERIFY(event);
    QCOMPARE(id_of(*event), boost.at("id").get<std::string>());
    QVERIFY(event->payload.at("reblog").at("favourited").get<bool>());
    QVERIFY(!of_alice->next()->payload.at("reblog").at("favourited").get<bool>());
    // Another boost of the same, shortly after, is hidden as on the page.
    const auto dave = w.node.person("dave");
    auto as_dave = w.node.client(dave);
    QVERIFY(wait_until([&] { return as_dave.get("/api/v1/preferences").status == 200; }));
    w.follow(w.bob, dave);
    QCOMPARE(as_dave.post("/api/v1/statuses/" + id + "/reblog").status, 200);
    const auto last = post_status(as_dave, "last");
    QCOMPARE(seen(*stream), "update " + last);
  }

  void notifications_arrive_data() { kinds(); }
  void notifications_arrive() {
    World w;
    const auto kind = kind_fetched();
    const auto alone = listen(w.node, w.alice, kind, "user:notification");
    const auto all = listen(w.node, w.alice, kind, "user");
    const auto id = post_status(w.as_alice, "mine");
    QCOMPARE(w.as_bob.post("/api/v1/statuses/" + id + "/favourite").status, 200);
    const auto event = alone->next();
    QVERIFY(event);
    QCOMPARE(event->name, std::string("notification"));
    QVERIFY(event->payload == w.as_alice.get("/api/v1/notifications").json().at(0));
    QCOMPARE(event->payload.at("type").get<std::string>(), std::string("favourite"));
    QCOMPARE(seen(*all), "update " + id);
    QCOMPARE(seen(*all), "notification " + id_of(*event));
    // The same again is no news.
    QCOMPARE(w.as_bob.post("/api/v1/statuses/" + id + "/unfavourite").status, 200);
    QCOMPARE(w.as_bob.post("/api/v1/accounts/" + w.alice.id + "/follow").status, 200);
    QCOMPARE(alone->next()->payload.at("type").get<std::string>(), std::string("follow"));
  }

  void public_posts_arrive_for_everyone_who_listens_data() { kinds(); }
  void public_posts_arrive_for_everyone_who_listens() {
    World w;
    const auto kind = kind_fetched();
    QCOMPARE(w.as_bob.post("/api/v1/accounts/" + w.carol.id + "/block").status, 200);
    const auto everything = listen(w.node, w.bob, kind, "public");
    const auto local = listen(w.node, w.bob, kind, "public:local");
    const auto remote = listen(w.node, w.bob, kind, "public:remote");
    const auto first = post_status(w.as_alice, "for all");
    const auto hidden = post_status(w.as_alice, "followers", {{"visibility", "private"}});
    post_status(w.as_alice, "unlisted", {{"visibility", "unlisted"}});
    post_status(w.as_carol, "of somebody blocked");
    QCOMPARE(w.as_alice.send("DELETE", "/api/v1/statuses/" + hidden).status, 200);
    QCOMPARE(w.as_alice.send("DELETE", "/api/v1/statuses/" + first).status, 200);
    for (const auto& stream : {everything.get(), local.get()}) {
      QCOMPARE(seen(*stream), "update " + first);
      QCOMPARE(seen(*stream), "delete " + first);
    }
    QCOMPARE(seen(*remote), "delete " + first);  // no more than an id that was public
  }

  void one_socket_listens_to_many_channels() {
    World w;
    w.follow(w.bob, w.alice);
    StreamClient stream(Kind::websocket, w.node.address(), "/api/v1/streaming/",
                        {.headers = {{"Sec-WebSocket-Protocol", w.bob.token}}});
    QCOMPARE(stream.status(), 101);
    QCOMPARE(stream.header("Sec-WebSocket-Protocol"), w.bob.token);
    for (const auto* wrong : {"hashtag", "nonsense", ""}) {
      stream.subscribe(wrong);
      QCOMPARE(stream.next()->name, std::string("error"));
    }
    stream.send("no json");
    QCOMPARE(stream.next()->name, std::string("error"));
    stream.send("[]");
    QCOMPARE(stream.next()->name, std::string("error"));
    for (const auto* channel : {"user", "public:local", "user", "public"}) stream.subscribe(channel);
    stream.subscribe("public", false);
    stream.subscribe("unheard");  // its error says that what came before has been done
    QCOMPARE(stream.next()->name, std::string("error"));
    const auto id = post_status(w.as_alice, "hello");
    std::vector<std::string> channels;
    for (int i = 0; i < 2; ++i) {
      const auto event = stream.next();
      QVERIFY(event);
      QCOMPARE(id_of(*event), id);
      channels.push_back(event->channel);
    }
    std::sort(channels.begin(), channels.end());
    QVERIFY((channels == std::vector<std::string>{"public:local", "user"}));
  }

  void tokens_open_what_they_reach() {
    World w;
    const auto narrow = [&](const std::string& scopes) {
      auto person = w.bob;
      person.token = w.node.token(w.bob, scopes);
      auto client = w.node.client(person);
      wait_until([&] { return client.get("/api/v1/streaming").status == 426; });
      return person;
    };
    const auto only_notifications = narrow("read:notifications");
    QCOMPARE(listen(w.node, only_notifications, Kind::events, "user")->status(), 403);
    QCOMPARE(listen(w.node, only_notifications, Kind::events, "public")->status(), 403);
    QCOMPARE(listen(w.node, only_notifications, Kind::events, "user:notification")->status(), 200);
    QCOMPARE(listen(w.node, only_notifications, Kind::websocket, "user")->next()->name, std::string("error"));
    // Who may read posts but no notifications is told of posts alone.
    const auto only_posts = narrow("read:statuses");
    const auto stream = listen(w.node, only_posts, Kind::websocket, "user");
    QCOMPARE(w.as_alice.post("/api/v1/accounts/" + w.bob.id + "/follow").status, 200);
    const auto own = post_status(w.as_bob, "mine");
    QCOMPARE(seen(*stream), "update " + own);
    for (const auto kind : {Kind::websocket, Kind::events}) {
      const std::string target =
          kind == Kind::websocket ? "/api/v1/streaming?stream=user" : "/api/v1/streaming/user";
      QCOMPARE(StreamClient(kind, w.node.address(), target).status(), 401);
      QCOMPARE(StreamClient(kind, w.node.address(),
                            target + (kind == Kind::websocket ? "&" : "?") + "access_token=bad")
                   .status(),
               401);
      QCOMPARE(StreamClient(kind, w.node.address(), target,
                            {.headers = {{"Authorization", "Bearer " + w.bob.token}}})
                   .status(),
               kind == Kind::websocket ? 101 : 200);
    }
    QCOMPARE(w.node.client().get("/api/v1/streaming/health").body, std::string("OK"));
  }

  void stream_ends_with_its_token_data() { kinds(); }
  void stream_ends_with_its_token() {
    World w;
    const auto kind = kind_fetched();
    const auto stream = listen(w.node, w.bob, kind, "user");
    const auto other = listen(w.node, w.alice, kind, "user");
    QCOMPARE(stream->status(), kind == Kind::websocket ? 101 : 200);
    auto client = w.node.client(w.bob);
    QCOMPARE(client.send("DELETE", "/api/dunlin/v1/sessions").status, 200);
    QCOMPARE(seen(*stream), std::string("the end"));
    if (kind == Kind::websocket) QCOMPARE(stream->close_code(), 1008);
    const auto id = post_status(w.as_alice, "still here");
    QCOMPARE(seen(*other), "update " + id);
    // Somebody suspended by a command, in another process.
    change_database(w.node, [&](store::WriteTx& tx) -> Result<void> {
      store::set_suspended(tx, w.alice.account, true);
      return {};
    });
    QCOMPARE(seen(*other), std::string("the end"));
  }

  void streams_are_counted_and_bounded() {
    World w({"streaming.connections_per_token=2", "streaming.connections_per_account=3",
             "streaming.connections_max=4"});
    const auto one = listen(w.node, w.bob, Kind::websocket, "user");
    auto two = listen(w.node, w.bob, Kind::events, "user");
    QCOMPARE(listen(w.node, w.bob, Kind::websocket, "user")->status(), 429);
    auto again = w.bob;
    again.token = w.node.token(w.bob, "read");
    QVERIFY(wait_until([&] { return w.node.client(again).get("/api/v1/preferences").status == 200; }));
    const auto three = listen(w.node, again, Kind::events, "user");
    QCOMPARE(three->status(), 200);
    QCOMPARE(listen(w.node, again, Kind::events, "user")->status(), 429);
    const auto four = listen(w.node, w.alice, Kind::events, "user");
    QCOMPARE(four->status(), 200);
    QCOMPARE(listen(w.node, w.carol, Kind::events, "user")->status(), 503);
    QCOMPARE(metric(w.node, "dunlin_streams_open{kind=\"events\"}"), std::uint64_t{3});
    QCOMPARE(metric(w.node, "dunlin_streams_refused_total"), std::uint64_t{3});
    const auto id = post_status(w.as_bob, "mine");
    QCOMPARE(seen(*one), "update " + id);
    two.reset();
    QVERIFY(wait_until([&] { return metric(w.node, "dunlin_streams_open{kind=\"events\"}") == 2; }));
    QCOMPARE(listen(w.node, w.bob, Kind::websocket, "user")->status(), 101);
  }

  void slow_reader_is_cut_off_and_nobody_else_waits_data() { kinds(); }
  void slow_reader_is_cut_off_and_nobody_else_waits() {
    World w;
    const auto kind = kind_fetched();
    w.follow(w.bob, w.alice);
    w.follow(w.carol, w.alice);
    const auto target =
        kind == Kind::websocket ? std::string("/api/v1/streaming?stream=user") : "/api/v1/streaming/user";
    StreamClient slow(kind, w.node.address(), with_token(target, w.bob), {.receive_buffer = 4'096});
    QVERIFY(slow.status() == 101 || slow.status() == 200);
    const auto quick = listen(w.node, w.carol, kind, "user");
    const std::string text(4'900, 'x');
    int posts = 0;
    for (; posts < 400 && metric(w.node, "dunlin_stream_events_waiting") < 60; ++posts) {
      const auto id = post_status(w.as_alice, text);
      QCOMPARE(seen(*quick), "update " + id);
    }
    for (int i = 0; i < 10; ++i) {
      const auto id = post_status(w.as_alice, text);
      QCOMPARE(seen(*quick), "update " + id);
    }
    QVERIFY(posts < 400);
    slow.read_to_the_end();
    if (kind == Kind::websocket) QCOMPARE(slow.close_code(), 1013);
    if (kind == Kind::events)
      QVERIFY(!slow.comments().empty() && slow.comments().back().starts_with(" too slow"));
    QVERIFY(metric(w.node, "dunlin_stream_events_dropped_total") > 0);
    w.node.clock.advance(std::chrono::seconds(5));  // a client that does not close its side is not waited for
    QVERIFY(wait_until([&] { return metric(w.node, "dunlin_stream_events_waiting") == 0; }));
  }

  void bad_frames_end_the_stream_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    QTest::newRow("not masked") << QByteArray("\x81\x02{}", 4) << 1002;
    QTest::newRow("binary") << QByteArray("\x82\x80mask", 6) << 1003;
    QTest::newRow("no UTF-8") << QByteArray("\x81\x81\x00\x00\x00\x00\xff", 7) << 1007;
    QTest::newRow("too long") << QByteArray("\x81\xfe\x10\x01mask", 8) << 1009;
    QTest::newRow("continues nothing") << QByteArray("\x80\x80mask", 6) << 1002;
  }
  void bad_frames_end_the_stream() {
    QFETCH(QByteArray, bytes);
    QFETCH(int, code);
    World w;
    const auto stream = listen(w.node, w.bob, Kind::websocket, "user");
    stream->send_raw(bytes.toStdString());
    QCOMPARE(seen(*stream), std::string("the end"));
    QCOMPARE(stream->close_code(), code);
    QVERIFY(wait_until([&] { return metric(w.node, "dunlin_streams_open{kind=\"websocket\"}") == 0; }));
  }

  void quiet_streams_are_kept_alive_and_dead_ones_ended() {
    World w;
    const auto events = listen(w.node, w.bob, Kind::events, "user");
    const auto websocket = listen(w.node, w.bob, Kind::websocket, "user");
    const auto dead = listen(w.node, w.alice, Kind::websocket, "user");
    w.node.clock.advance(std::chrono::seconds(16));
    QCOMPARE(events->line().value_or(""), std::string(":)"));
    QCOMPARE(events->line().value_or(""), std::string(":thump"));
    w.node.clock.advance(std::chrono::seconds(16));
    // The library answers a ping while it reads; who reads nothing answers none.
    for (int i = 0; i < 2; ++i) {
      QVERIFY(wait_until([&] {
        const auto id = post_status(w.as_bob, "mine");
        return seen(*websocket) == "update " + id && websocket->pings() > i;
      }));
      w.node.clock.advance(std::chrono::seconds(31));
    }
    QVERIFY(wait_until([&] { return metric(w.node, "dunlin_streams_open{kind=\"websocket\"}") == 1; }));
    const auto id = post_status(w.as_bob, "mine");
    QCOMPARE(seen(*websocket), "update " + id);
  }

  void streams_end_when_the_node_stops() {
    World w;
    const auto events = listen(w.node, w.bob, Kind::events, "user");
    const auto websocket = listen(w.node, w.bob, Kind::websocket, "user");
    w.node.stop();
    QCOMPARE(seen(*websocket), std::string("the end"));
    QCOMPARE(websocket->close_code(), 1001);
    QCOMPARE(seen(*events), std::string("the end"));
    QVERIFY(!events->comments().empty());
    QCOMPARE(events->comments().back(), std::string(" the node stops"));
  }
};

QTEST_GUILESS_MAIN(StreamingTest)
#include "streaming_test.moc"
