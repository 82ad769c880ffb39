#include "config/marshal/writer.h"

#include <algorithm>
#include <boost/archive/iterators/base64_from_binary.hpp>
#include <boost/archive/iterators/transform_width.hpp>
#include <cstdio>

#include "base/quote.h"
#include "config/marshal/scalar_style.h"

namespace narthex::config {
namespace {

constexpr size_t kWidth = 80;  // libyaml's

std::string base64(const std::string& bytes) {
  using namespace boost::archive::iterators;
  using Digits = base64_from_binary<transform_width<const char*, 6, 8>>;
  const char* begin = bytes.data();
  return std::string(Digits(begin), Digits(begin + bytes.size())).append((3 - bytes.size() % 3) % 3, '=');
}

}  // namespace

// Writes one document. Not thread-safe.
class Printer {
 public:
  std::string print(const Value& value) {
    switch (value.kind_) {
      case Value::Kind::kMapping:
        value.empty() ? write("{}\n") : mapping(value, 0);
        break;
      case Value::Kind::kSequence:
        value.empty() ? write("[]\n") : sequence(value, 0);
        break;
      default:
        scalar(value, 0);
        write("\n");
    }
    return std::move(out_);
  }

 private:
  void write(std::string_view text) {
    out_ += text;
    const size_t newline = text.rfind('\n');
    column_ = newline == std::string_view::npos ? column_ + text.size() : text.size() - newline - 1;
  }

  void new_line(size_t indent) { write("\n" + std::string(indent, ' ')); }

  // The cursor stands where the first key belongs; each entry ends in a newline.
  void mapping(const Value& value, size_t indent) {
    bool first = true;
    for (const auto& [key, child] : value.fields_) {
      if (!first) write(std::string(indent, ' '));
      first = false;
      text(key, Position::kKey, indent);
      write(":");
      under_key(child, indent);
    }
  }

  void under_key(const Value& child, size_t indent) {
    const bool collection = child.kind_ == Value::Kind::kMapping || child.kind_ == Value::Kind::kSequence;
    if (!collection || child.empty()) return inline_value(child, indent);
    const bool indentless = child.kind_ == Value::Kind::kSequence;
    const size_t inner = indentless ? indent : indent + 2;
    new_line(inner);
    indentless ? sequence(child, inner) : mapping(child, inner);
  }

  void inline_value(const Value& child, size_t indent) {
    write(" ");
    scalar(child, indent);
    write("\n");
  }

  void sequence(const Value& value, size_t indent) {
    bool first = true;
    for (const Value& item : value.items_) {
      if (!first) write(std::string(indent, ' '));
      first = false;
      write("-");
      if (item.kind_ == Value::Kind::kMapping && !item.empty()) {
        write(" ");
        mapping(item, indent + 2);
      } else if (item.kind_ == Value::Kind::kSequence && !item.empty()) {
        write(" ");
        sequence(item, indent + 2);
      } else {
        inline_value(item, indent);
      }
    }
  }

  // Everything that starts on the current line.
  void scalar(const Value& value, size_t indent) {
    switch (value.kind_) {
      case Value::Kind::kText:
        return text(value.text_, Position::kBlock, indent);
      case Value::Kind::kLiteral:
        return write(value.text_);
      case Value::Kind::kMapping:
        return write("{}");
      case Value::Kind::kSequence:
        return write("[]");
      case Value::Kind::kFlow:
        return flow(value, indent);
    }
  }

  void flow(const Value& value, size_t indent) {
    write("[");
    bool first = true;
    for (const Value& item : value.items_) {
      if (!first) write(column_ > kWidth ? "," : ", ");
      if (!first && column_ > kWidth) new_line(indent + 2);
      first = false;
      text(item.text_, Position::kFlow, indent + 2);
    }
    write("]");
  }

  void text(const std::string& value, Position position, size_t indent) {
    if (!is_valid_utf8(value)) return write("!!binary " + base64(value));
    switch (choose_style(value, position)) {
      case Style::kPlain:
        return folded(value, position, indent, "");
      case Style::kSingleQuoted:
        return folded(value, position, indent, "'");
      case Style::kDoubleQuoted:
        return double_quoted(value, position, indent);
      case Style::kLiteral:
        return literal(value, indent);
    }
  }

  // A single blank behind column 80 becomes a line break, which readers turn back into a blank.
  void folded(const std::string& value, Position position, size_t indent, std::string_view quote) {
    write(quote);
    const size_t size = value.size();
    for (size_t i = 0; i < size; ++i) {
      const bool inside = i > 0 && i + 1 < size;
      const bool single = value[i] == ' ' && inside && value[i - 1] != ' ' && value[i + 1] != ' ';
      if (single && column_ > kWidth && position != Position::kKey) {
        new_line(indent + 2);
      } else {
        write(std::string_view(value).substr(i, 1));
        if (value[i] == '\'' && !quote.empty()) write("'");
      }
    }
    write(quote);
  }

  void double_quoted(const std::string& value, Position position, size_t indent) {
    write("\"");
    int length = 1;
    bool after_blank = false;
    for (size_t i = 0; i < value.size(); i += static_cast<size_t>(length)) {
      const char32_t c = decode_utf8(std::string_view(value).substr(i), length);
      const bool inside = i > 0 && i + 1 < value.size();
      if (c == ' ' && !after_blank && inside && column_ > kWidth && position != Position::kKey) {
        new_line(indent + 2);
        if (value[i + 1] == ' ') write("\\");
        after_blank = true;
        continue;
      }
      escape(c, std::string_view(value).substr(i, static_cast<size_t>(length)));
      after_blank = c == ' ';
    }
    write("\"");
  }

  void escape(char32_t c, std::string_view bytes) {
    static constexpr std::pair<char32_t, const char*> kShort[] = {
        {0, "\\0"},  {7, "\\a"},  {8, "\\b"},    {9, "\\t"},     {10, "\\n"},     {11, "\\v"},     {12, "\\f"},
        {13, "\\r"}, {27, "\\e"}, {'"', "\\\""}, {'\\', "\\\\"}, {0x2028, "\\L"}, {0x2029, "\\P"},
    };
    for (const auto& [code, text] : kShort) {
      if (c == code) return write(text);
    }
    const bool printable = (c >= 0x20 && c <= 0x7E) || (c >= 0xA0 && c < 0xFFFE && c != 0xFEFF);
    if (printable) return write(bytes);
    char buffer[12];
    const char* format = c <= 0xFF ? "\\x%02X" : c <= 0xFFFF ? "\\u%04X" : "\\U%08X";
    std::snprintf(buffer, sizeof buffer, format, static_cast<unsigned>(c));
    write(buffer);
  }

  void literal(const std::string& value, size_t indent) {
    write("|");
    if (value[0] == ' ' || value[0] == '\n') write("2");
    if (value.back() != '\n') {
      write("-");
    } else if (value.size() == 1 || value[value.size() - 2] == '\n') {
      write("+");
    }
    std::string_view rest = value;
    if (rest.back() == '\n') rest.remove_suffix(1);
    for (;;) {
      const size_t end = rest.find('\n');
      const std::string_view line = rest.substr(0, end);
      line.empty() ? write("\n") : new_line(indent + 2);
      write(line);
      if (end == std::string_view::npos) return;
      rest.remove_prefix(end + 1);
    }
  }

  std::string out_;
  size_t column_ = 0;
};

Value Value::text(std::string_view text) {
  Value value(Kind::kText);
  value.text_ = text;
  return value;
}

Value Value::literal(std::string_view text) {
  Value value(Kind::kLiteral);
  value.text_ = text;
  return value;
}

Value Value::mapping() { return Value(Kind::kMapping); }
Value Value::sequence() { return Value(Kind::kSequence); }

Value Value::strings(const std::vector<std::string>& items) {
  Value value(Kind::kSequence);
  for (const std::string& item : items) value.push(text(item));
  return value;
}

Value Value::flow_strings(const std::vector<std::string>& items) {
  Value value = strings(items);
  value.kind_ = Kind::kFlow;
  return value;
}

Value& Value::add(std::string_view key, Value value) {
  fields_.emplace_back(key, std::move(value));
  return *this;
}

Value& Value::add_if(std::string_view key, uint64_t number) {
  return number == 0 ? *this : add(key, literal(std::to_string(number)));
}

Value& Value::push(Value value) {
  items_.push_back(std::move(value));
  return *this;
}

std::string Value::print() const { return Printer().print(*this); }

}  // namespace narthex::config
