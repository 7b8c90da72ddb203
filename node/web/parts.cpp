#include "node/web/parts.h"

#include "node/web/layout.h"

namespace dunlin::web {
namespace {

// Drawn here on a 24 x 24 grid; colour and stroke come from the stylesheet.
#define DUNLIN_ICON(path) \
  "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"" path "\"/></svg>"
constexpr Markup reply_icon = DUNLIN_ICON("M10 5 4 11l6 6M4.500 11H13c4.500 0 7 3 7 8");
constexpr Markup reblog_icon = DUNLIN_ICON(
    "M4 11V9.500A3.500 3.500 0 0 1 7.500 6H19M16 3l3 3-3 3M20 13v1.500a3.500 3.500 0 0 1-3.500 3.500H5M8 "
    "21l-3-3 3-3");
constexpr Markup favourite_icon = DUNLIN_ICON(
    "m12 3.500 2.600 5.400 5.900.8-4.300 4.100 1 5.900-5.200-2.900-5.200 2.900 1-5.900-4.300-4.100 "
    "5.900-.8z");
constexpr Markup edited_icon =
    DUNLIN_ICON("M4.500 19.500l1-4.500L16 4.500l3.500 3.500L9 18.500zM13.500 7l3.500 3.500");
#undef DUNLIN_ICON

constexpr Markup automated_mark = " <span class=\"mark\">automated</span>";

void lang_attribute(Html& html, std::string_view language) {
  if (!language.empty()) html << " lang=\"" << Text{language} << "\"";
}

void size_attributes(Html& html, const MediaView& media) {
  if (media.width <= 0 || media.height <= 0) return;
  html << " width=\"" << Text{std::to_string(media.width)} << "\" height=\""
       << Text{std::to_string(media.height)} << "\"";
}

void picture(Html& html, const MediaView& media) {
  const bool has_preview = !safe_href(media.preview_url).empty();
  html << "<a" << UrlAttribute{"href", media.url} << "><img"
       << UrlAttribute{"src", has_preview ? media.preview_url : media.url};
  size_attributes(html, media);
  html << " loading=\"lazy\" decoding=\"async\" alt=\"";
  if (media.description.empty()) {
    html << "Picture without a description";
  } else {
    html << Text{media.description} << "\" title=\"" << Text{media.description};
  }
  html << "\"></a>";
}

void video(Html& html, const MediaView& media) {
  html << "<video controls playsinline preload=\"none\"";
  if (media.kind == MediaKind::gifv) html << " loop muted";
  html << UrlAttribute{"src", media.url} << UrlAttribute{"poster", media.preview_url};
  size_attributes(html, media);
  if (!media.description.empty()) {
    html << " aria-label=\"" << Text{media.description} << "\" title=\"" << Text{media.description} << "\"";
  }
  html << "></video>";
}

void medium(Html& html, const MediaView& media) {
  switch (media.kind) {
    case MediaKind::image:
      return picture(html, media);
    case MediaKind::gifv:
    case MediaKind::video:
      return video(html, media);
    case MediaKind::audio:
      html << "<audio controls preload=\"none\"" << UrlAttribute{"src", media.url};
      if (!media.description.empty()) html << " aria-label=\"" << Text{media.description} << "\"";
      html << "></audio>";
      return;
    case MediaKind::unknown:
      html << "<a class=\"file\"" << UrlAttribute{"href", media.url} << ">";
      html << (media.description.empty() ? Text{"Attached file"} : Text{media.description}) << "</a>";
      return;
  }
}

Markup gallery_class(std::size_t count) {
  if (count == 1) return "media one";
  if (count == 3) return "media three";
  return "media";
}

/// What opens and closes a <details>, in words that follow its state.
constexpr Markup open_close =
    " <span class=\"toggle\"><span class=\"when-closed\">Show</span><span "
    "class=\"when-open\">Hide</span></span>";

void gallery(Html& html, const StatusView& status) {
  if (status.media.empty()) return;
  // Under a content warning one step is enough to see everything.
  const bool is_covered = status.sensitive && status.spoiler_text.empty();
  if (is_covered) {
    html << "<details class=\"cover\"><summary>Sensitive media" << open_close << "</summary>\n";
  }
  html << "<div class=\"" << gallery_class(status.media.size()) << "\">";
  for (const auto& media : status.media) {
    html << "<div>";
    medium(html, media);
    html << "</div>";
  }
  html << "</div>\n";
  if (is_covered) html << "</details>\n";
}

void body(Html& html, const StatusView& status) {
  const bool has_warning = !status.spoiler_text.empty();
  if (has_warning) {
    html << "<details class=\"warning\"><summary><span dir=\"auto\"";
    lang_attribute(html, status.language);
    html << ">" << Text{status.spoiler_text} << "</span>" << open_close << "</summary>\n";
  }
  if (!status.content_html.empty()) {
    html << "<div class=\"prose\" dir=\"auto\"";
    lang_attribute(html, status.language);
    html << ">" << Cleaned{status.content_html} << "</div>\n";
  }
  gallery(html, status);
  if (has_warning) html << "</details>\n";
}

struct Words {
  Markup one, many;
};

void counter(Html& html, Markup icon, std::int64_t count, Words words, PostRole role) {
  html << "<li>" << icon;
  if (role == PostRole::focus) {
    html << "<b>" << Count{count} << "</b> " << (count == 1 ? words.one : words.many);
  } else {
    html << Count{count} << "<span class=\"unseen\"> " << (count == 1 ? words.one : words.many) << "</span>";
  }
  html << "</li>";
}

void counters(Html& html, const StatusView& status, PostRole role) {
  html << "<ul class=\"counts\">";
  counter(html, reply_icon, status.replies, {"reply", "replies"}, role);
  counter(html, reblog_icon, status.reblogs, {"boost", "boosts"}, role);
  counter(html, favourite_icon, status.favourites, {"favourite", "favourites"}, role);
  html << "</ul>\n";
}

/// Why it stands here: boosted by someone, an answer.
void context(Html& html, const StatusView& status) {
  if (status.reblogged_by) {
    html << "<p class=\"context\">" << reblog_icon << "<a" << UrlAttribute{"href", status.reblogged_by->url}
         << "><bdi>" << Text{shown_name(*status.reblogged_by)} << "</bdi></a> boosted</p>\n";
  }
  if (!status.in_reply_to_handle.empty()) {
    html << "<p class=\"context\">" << reply_icon << "in reply to <a"
         << UrlAttribute{"href", status.in_reply_to_url} << " dir=\"ltr\">@"
         << Text{status.in_reply_to_handle} << "</a></p>\n";
  }
}

/// `when`: the post whose day stands beside the handle, or null.
void author(Html& html, const AccountView& account, const StatusView* when) {
  // The picture repeats the link of the name: hidden from assistive programs and from the tab key.
  html << "<a class=\"avatar\"" << UrlAttribute{"href", account.url}
       << " tabindex=\"-1\" aria-hidden=\"true\"><img" << UrlAttribute{"src", avatar_url(account)}
       << " width=\"48\" height=\"48\" alt=\"\" loading=\"lazy\"></a>\n"
       << "<div class=\"names\"><div><a class=\"name\"" << UrlAttribute{"href", account.url} << "><bdi>"
       << Text{shown_name(account)} << "</bdi></a>";
  if (account.is_bot) html << automated_mark;
  html << "</div><div><span class=\"handle\" dir=\"ltr\">@" << Text{account.handle} << "</span>";
  if (when != nullptr) {
    html << "<a class=\"when\"" << UrlAttribute{"href", when->url} << ">" << Day{when->created_at};
    if (when->edited_at) html << edited_icon << "<span class=\"unseen\">edited</span>";
    html << "</a>";
  }
  html << "</div></div>\n";
}

void exact_time(Html& html, const StatusView& status) {
  html << "<p class=\"exact\"><a" << UrlAttribute{"href", status.url} << ">" << Minute{status.created_at}
       << "</a>";
  if (status.edited_at) html << " · edited " << Minute{*status.edited_at};
  html << "</p>\n";
}

Markup role_class(PostRole role) {
  switch (role) {
    case PostRole::ancestor:
      return "post ancestor";
    case PostRole::focus:
      return "post focus";
    case PostRole::listed:
      break;
  }
  return "post";
}

}  // namespace

void post(Html& html, const StatusView& status, PostRole role) {
  html << "<article class=\"" << role_class(role) << "\" id=\"p-" << Text{status.id}
       << "\" aria-label=\"Post by " << Text{shown_name(status.author)} << "\">\n";
  context(html, status);
  html << "<div class=\"post-head\">\n";
  author(html, status.author, role == PostRole::focus ? nullptr : &status);
  html << "</div>\n<div class=\"post-body\">\n";
  body(html, status);
  if (role == PostRole::focus) exact_time(html, status);
  counters(html, status, role);
  html << "</div>\n</article>\n";
}

void posts(Html& html, const std::vector<StatusView>& statuses) {
  for (const auto& status : statuses) post(html, status, PostRole::listed);
}

void account_card(Html& html, const AccountView& account) {
  html << "<div class=\"account-card\">\n";
  author(html, account, nullptr);
  html << "</div>\n";
}

void account_marks(Html& html, const AccountView& account) {
  if (account.is_bot) html << automated_mark;
  if (account.is_locked) html << " <span class=\"mark\">approves followers</span>";
}

void rule_list(Html& html, const std::vector<RuleView>& rules) {
  html << "<ol class=\"rules\">\n";
  for (const auto& rule : rules) {
    html << "<li><span dir=\"auto\">" << Text{rule.text} << "</span>";
    if (!rule.hint.empty()) html << "<span class=\"hint\" dir=\"auto\">" << Text{rule.hint} << "</span>";
    html << "</li>\n";
  }
  html << "</ol>\n";
}

void pager(Html& html, std::string_view newer_url, std::string_view older_url) {
  if (safe_href(newer_url).empty() && safe_href(older_url).empty()) return;
  html << "<nav class=\"pager\" aria-label=\"Pages\">";
  if (!safe_href(newer_url).empty()) {
    html << "<a class=\"button quiet\" rel=\"prev\"" << UrlAttribute{"href", newer_url} << ">← Newer</a>";
  }
  if (!safe_href(older_url).empty()) {
    html << "<a class=\"button quiet older\" rel=\"next\"" << UrlAttribute{"href", older_url}
         << ">Older →</a>";
  }
  html << "</nav>\n";
}

}  // namespace dunlin::web
