#pragma once
#include <vector>

#include "node/api/route.h"

namespace dunlin::api {

// One for each endpoint family; all_routes() is their sum.
std::vector<Route> admin_domain_routes();
std::vector<Route> app_routes();
std::vector<Route> token_routes();
std::vector<Route> session_routes();
std::vector<Route> account_routes();
std::vector<Route> profile_routes();
std::vector<Route> relationship_routes();
std::vector<Route> status_routes();
std::vector<Route> status_action_routes();
std::vector<Route> quote_routes();
std::vector<Route> timeline_routes();
std::vector<Route> migration_routes();
std::vector<Route> moved_list_routes();
std::vector<Route> notification_routes();
std::vector<Route> history_routes();
std::vector<Route> instance_routes();
std::vector<Route> poll_routes();
std::vector<Route> report_routes();
std::vector<Route> search_routes();
std::vector<Route> streaming_routes();
std::vector<Route> neutral_routes();
std::vector<Route> sign_in_routes();
std::vector<Route> authorize_routes();
std::vector<Route> public_page_routes();
std::vector<Route> federation_document_routes();
std::vector<Route> file_routes();
std::vector<Route> inbox_routes();
std::vector<Route> wellknown_routes();
std::vector<Route> operation_routes();

}  // namespace dunlin::api
