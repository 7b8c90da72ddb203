#include "node/api/routes.h"

namespace dunlin::api {

const std::vector<Route>& all_routes() {
  static const auto routes = [] {
    std::vector<Route> all;
    for (auto* family : {app_routes,          token_routes,         session_routes,
                         account_routes,      profile_routes,       relationship_routes,
                         status_routes,       status_action_routes, timeline_routes,
                         notification_routes, instance_routes,      search_routes,
                         neutral_routes,      sign_in_routes,       authorize_routes,
                         public_page_routes,  file_routes,          federation_document_routes,
                         inbox_routes,        wellknown_routes,     operation_routes,
                         admin_domain_routes, migration_routes,     moved_list_routes,
                         poll_routes,         quote_routes,         report_routes,
                         history_routes,      streaming_routes}) {
      for (auto& route : family()) all.push_back(route);
    }
    return all;
  }();
  return routes;
}

}  // namespace dunlin::api
