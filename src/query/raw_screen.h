// Says from the raw text of a JSON record that no keyword of some queries can stand in any of its values, so
// that only the fields the rules name need be taken out of it. Errs in one direction: "may hold" is always
// safe. Not for finding what matched, and not for records that are not JSON.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/program.h"

namespace hinomi::query {

class RawScreen {
 public:
  // Looks for one piece of every keyword of `queries`. nullptr when some keyword has no piece that must stand
  // in the raw text as it is (regular expressions, short or non-ASCII texts).
  [[nodiscard]] static std::unique_ptr<RawScreen> make(const Program& program,
                                                       std::span<const QueryId> queries);

  // False only when no keyword holds on any value of `document`, however it is taken out of it.
  [[nodiscard]] bool may_hold(std::string_view document) const noexcept;

  // Whether values of `document` may have plain text that its bytes do not show: behind an escape, in a
  // reference of embedded XML, or by folding. Plain text: ASCII without what a screen never looks for.
  [[nodiscard]] static bool hides_text(std::string_view document) noexcept;
  // The longest parts of a folded literal that every value with the literal shows in its document's bytes,
  // unless the document hides text.
  [[nodiscard]] static std::vector<std::string_view> visible_parts(std::string_view literal);

 private:
  struct Spot {
    std::uint32_t gram = 0;
    std::uint32_t piece = 0;   // in pieces_
    std::uint32_t offset = 0;  // of the gram in the piece
  };
  [[nodiscard]] bool add(const Predicate& keyword);
  void build();
  [[nodiscard]] bool stands_at(const Spot& spot, std::string_view document, std::size_t at) const noexcept;
  [[nodiscard]] bool finds_gram(std::uint32_t gram, std::string_view document, std::size_t at) const noexcept;

  std::vector<std::string> pieces_;
  // The document is looked at at every stride_-th byte; a piece is entered by so many grams in a row that one
  // of them falls on such a byte, wherever the piece stands.
  std::size_t stride_ = 1;
  std::vector<unsigned char> filter_;  // by a hash of a gram: not 0 where some piece has such a gram
  std::vector<Spot> spots_;            // by gram
};

}  // namespace hinomi::query
