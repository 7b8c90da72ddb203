#include "node/net/response_head.h"

#include <algorithm>
#include <charconv>

namespace dunlin::net {
namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

bool append_field(std::string& out, std::string_view name, std::string_view value) {
  if (!is_clean(name) || !is_clean(value)) return false;
  out.append(name).append(": ").append(value).append("\r\n");
  return true;
}

}  // namespace

bool write_response_head(const Response& response, const ResponseFrame& frame, std::string& out) {
  out.assign("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(std::clamp(response.status, 100, 999)));
  out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  out.append(frame.date_line);
  if (has_body(response.status)) {
    if (!response.content_type.empty() && !append_field(out, "Content-Type", response.content_type))
      return false;
    if (!response.stream) {  // else its end is the connection's
      out.append("Content-Length: ");
      append_number(out, response.body.size());
      out.append("\r\n");
    }
  }
  for (const auto& [name, value] : response.headers) {
    if (!append_field(out, name, value)) return false;
  }
  out.append("X-Request-Id: ").append(frame.request_id);
  if (!frame.keep_alive) {
    out.append("\r\nConnection: close");
  } else if (frame.http_1_0) {
    out.append("\r\nConnection: keep-alive");
  }
  out.append("\r\n\r\n");
  return true;
}

}  // namespace dunlin::net
