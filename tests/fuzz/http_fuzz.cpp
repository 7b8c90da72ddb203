// Head, chunks and path of a request: any bytes, in one piece and byte by byte; and what Beast makes of those
// we accept.
#include <boost/beast/http.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "node/net/chunked.h"
#include "node/net/request_head.h"
#include "node/net/request_path.h"
#include "protocol/base/encoding.h"
#include "protocol/base/ensure.h"

using namespace dunlin;
using namespace dunlin::net;

namespace {

namespace http = boost::beast::http;
constexpr std::uint64_t body_bytes_max = 1 << 20;

struct Read {
  Refusal refusal{};
  bool complete{};
  RequestHead head;
  std::vector<Request::Field> fields;
  std::string body;
  std::size_t size{};  // of the whole request
};

void read_chunks(std::string_view bytes, std::size_t piece, Read& read) {
  ChunkDecoder decoder(body_bytes_max);
  while (!bytes.empty() && !decoder.done() && read.refusal == Refusal::none) {
    auto part = bytes.substr(0, piece);
    auto before = part.size();
    read.refusal = decoder.decode(part, read.body);
    bytes.remove_prefix(before - part.size());
    read.size += before - part.size();
  }
  read.complete = decoder.done();
}

Read read_request(std::string_view bytes, std::size_t piece) {
  Read read;
  HeadScanner scanner;
  for (std::size_t end = 0; end < bytes.size() && scanner.end() == 0 && read.refusal == Refusal::none;) {
    end = std::min(bytes.size(), end + piece);
    read.refusal = scanner.scan(bytes.substr(0, end));
  }
  if (read.refusal != Refusal::none || scanner.end() == 0) return read;
  read.size = scanner.end();
  read.refusal = parse_head(bytes.substr(0, read.size), 100, read.head, read.fields);
  if (read.refusal != Refusal::none) return read;
  auto rest = bytes.substr(read.size);
  if (read.head.chunked) {
    read_chunks(rest, piece, read);
  } else if (read.head.length <= rest.size()) {
    read.body = rest.substr(0, read.head.length);
    read.size += read.body.size();
    read.complete = true;
  }
  return read;
}

/// When both accept a request, they must have seen the same one.
void compare_with_beast(std::string_view bytes, const Read& ours) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(1 << 20);
  parser.body_limit(body_bytes_max);
  parser.eager(true);
  boost::beast::error_code error;
  std::size_t size = 0;
  while (!error && !parser.is_done() && size < bytes.size()) {
    auto used = parser.put(boost::asio::buffer(bytes.data() + size, bytes.size() - size), error);
    if (used == 0) break;
    size += used;
  }
  if (error || !parser.is_done()) return;
  const auto& theirs = parser.get();
  ENSURE(size == ours.size);
  ENSURE(theirs.body() == ours.body);
  ENSURE(theirs.target() == ours.head.target);
  ENSURE(theirs.version() == (ours.head.http_1_1 ? 11U : 10U));
  for (const auto& field : ours.fields) {
    auto [begin, end] = theirs.equal_range(field.name);
    ENSURE(std::any_of(begin, end, [&](const auto& other) { return other.value() == field.value; }));
  }
}

void check_path(std::string_view raw) {
  std::string path;
  if (normalize_path(raw, path) != Refusal::none) return;
  ENSURE(path.starts_with('/') && is_utf8(path));
  if (path == "/") return;
  ENSURE(!path.ends_with('/'));
  for (std::string_view bad : {"//", "/./", "/../"}) ENSURE((path + "/").find(bad) == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto whole = read_request(bytes, size + 1);
  auto pieces = read_request(bytes, 1);
  ENSURE(whole.refusal == pieces.refusal && whole.complete == pieces.complete && whole.body == pieces.body);
  if (whole.complete) {
    ENSURE(whole.size == pieces.size);
    compare_with_beast(bytes, whole);
    if (whole.head.target != "*") check_path(whole.head.target.substr(0, whole.head.target.find('?')));
  }
  check_path(std::string("/").append(bytes));
  return 0;
}
