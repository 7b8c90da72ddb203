#include "node/web/pages.h"

#include <functional>

#include "node/web/assets.h"
#include "protocol/base/encoding.h"
#include "tests/support/qt.h"
#include "tests/unit/node/web/markup_checker.h"
#include "tests/unit/node/web/sample_pages.h"

namespace dunlin::web {
namespace {

using Field = std::function<std::string&(SamplePages&)>;
using Rows = std::vector<std::pair<const char*, Field>>;

/// Every member that is plain text, once for each view it stands in.
const Rows& text_fields() {
  static const Rows rows = {{"site.title", [](auto& p) -> auto& {return p.site.title;
}
}  // namespace
, {"site.domain", [](auto& p) -> auto& {return p.site.domain;
}  // namespace dunlin::web
}
, {"front.description", [](auto& p) -> auto& {return p.front.description;
}
}
, {"front.rule.text", [](auto& p) -> auto& {return p.front.rules[0].text;
}
}
, {"front.rule.hint", [](auto& p) -> auto& {return p.front.rules[0].hint;
}
}
, {"front.contact.display_name", [](auto& p) -> auto& {return p.front.contact->display_name;
}
}
, {"front.contact.handle", [](auto& p) -> auto& {return p.front.contact->handle;
}
}
, {"front.contact_email", [](auto& p) -> auto& {return p.front.contact_email;
}
}
, {"profile.display_name", [](auto& p) -> auto& {return p.profile.account.display_name;
}
}
, {"profile.handle", [](auto& p) -> auto& {return p.profile.account.handle;
}
}
, {"profile.bio", [](auto& p) -> auto& {return p.profile.bio;
}
}
, {"profile.field.name", [](auto& p) -> auto& {return p.profile.fields[0].name;
}
}
, {"profile.moved_to.handle", [](auto& p) -> auto& {return p.profile.moved_to->handle;
}
}
, {"status.id", [](auto& p) -> auto& {return p.status.status.id;
}
}
, {"status.display_name", [](auto& p) -> auto& {return p.status.status.author.display_name;
}
}
, {"status.handle", [](auto& p) -> auto& {return p.status.status.author.handle;
}
}
, {"status.language", [](auto& p) -> auto& {return p.status.status.language;
}
}
, {"status.excerpt", [](auto& p) -> auto& {return p.status.excerpt;
}
}
, {"status.spoiler_text", [](auto& p) -> auto& {return p.status.status.spoiler_text;
}
}
, {"status.picture", [](auto& p) -> auto& {return p.status.status.media[0].description;
}
}
, {"status.gifv", [](auto& p) -> auto& {return p.status.status.media[2].description;
}
}
, {"status.video", [](auto& p) -> auto& {return p.status.status.media[4].description;
}
}
, {"status.audio", [](auto& p) -> auto& {return p.status.status.media[6].description;
}
}
, {"status.file", [](auto& p) -> auto& {return p.status.status.media[8].description;
}
}
, {"status.reblogged_by", [](auto& p) -> auto& {return p.status.status.reblogged_by->display_name;
}
}
, {"ancestor.spoiler_text", [](auto& p) -> auto& {return p.status.ancestors[2].spoiler_text;
}
}
, {"ancestor.in_reply_to_handle", [](auto& p) -> auto& {return p.status.ancestors[2].in_reply_to_handle;
}
}
, {"reply.display_name", [](auto& p) -> auto& {return p.status.replies[0].status.author.display_name;
}
}
, {"tag.name", [](auto& p) -> auto& {return p.tag.name;
}
}
, {"sign_in.csrf_token", [](auto& p) -> auto& {return p.sign_in.form.csrf_token;
}
}
, {"sign_in.hidden.name", [](auto& p) -> auto& {return p.sign_in.form.hidden[0].first;
}
}
, {"sign_in.hidden.value", [](auto& p) -> auto& {return p.sign_in.form.hidden[0].second;
}
}
, {"sign_in.app_name", [](auto& p) -> auto& {return p.sign_in.app_name;
}
}
, {"sign_in.username", [](auto& p) -> auto& {return p.sign_in.username;
}
}
, {"sign_in.error", [](auto& p) -> auto& {return p.sign_in.error;
}
}
, {"authorize.csrf_token", [](auto& p) -> auto& {return p.authorize.form.csrf_token;
}
}
, {"authorize.app_name", [](auto& p) -> auto& {return p.authorize.app_name;
}
}
, {"authorize.display_name", [](auto& p) -> auto& {return p.authorize.account.display_name;
}
}
, {"authorize.handle", [](auto& p) -> auto& {return p.authorize.account.handle;
}
}
, {"authorize.scope", [](auto& p) -> auto& {return p.authorize.scopes[3];
}
}
, {"authorize.redirect_uri", [](auto& p) -> auto& {return p.authorize.redirect_uri;
}
}
, {"authorize.switch.csrf_token", [](auto& p) -> auto& {return p.authorize.switch_account.csrf_token;
}
}
, {"authorize.switch.hidden", [](auto& p) -> auto& {return p.authorize.switch_account.hidden[0].second;
}
}
, {"code.app_name", [](auto& p) -> auto& {return p.code.app_name;
}
}
, {"code.code", [](auto& p) -> auto& {return p.code.code;
}
}
, {"sign_up.csrf_token", [](auto& p) -> auto& {return p.sign_up_open.form.csrf_token;
}
}
, {"sign_up.rule.text", [](auto& p) -> auto& {return p.sign_up_open.rules[0].text;
}
}
, {"sign_up.rule.hint", [](auto& p) -> auto& {return p.sign_up_open.rules[0].hint;
}
}
, {"sign_up.username", [](auto& p) -> auto& {return p.sign_up_open.username;
}
}
, {"sign_up.email", [](auto& p) -> auto& {return p.sign_up_open.email;
}
}
, {"sign_up.error", [](auto& p) -> auto& {return p.sign_up_open.error;
}
}
, {"sign_up.username_error", [](auto& p) -> auto& {return p.sign_up_open.username_error;
}
}
, {"sign_up.email_error", [](auto& p) -> auto& {return p.sign_up_open.email_error;
}
}
, {"sign_up.password_error", [](auto& p) -> auto& {return p.sign_up_open.password_error;
}
}
, {"sign_up.agreement_error", [](auto& p) -> auto& {return p.sign_up_open.agreement_error;
}
}
, {"sign_up.reason", [](auto& p) -> auto& {return p.sign_up_approval.reason;
}
}
, {"sign_up.reason_error", [](auto& p) -> auto& {return p.sign_up_approval.reason_error;
}
}
, {"sign_up.invite_code", [](auto& p) -> auto& {return p.sign_up_invite.invite_code;
}
}
, {"sign_up.invite_code_error", [](auto& p) -> auto& {return p.sign_up_invite.invite_code_error;
}
}
, {"sign_up.closed_message", [](auto& p) -> auto& {return p.sign_up_closed.closed_message;
}
}
, {"message.title", [](auto& p) -> auto& {return p.message.title;
}
}
, {"message.text", [](auto& p) -> auto& {return p.message.text;
}
}
, {"message.link_text", [](auto& p) -> auto& {return p.message.link_text;
}
}
, {"error text", [](auto& p) -> auto& {return p.error_text;
}
}
,
}
;
return rows;
}

/// Every member that is an address.
const Rows& address_fields() {
  static const Rows rows = {{"site.sign_in_url", [](auto& p) -> auto& {return p.site.sign_in_url;
}
}
, {"site.sign_up_url", [](auto& p) -> auto& {return p.site.sign_up_url;
}
}
, {"site.source_url", [](auto& p) -> auto& {return p.site.source_url;
}
}
, {"profile.account.url", [](auto& p) -> auto& {return p.profile.account.url;
}
}
, {"profile.avatar_url", [](auto& p) -> auto& {return p.profile.account.avatar_url;
}
}
, {"profile.header_url", [](auto& p) -> auto& {return p.profile.header_url;
}
}
, {"profile.newer_url", [](auto& p) -> auto& {return p.profile.newer_url;
}
}
, {"profile.older_url", [](auto& p) -> auto& {return p.profile.older_url;
}
}
, {"status.url", [](auto& p) -> auto& {return p.status.status.url;
}
}
, {"status.author.url", [](auto& p) -> auto& {return p.status.status.author.url;
}
}
, {"status.picture.url", [](auto& p) -> auto& {return p.status.status.media[0].url;
}
}
, {"status.picture.preview_url", [](auto& p) -> auto& {return p.status.status.media[0].preview_url;
}
}
, {"status.gifv.url", [](auto& p) -> auto& {return p.status.status.media[2].url;
}
}
, {"status.gifv.preview_url", [](auto& p) -> auto& {return p.status.status.media[2].preview_url;
}
}
, {"status.audio.url", [](auto& p) -> auto& {return p.status.status.media[6].url;
}
}
, {"status.file.url", [](auto& p) -> auto& {return p.status.status.media[8].url;
}
}
, {"status.reblogged_by.url", [](auto& p) -> auto& {return p.status.status.reblogged_by->url;
}
}
, {"ancestor.in_reply_to_url", [](auto& p) -> auto& {return p.status.ancestors[2].in_reply_to_url;
}
}
, {"tag.url", [](auto& p) -> auto& {return p.tag.url;
}
}
, {"sign_in.action", [](auto& p) -> auto& {return p.sign_in.form.action;
}
}
, {"authorize.action", [](auto& p) -> auto& {return p.authorize.form.action;
}
}
, {"authorize.app_website", [](auto& p) -> auto& {return p.authorize.app_website;
}
}
, {"message.link_url", [](auto& p) -> auto& {return p.message.link_url;
}
}
,
}
;
return rows;
}

void add_rows(const Rows& rows) {
  QTest::addColumn<qsizetype>("row");
  for (std::size_t i = 0; i < rows.size(); ++i) QTest::newRow(rows[i].first) << static_cast<qsizetype>(i);
}

const Field& field_of(const Rows& rows) {
  QFETCH(qsizetype, row);
  return rows[static_cast<std::size_t>(row)].second;
}

void verify_sound(const std::pair<std::string, std::string>& page) {
  const auto& [name, html] = page;
  const auto check = check_markup(html);
  QVERIFY2(check.error.empty(), (name + ": " + check.error).c_str());
  const auto wrong = check_elements(check.elements);
  QVERIFY2(wrong.empty(), (name + ": " + wrong).c_str());
}

/// Checks the pages that differ from those of the plain samples, which have a test of their own.
void verify_changed_pages_are_sound(const SamplePages& pages) {
  static const auto plain = SamplePages().render();
  const auto rendered = pages.render();
  for (std::size_t i = 0; i < rendered.size(); ++i) {
    if (rendered[i] != plain[i]) verify_sound(rendered[i]);
  }
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

class PagesTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void every_page_is_well_formed_and_runs_nothing();
  void bare_views_give_well_formed_pages();
  void the_checker_finds_faults_data();
  void the_checker_finds_faults();
  void text_is_escaped_wherever_it_is_shown_data();
  void text_is_escaped_wherever_it_is_shown();
  void unsafe_addresses_are_left_out_data();
  void unsafe_addresses_are_left_out();
  void every_page_says_its_language_and_has_its_landmarks();
  void forms_are_never_indexed();
  void public_pages_are_indexed_unless_the_view_says_no();
  void a_post_describes_itself_to_link_previews();
  void previews_do_not_show_what_a_warning_covers();
  void earlier_ancestors_are_folded_and_near_ones_are_not();
  void ids_of_a_thread_lead_to_its_posts();
  void closed_registration_has_no_form();
  void each_sign_up_mode_asks_for_its_own_field();
  void out_of_band_says_that_a_code_will_come();
  void unknown_error_status_still_has_words();
};

void PagesTest::every_page_is_well_formed_and_runs_nothing() {
  for (const auto& page : SamplePages().render()) verify_sound(page);
}

void PagesTest::bare_views_give_well_formed_pages() {
  const Site site{.title = "T", .domain = "d.example", .base_url = "https://d.example"};
  const std::vector<std::pair<std::string, std::string>> pages = {
      {"front", front_page(site, {})},     {"profile", profile_page(site, {})},
      {"status", status_page(site, {})},   {"tag", tag_page(site, {})},
      {"sign in", sign_in_page(site, {})}, {"authorize", authorize_page(site, {})},
      {"code", code_page(site, {})},       {"sign up", sign_up_page(site, {})},
      {"message", message_page(site, {})}, {"error", error_page(site, 500, "")}};
  for (const auto& page : pages) verify_sound(page);
}

void PagesTest::the_checker_finds_faults_data() {
  QTest::addColumn<QByteArray>("body");
  QTest::newRow("not closed") << QByteArray("<p>");
  QTest::newRow("closed in the wrong order") << QByteArray("<b><i></b></i>");
  QTest::newRow("bare ampersand") << QByteArray("a & b");
  QTest::newRow("bare quote in a value") << QByteArray("<p title=\"a\"b\"></p>");
  QTest::newRow("unquoted value") << QByteArray("<p title=a></p>");
  QTest::newRow("script") << QByteArray("<script></script>");
  QTest::newRow("style attribute") << QByteArray("<p style=\"color:red\"></p>");
  QTest::newRow("handler") << QByteArray("<p onclick=\"a\"></p>");
  QTest::newRow("foreign picture") << QByteArray("<img alt=\"\" src=\"https://a.example/b\">");
  QTest::newRow("script address") << QByteArray("<a href=\"javascript:a\"></a>");
  QTest::newRow("no alternative text") << QByteArray("<img src=\"/a\">");
  QTest::newRow("id twice") << QByteArray("<p id=\"a\"></p><p id=\"a\"></p>");
  QTest::newRow("box without label") << QByteArray("<input type=\"text\" id=\"a\">");
  QTest::newRow("list in a paragraph") << QByteArray("<p><ul></ul></p>");
}

void PagesTest::the_checker_finds_faults() {
  QFETCH(QByteArray, body);
  const auto check = check_markup("<!doctype html>\n" + body.toStdString());
  QVERIFY(!check.error.empty() || !check_elements(check.elements).empty());
}

void PagesTest::text_is_escaped_wherever_it_is_shown_data() { add_rows(text_fields()); }

void PagesTest::text_is_escaped_wherever_it_is_shown() {
  const std::string hostile = "x\"><script>a('1')</script>&lt;";
  const auto escaped = escape_html(hostile);
  QVERIFY(!contains(escaped, "<") && !contains(escaped, "\""));
  SamplePages pages;
  field_of(text_fields())(pages) = hostile;
  bool is_shown = false;
  for (const auto& page : pages.render()) {
    is_shown = is_shown || contains(page.second, escaped);
    QVERIFY(!contains(page.second, hostile));
  }
  verify_changed_pages_are_sound(pages);
  QVERIFY2(is_shown, "the field is on no page");
}

void PagesTest::unsafe_addresses_are_left_out_data() { add_rows(address_fields()); }

void PagesTest::unsafe_addresses_are_left_out() {
  for (const std::string hostile :
       {"javascript:evil(1)", "data:text/html,evil", "//evil.example/", "/\\evil.example", "/\t/evil.example",
        " https://evil.example", "evil", "https:evil"}) {
    SamplePages pages;
    field_of(address_fields())(pages) = hostile;
    for (const auto& page : pages.render()) {
      QVERIFY2(!contains(page.second, "evil"), (page.first + " has " + hostile).c_str());
    }
    verify_changed_pages_are_sound(pages);
  }
  SamplePages pages;
  field_of(address_fields())(pages) = "/seen?a=1&b=\"'<2";
  bool is_shown = false;
  for (const auto& page : pages.render()) {
    is_shown = is_shown || contains(page.second, escape_html("/seen?a=1&b=\"'<2"));
  }
  verify_changed_pages_are_sound(pages);
  QVERIFY2(is_shown, "the address is on no page");
}

void PagesTest::every_page_says_its_language_and_has_its_landmarks() {
  for (const auto& [name, html] : SamplePages().render()) {
    std::size_t mains = 0, h1s = 0;
    for (const auto& element : check_markup(html).elements) {
      mains += element.name == "main";
      h1s += element.name == "h1";
    }
    QVERIFY2(mains == 1 && h1s == 1, name.c_str());
    QVERIFY2(contains(html, "<html lang=\"en\">"), name.c_str());
    QVERIFY2(contains(html, stylesheet_path()), name.c_str());
  }
}

void PagesTest::forms_are_never_indexed() {
  const auto pages = SamplePages().render();
  for (std::size_t i = 4; i < pages.size(); ++i) {
    QVERIFY2(contains(pages[i].second, "<meta name=\"robots\" content=\"noindex\">"), pages[i].first.c_str());
  }
}

void PagesTest::public_pages_are_indexed_unless_the_view_says_no() {
  SamplePages pages;
  for (const bool noindex : {false, true}) {
    pages.front.noindex = pages.profile.noindex = pages.status.noindex = pages.tag.noindex = noindex;
    const auto rendered = pages.render();
    for (std::size_t i = 0; i < 4; ++i) QCOMPARE(contains(rendered[i].second, "noindex"), noindex);
  }
}

void PagesTest::a_post_describes_itself_to_link_previews() {
  const SamplePages pages;
  const auto html = status_page(pages.site, pages.status);
  for (const auto* expected :
       {"<link rel=\"canonical\" href=\"https://mudflat.example/@ada/1\">",
        "<meta property=\"og:url\" content=\"https://mudflat.example/@ada/1\">",
        "<meta property=\"og:type\" content=\"article\">",
        "<meta property=\"og:description\" content=\"The tide is out\">",
        "<meta property=\"og:image\" content=\"https://mudflat.example/media/preview.png\">",
        "<meta property=\"article:published_time\" content=\"2026-11-21T06:59:40.123Z\">",
        "<meta name=\"fediverse:creator\" content=\"@ada@mudflat.example\">",
        "<meta name=\"twitter:card\" content=\"summary_large_image\">",
        "<title>Ada: “The tide is out” · Mudflat</title>"}) {
    QVERIFY2(contains(html, expected), expected);
  }
}

void PagesTest::previews_do_not_show_what_a_warning_covers() {
  SamplePages pages;
  pages.status.status.spoiler_text = "gulls";
  auto html = status_page(pages.site, pages.status);
  QVERIFY(contains(html, "content=\"Content warning: gulls\""));
  QVERIFY(!contains(html, "The tide is out"));
  QVERIFY(!contains(html, "og:image\" content=\"https://mudflat.example/media/preview.png\""));
  pages.status.status.spoiler_text.clear();
  pages.status.status.sensitive = true;
  html = status_page(pages.site, pages.status);
  QVERIFY(!contains(html, "og:image\" content=\"https://mudflat.example/media/preview.png\""));
}

void PagesTest::earlier_ancestors_are_folded_and_near_ones_are_not() {
  SamplePages pages;
  auto html = status_page(pages.site, pages.status);
  QVERIFY(contains(html, "2 earlier posts"));
  const auto end = html.find("</details>\n<article");  // of the fold: the nearest three follow it
  QVERIFY(html.find("id=\"p-2\"") < end && html.find("id=\"p-3\"") > end);
  pages.status.ancestors.erase(pages.status.ancestors.begin(), pages.status.ancestors.begin() + 2);
  QVERIFY(!contains(status_page(pages.site, pages.status), "earlier post"));
}

void PagesTest::ids_of_a_thread_lead_to_its_posts() {
  const SamplePages pages;
  const auto html = status_page(pages.site, pages.status);
  std::size_t before = 0;
  for (const auto* id : {"p-1", "p-5", "p-10", "p-11", "p-13"}) {
    const auto at = html.find("id=\"" + std::string(id) + "\"");
    QVERIFY2(at != std::string::npos && at > before, id);
    before = at;
  }
}

void PagesTest::closed_registration_has_no_form() {
  const SamplePages pages;
  const auto html = sign_up_page(pages.site, pages.sign_up_closed);
  QVERIFY(!contains(html, "<form") && contains(html, "Back in spring."));
}

void PagesTest::each_sign_up_mode_asks_for_its_own_field() {
  const SamplePages pages;
  const auto asks = [&](const SignUpView& view, const std::string& name) {
    return contains(sign_up_page(pages.site, view), "name=\"" + name + "\"");
  };
  QVERIFY(!asks(pages.sign_up_open, "reason") && !asks(pages.sign_up_open, "invite_code"));
  QVERIFY(asks(pages.sign_up_approval, "reason") && !asks(pages.sign_up_approval, "invite_code"));
  QVERIFY(asks(pages.sign_up_invite, "invite_code") && !asks(pages.sign_up_invite, "reason"));
  for (const auto* name : {"csrf_token", "username", "email", "password", "agreement"}) {
    QVERIFY2(asks(pages.sign_up_open, name), name);
  }
}

void PagesTest::out_of_band_says_that_a_code_will_come() {
  SamplePages pages;
  QVERIFY(contains(authorize_page(pages.site, pages.authorize), "tusky://callback"));
  pages.authorize.redirect_uri.clear();
  QVERIFY(contains(authorize_page(pages.site, pages.authorize), "a code to copy"));
}

void PagesTest::unknown_error_status_still_has_words() {
  const Site site{.title = "T", .domain = "d.example"};
  QVERIFY(contains(error_page(site, 418, ""), ">418<"));
  QVERIFY(contains(error_page(site, 418, ""), "That did not make sense"));
  QVERIFY(contains(error_page(site, 599, ""), "Something went wrong"));
  QVERIFY(contains(error_page(site, 404, ""), "Nothing here"));
}

}  // namespace dunlin::web

QTEST_GUILESS_MAIN(dunlin::web::PagesTest)
#include "pages_test.moc"
