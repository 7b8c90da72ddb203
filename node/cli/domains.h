#pragma once
// Administrator commands about other servers. Each prints its result on stdout.
#include <string>

#include "node/cli/session.h"
#include "node/domain/federation/domains.h"

namespace dunlin::cli {

struct DomainRuleOptions {
  std::string domain;
  std::string severity = "suspend";
  bool reject_media = false;
  bool reject_reports = false;
  bool obfuscate = false;
  std::string public_comment;
  std::string private_comment;
};
/// New, or in place of the rule that is there.
Result<void> block_domain(Session& session, const app::Config& config, const DomainRuleOptions& options);
/// Errc::not_found when there is no rule.
Result<void> unblock_domain(Session& session, const app::Config& config, const std::string& domain);
Result<void> allow_domain(Session& session, const std::string& domain);
Result<void> disallow_domain(Session& session, const app::Config& config, const std::string& domain);
Result<void> list_domains(Session& session, bool as_json);

struct DomainListOptions {
  std::string file;  // "-" = standard input or output
  bool is_of_allowed = false;
  bool overwrite = false;
};
/// Takes what can be taken and tells of each line that cannot; fails when there was one.
Result<void> import_domains(Session& session, const app::Config& config, const DomainListOptions& options);
Result<void> export_domains(Session& session, const DomainListOptions& options);

}  // namespace dunlin::cli
