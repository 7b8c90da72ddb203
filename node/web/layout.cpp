#include "node/web/layout.h"

#include "node/web/assets.h"

namespace dunlin::web {
namespace {

constexpr std::size_t description_characters_max = 300;  // previews show less

void meta(Html& html, Markup attribute, Markup name, std::string_view content) {
  if (content.empty()) return;
  html << "<meta " << attribute << "=\"" << name << "\" content=\"" << Text{content} << "\">\n";
}

/// Source: ogp.me, and the "twitter:" names that other programs adopted.
void preview(Html& html, const Site& site, const Head& head, std::string_view title) {
  const auto url = whole_url(site, head.canonical_url);
  if (url.empty()) return;
  const auto description = one_line(head.description, description_characters_max);
  const auto image = whole_url(site, head.image_url);
  html << "<link rel=\"canonical\"" << UrlAttribute{"href", url} << ">\n";
  meta(html, "name", "description", description);
  meta(html, "property", "og:site_name", site.title);
  html << "<meta property=\"og:type\" content=\"" << head.type << "\">\n";
  meta(html, "property", "og:url", url);
  meta(html, "property", "og:title", title);
  meta(html, "property", "og:description", description);
  meta(html, "property", "og:image", image);
  if (!image.empty()) meta(html, "property", "og:image:alt", head.image_description);
  if (head.published_at) meta(html, "property", "article:published_time", to_iso(*head.published_at));
  if (head.modified_at) meta(html, "property", "article:modified_time", to_iso(*head.modified_at));
  if (!head.author_handle.empty()) {
    meta(html, "property", "profile:username", head.author_handle);
    meta(html, "name", "fediverse:creator", "@" + head.author_handle);
  }
  meta(html, "name", "twitter:card", head.has_large_image ? "summary_large_image" : "summary");
}

void head_element(Html& html, const Site& site, const Head& head) {
  const auto title = one_line(head.title.empty() ? site.title : head.title, 140);
  html << "<head>\n<meta charset=\"utf-8\">\n"
       << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
       << "<title>" << Text{title};
  if (!head.title.empty()) html << " · " << Text{site.title};
  html << "</title>\n"
       << "<meta name=\"color-scheme\" content=\"light dark\">\n"
       << "<meta name=\"theme-color\" media=\"(prefers-color-scheme: light)\" content=\"#ffffff\">\n"
       << "<meta name=\"theme-color\" media=\"(prefers-color-scheme: dark)\" content=\"#151f21\">\n";
  if (head.noindex) html << "<meta name=\"robots\" content=\"noindex\">\n";
  html << "<link rel=\"stylesheet\"" << UrlAttribute{"href", stylesheet_path()} << ">\n"
       << "<link rel=\"icon\" type=\"image/svg+xml\"" << UrlAttribute{"href", logo_path()} << ">\n";
  preview(html, site, head, title);
  html << "</head>\n";
}

void bar(Html& html, const Site& site, Layout layout) {
  html << "<header class=\"site-bar\"><div class=\"bar\">\n"
       << "<a class=\"brand\" href=\"/\"><img" << UrlAttribute{"src", logo_path()}
       << " width=\"36\" height=\"36\" alt=\"\"><span dir=\"auto\">" << Text{site.title} << "</span></a>\n";
  if (layout == Layout::reading && !(site.sign_in_url.empty() && site.sign_up_url.empty())) {
    html << "<nav aria-label=\"Your account\">";
    if (!site.sign_in_url.empty()) {
      html << "<a class=\"button quiet\"" << UrlAttribute{"href", site.sign_in_url} << ">Sign in</a>";
    }
    if (!site.sign_up_url.empty()) {
      html << "<a class=\"button\"" << UrlAttribute{"href", site.sign_up_url} << ">Sign up</a>";
    }
    html << "</nav>\n";
  }
  html << "</div></header>\n";
}

void foot(Html& html, const Site& site) {
  html << "<footer class=\"site-foot\">\n<p><a href=\"/\">" << Text{site.domain}
       << "</a> · <a href=\"/#about\">About</a> · runs on ";
  if (safe_href(site.source_url).empty()) {
    html << "Dunlin";
  } else {
    html << "<a rel=\"noopener\"" << UrlAttribute{"href", site.source_url} << ">Dunlin</a>";
  }
  html << "</p>\n</footer>\n";
}

}  // namespace

std::string document(const Site& site, const Head& head, Layout layout, const Html& content) {
  Html html;
  html << "<!doctype html>\n<html lang=\"en\">\n";
  head_element(html, site, head);
  html << "<body>\n<a class=\"skip\" href=\"#main\">Skip to content</a>\n";
  bar(html, site, layout);
  html << "<main id=\"main\"";
  if (layout == Layout::form) html << " class=\"narrow\"";
  if (layout == Layout::wide) html << " class=\"wide\"";
  html << ">\n" << Cleaned{content.view()} << "</main>\n";
  foot(html, site);
  html << "</body>\n</html>\n";
  return std::move(html).take();
}

std::string whole_url(const Site& site, std::string_view url) {
  const auto safe = safe_href(url);
  if (!safe.starts_with('/')) return std::string(safe);
  return std::string(safe_href(site.base_url)) + std::string(safe);
}

std::string_view shown_name(const AccountView& account) {
  const std::string_view handle = account.handle;
  return account.display_name.empty() ? handle.substr(0, handle.find('@'))
                                      : std::string_view(account.display_name);
}

std::string_view avatar_url(const AccountView& account) {
  return safe_href(account.avatar_url).empty() ? default_avatar_path : std::string_view(account.avatar_url);
}

}  // namespace dunlin::web
