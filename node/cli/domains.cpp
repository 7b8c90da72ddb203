#include "node/cli/domains.h"

#include <iostream>

#include "node/cli/lists.h"
#include "node/domain/federation/domain_lists.h"
#include "protocol/base/json_writer.h"

namespace dunlin::cli {

namespace {

bool only_allowed(const app::Config& config) {
  return config.federation.mode == app::FederationMode::allow_list;
}

/// `change`, and what follows from the rules as they are then, in one write.
Result<void> change_rules(Session& session, const app::Config& config,
                          const std::function<Result<void>(store::WriteTx&)>& change) {
  return session.write([&](store::WriteTx& tx) -> Result<void> {
    TRY_DO(change(tx));
    domain::cut_ties(tx, domain::DomainRules(tx, config.domain, only_allowed(config)));
    return {};
  });
}

Result<void> tell_refused(const std::vector<domain::RefusedLine>& refused) {
  for (const auto& line : refused)
    std::cout << "line " << line.line << ": " << line.text << ": " << line.why << "\n";
  if (refused.empty()) return {};
  return fail(Errc::unprocessable, std::to_string(refused.size()) + " lines were not taken, all others were");
}

}  // namespace

Result<void> block_domain(Session& session, const app::Config& config, const DomainRuleOptions& options) {
  store::DomainRule rule;
  TRY(rule.domain, domain::checked_rule_domain(options.domain));
  if (rule.domain == config.domain) return fail(Errc::unprocessable, "this is the node's own name");
  const auto severity = domain::severity_of_word(options.severity);
  if (!severity) return fail(Errc::bad_request, "--severity must be suspend, silence or none");
  rule.severity = *severity;
  rule.reject_media = options.reject_media;
  rule.reject_reports = options.reject_reports;
  rule.obfuscate = options.obfuscate;
  rule.public_comment = options.public_comment;
  rule.private_comment = options.private_comment;
  TRY_DO(change_rules(session, config, [&](store::WriteTx& tx) -> Result<void> {
    store::put_domain_rule(tx, rule);
    return {};
  }));
  std::cout << rule.domain << ": " << store::to_string(rule.severity) << "\n";
  return {};
}

Result<void> unblock_domain(Session& session, const app::Config& config, const std::string& domain) {
  TRY(const auto name, domain::checked_rule_domain(domain));
  return change_rules(session, config, [&](store::WriteTx& tx) -> Result<void> {
    if (store::delete_domain_rule(tx, name)) return {};
    return fail(Errc::not_found, "There is no rule for " + name);
  });
}

Result<void> allow_domain(Session& session, const std::string& domain) {
  TRY(const auto name, domain::checked_rule_domain(domain));
  return session.write([&](store::WriteTx& tx) -> Result<void> {
    store::put_domain_allow(tx, name);
    return {};
  });
}

Result<void> disallow_domain(Session& session, const app::Config& config, const std::string& domain) {
  TRY(const auto name, domain::checked_rule_domain(domain));
  return change_rules(session, config, [&](store::WriteTx& tx) -> Result<void> {
    if (store::delete_domain_allow(tx, name)) return {};
    return fail(Errc::not_found, name + " is not on the allow list");
  });
}

Result<void> list_domains(Session& session, bool as_json) {
  session.read([&](const store::ReadTx& tx) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("rules").begin_array();
    for (const auto& rule : store::domain_rules(tx)) {
      if (!as_json) {
        std::cout << rule.domain << "\t" << store::to_string(rule.severity)
                  << (rule.reject_media ? "\treject_media" : "")
                  << (rule.reject_reports ? "\treject_reports" : "") << "\n";
      }
      json.begin_object().field("domain", rule.domain).field("severity", store::to_string(rule.severity));
      json.field("reject_media", rule.reject_media).field("reject_reports", rule.reject_reports);
      json.field("obfuscate", rule.obfuscate).field("public_comment", rule.public_comment);
      json.field("private_comment", rule.private_comment).field("created_at", rule.created_at).end_object();
    }
    json.end_array().key("allowed").begin_array();
    for (const auto& allow : store::domain_allows(tx)) {
      if (!as_json) std::cout << allow.domain << "\tallowed\n";
      json.value(allow.domain);
    }
    json.end_array().end_object();
    if (as_json) std::cout << out << "\n";
  });
  return {};
}

Result<void> import_domains(Session& session, const app::Config& config, const DomainListOptions& options) {
  TRY(const auto text, read_list_file(options.file));
  if (options.is_of_allowed) {
    TRY(const auto list, domain::read_domain_allows(text));
    TRY_DO(session.write([&](store::WriteTx& tx) -> Result<void> {
      for (const auto& domain : list.domains) store::put_domain_allow(tx, domain);
      return {};
    }));
    std::cout << list.domains.size() << " allowed\n";
    return tell_refused(list.refused);
  }
  TRY(const auto list, domain::read_domain_blocks(text, config.domain));
  domain::DomainImport done;
  TRY_DO(change_rules(session, config, [&](store::WriteTx& tx) -> Result<void> {
    done = domain::import_domain_blocks(tx, list.rules, options.overwrite);
    return {};
  }));
  std::cout << done.added << " added, " << done.changed << " changed, " << done.kept
            << " had a rule and keep it\n";
  return tell_refused(list.refused);
}

Result<void> export_domains(Session& session, const DomainListOptions& options) {
  const auto text = session.read([&](const store::ReadTx& tx) {
    return options.is_of_allowed ? domain::write_domain_allows(tx) : domain::write_domain_blocks(tx);
  });
  return write_list_file(options.file, text);
}

}  // namespace dunlin::cli
