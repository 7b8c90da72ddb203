#pragma once
// Pictures put together by hand, part by part. Their pixels are not decodable: only the containers are.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace dunlin::media::samples {

using namespace std::literals;

inline std::string be(std::uint32_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}
inline std::string le(std::uint32_t value, int bytes) {
  auto out = be(value, bytes);
  return {out.rbegin(), out.rend()};
}

// --- JPEG ---
inline std::string segment(int marker, const std::string& payload) {
  return '\xFF' + be(static_cast<std::uint32_t>(marker), 1) +
         be(static_cast<std::uint32_t>(payload.size() + 2), 2) + payload;
}
inline std::string jpeg_frame(std::uint32_t width, std::uint32_t height, int kind = 0xC0) {
  return segment(kind, "\x08"s + be(height, 2) + be(width, 2) + "\x01\x01\x11\0"s);
}
inline const std::string jpeg_start = "\xFF\xD8"s;
inline const std::string jpeg_tables = segment(0xDB, '\0' + std::string(64, '\x01')) +
                                       segment(0xC4, "\0\0\x01"s + std::string(14, '\0') + "\x05"s);
inline const std::string jpeg_scan = segment(0xDA, "\x01\x01\0\0\x3F\0"s) + "\x12\xFF\0\x34"s;
inline const std::string jpeg_end = "\xFF\xD9"s;
inline std::string jpeg(const std::string& extra = {}, std::uint32_t width = 8, std::uint32_t height = 4) {
  return jpeg_start + extra + jpeg_tables + jpeg_frame(width, height) + jpeg_scan + jpeg_end;
}
/// An Exif segment whose directory has a camera name and an orientation. `little` as Intel writes it.
inline std::string exif(std::uint32_t orientation, bool little) {
  auto number = [&](std::uint32_t value, int bytes) { return little ? le(value, bytes) : be(value, bytes); };
  auto tiff = (little ? "II"s : "MM"s) + number(42, 2) + number(8, 4) + number(2, 2);
  tiff += number(0x010F, 2) + number(2, 2) + number(10, 4) + number(38, 4);
  tiff += number(0x0112, 2) + number(3, 2) + number(1, 4) + number(orientation, 2) + number(0, 2);
  tiff += number(0, 4) + "secretcam\0"s;
  return segment(0xE1, "Exif\0\0"s + tiff);
}

/// The smallest that passes for an ICC profile.
inline std::string profile(std::size_t size = 132) {
  return be(static_cast<std::uint32_t>(size), 4) + std::string(32, 'p') + "acsp"s +
         std::string(size - 40, 'q');
}

// --- PNG ---
inline std::string chunk(const std::string& type, const std::string& data) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (char c : type + data) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int k = 0; k < 8; ++k) crc = (crc & 1) != 0 ? 0xEDB88320U ^ (crc >> 1) : crc >> 1;
  }
  return be(static_cast<std::uint32_t>(data.size()), 4) + type + data + be(~crc, 4);
}
inline const std::string png_start = "\x89PNG\r\n\x1A\n"s;
inline std::string ihdr(std::uint32_t width, std::uint32_t height,
                        const std::string& kind = "\x08\x02\0\0\0"s) {
  return chunk("IHDR", be(width, 4) + be(height, 4) + kind);
}
inline const std::string idat = chunk("IDAT", "pixels");
inline const std::string iend = chunk("IEND", "");
inline std::string png(const std::string& extra = {}) { return png_start + ihdr(8, 4) + extra + idat + iend; }
inline std::string actl(std::uint32_t frames) { return chunk("acTL", be(frames, 4) + be(0, 4)); }
inline std::string fctl(std::uint32_t sequence, std::uint32_t width = 8, std::uint32_t height = 4,
                        std::uint32_t x = 0) {
  return chunk("fcTL",
               be(sequence, 4) + be(width, 4) + be(height, 4) + be(x, 4) + be(0, 4) + "\0\x01\0\x0A\0\0"s);
}
inline std::string fdat(std::uint32_t sequence) { return chunk("fdAT", be(sequence, 4) + "pixels"); }

// --- GIF ---
inline std::string gif_start(std::uint32_t width, std::uint32_t height) {
  return "GIF87a"s + le(width, 2) + le(height, 2) + "\x80\0\x31"s + "rgbRGB"s;  // two colours
}
inline std::string gif_image(std::uint32_t width, std::uint32_t height, std::uint32_t x = 0) {
  return ","s + le(x, 2) + le(0, 2) + le(width, 2) + le(height, 2) + "\0\x02\x02\x44\x01\0"s;
}
inline const std::string gif_control = "!\xF9\x04\x05\x0A\0\x01\0"s;
inline const std::string gif_loop = "!\xFF\x0BNETSCAPE2.0\x03\x01\x07\0\0"s;
inline const std::string gif_comment = "!\xFE\x06secret\0"s;
inline const std::string gif_text = "!\x01\x06secret\0"s;
inline const std::string gif_xmp = "!\xFF\x0BXMP DataXMP\x06secret\0"s;
inline std::string gif(const std::string& extra = {}) {
  return gif_start(8, 4) + extra + gif_image(8, 4) + ";"s;
}

// --- WebP ---
inline std::string part(const std::string& type, const std::string& data) {
  return type + le(static_cast<std::uint32_t>(data.size()), 4) + data + (data.size() % 2 != 0 ? "\0"s : ""s);
}
inline std::string riff(const std::string& parts) {
  return "RIFF"s + le(static_cast<std::uint32_t>(parts.size() + 4), 4) + "WEBP"s + parts;
}
inline std::string vp8(std::uint32_t width, std::uint32_t height) {
  return part("VP8 ", le(0x10 | 2 << 5, 3) + "\x9D\x01\x2A"s + le(width, 2) + le(height, 2) + "pixels"s);
}
inline std::string vp8l(std::uint32_t width, std::uint32_t height, bool alpha = false) {
  return part("VP8L", "/"s + le((width - 1) | (height - 1) << 14 | (alpha ? 1U << 28 : 0U), 4) + "pixels"s);
}
inline const std::string alph = part("ALPH", "\0alpha"s);
inline std::string vp8x(std::uint32_t flags, std::uint32_t width, std::uint32_t height) {
  return part("VP8X", le(flags, 4) + le(width - 1, 3) + le(height - 1, 3));
}
inline const std::string anim = part("ANIM", "\0\0\0\0\x03\0"s);
inline std::string anmf(std::uint32_t width, std::uint32_t height, const std::string& bitmap,
                        std::uint32_t half_x = 0) {
  return part("ANMF",
              le(half_x, 3) + le(0, 3) + le(width - 1, 3) + le(height - 1, 3) + le(100, 3) + "\0"s + bitmap);
}

}  // namespace dunlin::media::samples
