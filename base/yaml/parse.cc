// From text to tree: yaml-cpp's events, with what it leaves out (merge keys, repeated keys, bounded aliases).
#include <yaml-cpp/binary.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <sstream>

#include "base/quote.h"
#include "base/yaml/tree.h"

namespace narthex::yaml {
namespace {

// Aliases may repeat what was written, but not blow it up: a config of Prometheus repeats anchors a few hundred times.
constexpr size_t kMaxExpanded = 400'000;
constexpr size_t kMaxExpansion = 10;

Error syntax_error(const std::string& file, int line, int column, const std::string& message) {
  return invalid("yaml: line " + std::to_string(line) + ": " + message, Place{file, line, column});
}

// Lines of a text by number, from 1.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') starts_.push_back(i + 1);
    }
  }
  std::string_view operator[](int number) const {
    const size_t i = static_cast<size_t>(number - 1);
    if (number < 1 || i >= starts_.size()) return {};
    const size_t end = i + 1 < starts_.size() ? starts_[i + 1] - 1 : text_.size();
    return text_.substr(starts_[i], end - starts_[i]);
  }
  int count() const { return static_cast<int>(starts_.size()); }

 private:
  std::string_view text_;
  std::vector<size_t> starts_ = {0};
};

// yaml-cpp's words → those of Go's libyaml.
std::string translate(const std::string& message) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"illegal map value", "mapping values are not allowed in this context"},
      {"illegal map key", "mapping keys are not allowed in this context"},
      {"end of sequence flow not found", "did not find expected ',' or ']'"},
      {"end of map flow not found", "did not find expected ',' or '}'"},
      {"illegal EOF in scalar", "found unexpected end of stream"},
      {"unknown token", "found character that cannot start any token"},
      {"illegal tab when looking for indentation", "found character that cannot start any token"},
      {"end of map not found", "did not find expected key"},
      {"end of sequence not found", "did not find expected '-' indicator"},
      {"illegal block entry", "block sequence entries are not allowed in this context"},
  };
  for (const auto& [ours, theirs] : kWords) {
    if (message == ours) return std::string(theirs);
  }
  return message;
}

// What yaml-cpp threw, worded for the reader. `open` is the innermost collection that was not closed, if any.
Error syntax_error(const YAML::Exception& e, const std::string& file, const Lines& lines, const NodeData* open) {
  const int line = e.mark.line + 1;
  const int column = e.mark.column + 1;
  const std::string_view at = lines[line];
  if (e.msg.starts_with("the referenced anchor is not defined")) {
    const std::string_view from = at.substr(std::min(at.size(), static_cast<size_t>(column)));
    const std::string name(from.substr(0, from.find_first_of(" \t\r,]}")));
    return syntax_error(file, line, column, "unknown anchor '" + name + "' referenced");
  }
  const size_t indent = at.find_first_not_of(" \t");
  const size_t tab = at.substr(0, indent).find('\t');
  if (tab != std::string_view::npos) {
    return syntax_error(file, line, static_cast<int>(tab) + 1, "found character that cannot start any token");
  }
  // An unclosed bracket is noticed at the end of the file; the place to mend is where it was opened.
  if (open && e.msg.ends_with("flow not found")) {
    return syntax_error(file, open->line, open->column, translate(e.msg));
  }
  return syntax_error(file, line, column, translate(e.msg));
}

// "tag:yaml.org,2002:int" → "!!int"
std::string shorten_tag(const std::string& tag) {
  constexpr std::string_view kPrefix = "tag:yaml.org,2002:";
  if (tag == "?" || tag == "!") return "";
  return tag.starts_with(kPrefix) ? "!!" + tag.substr(kPrefix.size()) : tag;
}

// RFC 4648 with padding; line breaks are skipped.
bool decode_base64(std::string& text) {
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r'; });
  const size_t digits = text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  const size_t padding = digits == std::string::npos ? 0 : text.size() - digits;
  if (text.size() % 4 != 0 || padding > 2 || text.find_first_not_of('=', text.size() - padding) != std::string::npos) {
    return false;
  }
  const std::vector<unsigned char> bytes = YAML::DecodeBase64(text);
  text.assign(bytes.begin(), bytes.end());
  return true;
}

// yaml-cpp turns the escapes \N and \_ into the bytes 85 and A0, which are no UTF-8; everything else has been checked.
void mend_escapes(std::string& text) {
  if (is_valid_utf8(text)) return;
  std::string mended;
  int length = 1;
  for (size_t i = 0; i < text.size(); i += static_cast<size_t>(length)) {
    const char32_t c = decode_utf8(std::string_view(text).substr(i), length);
    const bool broken = c == 0xFFFD && length == 1;
    append_utf8(mended, broken ? static_cast<unsigned char>(text[i]) : c);
  }
  text = std::move(mended);
}

// Builds the tree. After its first error it ignores what follows: yaml-cpp cannot be stopped.
class Builder final : public YAML::EventHandler {
 public:
  Builder(Document::Storage& storage, const Lines& lines) : storage_(storage), lines_(lines) {}

  const std::optional<Error>& error() const { return error_; }
  const NodeData* innermost_open() const { return stack_.empty() ? nullptr : stack_.back(); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (error_) return;
    NodeData& node = add(Kind::kNull, mark, anchor);
    place_null(node);
    attach(node);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (error_) return;
    NodeData& node = *anchors_.at(anchor);
    if (node.open) return fail(mark.line + 1, mark.column + 1, "anchor value contains itself");
    attach(node);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (error_) return;
    NodeData& node = add(Kind::kScalar, mark, anchor);
    node.text = value;
    mend_escapes(node.text);
    node.plain = tag == "?";
    node.tag = shorten_tag(tag);
    if (node.tag == "!!binary" && !decode_base64(node.text)) {
      fail(node.line, node.column, "!!binary value contains invalid base64 data");
    }
    attach(node);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Kind::kSequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(Kind::kMapping, mark, tag, anchor);
    if (!error_) stack_.back()->flow = style == YAML::EmitterStyle::Flow;
  }
  void OnMapEnd() override { close(); }

 private:
  void fail(int line, int column, const std::string& message) {
    if (!error_) error_ = syntax_error(storage_.file, line, column, message);
  }

  NodeData& add(Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    NodeData& node = storage_.nodes.emplace_back();
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    node.file = &storage_.file;
    if (anchor != 0) {
      if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
      anchors_[anchor] = &node;
    }
    return node;
  }

  void open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (error_) return;
    NodeData& node = add(kind, mark, anchor);
    node.tag = shorten_tag(tag);
    node.open = true;
    stack_.push_back(&node);
  }

  void close() {
    if (error_) return;
    NodeData& node = *stack_.back();
    stack_.pop_back();
    node.open = false;
    if (node.kind == Kind::kMapping) fill_entries(node);
    attach(node);
  }

  void attach(NodeData& node) {
    if (stack_.empty()) {
      storage_.root = &node;
      return;
    }
    NodeData& parent = *stack_.back();
    parent.items.emplace_back(&node);
    grow(parent, node.expanded);
  }

  void grow(NodeData& node, size_t by) {
    node.expanded += by;
    if (node.expanded > kMaxExpanded && node.expanded / kMaxExpansion > storage_.nodes.size()) {
      fail(node.line, node.column, "document contains excessive aliasing");
    }
  }

  // yaml-cpp puts a value that is not written where the next token is. The place users look for is the key, or the
  // dash: between it and the next token there are only blanks and comments.
  void place_null(NodeData& node) {
    const std::string_view line = lines_[node.line];
    const size_t column = static_cast<size_t>(node.column - 1);
    if (column < line.size() && (line[column] == '~' || (line[column] | 0x20) == 'n')) return;
    if (stack_.empty()) return;
    const NodeData& parent = *stack_.back();
    if (parent.kind == Kind::kSequence) {
      // At the end of the text yaml-cpp's column is 0 wherever that is.
      const std::string_view code = line.substr(0, line.find('#'));
      const bool end_of_text =
          column == 0 && node.line == lines_.count() && code.find_first_not_of(" -\t\r") == std::string_view::npos;
      return place_at_dash(node, end_of_text ? line : line.substr(0, column));
    }
    if (parent.items.size() % 2 == 0) return;
    const Node& key = parent.items.back();
    const Place place = key.place();
    if (!parent.flow && !has_colon(key)) fail(place.line, place.column, "could not find expected ':'");
    node.line = place.line, node.column = place.column;
  }

  void place_at_dash(NodeData& node, std::string_view before) const {
    for (int number = node.line; number > 0; before = lines_[--number]) {
      const std::string_view code = before.substr(0, before.find('#'));
      const size_t last = code.find_last_not_of(" \t\r");
      if (last == std::string_view::npos) continue;
      if (code[last] == '-') node.line = number, node.column = static_cast<int>(last) + 1;
      return;
    }
  }

  // yaml-cpp takes a line `x` between `a: 1` and `b: 2` for a key without a value. Whether the key of a block mapping,
  // whose value is not written, has its colon.
  bool has_colon(const Node& key) const {
    const Place place = key.place();
    const std::string_view line = lines_[place.line];
    size_t at = static_cast<size_t>(place.column - 1);
    const size_t before = line.substr(0, at).find_last_not_of(' ');
    const bool explicit_key = before != std::string_view::npos && line[before] == '?';
    if (key.kind() != Kind::kScalar || explicit_key || at >= line.size()) return true;
    const char quote = line[at];
    if (quote == '"' || quote == '\'') {
      for (++at; at < line.size() && line[at] != quote; ++at) at += line[at] == '\\' && quote == '"';
      return line.find(':', at) != std::string_view::npos;
    }
    if (!line.substr(at).starts_with(key.text())) return true;
    const size_t next = line.find_first_not_of(" \t", at + key.text().size());
    return next != std::string_view::npos && line[next] == ':';
  }

  using Keys = boost::unordered_flat_set<std::string_view>;

  // Turns key, value, key, value, … into entries: marks repeated keys and resolves `<<`.
  void fill_entries(NodeData& node) {
    const std::vector<Node> items = std::move(node.items);
    node.items.clear();
    Keys seen;
    std::vector<Node> merges;
    for (size_t i = 0; i + 1 < items.size(); i += 2) {
      const Node key = items[i];
      if (key.kind() == Kind::kScalar && key.text() == "<<" && (key.plain() || key.tag() == "!!merge")) {
        merges.push_back(items[i + 1]);
        continue;
      }
      const bool repeated = key.kind() == Kind::kScalar && !seen.insert(key.text()).second;
      node.entries.push_back({key, items[i + 1], repeated});
    }
    for (const Node& source : merges) merge(node, source, seen);
  }

  void merge(NodeData& node, const Node& source, Keys& seen) {
    const auto maps = source.kind() == Kind::kMapping ? std::span<const Node>(&source, 1) : source.items();
    const bool all = std::all_of(maps.begin(), maps.end(), [](const Node& n) { return n.kind() == Kind::kMapping; });
    if (!all || source.is_null() || source.kind() == Kind::kScalar) {
      const Place place = source.place();
      return fail(place.line, place.column, "map merge requires map or sequence of maps as the value");
    }
    for (const Node& map : maps) {
      for (const Entry& entry : map.entries()) {
        if (entry.key.kind() == Kind::kScalar && !seen.insert(entry.key.text()).second) continue;
        node.entries.push_back({entry.key, entry.value, false});
        grow(node, 1);
      }
    }
  }

  Document::Storage& storage_;
  const Lines& lines_;
  std::optional<Error> error_;
  std::vector<NodeData*> stack_;
  std::vector<NodeData*> anchors_;  // by yaml-cpp's id
};

// Notices whether there is anything in a further document, and where.
class Probe final : public YAML::EventHandler {
 public:
  bool found = false;
  YAML::Mark mark;  // of what was found; of the null of an empty document

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& m, YAML::anchor_t) override {
    if (!found) mark = m;
  }
  void OnAlias(const YAML::Mark& m, YAML::anchor_t) override { see(m); }
  void OnScalar(const YAML::Mark& m, const std::string&, YAML::anchor_t, const std::string&) override { see(m); }
  void OnSequenceStart(const YAML::Mark& m, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    see(m);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& m, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    see(m);
  }
  void OnMapEnd() override {}

 private:
  void see(const YAML::Mark& m) {
    if (!found) mark = m;
    found = true;
  }
};

// What yaml-cpp would let pass: bytes that are not UTF-8 and control characters.
Result<void> check_characters(std::string_view text, const std::string& file) {
  int line = 1;
  int column = 1;
  for (size_t i = 0; i < text.size();) {
    int length = 1;
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80) {
      const char32_t c = decode_utf8(text.substr(i), length);
      if (c == 0xFFFD && length == 1) return syntax_error(file, line, column, "invalid leading UTF-8 octet");
    } else if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F) {
      return syntax_error(file, line, column, "control characters are not allowed");
    }
    column = byte == '\n' ? 1 : column + length;
    line += byte == '\n';
    i += static_cast<size_t>(length);
  }
  return {};
}

// Whether a line between the two says that another document begins.
bool has_separator(const Lines& lines, int from, int to) {
  for (int i = from; i <= to; ++i) {
    if (lines[i].starts_with("---") || lines[i].starts_with("...")) return true;
  }
  return false;
}

Result<void> parse_events(std::string_view text, Document::Storage& storage) {
  const Lines lines(text);
  Builder builder(storage, lines);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    if (builder.error()) return *builder.error();
    Probe probe;
    for (int last = -1; parser.HandleNextDocument(probe); last = probe.mark.pos) {
      // A token that no document can begin with is not consumed: the parser would give empty documents forever.
      const bool stuck = !probe.found && probe.mark.pos == last;
      if (!probe.found && !stuck) continue;
      const int line = probe.mark.line + 1;
      const bool separate = !stuck && has_separator(lines, storage.root->line, line);
      return syntax_error(
          storage.file, line, probe.mark.column + 1,
          separate ? "a second document; a file must hold only one" : "did not find expected <document start>");
    }
  } catch (const YAML::Exception& e) {
    if (builder.error()) return *builder.error();
    return syntax_error(e, storage.file, lines, builder.innermost_open());
  }
  return {};
}

}  // namespace

Result<Document> Document::parse(std::string_view text, std::string file) {
  auto storage = std::make_shared<Storage>();
  storage->file = std::move(file);
  if (auto checked = check_characters(text, storage->file); !checked) return checked.error();
  if (auto parsed = parse_events(text, *storage); !parsed) return parsed.error();
  if (!storage->root) {
    NodeData& root = storage->nodes.emplace_back();
    root.line = root.column = 1;
    root.file = &storage->file;
    storage->root = &root;
  }
  return Document(std::move(storage));
}

Node Document::root() const { return Node(storage_->root); }

Kind Node::kind() const { return data_->kind; }
Place Node::place() const { return {*data_->file, data_->line, data_->column}; }
const std::string& Node::text() const { return data_->text; }
bool Node::plain() const { return data_->plain; }
std::string_view Node::tag() const { return data_->tag; }
std::span<const Node> Node::items() const { return data_->items; }
std::span<const Entry> Node::entries() const { return data_->entries; }

}  // namespace narthex::yaml
