#include "node/store/domains.h"

namespace dunlin::store {

namespace {

DomainRule row_to_rule(const Rows& rows) {
  DomainRule rule;
  rule.id = rows.integer(0);
  rule.domain = rows.string(1);
  rule.severity = parse_severity(rows.text(2)).value_or(Severity::suspend);
  rule.reject_media = rows.boolean(3);
  rule.reject_reports = rows.boolean(4);
  rule.obfuscate = rows.boolean(5);
  rule.private_comment = rows.string(6);
  rule.public_comment = rows.string(7);
  rule.created_at = rows.time(8);
  return rule;
}

DomainAllow row_to_allow(const Rows& rows) { return {rows.integer(0), rows.string(1), rows.time(2)}; }

template <class Row>
std::vector<Row> all(Rows rows, Row (*read)(const Rows&)) {
  std::vector<Row> out;
  while (rows.step()) out.push_back(read(rows));
  return out;
}

template <class Row>
std::optional<Row> first(Rows rows, Row (*read)(const Rows&)) {
  if (!rows.step()) return std::nullopt;
  return read(rows);
}

std::vector<std::string> texts(Rows rows) {
  std::vector<std::string> out;
  while (rows.step()) out.push_back(rows.string(0));
  return out;
}

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::none:
      return "none";
    case Severity::silence:
      return "silence";
    case Severity::suspend:
      break;
  }
  return "suspend";
}

std::optional<Severity> parse_severity(std::string_view text) {
  for (const auto severity : {Severity::none, Severity::silence, Severity::suspend}) {
    if (text == to_string(severity)) return severity;
  }
  return std::nullopt;
}

std::vector<DomainRule> domain_rules(const ReadTx& tx) { return all(tx.query("domain_rules"), row_to_rule); }

std::vector<DomainRule> domain_rules_page(const ReadTx& tx, const EdgePage& page) {
  const auto* name = page.ascending ? "domain_rules_page_up" : "domain_rules_page";
  return all(tx.query(name, page.before, page.after, page.limit), row_to_rule);
}

std::optional<DomainRule> find_domain_rule(const ReadTx& tx, std::int64_t id) {
  return first(tx.query("find_domain_rule", id), row_to_rule);
}

std::optional<DomainRule> domain_rule_of(const ReadTx& tx, std::string_view domain) {
  return first(tx.query("domain_rule_of", domain), row_to_rule);
}

void put_domain_rule(WriteTx& tx, const DomainRule& rule) {
  tx.run("put_domain_rule", tx.next_id(), rule.domain, to_string(rule.severity), rule.reject_media,
         rule.reject_reports, rule.obfuscate, rule.private_comment, rule.public_comment, tx.now());
  tx.changes().domains = true;
}

bool delete_domain_rule(WriteTx& tx, std::string_view domain) {
  tx.changes().domains = true;
  return tx.run("delete_domain_rule", domain) > 0;
}

std::vector<DomainAllow> domain_allows(const ReadTx& tx) {
  return all(tx.query("domain_allows"), row_to_allow);
}

std::vector<DomainAllow> domain_allows_page(const ReadTx& tx, const EdgePage& page) {
  const auto* name = page.ascending ? "domain_allows_page_up" : "domain_allows_page";
  return all(tx.query(name, page.before, page.after, page.limit), row_to_allow);
}

std::optional<DomainAllow> find_domain_allow(const ReadTx& tx, std::int64_t id) {
  return first(tx.query("find_domain_allow", id), row_to_allow);
}

std::optional<DomainAllow> domain_allow_of(const ReadTx& tx, std::string_view domain) {
  return first(tx.query("domain_allow_of", domain), row_to_allow);
}

void put_domain_allow(WriteTx& tx, std::string_view domain) {
  tx.run("put_domain_allow", tx.next_id(), domain, tx.now());
  tx.changes().domains = true;
}

bool delete_domain_allow(WriteTx& tx, std::string_view domain) {
  tx.changes().domains = true;
  return tx.run("delete_domain_allow", domain) > 0;
}

std::vector<std::string> known_domains(const ReadTx& tx) { return texts(tx.query("known_domains")); }

std::vector<AccountId> accounts_of_domain(const ReadTx& tx, std::string_view domain) {
  std::vector<AccountId> out;
  auto rows = tx.query("accounts_of_domain", domain);
  while (rows.step()) out.push_back(rows.id<AccountId>(0));
  return out;
}

std::vector<std::string> waiting_inboxes(const ReadTx& tx) { return texts(tx.query("waiting_inboxes")); }

void drop_deliveries_to(WriteTx& tx, const std::vector<std::string>& inboxes) {
  if (inboxes.empty()) return;
  for (const auto& inbox : inboxes) tx.run("delete_deliveries_to", inbox);
  tx.run("delete_done_notices");
}

}  // namespace dunlin::store
