#include "node/web/layout.h"
#include "node/web/pages.h"

namespace dunlin::web {

namespace {

void tab(Html& html, std::string_view url, Markup words, bool is_here) {
  html << "<a class=\"button" << (is_here ? Markup("") : Markup(" quiet")) << "\""
       << UrlAttribute{"href", url};
  if (is_here) html << " aria-current=\"page\"";
  html << ">" << words << "</a>";
}

}  // namespace

std::string history_page(const Site& site, const HistoryView& view) {
  Html html;
  html << "<section>\n<div class=\"title-row\"><h1>History of this node</h1>\n<nav class=\"actions\" "
          "aria-label=\"How much of it\">";
  tab(html, "/admin/history?view=day", "Day", !view.is_month);
  tab(html, "/admin/history?view=month", "Month", view.is_month);
  html << "</nav></div>\n<p class=\"hint\">";
  if (view.graphs.empty()) {
    html << "There is nothing yet: the node writes down what happened every five minutes.</p>\n";
  } else {
    html << (view.is_month ? Markup("By days, ") : Markup("By quarters of an hour, ")) << "until "
         << Minute{view.until} << ". Times are UTC. Counts only: who did what is kept nowhere.</p>\n"
         << "<div class=\"graphs\">\n";
    for (const auto& each : view.graphs) graph(html, each, view.axis);
    html << "</div>\n";
  }
  html << "</section>\n";
  Head head;
  head.title = "History of this node";
  head.noindex = true;
  return document(site, head, Layout::wide, html);
}

}  // namespace dunlin::web
