#pragma once
#include <string>
#include <vector>

#include "node/app/data_folder.h"
#include "protocol/base/result.h"

namespace dunlin::cli {

struct ServeOptions {
  std::vector<std::string> listen;
  std::string tls_cert;
  std::string tls_key;
  bool behind_proxy = false;
  bool insecure_http = false;
  std::string ca_file;
  bool allow_private_peers = false;
  std::vector<std::string> settings;  // key=value
};

/// Serves until SIGTERM or SIGINT; SIGHUP reads the certificate again. Prints `ready URL` on stdout once.
Result<void> serve(const app::DataFolder& folder, const ServeOptions& options);

}  // namespace dunlin::cli
