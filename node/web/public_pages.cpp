// The pages that anyone may see: the site, a profile, a post, a hashtag.
#include <algorithm>

#include "node/web/assets.h"
#include "node/web/layout.h"
#include "node/web/pages.h"
#include "node/web/parts.h"

namespace dunlin::web {
namespace {

constexpr std::size_t ancestors_open_max =
    3;  // further ones are folded, or the post would be far down the page
constexpr std::size_t title_excerpt_characters_max = 60;

void welcome(Html& html, const Site& site, const FrontView& view) {
  html << "<section class=\"welcome card\">\n<img" << UrlAttribute{"src", logo_path()}
       << " width=\"88\" height=\"88\" alt=\"\">\n<h1 dir=\"auto\">" << Text{site.title} << "</h1>\n";
  if (!view.description.empty())
    html << "<p class=\"lead\" dir=\"auto\">" << Text{view.description} << "</p>\n";
  html << "<p class=\"actions\">";
  if (!site.sign_up_url.empty()) {
    html << "<a class=\"button\"" << UrlAttribute{"href", site.sign_up_url} << ">Sign up</a>";
  }
  if (!site.sign_in_url.empty()) {
    html << "<a class=\"button quiet\"" << UrlAttribute{"href", site.sign_in_url} << ">Sign in</a>";
  }
  html << "</p>\n<p class=\"hint\">Works with every Mastodon app: give <b dir=\"ltr\">" << Text{site.domain}
       << "</b> as the server.</p>\n</section>\n";
}

void contact(Html& html, const FrontView& view) {
  if (!view.contact && view.contact_email.empty()) return;
  html << "<h3>Who runs it</h3>\n";
  if (view.contact) account_card(html, *view.contact);
  if (!view.contact_email.empty())
    html << "<p>Write to <b dir=\"ltr\">" << Text{view.contact_email} << "</b></p>\n";
}

void about(Html& html, const Site& site, const FrontView& view) {
  html << "<section class=\"card about\" id=\"about\" aria-labelledby=\"about-title\">\n<h2 "
          "id=\"about-title\">About "
       << "<bdi>" << Text{site.title} << "</bdi></h2>\n";
  if (!view.about_html.empty())
    html << "<div class=\"prose\" dir=\"auto\">" << Cleaned{view.about_html} << "</div>\n";
  html << "<p>People here write to anyone on Mastodon and the other networks of the fediverse, wherever they "
          "have "
          "their account.</p>\n";
  if (view.users > 0 || view.statuses > 0) {
    html << "<dl class=\"numbers\"><div><dt>people</dt><dd>" << Count{view.users}
         << "</dd></div><div><dt>posts</dt><dd>" << Count{view.statuses} << "</dd></div></dl>\n";
  }
  if (!view.rules.empty()) {
    html << "<h3>Rules</h3>\n";
    rule_list(html, view.rules);
  }
  contact(html, view);
  html << "</section>\n";
}

void profile_fields(Html& html, const std::vector<ProfileFieldView>& fields) {
  if (fields.empty()) return;
  html << "<dl class=\"fields\">\n";
  for (const auto& field : fields) {
    html << (field.is_verified ? Markup("<div class=\"verified\">") : Markup("<div>")) << "<dt dir=\"auto\">"
         << Text{field.name} << "</dt><dd dir=\"auto\">" << Cleaned{field.value_html};
    if (field.is_verified) html << " <span class=\"mark\">✓ verified</span>";
    html << "</dd></div>\n";
  }
  html << "</dl>\n";
}

void profile_card(Html& html, const ProfileView& view) {
  const auto& account = view.account;
  const bool has_header = !safe_href(view.header_url).empty();
  html << "<section class=\"card profile\" aria-labelledby=\"profile-name\">\n<img class=\"profile-header\""
       << UrlAttribute{"src", has_header ? std::string_view(view.header_url) : default_header_path}
       << " width=\"1500\" height=\"500\" alt=\"\">\n<img class=\"profile-avatar\""
       << UrlAttribute{"src", avatar_url(account)} << " width=\"112\" height=\"112\" alt=\"\">\n"
       << "<h1 id=\"profile-name\"><bdi>" << Text{shown_name(account)} << "</bdi></h1>\n"
       << "<p class=\"handle\"><span dir=\"ltr\">@" << Text{account.handle} << "</span>";
  account_marks(html, account);
  html << "</p>\n";
  if (view.moved_to) {
    html << "<div class=\"notice\"><p>This account has moved to</p>\n";
    account_card(html, *view.moved_to);
    html << "</div>\n";
  }
  if (!view.bio_html.empty())
    html << "<div class=\"prose\" dir=\"auto\">" << Cleaned{view.bio_html} << "</div>\n";
  profile_fields(html, view.fields);
  html << "<dl class=\"numbers\"><div><dt>posts</dt><dd>" << Count{view.statuses}
       << "</dd></div><div><dt>following</dt><dd>" << Count{view.following}
       << "</dd></div><div><dt>followers</dt><dd>" << Count{view.followers} << "</dd></div></dl>\n"
       << "<p class=\"hint\">Joined " << Day{view.joined_at} << "</p>\n"
       << "<p class=\"hint follow\">To follow, search for <b class=\"copy\" dir=\"ltr\">@"
       << Text{account.handle} << "</b> in your own app.</p>\n</section>\n";
}

void ancestors(Html& html, const std::vector<StatusView>& list) {
  const auto folded = list.size() > ancestors_open_max ? list.size() - ancestors_open_max : 0;
  if (folded > 0) {
    html << "<details class=\"earlier\"><summary>" << Count{static_cast<std::int64_t>(folded)}
         << (folded == 1 ? Markup(" earlier post") : Markup(" earlier posts"))
         << " in this conversation</summary>\n";
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    post(html, list[i], PostRole::ancestor);
    if (folded > 0 && i + 1 == folded) html << "</details>\n";
  }
}

Markup depth_class(int depth) {
  switch (std::clamp(depth, 0, 4)) {
    case 0:
      return "reply";
    case 1:
      return "reply depth-1";
    case 2:
      return "reply depth-2";
    case 3:
      return "reply depth-3";
    default:
      return "reply depth-4";
  }
}

void replies(Html& html, const std::vector<ReplyView>& list) {
  if (list.empty()) return;
  html << "<section aria-labelledby=\"replies-title\">\n<h2 id=\"replies-title\">Replies</h2>\n<div "
          "class=\"replies\">\n";
  for (const auto& reply : list) {
    html << "<div class=\"" << depth_class(reply.depth) << "\">\n";
    post(html, reply.status, PostRole::listed);
    html << "</div>\n";
  }
  html << "</div>\n</section>\n";
}

Head status_head(const StatusPageView& view) {
  const auto& status = view.status;
  const auto& author = status.author;
  const bool has_warning = !status.spoiler_text.empty();
  Head head;
  const auto& text = has_warning ? status.spoiler_text : view.excerpt;
  head.title = std::string(shown_name(author));
  if (!text.empty()) head.title += ": “" + one_line(text, title_excerpt_characters_max) + "”";
  head.description = has_warning ? "Content warning: " + status.spoiler_text : view.excerpt;
  head.canonical_url = status.url;
  head.type = "article";
  head.author_handle = author.handle;
  head.published_at = status.created_at;
  head.modified_at = status.edited_at;
  head.noindex = view.noindex;
  head.image_url = std::string(avatar_url(author));
  // A preview must not show what the page itself covers.
  const bool is_covered = has_warning || status.sensitive;
  if (!is_covered && !status.media.empty() && status.media[0].kind != MediaKind::audio &&
      !safe_href(status.media[0].preview_url).empty()) {
    head.image_url = status.media[0].preview_url;
    head.image_description = status.media[0].description;
    head.has_large_image = true;
  }
  return head;
}

}  // namespace

std::string front_page(const Site& site, const FrontView& view) {
  Html html;
  welcome(html, site, view);
  if (!view.latest.empty()) {
    html << "<section aria-labelledby=\"latest-title\">\n<h2 id=\"latest-title\">Latest posts</h2>\n";
    posts(html, view.latest);
    html << "</section>\n";
  }
  about(html, site, view);
  Head head;
  head.description = view.description;
  head.canonical_url = "/";
  head.image_url = std::string(default_header_path);
  head.noindex = view.noindex;
  return document(site, head, Layout::front, html);
}

std::string profile_page(const Site& site, const ProfileView& view) {
  Html html;
  profile_card(html, view);
  if (!view.pinned.empty()) {
    html << "<section aria-labelledby=\"pinned-title\">\n<h2 id=\"pinned-title\">Pinned</h2>\n";
    posts(html, view.pinned);
    html << "</section>\n";
  }
  html << "<section aria-labelledby=\"latest-title\">\n<h2 id=\"latest-title\">Posts</h2>\n";
  posts(html, view.latest);
  if (view.latest.empty()) html << "<p class=\"empty\">No public posts here.</p>\n";
  html << "</section>\n";
  pager(html, view.newer_url, view.older_url);

  Head head;
  head.title = std::string(shown_name(view.account)) + " (@" + view.account.handle + ")";
  head.description = view.bio;
  head.canonical_url = view.account.url;
  head.image_url = std::string(avatar_url(view.account));
  head.type = "profile";
  head.author_handle = view.account.handle;
  head.noindex = view.noindex;
  return document(site, head, Layout::reading, html);
}

std::string status_page(const Site& site, const StatusPageView& view) {
  Html html;
  html << "<h1 class=\"unseen\">Post by <bdi>" << Text{shown_name(view.status.author)} << "</bdi></h1>\n"
       << "<div class=\"card thread\">\n";
  ancestors(html, view.ancestors);
  post(html, view.status, PostRole::focus);
  html << "</div>\n";
  replies(html, view.replies);
  return document(site, status_head(view), Layout::reading, html);
}

std::string tag_page(const Site& site, const TagView& view) {
  Html html;
  html << "<section aria-labelledby=\"tag-title\">\n<h1 id=\"tag-title\"><bdi>#" << Text{view.name}
       << "</bdi></h1>\n";
  posts(html, view.latest);
  if (view.latest.empty()) html << "<p class=\"empty\">No public posts here.</p>\n";
  html << "</section>\n";
  pager(html, view.newer_url, view.older_url);
  Head head;
  head.title = "#" + view.name;
  head.description = "Public posts with #" + view.name;
  head.canonical_url = view.url;
  head.noindex = view.noindex;
  return document(site, head, Layout::reading, html);
}

}  // namespace dunlin::web
