#include "node/feed/words.h"

#include <array>

#include "node/feed/entities.h"
#include "protocol/base/time.h"
#include "protocol/mastodon/account.h"
#include "protocol/mastodon/status.h"

namespace dunlin::feed {

namespace {

// Stand for whatever differs from card to card.
constexpr std::string_view any_text = "~";
constexpr std::int64_t any_id = 987'654'321;

std::string account_example(const domain::Site& site) {
  store::Account account;
  account.public_id = AccountPublicId{any_id};
  account.username = any_text;
  account.display_name = any_text;
  account.note_html = "<p>" + std::string(any_text) + "</p>";
  account.fields = R"([{"name":"~","value":"~","value_html":"~"}])";
  account.last_status_at = Timestamp{};
  account.statuses_count = account.followers_count = account.following_count = any_id;
  std::string out;
  mastodon::append_account(out, entity_of(site, account));
  return out;
}

std::string status_example(const domain::Site& site) {
  mastodon::StatusText text;
  text.id = StatusId{any_id};
  text.visibility = "public";
  text.language = any_text;
  text.uri = site.status_uri(std::string(any_text), text.id);
  text.url = site.status_url(std::string(any_text), text.id);
  text.content = R"(<p>~</p>)";
  std::string out;
  mastodon::append_status_open(out, text);
  return out;
}

/// With all that most statuses do not have.
std::string full_status_example(const domain::Site& site) {
  mastodon::StatusText text;
  text.id = StatusId{any_id};
  text.in_reply_to_id = text.id;
  text.in_reply_to_account_id = AccountPublicId{any_id};
  text.visibility = "unlisted";
  text.language = any_text;
  text.edited_at = Timestamp{};
  text.mentions = {
      {AccountPublicId{any_id}, std::string(any_text), std::string(any_text), site.account_url("~")}};
  text.tags = {std::string(any_text)};
  text.tag_url_prefix = site.tag_url_prefix();
  text.content =
      R"(<span class="h-card"><a href="~" class="u-url mention">@<span>~)"
      R"(<a href="~" class="mention hashtag" rel="tag">#<span>~)"
      R"(<a href="~" rel="nofollow noopener noreferrer" target="_blank"><span class="invisible">https://</span><span>~</span></a>)";
  std::string out;
  mastodon::append_status_open(out, text);
  return out;
}

}  // namespace

gzip::Words words_of(const domain::Site& site) {
  const std::array examples = {status_example(site), account_example(site), full_status_example(site)};
  const auto id = std::to_string(any_id);
  const auto time = to_iso(Timestamp{});
  const auto date = to_iso_date(Timestamp{});
  const std::array<std::string_view, 4> gaps = {any_text, id, time, date};
  return {examples, gaps};
}

}  // namespace dunlin::feed
