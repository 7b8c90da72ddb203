#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "protocol/base/result.h"
#include "protocol/base/time.h"

namespace dunlin::cli {

/// Makes a certificate for trying a node out: `ca.pem` (give it to clients, as curl --cacert), `cert.pem`
/// (the certificate, then the CA's) and `key.pem` (mode 0600), in a folder that is made when missing. ECDSA
/// P-256, valid from a day ago, so that a clock that is a little slow accepts it, for a year. The CA's own
/// key is never written: nothing else can be signed by it, so trusting it trusts this one certificate. Files
/// of an earlier run are replaced, the key last of all. `names`: 1 to 50 DNS names (also `*.example`) and IP
/// addresses. Errc::bad_request names a wrong one. Throws when a file cannot be written.
Result<void> make_dev_cert(const std::filesystem::path& out_dir, const std::vector<std::string>& names,
                           const Clock& clock = system_clock());

}  // namespace dunlin::cli
