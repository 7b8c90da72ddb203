#include "node/app/metrics.h"

#include "node/app/process.h"

namespace dunlin::app {

namespace {

class Text {
 public:
  void metric(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    out_.append("# HELP ")
        .append(name)
        .append(" ")
        .append(help)
        .append("\n# TYPE ")
        .append(name)
        .append(" ")
        .append(type)
        .append("\n");
  }
  void value(std::uint64_t number, std::string_view label = {}, std::string_view label_value = {}) {
    out_ += name_;
    if (!label.empty()) out_.append("{").append(label).append("=\"").append(label_value).append("\"}");
    out_.append(" ").append(std::to_string(number)).append("\n");
  }
  void single(std::string_view name, std::string_view type, std::string_view help, std::uint64_t number) {
    metric(name, type, help);
    value(number);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::string name_;
};

}  // namespace

std::string metrics_text(const net::ServerStats& server, const store::WriterStats& writer,
                         const feed::Feeds::Memory& memory, const std::optional<feed::FanOut::Stats>& fan_out,
                         const std::vector<std::pair<std::string_view, api::Workers::Stats>>& workers,
                         const streaming::Hub::Stats& streams) {
  Text text;
  text.single("dunlin_connections_open", "gauge", "Connections that are open.", server.connections_open);
  text.single("dunlin_connections_accepted_total", "counter", "Connections accepted since the start.",
              server.connections_accepted);
  text.single("dunlin_requests_total", "counter", "Requests answered, refused ones too.", server.requests);
  text.metric("dunlin_responses_total", "counter", "Responses by class of status.");
  for (int c = 1; c <= 5; ++c) text.value(server.responses_by_class[c], "class", std::to_string(c) + "xx");
  text.metric("dunlin_refused_total", "counter", "Requests refused before a handler saw them, by reason.");
  for (const auto& [reason, count] : server.refused) text.value(count, "reason", reason);
  text.single("dunlin_sent_bytes_total", "counter", "Bytes of responses, before encryption.",
              server.bytes_out);
  text.single("dunlin_request_wait_microseconds", "gauge",
              "About how long requests wait until a loop reads them, where that is longest.",
              static_cast<std::uint64_t>(server.waited / std::chrono::microseconds(1)));
  text.single("dunlin_responses_held_total", "counter",
              "Refusals that were held for a moment because too much was asked.", server.held);
  text.single("dunlin_writer_operations_total", "counter", "Writes committed.", writer.operations);
  text.single("dunlin_writer_batches_total", "counter", "Commits.", writer.batches);
  text.single("dunlin_writer_refused_total", "counter", "Writes refused because the queue was full.",
              writer.refused);
  text.single("dunlin_writer_failed_total", "counter",
              "Writes that failed or were refused by a rule alone in their commit.", writer.faults);
  text.single("dunlin_writer_queue", "gauge", "Writes waiting.", writer.queued);
  text.single("dunlin_writer_queue_max", "gauge",
              "Writes that may wait, at the pace of the disk; more are refused.", writer.queue_max);
  text.metric("dunlin_jobs_waiting", "gauge", "Work that waits for a thread of its own kind.");
  for (const auto& [name, stats] : workers) text.value(stats.queued, "queue", name);
  text.metric("dunlin_jobs_refused_total", "counter", "Work refused because too much waited.");
  for (const auto& [name, stats] : workers) text.value(stats.refused, "queue", name);
  text.metric("dunlin_cache_bytes", "gauge", "Memory of caches.");
  text.value(memory.statuses, "cache", "statuses");
  text.value(memory.accounts, "cache", "accounts");
  text.value(memory.viewers, "cache", "viewers");
  text.value(memory.heads, "cache", "heads");
  if (fan_out) {
    text.value(fan_out->rings.bytes, "cache", "rings");
    text.value(fan_out->follower_bytes, "cache", "followers");
    text.single("dunlin_rings", "gauge", "Home feeds that posts are pushed into.", fan_out->rings.rings);
    text.single("dunlin_rings_built_total", "counter", "Rings built from a pull.", fan_out->rings.built);
    text.metric("dunlin_rings_dropped_total", "counter", "Rings dropped, by reason.");
    text.value(fan_out->rings.dropped_idle, "reason", "idle");
    text.value(fan_out->rings.evicted, "reason", "memory");
    text.metric("dunlin_home_reads_total", "counter",
                "Home feeds read, by where their candidates came from.");
    text.value(fan_out->ring_reads, "from", "ring");
    text.value(fan_out->pulls, "from", "pull");
    text.single("dunlin_fan_out_posts_total", "counter", "Posts brought into rings.", fan_out->posts);
    text.single("dunlin_fan_out_pushes_total", "counter", "Followers that posts were brought to.",
                fan_out->pushes);
    text.single("dunlin_fan_out_waiting", "gauge", "Posts that are not in all rings yet.",
                fan_out->posts_waiting);
    text.single("dunlin_rings_wanted", "gauge", "Readers whose ring is still to be built.",
                fan_out->rings_wanted);
    text.single("dunlin_fan_out_overflows_total", "counter",
                "Times that too many posts waited, and all rings were dropped instead.", fan_out->refused);
    text.single("dunlin_pull_accounts", "gauge", "Accounts whose posts are looked up by readers, not pushed.",
                fan_out->pull_accounts);
    text.single("dunlin_push_ns", "gauge", "Measured nanoseconds for one follower of a post.",
                static_cast<std::uint64_t>(fan_out->push_ns));
    text.single("dunlin_pull_ns", "gauge", "Measured nanoseconds for one pull account of a page.",
                static_cast<std::uint64_t>(fan_out->pull_ns));
    text.single("dunlin_fan_out_lag_us", "gauge",
                "The longest time from a commit to the last ring since the last look, in microseconds.",
                static_cast<std::uint64_t>(fan_out->longest_lag.count()));
  }
  text.metric("dunlin_streams_open", "gauge", "Open streams of events, by kind.");
  text.value(streams.events, "kind", "events");
  text.value(streams.websockets, "kind", "websocket");
  text.single("dunlin_streams_refused_total", "counter", "Streams refused because too many were open.",
              streams.refused);
  text.single("dunlin_stream_events_sent_total", "counter", "Events given to streams.", streams.sent);
  text.single("dunlin_stream_events_dropped_total", "counter",
              "Events that streams were too slow to read; such streams are ended.", streams.dropped);
  text.single("dunlin_stream_events_waiting", "gauge", "Events that streams have not read yet.",
              streams.waiting);
  text.single("dunlin_resident_bytes", "gauge", "Resident memory of the process.",
              static_cast<std::uint64_t>(resident_bytes()));
  return text.take();
}

}  // namespace dunlin::app
