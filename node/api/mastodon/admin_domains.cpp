// Rules about other servers, for administrators, and the list of them that everyone may read. Sources:
// docs.joinmastodon.org/methods/admin/domain_blocks, /domain_allows, /methods/instance/#domain_blocks
#include <algorithm>

#include "node/api/context.h"
#include "node/api/routes.h"
#include "node/domain/federation/domain_lists.h"
#include "protocol/base/encoding.h"
#include "protocol/base/json_writer.h"
#include "protocol/base/limits.h"

namespace dunlin::api {

namespace {

using auth::Scope;
using store::WriteTx;

constexpr int page_default = 100;
constexpr int page_max = 200;

/// Whom Mastodon gives the permission "Manage Federation".
Result<void> only_admins(const Context& context) {
  const auto user = store::find_user(context.tx(), context.me());
  if (!user || user->role != store::Role::admin)
    return fail(Errc::forbidden, "This action is not allowed: it is for administrators");
  return {};
}

std::string digest_of(const std::string& domain) { return hex(bytes_of(sha256(domain))); }

void append_block(JsonWriter& json, const store::DomainRule& rule) {
  json.begin_object().field("id", std::to_string(rule.id)).field("domain", rule.domain);
  json.field("digest", digest_of(rule.domain)).field("created_at", rule.created_at);
  json.field("severity", domain::severity_word(rule.severity)).field("reject_media", rule.reject_media);
  json.field("reject_reports", rule.reject_reports).field("private_comment", rule.private_comment);
  json.field("public_comment", rule.public_comment).field("obfuscate", rule.obfuscate).end_object();
}

void append_allow(JsonWriter& json, const store::DomainAllow& allow) {
  json.begin_object().field("id", std::to_string(allow.id)).field("domain", allow.domain);
  json.field("created_at", allow.created_at).end_object();
}

template <class Row>
net::Response one(const Row& row, void (*append)(JsonWriter&, const Row&)) {
  std::string body;
  JsonWriter json(body);
  append(json, row);
  return json_response(std::move(body));
}

template <class Row>
Result<Outcome> page_of(Context& context,
                        std::vector<Row> (*fetch)(const store::ReadTx&, const store::EdgePage&),
                        void (*append)(JsonWriter&, const Row&)) {
  TRY_DO(only_admins(context));
  TRY(const auto page, edge_page_request(context, page_default, page_max));
  auto rows = fetch(context.tx(), page);
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& row : rows) append(json, row);
  json.end_array();
  auto response = json_response(std::move(body));
  std::optional<std::string> older;
  std::optional<std::string> newer;
  if (!rows.empty()) {
    if (page.ascending || static_cast<int>(rows.size()) == page.limit) older = std::to_string(rows.back().id);
    newer = std::to_string(rows.front().id);
  }
  add_link_header(context, response, older, newer);
  return response;
}

template <class Row>
Result<Row> row_in_path(const Context& context,
                        std::optional<Row> (*find)(const store::ReadTx&, std::int64_t)) {
  TRY_DO(only_admins(context));
  const auto id = parse_id_number(context.args[0]);
  auto row = id ? find(context.tx(), *id) : std::nullopt;
  if (!row) return fail(Errc::not_found, "Record not found");
  return std::move(*row);
}

// --- blocks ---

/// What the request says of a rule; what it leaves out stays.
Result<void> read_change(const Context& context, store::DomainRule& rule) {
  const auto& params = context.params;
  TRY(const auto severity, params.text("severity"));
  TRY(const auto reject_media, params.boolean("reject_media"));
  TRY(const auto reject_reports, params.boolean("reject_reports"));
  TRY(const auto obfuscate, params.boolean("obfuscate"));
  TRY(const auto private_comment, params.text("private_comment"));
  TRY(const auto public_comment, params.text("public_comment"));
  if (severity) {
    const auto known = domain::severity_of_word(*severity);
    if (!known)
      return fail(Errc::unprocessable, "Validation failed: severity must be silence, suspend or noop");
    rule.severity = *known;
  }
  rule.reject_media = reject_media.value_or(rule.reject_media);
  rule.reject_reports = reject_reports.value_or(rule.reject_reports);
  rule.obfuscate = obfuscate.value_or(rule.obfuscate);
  rule.private_comment = private_comment.value_or(rule.private_comment);
  rule.public_comment = public_comment.value_or(rule.public_comment);
  if (std::max(rule.private_comment.size(), rule.public_comment.size()) > limits::domain_comment_bytes_max)
    return fail(Errc::unprocessable, "Validation failed: the comment is too long");
  return {};
}

void apply_rules(WriteTx& tx, const domain::Domains& domains) {
  domain::cut_ties(tx, domain::DomainRules(tx, domains.own(), domains.only_allowed()));
}

Result<Outcome> store_block(const Context& context, const store::DomainRule& rule) {
  return write([rule, &domains = context.services.domains](WriteTx& tx) -> Result<Then> {
    store::put_domain_rule(tx, rule);
    apply_rules(tx, domains);
    return Then([domain = rule.domain](Context& c) -> Result<net::Response> {
      const auto stored = store::domain_rule_of(c.tx(), domain);
      if (!stored) return fail(Errc::not_found, "Record not found");
      return one(*stored, append_block);
    });
  });
}

Result<Outcome> list_blocks(Context& context) {
  return page_of(context, store::domain_rules_page, append_block);
}

Result<Outcome> show_block(Context& context) {
  TRY(const auto rule, row_in_path(context, store::find_domain_rule));
  return one(rule, append_block);
}

Result<Outcome> create_block(Context& context) {
  TRY_DO(only_admins(context));
  TRY(const auto domain, context.params.text("domain"));
  store::DomainRule rule;
  TRY(rule.domain, domain::checked_rule_domain(domain.value_or("")));
  if (rule.domain == context.site().domain)
    return fail(Errc::unprocessable, "Validation failed: this is the node's own name");
  rule.severity = store::Severity::silence;  // where the request does not say
  TRY_DO(read_change(context, rule));
  const auto present = store::domain_rule_of(context.tx(), rule.domain);
  if (!present) return store_block(context, rule);
  std::string body;
  JsonWriter json(body);
  json.begin_object().field("error", "There is a rule for " + rule.domain + " already: change that");
  json.key("existing_domain_block");
  append_block(json, *present);
  json.end_object();
  return json_response(std::move(body), 422);
}

Result<Outcome> change_block(Context& context) {
  TRY(auto rule, row_in_path(context, store::find_domain_rule));
  TRY_DO(read_change(context, rule));
  return store_block(context, rule);
}

Result<Outcome> delete_block(Context& context) {
  TRY(const auto rule, row_in_path(context, store::find_domain_rule));
  // A rule that made an exception from one above it may have been what kept ties.
  return write_then_empty(
      [domain = rule.domain, &domains = context.services.domains](WriteTx& tx) -> Result<void> {
        store::delete_domain_rule(tx, domain);
        apply_rules(tx, domains);
        return {};
      });
}

// --- allows ---

Result<Outcome> list_allows(Context& context) {
  return page_of(context, store::domain_allows_page, append_allow);
}

Result<Outcome> show_allow(Context& context) {
  TRY(const auto allow, row_in_path(context, store::find_domain_allow));
  return one(allow, append_allow);
}

Result<Outcome> create_allow(Context& context) {
  TRY_DO(only_admins(context));
  TRY(const auto given, context.params.text("domain"));
  TRY(const auto domain, domain::checked_rule_domain(given.value_or("")));
  return write([domain](WriteTx& tx) -> Result<Then> {
    store::put_domain_allow(tx, domain);
    return Then([domain](Context& c) -> Result<net::Response> {
      const auto stored = store::domain_allow_of(c.tx(), domain);
      if (!stored) return fail(Errc::not_found, "Record not found");
      return one(*stored, append_allow);
    });
  });
}

Result<Outcome> delete_allow(Context& context) {
  TRY(const auto allow, row_in_path(context, store::find_domain_allow));
  return write_then_empty(
      [domain = allow.domain, &domains = context.services.domains](WriteTx& tx) -> Result<void> {
        store::delete_domain_allow(tx, domain);
        apply_rules(tx, domains);
        return {};
      });
}

// --- what everyone may read ---

Result<Outcome> public_list(Context& context) {
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const auto& rule : store::domain_rules(context.tx())) {
    if (rule.severity == store::Severity::none) continue;
    json.begin_object().field("domain", rule.obfuscate ? domain::obfuscated(rule.domain) : rule.domain);
    json.field("digest", digest_of(rule.domain)).field("severity", domain::severity_word(rule.severity));
    json.field("comment", rule.public_comment).end_object();
  }
  json.end_array();
  return json_response(std::move(body));
}

}  // namespace

std::vector<Route> admin_domain_routes() {
  using net::Method;
  const auto read_blocks = Access::user(Scope::admin_read_domain_blocks);
  const auto write_blocks = Access::user(Scope::admin_write_domain_blocks);
  const auto read_allows = Access::user(Scope::admin_read_domain_allows);
  const auto write_allows = Access::user(Scope::admin_write_domain_allows);
  return {
      {Method::get, "/api/v1/instance/domain_blocks", Access::open(), public_list},
      {Method::get, "/api/v1/admin/domain_blocks", read_blocks, list_blocks},
      {Method::post, "/api/v1/admin/domain_blocks", write_blocks, create_block},
      {Method::get, "/api/v1/admin/domain_blocks/:id", read_blocks, show_block},
      {Method::put, "/api/v1/admin/domain_blocks/:id", write_blocks, change_block},
      {Method::delete_, "/api/v1/admin/domain_blocks/:id", write_blocks, delete_block},
      {Method::get, "/api/v1/admin/domain_allows", read_allows, list_allows},
      {Method::post, "/api/v1/admin/domain_allows", write_allows, create_allow},
      {Method::get, "/api/v1/admin/domain_allows/:id", read_allows, show_allow},
      {Method::delete_, "/api/v1/admin/domain_allows/:id", write_allows, delete_allow},
  };
}

}  // namespace dunlin::api
