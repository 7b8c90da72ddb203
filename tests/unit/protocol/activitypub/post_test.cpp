#include "protocol/activitypub/post.h"

#include <algorithm>

#include "protocol/activitypub/vocabulary.h"
#include "protocol/base/limits.h"
#include "tests/support/qt.h"

namespace dunlin::activitypub {

class PostTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void our_own_form_is_read_back_the_same();
  void every_extension_term_is_declared();
  void a_vote_is_a_name_without_content();
  void what_is_needed_is_needed_data();
  void what_is_needed_is_needed();
  void eight_types_are_posts();
  void odd_members_count_as_absent_data();
  void odd_members_count_as_absent();
  void the_author_is_found_among_several_data();
  void the_author_is_found_among_several();
  void a_quote_is_read_in_order();
  void a_link_that_is_no_quote_is_none();
  void tags_are_sorted_by_kind();
  void attachments_are_read_in_every_shape_data();
  void attachments_are_read_in_every_shape();
  void sizes_and_focus_are_clamped();
  void policies_have_old_and_new_names();
  void a_closed_poll_may_say_so_in_two_ways();
  void what_is_too_much_is_cut();
  void an_audience_is_told_from_its_addresses_data();
  void an_audience_is_told_from_its_addresses();
  void an_unknown_followers_collection_widens_nothing();
  void addresses_tell_the_audience();
};

namespace {
const std::string followers = "https://a.example/u/followers";
json smallest() {
  return {{"id", "https://a.example/p/1"}, {"type", "Note"}, {"attributedTo", "https://a.example/u"}};
}
json with(json document, const char* name, json value) {
  document[name] = std::move(value);
  return document;
}
Post read(const json& document) {
  auto post = read_post(document);
  return post ? *post : Post{};
}
Post whole() {
  Post post;
  post.id = "https://node.example/users/ada/posts/7";
  post.type = "Question";
  post.attributed_to = "https://node.example/users/ada";
  post.content = "<p>Hello \"you\"</p>";
  post.name = "title";
  post.summary = "warning";
  post.language = "en-GB";
  post.url = "https://node.example/@ada/7";
  post.in_reply_to = "https://b.example/1";
  post.context = "https://node.example/contexts/7";
  post.to = {std::string(as_public)};
  post.cc = {"https://node.example/users/ada/followers", "https://b.example/bob"};
  post.published = parse_iso("2026-11-21T06:00:00.123Z");
  post.updated = parse_iso("2026-11-21T07:00:00Z");
  post.sensitive = true;
  post.mentions = {{"https://b.example/bob", "@bob@b.example"}};
  post.hashtags = {"news", "ÄÖ"};
  post.emojis = {{"", "blob", "https://node.example/blob.png", "image/png"}};
  post.attachments = {
      {"Image", "image/png", "https://node.example/1.png", "alt", "LNAB", 640, 480, 0.5, -0.25}};
  post.quote = "https://b.example/2";
  post.quote_authorization = "https://b.example/stamps/2";
  post.can_quote = Post::Policy{{std::string(as_public)}, {}};
  post.can_reply = Post::Policy{{"https://node.example/users/ada"}, {std::string(as_public)}};
  post.poll = Post::Poll{{{"tea", 3}, {"coffee", 0}}, true, parse_iso("2026-11-22T00:00:00Z"), {}, 3};
  post.replies = post.id + "/replies";
  post.likes = post.id + "/likes";
  post.shares = post.id + "/shares";
  post.likes_total = 5, post.shares_total = 0;
  return post;
}
}  // namespace

void PostTest::our_own_form_is_read_back_the_same() {
  const Post sent = whole();
  auto document = parse_document(write_post(sent));
  QVERIFY2(document, why(document).c_str());
  auto got = read_post(*document);
  QVERIFY2(got, why(got).c_str());
  QCOMPARE(write_post(*got), write_post(sent));
  QCOMPARE(got->content, sent.content);
  QCOMPARE(got->language, "en-GB");
  QCOMPARE(got->hashtags, sent.hashtags);
  QCOMPARE(got->mentions.at(0).href, sent.mentions.at(0).href);
  QCOMPARE(got->attachments.at(0).description, "alt");
  QCOMPARE(got->attachments.at(0).focal_y, -0.25);
  QCOMPARE(got->quote, sent.quote);
  QCOMPARE(got->can_quote->automatic, sent.can_quote->automatic);
  QCOMPARE(got->can_reply->manual, sent.can_reply->manual);
  QVERIFY(got->poll->multiple);
  QCOMPARE(got->poll->options.at(0).votes, 3);
  QCOMPARE(got->poll->voters, std::optional<std::int64_t>(3));
  QCOMPARE(got->updated, sent.updated);
  QCOMPARE(got->likes_total, std::optional<std::int64_t>(5));
}

void PostTest::every_extension_term_is_declared() {
  auto document = json::parse(write_post(whole()));
  const std::string context = document["@context"].dump();
  for (auto term : {"sensitive", "Hashtag", "Emoji", "conversation", "blurhash", "focalPoint", "votersCount",
                    "quote", "quoteUri", "_misskey_quote", "quoteAuthorization", "interactionPolicy",
                    "canQuote", "canReply", "automaticApproval", "manualApproval"}) {
    QVERIFY2(context.find("\"" + std::string(term) + "\":") != std::string::npos, term);
  }
  QVERIFY(!json::parse(write_post(whole(), false)).contains("@context"));
}

void PostTest::a_vote_is_a_name_without_content() {
  Post vote;
  vote.id = "https://node.example/votes/1";
  vote.attributed_to = "https://node.example/users/ada";
  vote.name = "tea";
  vote.in_reply_to = "https://b.example/poll";
  vote.to = {"https://b.example/bob"};
  auto document = json::parse(write_post(vote));
  QVERIFY(!document.contains("content"));
  QVERIFY(read(document).is_vote());
  document["content"] = "<p>tea!</p>";
  QVERIFY(!read(document).is_vote());
}

void PostTest::what_is_needed_is_needed_data() {
  QTest::addColumn<std::string>("name");
  for (auto name : {"id", "type", "attributedTo"}) QTest::newRow(name) << std::string(name);
}
void PostTest::what_is_needed_is_needed() {
  QFETCH(std::string, name);
  QVERIFY(read_post(smallest()));
  for (json odd : {json(nullptr), json(7), json::array(), json::object(), json(""), json::array({nullptr})}) {
    auto post = read_post(with(smallest(), name.c_str(), odd));
    QVERIFY2(!post, odd.dump().c_str());
    QCOMPARE(post.error().code, Errc::unprocessable);
  }
}

void PostTest::eight_types_are_posts() {
  for (auto type : {"Note", "Question", "Article", "Page", "Video", "Image", "Audio", "Event"}) {
    QVERIFY2(read_post(with(smallest(), "type", type)), type);
  }
  for (auto type : {"Person", "Tombstone", "ChatMessage", "Create", "note"}) {
    QVERIFY2(!read_post(with(smallest(), "type", type)), type);
  }
}

void PostTest::odd_members_count_as_absent_data() {  // T-I2
  QTest::addColumn<std::string>("name");
  for (auto name : {"content",
                    "contentMap",
                    "name",
                    "summary",
                    "url",
                    "inReplyTo",
                    "context",
                    "conversation",
                    "audience",
                    "to",
                    "cc",
                    "published",
                    "updated",
                    "sensitive",
                    "tag",
                    "attachment",
                    "image",
                    "icon",
                    "quote",
                    "quoteUri",
                    "quoteUrl",
                    "_misskey_quote",
                    "quoteAuthorization",
                    "interactionPolicy",
                    "oneOf",
                    "anyOf",
                    "endTime",
                    "closed",
                    "votersCount",
                    "replies",
                    "likes",
                    "shares",
                    "startTime",
                    "location",
                    "language",
                    "mediaType",
                    "source"}) {
    QTest::newRow(name) << std::string(name);
  }
}
void PostTest::odd_members_count_as_absent() {
  QFETCH(std::string, name);
  for (json odd : {json(nullptr), json(7), json(-1.5), json(true), json::array(),
                   json::array({1, nullptr, json::array({2})}), json::object(),
                   json{{"id", 7}, {"type", nullptr}, {"href", json::array()}},
                   json{{"type", "Link"}, {"rel", 5}}, json("a b")}) {
    for (auto type : {"Question", "Event", "Note"}) {
      json document = with(with(smallest(), "type", type), name.c_str(), odd);
      auto post = read_post(document);
      QVERIFY2(post, odd.dump().c_str());
      QVERIFY(post->to.empty() && post->quote.empty() && !post->poll && post->in_reply_to.empty() &&
              post->attachments.empty());
      QVERIFY(parse_document(write_post(*post)));
    }
  }
}

void PostTest::the_author_is_found_among_several_data() {
  QTest::addColumn<std::string>("value");
  QTest::addColumn<std::string>("author");
  auto row = [](const char* name, const char* value, const char* author) {
    QTest::newRow(name) << std::string(value) << std::string(author);
  };
  row("string", R"("https://a.example/u")", "https://a.example/u");
  row("object", R"({"id":"https://a.example/u"})", "https://a.example/u");
  row("array", R"(["https://a.example/u"])", "https://a.example/u");
  row("person and group",
      R"([{"type":"Group","id":"https://a.example/c"},{"type":"Person","id":"https://a.example/u"}])",
      "https://a.example/u");
  row("person of another host",
      R"([{"type":"Person","id":"https://b.example/x"},{"type":"Person","id":"https://a.example/u"}])",
      "https://a.example/u");
  row("two persons of one host",
      R"([{"type":"Person","id":"https://a.example/u"},{"type":"Person","id":"https://a.example/v"}])", "");
  row("two of one host", R"(["https://a.example/u","https://a.example/v"])", "");
  row("one twice", R"(["https://a.example/u","https://a.example/u"])", "https://a.example/u");
  row("all of other hosts", R"(["https://b.example/x","https://c.example/y"])", "https://b.example/x");
}
void PostTest::the_author_is_found_among_several() {
  QFETCH(std::string, value);
  QFETCH(std::string, author);
  const auto document = with(smallest(), "attributedTo", json::parse(value));
  if (author.empty()) {
    QVERIFY(!read_post(document));
  } else {
    QCOMPARE(read(document).attributed_to, author);
  }
}

void PostTest::a_quote_is_read_in_order() {
  json document = smallest();
  document["tag"] = {{"type", "Link"},
                     {"mediaType", ld_media_type},
                     {"rel", "https://misskey-hub.net/ns#_misskey_quote"},
                     {"href", "https://q/5"}};
  QCOMPARE(read(document).quote, "https://q/5");
  document["_misskey_quote"] = "https://q/4";
  QCOMPARE(read(document).quote, "https://q/4");
  document["quoteUrl"] = "https://q/3";
  QCOMPARE(read(document).quote, "https://q/3");
  document["quoteUri"] = "https://q/2";
  QCOMPARE(read(document).quote, "https://q/2");
  document["quote"] = {{"id", "https://q/1"}, {"type", "Note"}};
  QCOMPARE(read(document).quote, "https://q/1");
}

void PostTest::a_link_that_is_no_quote_is_none() {
  json tag = {{"type", "Link"}, {"mediaType", ld_media_type}, {"rel", "tag"}, {"href", "https://q/5"}};
  QCOMPARE(read(with(smallest(), "tag", tag)).quote, "");
  tag["rel"] = json::array({"x", "https://misskey-hub.net/ns#_misskey_quote"});
  QCOMPARE(read(with(smallest(), "tag", tag)).quote, "https://q/5");
  tag["mediaType"] = "text/html";
  QCOMPARE(read(with(smallest(), "tag", tag)).quote, "");
}

void PostTest::tags_are_sorted_by_kind() {
  auto post = read(with(smallest(), "tag", json::parse(R"([
    {"type":"Mention","href":"https://b/bob","name":"@bob@b"},{"type":"Mention","name":"@eve@e"},{"type":"Mention"},
    {"type":"Hashtag","name":"#News"},{"type":"Hashtag","name":"bare"},{"type":"Hashtag","name":"#"},{"type":"Hashtag"},
    {"type":"Emoji","id":null,"name":"mouse","icon":{"type":"Image","url":"https://e/m.png"}},{"type":"Emoji","name":":no:"},
    {"type":"Unknown","name":"x"},"https://string.example",null,7,[]])")));
  QCOMPARE(post.mentions.size(), std::size_t{2});
  QCOMPARE(post.mentions[1].name, "@eve@e");
  QCOMPARE(post.hashtags, (std::vector<std::string>{"News", "bare"}));
  QCOMPARE(post.emojis.size(), std::size_t{1});
  QCOMPARE(post.emojis[0].shortcode, "mouse");
}

void PostTest::attachments_are_read_in_every_shape_data() {
  QTest::addColumn<std::string>("value");
  QTest::addColumn<std::string>("url");
  QTest::addColumn<std::string>("description");
  auto row = [](const char* name, const char* value, const char* url, const char* description) {
    QTest::newRow(name) << std::string(value) << std::string(url) << std::string(description);
  };
  row("one object", R"({"type":"Document","url":"https://a/1","name":"alt"})", "https://a/1", "alt");
  row("GoToSocial", R"([{"type":"Image","url":"https://a/1","summary":"alt"}])", "https://a/1", "alt");
  row("url is a link",
      R"([{"type":"Video","url":{"type":"Link","href":"https://a/1","mediaType":"video/mp4"}}])",
      "https://a/1", "");
  row("Lemmy", R"([{"type":"Link","href":"https://a/1"}])", "https://a/1", "");
  row("named in a map", R"([{"type":"Image","url":"https://a/1","nameMap":{"en":"alt"}}])", "https://a/1",
      "alt");
}
void PostTest::attachments_are_read_in_every_shape() {
  QFETCH(std::string, value);
  QFETCH(std::string, url);
  QFETCH(std::string, description);
  auto post = read(with(smallest(), "attachment", json::parse(value)));
  QCOMPARE(post.attachments.size(), std::size_t{1});
  QCOMPARE(post.attachments[0].url, url);
  QCOMPARE(post.attachments[0].description, description);
}

void PostTest::sizes_and_focus_are_clamped() {
  auto post = read(with(smallest(), "attachment",
                        json::parse(R"([{"type":"Image","url":"https://a/1","width":1e300,"height":-5,
    "focalPoint":[7,-1e300]},{"type":"Image","url":"https://a/2","width":"x","focalPoint":["a",1]},
    {"type":"PropertyValue","name":"x"},{"type":"Image","url":"javascript:x"}])")));
  QCOMPARE(post.attachments.size(), std::size_t{2});
  QCOMPARE(post.attachments[0].width, 1'000'000);
  QCOMPARE(post.attachments[0].height, 0);
  QCOMPARE(post.attachments[0].focal_x, 1.0);
  QCOMPARE(post.attachments[0].focal_y, -1.0);
  QCOMPARE(post.attachments[1].focal_x, 0.0);
}

void PostTest::policies_have_old_and_new_names() {
  auto post = read(with(smallest(), "interactionPolicy",
                        json::parse(R"({"canLike":{"always":["as:Public"],"approvalRequired":[]},
    "canReply":{"automaticApproval":"https://a/u","manualApproval":null},"canAnnounce":null,"canQuote":{}})")));
  QCOMPARE(post.can_like->automatic, (std::vector<std::string>{"as:Public"}));
  QCOMPARE(post.can_reply->automatic, (std::vector<std::string>{"https://a/u"}));
  QVERIFY(!post.can_announce);
  QVERIFY(post.can_quote && post.can_quote->automatic.empty());
}

void PostTest::a_closed_poll_may_say_so_in_two_ways() {
  json document = json::parse(
      R"({"oneOf":{"type":"Note","name":"only","replies":{"totalItems":-4}},"endTime":"2026-01-01T00:00:00Z"})");
  document.update(smallest());
  document["type"] = "Question";
  QVERIFY(!read(document).poll->closed);
  QCOMPARE(read(document).poll->options.at(0).votes, 0);
  document["closed"] = true;
  QCOMPARE(read(document).poll->closed, parse_iso("2026-01-01T00:00:00Z"));
  document["closed"] = "2026-01-02T00:00:00Z";
  QCOMPARE(read(document).poll->closed, parse_iso("2026-01-02T00:00:00Z"));
}

void PostTest::what_is_too_much_is_cut() {  // T-D8
  json document = with(smallest(), "name", std::string(5 * 1024 * 1024, 'x'));
  document["type"] = "Question";
  document["content"] = std::string(1024 * 1024, 'x');
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = "https://b.example/" + std::to_string(i);
    document["tag"].push_back({{"type", "Mention"}, {"href", id}, {"name", "@" + std::to_string(i)}});
    document["tag"].push_back({{"type", "Hashtag"}, {"name", "#" + std::string(1000, 'h')}});
    document["tag"].push_back({{"type", "Emoji"}, {"name", ":e:"}, {"icon", {{"url", "https://a/e.png"}}}});
    document["attachment"].push_back({{"type", "Image"}, {"url", id}});
    document["to"].push_back(id);
  }
  for (int i = 0; i < 100'000; ++i) document["oneOf"].push_back({{"name", "option"}});
  auto post = read_post(document);
  QVERIFY2(post, why(post).c_str());
  QCOMPARE(post->name.size(), limits::remote_name_characters_max);
  QCOMPARE(post->content.size(), limits::remote_content_characters_max);
  QVERIFY(post->mentions.size() <= limits::remote_mentions_max && !post->mentions.empty());
  QVERIFY(post->hashtags.size() <= limits::remote_tags_max && !post->hashtags.empty());
  QCOMPARE(post->hashtags.front().size(), limits::tag_characters_max);
  QCOMPARE(post->emojis.size(), limits::remote_emojis_max);
  QCOMPARE(post->attachments.size(), limits::remote_attachments_max);
  QCOMPARE(post->poll->options.size(), limits::remote_poll_options_max);
  QCOMPARE(post->to.size(), limits::remote_addressees_max);
}

void PostTest::an_audience_is_told_from_its_addresses_data() {
  QTest::addColumn<std::string>("to");
  QTest::addColumn<std::string>("cc");
  QTest::addColumn<int>("audience");
  auto row = [](const char* name, std::string to, std::string cc, Audience audience) {
    QTest::newRow(name) << std::move(to) << std::move(cc) << static_cast<int>(audience);
  };
  const std::string full(as_public);
  row("public", full, followers, Audience::public_);
  row("public, short", "as:Public", "", Audience::public_);
  row("public, shorter", "Public", "", Audience::public_);
  row("unlisted", followers, full, Audience::unlisted);
  row("unlisted, short", followers, "as:Public", Audience::unlisted);
  row("followers", followers, "https://b.example/bob", Audience::followers);
  row("followers in cc", "https://b.example/bob", followers, Audience::followers);
  row("direct", "https://b.example/bob", "", Audience::direct);
  row("someone else's followers", "https://b.example/bob/followers", "", Audience::direct);
  row("nobody", "", "", Audience::direct);
}
void PostTest::an_audience_is_told_from_its_addresses() {
  QFETCH(std::string, to);
  QFETCH(std::string, cc);
  QFETCH(int, audience);
  auto list = [](const std::string& one) {
    return one.empty() ? std::vector<std::string>{} : std::vector<std::string>{one};
  };
  QCOMPARE(static_cast<int>(audience_of(list(to), list(cc), followers)), audience);
}

void PostTest::an_unknown_followers_collection_widens_nothing() {
  QCOMPARE(static_cast<int>(audience_of({""}, {}, "")), static_cast<int>(Audience::direct));
}

void PostTest::addresses_tell_the_audience() {
  const std::vector<std::string> mentions = {"https://b.example/bob", "https://b.example/bob",
                                             "https://c.example/eve"};
  for (auto audience : {Audience::public_, Audience::unlisted, Audience::followers, Audience::direct}) {
    auto [to, cc] = addressed(audience, followers, mentions);
    QCOMPARE(static_cast<int>(audience_of(to, cc, followers)), static_cast<int>(audience));
    auto all = to;
    all.insert(all.end(), cc.begin(), cc.end());
    QCOMPARE(std::count(all.begin(), all.end(), mentions[0]), 1);
    QCOMPARE(std::count(all.begin(), all.end(), mentions[2]), 1);
    QCOMPARE(std::count(all.begin(), all.end(), followers), audience == Audience::direct ? 0 : 1);
  }
}

}  // namespace dunlin::activitypub

QTEST_GUILESS_MAIN(dunlin::activitypub::PostTest)
#include "post_test.moc"
