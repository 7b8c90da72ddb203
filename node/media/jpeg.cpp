// JPEG: ITU-T T.81 annex B; JFIF 1.02; Exif 2.3 section 4.5; ICC.1 annex B.4.
#include <algorithm>
#include <array>
#include <bitset>
#include <map>

#include "node/media/byte_reader.h"
#include "node/media/picture_parts.h"

namespace dunlin::media {
namespace {

using namespace std::literals;

constexpr std::size_t scans_max =
    100;  // encoders write about 10; each scan is a pass over the whole picture for a decoder
constexpr std::size_t profile_part_max = 65'533 - 14;

enum Marker : std::uint8_t {
  sof0 = 0xC0,
  sof1 = 0xC1,
  sof2 = 0xC2,
  dht = 0xC4,
  sof15 = 0xCF,
  rst0 = 0xD0,
  rst7 = 0xD7,
  soi = 0xD8,
  eoi = 0xD9,
  sos = 0xDA,
  dqt = 0xDB,
  dri = 0xDD,
  app0 = 0xE0,
  app1 = 0xE1,
  app2 = 0xE2,
  app14 = 0xEE,
  app15 = 0xEF,
  com = 0xFE,
};

void append_segment(std::string& out, std::uint8_t marker, std::string_view payload) {
  out += '\xFF';
  out += static_cast<char>(marker);
  append_be(out, static_cast<std::uint32_t>(payload.size() + 2), 2);
  out += payload;
}

/// Orientation (Exif tag 0x0112) of the first directory, 1..8; nothing when there is none or the data is
/// damaged.
std::uint16_t exif_orientation(std::string_view tiff) {
  bool little = tiff.starts_with("II*\0"sv);
  if (!little && !tiff.starts_with("MM\0*"sv)) return 0;
  ByteReader start(tiff.substr(4));
  auto offset = little ? start.u32_le() : start.u32_be();
  if (!start.ok() || offset > tiff.size()) return 0;
  ByteReader directory(tiff.substr(offset));
  auto u16 = [&] { return little ? directory.u16_le() : directory.u16_be(); };
  for (int entries = u16(); entries > 0 && directory.ok(); --entries) {
    auto tag = u16();
    auto type = u16();
    directory.take(4);  // count
    auto value = u16();
    directory.take(2);
    constexpr std::uint16_t type_short = 3;
    if (directory.ok() && tag == 0x0112) return type == type_short && value >= 1 && value <= 8 ? value : 0;
  }
  return 0;
}

std::string minimal_exif(std::uint16_t orientation) {
  std::string out("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"sv);
  append_be(out, orientation, 2);
  out += "\0\0\0\0\0\0"sv;  // rest of the value, no next directory
  return out;
}

/// Quantisation tables fill their segment exactly (T.81 B.2.4.1).
bool is_dqt(std::string_view payload) {
  ByteReader reader(payload);
  while (reader.ok() && !reader.empty()) {
    auto head = reader.u8();
    if (head >> 4 > 1 || (head & 15) > 3) return false;
    reader.take(head >> 4 == 0 ? 64 : 128);
  }
  return reader.ok() && !payload.empty();
}

/// Huffman tables fill their segment exactly (T.81 B.2.4.2).
bool is_dht(std::string_view payload) {
  ByteReader reader(payload);
  while (reader.ok() && !reader.empty()) {
    auto head = reader.u8();
    if (head >> 4 > 1 || (head & 15) > 3) return false;
    std::size_t codes = 0;
    for (char count : reader.take(16)) codes += static_cast<std::uint8_t>(count);
    if (codes > 256) return false;
    reader.take(codes);
  }
  return reader.ok() && !payload.empty();
}

class JpegWalk {
 public:
  JpegWalk(std::string_view bytes, const PictureLimits& limits)
      : reader_(bytes), limits_(limits), budget_(limits) {}

  Result<Picture> run() {
    reader_.take(2);  // SOI
    while (true) {
      TRY(auto marker, next_marker());
      if (marker == eoi) break;
      TRY_DO(segment(marker));
    }
    if (scans_ == 0) return refuse_picture("the picture has no pixels", limits_);
    Picture picture{
        .bytes = joined(), .type = "image/jpeg", .width = budget_.width(), .height = budget_.height()};
    if (orientation_ >= 5) std::swap(picture.width, picture.height);  // 5..8 lie on their side
    return picture;
  }

 private:
  Result<std::uint8_t> next_marker() {
    if (reader_.u8() != 0xFF && reader_.ok()) return refuse_picture("the picture is damaged", limits_);
    auto marker = reader_.u8();
    while (reader_.ok() && marker == 0xFF) marker = reader_.u8();  // fill bytes, T.81 B.1.1.2
    if (!reader_.ok()) return refuse_picture(cut_short, limits_);
    return marker;
  }

  Result<void> segment(std::uint8_t marker) {
    if (marker < sof0 || (marker >= rst0 && marker <= soi))
      return refuse_picture("the picture is damaged", limits_);
    auto length = reader_.u16_be();
    if (reader_.ok() && length < 2) return refuse_picture("the picture is damaged", limits_);
    auto payload = reader_.take(length - 2U);
    if (!reader_.ok()) return refuse_picture(cut_short, limits_);
    if (marker == com) return {};
    if (marker >= app0 && marker <= app15) return application(marker, payload);
    if (marker == sof0 || marker == sof1 || marker == sof2) return frame(marker, payload);
    if (marker == sos) return scan(payload);
    if ((marker == dqt && is_dqt(payload)) || (marker == dht && is_dht(payload)) ||
        (marker == dri && payload.size() == 2)) {
      append_segment(body_, marker, payload);
      return {};
    }
    if (marker > sof2 && marker <= sof15 && marker != dht) {
      return refuse_picture("the picture uses a kind of JPEG that browsers do not show", limits_);
    }
    return refuse_picture("the picture is damaged", limits_);
  }

  Result<void> application(std::uint8_t marker, std::string_view payload) {
    if (scans_ > 0) return {};  // too late to be looked at
    if (marker == app0 && payload.starts_with("JFIF\0"sv)) {
      jfif_ = true;
    } else if (marker == app1 && payload.starts_with("Exif\0"sv) && payload.size() > 6 && orientation_ == 0) {
      orientation_ = exif_orientation(payload.substr(6));
    } else if (marker == app2 && payload.starts_with("ICC_PROFILE\0"sv) && payload.size() > 14) {
      auto number = static_cast<std::uint8_t>(payload[12]);
      profile_parts_ = static_cast<std::uint8_t>(payload[13]);
      profile_[number] = payload.substr(14);
    } else if (marker == app14 && payload.starts_with("Adobe"sv) && payload.size() >= 12) {
      adobe_ = true;
      adobe_transform_ = payload[11];
    }
    return {};
  }

  Result<void> frame(std::uint8_t marker, std::string_view payload) {
    ByteReader reader(payload);
    auto precision = reader.u8();
    auto height = reader.u16_be();
    auto width = reader.u16_be();
    std::size_t count = reader.u8();
    if (!reader.ok() || reader.left() != 3 * count || !components_.empty()) {
      return refuse_picture("the picture is damaged", limits_);
    }
    if (precision != 8 || (count != 1 && count != 3 && count != 4)) {
      return refuse_picture("the picture uses a kind of JPEG that browsers do not show", limits_);
    }
    while (!reader.empty()) {
      auto id = static_cast<char>(reader.u8());
      int across = reader.u8();
      int down = across & 15;
      across >>= 4;
      auto table = reader.u8();
      if (across < 1 || across > 4 || down < 1 || down > 4 || table > 3 ||
          components_.find(id) != std::string::npos) {
        return refuse_picture("the picture is damaged", limits_);
      }
      components_ += id;
    }
    // A height of 0 ("told later", DNL) is refused here: no browser shows it.
    TRY_DO(budget_.set_canvas(width, height));
    append_segment(body_, marker, payload);
    return {};
  }

  Result<void> scan(std::string_view payload) {
    ByteReader reader(payload);
    std::size_t count = reader.u8();
    if (components_.empty() || count < 1 || count > 4 || reader.left() != 2 * count + 3) {
      return refuse_picture("the picture is damaged", limits_);
    }
    for (std::size_t i = 0; i < count; ++i) {
      auto id = static_cast<char>(reader.u8());
      reader.u8();
      if (components_.find(id) == std::string::npos) return refuse_picture("the picture is damaged", limits_);
    }
    if (++scans_ > scans_max) return refuse_picture("the picture has too many scans", limits_);
    append_segment(body_, sos, payload);
    auto data = reader_.rest();
    std::size_t end = 0;
    while (true) {
      end = data.find('\xFF', end);
      if (end == data.npos || end + 1 >= data.size()) return refuse_picture(cut_short, limits_);
      auto after = static_cast<std::uint8_t>(data[end + 1]);
      if (after != 0 && (after < rst0 || after > rst7)) break;
      end += 2;
    }
    if (end == 0) return refuse_picture(cut_short, limits_);
    body_ += reader_.take(end);
    return {};
  }

  /// The colour profile when all its parts are there and it is one; empty otherwise.
  std::string profile() const {
    std::string whole;
    std::size_t expected = 1;
    for (auto [number, part] : profile_) {
      if (number != expected++ || whole.size() + part.size() > profile_bytes_max) return {};
      whole += part;
    }
    return profile_.size() == profile_parts_ && is_icc_profile(whole) ? whole : std::string();
  }

  std::string joined() const {
    std::string out("\xFF\xD8"sv);
    // Version 1.1, no density, no preview. Kept because it says that the colours are YCbCr.
    if (jfif_) append_segment(out, app0, "JFIF\0\x01\x01\0\0\x01\0\x01\0\0"sv);
    if (orientation_ > 1) append_segment(out, app1, minimal_exif(orientation_));
    auto icc = profile();
    auto parts = (icc.size() + profile_part_max - 1) / profile_part_max;
    for (std::size_t i = 0; i < parts; ++i) {
      std::string payload("ICC_PROFILE\0"sv);
      payload += static_cast<char>(i + 1);
      payload += static_cast<char>(parts);
      payload += icc.substr(i * profile_part_max, profile_part_max);
      append_segment(out, app2, payload);
    }
    if (adobe_) append_segment(out, app14, "Adobe\0\x64\0\0\0\0"s + adobe_transform_);
    out += body_;
    out += "\xFF\xD9"sv;
    return out;
  }

  ByteReader reader_;
  const PictureLimits& limits_;
  FrameBudget budget_;
  std::string body_;        // tables, frame and scans, in their order
  std::string components_;  // their ids; empty before the frame header
  std::size_t scans_ = 0;
  bool jfif_ = false;
  std::uint16_t orientation_ = 0;  // 0: not told
  std::map<std::uint8_t, std::string_view> profile_;
  std::size_t profile_parts_ = 0;
  bool adobe_ = false;
  char adobe_transform_ = 0;  // how the colours of 3 or 4 components are coded
};

}  // namespace

Result<Picture> sanitize_jpeg(std::string_view bytes, const PictureLimits& limits) {
  return JpegWalk(bytes, limits).run();
}

}  // namespace dunlin::media
