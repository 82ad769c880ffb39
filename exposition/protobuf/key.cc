#include "exposition/protobuf/key.h"

#include <bit>

#include "base/quote.h"
#include "exposition/text.h"
#include "exposition/text/grammar.h"

namespace narthex::exposition::protobuf {
namespace {

// Bounds in places further down are printed each time.
constexpr size_t kRememberedBounds = 256;

// `start`: the characters that the name may begin with; digits may follow.
bool is_plain(std::string_view name, unsigned start) {
  const char* const end = name.data() + name.size();
  return !name.empty() && text::is(name.front(), start) && text::skip(name.data(), end, start | text::kDigit) == end;
}

// Appends what stands between quotes. False: not UTF-8.
bool append_escaped(std::string& out, std::string_view value) {
  const char* p = value.data();
  const char* const end = p + value.size();
  const char* pending = p;
  bool ascii = true;
  while ((p = text::skip_plain(p, end)) < end) {
    if (*p == '"' || *p == '\\') {
      out.append(pending, static_cast<size_t>(p - pending));
      out += '\\';
      pending = p;
    } else if (static_cast<unsigned char>(*p) >= 0x80) {
      ascii = false;
    }
    ++p;
  }
  out.append(pending, static_cast<size_t>(end - pending));
  return ascii || is_valid_utf8(value);
}

}  // namespace

BoundLabels::BoundLabels(std::string_view label_name) : prefix_(",") { (prefix_ += label_name) += "=\""; }

void BoundLabels::spell(std::string& out, double bound) const {
  out = prefix_;
  append_bound(out, bound);
  out += '"';
}

std::string_view BoundLabels::label(size_t place, double bound) {
  if (place >= kRememberedBounds) {
    spell(unknown_, bound);
    return unknown_;
  }
  const auto bits = std::bit_cast<uint64_t>(bound);
  if (place >= known_.size()) known_.resize(place + 1, {.bits = 0, .label = {}});
  Known& known = known_[place];
  if (known.bits != bits || known.label.empty()) {
    known.bits = bits;
    spell(known.label, bound);
  }
  return known.label;
}

void KeySpeller::set_name(std::string_view name) {
  name_.clear();
  append_escaped(name_, name);
  plain_ = is_plain(name, text::kNameStart);
}

bool KeySpeller::add_label_name(std::string_view name) {
  labels_ += ',';
  if (is_plain(name, text::kLabelStart)) {
    labels_ += name;
    return true;
  }
  labels_ += '"';
  const bool valid = append_escaped(labels_, name);
  labels_ += '"';
  return valid;
}

bool KeySpeller::add_label_value(std::string_view value) {
  labels_ += "=\"";
  const bool valid = append_escaped(labels_, value);
  labels_ += '"';
  return valid;
}

std::string_view KeySpeller::key(std::string_view suffix, std::string_view bound_label) {
  if (plain_) {
    key_ = name_;
  } else {
    (key_ = "{\"") += name_;
  }
  key_ += suffix;
  if (!plain_) key_ += '"';
  const size_t comma = key_.size();
  key_ += labels_;
  key_ += bound_label;
  if (plain_ && key_.size() == comma) return key_;
  if (plain_) key_[comma] = '{';
  key_ += '}';
  return key_;
}

}  // namespace narthex::exposition::protobuf
