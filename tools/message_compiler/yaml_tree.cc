#include "tools/message_compiler/yaml_tree.h"

#include <libfyaml.h>

#include <memory>
#include <utility>

namespace hinomi::message_compiler {
namespace {

constexpr std::string_view kSubset =
    "Write mappings and texts only; README.md of tools/message_compiler shows the form.";

struct DestroyParser {
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};
struct DestroyDiag {
  void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
};

// Events of one file, turned into a tree by recursive descent.
class Reader {
 public:
  Reader(std::string_view file, std::string_view text, std::vector<Diagnostic>& problems)
      : file_(file), problems_(problems), diag_(fy_diag_create(nullptr)) {
    fy_diag_set_collect_errors(diag_.get(), true);
    fy_parse_cfg config{};
    config.flags = FYPCF_COLLECT_DIAG;
    config.diag = diag_.get();
    parser_.reset(fy_parser_create(&config));
    if (parser_) fy_parser_set_string(parser_.get(), text.data(), text.size());
  }

  YamlNode read() {
    if (!parser_ || !expect(FYET_STREAM_START))
      return stop({file_, 1, 1}, "the YAML parser did not start", "");
    Event first = next();
    if (first.type == FYET_STREAM_END) return mapping_at({file_, 1, 1});
    if (first.type != FYET_DOCUMENT_START) return syntax_error();
    YamlNode root = node(next(), 0);
    if (failed_) return mapping_at({file_, 1, 1});
    if (!root.is_mapping) {
      return stop(root.where, "the file is not a mapping of message keys",
                  "Start it with 'key.of.message:'.");
    }
    if (!expect(FYET_DOCUMENT_END)) return syntax_error();
    const Event last = next();
    if (last.type == FYET_DOCUMENT_START)
      return stop(last.where, "a second YAML document", std::string(kSubset));
    if (last.type != FYET_STREAM_END) return syntax_error();
    return root;
  }

 private:
  struct Event {
    fy_event_type type = FYET_NONE;  // FYET_NONE: the parser failed
    std::string text;
    bool decorated = false;  // has an anchor or a tag
    Place where;
  };

  Event next() {
    Event event;
    fy_event* raw = fy_parser_parse(parser_.get());
    if (raw == nullptr) return event;
    event.type = raw->type;
    event.where = {file_, 1, 1};
    if (const fy_mark* mark = fy_event_start_mark(raw))
      event.where = {file_, mark->line + 1, mark->column + 1};
    if (raw->type == FYET_SCALAR) {
      std::size_t length = 0;
      const char* text = fy_token_get_text(raw->scalar.value, &length);
      if (text != nullptr) event.text.assign(text, length);
      event.decorated = raw->scalar.anchor != nullptr || raw->scalar.tag != nullptr;
    } else if (raw->type == FYET_MAPPING_START) {
      event.decorated = raw->mapping_start.anchor != nullptr || raw->mapping_start.tag != nullptr;
    }
    fy_parser_event_free(parser_.get(), raw);
    return event;
  }

  bool expect(fy_event_type type) { return next().type == type; }

  YamlNode node(const Event& event, int depth) {
    if (event.type == FYET_NONE) return syntax_error();
    if (event.decorated || (event.type != FYET_SCALAR && event.type != FYET_MAPPING_START)) {
      return stop(event.where, "a list, an alias, an anchor or a tag has no meaning here",
                  std::string(kSubset));
    }
    YamlNode result = mapping_at(event.where);
    if (event.type == FYET_SCALAR) {
      result.is_mapping = false;
      result.text = event.text;
      return result;
    }
    if (depth >= kMaxYamlDepth) return stop(event.where, "nested too deeply", std::string(kSubset));
    while (!failed_) {
      const Event key = next();
      if (key.type == FYET_MAPPING_END) break;
      if (key.type == FYET_NONE) return syntax_error();
      if (key.type != FYET_SCALAR) return stop(key.where, "a key that is not a word", std::string(kSubset));
      result.entries.push_back({key.text, key.where, node(next(), depth + 1)});
    }
    return result;
  }

  static YamlNode mapping_at(const Place& where) {
    YamlNode result;
    result.is_mapping = true;
    result.where = where;
    return result;
  }

  YamlNode stop(const Place& where, std::string problem, std::string remedy) {
    if (!failed_) problems_.push_back({where, std::move(problem), std::move(remedy)});
    failed_ = true;
    return mapping_at(where);
  }

  YamlNode syntax_error() {
    void* position = nullptr;
    const fy_diag_error* error = fy_diag_errors_iterate(diag_.get(), &position);
    if (error == nullptr) return stop({file_, 1, 1}, "not valid YAML", std::string(kSubset));
    return stop({file_, error->line, error->column}, std::string("not valid YAML: ") + error->msg,
                "Put a text that holds ': ', '#', '{' or a quote between double quotes.");
  }

  std::string file_;
  std::vector<Diagnostic>& problems_;
  std::unique_ptr<fy_diag, DestroyDiag> diag_;
  std::unique_ptr<fy_parser, DestroyParser> parser_;
  bool failed_ = false;
};

}  // namespace

YamlNode read_yaml_tree(std::string_view file, std::string_view text, std::vector<Diagnostic>& problems) {
  if (text.size() > kMaxYamlBytes) {
    problems.push_back({{std::string(file), 1, 1}, "larger than 1 MiB", "Split it by theme."});
    YamlNode empty;
    empty.is_mapping = true;
    return empty;
  }
  return Reader(file, text, problems).read();
}

}  // namespace hinomi::message_compiler
