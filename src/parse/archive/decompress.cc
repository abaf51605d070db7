#include "parse/archive/decompress.h"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace hinomi::parse::archive {
namespace {

constexpr std::size_t kInputBytes = 64 * 1024;
constexpr std::size_t kMaxStep = 1u << 30;  // bytes given to a library at once; some count in 32 bits

// What a library was given and what it made of it.
struct Step {
  const char* in;
  std::size_t in_bytes;
  char* out;
  std::size_t out_bytes;
  // results
  std::size_t in_used = 0;
  std::size_t out_made = 0;
  bool member_ended = false;
  const char* fault = nullptr;
};

// One decompression library; knows one member (gzip), frame (zstd) or stream (xz, bzip2).
class Codec {
 public:
  Codec() = default;
  virtual ~Codec() = default;
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;
  virtual void begin_member() = 0;
  virtual void run(Step& step) = 0;
};

class Gzip final : public Codec {
 public:
  ~Gzip() override { ::inflateEnd(&stream_); }
  void begin_member() override {
    constexpr int kGzipOnly = 16 + MAX_WBITS;  // zlib.h, inflateInit2
    ready_ =
        started_ ? ::inflateReset2(&stream_, kGzipOnly) == Z_OK : ::inflateInit2(&stream_, kGzipOnly) == Z_OK;
    started_ = true;
  }
  void run(Step& step) override {
    if (!ready_) {
      step.fault = "out of memory";
      return;
    }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(step.in));
    stream_.avail_in = static_cast<uInt>(step.in_bytes);
    stream_.next_out = reinterpret_cast<Bytef*>(step.out);
    stream_.avail_out = static_cast<uInt>(step.out_bytes);
    const int result = ::inflate(&stream_, Z_NO_FLUSH);
    step.in_used = step.in_bytes - stream_.avail_in;
    step.out_made = step.out_bytes - stream_.avail_out;
    step.member_ended = result == Z_STREAM_END;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      step.fault = stream_.msg != nullptr ? stream_.msg : "damaged data";
    }
  }

 private:
  z_stream stream_{};
  bool started_ = false;
  bool ready_ = false;
};

class Zstd final : public Codec {
 public:
  Zstd() : context_(::ZSTD_createDCtx()) {
    if (context_) ::ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxZstdWindowLog);
  }
  void begin_member() override {
    if (context_) ::ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
  }
  void run(Step& step) override {
    if (!context_) {
      step.fault = "out of memory";
      return;
    }
    ZSTD_inBuffer in{step.in, step.in_bytes, 0};
    ZSTD_outBuffer out{step.out, step.out_bytes, 0};
    const std::size_t result = ::ZSTD_decompressStream(context_.get(), &out, &in);
    step.in_used = in.pos;
    step.out_made = out.pos;
    step.member_ended = result == 0;
    if (::ZSTD_isError(result) != 0) step.fault = ::ZSTD_getErrorName(result);
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const noexcept { ::ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_;
};

class Xz final : public Codec {
 public:
  ~Xz() override { ::lzma_end(&stream_); }
  void begin_member() override { ready_ = ::lzma_stream_decoder(&stream_, kMaxDecoderBytes, 0) == LZMA_OK; }
  void run(Step& step) override {
    if (!ready_) {
      step.fault = "out of memory";
      return;
    }
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(step.in);
    stream_.avail_in = step.in_bytes;
    stream_.next_out = reinterpret_cast<std::uint8_t*>(step.out);
    stream_.avail_out = step.out_bytes;
    const lzma_ret result = ::lzma_code(&stream_, LZMA_RUN);
    step.in_used = step.in_bytes - stream_.avail_in;
    step.out_made = step.out_bytes - stream_.avail_out;
    step.member_ended = result == LZMA_STREAM_END;
    if (result != LZMA_OK && result != LZMA_STREAM_END && result != LZMA_BUF_ERROR) {
      step.fault = result == LZMA_MEMLIMIT_ERROR ? "it asks for more memory than is allowed" : "damaged data";
    }
  }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ready_ = false;
};

class Bzip2 final : public Codec {
 public:
  ~Bzip2() override { end(); }
  void begin_member() override {
    end();
    stream_ = {};
    ready_ = ::BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK;
  }
  void run(Step& step) override {
    if (!ready_) {
      step.fault = "out of memory";
      return;
    }
    stream_.next_in = const_cast<char*>(step.in);
    stream_.avail_in = static_cast<unsigned>(step.in_bytes);
    stream_.next_out = step.out;
    stream_.avail_out = static_cast<unsigned>(step.out_bytes);
    const int result = ::BZ2_bzDecompress(&stream_);
    step.in_used = step.in_bytes - stream_.avail_in;
    step.out_made = step.out_bytes - stream_.avail_out;
    step.member_ended = result == BZ_STREAM_END;
    if (result != BZ_OK && result != BZ_STREAM_END) step.fault = "damaged data";
  }

 private:
  void end() {
    if (ready_) ::BZ2_bzDecompressEnd(&stream_);
    ready_ = false;
  }
  bz_stream stream_{};
  bool ready_ = false;
};

std::unique_ptr<Codec> make_codec(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return std::make_unique<Gzip>();
    case Compression::zstd:
      return std::make_unique<Zstd>();
    case Compression::xz:
      return std::make_unique<Xz>();
    case Compression::bzip2:
      return std::make_unique<Bzip2>();
  }
  return nullptr;
}

class Decompressor final : public ByteSource {
 public:
  Decompressor(Compression compression, std::unique_ptr<ByteSource> compressed, Account& account)
      : compression_(compression),
        compressed_(std::move(compressed)),
        account_(account),
        codec_(make_codec(compression)) {}

  base::Result<std::size_t> read(std::span<char> into) override {
    if (into.empty()) return std::size_t{0};
    std::size_t filled = 0;
    while (filled == 0 && !ended_ && !error_) filled = advance(into.first(std::min(into.size(), kMaxStep)));
    if (filled > 0) return filled;  // an error found on the way is told by the next read
    if (error_) return *error_;
    return std::size_t{0};
  }

 private:
  // One turn of the library; returns how many bytes it made.
  std::size_t advance(std::span<char> into) {
    if (at_ == have_ && !refill()) return 0;
    if (!in_member_ && !begin_member()) return 0;
    Step step{
        .in = input_.data() + at_, .in_bytes = have_ - at_, .out = into.data(), .out_bytes = into.size()};
    codec_->run(step);
    at_ += step.in_used;
    in_total_ += step.in_used;
    out_total_ += step.out_made;
    if (step.member_ended) in_member_ = false;
    if (step.out_made > 0) drained_ = false;
    if (step.fault != nullptr) {
      fail(step.fault);
    } else if (step.in_used == 0 && step.out_made == 0 && !step.member_ended &&
               ++idle_turns_ > kMaxIdleTurns) {
      fail("damaged data");
    } else if (step.in_used != 0 || step.out_made != 0) {
      idle_turns_ = 0;
    }
    charge(step.out_made);
    return step.out_made;
  }

  // False at the end or after an error.
  bool refill() {
    const base::Result<std::size_t> got = compressed_->read(input_);
    if (!got) {
      error_ = got.error();
      return false;
    }
    at_ = 0;
    have_ = *got;
    if (have_ > 0) return true;
    if (!in_member_) {
      ended_ = true;
      if (members_ == 0) fail("there is nothing in it");
      return false;
    }
    if (drained_) {
      fail("it ends too early");
      return false;
    }
    drained_ = true;  // the library may hold output back that found no room: it is asked until it gives none
    return true;
  }

  bool begin_member() {
    if (members_ > 0 && input_[at_] == '\0') {  // padding, as of tapes
      while (at_ < have_ && input_[at_] == '\0') {
        ++at_;
        ++in_total_;
      }
      if (at_ == have_) return false;
    }
    if (members_ > 0 && !looks_like_member(static_cast<unsigned char>(input_[at_]))) {
      fail("bytes after its end that do not belong to it");
      return false;
    }
    codec_->begin_member();
    in_member_ = true;
    drained_ = false;
    ++members_;
    return true;
  }

  // By the first byte; the library checks the rest.
  [[nodiscard]] bool looks_like_member(unsigned char first) const noexcept {
    switch (compression_) {
      case Compression::gzip:
        return first == 0x1F;
      case Compression::zstd:
        return first == 0x28 || (first & 0xF0) == 0x50;  // or a skippable frame
      case Compression::xz:
        return first == 0xFD;
      case Compression::bzip2:
        return first == 'B';
    }
    return false;
  }

  void charge(std::size_t made) {
    if (error_ || made == 0) return;
    if (const auto fits = account_.add_output(made); !fits) {
      error_ = fits.error();
    } else if (const auto fair = account_.check_ratio(in_total_, out_total_); !fair) {
      error_ = fair.error();
    }
  }

  void fail(std::string_view why) {
    error_ =
        base::Error{base::ErrorCode::invalid_input,
                    std::string(name_of(compression_)) + " data: " + std::string(why) + " (at byte " +
                        std::to_string(in_total_) + "; " + std::to_string(out_total_) + " bytes unpacked)",
                    "get a complete copy of the file",
                    {}};
  }

  static constexpr int kMaxIdleTurns = 4;

  Compression compression_;
  std::unique_ptr<ByteSource> compressed_;
  Account& account_;
  std::unique_ptr<Codec> codec_;
  std::array<char, kInputBytes> input_{};
  std::size_t at_ = 0;
  std::size_t have_ = 0;
  bool in_member_ = false;
  bool ended_ = false;
  bool drained_ = false;  // no output since the library was last called without input
  int idle_turns_ = 0;
  std::uint64_t members_ = 0;
  std::uint64_t in_total_ = 0;
  std::uint64_t out_total_ = 0;
  std::optional<base::Error> error_;
};

}  // namespace

std::string_view name_of(Compression compression) noexcept {
  switch (compression) {
    case Compression::gzip:
      return "gzip";
    case Compression::zstd:
      return "zstd";
    case Compression::xz:
      return "xz";
    case Compression::bzip2:
      return "bzip2";
  }
  return "";
}

std::unique_ptr<ByteSource> decompress(Compression compression, std::unique_ptr<ByteSource> compressed,
                                       Account& account) {
  return std::make_unique<Decompressor>(compression, std::move(compressed), account);
}

}  // namespace hinomi::parse::archive
