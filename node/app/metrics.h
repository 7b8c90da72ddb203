#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/api/workers.h"
#include "node/feed/feeds.h"
#include "node/net/server.h"
#include "node/store/writer.h"
#include "node/streaming/hub.h"

namespace dunlin::app {

/// All counters as Prometheus text. Source: prometheus.io/docs/instrumenting/exposition_formats
std::string metrics_text(const net::ServerStats& server, const store::WriterStats& writer,
                         const feed::Feeds::Memory& memory, const std::optional<feed::FanOut::Stats>& fan_out,
                         const std::vector<std::pair<std::string_view, api::Workers::Stats>>& workers,
                         const streaming::Hub::Stats& streams);

}  // namespace dunlin::app
